//! Runs the target that `KLASSRUM_FUZZ_TARGET` names, guided by coverage.
#![no_main]

#[path = "../targets.rs"]
mod targets;

use std::sync::LazyLock;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let wanted = std::env::var("KLASSRUM_FUZZ_TARGET").unwrap();
    targets::TARGETS.iter().find(|(name, _)| *name == wanted).unwrap().1
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| TARGET(bytes));
