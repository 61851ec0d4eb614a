//! From draft to issued: what is missing, the freezing itself, and the report as it was issued.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;

use super::basis::Basis;
use super::files::{self, Made, Source, make};
use super::said::{self, Lists};
use super::{decisions, reach};
use crate::browser::device;
use crate::browser::files::Problem;
use crate::browser::files::protocol::Form;
use crate::browser::pdf;
use crate::catalogue::MethodInUse;
use crate::register::{Choose, Command, Date, Field, Issued, Key, Place, RecordKind, Review, Value, review_place};
use crate::report::frozen::checksum;
use crate::report::{Frozen, Part, Report, WaitsFor, annex};
use crate::ui::pages::past;
use crate::ui::parts::confirm::Confirm;
use crate::ui::parts::fields::field_id;
use crate::ui::parts::withdraw::Withdraw;
use crate::ui::session::{Answer, Session, Standing};
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{counted, day, language_of, term};

/// The program's edition, as an issued report names it.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// What a report must have before it is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Date,
    Dnr,
    CutOff,
    Place,
    Decisions,
}

impl Need {
    /// Whom it waits for.
    const fn waits_for(self) -> WaitsFor {
        match self {
            Self::Date | Self::CutOff | Self::Place => WaitsFor::Coordinator,
            Self::Dnr => WaitsFor::Registrar,
            Self::Decisions => WaitsFor::Management,
        }
    }

    /// The id of the control that mends it, in the review of a year.
    fn control(self, year: i16) -> String {
        let field = match self {
            Self::Date => Review::DATE,
            Self::Dnr => Review::DNR,
            Self::CutOff => Review::CUT_OFF,
            Self::Place => Review::TOWN,
            Self::Decisions => return decisions::ADD.to_owned(),
        };
        field_id(&review_place(year), field)
    }
}

fn needs(report: &Report, cut_off: Option<Date>) -> Vec<Need> {
    let decided = report.section("decisions").is_some_and(|section| section.blocks().next().is_some());
    [
        (report.date.is_none(), Need::Date),
        (report.dnr.is_empty(), Need::Dnr),
        (report.town.is_empty(), Need::Place),
        (cut_off.is_none(), Need::CutOff),
        (!decided, Need::Decisions),
    ]
    .into_iter()
    .filter_map(|(is_missing, need)| is_missing.then_some(need))
    .collect()
}

/// The card with which a report is issued.
#[component]
pub fn Issue(
    /// The report as it is now.
    made: Memo<Report>,
    /// What it is made from.
    basis: Basis,
    /// How many things there are to look at.
    concerns: Signal<usize>,
    /// Whether something that it is made of is still to come.
    waits: Signal<bool>,
    /// Told that the report is issued, with the letters that its PDFs have no picture of.
    on_issued: Callback<Vec<char>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let cut_off = Memo::new(move |_| {
        let place = review_place(made.with(|report| report.year));
        session.read(|register| register.reviews.get(&place.key).and_then(|review| review.cut_off))
    });
    let missing = Memo::new(move |_| made.with(|report| needs(report, cut_off.get())));
    let ready = RwSignal::new(None::<Ready>);
    let asked = RwSignal::new(false);
    let busy = RwSignal::new(false);
    // A PDF can be stopped; what comes before it takes no time.
    let sets_pdf = RwSignal::new(false);
    let changed = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let half = Memo::new(move |_| {
        let opening = session.standing.with(|standing| matches!(standing, Standing::Opening | Standing::Glimpsed));
        opening || waits.get()
    });
    let ask = move || {
        if busy.get_untracked() || half.get_untracked() || !missing.with_untracked(Vec::is_empty) {
            return;
        }
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let report = made.get_untracked();
            let done = prepare(basis, &report, sets_pdf).await;
            busy.try_set(false);
            match done {
                // Nobody is asked about a year that was turned away from meanwhile.
                Ok(_) if made.try_with_untracked(|now| now.year) != Some(report.year) => {}
                Ok(made) => {
                    ready.try_set(Some(made));
                    asked.try_set(true);
                }
                Err(why) => {
                    problem.try_set(Some(why));
                }
            }
        });
    };
    let issue = move |()| {
        let Some(ready) = ready.try_update(Option::take).flatten() else { return };
        // Something may have come while the question was asked. What nobody has seen is not issued.
        let is_same = made.with_untracked(|report| freeze(basis, report).pack().1 == ready.hash);
        changed.set(!is_same);
        match (is_same, half.get_untracked()) {
            (true, false) => add(session, ready, on_issued),
            (true, true) => {}
            (false, _) => ask(),
        }
    };
    let question = move || {
        ready.with(|ready| {
            let lacks = ready.iter().flat_map(|ready| {
                let letters = Some(&ready.unshown).filter(|letters| !letters.is_empty());
                let without_pdf = ready.lacks_pdf.then(|| t_string!(i18n, issue.without_pdf).to_owned());
                letters.map(|letters| files::numbered(i18n, letters)).into_iter().chain(without_pdf)
            });
            lacks.chain([t_string!(i18n, issue.question).to_owned()]).collect::<Vec<_>>().join("\n\n")
        })
    };
    let said = move |need| match need {
        Need::Date => t_string!(i18n, issue.needs_date),
        Need::Dnr => t_string!(i18n, issue.needs_dnr),
        Need::CutOff => t_string!(i18n, issue.needs_cut_off),
        Need::Place => t_string!(i18n, issue.needs_place),
        Need::Decisions => t_string!(i18n, issue.needs_decisions),
    };
    let row = move |need: Need| {
        let id = need.control(made.with_untracked(|report| report.year));
        view! {
            <li>
                <a href=format!("#{id}") on:click=move |event| reach(&event, &id)>{move || said(need)}</a>
                <span class="soft">{term(need.waits_for().term())}</span>
            </li>
        }
    };
    let as_of = move || {
        let on = made.with(|report| report.as_of);
        t_string!(i18n, issue.as_of, day = day(on, language_of(i18n))).to_string()
    };
    view! {
        <section class="card issue" aria-labelledby="issue">
            <h2 id="issue">{t!(i18n, issue.title)}</h2>
            <p>{as_of}</p>
            <Show
                when=move || !missing.with(Vec::is_empty)
                fallback=move || view! { <p class="soft">{t!(i18n, issue.ready)}</p> }
            >
                <p>{t!(i18n, issue.needs)}</p>
                <ul class="issue__needs">
                    <For each=move || missing.get() key=|need| *need as u8 let(need)>{row(need)}</For>
                </ul>
            </Show>
            <Show when=move || 0 < concerns.get()>
                <p class="soft">{move || counted!(i18n, concerns.get(), issue.concerns or concern)}</p>
            </Show>
            <button
                type="button"
                class="button"
                disabled=move || half.get() || !missing.with(Vec::is_empty) || !session.editable()
                aria-disabled=move || busy.get().then_some("true")
                on:click=move |_| {
                    changed.set(false);
                    ask();
                }
            >
                {t!(i18n, issue.act)}
            </button>
            <p class="soft" role="status">
                {move || match (busy.get(), half.get()) {
                    (true, _) if changed.get() => Some(t_string!(i18n, issue.making_anew)),
                    (true, _) => Some(t_string!(i18n, issue.making)),
                    (false, true) => Some(t_string!(i18n, issue.waits)),
                    (false, false) => None,
                }}
            </p>
            <Show when=move || sets_pdf.get()>
                <button type="button" class="button button--plain" on:click=move |_| pdf::stop()>
                    {t!(i18n, common.cancel)}
                </button>
            </Show>
            <p class="field__error" role="alert" hidden=move || problem.with(Option::is_none)>
                {move || problem.with(|problem| problem.as_ref().map(|why| why.text(language_of(i18n))))}
            </p>
            <Confirm
                open=asked
                question=Signal::derive(question)
                yes=Signal::derive(move || t_string!(i18n, issue.act).to_owned())
                on_yes=issue
            />
        </section>
    }
}

/// A report that is frozen and whose files have been made: what is left is that a person says yes.
struct Ready {
    year: i16,
    fields: Vec<(String, Value)>,
    hash: String,
    /// The letters that its PDFs have no picture of.
    unshown: Vec<char>,
    /// Whether there is no PDF: what makes it isn't on the device.
    lacks_pdf: bool,
}

fn freeze(basis: Basis, report: &Report) -> Frozen {
    Frozen::new(report, untrack(|| basis.read(|register| annex(register, report))))
}

/// Freezes a report and makes every file that can be made. `sets_pdf` tells while one is a PDF.
async fn prepare(basis: Basis, report: &Report, sets_pdf: RwSignal<bool>) -> Result<Ready, Problem> {
    let session = basis.session;
    let decisions = untrack(|| {
        basis.read(|register| {
            Issued::decisions_in_order(register.decisions_of(report.year).into_iter().map(|(_, key, _)| key))
        })
    });
    let editions = session.picture.with_untracked(|picture| MethodInUse::of(&picture.register).editions());
    let catalogue = format!("{}, {}", editions.catalogue, editions.wording);
    let heads = session.seen().to_string();
    let frozen = freeze(basis, report);
    let (content, hash) = frozen.pack();
    let mut sums = String::new();
    let mut letters = BTreeSet::new();
    let mut lacks_pdf = false;
    for part in parts(&frozen) {
        for form in [Form::Docx, Form::Pdf] {
            let source = Source::Issued { content: content.clone(), hash: hash.clone() };
            let told = move |_| _ = sets_pdf.try_set(true);
            let made = make(source, report.year, part, form, None, told).await;
            sets_pdf.try_set(false);
            match made {
                Ok(Made { bytes, ending, unshown, .. }) => {
                    sums.push_str(&format!("{}.{ending} {}\n", part.key(), checksum(&bytes)));
                    letters.extend(unshown);
                }
                // Without a network the first time: the report is no less issued.
                Err(Problem::OutOfReach) => lacks_pdf = true,
                Err(why) => return Err(why),
            }
        }
    }
    let line = |field: Field, text: String| (field.key.to_owned(), Value::Line(text));
    let dated = |field: Field, day: Option<Date>| (field.key.to_owned(), day.map_or(Value::Nothing, Value::Date));
    let fields = vec![
        dated(Issued::DATE, report.date),
        line(Issued::DNR, report.dnr.clone()),
        dated(Issued::AS_OF, Some(report.as_of)),
        line(Issued::CONTENT, content),
        line(Issued::HASH, hash.clone()),
        line(Issued::FILES, sums),
        line(Issued::HEADS, heads),
        line(Issued::PROGRAM, PROGRAM.to_owned()),
        line(Issued::CATALOGUE, catalogue),
        line(Issued::DECISIONS, decisions),
    ];
    Ok(Ready { year: report.year, fields, hash, unshown: letters.into_iter().collect(), lacks_pdf })
}

/// Adds a report to the register, as issued now by whoever edits here.
fn add(session: Session, ready: Ready, on_issued: Callback<Vec<char>>) {
    let Ready { year, mut fields, unshown, .. } = ready;
    let place = Place { kind: RecordKind::Issued, key: review_place(year).key.child(&device::new_key()) };
    fields.push((Issued::ISSUED.key.to_owned(), Value::Moment(device::local_time())));
    fields.push((Issued::ISSUED_BY.key.to_owned(), Value::Line(session.author.get_untracked().role)));
    session.send_then(Command::Add { place, fields }, move |answer| {
        if matches!(answer, Answer::Done) {
            // Nothing is told to a page that was left.
            let _ = on_issued.try_run(unshown);
        }
    });
}

/// The parts of an issued report whose checksums are kept, by their keys.
fn parts(frozen: &Frozen) -> impl Iterator<Item = Part> {
    [Part::Open].into_iter().chain(frozen.annex.is_some().then_some(Part::Annex))
}

/// Whether a file of an issued report is another than the one it was issued with. The public version is made anew.
#[must_use]
pub fn differs(files: &str, part: Part, form: Form, bytes: &[u8]) -> bool {
    let kept = sums(files).into_iter().find(|(of, its, _)| (*of, *its) == (part, form));
    kept.is_some_and(|(.., sum)| sum != checksum(bytes))
}

/// The checksums that are kept with an issued report: of which part, in which form.
fn sums(files: &str) -> Vec<(Part, Form, String)> {
    let one = |line: &str| {
        let (name, sum) = line.split_once(' ')?;
        let (part, ending) = name.split_once('.')?;
        let form = match ending {
            "docx" => Form::Docx,
            "pdf" => Form::Pdf,
            _ => return None,
        };
        Some((Part::from_key(part)?, form, sum.to_owned()))
    };
    files.lines().filter_map(one).collect()
}

/// An issued report, as it was issued.
#[component]
pub fn IssuedPaper(
    /// Where it is.
    key: Key,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let issued =
        session.picture.with_untracked(|picture| picture.register.issued.get(&key).cloned()).unwrap_or_default();
    let frozen = Frozen::unpack(&issued.content, &issued.hash);
    let about = {
        let (program, catalogue, hash) = (issued.program.clone(), issued.catalogue.clone(), issued.hash.clone());
        move || {
            view! {
                <p class="soft">
                    {t!(i18n, issue.program, program = program.clone(), catalogue = catalogue.clone())} " "
                    {t!(i18n, issue.sum)} ": " <code class="issue__sum">{hash.clone()}</code>
                </p>
            }
        }
    };
    match frozen {
        Ok(Frozen { open, .. }) => {
            let lists = Lists::of(&open);
            let head = open.head().into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
            let sections = open.sections.iter().map(|section| {
                let heading = section.heading.clone();
                let heading = match section.level {
                    1 => view! { <h2>{heading}</h2> }.into_any(),
                    2 => view! { <h3>{heading}</h3> }.into_any(),
                    _ => view! { <h4>{heading}</h4> }.into_any(),
                };
                view! {
                    <section class="part">
                        <div class="part__head">{heading}</div>
                        <div class="part__said">{said::section(section, lists)}</div>
                    </section>
                }
            });
            view! {
                <article class="paper" lang="sv">
                    <header class="paper__head">{head} <p>{open.organisation.clone()}</p></header>
                    <h1>{open.title.clone()}</h1>
                    {sections.collect_view()}
                    <footer class="paper__foot" lang=move || super::code(language_of(i18n))>{about}</footer>
                </article>
            }
            .into_any()
        }
        Err(why) => view! {
            <p class="notice" role="alert">{t_string!(i18n, issue.damaged, why = why.to_string()).to_string()}</p>
        }
        .into_any(),
    }
}

/// The id of the banner, which has the focus once the report has been issued.
pub const BANNER: &str = "issued";

/// What stands above an issued report: that it is frozen, and how to withdraw it.
#[component]
pub fn Banner(
    /// Where it is.
    key: Key,
    /// How many stand.
    #[prop(into)]
    several: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let place = Place { kind: RecordKind::Issued, key: key.clone() };
    let issued = Memo::new(move |_| session.read(|register| register.issued.get(&key).cloned()).unwrap_or_default());
    let words = move || {
        issued.with(|issued| {
            let day = issued.issued.map_or_else(String::new, |at| at.date().to_string());
            t_string!(i18n, issue.banner, day = day, dnr = issued.dnr.clone()).to_string()
        })
    };
    // Until it is over, the lists may still change.
    let earlier = move || issued.with(|issued| issued.as_of).filter(|day| *day < device::today());
    let why = Signal::derive(move || t_string!(i18n, issue.withdraw_reason).to_owned());
    let about = Signal::derive(move || Some(t_string!(i18n, issue.withdraw_question).to_owned()));
    view! {
        <div class="notice issued" id=BANNER role="region" aria-labelledby="issued-words" tabindex="-1">
            <p id="issued-words"><strong>{words}</strong></p>
            <Show when=move || issued.with(|issued| !issued.issued_by.is_empty())>
                <p>{move || issued.with(|issued| t_string!(i18n, issue.by, role = issued.issued_by.clone()).to_string())}</p>
            </Show>
            <Show when=move || several.get()><p>{t!(i18n, issue.several)}</p></Show>
            {move || earlier().map(|on| {
                let words = move || t_string!(i18n, issue.figures_of, day = day(on, language_of(i18n))).to_string();
                view! { <p>{words} " " <A href=past::address(on)>{t!(i18n, report.as_of_lists)}</A></p> }
            })}
            <Show when=move || issued.with(|issued| !issued.files.is_empty())>
                <details class="report__about">
                    <summary>{t!(i18n, issue.files)}</summary>
                    <p class="soft">{t!(i18n, issue.files_about)}</p>
                    <ul>
                        {move || issued.with(|issued| sums(&issued.files)).into_iter().map(|(part, form, sum)| {
                            let form = if form == Form::Pdf { "PDF" } else { "Word" };
                            view! {
                                <li>{term(part.term())} {format!(", {form}: ")} <code class="issue__sum">{sum}</code></li>
                            }
                        }).collect_view()}
                    </ul>
                </details>
            </Show>
            <Withdraw place why about />
        </div>
    }
}
