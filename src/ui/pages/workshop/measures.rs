//! What the levels ask for: done, partly, missing, not ours; and who does what is missing, by when.

use leptos::prelude::*;

use super::frame::Next;
use super::table::Table;
use crate::register::Date;
use crate::register::method::measures_for;
use crate::register::workshop::{MeasureNote, MeasureState, Said, Stop};
use crate::ui::parts::level::LevelBadges;
use crate::ui::parts::method::use_method;
use crate::ui::words::i18n::{Locale, t, t_string, use_i18n};
use crate::ui::words::language_of;

const STATES: [MeasureState; 4] =
    [MeasureState::Done, MeasureState::Partly, MeasureState::Missing, MeasureState::NotOurs];

fn state_words(i18n: leptos_i18n::I18nContext<Locale>, state: MeasureState) -> &'static str {
    match state {
        MeasureState::Done => t_string!(i18n, workshop.state_done),
        MeasureState::Partly => t_string!(i18n, workshop.state_partly),
        MeasureState::Missing => t_string!(i18n, workshop.state_missing),
        MeasureState::NotOurs => t_string!(i18n, workshop.state_not_ours),
    }
}

/// The measures that the decided levels ask for.
#[component]
pub fn Measures() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let method = use_method();
    let levels = Memo::new(move |_| table.read(|workshop| workshop.levels(None)));
    // Id and words of each, or that there is a level 4, for which there is no plan.
    let asked = Memo::new(move |_| {
        let language = language_of(i18n);
        method.with(|method| {
            let asked = measures_for(&method.measures, levels.get()).map_err(|_| ())?;
            let row = |one: &crate::register::method::Asked<'_>| {
                (one.measure.id.clone(), one.measure.title.in_language(language).to_owned())
            };
            Ok::<_, ()>(asked.iter().map(row).collect::<Vec<_>>())
        })
    });
    let notes = move || table.read(|workshop| workshop.measures.clone());
    view! {
        <h1>{t!(i18n, workshop.measures)}</h1>
        <p>{t!(i18n, workshop.levels_are)} " " {move || view! { <LevelBadges levels=levels.get() /> }}</p>
        {move || match asked.get() {
            Err(()) => view! { <p class="notice notice--bad" role="alert">{t!(i18n, system.exceptional)}</p> }.into_any(),
            Ok(asked) if asked.is_empty() => view! { <p class="soft">{t!(i18n, workshop.no_measures)}</p> }.into_any(),
            Ok(asked) => view! {
                <Show
                    when=move || table.leads()
                    fallback=move || view! {
                        <section class="card"><ul class="notes">{move || notes().into_iter().map(|note| view! { <Heard note /> }).collect_view()}</ul></section>
                    }
                >
                    <section class="card">
                        <p class="soft">{t!(i18n, workshop.measures_about)}</p>
                        <datalist id="owners">
                            {move || table.read(|workshop| workshop.people.clone()).into_iter().map(|person| view! {
                                <option value=person.role></option>
                            }).collect_view()}
                        </datalist>
                        <ul class="measures">
                            {asked.clone().into_iter().map(|(id, title)| view! { <Measure id title /> }).collect_view()}
                        </ul>
                    </section>
                </Show>
            }
            .into_any(),
        }}
        <Next to=Signal::derive(|| Stop::Records) words=Signal::derive(move || t_string!(i18n, workshop.to_records).to_owned()) />
    }
}

/// One measure, as it is heard.
#[component]
fn Heard(note: MeasureNote) -> impl IntoView {
    let i18n = use_i18n();
    let rest = [note.owner.clone(), note.due.map(|due| due.to_string()).unwrap_or_default()];
    let rest = rest.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
    view! {
        <li class="notes__row">
            <span>{note.title}</span> " "
            <strong>{move || state_words(i18n, note.state)}</strong> " "
            <span class="soft">{rest}</span>
        </li>
    }
}

/// One measure to answer about.
#[component]
fn Measure(id: String, title: String) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let group = format!("measure-{}", id.replace('.', "-"));
    let (owner_id, due_id, group) = (format!("{group}-owner"), format!("{group}-due"), StoredValue::new(group));
    let named = StoredValue::new((id, title.clone()));
    let note = Memo::new(move |_| {
        named.with_value(|(id, _)| {
            table.read(|workshop| workshop.measures.iter().find(|note| note.measure == *id).cloned())
        })
    });
    let change = move |change: &dyn Fn(&mut MeasureNote)| {
        let new = named.with_value(|(measure, title)| MeasureNote {
            measure: measure.clone(),
            title: title.clone(),
            state: MeasureState::Done,
            reason: String::new(),
            owner: String::new(),
            due: None,
        });
        let mut note = note.get_untracked().unwrap_or(new);
        change(&mut note);
        table.say(Said::Measure(note));
    };
    let state = move || note.with(|note| note.as_ref().map(|note| note.state));
    let to_do = move || matches!(state(), Some(MeasureState::Partly | MeasureState::Missing));
    view! {
        <li class="measure">
            <fieldset class="measure__question">
                <legend>{title}</legend>
                <div class="answers">
                    {STATES.into_iter().map(|one| view! {
                        <label class="answer">
                            <input
                                type="radio"
                                name=group.get_value()
                                prop:checked=move || state() == Some(one)
                                on:change=move |_| change(&|note| note.state = one)
                            />
                            {move || state_words(i18n, one)}
                        </label>
                    }).collect_view()}
                </div>
            </fieldset>
            <Show when=to_do>
                <div class="fields">
                    <div class="field">
                        <label for=owner_id.clone()>{t!(i18n, workshop.owner)}</label>
                        <input
                            id=owner_id.clone()
                            list="owners"
                            maxlength="300"
                            autocomplete="off"
                            prop:value=move || note.with(|note| note.as_ref().map(|note| note.owner.clone()))
                            on:change=move |event| {
                                let owner = event_target_value(&event).trim().to_owned();
                                change(&|note| note.owner.clone_from(&owner));
                            }
                        />
                    </div>
                    <div class="field">
                        <label for=due_id.clone()>{t!(i18n, workshop.due)}</label>
                        <input
                            id=due_id.clone()
                            type="date"
                            prop:value=move || note.with(|note| note.as_ref().and_then(|note| note.due).map(|due| due.to_string()))
                            on:change=move |event| {
                                let due = event_target_value(&event).parse::<Date>().ok();
                                change(&|note| note.due = due);
                            }
                        />
                    </div>
                </div>
            </Show>
        </li>
    }
}
