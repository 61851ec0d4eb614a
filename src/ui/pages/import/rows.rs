//! What would happen, row by row: a sign and a word for each, old and new, what is doubtful, and what a person takes.

use leptos::prelude::*;

use super::{Desk, SCREEN};
use crate::exchange::{CountRow, Difference, Offer, PreviewRow, Verdict};
use crate::register::{Choose, Language};
use crate::ui::words::i18n::{Locale, t, t_string, use_i18n};
use crate::ui::words::{language_of, term};

/// The most letters of a value that a row shows.
const VALUE_MAX: usize = 160;

type Words = leptos_i18n::I18nContext<Locale>;

const fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::New => "+",
        Verdict::Changed => "→",
        Verdict::Same => "=",
        Verdict::Doubtful => "?",
    }
}

/// A value, cut where it would fill the row.
fn cut(text: &str) -> String {
    let mut letters = text.chars();
    let mut start: String = letters.by_ref().take(VALUE_MAX).collect();
    if letters.next().is_some() {
        start.push('…');
    }
    start
}

/// The preview.
#[component]
pub fn Rows(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let session = desk.session;
    let count = move |only: Option<Verdict>| {
        desk.summary.with(|summary| {
            let verdicts = summary.iter().flat_map(|summary| &summary.verdicts);
            verdicts
                .filter(|(verdict, _)| only.is_none_or(|only| only == *verdict))
                .map(|(_, count)| count)
                .sum::<usize>()
        })
    };
    let shown = Memo::new(move |_| count(desk.only.get()));
    let taken = Memo::new(move |_| desk.taken.with(std::collections::BTreeMap::len));
    let busy = move || desk.work.get().is_some();
    let nothing = move || count(None) == count(Some(Verdict::Same));
    let chip = move |only: Option<Verdict>| {
        let name = move || match only {
            None => t_string!(i18n, import.every),
            Some(verdict) => verdict.term().in_language(language_of(i18n)),
        };
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=move || (desk.only.get() == only).to_string()
                disabled=move || count(only) == 0
                on:click=move |_| desk.show(only, 0)
            >
                {only.map(|verdict| view! { <span aria-hidden="true">{sign(verdict)}</span> })}
                {name} " " {move || count(only)}
            </button>
        }
    };
    let turn = move |forward: bool| {
        let from = desk.from.get_untracked();
        desk.show(desk.only.get_untracked(), if forward { from + SCREEN } else { from.saturating_sub(SCREEN) });
    };
    view! {
        <section class="card import__preview">
            <h2>{t!(i18n, import.will_happen)}</h2>
            <Show when=nothing>
                <p class="notice notice--ok">{t!(i18n, import.nothing)}</p>
            </Show>
            <Counts desk />
            <div class="filters" role="group" aria-label=move || t_string!(i18n, import.verdicts)>
                {chip(None)}
                {Verdict::ALL.iter().map(|verdict| chip(Some(*verdict))).collect_view()}
            </div>
            <div class="actions import__ticks">
                <button
                    type="button"
                    class="button"
                    disabled=busy
                    on:click=move |_| desk.taken.set(desk.summary.with_untracked(|summary| {
                        summary.iter().flat_map(|summary| summary.by_default.iter().copied()).collect()
                    }))
                >
                    {t!(i18n, import.tick_sure)}
                </button>
                <button
                    type="button"
                    class="button"
                    disabled=busy
                    on:click=move |_| desk.taken.set(std::collections::BTreeMap::new())
                >
                    {t!(i18n, import.tick_none)}
                </button>
            </div>
            <div class="table-wrap">
                <table class="table import__rows">
                    <caption class="unseen">{t!(i18n, import.rows)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, import.take_column)}</th>
                            <th scope="col" class="right">{t!(i18n, import.row)}</th>
                            <th scope="col">{t!(i18n, import.verdict)}</th>
                            <th scope="col">{t!(i18n, import.which)}</th>
                            <th scope="col">{t!(i18n, import.what)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=move || desk.rows.get()
                            key=move |(place, _)| (desk.screen.get_value(), *place)
                            let((place, row))
                        >
                            <Row desk place row />
                        </For>
                    </tbody>
                </table>
            </div>
            <Show when=move || { SCREEN < shown.get() }>
                <nav class="actions" aria-label=move || t_string!(i18n, import.rows)>
                    <button type="button" class="button" disabled=move || desk.from.get() == 0 on:click=move |_| turn(false)>
                        {t!(i18n, import.previous)}
                    </button>
                    <span role="status">
                        {move || {
                            let from = desk.from.get();
                            t_string!(
                                i18n, import.shown,
                                from = from + 1, to = (from + SCREEN).min(shown.get()), all = shown.get()
                            ).to_string()
                        }}
                    </span>
                    <button
                        type="button"
                        class="button"
                        disabled=move || shown.get() <= desk.from.get() + SCREEN
                        on:click=move |_| turn(true)
                    >
                        {t!(i18n, import.next)}
                    </button>
                </nav>
            </Show>
        </section>
        <div class="import__foot">
            <p role="status">
                {move || {
                    if !session.editable() {
                        t_string!(i18n, import.read_only).to_owned()
                    } else if taken.get() == 0 && !nothing() {
                        t_string!(i18n, import.nothing_taken).to_owned()
                    } else {
                        t_string!(i18n, import.taken, count = taken.get(), all = count(None)).to_string()
                    }
                }}
            </p>
            <button
                type="button"
                class="button button--main"
                disabled=move || busy() || taken.get() == 0 || !session.editable()
                on:click=move |_| desk.take()
            >
                {move || t_string!(i18n, import.take, count = taken.get()).to_string()}
            </button>
        </div>
    }
}

/// What a training list counts to, beside what the register says of the same day.
#[component]
fn Counts(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let counts = Memo::new(move |_| {
        desk.summary.with(|summary| summary.as_ref().map(|summary| summary.counts.clone()).unwrap_or_default())
    });
    let row = move |count: CountRow| {
        let words = move |part: usize| {
            let count = count.clone();
            move || {
                let (course, role, form) = count.text(language_of(i18n));
                match part {
                    0 if course.is_empty() => t_string!(i18n, import.every).to_owned(),
                    0 => course.to_owned(),
                    1 => role.to_owned(),
                    2 => form.to_owned(),
                    3 => count.people.to_string(),
                    4 => count.completed.to_string(),
                    _ => count.before.map_or_else(String::new, |(people, done)| format!("{done} / {people}")),
                }
            }
        };
        view! {
            <tr>
                <th scope="row">{words(0)}</th>
                <td>{words(1)}</td>
                <td>{words(2)}</td>
                <td class="right">{words(3)}</td>
                <td class="right">{words(4)}</td>
                <td class="right">{words(5)}</td>
            </tr>
        }
    };
    view! {
        <Show when=move || counts.with(|counts| !counts.is_empty())>
            <div class="table-wrap">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, import.courses)}</th>
                            <th scope="col">{t!(i18n, import.role)}</th>
                            <th scope="col">{t!(i18n, import.form)}</th>
                            <th scope="col" class="right">{t!(i18n, import.people)}</th>
                            <th scope="col" class="right">{t!(i18n, import.completed)}</th>
                            <th scope="col" class="right">{t!(i18n, import.before)}</th>
                        </tr>
                    </thead>
                    <tbody>{move || counts.get().into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </Show>
    }
}

/// One row: what becomes of it, and what is taken of it.
#[component]
fn Row(
    /// The page's state.
    desk: Desk,
    /// The row's place in the preview.
    place: usize,
    /// The row.
    row: PreviewRow,
) -> impl IntoView {
    let i18n = use_i18n();
    let PreviewRow { row: number, title, verdict, doubts, offers } = row;
    let taken = Memo::new(move |_| desk.taken.with(|taken| taken.get(&place).copied()));
    let name = Memo::new(move |_| title.text(language_of(i18n)));
    let control = control(desk, place, &offers, taken, name);
    let what = move || {
        let offer = offers.get(taken.get().unwrap_or(0));
        offer.map(|offer| differences(&offer.differences, verdict, i18n))
    };
    let doubts = move || {
        let language = language_of(i18n);
        doubts.iter().map(|doubt| view! { <p class="import__doubt">{doubt.text(language)}</p> }).collect_view()
    };
    view! {
        <tr>
            <td>{control}</td>
            <td class="right">{number}</td>
            <td class="import__verdict">
                <span class=format!("import__sign import__sign--{}", verdict.key()) aria-hidden="true">{sign(verdict)}</span>
                " " {term(verdict.term())}
            </td>
            <th scope="row" class="import__name">{name}</th>
            <td>{doubts} {what}</td>
        </tr>
    }
}

/// A box to tick, or a choice when the row asks a question; nothing for a row without anything to take.
fn control(desk: Desk, place: usize, offers: &[Offer], taken: Memo<Option<usize>>, name: Memo<String>) -> AnyView {
    let i18n = use_i18n();
    let take = move |offer: Option<usize>| {
        desk.taken.update(|taken| {
            match offer {
                Some(offer) => taken.insert(place, offer),
                None => taken.remove(&place),
            };
        });
    };
    let busy = move || desk.work.get().is_some();
    match offers {
        [] => ().into_any(),
        [_] => view! {
            <label class="check">
                <input
                    type="checkbox"
                    disabled=busy
                    prop:checked=move || taken.get().is_some()
                    on:change=move |event| take(event_target_checked(&event).then_some(0))
                />
                <span class="unseen">{move || t_string!(i18n, import.take_row, name = name.get()).to_string()}</span>
            </label>
        }
        .into_any(),
        several => {
            let options = several.iter().enumerate().map(|(number, offer)| {
                let answer = offer.answer.clone();
                view! {
                    <option value=number prop:selected=move || taken.get() == Some(number)>
                        {move || answer.text(language_of(i18n))}
                    </option>
                }
            });
            view! {
                <select
                    class="import__answer"
                    aria-label=move || t_string!(i18n, import.answer_for, name = name.get()).to_string()
                    disabled=busy
                    on:change=move |event| take(event_target_value(&event).parse().ok())
                >
                    <option value="" prop:selected=move || taken.get().is_none()>{t!(i18n, import.leave)}</option>
                    {options.collect_view()}
                </select>
            }
            .into_any()
        }
    }
}

/// What a row changes: field by field for what is there already, in one breath for what is new.
fn differences(differences: &[Difference], verdict: Verdict, i18n: Words) -> AnyView {
    let language: Language = language_of(i18n);
    if verdict == Verdict::New {
        let all = differences.iter().map(|difference| {
            let (field, _, new) = difference.text(language);
            format!("{field}: {}", cut(&new))
        });
        return view! { <p class="import__new">{all.collect::<Vec<_>>().join(" · ")}</p> }.into_any();
    }
    let all = differences.iter().map(|difference| {
        let (field, old, new) = difference.text(language);
        let old = if old.is_empty() { t_string!(i18n, import.empty_value).to_owned() } else { cut(&old) };
        view! {
            <li>
                <span class="soft">{field} ": "</span>
                <span class="import__old">{old}</span>
                <span aria-hidden="true">" → "</span>
                <span class="unseen">" " {t_string!(i18n, import.after)} " "</span>
                <strong>{cut(&new)}</strong>
            </li>
        }
    });
    view! { <ul class="import__differences">{all.collect_view()}</ul> }.into_any()
}
