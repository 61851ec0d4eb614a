//! One system's own page: what it is, who answers for it, its information, classifications, plan and risks.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map};

use crate::browser::device;
use crate::register::value::{Choose, FieldType};
use crate::register::{
    Action, Aspect, Classification, Command, Date, Field, InformationSet, Key, Level, Place, Prose, RecordKind, Risk,
    RiskAnalysis, SCALE, Stage, System, Treatment, Value,
};
use crate::ui::parts::confirm::Confirm;
use crate::ui::parts::disputed::DisputedRemoval;
use crate::ui::parts::fields::{FieldEditor, key_below};
use crate::ui::parts::history::History;
use crate::ui::parts::level::LevelBadges;
use crate::ui::parts::records::Records;
use crate::ui::session::Session;
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::term;

const ABOUT: [Field; 6] =
    [System::NAME, System::PURPOSE, System::KIND, System::STATUS, System::CRITICALITY, System::UNIT];
const OPERATIONS: [Field; 6] = [
    System::SUPPLIER,
    System::OPERATIONS,
    System::HOSTING_COUNTRY,
    System::CONTRACT,
    System::CONTRACT_ENDS,
    System::PERSONAL_DATA,
];
const REST: [Field; 2] = [System::INTEGRATIONS, System::COMMENT];
const ACTION: [Field; 4] = [Action::TITLE, Action::STATUS, Action::OWNER, Action::DUE];
const RISK: [Field; 4] = [Risk::EVENT, Risk::LIKELIHOOD, Risk::IMPACT, Risk::STATUS];
const ANALYSIS: [Field; 3] = [RiskAnalysis::TITLE, RiskAnalysis::DATE, RiskAnalysis::OWNER];
const TREATMENT: [Field; 4] = [Treatment::TITLE, Treatment::STATUS, Treatment::RESPONSIBLE, Treatment::DUE];
const SET: [Field; 3] = [InformationSet::NAME, InformationSet::OWNER, InformationSet::RECORDS_RULE];

/// The page.
#[component]
pub fn SystemPage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.with(|params| params.get("key").as_deref().and_then(Key::parse)));
    move || match key.get() {
        Some(key) => view! { <Known key /> }.into_any(),
        None => view! { <super::start::NoSuchPage /> }.into_any(),
    }
}

#[component]
fn Known(key: Key) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let here = Memo::new({
        let key = key.clone();
        move |_| session.read(|register| register.systems.get(&key).is_some())
    });
    move || {
        if here.get() {
            view! { <Sheet key=key.clone() /> }.into_any()
        } else {
            view! {
                <h1>{t!(i18n, system.gone)}</h1>
                <p>{t!(i18n, system.gone_about)}</p>
                <p><A href="/system">{t!(i18n, nav.systems)}</A></p>
            }
            .into_any()
        }
    }
}

#[component]
fn Sheet(key: Key) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let navigate = use_navigate();
    let place = Place { kind: RecordKind::System, key: key.clone() };
    let key = StoredValue::new(key);
    let name = move || {
        key.with_value(|key| session.read(|register| register.systems.get(key).map(|system| system.name.clone())))
            .unwrap_or_default()
    };
    let stage = Memo::new(move |_| key.with_value(|key| session.read(|register| register.stage(key))));
    let asked = RwSignal::new(false);
    let removed = place.clone();
    let remove = move |()| {
        session.send(Command::Remove { place: removed.clone() });
        navigate("/system", leptos_router::NavigateOptions::default());
    };
    let form = |fields: &[Field]| {
        fields.iter().map(|field| view! { <FieldEditor place=place.clone() field=*field /> }).collect_view()
    };
    let risks = Callback::new(move |analysis: Key| {
        view! {
            <h4>{t!(i18n, system.risks)}</h4>
            <Records kind=RecordKind::Risk owner=analysis summary=&RISK empty=Signal::derive(move || t_string!(i18n, system.no_risks).to_owned()) />
        }
        .into_any()
    });
    let owner = key.get_value();
    let plan = Memo::new(move |_| {
        key.with_value(|key| session.read(|register| register.action_plans.of(key).next().map(|(key, _)| key.clone())))
    });
    let treatment_plan = Memo::new(move |_| {
        key.with_value(|key| {
            session.read(|register| register.treatment_plans.of(key).next().map(|(key, _)| key.clone()))
        })
    });
    let begin = move |kind: RecordKind| {
        let key = key.with_value(key_below);
        session.send(Command::Add {
            place: Place { kind, key },
            fields: vec![("decided".to_owned(), Value::Date(device::today()))],
        });
    };
    let plan_form = move |kind: RecordKind, plan: Option<Key>| {
        plan.map(|key| {
            kind.fields()
                .iter()
                .map(|field| view! { <FieldEditor place=Place { kind, key: key.clone() } field=*field /> })
                .collect_view()
        })
    };
    view! {
        <nav class="crumbs" aria-label=move || t_string!(i18n, nav.crumbs)><A href="/system">{t!(i18n, nav.systems)}</A></nav>
        <Heading title=Signal::derive(name)>
            <button type="button" class="button button--plain" disabled=move || !session.editable() on:click=move |_| asked.set(true)>
                {t!(i18n, common.remove)}
            </button>
        </Heading>
        <Confirm
            open=asked
            question=Signal::derive(move || t_string!(i18n, system.remove_question, name = name()).to_string())
            yes=Signal::derive(move || t_string!(i18n, common.remove).to_owned())
            on_yes=remove
        />
        <DisputedRemoval place=place.clone() />
        <Stages stage />
        <section class="card">
            <h2>{t!(i18n, system.about)}</h2>
            <div class="fields">{form(&ABOUT)}</div>
        </section>
        <section class="card">
            <h2>{t!(i18n, system.roles)}</h2>
            <p class="soft">{t!(i18n, system.roles_about)}</p>
            <div class="fields">{form(&System::ROLES)}</div>
        </section>
        <section class="card">
            <h2>{t!(i18n, system.operations)}</h2>
            <div class="fields">{form(&OPERATIONS)} {form(&REST)}</div>
        </section>
        <section class="card" id="information">
            <h2>{t!(i18n, system.information)}</h2>
            <Records kind=RecordKind::InformationSet owner=owner.clone() summary=&SET empty=Signal::derive(move || t_string!(i18n, system.no_information).to_owned()) />
        </section>
        <Classifications system=owner.clone() />
        <section class="card" id="handlingsplan">
            <h2>{t!(i18n, system.action_plan)}</h2>
            <Show
                when=move || plan.with(Option::is_some)
                fallback=move || view! {
                    <p class="soft">{t!(i18n, system.no_action_plan)}</p>
                    <button type="button" class="button" disabled=move || !session.editable() on:click=move |_| begin(RecordKind::ActionPlan)>
                        {t!(i18n, system.begin_action_plan)}
                    </button>
                }
            >
                <div class="fields">{move || plan_form(RecordKind::ActionPlan, plan.get())}</div>
            </Show>
            <h3>{t!(i18n, system.actions)}</h3>
            <Records kind=RecordKind::Action owner=owner.clone() summary=&ACTION empty=Signal::derive(move || t_string!(i18n, system.no_actions).to_owned()) />
        </section>
        <section class="card" id="riskanalys">
            <h2>{t!(i18n, system.risk_analyses)}</h2>
            <Records kind=RecordKind::RiskAnalysis owner=owner.clone() summary=&ANALYSIS empty=Signal::derive(move || t_string!(i18n, system.no_risk_analysis).to_owned()) more=risks />
        </section>
        <section class="card" id="atgardsplan">
            <h2>{t!(i18n, system.treatment_plan)}</h2>
            <Show
                when=move || treatment_plan.with(Option::is_some)
                fallback=move || view! {
                    <p class="soft">{t!(i18n, system.no_treatment_plan)}</p>
                    <button type="button" class="button" disabled=move || !session.editable() on:click=move |_| begin(RecordKind::TreatmentPlan)>
                        {t!(i18n, system.begin_treatment_plan)}
                    </button>
                }
            >
                <div class="fields">{move || plan_form(RecordKind::TreatmentPlan, treatment_plan.get())}</div>
            </Show>
            <h3>{t!(i18n, system.treatments)}</h3>
            <Records kind=RecordKind::Treatment owner=owner summary=&TREATMENT empty=Signal::derive(move || t_string!(i18n, system.no_treatments).to_owned()) />
        </section>
        <History place=place.clone() />
    }
}

/// The chain of steps, and how far this system has come.
#[component]
fn Stages(stage: Memo<Stage>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <ol class="stages" aria-label=move || t_string!(i18n, systems.stage)>
            {Stage::ALL.iter().skip(1).map(|step| {
                let step = *step;
                let name = term(step.term());
                let done = move || step <= stage.get();
                view! {
                    <li class="stages__step" class:stages__step--done=done>
                        <span aria-hidden="true">{move || if done() { "✓" } else { "○" }}</span>
                        {name}
                        <span class="unseen">
                            {move || if done() { t_string!(i18n, system.done) } else { t_string!(i18n, system.not_done) }}
                        </span>
                    </li>
                }
            }).collect_view()}
        </ol>
    }
}

/// The history of decisions on levels, and a form for a new one.
#[component]
fn Classifications(system: Key) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let system = StoredValue::new(system);
    let held = Memo::new(move |_| system.with_value(|system| session.read(|register| register.classified(system))));
    let decisions = Memo::new(move |_| {
        system.with_value(|system| {
            session.read(|register| {
                let mut decisions: Vec<_> =
                    register.classifications.of(system).map(|(key, one)| (key.clone(), (**one).clone())).collect();
                decisions.sort_by(|a, b| b.1.decided.cmp(&a.1.decided).then_with(|| a.0.cmp(&b.0)));
                decisions
            })
        })
    });
    let deciding = RwSignal::new(false);
    let exceptional = Memo::new(move |_| held.get().is_some_and(|held| held.levels.top() == Some(Level::Exceptional)));
    view! {
        <section class="card" id="klassning">
            <h2>{t!(i18n, system.classifications)}</h2>
            {move || match held.get() {
                None => view! { <p class="soft">{t!(i18n, system.no_classification)}</p> }.into_any(),
                Some(held) => view! {
                    <p class="held">
                        <LevelBadges levels=held.levels />
                        <span class="soft">{t!(i18n, system.decided)} " " {held.decided.to_string()}</span>
                    </p>
                    {held.disputed.then(|| view! { <p class="notice notice--warn">{t!(i18n, system.disputed)}</p> })}
                }
                .into_any(),
            }}
            <Show when=move || exceptional.get()>
                <p class="notice notice--bad" role="alert">{t!(i18n, system.exceptional)}</p>
            </Show>
            <ul class="records">
                <For each=move || decisions.get() key=|(key, one)| (key.clone(), one.withdrawn) let((key, one))>
                    <Decision key one />
                </For>
            </ul>
            <Show
                when=move || deciding.get()
                fallback=move || view! {
                    <button type="button" class="button button--main" disabled=move || !session.editable() on:click=move |_| deciding.set(true)>
                        {t!(i18n, system.classify)}
                    </button>
                }
            >
                <NewClassification system=system.get_value() deciding />
            </Show>
        </section>
    }
}

/// One decision: never changed, only withdrawn.
#[component]
fn Decision(key: Key, one: Classification) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let withdrawn = one.withdrawn == Some(true);
    let withdrawing = RwSignal::new(false);
    let reason = RwSignal::new(String::new());
    let place = Place { kind: RecordKind::Classification, key };
    let reason_id = format!("withdraw-{}", place.key.as_str().replace('.', "-"));
    let levels = one.levels();
    let reasons: Vec<(Aspect, String)> = [
        (Aspect::Confidentiality, &one.confidentiality_reason),
        (Aspect::Integrity, &one.integrity_reason),
        (Aspect::Availability, &one.availability_reason),
        (Aspect::Traceability, &one.traceability_reason),
    ]
    .into_iter()
    .filter(|(_, reason)| !reason.is_empty())
    .map(|(aspect, reason)| (aspect, reason.to_string()))
    .collect();
    let withdraw = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        session.send(Command::Withdraw { place: place.clone(), reason: reason.get_untracked() });
    };
    let set = one.information_set.clone();
    let set_name = move || {
        Key::parse(&set)
            .and_then(|key| session.read(|register| register.information_sets.get(&key).map(|set| set.name.clone())))
    };
    view! {
        <li class="record decision" class:decision--withdrawn=withdrawn>
            <p class="decision__head">
                <strong>{one.decided.map(|day| day.to_string())}</strong>
                <LevelBadges levels />
                <span>{set_name}</span>
                <span class="soft">{one.decided_by.clone()}</span>
            </p>
            {(one.archive_took_part == Some(true)).then(|| view! { <p class="soft">{t!(i18n, system.archive_took_part)}</p> })}
            {(!one.legal.is_empty()).then(|| view! { <p>{term(Classification::LEGAL.term)} ": " {one.legal.to_string()}</p> })}
            {reasons.into_iter().map(|(aspect, reason)| view! { <p>{term(aspect.term())} ": " {reason}</p> }).collect_view()}
            {if withdrawn {
                view! { <p class="missing">{t!(i18n, system.withdrawn)} " " {one.withdrawn_reason.clone()}</p> }.into_any()
            } else {
                let reason_id = reason_id.clone();
                let withdraw = withdraw.clone();
                view! {
                    <Show
                        when=move || withdrawing.get()
                        fallback=move || view! {
                            <button type="button" class="button button--plain" disabled=move || !session.editable() on:click=move |_| withdrawing.set(true)>
                                {t!(i18n, system.withdraw)}
                            </button>
                        }
                    >
                        <form class="new-row" on:submit=withdraw.clone()>
                            <div class="field">
                                <label for=reason_id.clone()>{t!(i18n, system.withdraw_reason)}</label>
                                <input id=reason_id.clone() required=true bind:value=reason />
                            </div>
                            <button class="button button--danger">{t!(i18n, system.withdraw)}</button>
                            <button type="button" class="button" on:click=move |_| withdrawing.set(false)>{t!(i18n, common.cancel)}</button>
                        </form>
                    </Show>
                }
                .into_any()
            }}
        </li>
    }
}

/// A form for a new decision; nothing is kept until it is decided.
#[component]
fn NewClassification(system: Key, deciding: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let system = StoredValue::new(system);
    let day = RwSignal::new(device::today().to_string());
    let set = RwSignal::new(String::new());
    let by = RwSignal::new(String::new());
    let legal = RwSignal::new(String::new());
    let archive = RwSignal::new(false);
    let error = RwSignal::new(false);
    let levels = Aspect::ALL
        .iter()
        .map(|aspect| (*aspect, RwSignal::new(None::<Level>), RwSignal::new(String::new())))
        .collect::<Vec<_>>();
    let chosen = StoredValue::new(levels.clone());
    let decide = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut fields: Vec<(String, Value)> = Vec::new();
        let mut put = |field: Field, value: Value| {
            if !value.is_empty() {
                fields.push((field.key.to_owned(), value));
            }
        };
        let day = day.get_untracked().parse::<Date>().ok();
        put(Classification::DECIDED, day.value());
        put(Classification::SCALE, SCALE.to_owned().value());
        put(Classification::INFORMATION_SET, set.get_untracked().value());
        put(Classification::DECIDED_BY, by.get_untracked().trim().to_owned().value());
        put(Classification::LEGAL, Prose(legal.get_untracked().trim().to_owned()).value());
        put(Classification::ARCHIVE_TOOK_PART, Some(archive.get_untracked()).value());
        let mut any = false;
        for (aspect, level, reason) in chosen.get_value() {
            let (level_field, reason_field) = Classification::fields(aspect);
            any |= level.get_untracked().is_some();
            put(level_field, level.get_untracked().value());
            put(reason_field, Prose(reason.get_untracked().trim().to_owned()).value());
        }
        if day.is_none() || !any {
            error.set(true);
            return;
        }
        let key = system.with_value(key_below);
        session.send(Command::Add { place: Place { kind: RecordKind::Classification, key }, fields });
        deciding.set(false);
    };
    let sets = move || {
        system.with_value(|system| {
            session.read(|register| {
                register
                    .information_sets
                    .of(system)
                    .map(|(key, set)| (key.to_string(), set.name.clone()))
                    .collect::<Vec<_>>()
            })
        })
    };
    let aspect_row = move |(aspect, level, reason): (Aspect, RwSignal<Option<Level>>, RwSignal<String>)| {
        let name = term(aspect.term());
        let id = format!("reason-{}", aspect.key());
        view! {
            <fieldset class="aspect">
                <legend>{aspect.letter()} " – " {name}</legend>
                <div class="aspect__levels">
                    {Level::ALL.iter().map(|choice| {
                        let choice = *choice;
                        let name = term(choice.term());
                        view! {
                            <label class="aspect__level">
                                <input
                                    type="radio"
                                    name=format!("level-{}", aspect.key())
                                    prop:checked=move || level.get() == Some(choice)
                                    on:change=move |_| level.set(Some(choice))
                                />
                                <span>{choice.number()} " " {name}</span>
                            </label>
                        }
                    }).collect_view()}
                </div>
                <div class="field">
                    <label for=id.clone()>{t!(i18n, system.reason)}</label>
                    <input id=id autocomplete="off" bind:value=reason />
                </div>
            </fieldset>
        }
    };
    let exceptional =
        move || chosen.with_value(|levels| levels.iter().any(|(_, level, _)| level.get() == Some(Level::Exceptional)));
    view! {
        <form class="classify" on:submit=decide>
            <div class="fields">
                <div class="field">
                    <label for="classify-day">{term(Classification::DECIDED.term)}</label>
                    <input id="classify-day" type="date" required=true bind:value=day />
                </div>
                <div class="field">
                    <label for="classify-set">{term(Classification::INFORMATION_SET.term)}</label>
                    <select id="classify-set" on:change=move |event| set.set(event_target_value(&event))>
                        <option value="">{t!(i18n, system.whole)}</option>
                        {move || sets().into_iter().map(|(key, name)| view! { <option value=key>{name}</option> }).collect_view()}
                    </select>
                </div>
                <div class="field">
                    <label for="classify-by">{term(Classification::DECIDED_BY.term)}</label>
                    <input id="classify-by" autocomplete="off" bind:value=by />
                </div>
            </div>
            {levels.into_iter().map(aspect_row).collect_view()}
            <Show when=exceptional>
                <p class="notice notice--bad" role="alert">{t!(i18n, system.exceptional)}</p>
            </Show>
            <div class="fields">
                <div class="field field--wide">
                    <label for="classify-legal">{term(Classification::LEGAL.term)}</label>
                    <input id="classify-legal" autocomplete="off" bind:value=legal />
                </div>
            </div>
            <label class="check">
                <input type="checkbox" prop:checked=move || archive.get() on:change=move |event| archive.set(event_target_checked(&event)) />
                <span>{t!(i18n, system.archive_took_part)}</span>
            </label>
            <p class="field__error" role="alert" hidden=move || !error.get()>{t!(i18n, system.classify_error)}</p>
            <div class="actions">
                <button class="button button--main">{t!(i18n, system.decide)}</button>
                <button type="button" class="button" on:click=move |_| deciding.set(false)>{t!(i18n, common.cancel)}</button>
            </div>
        </form>
    }
}
