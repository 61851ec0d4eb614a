//! The wasm module of the worker that sets PDFs.

#[cfg(target_arch = "wasm32")]
fn main() {
    klassrum::browser::pdf::inside::run();
}

/// The worker lives in a browser.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}
