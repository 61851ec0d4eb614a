//! The yearly *Ledningens genomgång*: register, figures, one report model, its renderings.
//!
//! Start at [`figures`] for what is counted and where the list behind each figure is, and at [`report`] for the report
//! itself: sections of blocks of runs, which a page, [`docx`], [`sheet()`] (for a PDF) and [`text`] each render in their
//! own way; [`charts`] draws what is better seen; [`changes`] compares the register with what it was at the review
//! before. The report is in Swedish always: it is a document of record.
//!
//! Nothing here reads a clock: days are passed in, and the same register, year and day give the same report.

pub mod annexes;
pub mod as_of;
pub mod calendar;
pub mod changes;
pub mod charts;
mod columns;
mod computed;
pub mod docx;
pub mod drawing;
pub mod figures;
pub mod frozen;
pub mod minutes;
pub mod model;
#[cfg(feature = "pdf")]
pub mod pdf;
pub mod prose;
pub mod secrecy;
pub mod sections;
mod sheet;
pub mod text;
pub mod warnings;
pub mod xlsx;

pub use as_of::{as_of, as_of_today, day_of};
pub use changes::{ChangeKind, Changes, LastYear, compared_with};
pub use charts::Chart;
pub use docx::{DocxError, Template, TemplateError, to_docx, to_docx_in};
pub use figures::{Figure, Figures, IncidentsOnly, ListBehind};
pub use frozen::{Frozen, FrozenError};
pub use minutes::minutes;
pub use model::{Align, Block, Footnote, Report, Run, Runs, Section, Table, Withheld, report};
pub use prose::insertable;
pub use secrecy::{Ground, Mask, Part, annex, open, part, public};
pub use sections::{SECTIONS, SectionPlan};
pub use sheet::{number_of, sheet};
pub use warnings::{Concern, WaitsFor, Warning, cut_off_too_old, warnings};
pub use xlsx::{XlsxError, to_xlsx};
