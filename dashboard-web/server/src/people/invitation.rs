//! Links by which people set their passwords, and the end of all sessions of one.

use yiping_desk::people::{Account, AccountForm, Key, Who};
use yiping_model::{Act, Decision, Timestamp};

use super::{People, PeopleError, decision, now, secret, set_account};

/// A link, shown once: the register keeps its digest.
#[derive(Debug)]
pub(crate) struct Link {
    /// What opens.
    pub(crate) secret: String,
    /// Until when, by the machine's clock.
    pub(crate) until: Timestamp,
}

impl People {
    /// Makes an account and the link by which its person sets the password.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub(crate) async fn make_invited(
        &self,
        by: &Who,
        form: AccountForm,
    ) -> Result<(Account, Link), PeopleError> {
        let (secret, nobody) = (secret::fresh()?, self.nobodys().await?);
        let (policy, name) = (self.policy(), form.name.clone());
        let (account, until) = self
            .change(|register| {
                let made = register.make(by, form, nobody.clone(), true, policy, now())?;
                let made = set_account(by, made);
                let key = Key::of(&secret);
                let account = register.invite(by, &name, key, nobody, policy, now())?;
                let (account, until) = (account.clone(), until(account));
                Ok(((account, until), vec![made, invited(by, &name, until)]))
            })
            .await?;
        Ok((account, Link { secret, until }))
    }

    /// Makes a link by which a person sets the password: until then nothing else lets the person in.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub(crate) async fn invite(&self, by: &Who, name: &str) -> Result<Link, PeopleError> {
        let (secret, nobody) = (secret::fresh()?, self.nobodys().await?);
        let until = self
            .change(|register| {
                let key = Key::of(&secret);
                let account = register.invite(by, name, key, nobody, self.policy(), now())?;
                let until = until(account);
                Ok((until, vec![invited(by, name, until)]))
            })
            .await?;
        Ok(Link { secret, until })
    }

    /// Sets the password of the person whom a link invites; gives the account's name.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub(crate) async fn accept(
        &self,
        secret: &str,
        password: String,
    ) -> Result<String, PeopleError> {
        let key = Key::of(secret);
        let known = self.register().invited(&key, now()).cloned();
        // Nobody hashes for a link that opens nothing.
        let name = known.map(|account| account.name).unwrap_or_default();
        let hash = if name.is_empty() {
            String::new()
        } else {
            self.checked_hash(&name, password).await?
        };
        self.change(|register| {
            let account = register.accept(&key, hash, now())?;
            let by = Who::of_account(account, "", false, yiping_desk::people::Standing::Off);
            let account = account.name.clone();
            let act = Act::SetPassword {
                account: account.clone(),
            };
            Ok((account, vec![decision(&by, act)]))
        })
        .await
    }

    /// Ends all sessions of an account, and their live screens.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub(crate) async fn end_sessions(&self, by: &Who, name: &str) -> Result<(), PeopleError> {
        self.change(|register| {
            register.end_sessions(by, name)?;
            let account = name.to_owned();
            Ok(((), vec![decision(by, Act::EndSessions { account })]))
        })
        .await
    }

    /// The hash of a password that nobody knows.
    async fn nobodys(&self) -> Result<String, PeopleError> {
        let password = secret::fresh()?;
        self.hashing(move || secret::hash(&password)).await
    }
}

fn until(account: &Account) -> Timestamp {
    let link = account.invitation.as_ref();
    link.map_or_else(now, |link| link.until)
}

fn invited(by: &Who, account: &str, until: Timestamp) -> Decision {
    let account = account.to_owned();
    decision(by, Act::InviteAccount { account, until })
}
