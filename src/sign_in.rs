//! The accounts of a demonstration: one of each role, a token of each kind, and the page that says how to sign in with them.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use yiping_desk::people::{AccountForm, TokenForm, Who};
use yiping_desk::rights::{Role, Scope};
use yiping_server::People;
use yiping_server::people::fresh;

/// Where it is written, in the data folder, for this user only.
const FILE: &str = "sign-in.json";

/// The account of who acts outside.
pub(crate) const OUTSIDE: &str = "field";

/// The accounts: name, name on screens, role.
const ACCOUNTS: [(&str, &str, Role); 8] = [
    ("viewer", "观察员", Role::Viewer),
    ("officer", "值班员", Role::DutyOfficer),
    ("leader", "值班长", Role::ShiftLeader),
    ("commander", "指挥长", Role::Commander),
    ("department", "部门联络员", Role::Department),
    (OUTSIDE, "现场人员", Role::Field),
    ("administrator", "管理员", Role::Administrator),
    ("auditor", "审计员", Role::Auditor),
];

/// How to sign in.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SignIn {
    /// The password of all accounts.
    pub(crate) password: String,
    /// Their names.
    pub(crate) accounts: Vec<String>,
    /// The token of a wall.
    pub(crate) wall: String,
    /// The token of a program that sends.
    pub(crate) source: String,
    /// The token of a program that listens.
    pub(crate) listener: String,
}

/// Makes the accounts of a demonstration while nobody has one; later gives what was made then. `None` where somebody made others.
pub(crate) async fn for_demonstration(
    people: &People,
    folder: &Path,
) -> anyhow::Result<Option<SignIn>> {
    let file = folder.join(FILE);
    if !people.register().is_empty() {
        let Ok(text) = fs::read(&file) else {
            return Ok(None);
        };
        let known = serde_json::from_slice(&text);
        return known
            .map(Some)
            .with_context(|| format!("{} is damaged: remove it", file.display()));
    }
    let (by, secret) = (Who::operator(), fresh()?);
    let password = format!("Demo-{}", &secret[..8]);
    for (name, display, role) in ACCOUNTS {
        let form = AccountForm {
            name: name.into(),
            display: display.into(),
            roles: [role].into(),
            scope: Scope::default(),
            closed: false,
        };
        people
            .make_account(&by, form, password.clone(), false)
            .await?;
    }
    let token = async |name: &str, role, seat: &str| {
        let form = TokenForm {
            name: name.into(),
            role,
            seat: seat.into(),
        };
        people.issue_token(&by, form).await
    };
    let made = SignIn {
        password,
        accounts: ACCOUNTS.map(|(name, _, _)| name.to_owned()).into(),
        wall: token("wall", Role::Wall, "大屏").await?,
        source: token("source", Role::Source, "").await?,
        listener: token("listener", Role::Listener, "").await?,
    };
    write(&file, &made).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(Some(made))
}

fn write(file: &Path, made: &SignIn) -> anyhow::Result<()> {
    let mut out = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)?;
    serde_json::to_writer_pretty(&mut out, made)?;
    out.write_all(b"\n")?;
    Ok(())
}

impl SignIn {
    /// How to sign in at this address (with its scheme), for the person at the terminal.
    pub(crate) fn lines(&self, address: &str) -> [String; 3] {
        [
            format!("  wall     {address}/#token={}", self.wall),
            format!(
                "  sign in  {address}/   as {} with {}",
                self.accounts.join(", "),
                self.password
            ),
            format!("  tokens   for programs: {FILE} in the data folder"),
        ]
    }
}
