//! One system's own page: what it is, who answers for it, its information, classifications, plan and risks.

mod due;
mod information;
mod measures;
mod risk;
mod sitting;
mod upgrade;

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map};

use self::due::DueAgain;
use self::information::{SetLevels, floors_of};
use self::measures::Measures;
use self::risk::{IN_MATRIX, RiskMap, RiskValue, WITH_MATRIX};
use self::sitting::SittingOf;
use crate::browser::device;
use crate::catalogue::MethodInUse;
use crate::register::method::{Floor, basis, below_floor};
use crate::register::value::{Choose, FieldType};
use crate::register::{
    Action, Aspect, Classification, Command, Date, Field, InformationSet, Key, Level, Levels, Place, Prose, Raise,
    RecordKind, Risk, RiskAnalysis, SCALE, Stage, System, Treatment, Value,
};
use crate::ui::parts::choice::ChoiceSelect;
use crate::ui::parts::confirm::Confirm;
use crate::ui::parts::disputed::DisputedRemoval;
use crate::ui::parts::fields::{FieldEditor, key_below};
use crate::ui::parts::history::History;
use crate::ui::parts::level::LevelBadges;
use crate::ui::parts::method::{floor_words, use_method};
use crate::ui::parts::records::Records;
use crate::ui::parts::withdraw::{Withdraw, Withdrawn};
use crate::ui::session::Session;
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{language_of, term};

const ABOUT: [Field; 6] =
    [System::NAME, System::PURPOSE, System::KIND, System::STATUS, System::CRITICALITY, System::UNIT];
const OPERATIONS: [Field; 8] = [
    System::SUPPLIER,
    System::OPERATIONS,
    System::HOSTING_COUNTRY,
    System::CONTRACT,
    System::CONTRACT_ENDS,
    System::PERSONAL_DATA,
    System::MOVES,
    System::PLANNED,
];
const REST: [Field; 2] = [System::INTEGRATIONS, System::COMMENT];
const ACTION: [Field; 4] = [Action::TITLE, Action::STATUS, Action::OWNER, Action::DUE];
const RISK: [Field; 4] = [Risk::EVENT, Risk::LIKELIHOOD, Risk::IMPACT, Risk::STATUS];
const ANALYSIS: [Field; 3] = [RiskAnalysis::TITLE, RiskAnalysis::DATE, RiskAnalysis::OWNER];
const TREATMENT: [Field; 5] =
    [Treatment::TITLE, Treatment::RISK, Treatment::STATUS, Treatment::RESPONSIBLE, Treatment::DUE];
const SET: [Field; 4] =
    [InformationSet::NAME, InformationSet::OWNER, InformationSet::RETENTION, InformationSet::DISPOSE_AFTER];

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
    let workshop = key.with_value(|key| format!("{}?system={key}", super::workshop::PLACE));
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
    let method = use_method();
    let risk = Callback::new(move |risk: Key| view! { <RiskValue risk method /> }.into_any());
    let risks = Callback::new(move |analysis: Key| {
        view! {
            <h4>{t!(i18n, system.risks)}</h4>
            <RiskMap analysis=analysis.clone() method />
            <Records
                kind=RecordKind::Risk
                owner=analysis
                summary=&RISK
                empty=Signal::derive(move || t_string!(i18n, system.no_risks).to_owned())
                more=risk
                without=&IN_MATRIX
            />
        }
        .into_any()
    });
    let set = Callback::new(move |set: Key| view! { <SetLevels set method /> }.into_any());
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
            let place = Place { kind, key };
            let fields = kind
                .fields()
                .iter()
                .map(|field| view! { <FieldEditor place=place.clone() field=*field /> })
                .collect_view();
            view! {
                <div class="fields">{fields}</div>
                <History place within=true />
            }
        })
    };
    view! {
        <nav class="crumbs" aria-label=move || t_string!(i18n, nav.crumbs)><A href="/system">{t!(i18n, nav.systems)}</A></nav>
        <Heading title=Signal::derive(name)>
            <Show when=move || session.past().is_none()>
                <A href=workshop.clone() attr:class="button">{t!(i18n, workshop.begin_title)}</A>
            </Show>
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
        <DueAgain system=owner.clone() />
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
            <Records kind=RecordKind::InformationSet owner=owner.clone() summary=&SET empty=Signal::derive(move || t_string!(i18n, system.no_information).to_owned()) more=set />
        </section>
        <Classifications system=owner.clone() method />
        <Measures system=owner.clone() method />
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
                {move || plan_form(RecordKind::ActionPlan, plan.get())}
            </Show>
            <h3>{t!(i18n, system.actions)}</h3>
            <Records kind=RecordKind::Action owner=owner.clone() summary=&ACTION empty=Signal::derive(move || t_string!(i18n, system.no_actions).to_owned()) />
        </section>
        <section class="card" id="riskanalys">
            <h2>{t!(i18n, system.risk_analyses)}</h2>
            <Records kind=RecordKind::RiskAnalysis owner=owner.clone() summary=&ANALYSIS empty=Signal::derive(move || t_string!(i18n, system.no_risk_analysis).to_owned()) more=risks without=&WITH_MATRIX />
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
                {move || plan_form(RecordKind::TreatmentPlan, treatment_plan.get())}
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
fn Classifications(system: Key, method: Memo<MethodInUse>) -> impl IntoView {
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
                <NewClassification system=system.get_value() method deciding />
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
    let sitting = (!one.sitting.is_empty()).then(|| (one.sitting.clone(), key.clone()));
    let place = Place { kind: RecordKind::Classification, key };
    let levels = one.levels();
    let raised: Vec<(Aspect, Raise)> =
        Aspect::ALL.iter().filter_map(|aspect| Some((*aspect, one.raised(*aspect)?))).collect();
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
    let why = Signal::derive(move || t_string!(i18n, system.withdraw_reason).to_owned());
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
            {raised.into_iter().map(|(aspect, raise)| view! {
                <p>{term(aspect.term())} ": " {t!(i18n, method.raised)} " " {term(raise.term())}</p>
            }).collect_view()}
            {reasons.into_iter().map(|(aspect, reason)| view! { <p>{term(aspect.term())} ": " {reason}</p> }).collect_view()}
            {sitting.map(|(sitting, classification)| view! { <SittingOf sitting classification /> })}
            {if withdrawn {
                view! { <Withdrawn reason=one.withdrawn_reason.clone() /> }.into_any()
            } else {
                view! { <Withdraw place why /> }.into_any()
            }}
        </li>
    }
}

/// What is chosen for one aspect.
#[derive(Clone, Copy)]
struct Choice {
    aspect: Aspect,
    level: RwSignal<Option<Level>>,
    reason: RwSignal<String>,
    raise: RwSignal<Option<Raise>>,
}

/// Why a decision can't be taken yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// No day, or no level.
    Missing,
    /// A level below a floor, and no reason for that.
    FloorWithoutReason,
    /// The whole higher than its information, and no reason for that.
    RaiseWithoutReason,
    /// Level 4 belongs elsewhere.
    Exceptional,
}

/// A form for a new decision; nothing is kept until it is decided.
#[component]
fn NewClassification(system: Key, method: Memo<MethodInUse>, deciding: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let system = StoredValue::new(system);
    let day = RwSignal::new(device::today().to_string());
    let set = RwSignal::new(String::new());
    let by = RwSignal::new(String::new());
    let legal = RwSignal::new(String::new());
    let archive = RwSignal::new(false);
    let error = RwSignal::new(None::<Fault>);
    let levels = Aspect::ALL
        .iter()
        .map(|aspect| Choice {
            aspect: *aspect,
            level: RwSignal::new(None::<Level>),
            reason: RwSignal::new(String::new()),
            raise: RwSignal::new(None::<Raise>),
        })
        .collect::<Vec<_>>();
    let chosen = StoredValue::new(levels.clone());
    let floors = Memo::new(move |_| {
        let set = Key::parse(&set.get());
        system.with_value(|system| floors_of(session, method, system, set.as_ref()))
    });
    // The highest of the information sets: what the system takes, unless there is a reason to go higher.
    let of_sets = Memo::new(move |_| {
        system.with_value(|system| {
            session.read(|register| {
                let own = register.information_sets.of(system).filter_map(|(key, _)| register.set_levels(key));
                own.fold(Levels::default(), Levels::highest)
            })
        })
    });
    let is_raised = move |choice: Choice| {
        let level = choice.level.get();
        set.with(String::is_empty) && of_sets.get().of(choice.aspect).is_some_and(|highest| Some(highest) < level)
    };
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
        put(Classification::WORDING, method.with_untracked(|method| method.wording.edition.to_string()).value());
        let rests_on = session.picture.with_untracked(|picture| {
            let register = &picture.register;
            let set = Key::parse(&set.get_untracked()).and_then(|set| register.information_sets.get(&set));
            let record = system.with_value(|system| register.systems.get(system).cloned());
            record.map(|record| basis(&record, set.map(AsRef::as_ref)))
        });
        put(Classification::BASIS, rests_on.unwrap_or_default().value());
        let (mut any, mut fault) = (false, None);
        let mut all = Levels::default();
        for choice in chosen.get_value() {
            let (level_field, reason_field) = Classification::fields(choice.aspect);
            let (level, reason) = (choice.level.get_untracked(), choice.reason.get_untracked().trim().to_owned());
            any |= level.is_some();
            all.set(choice.aspect, level);
            let is_low = floors.with_untracked(|floors| {
                floors
                    .iter()
                    .any(|floor| floor.aspect == choice.aspect && level.is_some_and(|level| level < floor.level))
            });
            if is_low && reason.is_empty() {
                fault = Some(Fault::FloorWithoutReason);
            }
            if untrack(|| is_raised(choice)) {
                put(Classification::raise_field(choice.aspect), choice.raise.get_untracked().value());
                if choice.raise.get_untracked().is_none() || reason.is_empty() {
                    fault = Some(Fault::RaiseWithoutReason);
                }
            }
            put(level_field, level.value());
            put(reason_field, Prose(reason).value());
        }
        if day.is_none() || !any {
            fault = Some(Fault::Missing);
        }
        // A fact may say the same as a level: this is not classified here.
        let stops = floors.with_untracked(|floors| floors.iter().any(|floor| floor.level == Level::Exceptional));
        if stops || all.top() == Some(Level::Exceptional) {
            fault = Some(Fault::Exceptional);
        }
        if fault.is_some() {
            error.set(fault);
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
    let aspect_row = move |choice: Choice| {
        let Choice { aspect, level, reason, raise } = choice;
        let name = term(aspect.term());
        let id = format!("reason-{}", aspect.key());
        let raise_id = StoredValue::new(format!("raise-{}", aspect.key()));
        let question = move || {
            method.with(|method| {
                let words = method.wording.aspects.get(&aspect);
                words.map(|words| words.question.in_language(language_of(i18n)).to_owned())
            })
        };
        let cards = Level::ALL.iter().map(|card| {
            let card = *card;
            let name = term(card.term());
            let about = format!("level-{}-{}", aspect.key(), card.key());
            let meaning = move || {
                method.with(|method| {
                    let words = method.wording.level(aspect, card);
                    words.map(|words| words.meaning.in_language(language_of(i18n)).to_owned())
                })
            };
            view! {
                <label class="aspect__level">
                    <input
                        type="radio"
                        name=format!("level-{}", aspect.key())
                        aria-label=move || format!("{} {}", card.number(), name())
                        aria-describedby=about.clone()
                        prop:checked=move || level.get() == Some(card)
                        on:change=move |_| level.set(Some(card))
                    />
                    <span>
                        <strong>{card.number()} " " {name}</strong>
                        <span class="aspect__meaning" id=about>{meaning}</span>
                    </span>
                </label>
            }
        });
        let floor_list = move || {
            let own = floors.get().into_iter().filter(|floor| floor.aspect == aspect);
            let is_low = |floor: &Floor| {
                let mut chosen = Levels::default();
                chosen.set(aspect, level.get());
                below_floor(std::slice::from_ref(floor), chosen).next().is_some()
            };
            own.map(|floor| {
                let words = floor_words(i18n, &floor);
                let low = is_low(&floor);
                view! {
                    <p class="floor" class:floor--low=low>
                        {words}
                        {low.then(|| view! { <strong>" " {t!(i18n, method.floor_reason)}</strong> })}
                    </p>
                }
            })
            .collect_view()
        };
        view! {
            <fieldset class="aspect">
                <legend>{aspect.letter()} " – " {name}</legend>
                <p>{question}</p>
                {floor_list}
                <div class="aspect__levels">{cards.collect_view()}</div>
                <Show when=move || is_raised(choice)>
                    <div class="field">
                        <label for=raise_id.get_value()>{t!(i18n, method.raise_why)}</label>
                        <ChoiceSelect id=raise_id.get_value() chosen=raise />
                    </div>
                </Show>
                <div class="field">
                    <label for=id.clone()>{t!(i18n, system.reason)}</label>
                    <input id=id autocomplete="off" bind:value=reason />
                </div>
            </fieldset>
        }
    };
    let stops = move || floors.with(|floors| floors.iter().any(|floor| floor.level == Level::Exceptional));
    let exceptional = move || {
        stops() || chosen.with_value(|levels| levels.iter().any(|one| one.level.get() == Some(Level::Exceptional)))
    };
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
            <p class="field__error" role="alert" hidden=move || error.get().is_none()>
                {move || error.get().map(|fault| match fault {
                    Fault::Missing => t_string!(i18n, system.classify_error),
                    Fault::FloorWithoutReason => t_string!(i18n, method.floor_error),
                    Fault::RaiseWithoutReason => t_string!(i18n, method.raise_error),
                    Fault::Exceptional => t_string!(i18n, system.exceptional),
                })}
            </p>
            <div class="actions">
                <button class="button button--main">{t!(i18n, system.decide)}</button>
                <button type="button" class="button" on:click=move |_| deciding.set(false)>{t!(i18n, common.cancel)}</button>
            </div>
        </form>
    }
}
