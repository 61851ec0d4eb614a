//! How a file was understood, and everything of that which a person may change.

use leptos::html::H2;
use leptos::prelude::*;

use super::{Desk, focus_when_there, lacking};
use crate::exchange::{ListKind, Target, letters, targets};
use crate::register::{Choose, Date};
use crate::ui::parts::gradually::gradually;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{language_of, term};

/// How many columns' rows are built at once: each offers every place there is.
const ROWS_A_FRAME: usize = 4;

/// The kind of list, the sheet, the headings, and what each column becomes.
#[component]
pub fn Understood(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let heading = NodeRef::<H2>::new();
    focus_when_there(heading);
    let list = Memo::new(move |_| desk.chosen.with(|chosen| chosen.as_ref().map(|chosen| chosen.list)));
    let sheet = Memo::new(move |_| desk.chosen.with(|chosen| chosen.as_ref().map_or(0, |chosen| chosen.sheet)));
    let header = Memo::new(move |_| desk.chosen.with(|chosen| chosen.as_ref().map_or(0, |chosen| chosen.header)));
    let sheets = Memo::new(move |_| {
        desk.guess.with(|guess| {
            guess.iter().flat_map(|guess| &guess.sheets).map(|sheet| sheet.name.clone()).collect::<Vec<_>>()
        })
    });
    let headers = Memo::new(move |_| {
        let sheet = sheet.get();
        desk.guess
            .with(|guess| guess.as_ref().and_then(|guess| guess.sheets.get(sheet)).map(|sheet| sheet.headers.clone()))
    });
    let unsure = move || desk.guess.with(|guess| guess.as_ref().is_some_and(|guess| !guess.sure));
    let needs = move || {
        let lacking = desk.chosen.with(|chosen| chosen.as_ref().and_then(lacking));
        lacking.map(|term| t_string!(i18n, import.needs, name = term.in_language(language_of(i18n))).to_string())
    };
    let notes = move || {
        let language = language_of(i18n);
        desk.summary.with(|summary| {
            let notes = summary.iter().flat_map(|summary| &summary.notes);
            notes.map(|note| view! { <p class="notice notice--warn">{note.text(language)}</p> }).collect_view()
        })
    };
    let header_text =
        move |row: usize, text: &str| t_string!(i18n, import.header_row, row = row, text = text.to_owned()).to_string();
    view! {
        <section class="card import__file">
            <h2 tabindex="-1" node_ref=heading>{t!(i18n, import.understood)}</h2>
            <p>{move || desk.name.get()}</p>
            <Show when=unsure>
                <p class="notice notice--warn">{t!(i18n, import.unsure)}</p>
            </Show>
            {notes}
            <div class="fields">
                <div class="field">
                    <label for="import-list">{t!(i18n, import.list)}</label>
                    <select
                        id="import-list"
                        on:change=move |event| {
                            if let Some(list) = ListKind::from_key(&event_target_value(&event)) {
                                desk.choose_list(list, header.get_untracked());
                            }
                        }
                    >
                        {ListKind::ALL.iter().map(|kind| {
                            let kind = *kind;
                            let name = term(kind.term());
                            view! { <option value=kind.key() prop:selected=move || list.get() == Some(kind)>{name}</option> }
                        }).collect_view()}
                    </select>
                </div>
                <Show when=move || { 1 < sheets.with(Vec::len) }>
                    <div class="field">
                        <label for="import-sheet">{t!(i18n, import.sheet)}</label>
                        <select
                            id="import-sheet"
                            on:change=move |event| {
                                if let Ok(sheet) = event_target_value(&event).parse() {
                                    desk.choose_sheet(sheet);
                                }
                            }
                        >
                            {move || sheets.get().into_iter().enumerate().map(|(number, name)| view! {
                                <option value=number prop:selected=move || sheet.get() == number>{name}</option>
                            }).collect_view()}
                        </select>
                    </div>
                </Show>
                <div class="field">
                    <label for="import-header">{t!(i18n, import.header)}</label>
                    <select
                        id="import-header"
                        on:change=move |event| {
                            if let (Some(list), Ok(row)) = (list.get_untracked(), event_target_value(&event).parse()) {
                                desk.choose_list(list, row);
                            }
                        }
                    >
                        <option value="0" prop:selected=move || header.get() == 0>{t!(i18n, import.no_header)}</option>
                        {move || headers.get().unwrap_or_default().into_iter().map(|(row, text)| view! {
                            <option value=row prop:selected=move || header.get() == row>
                                {move || header_text(row, &text)}
                            </option>
                        }).collect_view()}
                    </select>
                </div>
                <Show when=move || list.get() == Some(ListKind::Training)>
                    <TrainingChoices desk />
                </Show>
            </div>
            <Columns desk />
            <Show when=move || needs().is_some()>
                <p class="notice notice--warn" role="status">{needs}</p>
            </Show>
        </section>
    }
}

/// The day a training list tells of, and which of its courses are mandatory.
#[component]
fn TrainingChoices(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let day = move || {
        let cut_off = desk.chosen.with(|chosen| chosen.as_ref().and_then(|chosen| chosen.cut_off));
        cut_off.map(|day| day.to_string()).unwrap_or_default()
    };
    let courses = desk.courses;
    let mandatory = move |course: &str| {
        desk.chosen.with(|chosen| {
            chosen.as_ref().is_some_and(|chosen| {
                chosen.courses.is_empty() || chosen.courses.iter().any(|mandatory| mandatory == course)
            })
        })
    };
    let tick = move |course: String, ticked: bool| {
        desk.choose(|chosen| {
            if chosen.courses.is_empty() {
                chosen.courses = courses.get_untracked();
            }
            chosen.courses.retain(|mandatory| *mandatory != course);
            if ticked {
                chosen.courses.push(course);
            }
            // All of them is the same as none chosen; the last can't be taken away.
            if chosen.courses.len() == courses.with_untracked(Vec::len) {
                chosen.courses.clear();
            }
        });
    };
    view! {
        <div class="field">
            <label for="import-day">{t!(i18n, import.cut_off)}</label>
            <input
                id="import-day"
                type="date"
                aria-describedby="import-day-about"
                prop:value=day
                on:change=move |event| {
                    let day = event_target_value(&event).parse::<Date>().ok();
                    desk.choose(|chosen| chosen.cut_off = day);
                }
            />
            <p id="import-day-about" class="soft">{t!(i18n, import.cut_off_about)}</p>
        </div>
        <Show when=move || { 1 < courses.with(Vec::len) }>
            <fieldset class="field">
                <legend>{t!(i18n, import.courses)}</legend>
                <For each=move || courses.get() key=|course| course.clone() let(course)>
                    <label class="check">
                        <input
                            type="checkbox"
                            prop:checked={let course = course.clone(); move || mandatory(&course)}
                            on:change={let course = course.clone(); move |event| tick(course.clone(), event_target_checked(&event))}
                        />
                        <span>{course.clone()}</span>
                    </label>
                </For>
            </fieldset>
        </Show>
    }
}

/// What each column becomes. Open from the start when something needs a person.
#[component]
fn Columns(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let placed = Memo::new(move |_| {
        desk.chosen.with(|chosen| chosen.as_ref().map_or(0, |chosen| chosen.targets.iter().flatten().count()))
    });
    let all = Memo::new(move |_| desk.columns.with(Vec::len));
    let list = Memo::new(move |_| desk.chosen.with(|chosen| chosen.as_ref().map(|chosen| chosen.list)));
    let unmatched = Memo::new(move |_| {
        desk.summary.with(|summary| {
            let unmatched = summary.iter().flat_map(|summary| &summary.unmatched);
            unmatched.map(|column| (column.column, column.heading.clone())).collect::<Vec<_>>()
        })
    });
    let named = move |column: usize, heading: &str| {
        if heading.is_empty() {
            format!("{} ({})", letters(column), t_string!(i18n, import.no_heading))
        } else {
            format!("{} ({heading})", letters(column))
        }
    };
    let open = desk.guess.with_untracked(|guess| {
        guess.as_ref().is_some_and(|guess| !guess.sure || guess.columns.iter().any(|column| column.target.is_none()))
    });
    let is_open = RwSignal::new(open);
    let shown = gradually(Signal::derive(move || if is_open.get() { all.get() } else { 0 }), ROWS_A_FRAME);
    let row = move |column: usize, guess: crate::exchange::ColumnGuess| {
        let name = {
            let heading = guess.heading.clone();
            move || if heading.is_empty() { t_string!(i18n, import.no_heading).to_owned() } else { heading.clone() }
        };
        let target = Memo::new(move |_| {
            desk.chosen.with(|chosen| {
                let target = chosen.as_ref()?.targets.get(column)?.as_ref()?;
                Some(target.key())
            })
        });
        let hidden = move || list.get() == Some(ListKind::Training);
        let samples = guess.samples.join(" · ");
        let empty = samples.is_empty();
        view! {
            <tr>
                <td>{letters(column)}</td>
                <th scope="row" id=format!("import-column-{column}")>{name}</th>
                <td class="import__samples">
                    {samples}
                    <Show when=move || empty && hidden()>
                        <span class="soft">{t!(i18n, import.hidden)}</span>
                    </Show>
                </td>
                <td>
                    <select
                        aria-labelledby=format!("import-place import-column-{column}")
                        class:import__open=move || target.get().is_none()
                        on:change=move |event| {
                            let target = Target::parse(&event_target_value(&event));
                            desk.choose(|chosen| {
                                if let Some(place) = chosen.targets.get_mut(column) {
                                    *place = target;
                                }
                            });
                        }
                    >
                        <option value="" prop:selected=move || target.get().is_none()>{t!(i18n, import.not_placed)}</option>
                        {targets(list.get_untracked().unwrap_or(ListKind::Systems)).into_iter().map(|(offered, name)| {
                            let key = offered.key();
                            let name = term(name);
                            view! {
                                <option
                                    value=key.clone()
                                    prop:selected=move || target.with(|target| target.as_ref() == Some(&key))
                                >
                                    {name}
                                </option>
                            }
                        }).collect_view()}
                    </select>
                </td>
            </tr>
        }
    };
    view! {
        <Show when=move || unmatched.with(|unmatched| !unmatched.is_empty())>
            <div class="notice notice--warn">
                <p>{t!(i18n, import.unmatched)}</p>
                <p>
                    {move || {
                        let names = unmatched.get();
                        names.iter().map(|(column, heading)| named(*column, heading)).collect::<Vec<_>>().join(", ")
                    }}
                </p>
            </div>
        </Show>
        <details
            class="history import__columns"
            open=open
            on:toggle=move |event| is_open.set(event_target::<web_sys::Element>(&event).has_attribute("open"))
        >
            <summary>
                {move || t_string!(i18n, import.columns, placed = placed.get(), all = all.get()).to_string()}
            </summary>
            <div class="table-wrap">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col" colspan="2">{t!(i18n, import.column)}</th>
                            <th scope="col">{t!(i18n, import.first_values)}</th>
                            <th scope="col" id="import-place">{t!(i18n, import.place)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=move || desk.columns.get().into_iter().enumerate().take(shown.get())
                            key=|(column, guess)| format!("{column} {guess:?}")
                            let((column, guess))
                        >
                            {row(column, guess)}
                        </For>
                    </tbody>
                </table>
            </div>
        </details>
    }
}
