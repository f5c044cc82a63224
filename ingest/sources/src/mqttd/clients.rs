//! Who is connected: one connection for each client id, the latest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The connected devices by their client ids.
#[derive(Debug, Default)]
pub(super) struct Clients {
    places: Mutex<Places>,
}

#[derive(Debug, Default)]
struct Places {
    by_id: HashMap<String, (u64, watch::Sender<bool>)>,
    last: u64,
}

/// A connection's hold on its client id; dropped, it is given back.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) client_id: String,
    /// Turns true when another connection takes the client id.
    pub(super) taken_over: watch::Receiver<bool>,
    number: u64,
    clients: Arc<Clients>,
}

impl Clients {
    /// Takes the client id. Who held it is told to go and waited for, so that what it still says comes first.
    pub(super) async fn enter(self: &Arc<Self>, client_id: String) -> Place {
        let (tell, taken_over) = watch::channel(false);
        let (place, before) = {
            let mut places = self.lock();
            places.last += 1;
            let number = places.last;
            let before = places.by_id.insert(client_id.clone(), (number, tell));
            let clients = Arc::clone(self);
            let place = Place {
                client_id,
                taken_over,
                number,
                clients,
            };
            (place, before)
        };
        if let Some((_, before)) = before {
            before.send_replace(true);
            before.closed().await;
        }
        place
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.clients.lock();
        let held = places.by_id.get(&self.client_id);
        if held.is_some_and(|(number, _)| *number == self.number) {
            places.by_id.remove(&self.client_id);
        }
    }
}
