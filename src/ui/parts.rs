//! Parts that several pages are made of.

pub mod changed;
pub mod choice;
pub mod confirm;
pub mod disputed;
pub mod fields;
pub mod gradually;
pub mod history;
pub mod icons;
pub mod incident_links;
pub mod language;
pub mod level;
pub mod matrix;
pub mod method;
pub mod more;
pub mod number;
pub mod past_day;
pub mod record_link;
pub mod records;
pub mod register_file;
pub mod register_of;
pub mod withdraw;
pub mod years;
