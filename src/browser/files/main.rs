//! The files worker's wasm module: reads lists and writes documents.

#[cfg(target_arch = "wasm32")]
fn main() {
    klassrum::browser::files::inside::run();
}

/// The files worker lives in a browser.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}
