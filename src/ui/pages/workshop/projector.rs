//! The same for a wall: large, and nothing to touch.

use leptos::prelude::*;

use super::decide::DecidedLevel;
use super::frame::{keep_awake, open_round, question_words};
use super::measures::MeasuresOnWall;
use super::minutes::Minutes;
use super::people::{Circles, Invite};
use super::question::{Cards, Result, Stops, Timer, asked_so, voted_words};
use super::risks::RisksOnWall;
use super::table::Table;
use crate::register::workshop::{Question, Stop};
use crate::ui::words::i18n::{t, use_i18n};

/// The wall.
#[component]
pub fn Projector() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let stop = Memo::new(move |_| table.turn(|turn| turn.stop.clone()));
    let about = Memo::new(move |_| table.turn(|turn| Some(turn.about.clone())));
    let name = move || about.with(|about| about.as_ref().map(|about| about.name.clone()));
    let round = Signal::derive(move || open_round(table));
    // Nobody touches a wall.
    keep_awake(Signal::derive(|| true));
    view! {
        <main class="wall" id="main">
            <header class="wall__head">
                <p class="sitting__name">{name}</p>
                <Circles round />
            </header>
            {move || match stop.get() {
                Stop::Facts => view! {
                    <h1>{t!(i18n, workshop.welcome)}</h1>
                    <p class="purpose">{move || about.with(|about| about.as_ref().map(|about| about.purpose.clone()))}</p>
                    <Invite large=true />
                }
                .into_any(),
                Stop::Sets => view! {
                    <h1>{t!(i18n, workshop.sets)}</h1>
                    <ul class="wall__list">
                        {move || table.turn(|turn| turn.agenda().map(|set| set.name.clone()).collect::<Vec<_>>()).into_iter().map(|name| view! {
                            <li>{name}</li>
                        }).collect_view()}
                    </ul>
                }
                .into_any(),
                Stop::Question(question) => view! { <Asked question /> }.into_any(),
                Stop::Measures => view! { <MeasuresOnWall /> <Minutes /> }.into_any(),
                Stop::Records => view! { <h1>{t!(i18n, workshop.records)}</h1> <Minutes /> }.into_any(),
                Stop::Risks => view! { <h1>{t!(i18n, workshop.risks)}</h1> <RisksOnWall /> }.into_any(),
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
    let heading = move || question.with_value(|question| table.turn(|turn| question_words(turn, question, i18n)));
    let decision =
        move || question.with_value(|question| table.turn(|turn| Some(turn.asked(question)?.decision()?.what.clone())));
    let closed =
        Memo::new(move |_| question.with_value(|question| table.tally(question).1).is_some_and(|tally| tally.closed));
    view! {
        <h1>{move || { let (set, aspect) = heading(); format!("{set}: {aspect}") }}</h1>
        <p class="question">{move || asked_so(table, aspect)}</p>
        <Stops question />
        {move || decision().map(|decision| view! {
            <DecidedLevel level=decision.level />
            <p>{decision.reason_to_keep().to_owned()}</p>
        })}
        <Show
            when=move || closed.get()
            fallback=move || view! {
                <Cards question />
                <div class="vote-foot">
                    <p role="status">{move || question.with_value(|question| voted_words(i18n, table, question))}</p>
                    <Timer question />
                </div>
            }
        >
            <Result question on_wall=true />
        </Show>
    }
}
