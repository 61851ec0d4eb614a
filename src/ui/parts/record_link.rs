//! A record's name, and the page where it is seen.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::register::{Choose, Language, Place, RecordKind, Register, Value};

/// What a record is called: its kind and its own title, and the system it belongs to.
#[must_use]
pub fn record_name(register: &Register, place: &Place, language: Language) -> String {
    let kind = place.kind.term().in_language(language);
    let own = ["name", "title"].iter().find_map(|field| match register.value(place, field) {
        Some(Value::Line(text)) if !text.is_empty() => Some(text),
        _ => None,
    });
    let root = Place { kind: RecordKind::System, key: place.key.root() };
    let system = match register.value(&root, "name") {
        Some(Value::Line(name)) if root != *place && !name.is_empty() => Some(name),
        _ => None,
    };
    match (own, system) {
        (Some(own), None) => own,
        (Some(own), Some(system)) => format!("{own} ({system})"),
        (None, Some(system)) => format!("{kind} ({system})"),
        (None, None) => kind.to_owned(),
    }
}

/// Where a record is seen.
#[must_use]
pub fn record_address(place: &Place) -> String {
    match place.kind {
        RecordKind::Incident => format!("/incidenter/{}", place.key),
        RecordKind::Training | RecordKind::TrainingCount => "/utbildning".to_owned(),
        RecordKind::Review | RecordKind::Section | RecordKind::Decision | RecordKind::Issued => {
            format!("/rapport?year={}", place.key.root())
        }
        RecordKind::Method => "/metod".to_owned(),
        RecordKind::Organisation => "/installningar".to_owned(),
        _ => format!("/system/{}", place.key.root()),
    }
}

/// The name as a link.
#[component]
pub fn RecordLink(
    /// The record.
    place: Place,
) -> impl IntoView {
    let session = crate::ui::session::Session::expect();
    let i18n = crate::ui::words::i18n::use_i18n();
    let address = record_address(&place);
    let name = move || {
        let language = crate::ui::words::language_of(i18n);
        session.read(|register| record_name(register, &place, language))
    };
    view! { <A href=address>{name}</A> }
}
