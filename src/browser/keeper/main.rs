//! The keeper's wasm module: the worker that holds the document.

#[cfg(target_arch = "wasm32")]
fn main() {
    klassrum::browser::keeper::inside::run();
}

/// The keeper lives in a browser.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}
