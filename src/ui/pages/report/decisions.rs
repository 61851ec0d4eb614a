//! What management decides, one by one: each has its paragraph, a role and a day.

use leptos::prelude::*;

use super::code;
use crate::browser::device;
use crate::register::{Choose, Command, Decision, Key, Place, RecordKind, Value, review_place};
use crate::ui::parts::fields::FieldEditor;
use crate::ui::parts::history::History;
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::language_of;

/// The id of the button that adds one.
pub const ADD: &str = "decisions-add";

/// The decisions of a year's review, to be written in until its report is issued.
#[component]
pub fn Decisions(
    /// The review's year.
    year: i16,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let is_issued = Memo::new(move |_| session.read(|register| !register.issued_of(year).is_empty()));
    view! {
        <Show
            when=move || is_issued.get()
            fallback=move || view! { <Proposals year /> }
        >
            <p class="part__hint" lang=move || code(language_of(i18n))>{t!(i18n, review_decisions.issued)}</p>
        </Show>
    }
}

#[component]
fn Proposals(year: i16) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let rows = Memo::new(move |_| {
        session.read(|register| {
            let all = register.decisions_of(year).into_iter();
            all.map(|(number, key, decision)| (number, key.clone(), decision.order)).collect::<Vec<_>>()
        })
    });
    let add = move |_| {
        let Some(own) = Key::parse(device::new_key().as_str()) else { return };
        let key = review_place(year).key.child(&own);
        let last = rows.with_untracked(|rows| rows.iter().filter_map(|(.., order)| *order).max());
        let order = last.map_or(1, |last| last.saturating_add(1));
        session.send(Command::Add {
            place: Place { kind: RecordKind::Decision, key },
            fields: vec![(Decision::ORDER.key.to_owned(), Value::Number(order))],
        });
    };
    view! {
        <div class="review-decisions">
            <ol class="review-decisions__list">
                <For each=move || rows.get() key=|(number, key, _)| (*number, key.clone()) let((number, key, _))>
                    <Row number key />
                </For>
            </ol>
            <button type="button" class="button" id=ADD disabled=move || !session.editable() on:click=add>
                {t!(i18n, review_decisions.add)}
            </button>
        </div>
    }
}

/// One decision.
#[component]
fn Row(number: u32, key: Key) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let place = Place { kind: RecordKind::Decision, key };
    let removed = place.clone();
    let remove = move |_| session.send(Command::Remove { place: removed.clone() });
    let name = format!("{} § {number}", RecordKind::Decision.term().sv);
    view! {
        <li>
            <div class="review-decisions__row" role="group" aria-label=name>
                <span class="review-decisions__number" aria-hidden="true">{format!("§\u{A0}{number}")}</span>
                <div class="fields">
                    <FieldEditor place=place.clone() field=Decision::TEXT />
                    <FieldEditor place=place.clone() field=Decision::OWNER />
                    <FieldEditor place=place.clone() field=Decision::DUE />
                </div>
                <button
                    type="button"
                    class="button button--plain"
                    disabled=move || !session.editable()
                    aria-label=move || format!("{} § {number}", t_string!(i18n, common.remove))
                    on:click=remove
                >
                    {t!(i18n, common.remove)}
                </button>
            </div>
            <History place within=true />
        </li>
    }
}
