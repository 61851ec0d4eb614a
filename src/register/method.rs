//! The method: what the levels mean, which facts set a floor, which measures a level asks for, how a risk is valued, when
//! a system is due again and which comes next. Rules only; what they work on is data, from the catalogue room or from
//! the organisation's own files.
//!
//! Start at [`floors`] for what facts ask for, at [`measures_for`] for what levels ask for, at [`Matrix::level`] for what a
//! risk comes to, at [`due`] for when it is time again and at [`backlog`] for what comes next.
//!
//! Level 4 is no level to plan for: [`measures_for`] gives [`Stop`] instead.

mod answer;
mod backlog;
mod due;
mod floor;
mod matrix;
mod measure;
mod upgrade;
mod wording;

pub use answer::*;
pub use backlog::*;
pub use due::*;
pub use floor::*;
pub use matrix::*;
pub use measure::*;
pub use upgrade::*;
pub use wording::*;

use super::value::choice;

choice! {
    /// What an organisation may have in a wording of its own.
    MethodKind {
        Levels "levels" "Nivåernas ord" "Wording of the levels",
        Floors "floors" "Golv" "Floors",
        Measures "measures" "Åtgärdskatalog" "Catalogue of measures",
        Matrix "matrix" "Riskmatris" "Risk matrix",
    }
}
