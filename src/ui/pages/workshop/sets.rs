//! Which information there is: the agenda, which the table may add to, and the facts that set floors.

use leptos::prelude::*;

use super::frame::{Next, after};
use super::table::Table;
use crate::browser::device;
use crate::register::workshop::{AgendaSet, LINE_MAX, Question, Said, SetFacts, Stop, Turn};
use crate::register::{Aspect, Field, InformationSet, Key};
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::term;

/// The information sets.
#[component]
pub fn Sets() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let keys = Memo::new(move |_| table.turn(|turn| turn.sets.iter().map(|set| set.key.clone()).collect::<Vec<_>>()));
    let first = Signal::derive(move || {
        table.turn(|turn| {
            let start = Question { set: None, aspect: Aspect::Confidentiality };
            after(turn, &start)
        })
    });
    let (name, description) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        if text(name).is_empty() {
            return;
        }
        let facts = SetFacts::default();
        let (last, floors) =
            untrack(|| table.turn(|turn| (turn.sets.iter().map(|set| set.order).max(), turn.floors_of(&facts))));
        table.say(Said::Set(AgendaSet {
            key: device::new_key(),
            order: last.map_or(0, |last| last + 1),
            name: text(name),
            description: text(description),
            // What the system's own facts ask for.
            floors,
            before: Vec::new(),
            known: false,
            dropped: false,
            facts: facts.clone(),
            facts_before: facts,
            rule: None,
        }));
        name.set(String::new());
        description.set(String::new());
    };
    view! {
        <h1>{t!(i18n, workshop.sets)}</h1>
        <p class="soft">{t!(i18n, workshop.sets_about)}</p>
        <section class="card">
            <ul class="sets">
                <For each=move || keys.get() key=Key::clone let(key)><SetRow key /></For>
            </ul>
        </section>
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

/// One set: what it is, what its facts ask for, and whoever leads changes either.
#[component]
fn SetRow(key: Key) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let key = StoredValue::new(key);
    let set = Memo::new(move |_| key.with_value(|key| table.turn(|turn| turn.set(key).cloned())));
    let name = Memo::new(move |_| set.with(|set| set.as_ref().map(|set| set.name.clone()).unwrap_or_default()));
    let floors = Memo::new(move |_| set.with(|set| set.as_ref().map(|set| set.floors.clone()).unwrap_or_default()));
    let dropped = Memo::new(move |_| set.with(|set| set.as_ref().is_some_and(|set| set.dropped)));
    let toggle = move |_| {
        if let Some(set) = set.get_untracked() {
            table.say(Said::Set(AgendaSet { dropped: !set.dropped, ..set }));
        }
    };
    view! {
        <li class="set" class:soft=dropped>
            <h2>{name}</h2>
            <p>{move || set.with(|set| set.as_ref().map(|set| set.description.clone()))}</p>
            <ul class="reasons soft" data-floors="">
                {move || floors.get().into_iter().map(|floor| {
                    let (letter, level) = (floor.aspect.letter().to_string(), floor.level.number());
                    view! {
                        <li>{t_string!(i18n, method.floor, letter = letter, number = level, because = floor.because).to_string()}</li>
                    }
                }).collect_view()}
            </ul>
            <p class="soft" hidden=move || !dropped.get()>{t!(i18n, workshop.dropped)}</p>
            <Show when=move || table.leads()>
                <Show when=move || !dropped.get() && table.turn(|turn| !turn.about.rules.is_empty())>
                    <FactsOf set name />
                </Show>
                <button type="button" class="button button--plain" on:click=toggle>
                    {move || if dropped.get() { t_string!(i18n, workshop.take_up) } else { t_string!(i18n, workshop.drop) }}
                    <span class="unseen">": " {name}</span>
                </button>
            </Show>
        </li>
    }
}

/// What is known of a set: the floors follow from it.
#[component]
fn FactsOf(set: Memo<Option<AgendaSet>>, name: Memo<String>) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let facts = Memo::new(move |_| set.with(|set| set.as_ref().map(|set| set.facts.clone()).unwrap_or_default()));
    let of_system = Memo::new(move |_| table.turn(|turn| turn.about.personal_data));
    let change = move |change: &dyn Fn(&mut SetFacts)| {
        let Some(mut set) = set.get_untracked() else { return };
        change(&mut set.facts);
        set.floors = untrack(|| table.turn(|turn: &Turn| turn.floors_of(&set.facts)));
        table.say(Said::Set(set));
    };
    let check = move |field: Field, read: fn(&SetFacts) -> Option<bool>, write: fn(&mut SetFacts, bool)| {
        // What a set says nothing of, its system may have said.
        let inherited = move || (field == InformationSet::PERSONAL_DATA).then(|| of_system.get()).flatten();
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || facts.with(read).or_else(inherited) == Some(true)
                    on:change=move |event| {
                        let checked = event_target_checked(&event);
                        change(&|facts| write(facts, checked));
                    }
                />
                " " {term(field.term)}
            </label>
        }
    };
    let id = format!(
        "secrecy-{}",
        set.with_untracked(|set| set.as_ref().map(|set| set.key.to_string())).unwrap_or_default()
    );
    view! {
        <fieldset class="set__facts">
            <legend>{t!(i18n, workshop.set_facts)} <span class="unseen">": " {name}</span></legend>
            <div class="set__checks">
                {check(InformationSet::PERSONAL_DATA, |facts| facts.personal_data, |facts, yes| facts.personal_data = Some(yes))}
                {check(InformationSet::SPECIAL_CATEGORIES, |facts| facts.special_categories, |facts, yes| facts.special_categories = Some(yes))}
                {check(InformationSet::CHILDREN, |facts| facts.children, |facts, yes| facts.children = Some(yes))}
                {check(InformationSet::PROTECTED_IDENTITY, |facts| facts.protected_identity, |facts, yes| facts.protected_identity = Some(yes))}
                {check(InformationSet::NATIONAL_SECURITY, |facts| facts.national_security, |facts, yes| facts.national_security = Some(yes))}
            </div>
            <div class="field">
                <label for=id.clone()>{t!(i18n, workshop.set_secrecy)}</label>
                <input
                    id=id
                    maxlength=LINE_MAX.to_string()
                    autocomplete="off"
                    prop:value=move || facts.with(|facts| facts.secrecy.clone())
                    on:change=move |event| {
                        let text = event_target_value(&event).trim().to_owned();
                        change(&|facts| facts.secrecy.clone_from(&text));
                    }
                />
            </div>
        </fieldset>
    }
}
