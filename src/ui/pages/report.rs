//! The year's report as paper: what the register says, what people have written, and what to look at before it goes out.

mod basis;
mod decisions;
mod files;
mod issue;
mod said;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlTextAreaElement, MouseEvent};

use self::basis::{AsOf, Basis};
use self::decisions::Decisions;
use self::files::{Source, Ways};
use self::issue::{Banner, Issue, IssuedPaper};
use self::said::Lists;
use super::overview::year_of;
use crate::register::{
    Choose, Field, Key, Language, RecordKind, Review, Section as SectionText, review_place, section_place,
};
use crate::report::{
    Concern, Figure, LastYear, ListBehind, Report, SECTIONS, SectionPlan, WaitsFor, Warning, annex, compared_with,
    cut_off_too_old, day_of, insertable, report, warnings,
};
use crate::ui::parts::disputed::Disputed;
use crate::ui::parts::fields::{FieldEditor, ProseControl, field_id};
use crate::ui::parts::gradually::gradually;
use crate::ui::parts::history::History;
use crate::ui::parts::number::address;
use crate::ui::parts::past_day::PastDay;
use crate::ui::parts::register_of::RegisterOf;
use crate::ui::parts::years::YearSelect;
use crate::ui::session::Session;
use crate::ui::shell::UndoBar;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{counted, language_of, term};

/// Years that a report can be about; a year's review has the year as its key.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2200;
/// Sections that stand there with the page: they fill a screen.
const AT_ONCE: usize = 4;
/// Those that each frame after it adds.
const A_FRAME: usize = 3;

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
        basis.read(|register| compared_with(register, year, day_of(register, year, session.today())))
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
    let issued = Memo::new(move |_| {
        let all = session.read(|register| {
            register.issued_of(year.get()).into_iter().map(|(key, _)| key.clone()).collect::<Vec<Key>>()
        });
        (all.first().cloned(), 1 < all.len())
    });
    let as_draft = RwSignal::new(false);
    let unshown = RwSignal::new(Vec::new());
    Effect::new(move |_| {
        year.track();
        as_draft.set(false);
        unshown.set(Vec::new());
    });
    let shown = Memo::new(move |_| issued.with(|(key, _)| key.clone()).filter(|_| !as_draft.get()));
    let several = Signal::derive(move || issued.with(|(_, several)| *several));
    let on_issued = Callback::new(move |letters| {
        as_draft.set(false);
        unshown.set(letters);
        request_animation_frame(|| focus_on(issue::BANNER));
    });
    // Who comes back to a place in the report, or follows a link to one, finds it there.
    let to_a_place = session.place().is_some() || window().location().hash().is_ok_and(|hash| !hash.is_empty());
    session.restore_place(|| ());
    let turn = move |_| {
        as_draft.update(|draft| *draft = !*draft);
        unshown.set(Vec::new());
    };
    let other = move || {
        if as_draft.get() { t_string!(i18n, issue.show_issued) } else { t_string!(i18n, issue.show_draft) }
    };
    view! {
        <div class="report__bar">
            <YearSelect id="report-year" year=Signal::derive(move || Some(year.get())) years=years on_year=go />
            <Show when=move || issued.with(|(key, _)| key.is_some())>
                <button type="button" class="button" on:click=turn>
                    {other}
                </button>
            </Show>
            <UndoBar />
        </div>
        {move || match shown.get() {
            Some(key) => view! { <AsIssued key year several unshown /> }.into_any(),
            None => view! { <AsDraft year made last basis waits unshown on_issued at_once=to_a_place /> }.into_any(),
        }}
    }
}

/// A report that was issued: as it was, for good.
#[component]
fn AsIssued(
    /// Where it is.
    key: Key,
    /// The report's year.
    year: Memo<i16>,
    /// Whether more than one stands.
    several: Signal<bool>,
    /// The letters that its PDF has no picture of, once it has been made.
    unshown: RwSignal<Vec<char>>,
) -> impl IntoView {
    let session = Session::expect();
    let record =
        session.picture.with_untracked(|picture| picture.register.issued.get(&key).cloned()).unwrap_or_default();
    let source = Source::Issued { content: record.content.0.clone(), hash: record.hash.clone() };
    let sums = record.files.0.clone();
    let has_annex = sums.contains("annex.");
    view! {
        <Banner key=key.clone() several />
        <div class="report">
            <IssuedPaper key />
            <aside class="report__side">
                <Ways
                    year
                    source=Signal::stored_local(source)
                    sums=Signal::stored(sums)
                    has_annex=Signal::stored(has_annex)
                    waits=Signal::stored(false)
                    unshown
                />
            </aside>
        </div>
    }
}

/// The report as the register has it now.
#[component]
fn AsDraft(
    /// The report's year.
    year: Memo<i16>,
    /// The report.
    made: Memo<Report>,
    /// How the register was on the day it is compared with.
    last: Memo<Option<LastYear>>,
    /// What it is made from.
    basis: Basis,
    /// Whether something that it is made of is still to come.
    waits: Signal<bool>,
    /// The letters that its PDF has no picture of, once it has been made.
    unshown: RwSignal<Vec<char>>,
    /// Told that the report is issued, with the letters that its PDFs have no picture of.
    on_issued: Callback<Vec<char>>,
    /// Whether all of it is built at once.
    at_once: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let text = move |of: fn(&Report) -> String| move || made.with(of);
    let source = Signal::derive_local(move || Source::Now { basis, last: last.get() });
    let has_annex = Memo::new(move |_| made.with(|report| basis.read(|register| annex(register, report).is_some())));
    let found = Memo::new(move |_| {
        let found = made.with(|report| basis.read(|register| warnings(register, report)));
        basis.too_old().map(cut_off_too_old).into_iter().chain(found).collect::<Vec<_>>()
    });
    let concerns = Signal::derive(move || found.with(Vec::len));
    let lists = Memo::new(move |_| made.with(Lists::of));
    let whole = RwSignal::new(at_once);
    // On paper, too.
    let printed = window_event_listener(leptos::ev::beforeprint, move |_| whole.set(true));
    on_cleanup(move || printed.remove());
    let more = gradually(Signal::stored(SECTIONS.len().saturating_sub(AT_ONCE)), A_FRAME);
    let built = Memo::new(move |_| if whole.get() { SECTIONS.len() } else { AT_ONCE + more.get() });
    // Where one comes back to is counted from the top, and what is still to come above it makes up for itself.
    let anchor = at_once.then_some("none");
    view! {
        <div class="report" style:overflow-anchor=anchor>
            <article class="paper" lang="sv" aria-busy=move || (built.get() < SECTIONS.len()).then_some("true")>
                <header class="paper__head">
                    {move || made.with(Report::head).into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
                    <p>{text(|report| report.organisation.clone())}</p>
                </header>
                <h1>{text(|report| report.title.clone())}</h1>
                <For
                    each=move || SECTIONS.iter().take(built.get()).map(move |plan| (year.get(), plan))
                    key=|(year, plan)| (*year, plan.name)
                    let((year, plan))
                >
                    <Part plan year made lists waits />
                </For>
            </article>
            <aside class="report__side">
                <AsOf basis />
                <Ways year source sums=Signal::stored(String::new()) has_annex=has_annex waits unshown />
                <Before made found />
                {move || {
                    let place = review_place(year.get());
                    view! {
                        <details class="card report__about" id="report-about">
                            <summary><h2>{t!(i18n, report.about)}</h2></summary>
                            <div class="fields">
                                {RecordKind::Review.fields().iter().map(|field| view! {
                                    <FieldEditor place=place.clone() field=*field />
                                }).collect_view()}
                            </div>
                            <History place within=true />
                        </details>
                    }
                }}
                <Issue made basis concerns waits on_issued />
                <details class="card report__about">
                    <summary><h2>{t!(i18n, past.card)}</h2></summary>
                    <PastDay />
                </details>
            </aside>
        </div>
    }
}

/// Where something to look at is mended.
#[derive(Debug, Clone, PartialEq)]
enum Mended {
    /// In a section: its name and heading.
    In(&'static str, String),
    /// In a field of the review.
    Field(Field),
    /// In the list behind a figure.
    List(Figure),
    /// On a page.
    Conflicts,
    Training,
}

impl Mended {
    fn of(warning: &Warning, report: &Report) -> Option<Self> {
        match (&warning.concern, warning.concern.figure()) {
            (_, Some(figure)) => Some(Self::List(figure)),
            (Concern::DateMissing, _) => Some(Self::Field(Review::DATE)),
            (Concern::DnrMissing, _) => Some(Self::Field(Review::DNR)),
            (Concern::CutOffTooOld { .. } | Concern::CutOffToCome { .. }, _) => Some(Self::Field(Review::CUT_OFF)),
            (Concern::Disputed { .. }, _) => Some(Self::Conflicts),
            (Concern::TrainingMissing | Concern::TrainingOld { .. }, _) => Some(Self::Training),
            _ => {
                let section = report.section(warning.section?)?;
                Some(Self::In(section.name, section.heading.clone()))
            }
        }
    }

    fn link(self, year: i16) -> AnyView {
        let i18n = use_i18n();
        match self {
            Self::In(name, heading) => view! {
                <a href=format!("#{name}") lang="sv" on:click=move |_| focus_on(name)>{heading}</a>
            }
            .into_any(),
            Self::Field(field) => {
                let id = field_id(&review_place(year), field);
                view! { <a href=format!("#{id}") on:click=move |event| reach(&event, &id)>{term(field.term)}</a> }
                    .into_any()
            }
            Self::List(figure) => view! { <A href=address(&figure.list(year))>{term(figure.term())}</A> }.into_any(),
            Self::Conflicts => view! { <A href="/att-reda-ut">{t!(i18n, nav.conflicts)}</A> }.into_any(),
            Self::Training => view! { <A href=address(&ListBehind::Training)>{t!(i18n, nav.training)}</A> }.into_any(),
        }
    }
}

/// What to look at before the report goes out, by whom it waits for.
#[component]
fn Before(
    /// The report.
    made: Memo<Report>,
    /// What was found in it.
    found: Memo<Vec<Warning>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let told = Memo::new(move |_| {
        let language = language_of(i18n);
        let all = found.get();
        made.with(|report| {
            let of = |who: WaitsFor| {
                let its = all.iter().filter(|warning| warning.waits_for() == who);
                its.map(|warning| (warning.text(language), Mended::of(warning, report))).collect::<Vec<_>>()
            };
            let groups = WaitsFor::ALL.iter().map(|who| (*who, of(*who)));
            groups.filter(|(_, its)| !its.is_empty()).collect::<Vec<_>>()
        })
    });
    let row = move |(text, mended): (String, Option<Mended>)| {
        let year = made.with_untracked(|report| report.year);
        view! {
            <li class="before__row">
                <span class="before__sign" aria-hidden="true">"!"</span>
                <div>
                    <p>{text}</p>
                    {mended.map(|mended| mended.link(year))}
                </div>
            </li>
        }
    };
    let group = move |(who, its): (WaitsFor, Vec<(String, Option<Mended>)>)| {
        let id = format!("before-{}", who.key());
        view! {
            <h3 class="before__who" id=id.clone()>{term(who.term())}</h3>
            <ul aria-labelledby=id>{its.into_iter().map(row).collect_view()}</ul>
        }
    };
    view! {
        <section aria-labelledby="before">
            <h2 id="before">{t!(i18n, report.before)}</h2>
            <p class="unseen" role="status">
                {move || counted!(i18n, found.with(Vec::len), report.concerns or concern)}
            </p>
            <Show
                when=move || !found.with(Vec::is_empty)
                fallback=move || view! {
                    <p class="before__row">
                        <span class="before__sign before__sign--ok" aria-hidden="true">"✓"</span>
                        <span>{t!(i18n, report.agrees)}</span>
                    </p>
                }
            >
                <p class="soft">{t!(i18n, report.before_about)}</p>
                <div class="before">{move || told.get().into_iter().map(group).collect_view()}</div>
            </Show>
        </section>
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
    /// Where the lists behind its figures are.
    lists: Memo<Lists>,
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
                {move || section.with(|section| section.as_ref().map(|one| said::section(one, lists.get())))}
            </div>
            {(plan.name == "decisions").then(|| view! { <Decisions year /> })}
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
                <Disputed place=section_place(year, plan.name) field=SectionText::TEXT.key />
            </div>
            <History place=section_place(year, plan.name) within=true />
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
            <p class="soft">{t!(i18n, report.secrecy)}</p>
        </div>
    }
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

/// Follows a link to a control, which has the focus then; what is folded around it opens.
fn reach(event: &MouseEvent, id: &str) {
    // The router would scroll there and leave the focus behind.
    event.prevent_default();
    let folded = document().get_element_by_id(id).and_then(|control| control.closest("details").ok().flatten());
    if let Some(folded) = folded {
        // Refused only for a name that is none.
        let _ = folded.set_attribute("open", "");
    }
    focus_on(id);
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
