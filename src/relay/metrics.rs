//! What the relay counts, for Prometheus. Labels never name a mailbox, an address or a device.

use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::sync::wire::Refusal;

/// What the relay counts.
pub(super) struct Metrics {
    registry: Registry,
    pub(super) connections: Gauge,
    pub(super) channels: Gauge,
    pub(super) turned_away: Counter,
    pub(super) dropped_slow: Counter,
    pub(super) appends: Counter,
    pub(super) deliveries: Counter,
    pub(super) received_bytes: Counter,
    pub(super) sent_bytes: Counter,
    pub(super) group_entries: Histogram,
    refusals: Family<RefusalLabel, Counter>,
    store_seconds: Family<StoreLabel, Histogram>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabel {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StoreLabel {
    operation: Operation,
}

/// What the store was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub(super) enum Operation {
    Append,
    Read,
    Find,
    Create,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix("klassrum");
        let latency = || Histogram::new(exponential_buckets(0.000_25, 2.0, 15));
        let metrics = Self {
            connections: Gauge::default(),
            channels: Gauge::default(),
            turned_away: Counter::default(),
            dropped_slow: Counter::default(),
            appends: Counter::default(),
            deliveries: Counter::default(),
            received_bytes: Counter::default(),
            sent_bytes: Counter::default(),
            group_entries: Histogram::new(exponential_buckets(1.0, 2.0, 13)),
            refusals: Family::default(),
            store_seconds: Family::new_with_constructor(latency),
            registry: Registry::default(),
        };
        registry.register("connections", "Devices connected now", metrics.connections.clone());
        registry.register("channels", "Mailboxes open now, one for each device", metrics.channels.clone());
        registry.register("turned_away", "Connections over a limit", metrics.turned_away.clone());
        registry.register(
            "dropped_slow",
            "Devices that did not take what they were sent",
            metrics.dropped_slow.clone(),
        );
        registry.register("appends", "Entries stored", metrics.appends.clone());
        registry.register("deliveries", "Entries sent, one for each device", metrics.deliveries.clone());
        let bytes = |registry: &mut Registry, name: &str, help: &str, counter: &Counter| {
            registry.register_with_unit(name, help, Unit::Bytes, counter.clone());
        };
        bytes(&mut registry, "received", "Bytes of frames from devices", &metrics.received_bytes);
        bytes(&mut registry, "sent", "Bytes of frames to devices", &metrics.sent_bytes);
        registry.register("group_entries", "Entries stored in one commit", metrics.group_entries.clone());
        registry.register("refusals", "What was refused, by reason", metrics.refusals.clone());
        registry.register_with_unit(
            "store",
            "How long the database took",
            Unit::Seconds,
            metrics.store_seconds.clone(),
        );
        Self { registry, ..metrics }
    }

    pub(super) fn refused(&self, why: Refusal) {
        let reason = match why {
            Refusal::Version => "version",
            Refusal::NotOpen => "not open",
            Refusal::TooLarge => "too large",
            Refusal::Quota => "quota",
            Refusal::Rate => "rate",
            Refusal::Signature => "signature",
            Refusal::Malformed => "malformed",
            Refusal::DiskFull => "disk full",
            Refusal::AdmissionNeeded => "admission",
            Refusal::Stopping => "stopping",
            Refusal::Busy => "busy",
        };
        self.refusals.get_or_create(&RefusalLabel { reason }).inc();
    }

    pub(super) fn store_took(&self, operation: Operation, time: Duration) {
        self.store_seconds.get_or_create(&StoreLabel { operation }).observe(time.as_secs_f64());
    }

    /// All of it, in the text form of OpenMetrics.
    pub(super) fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a string can't fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
