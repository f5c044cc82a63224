//! Failed sign-ins make who tries wait.
//!
//! They are counted by name and address together: somebody who guesses a commander's password from elsewhere must not be able to keep the
//! commander out.

use std::collections::BTreeMap;

use yiping_model::Timestamp;

use super::policy::Policy;
use super::register::NAME_CHARS_MAX;

/// Most pairs of name and address that are remembered; beyond it the one that failed longest ago is forgotten.
const REMEMBERED_MAX: usize = 10_000;

/// Whoever tries must wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// Seconds until the next try.
    pub secs: u64,
}

/// Failed sign-ins of late.
#[derive(Debug, Default)]
pub struct Throttle(BTreeMap<(String, String), Tries>);

#[derive(Debug)]
struct Tries {
    failed: u32,
    last: Timestamp,
}

impl Throttle {
    /// Whether a try under this name from this address may be made now.
    ///
    /// # Errors
    /// [`Wait`] when it may not.
    pub fn check(
        &self,
        name: &str,
        from: &str,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<(), Wait> {
        let Some(tries) = self.0.get(&key(name, from)) else {
            return Ok(());
        };
        let left = policy.wait_micros() - now.micros_since(tries.last);
        if tries.failed < policy.tries_max || left <= 0 {
            return Ok(());
        }
        Err(Wait {
            secs: left.unsigned_abs().div_ceil(1_000_000),
        })
    }

    /// A try failed; true when it was the one after which the address waits.
    pub fn failed(&mut self, name: &str, from: &str, policy: &Policy, now: Timestamp) -> bool {
        let wait = policy.wait_micros();
        if self.0.len() >= REMEMBERED_MAX {
            self.0
                .retain(|_, tries| now.micros_since(tries.last) < wait);
        }
        if self.0.len() >= REMEMBERED_MAX {
            let oldest = self.0.iter().min_by_key(|(_, tries)| tries.last);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                self.0.remove(&oldest);
            }
        }
        let tries = self.0.entry(key(name, from)).or_insert(Tries {
            failed: 0,
            last: now,
        });
        if now.micros_since(tries.last) >= wait {
            tries.failed = 0;
        }
        tries.failed += 1;
        tries.last = now;
        tries.failed == policy.tries_max
    }

    /// A try went well: what failed before it is forgotten.
    pub fn succeeded(&mut self, name: &str, from: &str) {
        self.0.remove(&key(name, from));
    }
}

/// No account has a longer name: what is longer is remembered by its beginning.
fn key(name: &str, from: &str) -> (String, String) {
    (name.chars().take(NAME_CHARS_MAX).collect(), from.to_owned())
}
