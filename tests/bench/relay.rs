//! How fast and how frugal the relay is, with real clients on loopback: `scripts/bench relay`.
//!
//! Clients seal and sign what they append and open what they get; they leave checking signatures out, since they share
//! two cores with the relay that is measured.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(not(target_arch = "wasm32"))]
#[path = "../support/relay.rs"]
mod relay;

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    measure::main();
}

#[cfg(not(target_arch = "wasm32"))]
mod measure {
    use std::fs;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use chacha20poly1305::aead::Aead;
    use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
    use futures_util::{SinkExt, StreamExt};
    use klassrum::sync::wire::{ClientFrame, Mark, RelayFrame};
    use tokio::sync::Barrier;
    use tokio::task::JoinSet;
    use tokio_tungstenite::tungstenite::{Bytes, Message};

    use super::relay::{Device, Keys, Relay};

    /// Bytes of an entry once it is sealed: 24 nonce, 60 of its own, 16 seal.
    const PLAIN: usize = 60;
    /// The least time between two entries of one client.
    const PACE: Duration = Duration::from_millis(5);

    #[tokio::main]
    pub async fn main() {
        let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
        let value = |name: &str| {
            let at = arguments.iter().position(|argument| argument == name)?;
            Some(arguments.get(at + 1).unwrap_or_else(|| panic!("{name} needs a value")).clone())
        };
        let number = |name, otherwise| value(name).map_or(otherwise, |text| text.parse().expect("a number"));
        let (clients, edits) = (number("--clients", 30), number("--edits", 100));
        if arguments.iter().any(|argument| argument == "--json") {
            let figures = group(clients, edits).await;
            println!(
                "{{\"deliveries_per_s\": {:.0}, \"p50_ms\": {:.1}, \"p99_ms\": {:.1}, \
                 \"relay_cpu_ms_per_1k_deliveries\": {:.2}, \"relay_rss_mb\": {:.1}}}",
                figures.per_second, figures.p50, figures.p99, figures.cpu, figures.rss
            );
            return;
        }
        let only = value("--only");
        let wants = |case: &str| only.as_deref().is_none_or(|only| only == case);
        if wants("group") {
            let figures = group(clients, edits).await;
            println!("{clients} clients in one mailbox, {edits} entries each, at most one every 5 ms:");
            println!("  {:.0} deliveries/s (budget 150000)", figures.per_second);
            println!("  p50 {:.1} ms, p99 {:.1} ms (budget 50)", figures.p50, figures.p99);
            println!("  relay CPU {:.2} ms per 1000 deliveries (budget 2)", figures.cpu);
            println!("  relay peak memory {:.1} MB", figures.rss);
        }
        if wants("pairs") {
            pairs(2_000, 5).await;
        }
        if wants("idle") {
            idle(5_000, 500).await;
        }
        if wants("catch-up") {
            catch_up(20_000).await;
        }
    }

    struct Figures {
        per_second: f64,
        p50: f64,
        p99: f64,
        cpu: f64,
        rss: f64,
    }

    /// Everybody in one mailbox; done when every client has every entry.
    async fn group(clients: u32, edits: u32) -> Figures {
        let relay = Relay::start_quietly("bench-group", &[]);
        let begin = Arc::new(Barrier::new(clients as usize + 1));
        let zero = Instant::now();
        let mut running = JoinSet::new();
        for client in 0..clients {
            let mut device = Device::connect(&relay).await;
            let keys = Keys::new(1);
            device.enter(1, &keys).await;
            let begin = begin.clone();
            running.spawn(async move {
                begin.wait().await;
                // Spread over the pace, as people are.
                let offset = PACE * client / clients;
                converse(device, &keys, zero, offset, PACE, edits, clients * edits).await
            });
        }
        let cpu_before = cpu_ms(&relay);
        begin.wait().await;
        let began = Instant::now();
        let mut latencies = Vec::new();
        while let Some(measured) = running.join_next().await {
            latencies.extend(measured.unwrap());
        }
        let took = began.elapsed().as_secs_f64();
        let deliveries = f64::from(clients * (clients - 1) * edits);
        assert_eq!(latencies.len() as f64, deliveries);
        let (p50, p99) = percentiles(&mut latencies);
        let cpu = (cpu_ms(&relay) - cpu_before) / deliveries * 1000.0;
        Figures { per_second: deliveries / took, p50, p99, cpu, rss: peak_mb(&relay) }
    }

    /// Two in each of many mailboxes; each appends once a second, spread over the second.
    async fn pairs(mailboxes: u32, edits: u32) {
        let relay = Relay::start_quietly("bench-pairs", &["--max-per-address", "20000"]);
        let zero = Instant::now();
        let pace = Duration::from_secs(1);
        let begin = Arc::new(Barrier::new(2 * mailboxes as usize + 1));
        let mut running = JoinSet::new();
        for client in 0..2 * mailboxes {
            let mut device = Device::connect(&relay).await;
            let keys = Keys::new(client / 2);
            device.enter(1, &keys).await;
            let begin = begin.clone();
            running.spawn(async move {
                begin.wait().await;
                // Not in the order in which they came.
                let offset = pace * (client * 7919 % (2 * mailboxes)) / (2 * mailboxes);
                converse(device, &keys, zero, offset, pace, edits, 2 * edits).await
            });
        }
        let cpu_before = cpu_ms(&relay);
        begin.wait().await;
        let mut latencies = Vec::new();
        while let Some(measured) = running.join_next().await {
            latencies.extend(measured.unwrap());
        }
        let (p50, p99) = percentiles(&mut latencies);
        println!("{mailboxes} mailboxes with 2 clients, {edits} entries each, one a second:");
        println!("  p50 {p50:.1} ms, p99 {p99:.1} ms (budget 100)");
        println!("  relay CPU {:.0} ms, peak memory {:.1} MB", cpu_ms(&relay) - cpu_before, peak_mb(&relay));
    }

    /// Many who are connected and say nothing.
    async fn idle(connections: u32, mailboxes: u32) {
        let relay = Relay::start_quietly("bench-idle", &["--max-per-address", "20000"]);
        let before = now_mb(&relay);
        let mut devices = Vec::new();
        for client in 0..connections {
            let mut device = Device::connect(&relay).await;
            device.enter(1, &Keys::new(client % mailboxes)).await;
            devices.push(device);
        }
        println!("{connections} idle connections in {mailboxes} mailboxes:");
        println!("  relay memory {:.1} MB, {before:.1} MB before (budget 150)", now_mb(&relay));
    }

    /// A device that comes late to a long log with one snapshot in it.
    async fn catch_up(entries: u64) {
        let relay = Relay::start_quietly("bench-catch-up", &[]);
        let keys = Keys::new(1);
        let mut number = 0;
        // As devices write them: after 300 entries, and what comes while one is on its way.
        let covered = entries - 500;
        while number < entries {
            // Each connection may append 5,000 at once.
            let mut device = Device::connect(&relay).await;
            device.create(1, &keys, "").await;
            for _ in 0..8 {
                let sealed: Vec<_> = (0..500).map(|more| seal(number + more, PLAIN)).collect();
                let chunk = sealed.iter().map(|bytes| keys.entry(bytes)).collect();
                device.say(ClientFrame::Append { channel: 1, entries: chunk }).await;
                number += 500;
                if number == covered {
                    let snapshot = seal(u64::MAX, 200_000);
                    let snapshot = vec![keys.snapshot(covered, &snapshot)];
                    device.say(ClientFrame::Append { channel: 1, entries: snapshot }).await;
                }
            }
            relay.until("klassrum_appends_total", |stored| number as f64 <= stored).await;
        }
        let sent_before = relay.metric("klassrum_sent_bytes_total").await;
        let cpu_before = cpu_ms(&relay);
        let mut late = Device::connect(&relay).await;
        let began = Instant::now();
        late.open(1, &keys, 0, Mark::EMPTY).await;
        let received = late.read_all().await.len();
        // The snapshot and what it doesn't cover.
        let aim = 1 + 500;
        let took = began.elapsed();
        let sent = relay.metric("klassrum_sent_bytes_total").await - sent_before;
        println!("Catch-up on {entries} entries, a snapshot of 200 kB covers all but the last 500:");
        println!("  {received} entries (budget {aim}), {:.0} kB from the relay, {took:.1?}", sent / 1000.0);
        println!("  relay CPU {:.0} ms", cpu_ms(&relay) - cpu_before);
    }

    /// Appends at its pace and reads until it has all; the milliseconds from appending to delivery of each it got.
    async fn converse(
        device: Device,
        keys: &Keys,
        zero: Instant,
        offset: Duration,
        pace: Duration,
        edits: u32,
        all: u32,
    ) -> Vec<f64> {
        let cipher = cipher();
        let (mut sending, mut receiving) = device.socket.split();
        let begin = tokio::time::Instant::now() + offset;
        let send = async {
            let mut ticks = tokio::time::interval_at(begin, pace);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            for _ in 0..edits {
                ticks.tick().await;
                let nanos = u64::try_from(zero.elapsed().as_nanos()).unwrap();
                let sealed = seal_with(&cipher, nanos, PLAIN);
                let frame = ClientFrame::Append { channel: 1, entries: vec![keys.entry(&sealed)] }.to_bytes();
                sending.send(Message::Binary(Bytes::from(frame))).await.unwrap();
            }
        };
        let receive = async {
            let (mut latencies, mut has) = (Vec::new(), 0);
            while has < all {
                let Message::Binary(bytes) = receiving.next().await.unwrap().unwrap() else { continue };
                match RelayFrame::from_bytes(&bytes).unwrap() {
                    RelayFrame::Entries { entries, .. } => {
                        let now = zero.elapsed();
                        for entry in &entries {
                            let appended = Duration::from_nanos(open(&cipher, entry.new.sealed));
                            latencies.push(now.saturating_sub(appended).as_secs_f64() * 1000.0);
                        }
                        has += u32::try_from(entries.len()).unwrap();
                    }
                    RelayFrame::Acknowledged { receipts, .. } => has += u32::try_from(receipts.len()).unwrap(),
                    RelayFrame::Presence { .. } => {}
                    other => panic!("{other:?}"),
                }
            }
            latencies
        };
        let ((), latencies) = tokio::join!(send, receive);
        // Others may still want to hear what this one sent: the socket lives as long as the relay.
        std::mem::forget((sending, receiving));
        latencies
    }

    fn cipher() -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&[1; 32].into())
    }

    fn seal(number: u64, len: usize) -> Vec<u8> {
        seal_with(&cipher(), number, len)
    }

    fn seal_with(cipher: &XChaCha20Poly1305, number: u64, len: usize) -> Vec<u8> {
        let mut plain = vec![0; len];
        plain[..8].copy_from_slice(&number.to_le_bytes());
        // A counter serves for a nonce here: nobody keeps these secrets.
        static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let mut nonce = [0; 24];
        nonce[..8].copy_from_slice(&NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_le_bytes());
        [nonce.to_vec(), cipher.encrypt(&XNonce::from(nonce), plain.as_slice()).unwrap()].concat()
    }

    fn open(cipher: &XChaCha20Poly1305, sealed: &[u8]) -> u64 {
        let (nonce, sealed) = sealed.split_first_chunk::<24>().unwrap();
        let plain = cipher.decrypt(&XNonce::from(*nonce), sealed).unwrap();
        u64::from_le_bytes(plain[..8].try_into().unwrap())
    }

    fn percentiles(values: &mut [f64]) -> (f64, f64) {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values[((values.len() - 1) as f64 * share) as usize];
        (at(0.5), at(0.99))
    }

    /// What the relay has computed, in milliseconds; the system counts in hundredths of a second.
    fn cpu_ms(relay: &Relay) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", relay.program.id())).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let fields: Vec<_> = fields.split(' ').collect();
        fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap() * 10.0).sum()
    }

    fn peak_mb(relay: &Relay) -> f64 {
        memory_mb(relay, "VmHWM:")
    }

    fn now_mb(relay: &Relay) -> f64 {
        memory_mb(relay, "VmRSS:")
    }

    fn memory_mb(relay: &Relay, name: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", relay.program.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<f64>().unwrap() / 1024.0
    }
}
