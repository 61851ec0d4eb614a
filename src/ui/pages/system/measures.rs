//! The measures that the system's levels ask for, how well each is met, and what is carried into the action plan.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_router::components::A;

use super::upgrade::Upgrades;
use crate::browser::device;
use crate::catalogue::MethodInUse;
use crate::register::method::{
    AspectLevel, Held, Measure, NewAnswer, Standing, answer, held_answers, measures_for, plan_row, plan_rows, standing,
};
use crate::register::{Assessment, Choose, Command, Key, Levels, LocalMeasure, local_measure_place};
use crate::ui::parts::fields::FieldEditor;
use crate::ui::parts::history::History;
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{counted, language_of, term};

/// Which measures are shown. The list stays as it was when it was chosen: what is answered doesn't jump away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Open,
    Missing,
}

/// A measure that is asked for.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    measure: Measure,
    because: Vec<AspectLevel>,
    stricter: bool,
}

/// The section.
#[component]
pub fn Measures(system: Key, method: Memo<MethodInUse>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let key = StoredValue::new(system);
    let levels: Memo<Option<Levels>> = Memo::new(move |_| {
        key.with_value(|key| session.read(|register| register.classified(key).map(|held| held.levels)))
    });
    let held = Memo::new(move |_| key.with_value(|key| session.read(|register| held_answers(register, key))));
    let rows: Memo<Option<Vec<Row>>> = Memo::new(move |_| {
        let levels = levels.get().unwrap_or_default();
        method.with(|method| {
            let asked = measures_for(&method.measures, levels).ok()?;
            let row = |one: crate::register::method::Asked<'_>| Row {
                measure: one.measure.clone(),
                because: one.because,
                stricter: one.stricter,
            };
            Some(asked.into_iter().map(row).collect())
        })
    });
    let count: Memo<Standing> = Memo::new(move |_| {
        method.with(|method| match measures_for(&method.measures, levels.get().unwrap_or_default()) {
            Ok(asked) => held.with(|held| standing(&asked, held)),
            Err(_) => Standing::default(),
        })
    });
    let lacking = Memo::new(move |_| {
        method.with(|method| {
            let asked = measures_for(&method.measures, levels.get().unwrap_or_default()).unwrap_or_default();
            key.with_value(|key| session.read(|register| plan_rows(register, key, &asked).len()))
        })
    });
    let into_plan = move |_| {
        let language = language_of(i18n);
        let command = method.with_untracked(|method| {
            let asked = measures_for(&method.measures, levels.get_untracked().unwrap_or_default()).unwrap_or_default();
            let read = |register: &crate::register::Register| {
                key.with_value(|key| {
                    plan_rows(register, key, &asked)
                        .iter()
                        .map(|row| plan_row(register, key, &device::new_key(), row, language))
                        .collect::<Vec<_>>()
                })
            };
            Command::Batch(session.picture.with_untracked(|picture| read(&picture.register)))
        });
        session.send(command);
    };
    let open = RwSignal::new(false);
    let which = RwSignal::new(Which::All);
    let in_sight = Memo::new(move |_| {
        let which = which.get();
        let held = held.get_untracked();
        rows.with(|rows| {
            let rows = rows.iter().flatten().filter(|row| {
                let answer = held.get(&row.measure.id).and_then(|held| held.answer.assessment);
                match which {
                    Which::All => true,
                    Which::Open => matches!(answer, None | Some(Assessment::Unknown)),
                    Which::Missing => matches!(answer, Some(Assessment::Partly | Assessment::NotMet)),
                }
            });
            rows.cloned().collect::<Vec<_>>()
        })
    });
    let chip = move |choice: Which, name: Signal<&'static str>, number: Signal<usize>| {
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=move || (open.get() && which.get() == choice).to_string()
                on:click=move |_| {
                    let again = open.get_untracked() && which.get_untracked() == choice;
                    open.set(!again);
                    which.set(choice);
                }
            >
                {name} " " <span class="chip__count">{number}</span>
            </button>
        }
    };
    view! {
        <section class="card" id="krav">
            <h2>{t!(i18n, method.measures)}</h2>
            {move || match (levels.get(), rows.with(Option::is_some)) {
                (_, false) => view! { <p class="notice notice--bad">{t!(i18n, method.stop)}</p> }.into_any(),
                (None, true) => view! { <p class="soft">{t!(i18n, method.measures_unclassified)}</p> }.into_any(),
                (Some(_), true) => view! { <p class="soft">{t!(i18n, method.measures_about)}</p> }.into_any(),
            }}
            <Show when=move || rows.with(Option::is_some)>
                <div class="filters" role="group" aria-label=move || t_string!(i18n, method.measures_which)>
                    {chip(Which::All, Signal::derive(move || t_string!(i18n, method.all)), Signal::derive(move || count.get().asked))}
                    {chip(Which::Open, Signal::derive(move || t_string!(i18n, method.open)), Signal::derive(move || count.get().open))}
                    {chip(Which::Missing, Signal::derive(move || t_string!(i18n, method.missing)), Signal::derive(move || count.get().missing))}
                </div>
                <Upgrades system=key.get_value() method held />
                <Show when=move || 0 < lacking.get()>
                    <div class="notice notice--ok">
                        <p>{move || counted!(i18n, lacking.get(), method.into_plan_about or into_plan_about_single)}</p>
                        <button type="button" class="button" disabled=move || !session.editable() on:click=into_plan>
                            {t!(i18n, method.into_plan)}
                        </button>
                    </div>
                </Show>
                <Show when=move || open.get()>
                    <ul class="measures">
                        <For each=move || in_sight.get() key=|row| row.measure.id.clone() let(row)>
                            <MeasureItem system=key.get_value() row held method />
                        </For>
                    </ul>
                    <Show when=move || in_sight.with(Vec::is_empty)>
                        <p class="soft">{t!(i18n, method.none)}</p>
                    </Show>
                </Show>
                <p class="soft"><A href="/metod">{t!(i18n, method.about_method)}</A></p>
            </Show>
        </section>
    }
}

/// One measure: what is expected, the answer, and how it is done here.
#[component]
fn MeasureItem(system: Key, row: Row, held: Memo<BTreeMap<String, Held>>, method: Memo<MethodInUse>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let Row { measure, because, stricter } = row;
    let place = local_measure_place(&system, &measure.id);
    let id = StoredValue::new(measure.id.clone());
    let system = StoredValue::new(system);
    let mine = Memo::new(move |_| held.with(|held| id.with_value(|id| held.get(id).cloned())));
    let assessment = Memo::new(move |_| mine.with(|mine| mine.as_ref().and_then(|mine| mine.answer.assessment)));
    // What is not applicable is not answered before it has its reason.
    let asks_reason = RwSignal::new(false);
    let reason = RwSignal::new(String::new());
    let send = move |assessment: Assessment, reason: String| {
        let new = NewAnswer {
            measure: id.get_value(),
            catalogue: method.with_untracked(|method| method.measures.edition()),
            assessment,
            reason,
            at: device::local_time(),
            by: session.author.get_untracked().role,
        };
        let command = system.with_value(|system| {
            session.picture.with_untracked(|picture| answer(&picture.register, system, &device::new_key(), &new))
        });
        session.send(command);
    };
    let choose = move |choice: Assessment| {
        if choice == Assessment::NotApplicable {
            reason.set(String::new());
            asks_reason.set(true);
        } else {
            // Only then: each telling of it unticks, for a moment, what was just ticked.
            if asks_reason.get_untracked() {
                asks_reason.set(false);
            }
            send(choice, String::new());
        }
    };
    let with_reason = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = reason.get_untracked().trim().to_owned();
        if !text.is_empty() {
            asks_reason.set(false);
            send(Assessment::NotApplicable, text);
        }
    };
    let name = format!("answer-{}", measure.id);
    let reason_id = format!("reason-{}", measure.id);
    let more = RwSignal::new(false);
    let language = move || language_of(i18n);
    let title = {
        let (label, title) = (measure.label(), measure.title.clone());
        move || format!("{label} {}", title.in_language(language()))
    };
    let legend = title.clone();
    let asked_by = {
        let basic = measure.from.is_basic();
        move || {
            if basic {
                t_string!(i18n, method.basic).to_owned()
            } else {
                because.iter().map(AspectLevel::to_string).collect::<Vec<_>>().join(" ")
            }
        }
    };
    let refers = {
        let controls: Vec<_> = measure.controls.iter().map(ToString::to_string).collect();
        let areas: Vec<_> = measure.nis2.iter().map(|area| area.letter().to_string()).collect();
        let mut refers = Vec::new();
        if !controls.is_empty() {
            refers.push(format!("ISO 27001 {}", controls.join(", ")));
        }
        if !areas.is_empty() {
            refers.push(format!("NIS2 {}", areas.join(", ")));
        }
        refers.join(" · ")
    };
    let (expects, stricter_words) = (measure.expects.clone(), measure.stricter.clone());
    let choices = Assessment::ALL.iter().map(|choice| {
        let choice = *choice;
        let words = term(choice.term());
        let name = name.clone();
        view! {
            <label class="answer">
                <input
                    type="radio"
                    name=name
                    prop:checked=move || {
                        assessment.get() == Some(choice) && !asks_reason.get()
                            || asks_reason.get() && choice == Assessment::NotApplicable
                    }
                    disabled=move || !session.editable()
                    on:change=move |_| choose(choice)
                />
                <span>{words}</span>
            </label>
        }
    });
    let said = move || {
        mine.with(|mine| {
            let answer = &mine.as_ref()?.answer;
            let by = (!answer.answered_by.is_empty()).then(|| answer.answered_by.clone());
            let on = answer.answered.map(|at| at.date().to_string());
            let reason = (!answer.reason.is_empty()).then(|| format!("”{}”", answer.reason));
            Some([reason, by, on].into_iter().flatten().collect::<Vec<_>>().join(" · "))
        })
    };
    let disputed = move || mine.with(|mine| mine.as_ref().is_some_and(|mine| mine.disputed));
    view! {
        <li class="measure" data-measure=measure.id.clone()>
            <fieldset class="measure__question">
                <legend>{legend}</legend>
                <p class="measure__from soft">{asked_by} " · " {refers}</p>
                <p>
                    {move || expects.in_language(language()).to_owned()}
                    {stricter.then(|| view! { " " <strong>{move || stricter_words.in_language(language()).to_owned()}</strong> })}
                </p>
                <div class="answers">{choices.collect_view()}</div>
            </fieldset>
            <Show when=move || asks_reason.get()>
                <form class="new-row" on:submit=with_reason>
                    <div class="field">
                        <label for=reason_id.clone()>{t!(i18n, method.why_not)}</label>
                        <input id=reason_id.clone() required=true autocomplete="off" bind:value=reason />
                    </div>
                    <button class="button">{t!(i18n, method.answer)}</button>
                    <button type="button" class="button" on:click=move |_| asks_reason.set(false)>{t!(i18n, common.cancel)}</button>
                </form>
            </Show>
            <Show when=disputed>
                <p class="missing">{t!(i18n, method.answers_differ)}</p>
            </Show>
            <p class="soft measure__said">{said}</p>
            <button
                type="button"
                class="button button--plain measure__more"
                aria-expanded=move || more.get().to_string()
                on:click=move |_| more.update(|more| *more = !*more)
            >
                {t!(i18n, method.how)} <span class="unseen">": " {title}</span>
            </button>
            <Show when=move || more.get()>
                <div class="fields">
                    {place.clone().map(|place| {
                        [LocalMeasure::HOW, LocalMeasure::EVIDENCE, LocalMeasure::SIDE]
                            .into_iter()
                            .map(|field| view! { <FieldEditor place=place.clone() field /> })
                            .collect_view()
                    })}
                </div>
                {place.clone().map(|place| view! { <History place within=true /> })}
            </Show>
        </li>
    }
}
