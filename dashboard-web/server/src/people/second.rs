//! The second factor of who is signed in: offered, confirmed, taken away.

use yiping_desk::people::{Key, RECOVERY_CODES, TotpSecret, Who, recovery_code};
use yiping_model::Act;

use super::secret::random;
use super::{People, PeopleError, decision, now};

impl People {
    /// Offers the person a secret for the phone. It counts when [`People::confirm_second`] has heard its first code.
    pub(crate) async fn offer_second(
        &self,
        key: &Key,
        who: &Who,
        password: String,
        from: &str,
    ) -> Result<(TotpSecret, String), PeopleError> {
        let name = self.knows(who, password, from).await?;
        let secret = TotpSecret::new(random()?);
        self.change(|register| {
            register.offer_second(key, who, secret.clone())?;
            Ok(((), Vec::new()))
        })
        .await?;
        let uri = secret.uri(&name);
        Ok((secret, uri))
    }

    /// Makes what was offered the person's second factor; gives the codes on paper, once.
    pub(crate) async fn confirm_second(
        &self,
        key: &Key,
        who: &Who,
        code: &str,
    ) -> Result<Vec<String>, PeopleError> {
        let mut codes = Vec::new();
        let mut keys = Vec::new();
        for _ in 0..RECOVERY_CODES {
            let (code, key) = recovery_code(random()?);
            codes.push(code);
            keys.push(key);
        }
        self.change(|register| {
            let account = register.set_second(key, code, keys, now())?;
            let account = account.name.clone();
            Ok(((), vec![decision(who, Act::SetSecondFactor { account })]))
        })
        .await?;
        Ok(codes)
    }

    /// Takes the person's own second factor away, by password and a code.
    pub(crate) async fn remove_second(
        &self,
        who: &Who,
        password: String,
        code: &str,
        from: &str,
    ) -> Result<(), PeopleError> {
        let account = self.knows(who, password, from).await?;
        let removed = self
            .change(|register| {
                if !register.has_second(&account) {
                    return Err(PeopleError::NoSecondFactor);
                }
                register.pass(&account, code, now())?;
                register.drop_second(&account);
                let account = account.clone();
                Ok(((), vec![decision(who, Act::RemoveSecondFactor { account })]))
            })
            .await;
        if let Err(PeopleError::WrongCode) = removed {
            self.failed(&account, from).await?;
        }
        removed
    }
}
