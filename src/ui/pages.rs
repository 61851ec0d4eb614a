//! One file a page.

pub mod actions;
pub mod backlog;
pub mod conflicts;
pub mod decisions;
pub mod import;
pub mod incidents;
pub mod method;
pub mod news;
pub mod overview;
pub mod past;
pub mod report;
pub mod settings;
pub mod start;
pub mod system;
pub mod systems;
pub mod training;
pub mod workshop;
