//! What the levels ask for: done, partly, missing, not ours; and who does what is missing, by when.

use leptos::prelude::*;

use super::frame::Next;
use super::table::Table;
use crate::register::method::{Catalogue, measures_for};
use crate::register::workshop::{KnownMeasure, MeasureNote, MeasureState, Said, Stop, Turn};
use crate::register::{Choose, Date, Language, Levels, Side};
use crate::ui::parts::level::LevelBadges;
use crate::ui::parts::method::use_method;
use crate::ui::words::i18n::{Locale, t, t_string, use_i18n};
use crate::ui::words::language_of;

const STATES: [MeasureState; 5] = [
    MeasureState::Done,
    MeasureState::Partly,
    MeasureState::Missing,
    MeasureState::NotOurs,
    MeasureState::NotApplicable,
];

fn state_words(i18n: leptos_i18n::I18nContext<Locale>, state: MeasureState) -> &'static str {
    match state {
        MeasureState::Done => t_string!(i18n, workshop.state_done),
        MeasureState::Partly => t_string!(i18n, workshop.state_partly),
        MeasureState::Missing => t_string!(i18n, workshop.state_missing),
        MeasureState::NotOurs => t_string!(i18n, workshop.state_not_ours),
        MeasureState::NotApplicable => t_string!(i18n, workshop.state_not_applicable),
    }
}

/// A measure that the levels ask for, in the table's words.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    id: String,
    title: String,
    expects: String,
    /// What is expected more strictly, where it is.
    stricter: String,
}

/// What these levels ask for, or that there is a level 4, for which there is no plan.
fn rows(catalogue: &Catalogue, levels: Levels, language: Language) -> Result<Vec<Row>, ()> {
    let asked = measures_for(catalogue, levels).map_err(|_| ())?;
    let row = |one: &crate::register::method::Asked<'_>| Row {
        id: one.measure.id.clone(),
        title: one.measure.title.in_language(language).to_owned(),
        expects: one.measure.expects.in_language(language).to_owned(),
        stricter: if one.stricter { one.measure.stricter.in_language(language).to_owned() } else { String::new() },
    };
    Ok(asked.iter().map(row).collect())
}

/// What the decided levels ask for.
fn asked_of(table: Table) -> (Memo<Levels>, Memo<Result<Vec<Row>, ()>>) {
    let i18n = use_i18n();
    let method = use_method();
    let levels = Memo::new(move |_| table.turn(|turn| turn.levels(None)));
    let catalogue = Memo::new(move |_| table.turn(|turn| (!turn.catalogue.is_empty()).then(|| turn.as_catalogue())));
    let asked = Memo::new(move |_| {
        let levels = levels.get();
        catalogue.with(|brought| match brought {
            Some(brought) => rows(brought, levels, Language::Swedish),
            // An older program's workshop brings none: this device's own is the best there is.
            None => method.with(|method| rows(&method.measures, levels, language_of(i18n))),
        })
    });
    (levels, asked)
}

/// The measures for a wall: the one to talk about, which is the first that nothing is said of, and how many are left.
#[component]
pub fn MeasuresOnWall() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let (levels, asked) = asked_of(table);
    let left = Memo::new(move |_| {
        asked.with(|asked| {
            let is_left = |turn: &Turn, row: &Row| turn.measures.iter().all(|note| note.measure != row.id);
            table.turn(|turn| {
                let all = asked.as_deref().unwrap_or_default();
                (all.iter().filter(|row| is_left(turn, row)).cloned().collect::<Vec<_>>(), all.len())
            })
        })
    });
    let far = move || {
        let (left, all) = left.with(|(left, all)| (left.len(), *all));
        (0 < all).then(|| t_string!(i18n, workshop.measures_far, said = all - left, all = all).to_string())
    };
    let next = Memo::new(move |_| left.with(|(left, _)| left.first().cloned()));
    view! {
        <h1>{t!(i18n, workshop.measures)}</h1>
        <p>{move || view! { <LevelBadges levels=levels.get() /> }} " " {far}</p>
        {move || next.get().map(|row| view! { <ul class="wall__list wall__list--one" data-next=""><Heard row /></ul> })}
    }
}

/// The measures that the decided levels ask for.
#[component]
pub fn Measures() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let (levels, asked) = asked_of(table);
    // What was said of measures that the levels ask for no longer.
    let others = Memo::new(move |_| {
        asked.with(|asked| {
            let is_asked = |id: &str| asked.iter().flatten().any(|row| row.id == id);
            table.turn(|turn| {
                let others = turn.measures.iter().filter(|note| !is_asked(&note.measure));
                let row = |note: &MeasureNote| Row {
                    id: note.measure.clone(),
                    title: note.title.clone(),
                    expects: String::new(),
                    stricter: String::new(),
                };
                others.map(row).collect::<Vec<_>>()
            })
        })
    });
    view! {
        <h1>{t!(i18n, workshop.measures)}</h1>
        <p>{t!(i18n, workshop.levels_are)} " " {move || view! { <LevelBadges levels=levels.get() /> }}</p>
        {move || match asked.get() {
            Err(()) => view! { <p class="notice notice--bad" role="alert">{t!(i18n, system.exceptional)}</p> }.into_any(),
            Ok(asked) if asked.is_empty() => view! { <p class="soft">{t!(i18n, workshop.no_measures)}</p> }.into_any(),
            Ok(asked) => {
                let all = StoredValue::new(asked);
                let heard = move || all.get_value().into_iter().chain(others.get());
                view! {
                <Show
                    when=move || table.leads()
                    fallback=move || view! {
                        <section class="card">
                            <p class="soft">{t!(i18n, workshop.measures_heard)}</p>
                            <ul class="notes">
                                <For each=heard key=|row| row.id.clone() let(row)><Heard row /></For>
                            </ul>
                        </section>
                    }
                >
                    <section class="card">
                        <p class="soft">{t!(i18n, workshop.measures_about)}</p>
                        <datalist id="owners">
                            {move || table.read(|workshop| workshop.people.clone()).into_iter().map(|person| view! {
                                <option value=person.role></option>
                            }).collect_view()}
                        </datalist>
                        <datalist id="sides">
                            {Side::ALL.iter().map(|side| {
                                view! { <option value=move || side.term().in_language(language_of(i18n))></option> }
                            }).collect_view()}
                        </datalist>
                        <ul class="measures">
                            {all.get_value().into_iter().map(|row| view! { <Measure row /> }).collect_view()}
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

/// One measure, as it is heard: what is expected, and the table's word of it or else the register's.
#[component]
fn Heard(row: Row) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let id = StoredValue::new(row.id.clone());
    let note = Memo::new(move |_| {
        id.with_value(|id| table.turn(|turn| turn.measures.iter().find(|note| note.measure == *id).cloned()))
    });
    let known = Memo::new(move |_| id.with_value(|id| table.turn(|turn| turn.known(id).cloned())));
    let state = move || note.with(|note| note.as_ref().map(|note| state_words(i18n, note.state)));
    let rest = move || match note.get() {
        Some(note) => joined([note.reason, note.owner, note.due.map(|due| due.to_string()).unwrap_or_default()]),
        None => known.with(|known| known.as_ref().map(|known| known_words(i18n, known)).unwrap_or_default()),
    };
    view! {
        <li class="notes__row">
            <span class="measure__title">{row.title.clone()}</span>
            {move || state().map(|state| view! { <span class="soft">" – "</span> <strong class="measure__state">{state}</strong> })}
            " " <span class="soft">{rest}</span>
            <Expected row />
        </li>
    }
}

/// What is expected of a measure.
#[component]
fn Expected(row: Row) -> impl IntoView {
    let stricter = (!row.stricter.is_empty()).then(|| view! { " " <strong>{row.stricter.clone()}</strong> });
    view! { <p class="measure__expects" hidden=row.expects.is_empty() && row.stricter.is_empty()>{row.expects.clone()} {stricter}</p> }
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
fn Measure(row: Row) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let Row { id, title, .. } = row.clone();
    let group = format!("measure-{}", id.replace('.', "-"));
    let (owner_id, due_id, why_id) = (format!("{group}-owner"), format!("{group}-due"), format!("{group}-why"));
    let (group, due_id) = (StoredValue::new(group), StoredValue::new(due_id));
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
    let is_anothers = move || state() == Some(MeasureState::NotOurs);
    let asks_why = move || matches!(state(), Some(MeasureState::NotOurs | MeasureState::NotApplicable));
    let lacks_why = move || note.with(|note| note.as_ref().is_none_or(|note| note.reason.trim().is_empty()));
    let lacks_id = StoredValue::new(format!("{why_id}-lacks"));
    let due = move || {
        due_id.with_value(|due_id| {
            view! {
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
            }
        })
    };
    view! {
        <li class="measure">
            <fieldset class="measure__question">
                <legend>{title.clone()}</legend>
                <Expected row />
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
                                on:change=move |_| {
                                    change(&|note| {
                                        note.state = one;
                                        // Why it was otherwise says nothing of how it is now.
                                        note.reason.clear();
                                    });
                                }
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
            <Show when=asks_why>
                <div class="fields">
                    <div class="field">
                        <label for=why_id.clone()>
                            {move || if is_anothers() { t_string!(i18n, workshop.whose) } else { t_string!(i18n, workshop.why_not_here) }}
                        </label>
                        <input
                            id=why_id.clone()
                            list=move || is_anothers().then_some("sides")
                            maxlength="300"
                            autocomplete="off"
                            aria-invalid=move || lacks_why().to_string()
                            aria-describedby=lacks_id.get_value()
                            prop:value=move || note.with(|note| note.as_ref().map(|note| note.reason.clone()))
                            on:change=move |event| {
                                let reason = event_target_value(&event).trim().to_owned();
                                change(&|note| note.reason.clone_from(&reason));
                            }
                        />
                        <p id=lacks_id.get_value() class="field__error" hidden=move || !lacks_why()>
                            {move || if is_anothers() { t_string!(i18n, workshop.whose_lacks) } else { t_string!(i18n, workshop.why_not_here_lacks) }}
                        </p>
                    </div>
                    <Show when=is_anothers>{due()}</Show>
                </div>
            </Show>
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
                    {due()}
                </div>
            </Show>
        </li>
    }
}
