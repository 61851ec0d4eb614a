//! What a record has been: who changed which field, when, from what to what.

use std::rc::Rc;

use leptos::prelude::*;

use crate::browser::device;
use crate::browser::keeper::protocol::Request;
use crate::document::Past;
use crate::register::{Place, RecordKind, Value};
use crate::ui::parts::fields::shown;
use crate::ui::session::{Answer, Session};
use crate::ui::words::i18n::{Locale, t, t_string, use_i18n};
use crate::ui::words::language_of;

/// What a step changed: the field's name, or that the record was removed or put back.
#[must_use]
pub fn what_changed(i18n: leptos_i18n::I18nContext<Locale>, kind: RecordKind, step: &Past) -> String {
    match kind.field(&step.field) {
        Some(field) => field.term.in_language(language_of(i18n)).to_owned(),
        None if step.after == Value::Flag(true) => t_string!(i18n, history.removed).to_owned(),
        None => t_string!(i18n, history.restored).to_owned(),
    }
}

/// The history of a record, fetched when it is opened.
#[component]
pub fn History(
    /// The record.
    place: Place,
    /// Whether it stands among the record's fields, and not as a card of its own.
    #[prop(optional)]
    within: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let past = RwSignal::new_local(None::<Rc<Vec<Past>>>);
    let kind = place.kind;
    let is_open = RwSignal::new(false);
    let changed = Memo::new({
        let place = place.clone();
        move |_| {
            session.read(|register| {
                place.kind.fields().iter().map(|field| register.value(&place, field.key)).collect::<Vec<_>>()
            })
        }
    });
    // Asked for when it is opened, and again when the record changes while it is.
    Effect::new(move |_| {
        changed.track();
        if !is_open.get() {
            return;
        }
        let place = place.clone();
        session.ask(
            |ticket| Request::History(ticket, place, None),
            move |answer| {
                if let Answer::History(mut found) = answer {
                    if let Some(end) = untrack(|| session.past()).map(device::end_of) {
                        Rc::make_mut(&mut found).retain(|change| change.at <= end);
                    }
                    past.try_set(Some(found));
                }
            },
        );
    });
    let row = move |change: &Past| {
        let field = kind.field(&change.field);
        let name = {
            let change = change.clone();
            move || what_changed(i18n, kind, &change)
        };
        let (before, after) = (change.before.clone(), change.after.clone());
        let words = move |value: &Value| field.map_or_else(String::new, |field| shown(field, value, language_of(i18n)));
        let when = device::local_time_of(change.at);
        let who = change.by.as_ref().map(|by| match (by.role.as_str(), by.name.as_str()) {
            ("", "") => String::new(),
            (role, "") => role.to_owned(),
            ("", name) => name.to_owned(),
            (role, name) => format!("{role} ({name})"),
        });
        let who = who.filter(|who| !who.is_empty());
        view! {
            <tr>
                <td>{format!("{} {:02}:{:02}", when.date(), when.hour(), when.minute())}</td>
                <td>{move || who.clone().unwrap_or_else(|| t_string!(i18n, history.unknown).to_owned())}</td>
                <td>{name}</td>
                <td class="history__value">{let before = before.clone(); move || words(&before)}</td>
                <td class="history__value">{let after = after.clone(); move || words(&after)}</td>
            </tr>
        }
    };
    view! {
        <details class="history" class:card=!within on:toggle=move |event| is_open.set(event_target::<web_sys::Element>(&event).has_attribute("open"))>
            <summary>
                {if within {
                    t!(i18n, history.title).into_any()
                } else {
                    view! { <h2>{t!(i18n, history.title)}</h2> }.into_any()
                }}
            </summary>
            <div class="table-wrap">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, history.when)}</th>
                            <th scope="col">{t!(i18n, history.who)}</th>
                            <th scope="col">{t!(i18n, history.what)}</th>
                            <th scope="col">{t!(i18n, history.before)}</th>
                            <th scope="col">{t!(i18n, history.after)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {move || past.get().map(|past| past.iter().rev().map(row).collect_view())}
                    </tbody>
                </table>
            </div>
        </details>
    }
}
