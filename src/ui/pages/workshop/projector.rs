//! The same for a wall: large, and nothing to touch.

use leptos::prelude::*;

use super::frame::{open_round, question_words};
use super::minutes::Minutes;
use super::people::{Circles, Invite};
use super::question::{CardFace, Result, Timer};
use super::table::Table;
use crate::register::workshop::{Question, Stop};
use crate::register::{Choose, Level};
use crate::ui::parts::level::LevelBadges;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::language_of;

/// The wall.
#[component]
pub fn Projector() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let stop = Memo::new(move |_| table.read(|workshop| workshop.stop.clone()));
    let begin = Memo::new(move |_| table.read(|workshop| workshop.begin.clone()));
    let name = move || begin.with(|begin| begin.as_ref().map(|begin| begin.name.clone()));
    let round = Signal::derive(move || open_round(table));
    view! {
        <main class="wall" id="main">
            <header class="wall__head">
                <p class="sitting__name">{name}</p>
                <Circles round />
            </header>
            {move || match stop.get() {
                Stop::Facts => view! {
                    <h1>{t!(i18n, workshop.welcome)}</h1>
                    <p class="purpose">{move || begin.with(|begin| begin.as_ref().map(|begin| begin.purpose.clone()))}</p>
                    <Invite large=true />
                }
                .into_any(),
                Stop::Sets => view! {
                    <h1>{t!(i18n, workshop.sets)}</h1>
                    <ul class="wall__list">
                        {move || table.read(|workshop| workshop.sets.clone()).into_iter().filter(|set| !set.dropped).map(|set| view! {
                            <li>{set.name}</li>
                        }).collect_view()}
                    </ul>
                }
                .into_any(),
                Stop::Question(question) => view! { <Asked question /> }.into_any(),
                Stop::Measures => view! {
                    <h1>{t!(i18n, workshop.measures)}</h1>
                    <p>{move || view! { <LevelBadges levels=table.read(|workshop| workshop.levels(None)) /> }}</p>
                    <Minutes />
                }
                .into_any(),
                Stop::Records => view! { <h1>{t!(i18n, workshop.records)}</h1> <Minutes /> }.into_any(),
                Stop::Summary => view! { <h1>{t!(i18n, workshop.summary)}</h1> <Minutes /> }.into_any(),
            }}
        </main>
    }
}

#[component]
fn Asked(question: Question) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let aspect = question.aspect;
    let question = StoredValue::new(question);
    let heading =
        move || question.with_value(|question| table.read(|workshop| question_words(workshop, question, i18n)));
    let words = Memo::new(move |_| {
        table.read(|workshop| {
            let begin = workshop.begin.as_ref()?;
            begin.words.iter().find(|words| words.aspect == aspect).cloned()
        })
    });
    let decision = move || {
        question.with_value(|question| table.read(|workshop| Some(workshop.asked(question)?.decision()?.what.clone())))
    };
    let closed =
        Memo::new(move |_| question.with_value(|question| table.tally(question).1).is_some_and(|tally| tally.closed));
    let voted = move || {
        let voted = question.with_value(|question| table.tally(question).1).map_or(0, |tally| tally.voted.len());
        t_string!(i18n, workshop.voted, count = voted, of = table.read(|workshop| workshop.voters())).to_string()
    };
    let cards = move || {
        let levels = words.get().map(|words| words.levels).unwrap_or_default();
        let cards = Level::ALL.iter().copied().zip(levels).filter(|(level, _)| *level != Level::Exceptional);
        cards.map(|(level, words)| view! { <li class="vote-card"><CardFace level words /></li> }).collect_view()
    };
    view! {
        <h1>{move || { let (set, aspect) = heading(); format!("{set}: {aspect}") }}</h1>
        <p class="question">{move || words.get().map(|words| words.question)}</p>
        {move || decision().map(|decision| view! {
            <p class="decided__level" role="status">
                <span class=format!("level level--{}", decision.level.number())>{decision.level.number()}</span> " "
                {t!(i18n, workshop.decided)} ": " {move || decision.level.term().in_language(language_of(i18n))}
            </p>
            <p>{decision.reason.clone()}</p>
        })}
        <Show
            when=move || closed.get()
            fallback=move || view! {
                <ul class="vote-cards">{cards}</ul>
                <div class="vote-foot"><p role="status">{voted}</p><Timer question /></div>
            }
        >
            <Result question on_wall=true />
        </Show>
    }
}
