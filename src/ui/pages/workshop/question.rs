//! One question: the cards, the votes that nobody can read, what they came to, and the decision.

use std::time::Duration;

use leptos::prelude::*;
use leptos_i18n::I18nContext;

use super::decide::{Decided, Deciding, Dissent, NotCounted, Raising};
use super::frame::{fell, focus_if_lost, question_words};
use super::people::{WhoNext, written};
use super::table::Table;
use crate::browser::device;
use crate::browser::keeper::protocol::Request;
use crate::register::workshop::{AspectWords, Question, Round, Said, Tally, Turn, Workshop};
use crate::register::{Aspect, Choose, Level};
use crate::ui::words::i18n::{Locale, t, t_string, use_i18n};
use crate::ui::words::language_of;

/// How long people may have to think, in seconds.
const SECONDS: [u32; 4] = [0, 30, 60, 120];

/// The question that everybody looks at.
#[component]
pub fn QuestionStop(question: Question) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let (aspect, is_whole) = (question.aspect, question.set.is_none());
    let question = StoredValue::new(question);
    let highest_of_sets = move || table.turn(|turn| turn.highest_of_sets().of(aspect));
    let heading = move || question.with_value(|question| table.turn(|turn| question_words(turn, question, i18n)));
    let asked_so = move || asked_so(table, aspect);
    let about = move || {
        question.with_value(|question| {
            table.turn(|turn| {
                Some(turn.set(question.set.as_ref()?)?.description.clone()).filter(|text| !text.is_empty())
            })
        })
    };
    let before = move || {
        question.with_value(|question| {
            table.turn(|turn| {
                let set = turn.set(question.set.as_ref()?)?;
                set.before.iter().find(|before| before.aspect == aspect).map(|before| before.level)
            })
        })
    };
    let floor = move || {
        question.with_value(|question| {
            table.turn(|turn| turn.floor(question).map(|floor| (floor.level, floor.because.clone())))
        })
    };
    let state = Memo::new(move |_| {
        let tally = question.with_value(|question| table.tally(question).1);
        let decided = question.with_value(|question| {
            table.turn(|turn| turn.asked(question).is_some_and(|asked| asked.decision().is_some()))
        });
        match tally {
            // What is decided may be voted on again.
            Some(tally) if tally.opened && !tally.closed => State::Open,
            _ if decided => State::Decided,
            Some(tally) if tally.closed => State::Closed,
            _ => State::Before,
        }
    });
    // What had the focus may be gone: the reading goes on at what came in its place.
    Effect::new(move |before: Option<State>| {
        let state = state.get();
        if before.is_some_and(|before| before != state) {
            focus_if_lost(match state {
                State::Before | State::Open => "main h1",
                State::Closed => "[data-result]",
                State::Decided => "[data-decided]",
            });
        }
        state
    });
    view! {
        <h1>
            <span class="question__set">{move || heading().0}</span>
            <span class="unseen">": "</span>
            <span class="question__aspect">{aspect.letter().to_string()} " – " {move || heading().1}</span>
        </h1>
        <p class="question">{asked_so}</p>
        <p class="soft">{about}</p>
        <p class="soft">
            {move || before().map(|level| t_string!(i18n, workshop.before, level = level.number()).to_string())}
        </p>
        <Show when=move || is_whole>
            <p class="soft">{t!(i18n, workshop.whole_about)}</p>
            <p data-highest="">
                {move || highest_of_sets().map(|level| t_string!(i18n, workshop.whole_highest, level = level.number()).to_string())}
            </p>
        </Show>
        {move || floor().map(|(level, because)| view! {
            <p class="notice notice--warn" data-floor="">
                {t_string!(i18n, workshop.floor, level = level.number(), because = because).to_string()}
            </p>
        })}
        <Stops question />
        <NotCounted question />
        {move || match state.get() {
            // The whole is most often as high as its information; higher is decided without a vote, if all agree.
            State::Before if is_whole => view! { <Raising question /> <BeforeVote question /> }.into_any(),
            State::Before => view! { <BeforeVote question /> }.into_any(),
            State::Open => view! { <Vote question /> }.into_any(),
            State::Closed => view! { <Result question /> <Deciding question /> }.into_any(),
            State::Decided => view! { <Decided question /> <Result question /> <Dissent question /> }.into_any(),
        }}
    }
}

/// That the question has come to level 4, and what to do instead of talking of it.
#[component]
pub fn Stops(question: StoredValue<Question>) -> impl IntoView {
    let i18n = use_i18n();
    let stops = stops(Table::expect(), question);
    view! {
        <Show when=move || stops.get()>
            <p class="notice notice--bad" role="alert" data-stops="">{t!(i18n, system.exceptional)}</p>
        </Show>
    }
}

/// Whether the question has come to level 4.
pub fn stops(table: Table, question: StoredValue<Question>) -> Memo<bool> {
    Memo::new(move |_| question.with_value(|question| table.turn(|turn| turn.stops(question))))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    Open,
    Closed,
    Decided,
}

/// How the organisation asks for an aspect.
pub fn asked_so(table: Table, aspect: Aspect) -> Option<String> {
    table.turn(|turn| words_of(turn, aspect).map(|words| words.question.clone()))
}

fn words_of(turn: &Turn, aspect: Aspect) -> Option<&AspectWords> {
    turn.about.words.iter().find(|words| words.aspect == aspect)
}

/// How many have voted, of how many: ”4 av 6 har röstat”.
pub fn voted_words(i18n: I18nContext<Locale>, table: Table, question: &Question) -> String {
    let voted = table.tally(question).1.map_or(0, |tally| tally.voted.len());
    t_string!(i18n, workshop.voted, count = voted, of = table.read(Workshop::voters)).to_string()
}

/// What a card says of its level.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Card {
    level: Level,
    words: String,
    /// What it could be, in the organisation's own examples.
    example: String,
    /// Of availability: the most hours without it.
    hours: Option<u32>,
}

/// The cards, from level 0 on.
fn cards(table: Table, question: &Question) -> Vec<Card> {
    table.turn(|turn| {
        let Some(words) = words_of(turn, question.aspect) else { return Vec::new() };
        let levels = Level::ALL.iter().zip(&words.levels).enumerate();
        let card = |(place, (level, meaning)): (usize, (&Level, &String))| Card {
            level: *level,
            words: meaning.clone(),
            example: words.examples.get(place).cloned().unwrap_or_default(),
            hours: words.hours.get(place).copied().flatten(),
        };
        levels.map(card).collect()
    })
}

/// The four cards, to read. The fifth stops a sitting, and is only there to be chosen.
#[component]
pub fn Cards(question: StoredValue<Question>) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let faces = Memo::new(move |_| question.with_value(|question| cards(table, question)));
    view! {
        <ul class="vote-cards" aria-label=move || t_string!(i18n, workshop.cards)>
            {move || faces.get().into_iter().filter(|card| card.level != Level::Exceptional).map(|card| view! {
                <li class="vote-card"><CardFace card /></li>
            }).collect_view()}
        </ul>
    }
}

/// What a card says: number, name, consequence, hours and examples.
#[component]
fn CardFace(card: Card) -> impl IntoView {
    let i18n = use_i18n();
    let Card { level, words, example, hours } = card;
    let hours = move || match hours? {
        1 => Some(t_string!(i18n, workshop.hour).to_owned()),
        hours => Some(t_string!(i18n, workshop.hours, hours = hours).to_string()),
    };
    view! {
        <span class=format!("vote-card__number level level--{}", level.number()) aria-hidden="true">{level.number()}</span>
        <span class="vote-card__name">
            <span class="unseen">{level.number()} " "</span>
            {move || level.term().in_language(language_of(i18n))}
        </span>
        <span class="vote-card__words">
            {words} " " {hours} " "
            <small class="vote-card__example" hidden=example.is_empty()>{t!(i18n, workshop.for_instance)} " " {example.clone()}</small>
        </span>
    }
}

/// Before a round is opened: the cards to read, and the facilitator's way to open it.
#[component]
fn BeforeVote(question: StoredValue<Question>) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    view! {
        <Cards question />
        <Show
            when=move || table.leads()
            fallback=move || view! { <p role="status">{t!(i18n, workshop.read_cards)}</p> }
        >
            <Open question first=true />
        </Show>
    }
}

/// Opening a round, with time to think.
#[component]
pub fn Open(
    /// What is asked.
    question: StoredValue<Question>,
    /// Whether it is the first time.
    first: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let kept = device::preference("seconds").and_then(|kept| kept.parse().ok()).unwrap_or(60_u32);
    let seconds = RwSignal::new(kept);
    let open = move |_| {
        let (round, tally) = question.with_value(|question| untrack(|| table.tally(question)));
        let number =
            if tally.is_some_and(|tally| tally.closed) { round.number.saturating_add(1) } else { round.number };
        table.say(Said::Open { round: Round { number, ..round }, seconds: seconds.get_untracked() });
    };
    view! {
        <div class="next" class:next--again=!first>
            <div class="field next__time">
                <label for="seconds">{t!(i18n, workshop.time)}</label>
                <select
                    id="seconds"
                    prop:value=move || seconds.get().to_string()
                    on:change=move |event| {
                        if let Ok(chosen) = event_target_value(&event).parse::<u32>() {
                            seconds.set(chosen);
                            device::prefer("seconds", &chosen.to_string());
                        }
                    }
                >
                    {SECONDS.into_iter().map(|choice| view! {
                        <option value=choice.to_string() selected=move || seconds.get() == choice>
                            {move || if choice == 0 {
                                t_string!(i18n, workshop.no_hurry).to_owned()
                            } else {
                                t_string!(i18n, workshop.seconds, count = choice).to_string()
                            }}
                        </option>
                    }).collect_view()}
                </select>
            </div>
            <button type="button" class="button" class:button--main=first on:click=open>
                {move || if first { t_string!(i18n, workshop.open) } else { t_string!(i18n, workshop.again) }}
            </button>
        </div>
    }
}

/// While a round is open.
#[component]
fn Vote(question: StoredValue<Question>) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let round = Memo::new(move |_| question.with_value(|question| table.tally(question).0));
    let own = Memo::new(move |_| round.with(|round| table.own_vote(round)));
    let votes = Memo::new(move |_| table.participant().is_some_and(|person| person.votes()));
    let faces = Memo::new(move |_| question.with_value(|question| cards(table, question)));
    let nobody =
        move || question.with_value(|question| table.tally(question)).1.is_none_or(|tally| tally.voted.is_empty());
    let has_voted = Memo::new(move |_| {
        let tally = question.with_value(|question| table.tally(question).1);
        table.me().is_some_and(|me| tally.is_some_and(|tally| tally.has_voted(me)))
    });
    let shared = Memo::new(move |_| table.is_shared());
    // Who has a device that goes round when the voting opens, nobody knows.
    table.passed.set(shared.get_untracked());
    let between = move || shared.get() && table.passed.get();
    let vote = move |level: Option<Level>| {
        table.vote(round.get_untracked(), level);
        if level.is_some() && shared.get_untracked() {
            table.passed.set(true);
            focus_if_lost("#who-next");
        }
    };
    let card = move |card: Card| {
        let level = card.level;
        let is_own = move || own.get() == Some(level);
        view! {
            <li>
                <button
                    type="button"
                    class="vote-card vote-card--choice"
                    class:vote-card--exceptional=level == Level::Exceptional
                    aria-pressed=move || is_own().to_string()
                    on:click=move |_| vote(Some(level))
                >
                    <CardFace card />
                    <span class="vote-card__own">{move || is_own().then(|| t_string!(i18n, workshop.your_vote))}</span>
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || !between() fallback=move || view! { <WhoNext round /> }>
            <Show
                when=move || votes.get()
                fallback=move || view! {
                    <p role="status">{t!(i18n, workshop.you_observe)}</p>
                    <Cards question />
                }
            >
                <p class="soft">
                    {move || if shared.get() && has_voted.get() {
                        t_string!(i18n, workshop.pass_again)
                    } else {
                        t_string!(i18n, workshop.vote_about)
                    }}
                </p>
                <ul class="vote-cards" aria-label=move || t_string!(i18n, workshop.cards)>
                    {move || faces.get().into_iter().map(card).collect_view()}
                </ul>
            </Show>
        </Show>
        <div class="vote-foot">
            <p role="status" data-voted="">
                {move || question.with_value(|question| voted_words(i18n, table, question))}
            </p>
            <Timer question />
            <button
                type="button"
                class="button button--plain"
                hidden=move || between() || !has_voted.get()
                on:click=move |_| vote(None)
            >
                {t!(i18n, workshop.take_back)}
            </button>
        </div>
        <Show when=move || table.leads()>
            <div class="next">
                <button
                    type="button"
                    class="button button--main"
                    disabled=nobody
                    on:click=move |_| {
                        let round = round.get_untracked();
                        table.ask(|ticket| Request::CloseRound(ticket, round), |_| {});
                    }
                >
                    {t!(i18n, workshop.close)}
                </button>
            </div>
        </Show>
    }
}

/// The time that is left to think, by this device's own clock from when it saw the round open. Nothing happens at its end.
#[component]
pub fn Timer(question: StoredValue<Question>) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let seconds =
        Memo::new(move |_| question.with_value(|question| table.tally(question)).1.map_or(0, |tally| tally.seconds));
    let left = RwSignal::new(0_i64);
    let began = device::now();
    Effect::new(move |_| {
        let seconds = i64::from(seconds.get());
        let count = move || {
            let now = (began + seconds - device::now()).max(0);
            if left.try_get_untracked() != Some(now) {
                left.try_set(now);
            }
        };
        count();
        if 0 < seconds
            && let Ok(ticking) = set_interval_with_handle(count, Duration::from_millis(500))
        {
            on_cleanup(move || ticking.clear());
        }
    });
    view! {
        <p class="timer" role="timer" hidden=move || seconds.get() == 0>
            {move || match left.get() {
                0 => t_string!(i18n, workshop.time_out).to_owned(),
                left => format!("{}:{:02}", left / 60, left % 60),
            }}
        </p>
    }
}

/// What the votes of the last closed round came to, the highest first.
#[component]
pub fn Result(
    /// What is asked.
    question: StoredValue<Question>,
    /// Whether it is for a wall, where nothing can be touched.
    #[prop(optional)]
    on_wall: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let tally: Memo<Option<Tally>> = Memo::new(move |_| {
        question.with_value(|question| {
            table.turn(|turn| {
                let asked = turn.asked(question)?;
                asked.rounds.iter().rev().find(|tally| tally.closed).cloned()
            })
        })
    });
    let bars = move || {
        let tally = tally.get()?;
        let most = tally.distribution().into_iter().map(|(_, count)| count).max().unwrap_or(0).max(1);
        let rows = tally.distribution().into_iter().filter(|(level, count)| *level != Level::Exceptional || 0 < *count);
        let rows = rows.map(|(level, count)| {
            let roles = table.read(|workshop| {
                let of_level = tally.opened_votes.iter().filter(|vote| workshop.roles_shown && vote.level == level);
                let who = of_level.filter_map(|vote| workshop.participant(vote.person).map(written));
                who.collect::<Vec<_>>().join(", ")
            });
            let share = count * 100 / most;
            view! {
                <tr>
                    <th scope="row">
                        <span class=format!("level level--{}", level.number())>{level.number()}</span> " "
                        {move || level.term().in_language(language_of(i18n))}
                    </th>
                    <td class="fall__count">{count}</td>
                    <td class="fall__bar" aria-hidden="true">
                        <span class=format!("fall__fill level--{}", level.number()) style:inline-size=format!("{share}%")></span>
                    </td>
                    <td>{roles}</td>
                </tr>
            }
        });
        Some(view! {
            <table class="fall">
                <caption>
                    {move || t_string!(i18n, workshop.round, number = tally.number).to_string()}
                </caption>
                <thead class="unseen">
                    <tr>
                        <th scope="col">{t!(i18n, workshop.level)}</th>
                        <th scope="col">{t!(i18n, workshop.votes)}</th>
                        <td></td>
                        <th scope="col">{t!(i18n, workshop.roles)}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        })
    };
    let sealed = move || tally.with(|tally| tally.as_ref().map_or(0, |tally| tally.sealed.len()));
    let late = move || tally.with(|tally| tally.as_ref().and_then(|tally| late_words(i18n, tally)));
    let count_late = move |_| {
        let Some(number) = tally.with_untracked(|tally| tally.as_ref().map(|tally| tally.number)) else { return };
        let round = Round { number, ..question.with_value(|question| untrack(|| table.tally(question).0)) };
        table.ask(|ticket| Request::CloseRound(ticket, round), |_| {});
    };
    let stops = stops(table, question);
    // Whoever stands alone at the top is asked first, and nobody by name; of level 4 nothing is said aloud.
    let highest = move || {
        let stops = stops.get();
        tally.with(|tally| {
            let tally = tally.as_ref().filter(|_| !stops)?;
            tally.highest().filter(|_| 1 < tally.fell().count())
        })
    };
    view! {
        <section class="card" data-result="" hidden=move || tally.with(Option::is_none)>
            {bars}
            <p class="ask" hidden=move || highest().is_none()>
                {move || highest().map(|level| t_string!(i18n, workshop.can_tell, level = level.number()).to_string())}
            </p>
            <p class="soft" hidden=move || sealed() == 0>
                {move || t_string!(i18n, workshop.sealed, count = sealed()).to_string()}
            </p>
            <p class="soft" data-late="" hidden=move || late().is_none()>
                {move || late().map(|votes| t_string!(i18n, workshop.late, votes = votes).to_string())}
            </p>
            <Show when=move || table.leads() && !on_wall>
                <button type="button" class="button" hidden=move || late().is_none() on:click=count_late>
                    {t!(i18n, workshop.count_late)}
                </button>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || table.read(|workshop| workshop.roles_shown)
                        on:change=move |event| table.say(Said::ShowRoles(event_target_checked(&event)))
                    />
                    " " {t!(i18n, workshop.show_roles)}
                </label>
            </Show>
        </section>
    }
}

/// The votes that came late: ”1 på 3, 1 inte öppnade än”.
fn late_words(i18n: I18nContext<Locale>, tally: &Tally) -> Option<String> {
    let sealed = Some(tally.late_sealed()).filter(|count| 0 < *count);
    let sealed = sealed.map(|count| t_string!(i18n, workshop.late_sealed, count = count).to_string());
    let opened = Some(fell(i18n, tally.late_fell())).filter(|opened| !opened.is_empty());
    let both: Vec<String> = opened.into_iter().chain(sealed).collect();
    (!both.is_empty()).then(|| both.join(", "))
}
