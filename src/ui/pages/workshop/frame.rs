//! What stands round what everybody looks at: the system, who is here, the way through the agenda.

use leptos::prelude::*;
use leptos_router::components::A;
use wasm_bindgen::JsCast;

use super::PLACE;
use super::measures::Measures;
use super::next_system::NextSystem;
use super::people::{AtTable, Circles, Invite, PassRound};
use super::question::QuestionStop;
use super::records::RecordsStop;
use super::risks::RisksStop;
use super::sets::Sets;
use super::summary::Summary;
use super::table::Table;
use crate::browser::awake::Awake;
use crate::browser::keeper::protocol::Request;
use crate::register::workshop::{Asked, Digest, Question, Round, Stop, Turn};
use crate::register::{Aspect, Choose, Key, Level};
use crate::ui::pages::settings::relay::lamp;
use crate::ui::shell::{Refused, Unstored};
use crate::ui::words::i18n::{Locale, t, t_string, use_i18n};
use crate::ui::words::{day, language_of};

type Words = leptos_i18n::I18nContext<Locale>;

/// The table.
#[component]
pub fn Frame() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    // Another system's is another stop, though it has the same name.
    let at = Memo::new(move |_| table.turn(|turn| (turn.id, turn.stop.clone())));
    let stop = Memo::new(move |_| at.with(|(_, stop)| stop.clone()));
    let leads = Memo::new(move |_| table.leads());
    let name = move || table.system();
    let round = Signal::derive(move || open_round(table));
    let relay = move || table.line.with(|line| lamp(i18n, line.as_ref()));
    // The screen stays on while people think.
    keep_awake(Signal::derive(move || round.with(Option::is_some)));
    // What is looked at changes: the reading begins at its heading, unless somebody is writing.
    Effect::new(move |before: Option<(Option<Digest>, Stop)>| {
        let at = at.get();
        if before.as_ref().is_some_and(|before| *before != at) && !writes() {
            request_animation_frame(focus_heading);
        }
        at
    });
    let newer = move || table.view.with(|view| view.as_ref().is_some_and(|view| view.newer.is_some()));
    view! {
        <div class="sitting" class:sitting--leads=leads>
            <header class="sitting__head">
                <p class="sitting__name">{name}</p>
                <Circles round />
                <p class="state">
                    <span class=move || format!("state__lamp state__lamp--{}", relay().0) aria-hidden="true"></span>
                    <span role="status">{move || relay().1}</span>
                </p>
                <A href="/" attr:class="sitting__out">{t!(i18n, workshop.leave)}</A>
            </header>
            <Show when=move || leads.get()>
                <Agenda stop />
            </Show>
            <main class="sitting__main" id="main" tabindex="-1">
                <Announced round />
                <p class="notice notice--warn" role="alert" hidden=move || !newer()>{t!(i18n, notice.newer)}</p>
                <Unstored
                    why=table.not_stored.into()
                    again=Callback::new(move |()| table.tell(&Request::StoreAgain))
                />
                <Refused refusal=table.refusal />
                {move || match at.get().1 {
                    Stop::Facts => view! { <Facts /> }.into_any(),
                    Stop::Sets => view! { <Sets /> }.into_any(),
                    Stop::Question(question) => view! { <QuestionStop question /> }.into_any(),
                    Stop::Measures => view! { <Measures /> }.into_any(),
                    Stop::Records => view! { <RecordsStop /> }.into_any(),
                    Stop::Risks => view! { <RisksStop /> }.into_any(),
                    Stop::Summary => view! { <Summary /> }.into_any(),
                }}
                <NextSystem />
                <PassRound />
            </main>
        </div>
    }
}

/// The round that is open now, if what everybody looks at is a question that is voted on.
pub fn open_round(table: Table) -> Option<Round> {
    table.turn(|turn| {
        let Stop::Question(question) = &turn.stop else { return None };
        let tally = turn.asked(question)?.round()?;
        (tally.opened && !tally.closed).then(|| Round {
            turn: turn.id,
            question: question.clone(),
            number: tally.number,
        })
    })
}

fn writes() -> bool {
    let active = document().active_element();
    active.is_some_and(|active| matches!(active.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

fn focus_heading() {
    if focus_on("main h1") {
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// Puts the focus where the reading goes on, and tells whether that is there.
fn focus_on(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()).is_some_and(|found| {
        // Refused only when it is gone.
        found.set_attribute("tabindex", "-1").is_ok() && found.focus().is_ok()
    })
}

/// Once the page is drawn anew: if what had the focus is gone, the reading goes on here.
pub fn focus_if_lost(selector: &'static str) {
    request_animation_frame(move || {
        if document().active_element().is_none_or(|active| active.tag_name() == "BODY") {
            focus_on(selector);
        }
    });
}

/// Keeps the screen on while it is wanted. The browser lets go when the page is out of sight, so it is asked again when the
/// page is seen.
pub fn keep_awake(wanted: Signal<bool>) {
    let awake = StoredValue::new_local(Awake::default());
    let keep = move || {
        // The page may have been left meanwhile.
        if let Some(wanted) = wanted.try_get() {
            awake.try_update_value(|awake| awake.keep(wanted));
        }
    };
    Effect::new(move |_| keep());
    let seen = window_event_listener_untyped("visibilitychange", move |_| untrack(keep));
    on_cleanup(move || seen.remove());
}

/// What a screen reader is told of what happens by itself.
#[component]
fn Announced(round: Signal<Option<Round>>) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let news =
        Memo::new(move |before: Option<&News>| table.turn(|turn| Some(News::of(turn, before))).unwrap_or_default());
    let said = Memo::new(move |_| {
        if round.with(Option::is_some) {
            return t_string!(i18n, workshop.voting_open).to_owned();
        }
        news.with(|news| match (&news.votes, news.decision) {
            (_, Some((_, level))) if !news.votes_are_newer => {
                let decided = t_string!(i18n, workshop.decided);
                format!("{decided}: {}, {}", level.number(), level_words(i18n, level))
            }
            (Some((_, votes)), _) => {
                format!("{} {}", t_string!(i18n, workshop.opened_said), fell(i18n, votes.iter().copied()))
            }
            _ => String::new(),
        })
    });
    view! { <p class="unseen" aria-live="polite" data-said="">{said}</p> }
}

/// What there is to tell of the question that everybody looks at, and what of it came last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct News {
    question: Option<(Option<Digest>, Question)>,
    /// The round, if it is closed, and how its votes fell.
    votes: Option<(u16, Vec<(Level, usize)>)>,
    decision: Option<(Digest, Level)>,
    votes_are_newer: bool,
}

impl News {
    fn of(turn: &Turn, before: Option<&Self>) -> Self {
        let Stop::Question(question) = &turn.stop else { return Self::default() };
        let asked = turn.asked(question);
        let closed = asked.and_then(Asked::round).filter(|tally| tally.closed);
        let mut news = Self {
            question: Some((turn.id, question.clone())),
            votes: closed.map(|tally| (tally.number, tally.fell().collect())),
            decision: asked.and_then(Asked::decision).map(|decision| (decision.id, decision.what.level)),
            votes_are_newer: false,
        };
        // What is decided may be voted on again: then the votes are the news.
        if let Some(before) = before.filter(|before| before.question == news.question) {
            let has_new_votes = news.votes.is_some() && news.votes != before.votes;
            news.votes_are_newer = news.decision == before.decision && (has_new_votes || before.votes_are_newer);
        }
        news
    }
}

/// A level's name within a sentence.
pub fn level_words(i18n: Words, level: Level) -> String {
    level.term().in_language(language_of(i18n)).to_lowercase()
}

/// How votes fell: ”2 på 3, 4 på 2”.
pub fn fell(i18n: Words, counts: impl IntoIterator<Item = (Level, usize)>) -> String {
    let words = |(level, count): (Level, usize)| {
        t_string!(i18n, workshop.so_many_on, count = count, level = level.number()).to_string()
    };
    counts.into_iter().map(words).collect::<Vec<_>>().join(", ")
}

/// The question's short name: ”Konfidentialitet”, with its set.
pub fn question_words(turn: &Turn, question: &Question, i18n: Words) -> (String, String) {
    let set = question.set.as_ref().and_then(|set| turn.set(set)).map(|set| set.name.clone());
    let set = set.unwrap_or_else(|| t_string!(i18n, workshop.whole_system).to_owned());
    (set, question.aspect.term().in_language(language_of(i18n)).to_owned())
}

/// The way through: the facilitator's.
#[component]
fn Agenda(stop: Memo<Stop>) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let to = move |to: Stop, words: Signal<String>| {
        let (here, there) = (to.clone(), to);
        view! {
            <button
                type="button"
                class="agenda__stop"
                aria-current=move || stop.with(|stop| (*stop == here).then_some("step"))
                on:click=move |_| table.show(there.clone())
            >
                {words}
            </button>
        }
    };
    let word = move |words: fn(Words) -> &'static str| Signal::derive(move || words(i18n).to_owned());
    let sets = Memo::new(move |_| {
        table.turn(|turn| turn.agenda().map(|set| (set.key.clone(), set.name.clone())).collect::<Vec<_>>())
    });
    let wall = move || table.view.with(|view| view.as_ref().map(|view| format!("{PLACE}/{}?storbild=1", view.name)));
    view! {
        <nav class="agenda" aria-label=move || t_string!(i18n, workshop.agenda)>
            <Turns />
            {to(Stop::Facts, word(|i18n| t_string!(i18n, workshop.facts)))}
            {to(Stop::Sets, word(|i18n| t_string!(i18n, workshop.sets)))}
            {move || sets.get().into_iter().map(|(key, name)| view! { <Aspects name set=Some(key) stop /> }).collect_view()}
            <Aspects name=word(|i18n| t_string!(i18n, workshop.whole_system)) set=None stop />
            {to(Stop::Measures, word(|i18n| t_string!(i18n, workshop.measures)))}
            {to(Stop::Records, word(|i18n| t_string!(i18n, workshop.records)))}
            {to(Stop::Risks, word(|i18n| t_string!(i18n, workshop.risks)))}
            {to(Stop::Summary, word(|i18n| t_string!(i18n, workshop.summary)))}
            <a class="agenda__wall" href=wall target="_blank" rel="external">{t!(i18n, workshop.on_wall)}</a>
        </nav>
    }
}

/// The systems in turn, once there are several: whoever leads takes the table to one.
#[component]
fn Turns() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let turns = Memo::new(move |_| {
        table.read(|workshop| {
            let one = |turn: &Turn| (turn.id, turn.about.name.clone(), !turn.endings.is_empty());
            workshop.turns.iter().map(one).collect::<Vec<_>>()
        })
    });
    let now = Memo::new(move |_| table.turn(|turn| Some(turn.id)));
    let row = move |(id, name, ended): (Option<Digest>, String, bool)| {
        view! {
            <button
                type="button"
                class="agenda__stop agenda__turn"
                aria-current=move || (now.get() == Some(id)).then_some("true")
                on:click=move |_| table.go_to(id)
            >
                {name} " "
                <span class="soft">{move || ended.then(|| t_string!(i18n, workshop.over))}</span>
            </button>
        }
    };
    view! {
        <Show when=move || turns.with(|turns| 1 < turns.len())>
            <div class="agenda__turns" role="group" aria-label=move || t_string!(i18n, workshop.systems)>
                {move || turns.get().into_iter().map(row).collect_view()}
            </div>
        </Show>
    }
}

/// The aspects of an information set, or of the system as a whole, in the agenda.
#[component]
fn Aspects(#[prop(into)] name: Signal<String>, set: Option<Key>, stop: Memo<Stop>) -> impl IntoView {
    view! {
        <div class="agenda__set" role="group" aria-label=name>
            <p class="agenda__name">{name}</p>
            <div class="agenda__aspects">
                {Aspect::ALL.iter().map(|aspect| {
                    let question = Question { set: set.clone(), aspect: *aspect };
                    view! { <AspectStop question stop /> }
                }).collect_view()}
            </div>
        </div>
    }
}

/// One aspect of a set in the agenda: its letter, and how far it has come.
#[component]
fn AspectStop(question: Question, stop: Memo<Stop>) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let aspect = question.aspect;
    let question = StoredValue::new(question);
    let state = Memo::new(move |_| {
        question.with_value(|question| {
            table.turn(|turn| {
                let asked = turn.asked(question)?;
                Some((
                    asked.decision().map(|decision| decision.what.level),
                    asked.round().is_some(),
                    asked.is_disputed(),
                ))
            })
        })
    });
    let level = move || state.get().and_then(|(level, ..)| level);
    let class = move || {
        let colour = level().map_or(String::new(), |level| format!(" level level--{}", level.number()));
        format!("agenda__aspect{colour}")
    };
    let said = move || {
        let name = aspect.term().in_language(language_of(i18n));
        let how = match state.get() {
            Some((_, _, true)) => t_string!(i18n, workshop.disputed_short).to_owned(),
            Some((Some(level), ..)) => format!("{} {}", t_string!(i18n, workshop.decided), level.number()),
            Some((None, true, _)) => t_string!(i18n, workshop.under_way).to_owned(),
            _ => t_string!(i18n, workshop.not_asked).to_owned(),
        };
        format!("{name}: {how}")
    };
    let mark = move || match state.get() {
        Some((Some(level), ..)) => level.number().to_string(),
        Some((None, true, _)) => "…".to_owned(),
        _ => String::new(),
    };
    view! {
        <button
            type="button"
            class=class
            aria-label=said
            aria-current=move || {
                stop.with(|stop| question.with_value(|question| matches!(stop, Stop::Question(at) if at == question))).then_some("step")
            }
            on:click=move |_| table.show(Stop::Question(question.get_value()))
        >
            {aspect.letter().to_string()} " " {mark}
        </button>
    }
}

/// Where the agenda goes on from a question: to the next that is not decided, or to the measures.
pub fn after(turn: &Turn, question: &Question) -> Stop {
    let questions = turn.questions();
    let here = questions.iter().position(|other| other == question).map_or(0, |at| at + 1);
    let open = |question: &&Question| turn.asked(question).and_then(Asked::decision).is_none();
    let next = questions.iter().skip(here).find(open).or_else(|| questions.iter().find(open));
    next.filter(|next| *next != question).map_or(Stop::Measures, |next| Stop::Question(next.clone()))
}

/// Purpose and facts, while people sit down.
#[component]
fn Facts() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let about = Memo::new(move |_| table.turn(|turn| Some(turn.about.clone())));
    let last = move || {
        let last = about.with(|about| about.as_ref().and_then(|about| about.last))?;
        Some(t_string!(i18n, workshop.last, day = day(last, language_of(i18n))).to_string())
    };
    view! {
        <h1>{t!(i18n, workshop.facts)}</h1>
        <section class="card">
            <p class="purpose">{move || about.with(|about| about.as_ref().map(|about| about.purpose.clone()))}</p>
            <dl class="facts">
                {move || about.get().into_iter().flat_map(|about| about.facts).map(|(what, text)| view! {
                    <div><dt>{what}</dt><dd>{text}</dd></div>
                }).collect_view()}
            </dl>
            <p class="soft">{last}</p>
        </section>
        <section class="card">
            <h2>{t!(i18n, workshop.at_table)}</h2>
            <AtTable />
        </section>
        <section class="card">
            <h2>{t!(i18n, workshop.invite)}</h2>
            <Invite />
        </section>
        <Next to=Signal::derive(|| Stop::Sets) words=Signal::derive(move || t_string!(i18n, workshop.to_sets).to_owned()) />
    }
}

/// The facilitator's way on, where the thumb is.
#[component]
pub fn Next(
    /// Where to.
    to: Signal<Stop>,
    /// What the button says.
    words: Signal<String>,
) -> impl IntoView {
    let table = Table::expect();
    view! {
        <Show when=move || table.leads()>
            <div class="next">
                <button type="button" class="button button--main" on:click=move |_| table.show(to.get_untracked())>
                    {words}
                </button>
            </div>
        </Show>
    }
}
