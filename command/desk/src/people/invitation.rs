//! Links by which people set their passwords, and the end of all sessions of one: what an administrator does for an account without knowing its secret.

use std::time::Duration;

use yiping_model::Timestamp;

use super::account::{Account, AccountForm, Invitation, Key, Who};
use super::policy::Policy;
use super::register::{Refused, Register, check_reach};

impl Register {
    /// Makes the link of this key the only way into an account: its sessions end, and `password`, the hash of one that nobody knows, is its password
    /// until the person sets another. A link before it is void.
    ///
    /// # Errors
    /// [`Refused`] when who asks may not change the account, or it is closed.
    pub fn invite(
        &mut self,
        by: &Who,
        name: &str,
        key: Key,
        password: String,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<&Account, Refused> {
        self.check_change(by, name)?;
        self.end_all(name, None);
        let known = self.accounts.get_mut(name);
        let Some(account) = known.filter(|account| !account.closed) else {
            return Err(Refused::Conflict(format!(
                "the account `{name}` is closed: open it first"
            )));
        };
        account.password = password;
        account.password_set = now;
        account.must_change = true;
        account.invitation = Some(Invitation {
            key,
            until: now + Duration::from_hours(policy.link_hours.into()),
        });
        Ok(account)
    }

    /// The open account that the link of this key opens now.
    pub fn invited(&self, key: &Key, now: Timestamp) -> Option<&Account> {
        let opens = |account: &&Account| {
            let link = account.invitation.as_ref();
            !account.closed && link.is_some_and(|link| link.key == *key && now < link.until)
        };
        self.accounts.values().find(opens)
    }

    /// Sets the password of the person whom a link invites; the link opens nothing any more.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`] when it opens nothing.
    pub fn accept(
        &mut self,
        key: &Key,
        password: String,
        now: Timestamp,
    ) -> Result<&Account, Refused> {
        let name = self.invited(key, now).map(|account| account.name.clone());
        let account = name.and_then(|name| self.accounts.get_mut(&name));
        let Some(account) = account else {
            return Err(Refused::NotAllowed(
                "this link opens nothing: it was used, is too old, or another was made after it"
                    .into(),
            ));
        };
        account.password = password;
        account.password_set = now;
        account.must_change = false;
        account.invitation = None;
        Ok(account)
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// [`Refused`] when who asks may not change the account.
    pub fn end_sessions(&mut self, by: &Who, name: &str) -> Result<(), Refused> {
        self.check_change(by, name)?;
        self.end_all(name, None);
        Ok(())
    }

    /// How many sessions an account has.
    pub fn sessions_of(&self, name: &str) -> usize {
        let of = self.sessions.values().filter(|one| one.account == name);
        of.count()
    }

    fn check_change(&self, by: &Who, name: &str) -> Result<(), Refused> {
        let Some(account) = self.accounts.get(name) else {
            return Err(Refused::None(name.chars().take(32).collect()));
        };
        let form = AccountForm {
            name: account.name.clone(),
            display: account.display.clone(),
            roles: account.roles.clone(),
            scope: account.scope.clone(),
            closed: account.closed,
        };
        check_reach(by, &form, Some(account))
    }
}
