//! Whether the standard measures suffice: the risks that the table comes up with, if there is time.

use leptos::prelude::*;

use super::frame::Next;
use super::table::Table;
use crate::catalogue::matrix_at;
use crate::register::method::{Matrix, sentence};
use crate::register::workshop::{Participant, RiskNote, Said, Stop, TableRisk, Turn};
use crate::register::{Choose, Date, Impact, Likelihood, RiskTreatment};
use crate::ui::parts::choice::ChoiceSelect;
use crate::ui::parts::matrix::MatrixPicker;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{day, language_of};

/// The matrix that the table values risks by.
fn use_matrix(table: Table) -> Memo<Option<Matrix>> {
    // Its text is read again only when it is another.
    let of = Memo::new(move |_| table.turn(|turn| Some((turn.about.matrix.clone(), turn.matrix.clone()))));
    Memo::new(move |_| {
        of.track();
        untrack(|| table.turn(matrix_at))
    })
}

/// The stop.
#[component]
pub fn RisksStop() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let matrix = use_matrix(table);
    let may_propose = move || table.leads() || table.participant().as_ref().is_some_and(Participant::votes);
    view! {
        <h1>{t!(i18n, workshop.risks)}</h1>
        <p class="soft">{t!(i18n, workshop.risks_about)}</p>
        <datalist id="owners">
            {move || table.read(|workshop| workshop.people.clone()).into_iter().map(|person| view! {
                <option value=person.role></option>
            }).collect_view()}
        </datalist>
        <RiskList matrix />
        <Show when=may_propose>
            <section class="card">
                <h2>{t!(i18n, workshop.risk_new)}</h2>
                <RiskForm id="risk-new".to_owned() matrix done=Callback::new(|()| {}) />
            </section>
        </Show>
        <Next to=Signal::derive(|| Stop::Summary) words=Signal::derive(move || t_string!(i18n, workshop.to_summary).to_owned()) />
    }
}

/// The risks so far.
#[component]
fn RiskList(matrix: Memo<Option<Matrix>>) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let ids = Memo::new(move |_| table.turn(|turn| turn.risks.iter().map(|risk| risk.id).collect::<Vec<_>>()));
    view! {
        <section class="card">
            <Show
                when=move || ids.with(|ids| !ids.is_empty())
                fallback=move || view! { <p class="soft">{t!(i18n, workshop.risk_none)}</p> }
            >
                <ul class="notes" aria-label=move || t_string!(i18n, workshop.risk_list)>
                    <For each=move || ids.get() key=|id| *id let(id)>
                        <Risk id matrix />
                    </For>
                </ul>
            </Show>
        </section>
    }
}

/// One risk: its sentence, its level, and what is done about it.
#[component]
fn Risk(id: crate::register::workshop::Digest, matrix: Memo<Option<Matrix>>) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let risk: Memo<Option<TableRisk>> =
        Memo::new(move |_| table.turn(|turn| turn.risks.iter().find(|risk| risk.id == id).cloned()));
    let read = move |read: &dyn Fn(&TableRisk) -> String| risk.with(|risk| risk.as_ref().map(read));
    let said = move || read(&|risk| sentence(&risk.note.as_risk()));
    let level = move || {
        let (likelihood, impact) =
            risk.with(|risk| risk.as_ref().map(|risk| (risk.note.likelihood, risk.note.impact)))?;
        Some(view! { <RiskLevel likelihood impact matrix /> })
    };
    let rest = move || {
        let language = language_of(i18n);
        read(&|risk| {
            let risk = risk.note.as_risk();
            let treatment = risk.treatment.map(|treatment| treatment.term().in_language(language).to_owned());
            let until = risk
                .accepted_until
                .map(|until| t_string!(i18n, workshop.risk_until_day, day = day(until, language)).to_string());
            let parts = [Some(risk.owner).filter(|owner| !owner.is_empty()), treatment, until];
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        })
    };
    let struck = Memo::new(move |_| risk.with(|risk| risk.as_ref().is_some_and(|risk| risk.struck)));
    let apart = move || risk.with(|risk| risk.as_ref().is_some_and(|risk| 1 < risk.said.len()));
    let may_change =
        move || table.leads() || risk.with(|risk| risk.as_ref().is_some_and(|risk| Some(risk.by) == table.me()));
    let changing = RwSignal::new(false);
    let strike = move |_| table.say(Said::Strike { risk: id, struck: !struck.get_untracked() });
    let form_id = StoredValue::new(format!("risk-{}", id.to_string().get(..8).unwrap_or_default()));
    view! {
        <li class="notes__row risk-row" class:risk-row--struck=struck data-struck=move || struck.get().to_string()>
            <p class="risk__said">{said}</p>
            <p>{level} " " <span class="soft">{rest}</span></p>
            <p class="soft" hidden=move || !struck.get()>{t!(i18n, workshop.risk_struck)}</p>
            <p class="notice notice--warn" hidden=move || !apart()>{t!(i18n, workshop.risk_apart)}</p>
            <Show when=may_change>
                <span class="actions">
                    <button
                        type="button"
                        class="button button--plain"
                        aria-expanded=move || changing.get().to_string()
                        on:click=move |_| changing.update(|changing| *changing = !*changing)
                    >
                        {t!(i18n, workshop.risk_change)} <span class="unseen">": " {said}</span>
                    </button>
                    <Show when=move || table.leads()>
                        <button type="button" class="button button--plain" on:click=strike>
                            {move || if struck.get() { t_string!(i18n, workshop.put_back) } else { t_string!(i18n, workshop.take_off) }}
                            <span class="unseen">": " {said}</span>
                        </button>
                    </Show>
                </span>
            </Show>
            <Show when=move || changing.get() && may_change()>
                <RiskForm id=form_id.get_value() matrix risk=risk.get_untracked() done=Callback::new(move |()| changing.set(false)) />
            </Show>
        </li>
    }
}

/// The level of a risk: its letter in its colour, its name, and within how many days something must be done.
#[component]
pub fn RiskLevel(
    likelihood: Option<Likelihood>,
    impact: Option<Impact>,
    matrix: Memo<Option<Matrix>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let found = move || {
        matrix.with(|matrix| {
            let (rank, level) = matrix.as_ref()?.level(likelihood?, impact?)?;
            let name = level.name.in_language(language_of(i18n)).to_owned();
            Some((rank.min(4), level.letter.clone(), name, level.days))
        })
    };
    move || match found() {
        Some((rank, letter, name, days)) => {
            let days = days.map(|days| t_string!(i18n, method.risk_days, days = days).to_string());
            view! {
                <span class=format!("risk-level matrix__cell--{rank}") aria-hidden="true">{letter}</span> " "
                <strong>{name}</strong> " " <span class="soft">{days}</span>
            }
            .into_any()
        }
        None => view! { <span class="soft">{t!(i18n, workshop.risk_not_valued)}</span> }.into_any(),
    }
}

/// What is said of a risk: a new one, or one that is changed.
#[component]
fn RiskForm(
    /// What its fields' ids begin with.
    id: String,
    matrix: Memo<Option<Matrix>>,
    /// The risk that is changed.
    #[prop(optional_no_strip)]
    risk: Option<TableRisk>,
    /// Run when it is said.
    done: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let before = risk.as_ref().map(|risk| risk.note.clone()).unwrap_or_default();
    let id = StoredValue::new(id);
    let part = move |part: &str| id.with_value(|id| format!("{id}-{part}"));
    let (cause, event) = (RwSignal::new(before.cause), RwSignal::new(before.event));
    let (consequence, owner) = (RwSignal::new(before.consequence), RwSignal::new(before.owner));
    let valued = RwSignal::new((before.likelihood, before.impact));
    let treatment = RwSignal::new(before.treatment);
    let until = RwSignal::new(before.until.map(|until| until.to_string()).unwrap_or_default());
    let accepts = move || treatment.get() == Some(RiskTreatment::Accept);
    let changed = StoredValue::new(risk);
    let say = move |submitted: leptos::ev::SubmitEvent| {
        submitted.prevent_default();
        let text = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        if text(event).is_empty() {
            return;
        }
        let (likelihood, impact) = valued.get_untracked();
        let treatment_chosen = treatment.get_untracked();
        let note = RiskNote {
            of: changed.with_value(|risk| risk.as_ref().map(|risk| risk.id)),
            instead_of: changed
                .with_value(|risk| risk.as_ref().map(|risk| untrack(|| standing(table, risk))))
                .unwrap_or_default(),
            cause: text(cause),
            event: text(event),
            consequence: text(consequence),
            likelihood,
            impact,
            owner: text(owner),
            treatment: treatment_chosen,
            until: text(until).parse::<Date>().ok().filter(|_| treatment_chosen == Some(RiskTreatment::Accept)),
        };
        // Of another's risk, whoever leads says it; else whoever holds the device.
        let holder = table.holder.get_untracked();
        let is_own =
            changed.with_value(|risk| risk.as_ref().is_none_or(|risk| Some(risk.by) == untrack(|| table.me())));
        let number = if is_own { holder } else { 0 };
        table.say_as(number, Said::Risk(note), |_| {});
        if changed.with_value(Option::is_none) {
            for signal in [cause, event, consequence, owner, until] {
                signal.set(String::new());
            }
            valued.set((None, None));
            treatment.set(None);
        }
        done.run(());
    };
    let words = move |field: &'static str, signal: RwSignal<String>, label: Signal<String>, required: bool| {
        view! {
            <div class="field">
                <label for=part(field)>{label}</label>
                <textarea id=part(field) rows="2" maxlength="1000" required=required bind:value=signal></textarea>
            </div>
        }
    };
    view! {
        <form class="risk-form" on:submit=say>
            <div class="fields">
                {words("cause", cause, Signal::derive(move || t_string!(i18n, workshop.risk_cause).to_owned()), false)}
                {words("event", event, Signal::derive(move || t_string!(i18n, workshop.risk_event).to_owned()), true)}
                {words("consequence", consequence, Signal::derive(move || t_string!(i18n, workshop.risk_consequence).to_owned()), false)}
            </div>
            <Show
                when=move || matrix.with(Option::is_some)
                fallback=move || view! { <p class="notice notice--warn">{t!(i18n, workshop.risk_no_matrix)}</p> }
            >
                <MatrixPicker
                    name=part("matrix")
                    matrix
                    chosen=valued
                    choose=Callback::new(move |(likelihood, impact)| valued.set((Some(likelihood), Some(impact))))
                    disabled=false
                    legend=Signal::derive(move || t_string!(i18n, workshop.risk_valued).to_owned())
                />
                <p role="status">
                    {move || {
                        let (likelihood, impact) = valued.get();
                        view! { <RiskLevel likelihood impact matrix /> }
                    }}
                </p>
            </Show>
            <div class="fields">
                <div class="field">
                    <label for=part("owner")>{t!(i18n, workshop.risk_owner)}</label>
                    <input id=part("owner") list="owners" maxlength="300" autocomplete="off" bind:value=owner />
                </div>
                <div class="field">
                    <label for=part("treatment")>{t!(i18n, workshop.risk_treatment)}</label>
                    <ChoiceSelect id=part("treatment") chosen=treatment />
                </div>
                <Show when=accepts>
                    <div class="field">
                        <label for=part("until")>{t!(i18n, workshop.risk_until)}</label>
                        <input id=part("until") type="date" bind:value=until />
                    </div>
                </Show>
            </div>
            <div class="actions">
                <button class="button">
                    {move || if changed.with_value(Option::is_some) { t_string!(i18n, workshop.risk_keep) } else { t_string!(i18n, workshop.risk_propose) }}
                </button>
            </div>
        </form>
    }
}

/// What is said of a risk now, to be named by what takes its place.
fn standing(table: Table, risk: &TableRisk) -> Vec<crate::register::workshop::Digest> {
    let now = |turn: &Turn| turn.risks.iter().find(|one| one.id == risk.id).map(|one| one.said.clone());
    table.turn(now).unwrap_or_default()
}

/// The risks for a wall.
#[component]
pub fn RisksOnWall() -> impl IntoView {
    let table = Table::expect();
    let matrix = use_matrix(table);
    let risks =
        Memo::new(move |_| table.turn(|turn| turn.standing_risks().map(|risk| risk.note.clone()).collect::<Vec<_>>()));
    view! {
        <ul class="wall__list">
            {move || risks.get().into_iter().map(|note| {
                let (likelihood, impact) = (note.likelihood, note.impact);
                view! { <li>{sentence(&note.as_risk())} " " <RiskLevel likelihood impact matrix /></li> }
            }).collect_view()}
        </ul>
    }
}
