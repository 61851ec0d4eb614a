//! Two mains: in the browser the page, elsewhere the relay's command line.

/// Mounts the app on the page.
#[cfg(target_arch = "wasm32")]
fn main() {
    klassrum::ui::mount();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    klassrum::relay::command_line()
}
