//! What people decided. Decisions are never dropped.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::alarm::Level;
use crate::id::{AlarmId, RuleId, ThingId, UnitId};
use crate::record::Position;
use crate::time::Timestamp;
use crate::unit::UnitStatus;

/// One act of one person at one seat. When it happened is the record's `received_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The account of who acted; `None` for a screen, the command line, and in records before there were accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The name of the seat that acted; may be empty.
    pub seat: String,
    /// What it did.
    #[serde(flatten)]
    pub act: Act,
}

/// The evidence on which something was decided: what a screen showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The position of the scene that the screen held.
    pub position: Position,
    /// The digest of what it showed, 64 hex digits: SHA-256 of its canonical JSON (RFC 8785). The server has found it right.
    pub digest: String,
}

/// Whose signature stands under a handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// 交班人: had the seat.
    Giver,
    /// 接班人: takes it.
    Taker,
}

/// What can be decided. Roles are named as `docs/RIGHTS.md` names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// The alarm has been seen and is taken care of. The first one in the log counts.
    Acknowledge {
        /// Which alarm.
        alarm: AlarmId,
        /// What the officer wrote with it; may be empty.
        note: String,
        /// What the officer's screen showed of it; `None` in records from before screens said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<Seen>,
    },
    /// The point of the alarm is kept quiet for a while. It counts while the alarm is open, not graver than it was, and not quiet yet.
    Shelve {
        /// Which alarm.
        alarm: AlarmId,
        /// Its level: if it is graver when the log takes this, this does not count.
        level: Level,
        /// The pack of its rule.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        domain: Option<SmolStr>,
        /// City time at which it comes back by itself.
        until: Timestamp,
        /// Why.
        reason: String,
        /// What the officer's screen showed of it.
        seen: Seen,
    },
    /// What was shelved is brought back.
    Unshelve {
        /// The record that shelved it.
        shelf: Position,
        /// Why.
        reason: String,
    },
    /// The alarm was a false one. The first mark counts.
    MarkFalse {
        /// Which alarm.
        alarm: AlarmId,
        /// How that is known.
        reason: String,
        /// What the officer's screen showed of it; `None` for an alarm that was closed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<Seen>,
    },
    /// The alarm was none of the false ones after all.
    UnmarkFalse {
        /// Which alarm.
        alarm: AlarmId,
        /// How that is known.
        reason: String,
    },
    /// A rule is to be out of service at a thing. It counts when somebody else approves.
    AskOutOfService {
        /// The alarm at which that was asked.
        alarm: AlarmId,
        /// The rule.
        rule: RuleId,
        /// The thing.
        thing: ThingId,
        /// The pack of the rule.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        domain: Option<SmolStr>,
        /// Why.
        reason: String,
    },
    /// That is approved, by another person than asked.
    ApproveOutOfService {
        /// The record that asked.
        request: Position,
        /// What was written with it; may be empty.
        note: String,
    },
    /// The rule is in service again at the thing; or what was asked is not done.
    EndOutOfService {
        /// The record that asked.
        request: Position,
        /// Why.
        reason: String,
    },
    /// The person signed in.
    SignIn {
        /// The address from which.
        from: String,
        /// By what.
        #[serde(default, skip_serializing_if = "Means::is_password")]
        by: Means,
    },
    /// The person signed out.
    SignOut,
    /// Sign-ins under a name failed so often that an address must wait.
    SignInHeld {
        /// The name that was given.
        account: String,
        /// The address.
        from: String,
    },
    /// An account was made or changed; this is what it is now.
    SetAccount {
        /// Its name.
        account: String,
        /// The person's name on screens.
        display: String,
        /// Its roles.
        roles: Vec<String>,
        /// The areas that it is bound to, GB/T 2260; none for no bound.
        areas: Vec<String>,
        /// The domains that it is bound to; none for no bound.
        domains: Vec<String>,
        /// Whether it is closed.
        closed: bool,
    },
    /// The password of an account was set.
    SetPassword {
        /// The account.
        account: String,
    },
    /// An account got a second factor: one-time codes.
    SetSecondFactor {
        /// The account.
        account: String,
    },
    /// The second factor of an account was taken away.
    RemoveSecondFactor {
        /// The account.
        account: String,
    },
    /// It was said as whom a provider knows the person of an account.
    SetSubject {
        /// The account.
        account: String,
        /// The provider; empty when nobody answers for the person any more.
        issuer: String,
        /// Its name for the person.
        subject: String,
    },
    /// A link was made by which the person of an account sets the password, once.
    InviteAccount {
        /// The account.
        account: String,
        /// Until when it opens, by the machine's clock.
        until: Timestamp,
    },
    /// All sessions of an account were ended.
    EndSessions {
        /// The account.
        account: String,
    },
    /// A unit of the register was added, changed or retired; this is what it is now. It goes before what the register's file says.
    SetUnit {
        /// Which unit.
        unit: UnitId,
        /// As the register says it, in canonical JSON (RFC 8785).
        definition: String,
    },
    /// A token was issued.
    IssueToken {
        /// Its name.
        token: String,
        /// What it is for.
        role: String,
        /// The seat of a wall; empty for a program.
        of_seat: String,
    },
    /// A token was revoked.
    RevokeToken {
        /// Its name.
        token: String,
    },
    /// A unit's status was said. It counts when its table of moves allows it from the status before, in log order.
    SetUnitStatus {
        /// Which unit.
        unit: UnitId,
        /// What it is now.
        status: UnitStatus,
        /// The record that had said the status on which this was decided, 0 for none; it does not count when there is a newer one. `None` asks
        /// for nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<Position>,
        /// When it will be free again, as far as is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// What was written with it; may be empty.
        note: String,
    },
    /// Whoever is on scene with a unit said that they are well.
    CheckInUnit {
        /// Which unit.
        unit: UnitId,
        /// What was written with it; may be empty.
        note: String,
    },
    /// A photograph was brought and is kept. It may be said twice of one.
    KeepPhoto {
        /// SHA-256 of its bytes as they are kept, 64 hex digits.
        digest: String,
        /// `image/jpeg`, `image/png` or `image/webp`, by its own bytes.
        media: String,
        /// Its size.
        size_bytes: u64,
    },
    /// What a unit has of something was counted.
    SetUnitStock {
        /// Which unit.
        unit: UnitId,
        /// What was counted, as the unit's register names it.
        item: String,
        /// How much there is.
        amount: u32,
        /// What was written with it; may be empty.
        note: String,
    },
    /// The person takes a seat that nobody has. The first one in the log counts.
    TakeDuty {
        /// The seat.
        of_seat: String,
    },
    /// The person leaves a seat without a successor.
    LeaveDuty {
        /// The seat.
        of_seat: String,
    },
    /// An entry of the duty log. Its id is the position of its record; it is never changed, only corrected by another one.
    DutyNote {
        /// What is to be remembered.
        text: String,
        /// City time of which it speaks; `None` for now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<Timestamp>,
        /// The alarms of which it speaks.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        alarms: Vec<AlarmId>,
        /// The incidents of which it speaks.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        incidents: Vec<String>,
        /// It promises something by this time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promised: Option<Timestamp>,
        /// It says that what this entry promised is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fulfils: Option<Position>,
        /// It stands in the place of this entry, which was wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        corrects: Option<Position>,
    },
    /// A signature under a handover. The taker's makes it count, if the seat is still held as the document says; the first one does.
    SignHandover {
        /// SHA-256 of the document, 64 hex digits.
        handover: String,
        /// The seat.
        of_seat: String,
        /// The record by which the giver took it.
        holding: Position,
        /// Who signs.
        part: Part,
        /// Whether the giver is absent, and did not sign.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        absent: bool,
        /// The document, canonical JSON (RFC 8785); with each signature, so that each stands for itself.
        document: String,
    },
}

/// By what a person was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Name and password.
    #[default]
    Password,
    /// Name, password and a one-time code of the person's phone.
    Code,
    /// Name, password and one of the codes on paper, which is used up.
    RecoveryCode,
    /// A provider who answers for the person.
    Provider,
}

impl Means {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    const fn is_password(&self) -> bool {
        matches!(self, Self::Password)
    }
}

impl Act {
    /// The alarm that it acknowledges.
    pub const fn acknowledges(&self) -> Option<&AlarmId> {
        match self {
            Self::Acknowledge { alarm, .. } => Some(alarm),
            _ => None,
        }
    }
}
