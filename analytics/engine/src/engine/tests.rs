mod alarms;
mod continuity;
mod limits;
mod oracle;
mod scenario;
mod windows;
