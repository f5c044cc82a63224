//! Finding in a list what is asked for in the same order again and again.

/// Where a look-up in a sorted list begins.
///
/// A sensor names its properties in one order, message after message. So the place after the one that was found last, and after the last the
/// first, is tried before all others: then one item is compared and no other touched. What is found does not depend on it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Turn(usize);

impl Turn {
    /// Where the item with this key is, or belongs. `sorted` is in the order of its keys, each once.
    ///
    /// # Errors
    /// The place where an item with this key belongs, when there is none.
    pub fn find<T, K: Ord>(
        &mut self,
        sorted: &[T],
        key: impl for<'a> Fn(&'a T) -> &'a K,
        wanted: &K,
    ) -> Result<usize, usize> {
        let tried = sorted.get(self.0).filter(|item| key(item) == wanted);
        let place = match tried {
            Some(_) => self.0,
            None => sorted.binary_search_by(|item| key(item).cmp(wanted))?,
        };
        self.0 = if place + 1 < sorted.len() {
            place + 1
        } else {
            0
        };
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_goes_round() {
        let mut turn = Turn::default();
        let sorted = ["hum", "pm25", "temp"];
        for (wanted, place) in [("temp", 2), ("hum", 0), ("pm25", 1), ("temp", 2)] {
            assert_eq!(turn.find(&sorted, |item| item, &wanted), Ok(place));
            assert_eq!(turn.0, (place + 1) % 3, "and the next one is tried first");
        }
    }

    proptest! {
        #[test]
        fn it_finds_what_a_search_finds(
            sorted in proptest::collection::btree_set(0_u8..32, 0..16),
            wanted in proptest::collection::vec(0_u8..32, 0..64),
        ) {
            let mut turn = Turn::default();
            let mut sorted: Vec<u8> = sorted.into_iter().collect();
            for wanted in wanted {
                let found = turn.find(&sorted, |item| item, &wanted);
                prop_assert_eq!(found, sorted.binary_search(&wanted));
                if wanted % 5 == 0 {
                    match found {
                        Ok(place) => drop(sorted.remove(place)),
                        Err(place) => sorted.insert(place, wanted),
                    }
                }
            }
        }
    }
}
