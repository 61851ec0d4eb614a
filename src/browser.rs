//! What only a browser has: IndexedDB, workers, channels between tabs, files, the clock. Wasm only.
//!
//! The document lives in a worker, the [`keeper`], so that the page never waits for it. Reading and writing files is
//! another worker's, [`files`], started when it is first needed, and setting PDFs a third one's, [`pdf`]. A page talks to both in messages, and holds only a
//! picture of the register.
//!
//! Start at [`keeper::Keeper`]. Nothing here decides what an edit means, and nothing here draws.

pub mod awake;
pub mod camera;
pub mod device;
pub mod files;
pub mod keeper;
mod kept_link;
pub mod offline;
pub mod pdf;
pub mod reply;
mod socket;
mod store;
mod tabs;
mod worker;
