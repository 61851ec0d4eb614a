//! What the levels ask for: done, partly, missing, not ours; and who does what is missing, by when.

use leptos::prelude::*;

use super::frame::Next;
use super::table::Table;
use crate::register::Date;
use crate::register::method::measures_for;
use crate::register::workshop::{KnownMeasure, MeasureNote, MeasureState, Said, Stop};
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
    let levels = Memo::new(move |_| table.turn(|turn| turn.levels(None)));
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
    // What is heard of a measure: the table's word, or else the register's.
    let heard = move |asked: &[(String, String)]| {
        table.turn(|turn| {
            let notes = turn.measures.iter().map(|note| (note.title.clone(), Some(note.clone()), None));
            let rest = asked.iter().filter(|(id, _)| !turn.measures.iter().any(|note| note.measure == *id));
            let known = rest.filter_map(|(id, title)| Some((title.clone(), None, Some(turn.known(id)?.clone()))));
            notes.chain(known).collect::<Vec<_>>()
        })
    };
    view! {
        <h1>{t!(i18n, workshop.measures)}</h1>
        <p>{t!(i18n, workshop.levels_are)} " " {move || view! { <LevelBadges levels=levels.get() /> }}</p>
        {move || match asked.get() {
            Err(()) => view! { <p class="notice notice--bad" role="alert">{t!(i18n, system.exceptional)}</p> }.into_any(),
            Ok(asked) if asked.is_empty() => view! { <p class="soft">{t!(i18n, workshop.no_measures)}</p> }.into_any(),
            Ok(asked) => {
                let all = StoredValue::new(asked.clone());
                let heard = move || all.with_value(|asked| heard(asked));
                let rows = move || {
                    let rows = heard().into_iter().map(|(title, note, known)| view! { <Heard title note known /> });
                    rows.collect_view()
                };
                view! {
                <Show
                    when=move || table.leads()
                    fallback=move || view! { <section class="card"><ul class="notes">{rows}</ul></section> }
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
                .into_any()
            }
        }}
        <Next to=Signal::derive(|| Stop::Records) words=Signal::derive(move || t_string!(i18n, workshop.to_records).to_owned()) />
    }
}

fn joined(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// One measure, as it is heard.
#[component]
fn Heard(title: String, note: Option<MeasureNote>, known: Option<KnownMeasure>) -> impl IntoView {
    let i18n = use_i18n();
    let state = note.as_ref().map(|note| note.state);
    let rest = note.map(|note| joined([note.owner, note.due.map(|due| due.to_string()).unwrap_or_default()]));
    view! {
        <li class="notes__row">
            <span>{title}</span> " "
            {state.map(|state| view! { <strong>{move || state_words(i18n, state)}</strong> })} " "
            <span class="soft">{rest} {known.map(|known| move || known_words(i18n, &known))}</span>
        </li>
    }
}

/// What the register says of a measure: ”I registret: Delvis, 2025-03-12. Öppen i handlingsplanen: IT, 2026-05-01”.
fn known_words(i18n: leptos_i18n::I18nContext<Locale>, known: &KnownMeasure) -> String {
    let answer = match known.state {
        Some(state) => state_words(i18n, state).to_owned(),
        None if known.answers.is_empty() => String::new(),
        None => t_string!(i18n, workshop.in_register_unknown).to_owned(),
    };
    let several = if 1 < known.answers.len() { t_string!(i18n, workshop.in_register_several) } else { "" };
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let answered = joined([answer, day(known.answered), several.to_owned(), known.reason.clone()]);
    let row = joined([known.owner.clone(), day(known.due)]);
    let row = if row.is_empty() { row } else { t_string!(i18n, workshop.in_plan, row = row).to_string() };
    let parts = [answered, known.how.clone(), row];
    let parts: Vec<_> =
        parts.iter().map(|part| part.trim().trim_end_matches('.')).filter(|part| !part.is_empty()).collect();
    format!("{} {}", t_string!(i18n, workshop.in_register), parts.join(". "))
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
        named.with_value(|(id, _)| table.turn(|turn| turn.measures.iter().find(|note| note.measure == *id).cloned()))
    });
    let known = Memo::new(move |_| named.with_value(|(id, _)| table.turn(|turn| turn.known(id).cloned())));
    // The register's answer said again, while the table has said nothing of its own.
    let again = Memo::new(move |_| {
        let known = known.with(|known| named.with_value(|(_, title)| known.as_ref()?.confirmed(title)));
        known.filter(|_| note.with(Option::is_none))
    });
    let confirm = move |_| {
        if let Some(note) = again.get_untracked() {
            table.say(Said::Measure(note));
        }
    };
    let change = move |change: &dyn Fn(&mut MeasureNote)| {
        let known = known.get_untracked();
        // What a workshop of an older program's takes the place of is not known.
        let is_given = untrack(|| table.turn(|turn| turn.about.answers));
        let new = named.with_value(|(measure, title)| MeasureNote {
            measure: measure.clone(),
            title: title.clone(),
            state: MeasureState::Done,
            reason: String::new(),
            owner: known.as_ref().map(|known| known.owner.clone()).unwrap_or_default(),
            due: known.as_ref().and_then(|known| known.due),
            instead_of: is_given.then(|| known.map(|known| known.answers).unwrap_or_default()),
        });
        let mut note = note.get_untracked().unwrap_or(new);
        change(&mut note);
        table.say(Said::Measure(note));
    };
    let state = move || note.with(|note| note.as_ref().map(|note| note.state));
    let closes = move || {
        state() == Some(MeasureState::Done)
            && known.with(|known| known.as_ref().is_some_and(|known| known.row.is_some()))
    };
    let to_do = move || matches!(state(), Some(MeasureState::Partly | MeasureState::Missing));
    view! {
        <li class="measure">
            <fieldset class="measure__question">
                <legend>{title.clone()}</legend>
                {move || known.get().map(|known| view! {
                    <p class="measure__known soft">
                        <span>{move || known_words(i18n, &known)}</span>
                    </p>
                })}
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
                    <Show when=move || again.with(Option::is_some)>
                        <button type="button" class="button button--plain" on:click=confirm>
                            {t!(i18n, workshop.confirm)} <span class="unseen">": " {named.with_value(|(_, title)| title.clone())}</span>
                        </button>
                    </Show>
                </div>
            </fieldset>
            // What closes by itself is said, so that nobody looks for it.
            <p class="soft" hidden=move || !closes()>{t!(i18n, workshop.row_closes)}</p>
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
