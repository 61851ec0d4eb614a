//! Deciding a level with a reason, and what those who think otherwise want said.

use leptos::prelude::*;

use super::frame::{Next, after, level_words};
use super::question::{Open, stops};
use super::table::Table;
use crate::register::workshop::{Asked, Decide, Decision, Person, Question, Said, Stop, Tally, Turn};
use crate::register::{Choose, Level, Raise};
use crate::ui::parts::choice::ChoiceSelect;
use crate::ui::words::i18n::{Locale, t, t_string, use_i18n};
use crate::ui::words::language_of;

/// The facilitator's form; for the others, that they talk now.
#[component]
pub fn Deciding(question: StoredValue<Question>) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let stops = stops(table, question);
    view! {
        <Show
            when=move || table.leads()
            fallback=move || view! { <p role="status" hidden=move || stops.get()>{t!(i18n, workshop.talk)}</p> }
        >
            <Form question />
            <Open question first=false />
        </Show>
    }
}

/// Deciding the level of the system as a whole without a vote.
#[component]
pub fn Raising(question: StoredValue<Question>) -> impl IntoView {
    let table = Table::expect();
    view! { <Show when=move || table.leads()><Form question /></Show> }
}

#[component]
fn Form(question: StoredValue<Question>) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let aspect = question.with_value(|question| question.aspect);
    // What the votes came to, and what the facts ask for.
    let asked = Memo::new(move |_| question.with_value(|question| table.turn(|turn| turn.asked(question).cloned())));
    let highest = move || asked.with(|asked| asked.as_ref().and_then(Asked::closed).and_then(Tally::highest));
    let is_whole = question.with_value(|question| question.set.is_none());
    // Below its information sets the system as a whole can't go.
    let of_sets = Memo::new(move |_| table.turn(|turn| turn.highest_of_sets().of(aspect)).filter(|_| is_whole));
    let floor = Memo::new(move |_| {
        let of_facts = question.with_value(|question| table.turn(|turn| turn.floor(question).map(|floor| floor.level)));
        of_facts.max(of_sets.get())
    });
    let stands = Memo::new(move |_| highest().max(floor.get()));
    let chosen = RwSignal::new(None::<Level>);
    let level = Memo::new(move |_| chosen.get().or(stands.get()));
    let reason = RwSignal::new(String::new());
    let told = RwSignal::new(false);
    let raise = RwSignal::new(None::<Raise>);
    // At level 4 nothing is asked for: what is behind it is not written here.
    let is_four = move || level.get() == Some(Level::Exceptional);
    let is_raised = move || !is_four() && of_sets.get().is_some_and(|highest| Some(highest) < level.get());
    let lacks_raise =
        move || is_raised() && (raise.with(Option::is_none) || reason.with(|reason| reason.trim().is_empty()));
    let is_low = move || level.get() < highest();
    let needs_reason = move || {
        asked.with(|asked| {
            level.get().is_some_and(|level| asked.as_ref().is_some_and(|asked| asked.needs_reason(level)))
        })
    };
    let below_floor = move || level.get() < floor.get();
    let lacks_reason = move || needs_reason() && reason.with(|reason| reason.trim().is_empty());
    let decide = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        told.set(true);
        let Some(level) = level.get_untracked() else { return };
        if untrack(lacks_reason) || untrack(below_floor) || untrack(lacks_raise) {
            return;
        }
        let standing = asked.with_untracked(|asked| asked.as_ref().map(Asked::to_replace)).unwrap_or_default();
        if untrack(is_four) {
            reason.set(String::new());
        }
        table.say(Said::Decide(Decide {
            question: question.get_value(),
            level,
            reason: reason.get_untracked().trim().to_owned(),
            dissent: true,
            raise: raise.get_untracked().filter(|_| untrack(is_raised)),
            instead_of: standing,
        }));
    };
    let choice = move |one: Level| {
        let words = move || format!("{} {}", one.number(), one.term().in_language(language_of(i18n)));
        view! {
            <label class="answer">
                <input
                    type="radio"
                    name="decided-level"
                    prop:checked=move || level.get() == Some(one)
                    on:change=move |_| chosen.set(Some(one))
                />
                {words}
            </label>
        }
    };
    view! {
        <form class="card deciding" on:submit=decide>
            <fieldset>
                <legend>{t!(i18n, workshop.decide_for, letter = aspect.letter().to_string())}</legend>
                <div class="answers">{Level::ALL.iter().map(|level| choice(*level)).collect_view()}</div>
            </fieldset>
            <p class="field__error" role="alert" hidden=move || !below_floor()>
                {move || if is_whole { t_string!(i18n, workshop.below_sets) } else { t_string!(i18n, workshop.below_floor) }}
            </p>
            <Show when=is_raised>
                <div class="field">
                    <label for="raise">{t!(i18n, method.raise_why)}</label>
                    <ChoiceSelect id="raise" chosen=raise />
                    <p class="field__error" role="alert" hidden=move || !(told.get() && lacks_raise())>
                        {t!(i18n, workshop.raise_lacks)}
                    </p>
                </div>
            </Show>
            <div class="field" hidden=is_four>
                <label for="reason">
                    {move || match (is_low(), needs_reason()) {
                        (true, _) => t_string!(i18n, workshop.reason_needed),
                        (false, true) => t_string!(i18n, workshop.reason_sealed),
                        (false, false) => t_string!(i18n, workshop.reason),
                    }}
                </label>
                <input
                    id="reason"
                    maxlength="300"
                    autocomplete="off"
                    aria-invalid=move || (told.get() && lacks_reason()).to_string()
                    aria-describedby="reason-lacks"
                    bind:value=reason
                />
                <p id="reason-lacks" class="field__error" role="alert" hidden=move || !(told.get() && lacks_reason())>
                    {move || if is_low() { t_string!(i18n, workshop.reason_lacks) } else { t_string!(i18n, workshop.sealed_lacks) }}
                </p>
            </div>
            <div class="actions">
                <button class="button button--main" disabled=move || level.with(Option::is_none) || below_floor()>
                    {move || level.get().map_or_else(
                        || t_string!(i18n, workshop.decide_none).to_owned(),
                        |level| t_string!(i18n, workshop.decide, level = level.number()).to_string(),
                    )}
                </button>
            </div>
        </form>
    }
}

/// The level that is decided.
#[component]
pub fn DecidedLevel(level: Level) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <p class="decided__level">
            {t!(i18n, workshop.decided)} ": "
            <span class=format!("level level--{}", level.number())>{level.number()}</span> ", "
            {move || level_words(i18n, level)}
        </p>
    }
}

/// Why the whole is higher than its information: ”Höjd: ackumulering (mängden)”.
fn raised_words(i18n: leptos_i18n::I18nContext<Locale>, raise: Raise) -> String {
    let why = raise.term().in_language(language_of(i18n)).to_lowercase();
    t_string!(i18n, workshop.raised, why = why).to_string()
}

/// What is decided, and the way on.
#[component]
pub fn Decided(question: StoredValue<Question>) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let asked: Memo<Option<Asked>> =
        Memo::new(move |_| question.with_value(|question| table.turn(|turn| turn.asked(question).cloned())));
    let decision = move || asked.with(|asked| asked.as_ref().and_then(|asked| asked.decision().cloned()));
    let disputed = move || asked.with(|asked| asked.as_ref().is_some_and(Asked::is_disputed));
    let levels = move || {
        asked.with(|asked| {
            let decisions = asked.as_ref().map(|asked| asked.decisions.as_slice()).unwrap_or_default();
            let each = |decision: &Decision| match decision.what.reason_to_keep() {
                "" => decision.what.level.number().to_string(),
                reason => format!("{} ({reason})", decision.what.level.number()),
            };
            decisions.iter().map(each).collect::<Vec<_>>().join(", ")
        })
    };
    let again = RwSignal::new(false);
    let next = Signal::derive(move || question.with_value(|question| table.turn(|turn| after(turn, question))));
    let next_words = Signal::derive(move || {
        let to_measures = next.with(|next| *next == Stop::Measures);
        if to_measures { t_string!(i18n, workshop.to_measures) } else { t_string!(i18n, workshop.next) }.to_owned()
    });
    view! {
        <section class="card decided" data-decided="">
            {move || decision().map(|decision| {
                let raise = decision.what.raise;
                view! {
                    <DecidedLevel level=decision.what.level />
                    {raise.map(|raise| view! { <p>{move || raised_words(i18n, raise)}</p> })}
                    <p>{decision.what.reason_to_keep().to_owned()}</p>
                }
            })}
            <p class="notice notice--warn" role="alert" hidden=move || !disputed()>
                {move || t_string!(i18n, workshop.disputed, levels = levels()).to_string()}
            </p>
            <Show when=move || table.leads()>
                <button type="button" class="button button--plain" on:click=move |_| again.update(|again| *again = !*again)>
                    {t!(i18n, workshop.decide_again)}
                </button>
            </Show>
        </section>
        <Show when=move || again.get() && table.leads()>
            <Form question />
            <Open question first=false />
        </Show>
        <Next to=next words=next_words />
    }
}

/// For whoever voted otherwise: why, if they wish.
#[component]
pub fn Dissent(question: StoredValue<Question>) -> impl IntoView {
    let table = Table::expect();
    // Whoever holds the device, and voted otherwise. Of level 4 nothing is asked.
    let who = Memo::new(move |_| {
        let me = table.me()?;
        let differs = |turn: &Turn| {
            let asked = question.with_value(|question| turn.asked(question))?;
            let (last, level) = (asked.closed()?, asked.decision()?.what.level);
            let late = last.late.iter().find(|late| late.person == me).and_then(|late| late.ballot);
            let vote = last.vote_of(me).or(late.map(|ballot| ballot.level))?;
            Some(vote != level && vote.max(level) < Level::Exceptional)
        };
        table.turn(differs)?.then_some((table.holder.get(), me))
    });
    // The words are those of one person: a device that goes round has a new form for each.
    move || who.get().map(|(number, me)| view! { <DissentForm question number me /> })
}

#[component]
fn DissentForm(question: StoredValue<Question>, number: u16, me: Person) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let said = question.with_value(|question| {
        let own = |turn: &Turn| {
            let said = &turn.asked(question)?.dissents;
            said.iter().find(|(person, _)| *person == me).map(|(_, text)| text.clone())
        };
        untrack(|| table.turn(own))
    });
    let text = RwSignal::new(said.unwrap_or_default());
    let sent = RwSignal::new(false);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let dissent = Said::Dissent { question: question.get_value(), text: text.get_untracked().trim().to_owned() };
        table.say_as(number, dissent, move |_| _ = sent.try_set(true));
    };
    view! {
        <form class="card" on:submit=send>
            <div class="field">
                <label for="dissent">{t!(i18n, workshop.dissent)}</label>
                <textarea id="dissent" rows="2" maxlength="1000" bind:value=text></textarea>
            </div>
            <div class="actions">
                <button class="button">{t!(i18n, workshop.dissent_send)}</button>
                <span role="status">{move || sent.get().then(|| t_string!(i18n, workshop.kept))}</span>
            </div>
        </form>
    }
}

/// That a decision was said that doesn't count, and why.
#[component]
pub fn NotCounted(question: StoredValue<Question>) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let last = move |of: fn(&Asked) -> &Vec<Decision>| {
        question.with_value(|question| table.turn(|turn| Some(of(turn.asked(question)?).last()?.what.level.number())))
    };
    let unreasoned = move || {
        let level = last(|asked| &asked.unreasoned)?;
        Some(t_string!(i18n, workshop.unreasoned, level = level).to_string())
    };
    let below_floor = move || {
        let level = last(|asked| &asked.below_floor)?;
        Some(t_string!(i18n, workshop.decided_below, level = level).to_string())
    };
    let notice = |words: String| view! { <p class="notice notice--warn" role="alert" data-not-counted="">{words}</p> };
    view! {
        {move || unreasoned().map(notice)}
        {move || below_floor().map(notice)}
    }
}
