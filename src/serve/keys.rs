//! Keys for pseudonyms: random, in memory only, one for each rotation period, wiped when it ends.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_lc_rs::rand;

use crate::privacy::PseudonymKey;

/// The current key of each rotation period in use. All workers share it, so that a visitor has one
/// pseudonym; each asks once for a connection and period.
#[derive(Default)]
pub(crate) struct PseudonymKeys(Mutex<HashMap<Duration, (KeyEpoch, Arc<PseudonymKey>)>>);

/// The number of a rotation period since 1970.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct KeyEpoch(u64);

impl KeyEpoch {
    /// The period that `now`, in seconds since 1970, lies in.
    pub(crate) fn at(now: i64, rotation: Duration) -> Self {
        Self(u64::try_from(now).unwrap_or(0) / rotation.as_secs().max(1))
    }
}

impl PseudonymKeys {
    /// The key for that period. Asking for a new one forgets the old one for good.
    pub(crate) fn current(&self, rotation: Duration, epoch: KeyEpoch) -> Arc<PseudonymKey> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match keys.get(&rotation) {
            Some((held, key)) if *held == epoch => Arc::clone(key),
            _ => {
                let mut random = [0; 32];
                // Without randomness no pseudonym is safe to make: an all-zero key would be no
                // secret, so nothing is said but that it failed.
                rand::fill(&mut random).expect("the operating system has a random source");
                let key = Arc::new(PseudonymKey::new(random));
                keys.insert(rotation, (epoch, Arc::clone(&key)));
                key
            }
        }
    }
}

impl fmt::Debug for PseudonymKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKeys(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_lasts_for_its_period() {
        let keys = PseudonymKeys::default();
        let day = Duration::from_secs(86_400);
        let (morning, evening) = (KeyEpoch::at(86_400, day), KeyEpoch::at(172_799, day));
        assert_eq!(morning, evening);
        let key = keys.current(day, morning);
        assert!(Arc::ptr_eq(&key, &keys.current(day, evening)));
        let next = keys.current(day, KeyEpoch::at(172_800, day));
        assert!(!Arc::ptr_eq(&key, &next));
        assert!(
            !Arc::ptr_eq(&key, &keys.current(day, morning)),
            "the old key is gone"
        );
    }
}
