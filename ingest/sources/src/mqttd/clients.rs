//! Who is connected: one connection for each client id, the latest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedMutexGuard, watch};

/// The connected devices by their client ids.
#[derive(Debug)]
pub(super) struct Clients {
    /// Devices at one time.
    most: usize,
    places: Mutex<Places>,
}

#[derive(Debug, Default)]
struct Places {
    by_id: HashMap<String, Client>,
    /// The last name that was given.
    last: u64,
}

/// One client id, for as long as anybody holds it.
#[derive(Debug)]
struct Client {
    /// Connections that hold it: the latest, and those that it told to go.
    holders: usize,
    /// Tells the latest to go.
    tell: watch::Sender<bool>,
    turn: Turn,
}

/// Whose turn it is to speak under a client id; they come in the order in which they took it.
type Turn = Arc<tokio::sync::Mutex<()>>;

/// A connection's hold on its client id; dropped, it is given back.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) client_id: String,
    /// Turns true when another connection takes the client id.
    pub(super) taken_over: watch::Receiver<bool>,
    turn: Turn,
    mine: Option<OwnedMutexGuard<()>>,
    clients: Arc<Clients>,
}

impl Clients {
    /// Nobody is connected yet, and so many devices may be.
    pub(super) fn new(most: usize) -> Arc<Self> {
        let places = Mutex::default();
        Arc::new(Self { most, places })
    }

    /// Takes the client id, or for a device that brings none one that nobody has. Who holds it is told to go and shares its place until then;
    /// another device is not let in when every place is taken.
    pub(super) fn enter(self: &Arc<Self>, client_id: &str, host: &str) -> Option<Place> {
        let (tell, taken_over) = watch::channel(false);
        let mut places = self.lock();
        let is_new = !places.by_id.contains_key(client_id);
        if is_new && places.by_id.len() >= self.most {
            return None;
        }
        let client_id = if client_id.is_empty() {
            places.name(host)
        } else {
            client_id.to_owned()
        };
        let (holders, turn) = match places.by_id.remove(&client_id) {
            Some(before) => {
                before.tell.send_replace(true);
                (before.holders + 1, before.turn)
            }
            None => (1, Turn::default()),
        };
        let client = Client {
            holders,
            tell,
            turn: Arc::clone(&turn),
        };
        places.by_id.insert(client_id.clone(), client);
        Some(Place {
            client_id,
            taken_over,
            turn,
            mine: None,
            clients: Arc::clone(self),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Places {
    /// A client id that no connected device has.
    fn name(&mut self, host: &str) -> String {
        loop {
            self.last += 1;
            let name = format!("{host}-guest-{}", self.last);
            if !self.by_id.contains_key(&name) {
                return name;
            }
        }
    }
}

impl Place {
    /// Waits until who held the client id before is gone, so that what it still says comes first.
    pub(super) async fn is_free(&mut self) {
        self.mine = Some(Arc::clone(&self.turn).lock_owned().await);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.clients.lock();
        if let Some(client) = places.by_id.get_mut(&self.client_id) {
            client.holders -= 1;
            if client.holders == 0 {
                places.by_id.remove(&self.client_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn is_free(place: &mut Place) -> bool {
        place.is_free().now_or_never().is_some()
    }

    #[test]
    fn who_gives_up_while_it_waits_lets_nobody_past() {
        let clients = Clients::new(1);
        let enter = |client_id| clients.enter(client_id, "door");
        let mut first = enter("pump-7").expect("a place");
        assert!(is_free(&mut first));
        let second = enter("pump-7").expect("the place of the first");
        assert!(*first.taken_over.borrow());
        let mut third = enter("pump-7").expect("the same");
        assert!(*second.taken_over.borrow());
        drop(second);
        assert!(!is_free(&mut third), "the first still speaks");
        drop(third);
        let mut fourth = enter("pump-7").expect("the same");
        assert!(!is_free(&mut fourth), "the first still speaks");
        drop(first);
        assert!(is_free(&mut fourth));
        assert!(!*fourth.taken_over.borrow());
        assert!(enter("other").is_none());
        drop(fourth);
        assert!(enter("other").is_some());
    }
}
