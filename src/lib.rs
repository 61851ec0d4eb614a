//! Klassrum: an offline-first register for information security in Swedish municipal companies.
//!
//! The package is one house with these rooms. Arrows go one way, downwards in this list; `tests/rooms.rs` holds the
//! house to it.
//!
//! - [`register`]: what a register is and which edits make sense, and what a workshop is and how its votes count; pure
//!   values and rules. Imports nothing here.
//! - [`catalogue`]: what ships with the program, as data. Imports the register.
//! - [`document`]: where the register and the workshop meet Automerge. Imports the register.
//! - [`exchange`]: files people already have, in and out. Imports the register and the catalogue.
//! - [`report`]: register, figures, one report model, its renderings. Imports the register and the catalogue.
//! - [`crypto`]: keys, invitations, sealing; the only room that sees both plain and sealed bytes. Imports nothing here.
//! - [`sync`]: how changes travel between tabs and devices: framing, names, the protocol; no socket, no clock. Imports
//!   `crypto` and `document`, but for its [`sync::wire`], which imports nothing here.
//! - [`relay`]: serves the app, keeps sealed entries and passes them on; native only. Imports only [`sync::wire`], and
//!   never a room that knows what a register is or a key.
//! - `browser`: IndexedDB, locks between tabs, workers, files; wasm only. Imports all of the above but the relay.
//! - `ui`: session, pages, parts, words; wasm only. Imports `browser` and what is pure; never touches an Automerge
//!   document.

#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod catalogue;
pub mod crypto;
pub mod document;
pub mod exchange;
pub mod register;
#[cfg(not(target_arch = "wasm32"))]
pub mod relay;
pub mod report;
pub mod sync;
#[cfg(target_arch = "wasm32")]
pub mod ui;
