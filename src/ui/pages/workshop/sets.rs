//! Which information there is: the agenda, which the table may add to.

use leptos::prelude::*;

use super::frame::{Next, after};
use super::table::Table;
use crate::browser::device;
use crate::register::Aspect;
use crate::register::workshop::{AgendaSet, Question, Said, Stop};
use crate::ui::words::i18n::{t, t_string, use_i18n};

/// The information sets.
#[component]
pub fn Sets() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let sets = Memo::new(move |_| table.turn(|turn| turn.sets.clone()));
    let first = Signal::derive(move || {
        table.turn(|turn| {
            let start = Question { set: None, aspect: Aspect::Confidentiality };
            after(turn, &start)
        })
    });
    let row = move |set: AgendaSet| {
        let floors = set.floors.iter().map(|floor| {
            let (letter, level, because) =
                (floor.aspect.letter().to_string(), floor.level.number(), floor.because.clone());
            view! {
                <li>{move || t_string!(i18n, method.floor, letter = letter.clone(), number = level, because = because.clone()).to_string()}</li>
            }
        });
        let floors = floors.collect_view();
        let (name, description, dropped) = (set.name.clone(), set.description.clone(), set.dropped);
        let toggle = move |_| table.say(Said::Set(AgendaSet { dropped: !dropped, ..set.clone() }));
        view! {
            <li class="set" class:soft=dropped>
                <h2>{name.clone()}</h2>
                <p>{description}</p>
                <ul class="reasons soft">{floors}</ul>
                <p class="soft" hidden=!dropped>{t!(i18n, workshop.dropped)}</p>
                <Show when=move || table.leads()>
                    <button type="button" class="button button--plain" on:click=toggle.clone()>
                        {move || if dropped { t_string!(i18n, workshop.take_up) } else { t_string!(i18n, workshop.drop) }}
                        <span class="unseen">": " {name.clone()}</span>
                    </button>
                </Show>
            </li>
        }
    };
    let (name, description) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        if text(name).is_empty() {
            return;
        }
        let order = sets.with_untracked(|sets| sets.iter().map(|set| set.order).max().map_or(0, |last| last + 1));
        table.say(Said::Set(AgendaSet {
            key: device::new_key(),
            order,
            name: text(name),
            description: text(description),
            floors: Vec::new(),
            before: Vec::new(),
            known: false,
            dropped: false,
        }));
        name.set(String::new());
        description.set(String::new());
    };
    view! {
        <h1>{t!(i18n, workshop.sets)}</h1>
        <p class="soft">{t!(i18n, workshop.sets_about)}</p>
        <section class="card"><ul class="sets">{move || sets.get().into_iter().map(row).collect_view()}</ul></section>
        <Show when=move || table.leads()>
            <form class="card" on:submit=add>
                <h2>{t!(i18n, workshop.new_set)}</h2>
                <div class="fields">
                    <div class="field">
                        <label for="set-name">{t!(i18n, workshop.set_name)}</label>
                        <input id="set-name" maxlength="300" autocomplete="off" bind:value=name />
                    </div>
                    <div class="field field--wide">
                        <label for="set-about">{t!(i18n, workshop.set_description)}</label>
                        <textarea id="set-about" rows="2" maxlength="4000" bind:value=description></textarea>
                    </div>
                </div>
                <div class="actions"><button class="button">{t!(i18n, common.add)}</button></div>
            </form>
        </Show>
        <Next
            to=first
            words=Signal::derive(move || {
                let to_measures = first.with(|first| *first == Stop::Measures);
                if to_measures { t_string!(i18n, workshop.to_measures) } else { t_string!(i18n, workshop.to_questions) }.to_owned()
            })
        />
    }
}
