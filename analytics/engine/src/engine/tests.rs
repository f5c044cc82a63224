mod alarms;
mod continuity;
mod history;
mod late;
mod limits;
mod oracle;
mod scenario;
mod windows;
