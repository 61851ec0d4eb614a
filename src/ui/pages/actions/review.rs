//! What management has decided in its reviews: actions that belong to no system, each with its paragraph as its source.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::register::{Decision, Key, Place, RecordKind};
use crate::ui::parts::fields::FieldEditor;
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, t_string, use_i18n};

/// The decisions of the reviews that have been issued, the latest first.
#[component]
pub fn ReviewDecisions() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let rows = Memo::new(move |_| {
        session.read(|register| {
            let mut years: Vec<i16> =
                register.reviews.iter().filter_map(|(key, _)| key.as_str().parse().ok()).collect();
            years.sort_unstable_by_key(|year| std::cmp::Reverse(*year));
            years
                .into_iter()
                .filter(|year| !register.issued_of(*year).is_empty())
                .flat_map(|year| {
                    let decisions = register.decided_of(year).into_iter();
                    decisions.map(move |(number, key, _)| (year, number, key.clone())).collect::<Vec<_>>()
                })
                .collect::<Vec<(i16, u32, Key)>>()
        })
    });
    view! {
        <Show when=move || !rows.with(Vec::is_empty)>
            <section class="card decided-actions" aria-labelledby="from-review">
                <h2 id="from-review">{t!(i18n, review_decisions.title)}</h2>
                <ul class="decided-actions__list">
                    <For each=move || rows.get() key=|(_, number, key)| (*number, key.clone()) let((year, number, key))>
                        <Row year number key />
                    </For>
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn Row(year: i16, number: u32, key: Key) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let place = Place { kind: RecordKind::Decision, key: key.clone() };
    let decision =
        Memo::new(move |_| session.read(|register| register.decisions.get(&key).cloned()).unwrap_or_default());
    let source = move || {
        t_string!(i18n, review_decisions.source, year = year.to_string(), number = number.to_string()).to_string()
    };
    let late = move || decision.with(|decision| decision.is_late(session.today()));
    view! {
        <li class="decided-actions__row">
            <p class="decided-actions__text">{move || decision.with(|decision| decision.text.0.clone())}</p>
            <p class="soft">
                <A href=format!("/rapport?year={year}")>{source}</A> ". "
                {move || decision.with(|decision| decision.owner.clone())} " "
                <span class="nowrap">{move || decision.with(|decision| decision.due.map(|due| due.to_string()))}</span>
                <Show when=late><span class="missing">" " {t!(i18n, actions.late)}</span></Show>
            </p>
            <div class="fields">
                <FieldEditor place=place.clone() field=Decision::STATUS />
                <FieldEditor place=place.clone() field=Decision::OUTCOME />
            </div>
        </li>
    }
}
