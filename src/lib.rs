//! Klassrum: an offline-first register for information security in Swedish municipal companies.
//!
//! The package is one house with these rooms. Arrows go one way, downwards in this list; `tests/rooms.rs` holds the
//! house to it.
//!
//! - [`register`]: what a register is and which edits make sense; pure values and rules. Imports nothing here.
//! - [`catalogue`]: what ships with the program, as data. Imports the register.
//! - [`document`]: where the register meets Automerge. Imports the register.
//! - [`exchange`]: files people already have, in and out. Imports the register and the catalogue.
//! - [`report`]: register, figures, one report model, its renderings. Imports the register and the catalogue.
//! - [`sync`]: how changes travel between tabs and devices: framing and names; no socket, no clock. Imports nothing here.
//! - [`relay`]: serves the app, keeps sealed entries and passes them on; native only. Imports only the names and framing of
//!   `sync`, and never a room that knows what a register is.
//! - `browser`: IndexedDB, locks between tabs, workers, files; wasm only. Imports all of the above but the relay.
//! - `ui`: session, pages, parts, words; wasm only. Imports `browser` and what is pure; never touches an Automerge
//!   document.

#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod catalogue;
pub mod document;
pub mod exchange;
pub mod register;
#[cfg(not(target_arch = "wasm32"))]
pub mod relay;
pub mod report;
pub mod sync;
#[cfg(target_arch = "wasm32")]
pub mod ui;
