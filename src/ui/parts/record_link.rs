//! A record's name, and the page where it is seen.

use leptos::prelude::*;
use leptos_router::components::A;

use super::fields::shown;
use crate::register::{Choose, Field, IncidentLink, Language, Place, RecordKind, Register, Value};

/// What a record is called within its system: its own name, or else its kind.
#[must_use]
pub fn own_name(register: &Register, place: &Place, language: Language) -> String {
    named(register, place).unwrap_or_else(|| place.kind.term().in_language(language).to_owned())
}

/// A record's own name, if it has one: of a risk, what may happen; of a link, what it leads to.
fn named(register: &Register, place: &Place) -> Option<String> {
    if place.kind == RecordKind::IncidentLink {
        let link = register.incident_links.get(&place.key)?;
        return named(register, &IncidentLink::place(&link.to)?);
    }
    ["name", "title", "event"].iter().find_map(|field| match register.value(place, field) {
        Some(Value::Line(text) | Value::Prose(text)) => {
            text.lines().next().map(str::to_owned).filter(|text| !text.is_empty())
        }
        _ => None,
    })
}

/// A value in words, as [`shown`]; what a link leads to by its name.
#[must_use]
pub fn in_words(register: &Register, field: Field, value: &Value, language: Language) -> String {
    match value {
        Value::Line(to) if field == IncidentLink::TO => {
            IncidentLink::place(to).map_or_else(|| to.clone(), |place| record_name(register, &place, language))
        }
        _ => shown(field, value, language),
    }
}

/// What a record is called: its kind and its own title, and the system it belongs to.
#[must_use]
pub fn record_name(register: &Register, place: &Place, language: Language) -> String {
    let kind = place.kind.term().in_language(language);
    let own = named(register, place);
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
        RecordKind::Incident | RecordKind::IncidentLink => format!("/incidenter/{}", place.key.root()),
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
