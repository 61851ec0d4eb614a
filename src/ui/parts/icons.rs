//! The few signs of the side bar, drawn as lines. Each stands beside its word.

use leptos::prelude::*;

/// One sign.
#[component]
pub fn Icon(
    /// The outline, in a square of 24.
    path: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
}

/// Bars of a chart.
pub const OVERVIEW: &str = "M4 20V10M10 20V4M16 20v-7M21 20H3";
/// A list.
pub const SYSTEMS: &str = "M4 6h16M4 12h16M4 18h16";
/// A list with one thing done.
pub const ACTIONS: &str = "M4 6l2 2 3-4M12 6h8M4 13h4M12 13h8M4 20h4M12 20h8";
/// A warning.
pub const INCIDENTS: &str = "M12 4L3 20h18L12 4zM12 10v5M12 17.5v.5";
/// A mortarboard.
pub const TRAINING: &str = "M2 9l10-5 10 5-10 5L2 9zM6 11v5c3 3 9 3 12 0v-5";
/// An arrow into a tray.
pub const IMPORT: &str = "M12 3v11M7 10l5 5 5-5M4 20h16";
/// A bell.
pub const NEWS: &str = "M6 17V11a6 6 0 0 1 12 0v6M4 17h16M10 20h4";
/// A page.
pub const REPORT: &str = "M6 3h9l4 4v14H6V3zM14 3v5h5M9 12h7M9 16h7";
/// What comes next: a list with an arrow.
pub const BACKLOG: &str = "M4 6h10M4 12h10M4 18h6M18 4v14M15 15l3 3 3-3";
/// A way that parts in two.
pub const CONFLICTS: &str = "M12 21v-8M12 13L5 6M12 13l7-7M5 11V6h5M14 6h5v5";
/// Sliders.
pub const SETTINGS: &str = "M4 7h10M18 7h2M4 17h2M10 17h10M14 5v4M6 15v4";
