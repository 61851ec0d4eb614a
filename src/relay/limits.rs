//! How much one connection, one address and the relay as a whole may ask for.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What the relay takes. The limits of the frames themselves are in [`crate::sync::wire`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes in one entry's sealed bytes.
    pub entry_max: usize,
    /// Most bytes in one mailbox.
    pub mailbox_max: u64,
    /// Most connections in all, to files and to mailboxes.
    pub connections: usize,
    /// Most connections from one address.
    pub connections_per_address: usize,
    /// Most mailboxes that one connection may have open.
    pub channels: usize,
    /// How long a connection may take before it has said what it wants.
    pub hello_within: Duration,
    /// How long a device may take to receive what it is sent.
    pub write_within: Duration,
    /// How long a connection may be silent; it is asked at half of that.
    pub silence: Duration,
    /// How long covered entries are kept.
    pub keep_covered: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entry_max: 16 << 20,
            mailbox_max: 1 << 30,
            connections: 20_000,
            connections_per_address: 1_000,
            channels: 256,
            hello_within: Duration::from_secs(10),
            write_within: Duration::from_secs(30),
            silence: Duration::from_secs(90),
            keep_covered: Duration::from_secs(30 * 24 * 3600),
        }
    }
}

/// How often something may be done: so many at once, and so many more each second.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    at_once: f64,
    per_second: f64,
    left: f64,
    at: Instant,
}

impl Bucket {
    pub(super) fn full(at_once: u32, per_second: u32, now: Instant) -> Self {
        let at_once = f64::from(at_once);
        Self { at_once, per_second: f64::from(per_second), left: at_once, at: now }
    }

    /// Takes `count` if that many are left.
    pub(super) fn take(&mut self, count: u32, now: Instant) -> bool {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() * self.per_second;
        self.at = now;
        self.left = (self.left + gained).min(self.at_once);
        let is_enough = f64::from(count) <= self.left;
        if is_enough {
            self.left -= f64::from(count);
        }
        is_enough
    }
}

/// Who is connected from where.
#[derive(Debug, Clone, Default)]
pub(super) struct Addresses(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A connection that counts against its address for as long as this lives.
pub(super) struct Counted {
    addresses: Addresses,
    address: IpAddr,
}

impl Addresses {
    /// Counts one more connection from `address`, unless it has `most` already.
    pub(super) fn count(&self, address: IpAddr, most: usize) -> Option<Counted> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if most <= *count {
            return None;
        }
        *count += 1;
        Some(Counted { addresses: self.clone(), address })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.addresses.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_what_it_holds_and_fills_with_time() {
        let start = Instant::now();
        let mut bucket = Bucket::full(10, 5, start);
        assert!(bucket.take(10, start));
        assert!(!bucket.take(1, start));
        let later = start + Duration::from_secs(1);
        assert!(!bucket.take(6, later));
        assert!(bucket.take(5, later));
        // It never holds more than it did at first.
        let much_later = later + Duration::from_secs(3600);
        assert!(!bucket.take(11, much_later));
        assert!(bucket.take(10, much_later));
        // A clock that goes back gives nothing.
        assert!(!bucket.take(1, start));
    }

    #[test]
    fn an_address_gets_its_place_back_when_a_connection_ends() {
        let addresses = Addresses::default();
        let [here, there] = ["10.0.0.1", "10.0.0.2"].map(|address| address.parse().unwrap());
        let first = addresses.count(here, 2);
        let second = addresses.count(here, 2);
        assert!(first.is_some() && second.is_some() && addresses.count(here, 2).is_none());
        assert!(addresses.count(there, 2).is_some());
        drop(first);
        assert!(addresses.count(here, 2).is_some());
        drop(second);
        assert!(addresses.0.lock().unwrap().is_empty());
    }
}
