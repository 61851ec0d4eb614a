//! The year's report as paper: what the register says, what people have written, and what to look at before it goes out.

mod basis;

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};
use wasm_bindgen::JsCast;
use web_sys::{File, HtmlElement, HtmlTextAreaElement};

use self::basis::{AsOf, Basis};
use super::overview::year_of;
use crate::browser::device;
use crate::browser::files::protocol::Form;
use crate::browser::files::{self, Problem};
use crate::register::{Choose, Language, RecordKind, Section as SectionText, review_place, section_place};
use crate::report::drawing::{Drawing, Shape, points};
use crate::report::{
    Align, Block, Chart, Concern, LastYear, Report, Run, SECTIONS, Section, SectionPlan, Table, Template, TemplateError,
    compared_with, cut_off_too_old, day_of, insertable, report, warnings,
};
use crate::ui::parts::fields::{FieldEditor, ProseControl};
use crate::ui::parts::number::address;
use crate::ui::parts::past_day::PastDay;
use crate::ui::parts::register_of::RegisterOf;
use crate::ui::parts::years::YearSelect;
use crate::ui::session::Session;
use crate::ui::shell::UndoBar;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::language_of;

/// Years that a report can be about; a year's review has the year as its key.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2200;

/// What a workbook says it is.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Hands the report to the person as a file, in the form of a template if they have chosen one. Workers write it, from
/// the same register, year and day.
async fn download(
    basis: Basis,
    report: Report,
    last: Option<LastYear>,
    form: Form,
    template: Option<File>,
) -> Result<(), Problem> {
    let template = match template {
        Some(file) => Some(template_in(&file).await.map_err(Problem::Template)?),
        None => None,
    };
    let (from, today) = untrack(|| (basis.read_from(), basis.session.today()));
    let register = move || untrack(|| basis.read(Clone::clone));
    let made = files::report(from, register, report.year, today, last, form, template).await?;
    let (bytes, name, kind) = match form {
        Form::Docx => (made, file_name(&report, "", "docx"), files::DOCX),
        Form::Xlsx => (made, file_name(&report, "-bilagor", "xlsx"), XLSX),
    };
    device::download(&name, kind, &bytes);
    Ok(())
}

/// The bytes of a template; one that is too large isn't read at all.
async fn template_in(file: &File) -> Result<Vec<u8>, TemplateError> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a file's size is a whole number")]
    let bytes = file.size() as u64;
    if Template::MAX < bytes {
        return Err(TemplateError::TooLarge { bytes, max: Template::MAX });
    }
    device::bytes_of(file).await.map_err(|_| TemplateError::Unreadable)
}

/// The name of one of the report's files.
fn file_name(report: &Report, what: &str, ending: &str) -> String {
    format!("ledningens-genomgang-{}{what}{}.{ending}", report.year, if report.draft { "-utkast" } else { "" })
}

/// The page.
#[component]
pub fn ReportPage() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let map = use_query_map();
    let year = Memo::new(move |_| {
        let asked = map.with(|map| map.get("year").and_then(|year| year.parse::<i16>().ok()));
        asked.filter(|year| YEARS.contains(year)).unwrap_or_else(|| year_of(session))
    });
    let years = Memo::new(move |_| {
        let this = session.today().year();
        session.read(|register| {
            let incidents = register.incidents.iter().filter_map(|(_, incident)| incident.year());
            let reviews = register.reviews.iter().filter_map(|(key, _)| key.as_str().parse::<i16>().ok());
            incidents.chain(reviews).chain([this - 1, this]).filter(|year| YEARS.contains(year)).collect::<Vec<_>>()
        })
    });
    let basis = Basis::of(year);
    let compared = RegisterOf::day(Memo::new(move |_| {
        let year = year.get();
        session.read(|register| compared_with(register, year, day_of(register, year, session.today())))
    }));
    let last = Memo::new(move |_| {
        let (since, before) = compared.here()?;
        let year = year.get();
        Some(basis.read(|now| LastYear::of(&before.register, since, now, day_of(now, year, session.today()), year)))
    });
    let made = Memo::new(move |_| {
        last.with(|last| basis.read(|register| report(register, year.get(), session.today(), last.as_ref())))
    });
    let waits = Signal::derive(move || compared.is_coming() || basis.is_coming());
    let navigate = StoredValue::new_local(use_navigate());
    let go = move |year: Option<i16>| {
        let Some(year) = year else { return };
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate.with_value(|navigate| navigate(&format!("/rapport?year={year}"), options));
    };
    Effect::new(move |_| {
        let title = made.with(|report| report.title.clone());
        document().set_title(&format!("{title} – Klassrum"));
    });
    let text = move |of: fn(&Report) -> String| move || made.with(of);
    view! {
        <div class="report__bar">
            <YearSelect id="report-year" year=Signal::derive(move || Some(year.get())) years=years on_year=go />
            <UndoBar />
        </div>
        <div class="report">
            <article class="paper" lang="sv">
                <header class="paper__head">
                    {move || made.with(Report::head).into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
                    <Show when=move || made.with(|report| report.draft)><p><strong>"Utkast"</strong></p></Show>
                    <p>{text(|report| report.organisation.clone())}</p>
                </header>
                <h1>{text(|report| report.title.clone())}</h1>
                {move || {
                    let year = year.get();
                    SECTIONS.iter().map(|plan| view! { <Part plan year made waits /> }).collect_view()
                }}
            </article>
            <aside class="report__side">
                <AsOf basis />
                <Ways made last basis waits />
                <Before made basis />
                {move || {
                    let place = review_place(year.get());
                    view! {
                        <details class="card report__about">
                            <summary><h2>{t!(i18n, report.about)}</h2></summary>
                            <div class="fields">
                                {RecordKind::Review.fields().iter().map(|field| view! {
                                    <FieldEditor place=place.clone() field=*field />
                                }).collect_view()}
                            </div>
                        </details>
                    }
                }}
                <details class="card report__about">
                    <summary><h2>{t!(i18n, past.card)}</h2></summary>
                    <PastDay />
                </details>
            </aside>
        </div>
    }
}

/// What to look at before the report goes out.
#[component]
fn Before(
    /// The report.
    made: Memo<Report>,
    /// What it is made from.
    basis: Basis,
) -> impl IntoView {
    let i18n = use_i18n();
    let found = Memo::new(move |_| {
        let language = language_of(i18n);
        made.with(|report| {
            let found = basis.read(|register| warnings(register, report));
            let too_old = basis.too_old().map(cut_off_too_old);
            too_old
                .into_iter()
                .chain(found)
                .map(|warning| {
                    let section = warning.section.and_then(|name| report.section(name));
                    let disputed = matches!(warning.concern, Concern::Disputed { .. });
                    (section.map(|section| (section.name, section.heading.clone())), warning.text(language), disputed)
                })
                .collect::<Vec<_>>()
        })
    });
    let row = move |(section, text, disputed): (Option<(&'static str, String)>, String, bool)| {
        let link = section.map(|(name, heading)| {
            view! {
                <a href=format!("#{name}") lang="sv" on:click=move |_| focus_on(name)>{heading}</a>
            }
        });
        view! {
            <li class="before__row">
                <span class="before__sign" aria-hidden="true">"!"</span>
                <div>
                    <p>{text}</p>
                    {link}
                    {disputed.then(|| view! { <A href="/att-reda-ut">{t!(i18n, nav.conflicts)}</A> })}
                </div>
            </li>
        }
    };
    view! {
        <section aria-labelledby="before">
            <h2 id="before">{t!(i18n, report.before)}</h2>
            <p class="unseen" role="status">
                {move || t_string!(i18n, report.concerns, count = found.with(Vec::len)).to_string()}
            </p>
            <ul class="before">
                {move || found.get().into_iter().map(row).collect_view()}
                <Show when=move || found.with(Vec::is_empty)>
                    <li class="before__row">
                        <span class="before__sign before__sign--ok" aria-hidden="true">"✓"</span>
                        <p>{t!(i18n, report.agrees)}</p>
                    </li>
                </Show>
            </ul>
        </section>
    }
}

/// The ways out: files, and paper.
#[component]
fn Ways(
    /// The report.
    made: Memo<Report>,
    /// How the register was on the day it is compared with.
    last: Memo<Option<LastYear>>,
    /// What it is made from.
    basis: Basis,
    /// Whether something that it is made of is still to come.
    waits: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let busy = RwSignal::new(false);
    let is_busy = move || busy.get() || waits.get();
    let problem = RwSignal::new(None::<Problem>);
    let own = NodeRef::<Input>::new();
    let make = move |form, template: Option<File>| {
        busy.set(true);
        problem.set(None);
        let made = made.get_untracked();
        let before = last.get_untracked();
        spawn_local(async move {
            let done = download(basis, made, before, form, template).await;
            busy.try_set(false);
            problem.try_set(done.err());
        });
    };
    let make_in_template = move |_| {
        let Some(input) = own.get_untracked() else { return };
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        // So that the same file can be chosen again, once it has been mended.
        input.set_value("");
        make(Form::Docx, Some(file));
    };
    let print = move |_| {
        // Refused only where there is nothing to print with.
        let _ = window().print();
    };
    view! {
        <div class="report__ways">
            <button type="button" class="button button--main" disabled=is_busy on:click=move |_| make(Form::Docx, None)>
                {t!(i18n, report.word)}
            </button>
            <label class="button button--plain button--file">
                {t!(i18n, report_files.in_template)}
                <input
                    type="file"
                    accept=".dotx,.docx"
                    node_ref=own
                    disabled=is_busy
                    on:change=make_in_template
                />
            </label>
            <button type="button" class="button" disabled=is_busy on:click=move |_| make(Form::Xlsx, None)>
                {t!(i18n, report_files.xlsx)}
            </button>
            <button type="button" class="button" on:click=print>{t!(i18n, report.print)}</button>
            <p class="soft" role="status">{move || busy.get().then(|| t_string!(i18n, start.working))}</p>
            <p class="field__error" role="alert" hidden=move || problem.with(Option::is_none)>
                {move || problem.with(|problem| problem.as_ref().map(|why| why.text(language_of(i18n))))}
            </p>
        </div>
    }
}

/// One section: its heading, what the register says, what people have written, and the place to write.
#[component]
fn Part(
    /// What the section is to be.
    plan: &'static SectionPlan,
    /// The report's year.
    year: i16,
    /// The report.
    made: Memo<Report>,
    /// Whether the register that it is compared with is still to come.
    waits: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    // Until then it isn't known whether there is history that old.
    let hides = move || plan.name == "since-last" && waits.get();
    // Writing in one section leaves the others as they stand on the page.
    let section = Memo::new(move |_| made.with(|report| report.section(plan.name).cloned()));
    let has_text = Memo::new(move |_| section.with(|section| section.as_ref().is_some_and(|one| !one.text.is_empty())));
    let empty =
        move || section.with(|section| section.as_ref().is_none_or(|section| section.blocks().next().is_none()));
    let writing = RwSignal::new(false);
    let id = format!("text-{}", plan.name);
    let open = {
        let id = id.clone();
        move |_| {
            writing.update(|writing| *writing = !*writing);
            if writing.get_untracked() {
                let id = id.clone();
                request_animation_frame(move || focus_on(&id));
            }
        }
    };
    let heading = plan.heading(year);
    let said = heading.clone();
    let heading = match plan.level {
        1 => view! { <h2>{heading}</h2> }.into_any(),
        2 => view! { <h3>{heading}</h3> }.into_any(),
        _ => view! { <h4>{heading}</h4> }.into_any(),
    };
    view! {
        <section class="part" id=plan.name tabindex="-1">
            <div class="part__head">
                {heading}
                <button
                    type="button"
                    class="button button--plain part__write"
                    lang=move || code(language_of(i18n))
                    aria-expanded=move || writing.get().to_string()
                    disabled=move || !session.editable()
                    on:click=open
                >
                    {move || match (writing.get(), has_text.get()) {
                        (true, _) => t_string!(i18n, report.done),
                        (false, true) => t_string!(i18n, report.edit),
                        (false, false) => t_string!(i18n, report.write),
                    }}
                    <span class="unseen" lang="sv">": " {said}</span>
                </button>
            </div>
            <div class="part__said" hidden=hides>
                {move || section.get().map(|section| view! { <Said section year /> })}
            </div>
            <Show when=move || empty() && !writing.get()>
                <p class="part__hint" lang=move || code(language_of(i18n))>
                    {move || plan.hint.in_language(language_of(i18n))}
                </p>
            </Show>
            <Show when=move || writing.get()>
                <Writing plan year made id=id.clone() />
            </Show>
        </section>
    }
}

/// The place to write a section's text.
#[component]
fn Writing(
    /// The section.
    plan: &'static SectionPlan,
    /// The report's year.
    year: i16,
    /// The report.
    made: Memo<Report>,
    /// The id of the text's control.
    id: String,
) -> impl IntoView {
    let i18n = use_i18n();
    let menu_id = format!("{id}-figure");
    let chosen = RwSignal::new(String::new());
    let insert = {
        let id = id.clone();
        move |_| insert_into(&id, &chosen.get_untracked())
    };
    let figures = Memo::new(move |_| made.with(|report| insertable(&report.figures)));
    Effect::new(move |_| {
        if chosen.with_untracked(String::is_empty) {
            chosen.set(figures.with(|figures| figures.first().map(|(holder, ..)| holder.clone())).unwrap_or_default());
        }
    });
    view! {
        <div class="writing" lang=move || code(language_of(i18n))>
            <div class="field">
                <label for=id.clone()>{t!(i18n, report.text)}</label>
                <p class="soft">{move || plan.hint.in_language(language_of(i18n))}</p>
                <ProseControl place=section_place(year, plan.name) field=SectionText::TEXT id rows=6 />
            </div>
            <div class="writing__figure">
                <div class="field">
                    <label for=menu_id.clone()>{t!(i18n, report.figure)}</label>
                    <select id=menu_id prop:value=move || chosen.get() on:change=move |event| chosen.set(event_target_value(&event))>
                        {move || figures.get().into_iter().map(|(holder, name, value)| {
                            let picked = holder.clone();
                            view! {
                                <option value=holder selected=move || chosen.get() == picked>
                                    {name.in_language(language_of(i18n))} ": " {value}
                                </option>
                            }
                        }).collect_view()}
                    </select>
                </div>
                <button type="button" class="button" on:click=insert>{t!(i18n, report.insert)}</button>
            </div>
            <p class="soft">{t!(i18n, report.marks)}</p>
        </div>
    }
}

/// A section's blocks and its notes.
#[component]
fn Said(section: Section, year: i16) -> impl IntoView {
    let notes = section
        .footnotes
        .iter()
        .map(|note| {
            let number = note.number;
            view! {
                <p class="paper__note" id=format!("note-{number}")>
                    <sup><a href=format!("#noted-{number}")>{number}</a></sup> " " {note.text.clone()}
                </p>
            }
        })
        .collect_view();
    view! {
        {section.blocks().map(|block| said(block, year)).collect_view()}
        {notes}
    }
}

fn said(block: &Block, year: i16) -> AnyView {
    let items = |items: &[Vec<Run>]| items.iter().map(|item| view! { <li>{run(item, year)}</li> }).collect_view();
    match block {
        Block::Paragraph(words) => view! { <p>{run(words, year)}</p> }.into_any(),
        Block::Bullets(all) => view! { <ul>{items(all)}</ul> }.into_any(),
        Block::Numbered(all) => view! { <ol>{items(all)}</ol> }.into_any(),
        Block::Table(one) => table(one, year, "paper__table"),
        Block::KeyFigures(one) => table(one, year, "paper__table paper__table--key"),
        Block::Chart(one) => chart(one, year),
    }
}

fn chart(chart: &Chart, year: i16) -> AnyView {
    view! {
        <figure class="paper__chart">
            {drawn(&chart.drawing, chart.alt.clone())}
            {table(&chart.table, year, "paper__table")}
        </figure>
    }
    .into_any()
}

/// A drawing in the colours of the page.
fn drawn(drawing: &Drawing, alt: String) -> AnyView {
    let shape = |shape: &Shape| match shape {
        Shape::Bar { x, y, width, height, tone } => {
            view! { <rect x=*x y=*y width=*width height=*height class=tone.class() /> }.into_any()
        }
        Shape::Area { corners, tone } => view! { <polygon points=points(corners) class=tone.class() /> }.into_any(),
        Shape::Line { from, to } => view! { <line x1=from.0 y1=from.1 x2=to.0 y2=to.1 /> }.into_any(),
        Shape::Words { x, y, anchor, strong, tone, text } => view! {
            <text x=*x y=*y text-anchor=anchor.name() font-weight=strong.then_some("600") class=tone.class()>
                {text.clone()}
            </text>
        }
        .into_any(),
    };
    view! {
        <svg class="chart" viewBox=format!("0 0 {} {}", drawing.width, drawing.height) role="img" aria-label=alt>
            {drawing.shapes.iter().map(shape).collect_view()}
        </svg>
    }
    .into_any()
}

fn table(table: &Table, year: i16, class: &'static str) -> AnyView {
    let right = |column: usize| (table.align.get(column) == Some(&Align::Right)).then_some("right");
    let row = |cells: &Vec<Vec<Run>>| {
        let cells = cells.iter().enumerate().map(|(column, cell)| match column {
            0 => view! { <th scope="row">{run(cell, year)}</th> }.into_any(),
            _ => view! { <td class=right(column)>{run(cell, year)}</td> }.into_any(),
        });
        view! { <tr>{cells.collect_view()}</tr> }
    };
    view! {
        <div class="paper__wrap">
            <table class=class>
                <caption>{table.caption.clone()}</caption>
                <thead>
                    <tr>
                        {table.header.iter().enumerate().map(|(column, name)| view! {
                            <th scope="col" class=right(column)>{name.clone()}</th>
                        }).collect_view()}
                    </tr>
                </thead>
                <tbody>{table.rows.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn run(runs: &[Run], year: i16) -> AnyView {
    let one = |run: &Run| match run {
        Run::Text(text) => lines(text),
        Run::Strong(text) => view! { <strong>{lines(text)}</strong> }.into_any(),
        Run::Figure { figure, value } => {
            let (key, value) = (figure.key(), value.clone());
            view! { <A href=address(&figure.list(year)) attr:class="live" attr:data-figure=key>{value}</A> }.into_any()
        }
        Run::Footnote(number) => view! {
            <sup><a id=format!("noted-{number}") href=format!("#note-{number}")>{*number}</a></sup>
        }
        .into_any(),
    };
    runs.iter().map(one).collect_view().into_any()
}

fn lines(text: &str) -> AnyView {
    let lines = text.split('\n').enumerate().map(|(nth, line)| {
        view! {
            {(0 < nth).then(|| view! { <br /> })}
            {line.to_owned()}
        }
    });
    lines.collect_view().into_any()
}

/// The name of a language in `lang`.
const fn code(language: Language) -> &'static str {
    match language {
        Language::Swedish => "sv",
        Language::English => "en",
    }
}

fn focus_on(id: &str) {
    let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
    if let Some(element) = element {
        // Refused only when the element is gone.
        let _ = element.focus();
    }
}

/// Puts words into a text where its caret is, as if they had been typed.
fn insert_into(id: &str, words: &str) {
    let area = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlTextAreaElement>().ok());
    let (Some(area), Ok(length)) = (area, u32::try_from(words.encode_utf16().count())) else { return };
    let place = area.selection_start().ok().flatten().unwrap_or_default();
    let Ok(typed) = web_sys::Event::new("input") else { return };
    typed.init_event_with_bubbles("input", true);
    // Each is refused only when the control is gone.
    let _ = area.set_range_text(words);
    let _ = area.set_selection_range(place + length, place + length);
    let _ = area.focus();
    let _ = area.dispatch_event(&typed);
}
