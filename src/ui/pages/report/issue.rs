//! From draft to issued: what is missing, the freezing itself, and the report as it was issued.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::basis::Basis;
use super::files::{Made, Source, make};
use super::said;
use crate::browser::device;
use crate::browser::files::Problem;
use crate::browser::files::protocol::Form;
use crate::catalogue::MethodInUse;
use crate::register::{Command, Date, Field, Issued, Key, Place, RecordKind, Value, review_place};
use crate::report::frozen::checksum;
use crate::report::{Frozen, Part, Report, annex};
use crate::ui::parts::confirm::Confirm;
use crate::ui::session::{Answer, Session};
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::language_of;

/// The program's edition, as an issued report names it.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// What a report must have before it is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Date,
    Dnr,
    CutOff,
    Decisions,
}

fn needs(report: &Report, cut_off: Option<Date>) -> Vec<Need> {
    let decided = report.section("decisions").is_some_and(|section| section.blocks().next().is_some());
    [
        (report.date.is_none(), Need::Date),
        (report.dnr.is_empty(), Need::Dnr),
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
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let cut_off = Memo::new(move |_| {
        let place = review_place(made.with(|report| report.year));
        session.read(|register| register.reviews.get(&place.key).and_then(|review| review.cut_off))
    });
    let missing = Memo::new(move |_| made.with(|report| needs(report, cut_off.get())));
    let asked = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let issue = move |()| {
        busy.set(true);
        problem.set(None);
        let report = made.get_untracked();
        spawn_local(async move {
            let done = issue(basis, &report).await;
            busy.try_set(false);
            problem.try_set(done.err());
        });
    };
    let said = move |need| match need {
        Need::Date => t_string!(i18n, issue.needs_date),
        Need::Dnr => t_string!(i18n, issue.needs_dnr),
        Need::CutOff => t_string!(i18n, issue.needs_cut_off),
        Need::Decisions => t_string!(i18n, issue.needs_decisions),
    };
    let place = move |need| match need {
        Need::Decisions => "#decisions",
        _ => "#report-about",
    };
    view! {
        <section class="card issue" aria-labelledby="issue">
            <h2 id="issue">{t!(i18n, issue.title)}</h2>
            <Show
                when=move || !missing.with(Vec::is_empty)
                fallback=move || view! { <p class="soft">{t!(i18n, issue.ready)}</p> }
            >
                <p>{t!(i18n, issue.needs)}</p>
                <ul class="issue__needs">
                    <For each=move || missing.get() key=|need| *need as u8 let(need)>
                        <li><a href=place(need)>{move || said(need)}</a></li>
                    </For>
                </ul>
            </Show>
            <Show when=move || 0 < concerns.get()>
                <p class="soft">{move || t_string!(i18n, issue.concerns, count = concerns.get()).to_string()}</p>
            </Show>
            <button
                type="button"
                class="button"
                disabled=move || busy.get() || !missing.with(Vec::is_empty) || !session.editable()
                on:click=move |_| asked.set(true)
            >
                {t!(i18n, issue.act)}
            </button>
            <p class="soft" role="status">{move || busy.get().then(|| t_string!(i18n, issue.making))}</p>
            <p class="field__error" role="alert" hidden=move || problem.with(Option::is_none)>
                {move || problem.with(|problem| problem.as_ref().map(|why| why.text(language_of(i18n))))}
            </p>
            <Confirm
                open=asked
                question=Signal::derive(move || t_string!(i18n, issue.question).to_owned())
                yes=Signal::derive(move || t_string!(i18n, issue.act).to_owned())
                on_yes=issue
            />
        </section>
    }
}

/// Freezes a report and adds it to the register. Nothing is added unless every file could be made.
async fn issue(basis: Basis, report: &Report) -> Result<(), Problem> {
    let session = basis.session;
    let annex = untrack(|| basis.read(|register| annex(register, report)));
    let editions = session.picture.with_untracked(|picture| MethodInUse::of(&picture.register).editions());
    let catalogue = format!("{}, {}", editions.catalogue, editions.wording);
    let frozen = Frozen::new(report, annex);
    let (content, hash) = frozen.pack();
    let mut sums = String::new();
    for (part, name) in parts(&frozen) {
        for form in [Form::Docx, Form::Pdf] {
            let source = Source::Issued { content: content.clone(), hash: hash.clone() };
            match make(source, report.year, part, form, None, |_| {}).await {
                Ok(Made { bytes, ending, .. }) => sums.push_str(&format!("{name}.{ending} {}\n", checksum(&bytes))),
                // Without a network the first time: the report is no less issued.
                Err(Problem::OutOfReach) => {}
                Err(why) => return Err(why),
            }
        }
    }
    let Some(own) = Key::parse(device::new_key().as_str()) else { return Err(Problem::Lost) };
    let place = Place { kind: RecordKind::Issued, key: review_place(report.year).key.child(&own) };
    let hex = |head: &[u8; 32]| head.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let heads = session.seen().0.iter().map(hex).collect::<Vec<_>>();
    let author = session.author.get_untracked();
    let line = |field: Field, text: String| (field.key.to_owned(), Value::Line(text));
    let day = |field: Field, day: Option<Date>| (field.key.to_owned(), day.map_or(Value::Nothing, Value::Date));
    let fields = vec![
        (Issued::ISSUED.key.to_owned(), Value::Moment(device::local_time())),
        line(Issued::ISSUED_BY, author.role),
        day(Issued::DATE, report.date),
        line(Issued::DNR, report.dnr.clone()),
        day(Issued::AS_OF, Some(report.as_of)),
        line(Issued::CONTENT, content),
        line(Issued::HASH, hash),
        line(Issued::FILES, sums),
        line(Issued::HEADS, heads.join(" ")),
        line(Issued::PROGRAM, PROGRAM.to_owned()),
        line(Issued::CATALOGUE, catalogue),
    ];
    session.send(Command::Add { place, fields });
    Ok(())
}

/// The parts of an issued report, with the names by which their checksums are kept.
fn parts(frozen: &Frozen) -> Vec<(Part, &'static str)> {
    let annex = frozen.annex.is_some().then_some((Part::Annex, "annex"));
    [(Part::Open, "open")].into_iter().chain(annex).collect()
}

/// Whether a file of an issued report is another than the one it was issued with. The public version is made anew.
#[must_use]
pub fn differs(sums: &str, part: Part, form: Form, bytes: &[u8]) -> bool {
    let part = match part {
        Part::Open => "open",
        Part::Annex => "annex",
        Part::Public => return false,
    };
    let ending = match form {
        Form::Docx => "docx",
        Form::Pdf => "pdf",
        Form::Xlsx => return false,
    };
    let name = format!("{part}.{ending} ");
    sums.lines().find_map(|line| line.strip_prefix(&name)).is_some_and(|sum| sum != checksum(bytes))
}

/// An issued report, as it was issued.
#[component]
pub fn IssuedPaper(
    /// Where it is.
    key: Key,
    /// The report's year.
    year: i16,
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
                        <div class="part__said">{said::section(section, year)}</div>
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
    let withdrawing = RwSignal::new(false);
    let reason = RwSignal::new(String::new());
    let refused = RwSignal::new(false);
    let withdraw = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let reason = reason.get_untracked();
        if reason.trim().is_empty() {
            refused.set(true);
            return;
        }
        session.send_then(Command::Withdraw { place: place.clone(), reason }, move |answer| {
            if matches!(answer, Answer::Done) {
                withdrawing.try_set(false);
            }
        });
    };
    let withdraw = StoredValue::new_local(withdraw);
    view! {
        <div class="notice issued">
            <p><strong>{words}</strong></p>
            <Show when=move || issued.with(|issued| !issued.issued_by.is_empty())>
                <p>{move || issued.with(|issued| t_string!(i18n, issue.by, role = issued.issued_by.clone()).to_string())}</p>
            </Show>
            <Show when=move || several.get()><p>{t!(i18n, issue.several)}</p></Show>
            <Show
                when=move || withdrawing.get()
                fallback=move || view! {
                    <button
                        type="button"
                        class="button button--plain"
                        disabled=move || !session.editable()
                        on:click=move |_| withdrawing.set(true)
                    >
                        {t!(i18n, issue.withdraw)}
                    </button>
                }
            >
                <form class="issued__withdraw" on:submit=move |event| withdraw.with_value(|withdraw| withdraw(event))>
                    <p>{t!(i18n, issue.withdraw_question)}</p>
                    <div class="field">
                        <label for="withdraw-reason">{t!(i18n, issue.withdraw_reason)}</label>
                        <input
                            id="withdraw-reason"
                            type="text"
                            autocomplete="off"
                            aria-invalid=move || refused.get().then_some("true")
                            bind:value=reason
                        />
                    </div>
                    <div class="actions">
                        <button type="submit" class="button button--danger">{t!(i18n, issue.withdraw)}</button>
                        <button type="button" class="button" on:click=move |_| withdrawing.set(false)>
                            {t!(i18n, common.cancel)}
                        </button>
                    </div>
                </form>
            </Show>
        </div>
    }
}
