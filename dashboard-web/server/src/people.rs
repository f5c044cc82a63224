//! Who is who, kept: the register in a file, every change of it first in the log.
//!
//! A change is made on a copy, appended to the log as a decision (so it stands on the ledger), written to the file, and only then counts.
//! Secrets are made here and shown once; the register holds their digests.

mod decided;
mod error;
mod file;
mod invitation;
mod second;
mod secret;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use yiping_desk::people::{
    Account, AccountForm, Entry, Identity, Key, Oidc, Passed, Policy, Refused, Register, Standing,
    Subject, Throttle, TokenForm, Who,
};
use yiping_log::{CityClock, Log};
use yiping_model::{Act, Body, Decision, Means, Timestamp};

use crate::metrics;
use decided::{decision, set_account, set_subject};
use file::RegisterFile;

pub use error::PeopleError;
pub(crate) use invitation::Link;
pub use secret::fresh;

/// Passwords that are hashed at the same time: each takes 19 MiB and a core for a while.
const HASHES_MAX: usize = 2;
/// Sign-ins that may wait for it.
const WAITING_MAX: usize = 64;
/// How often ended sessions are looked for; their screens are told then.
const LOOK: Duration = Duration::from_secs(10);

/// The register and its rules; clones are the same.
#[derive(Clone)]
pub struct People(Arc<Inner>);

struct Inner {
    file: RegisterFile,
    log: Arc<dyn Log>,
    policy: Policy,
    register: Mutex<Register>,
    throttle: Mutex<Throttle>,
    /// Held while the register changes: one change after the other, each on what the one before left.
    changing: tokio::sync::Mutex<()>,
    changed: watch::Sender<()>,
    waiting: Semaphore,
    hashing: Semaphore,
    /// Opens the making of the first account.
    first: Mutex<Option<Key>>,
    /// The hash of a password that nobody has: a name that is not known takes as long as one that is.
    nobody: String,
}

impl fmt::Debug for People {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("People").finish_non_exhaustive()
    }
}

/// What is changed of how a person is let in; the default changes nothing.
#[derive(Debug, Default)]
pub struct Change {
    /// A password, which the person must change.
    pub password: Option<String>,
    /// Whether the second factor is taken away.
    pub drop_second: bool,
    /// As whom the provider knows the person; empty when nobody is to answer for the person any more.
    pub subject: Option<String>,
}

/// A person who has just been let in.
#[derive(Debug)]
pub(crate) struct Entered {
    /// What the person's browser carries from now on.
    pub(crate) secret: String,
    /// Who it is.
    pub(crate) who: Who,
}

impl People {
    /// Reads the register, or begins an empty one.
    ///
    /// # Errors
    /// [`PeopleError::File`] when it cannot be read.
    pub fn open(file: PathBuf, log: Arc<dyn Log>, policy: Policy) -> Result<Self, PeopleError> {
        let file = RegisterFile::new(file);
        let register = file.load()?;
        Ok(Self(Arc::new(Inner {
            file,
            log,
            policy,
            register: Mutex::new(register),
            throttle: Mutex::default(),
            changing: tokio::sync::Mutex::new(()),
            changed: watch::Sender::new(()),
            waiting: Semaphore::new(WAITING_MAX),
            hashing: Semaphore::new(HASHES_MAX),
            first: Mutex::new(None),
            nobody: secret::hash(&secret::fresh()?)?,
        })))
    }

    /// The rules.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// While nobody has an account: what lets the first administrator make one, once. Each call makes the one before void.
    ///
    /// # Errors
    /// When the machine gives no random numbers.
    pub fn offer_first(&self) -> Result<Option<String>, PeopleError> {
        if !self.register().is_empty() {
            return Ok(None);
        }
        let secret = secret::fresh()?;
        *self.first() = Some(Key::of(&secret));
        Ok(Some(secret))
    }

    /// Forgets ended sessions, tells their screens, and keeps what was heard, until `stop`.
    pub async fn keep(&self, stop: impl Future<Output = ()>) {
        let mut beat = tokio::time::interval(LOOK);
        let again = async {
            loop {
                beat.tick().await;
                self.tidy().await;
            }
        };
        tokio::select! {
            () = stop => self.tidy().await,
            () = again => {}
        }
    }

    async fn tidy(&self) {
        let _one_at_a_time = self.0.changing.lock().await;
        let (next, ended) = {
            let mut register = self.register();
            let ended = register.forget(&self.0.policy, now());
            (register.clone(), ended)
        };
        if ended {
            self.0.changed.send_replace(());
        }
        if let Err(error) = self.0.file.save(next).await {
            tracing::error!(%error, "what was heard of sessions cannot be kept; a restart may end them");
        }
    }

    /// Who carries this key, if it opens; a person's session is heard of by it.
    pub(crate) fn hear(&self, key: &Key) -> Option<Who> {
        self.register().hear(key, &self.0.policy, now())
    }

    /// Whether this key opens still.
    pub(crate) fn opens(&self, key: &Key) -> bool {
        self.register().who(key, &self.0.policy, now()).is_some()
    }

    /// Wakes when sessions or tokens may have ended.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.0.changed.subscribe()
    }

    /// Signs a person in.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`] without saying what is wrong, [`PeopleError::SecondFactor`] when name and password are right and a code is missing,
    /// [`PeopleError::Wait`] after too many failures, [`PeopleError::Busy`].
    pub(crate) async fn sign_in(
        &self,
        name: &str,
        password: String,
        code: Option<&str>,
        seat: &str,
        from: &str,
    ) -> Result<Entered, PeopleError> {
        let check = self.throttle().check(name, from, &self.0.policy, now());
        check.map_err(PeopleError::Wait)?;
        let known = self
            .register()
            .account(name)
            .map(|one| one.password.clone());
        let hash = known.clone().unwrap_or_else(|| self.0.nobody.clone());
        let right = self
            .hashing(move || secret::verify(&password, &hash))
            .await?;
        if known.is_none() || !right {
            self.failed(name, from).await?;
            return Err(PeopleError::Wrong);
        }
        let entered = self.enter(name, seat, from, code).await;
        match &entered {
            Ok(_) => self.throttle().succeeded(name, from),
            Err(PeopleError::WrongCode) => self.failed(name, from).await?,
            Err(_) => {}
        }
        entered
    }

    async fn failed(&self, name: &str, from: &str) -> Result<(), PeopleError> {
        metrics::count(metrics::SIGN_INS_FAILED, 1);
        let held = self.throttle().failed(name, from, &self.0.policy, now());
        if !held {
            return Ok(());
        }
        tracing::warn!(from, "sign-ins failed too often: the address waits");
        let act = Act::SignInHeld {
            account: name.chars().take(64).collect(),
            from: from.to_owned(),
        };
        let nobody = Decision {
            person: None,
            seat: String::new(),
            act,
        };
        self.0.log.append(vec![Body::Decision(nobody)]).await?;
        Ok(())
    }

    /// Lets a person in for whom the provider answers.
    ///
    /// # Errors
    /// [`PeopleError::Refused`] when no open account has this identity.
    pub(crate) async fn enter_vouched(
        &self,
        identity: &Identity,
        oidc: &Oidc,
        seat: &str,
        from: &str,
    ) -> Result<Entered, PeopleError> {
        let secret = secret::fresh()?;
        let key = Key::of(&secret);
        let policy = &self.0.policy;
        let who = self
            .change(|register| {
                let (name, is_new) = register.known_by(identity, oidc)?;
                register.begin_vouched(&key, &name, seat, policy, now())?;
                let who = register
                    .who(&key, policy, now())
                    .ok_or(PeopleError::Wrong)?;
                let linked = is_new.then(|| set_subject(&who, &name, Some(&identity.subject)));
                let act = Act::SignIn {
                    from: from.to_owned(),
                    by: Means::Provider,
                };
                let acts = linked.into_iter().chain([decision(&who, act)]);
                Ok((who.clone(), acts.collect()))
            })
            .await?;
        Ok(Entered { secret, who })
    }

    async fn enter(
        &self,
        name: &str,
        seat: &str,
        from: &str,
        code: Option<&str>,
    ) -> Result<Entered, PeopleError> {
        let secret = secret::fresh()?;
        let key = Key::of(&secret);
        let policy = &self.0.policy;
        let who = self
            .change(|register| {
                let mut by = Means::Password;
                if register.asks_code(name, policy) {
                    let code = code.ok_or(PeopleError::SecondFactor)?;
                    by = match register.pass(name, code, now())? {
                        Passed::Code => Means::Code,
                        Passed::Recovery => Means::RecoveryCode,
                    };
                }
                register.begin(key.clone(), name, seat, policy, now())?;
                let who = register
                    .who(&key, policy, now())
                    .ok_or(PeopleError::Wrong)?;
                let act = Act::SignIn {
                    from: from.to_owned(),
                    by,
                };
                Ok((who.clone(), vec![decision(&who, act)]))
            })
            .await?;
        Ok(Entered { secret, who })
    }

    /// Ends a person's session; a token has none.
    pub(crate) async fn sign_out(&self, key: &Key, who: &Who) -> Result<(), PeopleError> {
        self.change(|register| {
            let signed = register.end(key).then(|| decision(who, Act::SignOut));
            Ok(((), signed.into_iter().collect()))
        })
        .await
    }

    /// Makes the first account, an administrator, for whoever has the secret of [`People::offer_first`].
    pub(crate) async fn make_first(
        &self,
        secret: &str,
        name: &str,
        display: &str,
        password: String,
        from: &str,
    ) -> Result<Entered, PeopleError> {
        if self.first().as_ref() != Some(&Key::of(secret)) {
            return Err(PeopleError::FirstGone);
        }
        let hash = self.checked_hash(name, password).await?;
        self.change(|register| {
            let account = register.first(name, display, hash, now())?;
            Ok(((), vec![set_account(&Who::operator(), account)]))
        })
        .await?;
        *self.first() = None;
        self.enter(name, "", from, None).await
    }

    /// Changes a person's own password.
    pub(crate) async fn change_password(
        &self,
        key: &Key,
        who: &Who,
        old: String,
        new: String,
        from: &str,
    ) -> Result<(), PeopleError> {
        let same = old == new;
        let name = self.knows(who, old, from).await?;
        if same {
            return Err(yiping_desk::people::PasswordFault::Same.into());
        }
        let hash = self.checked_hash(&name, new).await?;
        self.change(|register| {
            register.set_password(&name, hash, key, now())?;
            let account = name.clone();
            Ok(((), vec![decision(who, Act::SetPassword { account })]))
        })
        .await
    }

    /// Whether the person who is signed in knows the password; gives the account's name. Failures count like those of signing in.
    async fn knows(&self, who: &Who, password: String, from: &str) -> Result<String, PeopleError> {
        let name = who.person.clone().ok_or(PeopleError::Wrong)?;
        let account = self.fits(&name, password, from).await?;
        Ok(account.name)
    }

    /// Whether a name and a password fit together: who signs something says it again. Failures count as those of signing in.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`] without saying what is wrong, [`PeopleError::Wait`] after too many failures, [`PeopleError::Busy`].
    pub(crate) async fn vouch(
        &self,
        name: &str,
        password: String,
        seat: &str,
        from: &str,
    ) -> Result<Who, PeopleError> {
        let account = self.fits(name, password, from).await?;
        self.throttle().succeeded(name, from);
        // It stands for a signature and opens nothing.
        let must_change = account.must_change;
        Ok(Who::of_account(&account, seat, must_change, Standing::Off))
    }

    async fn fits(&self, name: &str, password: String, from: &str) -> Result<Account, PeopleError> {
        let check = self.throttle().check(name, from, &self.0.policy, now());
        check.map_err(PeopleError::Wait)?;
        let known = self.register().account(name).cloned();
        let hash = known.as_ref().map_or(&self.0.nobody, |one| &one.password);
        let hash = hash.clone();
        let right = self.hashing(move || secret::verify(&password, &hash));
        let right = right.await?;
        let Some(account) = known.filter(|_| right) else {
            self.failed(name, from).await?;
            return Err(PeopleError::Wrong);
        };
        Ok(account)
    }

    /// Makes an account; the person must change its password when `first_password` says so.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub async fn make_account(
        &self,
        by: &Who,
        form: AccountForm,
        password: String,
        first_password: bool,
    ) -> Result<Account, PeopleError> {
        let hash = self.checked_hash(&form.name, password).await?;
        self.change(|register| {
            let account = register.make(by, form, hash, first_password, &self.0.policy, now())?;
            Ok((account.clone(), vec![set_account(by, account)]))
        })
        .await
    }

    /// Changes an account and what is said of how the person is let in.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub async fn change_account(
        &self,
        by: &Who,
        form: AccountForm,
        change: Change,
    ) -> Result<Account, PeopleError> {
        let subject = change.subject.map(|sub| self.subject(sub)).transpose()?;
        let drop_second = change.drop_second;
        let hash = match change.password {
            Some(password) => Some(self.checked_hash(&form.name, password).await?),
            None => None,
        };
        self.change(|register| {
            let set = hash.is_some();
            let had = register.has_second(&form.name);
            let entry = Entry {
                password: hash,
                drop_second,
                subject: subject.clone(),
            };
            let account = register.change(by, form, entry, now())?;
            let mut acts = vec![set_account(by, account)];
            if set {
                let account = account.name.clone();
                acts.push(decision(by, Act::SetPassword { account }));
            }
            if had && drop_second {
                let account = account.name.clone();
                acts.push(decision(by, Act::RemoveSecondFactor { account }));
            }
            if let Some(subject) = &subject {
                acts.push(set_subject(by, &account.name, subject.as_ref()));
            }
            Ok((account.clone(), acts))
        })
        .await
    }

    /// The person whom the provider calls so; nobody when the text is empty.
    fn subject(&self, sub: String) -> Result<Option<Subject>, PeopleError> {
        if sub.is_empty() {
            return Ok(None);
        }
        let oidc = self.0.policy.oidc.as_ref();
        let oidc =
            oidc.ok_or_else(|| Refused::Form("no provider is configured: [people.oidc]".into()))?;
        let issuer = oidc.issuer.clone();
        Ok(Some(Subject { issuer, sub }))
    }

    /// Issues a token and gives its secret, which is never shown again.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub async fn issue_token(&self, by: &Who, form: TokenForm) -> Result<String, PeopleError> {
        let secret = secret::fresh()?;
        let key = Key::of(&secret);
        self.change(|register| {
            let token = register.issue(by, &form, key, &self.0.policy, now())?;
            let act = Act::IssueToken {
                token: token.name.clone(),
                role: token.role.name().to_owned(),
                of_seat: token.seat.clone(),
            };
            Ok(((), vec![decision(by, act)]))
        })
        .await?;
        Ok(secret)
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub async fn revoke_token(&self, by: &Who, name: &str) -> Result<(), PeopleError> {
        self.change(|register| {
            register.revoke(by, name)?;
            let token = name.to_owned();
            Ok(((), vec![decision(by, Act::RevokeToken { token })]))
        })
        .await
    }

    /// The register as it is now.
    pub fn register(&self) -> MutexGuard<'_, Register> {
        self.0
            .register
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn throttle(&self) -> MutexGuard<'_, Throttle> {
        self.0
            .throttle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn first(&self) -> MutexGuard<'_, Option<Key>> {
        self.0.first.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn checked_hash(&self, name: &str, password: String) -> Result<String, PeopleError> {
        self.0.policy.check_password(name, &password)?;
        self.hashing(move || secret::hash(&password)).await
    }

    /// Hashes on a thread that may take its time; few at once, and few waiting.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PeopleError> + Send + 'static,
    ) -> Result<T, PeopleError> {
        let _waits = self
            .0
            .waiting
            .try_acquire()
            .map_err(|_full| PeopleError::Busy)?;
        let _hashes = self
            .0
            .hashing
            .acquire()
            .await
            .map_err(|_closed| PeopleError::Busy)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_broke| PeopleError::Busy)?
    }

    /// Changes the register: on a copy; what was decided goes to the log, the copy to the file, and then it counts.
    async fn change<T>(
        &self,
        change: impl FnOnce(&mut Register) -> Result<(T, Vec<Decision>), PeopleError>,
    ) -> Result<T, PeopleError> {
        let _one_at_a_time = self.0.changing.lock().await;
        let mut next = self.register().clone();
        let (made, decisions) = change(&mut next)?;
        if !decisions.is_empty() {
            let bodies = decisions.into_iter().map(Body::Decision).collect();
            self.0.log.append(bodies).await?;
        }
        self.0.file.save(next.clone()).await?;
        *self.register() = next;
        self.0.changed.send_replace(());
        Ok(made)
    }
}

/// The machine's clock: sessions are not of the city's time.
fn now() -> Timestamp {
    CityClock::machine_now()
}
