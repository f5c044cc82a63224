//! The register of who is who, and the rules by which it changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yiping_model::Timestamp;

use super::account::{Account, AccountForm, Entry, Key, Session, Token, TokenForm, Who};
use super::policy::Policy;
use crate::rights::{Right, Role};

pub(super) const NAME_CHARS_MAX: usize = 32;
const SEAT_CHARS_MAX: usize = 64;
const BOUNDS_MAX: usize = 100;
const AREA_DIGITS: [usize; 4] = [2, 4, 6, 9];
/// A request is remembered as the last one of its session only this often, so that the register seldom changes.
const SEEN_MICROS: i64 = 10_000_000;

/// Accounts, tokens and sessions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Register {
    pub(super) accounts: BTreeMap<String, Account>,
    tokens: BTreeMap<String, Token>,
    pub(super) sessions: BTreeMap<Key, Session>,
}

/// Why the register does not change so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Something is not as it must be.
    #[error("{0}")]
    Form(String),
    /// Who asks may not do it.
    #[error("{0}")]
    NotAllowed(String),
    /// The name stands for another one.
    #[error("the name `{0}` is taken; names are not given twice")]
    Taken(String),
    /// There is none of this name.
    #[error("there is no `{0}`")]
    None(String),
    /// It is so already, or stands in the way of something else.
    #[error("{0}")]
    Conflict(String),
    /// There are too many.
    #[error("there are already {0}, the most that the configuration allows")]
    Full(usize),
}

impl Register {
    /// Whether nobody has an account yet.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// The accounts, by name.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// The tokens, by name.
    pub fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.tokens.values()
    }

    /// An open account.
    pub fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.get(name).filter(|account| !account.closed)
    }

    /// Who carries this key now, if it still opens. A person's session is heard of by it.
    pub fn hear(&mut self, key: &Key, policy: &Policy, now: Timestamp) -> Option<Who> {
        let who = self.who(key, policy, now)?;
        if let Some(session) = self.sessions.get_mut(key)
            && now.micros_since(session.seen) >= SEEN_MICROS
        {
            session.seen = now;
            if let Some(account) = self.accounts.get_mut(&session.account) {
                account.seen = Some(now);
            }
        }
        Some(who)
    }

    /// Who carries this key now, if it still opens.
    pub fn who(&self, key: &Key, policy: &Policy, now: Timestamp) -> Option<Who> {
        if let Some(session) = self.sessions.get(key) {
            let account = self.account(&session.account)?;
            let over = policy.is_over(session.began, session.seen, now);
            let must_change = account.must_change || policy.is_old(account.password_set, now);
            let must_change = must_change && !session.vouched;
            let second = policy.standing(account, session.vouched);
            return (!over).then(|| Who::of_account(account, &session.seat, must_change, second));
        }
        let mut tokens = self.tokens.values().filter(|token| !token.revoked);
        tokens.find(|token| token.key == *key).map(Who::of_token)
    }

    /// Begins a session of an open account. Ended sessions are forgotten; of too many the one that began first ends.
    ///
    /// # Errors
    /// [`Refused`] when there is no such account, or the seat's name is none.
    pub fn begin(
        &mut self,
        key: Key,
        account: &str,
        seat: &str,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let seat = seat_name(seat)?;
        match self.accounts.get_mut(account) {
            Some(known) if !known.closed => known.seen = Some(now),
            _ => return Err(Refused::None(account.to_owned())),
        }
        self.forget(policy, now);
        let of_account = |session: &&Session| session.account == account;
        while self.sessions.values().filter(of_account).count() >= policy.sessions_max {
            let own = self
                .sessions
                .iter()
                .filter(|(_, one)| one.account == account);
            let Some(first) = own
                .min_by_key(|(_, one)| one.began)
                .map(|(key, _)| key.clone())
            else {
                break;
            };
            self.sessions.remove(&first);
        }
        let session = Session {
            account: account.to_owned(),
            seat,
            began: now,
            seen: now,
            offered: None,
            vouched: false,
        };
        self.sessions.insert(key, session);
        Ok(())
    }

    /// Forgets the sessions that have ended; true when there were any.
    pub fn forget(&mut self, policy: &Policy, now: Timestamp) -> bool {
        let before = self.sessions.len();
        self.sessions
            .retain(|_, session| !policy.is_over(session.began, session.seen, now));
        self.sessions.len() < before
    }

    /// Ends a session; false when there was none.
    pub fn end(&mut self, key: &Key) -> bool {
        self.sessions.remove(key).is_some()
    }

    /// Ends the sessions of an account, but for the one that `keep` carries.
    pub fn end_all(&mut self, account: &str, keep: Option<&Key>) {
        self.sessions
            .retain(|key, session| session.account != account || Some(key) == keep);
    }

    /// Makes the first account, an administrator of everything.
    ///
    /// # Errors
    /// [`Refused`] when there is an account already, or the form is not as it must be.
    pub fn first(
        &mut self,
        name: &str,
        display: &str,
        password: String,
        now: Timestamp,
    ) -> Result<&Account, Refused> {
        if !self.is_empty() {
            return Err(Refused::NotAllowed(
                "there is an administrator already: ask for an account".into(),
            ));
        }
        let form = AccountForm {
            name: name.to_owned(),
            display: display.to_owned(),
            roles: [Role::Administrator].into(),
            scope: crate::rights::Scope::default(),
            closed: false,
        };
        check_form(&form)?;
        self.put(form, Some(password), false, now)
    }

    /// Makes an account; the person must change its password when `first_password` says so.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn make(
        &mut self,
        by: &Who,
        form: AccountForm,
        password: String,
        first_password: bool,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<&Account, Refused> {
        check_form(&form)?;
        let taken = self.accounts.contains_key(&form.name) || self.tokens.contains_key(&form.name);
        if taken {
            return Err(Refused::Taken(form.name));
        }
        if self.accounts.len() >= policy.accounts_max {
            return Err(Refused::Full(policy.accounts_max));
        }
        check_reach(by, &form, None)?;
        self.put(form, Some(password), first_password, now)
    }

    /// Changes an account; with a password, that must be changed by the person. Sessions end when roles, bounds or how the person is let in change.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn change(
        &mut self,
        by: &Who,
        form: AccountForm,
        entry: Entry,
        now: Timestamp,
    ) -> Result<&Account, Refused> {
        check_form(&form)?;
        let Some(before) = self.accounts.get(&form.name) else {
            return Err(Refused::None(form.name));
        };
        check_reach(by, &form, Some(before))?;
        if let Some(Some(subject)) = &entry.subject {
            self.check_subject(&form.name, subject)?;
        }
        let other = before.roles != form.roles || before.scope != form.scope || form.closed;
        if other || entry != Entry::default() {
            self.end_all(&form.name, None);
        }
        if entry.drop_second {
            self.drop_second(&form.name);
        }
        if let Some(subject) = entry.subject
            && let Some(account) = self.accounts.get_mut(&form.name)
        {
            account.subject = subject;
        }
        self.put(form, entry.password, true, now)
    }

    /// Sets the password of a person who knows the old one; the person's other sessions end.
    ///
    /// # Errors
    /// [`Refused`] when there is no such account.
    pub fn set_password(
        &mut self,
        account: &str,
        password: String,
        keep: &Key,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let Some(known) = self.accounts.get_mut(account) else {
            return Err(Refused::None(account.to_owned()));
        };
        known.password = password;
        known.password_set = now;
        known.must_change = false;
        known.invitation = None;
        self.end_all(account, Some(keep));
        Ok(())
    }

    /// Issues a token. Only who manages everything can: a screen shows the whole city.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn issue(
        &mut self,
        by: &Who,
        form: &TokenForm,
        key: Key,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<&Token, Refused> {
        check_tokens(by)?;
        let name = account_name(&form.name)?;
        if form.role.is_of_people() {
            return Err(Refused::Form(format!(
                "`{}` is a role of people, and a token is not a person: take wall, source or listener",
                form.role
            )));
        }
        let seat = seat_name(&form.seat)?;
        if form.role == Role::Wall && seat.is_empty() {
            return Err(Refused::Form(
                "a wall needs its seat, for example 1号席".into(),
            ));
        }
        if self.tokens.contains_key(&name) || self.accounts.contains_key(&name) {
            return Err(Refused::Taken(name));
        }
        if self.tokens.len() >= policy.tokens_max {
            return Err(Refused::Full(policy.tokens_max));
        }
        let token = Token {
            name: name.clone(),
            role: form.role,
            seat,
            key,
            issued: now,
            revoked: false,
        };
        Ok(self.tokens.entry(name).or_insert(token))
    }

    /// Makes a token open nothing any more.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn revoke(&mut self, by: &Who, name: &str) -> Result<(), Refused> {
        check_tokens(by)?;
        let Some(token) = self.tokens.get_mut(name) else {
            return Err(Refused::None(name.chars().take(NAME_CHARS_MAX).collect()));
        };
        token.revoked = true;
        Ok(())
    }

    /// Puts an account whose form was checked.
    fn put(
        &mut self,
        form: AccountForm,
        password: Option<String>,
        must_change: bool,
        now: Timestamp,
    ) -> Result<&Account, Refused> {
        let mut before = self.accounts.remove(&form.name);
        let mut had = before
            .as_mut()
            .map(|before| std::mem::take(&mut before.had));
        let had = had.get_or_insert_default();
        had.extend(form.roles.iter().copied());
        let old = before
            .as_ref()
            .map(|old| (old.password.clone(), old.password_set, old.must_change));
        let is_new = password.is_some();
        let new = password.map(|password| (password, now, must_change));
        let Some((password, password_set, must_change)) = new.or(old) else {
            return Err(Refused::Form("an account needs a password".into()));
        };
        // A password that is set otherwise makes a link void, and so does closing the account.
        let invitation = before.as_mut().and_then(|old| old.invitation.take());
        let invitation = invitation.filter(|_| !is_new && !form.closed);
        let seen = before.as_ref().and_then(|old| old.seen);
        let (second, subject) = before.map_or((None, None), |old| (old.second, old.subject));
        let account = Account {
            name: form.name.clone(),
            display: form.display,
            roles: form.roles,
            scope: form.scope,
            closed: form.closed,
            had: std::mem::take(had),
            password,
            password_set,
            must_change,
            second,
            subject,
            seen,
            invitation,
        };
        Ok(self.accounts.entry(form.name).or_insert(account))
    }
}

/// Whether who asks may make of an account what the form says: it must lie within the own bounds before and after, and nobody changes what
/// oneself may do.
pub(super) fn check_reach(
    by: &Who,
    form: &AccountForm,
    before: Option<&Account>,
) -> Result<(), Refused> {
    if !by.may(Right::Accounts) {
        return Err(Refused::NotAllowed(
            "only an administrator manages accounts".into(),
        ));
    }
    if by.person.as_deref() == Some(&form.name) {
        return Err(Refused::NotAllowed(
            "nobody changes what oneself may do: ask another administrator".into(),
        ));
    }
    let covered = |scope| by.scope.covers_scope(scope);
    if !covered(&form.scope) || before.is_some_and(|before| !covered(&before.scope)) {
        return Err(Refused::NotAllowed(
            "the account reaches beyond your own areas and domains".into(),
        ));
    }
    let had = before.into_iter().flat_map(|before| &before.had);
    for role in &form.roles {
        if let Some(other) = had
            .clone()
            .chain(&form.roles)
            .find(|other| role.excludes(**other))
        {
            return Err(Refused::NotAllowed(format!(
                "`{role}` and `{other}` exclude each other, for ever: make another account"
            )));
        }
    }
    Ok(())
}

fn check_tokens(by: &Who) -> Result<(), Refused> {
    if by.may(Right::Accounts) && by.scope.is_everything() {
        return Ok(());
    }
    Err(Refused::NotAllowed(
        "only an administrator of the whole city manages tokens".into(),
    ))
}

fn check_form(form: &AccountForm) -> Result<(), Refused> {
    account_name(&form.name)?;
    let display = form.display.trim();
    let printable = !display.chars().any(char::is_control) && display == form.display;
    if !(1..=NAME_CHARS_MAX).contains(&display.chars().count()) || !printable {
        return Err(Refused::Form(format!(
            "`display` must be a name of 1 to {NAME_CHARS_MAX} printable characters"
        )));
    }
    if form.roles.is_empty() || form.roles.iter().any(|role| !role.is_of_people()) {
        return Err(Refused::Form(
            "`roles` must name at least one role of people: see docs/RIGHTS.md".into(),
        ));
    }
    let areas = &form.scope.areas;
    let known = |code: &String| {
        AREA_DIGITS.contains(&code.len()) && code.bytes().all(|digit| digit.is_ascii_digit())
    };
    if areas.len() > BOUNDS_MAX || !areas.iter().all(known) {
        return Err(Refused::Form(format!(
            "`areas` must be at most {BOUNDS_MAX} codes of GB/T 2260 with 2, 4, 6 or 9 digits, for example 330802"
        )));
    }
    let domains = &form.scope.domains;
    if domains.len() > BOUNDS_MAX || !domains.iter().all(|name| account_name(name).is_ok()) {
        return Err(Refused::Form(format!(
            "`domains` must be at most {BOUNDS_MAX} names of packs, for example air"
        )));
    }
    Ok(())
}

fn account_name(name: &str) -> Result<String, Refused> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if (1..=NAME_CHARS_MAX).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(name.to_owned());
    }
    Err(Refused::Form(format!(
        "a name must have 1 to {NAME_CHARS_MAX} of a to z, 0 to 9, `.`, `_` and `-`, for example zhang.wei"
    )))
}

fn seat_name(seat: &str) -> Result<String, Refused> {
    let seat = seat.trim();
    if seat.chars().count() > SEAT_CHARS_MAX || seat.chars().any(char::is_control) {
        return Err(Refused::Form(format!(
            "`seat` must have at most {SEAT_CHARS_MAX} printable characters, for example 1号席"
        )));
    }
    Ok(seat.to_owned())
}
