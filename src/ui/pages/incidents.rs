//! The incidents of a year, and each incident's own page.

use std::rc::Rc;
use std::sync::Arc;

use leptos::html::Input;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use leptos_router::params::ParamsMap;

use super::overview::year_of;
use crate::browser::device;
use crate::register::{
    Choose, Command, Date, DateTime, Field, Incident, Key, Nis2Decision, Place, Record, RecordKind, Register, Value,
};
use crate::report::figures::{self, Figure, IncidentsOnly, ListBehind};
use crate::ui::parts::changed::Changed;
use crate::ui::parts::confirm::Confirm;
use crate::ui::parts::disputed::DisputedRecord;
use crate::ui::parts::fields::{FieldEditor, shown};
use crate::ui::parts::history::History;
use crate::ui::parts::incident_links::LinkedRecords;
use crate::ui::parts::number::{HowCounted, Number};
use crate::ui::parts::years::YearSelect;
use crate::ui::session::Session;
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{counted, language_of, term};

const EVENT: [Field; 14] = [
    Incident::TITLE,
    Incident::KIND,
    Incident::OCCURRED,
    Incident::OCCURRED_TO,
    Incident::DISCOVERED,
    Incident::REPORTED,
    Incident::REPORTED_BY,
    Incident::SYSTEMS,
    Incident::INFORMATION_SETS,
    Incident::SUPPLIER,
    Incident::SUPPLIER_TOLD,
    Incident::IA_NUMBER,
    Incident::DNR,
    Incident::DESCRIPTION,
];
const JUDGEMENT: [Field; 14] = [
    Incident::BUSINESS_RELATED,
    Incident::SEVERITY,
    Incident::ORIGIN,
    Incident::ASPECTS,
    Incident::BUSINESS_REASON,
    Incident::PERSONAL_DATA,
    Incident::PERSONS,
    Incident::GDPR,
    Incident::GDPR_AT,
    Incident::GDPR_REASON,
    Incident::NIS2,
    Incident::NIS2_RULE,
    Incident::POLICE,
    Incident::SECRECY,
];
const MEASURES: [Field; 4] = [Incident::MEASURES, Incident::CAUSE, Incident::FALLBACK_HOURS, Incident::COST];
/// The reports that the law asks for when an incident is significant.
const REPORTS: [Field; 5] = [
    Incident::NIS2_JUDGED,
    Incident::NIS2_WARNED,
    Incident::NIS2_NOTIFIED,
    Incident::NIS2_PROGRESS,
    Incident::NIS2_FINAL,
];
/// Risks and actions in words, as lists that are read in have them.
const LINKS_IN_WORDS: [Field; 2] = [Incident::RISKS, Incident::ACTIONS];
const END: [Field; 3] = [Incident::LESSONS, Incident::CLOSED, Incident::CLOSED_BY];

/// What the list is asked to show.
#[derive(Clone, PartialEq, Eq)]
struct Asked {
    /// None for all years, also those that have no day yet.
    year: Option<i16>,
    only: IncidentsOnly,
    search: String,
}

impl Asked {
    fn of(map: &ParamsMap, default: Memo<i16>) -> Self {
        let year = match map.get("year").as_deref() {
            Some("all") => None,
            year => year.and_then(|year| year.parse().ok()).or_else(|| Some(default.get())),
        };
        let only = map.get("only").as_deref().and_then(IncidentsOnly::from_key).unwrap_or(IncidentsOnly::All);
        Self { year, only, search: map.get("q").unwrap_or_default() }
    }

    fn address(&self) -> String {
        let year = self.year.map_or_else(|| "all".to_owned(), |year| year.to_string());
        let mut address = format!("/incidenter?year={year}");
        if self.only != IncidentsOnly::All {
            address = format!("{address}&only={}", self.only.key());
        }
        if !self.search.is_empty() {
            address = format!("{address}&q={}", js_sys::encode_uri_component(&self.search));
        }
        address
    }

    /// The incidents it asks for, the latest first.
    fn answer(&self, register: &Register) -> Vec<Key> {
        let found: Vec<(&Key, &Arc<Incident>)> = match self.year {
            Some(year) => figures::incidents(register, year, self.only).collect(),
            None => register.incidents.iter().filter(|(_, incident)| is(incident, self.only)).collect(),
        };
        let needle = self.search.trim().to_lowercase();
        let mut rows: Vec<(Option<Date>, &Key)> = found
            .into_iter()
            .filter(|(_, incident)| needle.is_empty() || says(incident, &needle))
            .map(|(key, incident)| (day_of(incident), key))
            .collect();
        rows.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        rows.into_iter().map(|(_, key)| key.clone()).collect()
    }
}

fn is(incident: &Incident, only: IncidentsOnly) -> bool {
    match only {
        IncidentsOnly::All => true,
        IncidentsOnly::Business => incident.business_related == Some(true),
        IncidentsOnly::PersonalData => incident.personal_data == Some(true),
    }
}

fn says(incident: &Incident, needle: &str) -> bool {
    let lines = [&incident.title, &incident.ia_number, &incident.dnr, &incident.systems, &incident.supplier];
    lines.into_iter().any(|line| line.to_lowercase().contains(needle))
        || incident.description.to_lowercase().contains(needle)
}

/// The day it is listed under: the one that decides its year.
fn day_of(incident: &Incident) -> Option<Date> {
    incident.occurred.or(incident.discovered).map(DateTime::date).or(incident.reported)
}

/// The list.
#[component]
pub fn Incidents() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let map = use_query_map();
    // Who comes before the register has come sees the year that its incidents are of.
    let default = Memo::new(move |_| year_of(session));
    let asked = RwSignal::new(untrack(|| Asked::of(&map.get(), default)));
    Effect::new(move |_| {
        let wanted = Asked::of(&map.get(), default);
        if wanted != asked.get_untracked() {
            asked.set(wanted);
        }
    });
    let navigate = use_navigate();
    let ask = StoredValue::new_local(Rc::new(move |wanted: Asked| {
        let address = wanted.address();
        asked.set(wanted);
        navigate(&address, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    }) as Rc<dyn Fn(Asked)>);
    let ask = move |change: &dyn Fn(&mut Asked)| {
        let mut wanted = asked.get_untracked();
        change(&mut wanted);
        ask.with_value(Rc::clone)(wanted);
    };

    let matching = Memo::new(move |_| asked.with(|asked| session.read(|register| asked.answer(register))));
    let years = Memo::new(move |_| {
        session.read(|register| {
            let years = register.incidents.iter().filter_map(|(_, incident)| incident.year());
            years.chain([session.today().year()]).collect::<Vec<_>>()
        })
    });
    let year = Memo::new(move |_| asked.with(|asked| asked.year));
    let any = Memo::new(move |_| session.read(|register| !register.incidents.is_empty()));
    let under = Signal::derive(move || {
        let count = matching.with(Vec::len);
        match year.get() {
            Some(year) => counted!(i18n, count, incidents.count or single, year = year),
            None => counted!(i18n, count, incidents.count_all or single_all),
        }
    });
    let adding = RwSignal::new(false);
    // A new incident is shown where it belongs: the list follows it to its year.
    let added = move |day: Date| {
        ask(&|asked: &mut Asked| {
            if asked.year.is_some() {
                asked.year = Some(day.year());
            }
            asked.only = IncidentsOnly::All;
            asked.search.clear();
        });
    };
    let choose = move |year: Option<i16>| ask(&|asked: &mut Asked| asked.year = year);
    let chip = move |only: IncidentsOnly| {
        let name = term(only.term());
        let pressed = move || asked.with(|asked| asked.only == only);
        let count = move || {
            let all = Asked { year: year.get(), only, search: String::new() };
            session.read(|register| all.answer(register).len())
        };
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=move || pressed().to_string()
                on:click=move |_| ask(&|asked: &mut Asked| asked.only = only)
            >
                {name} " " <span class="chip__count">{count}</span>
            </button>
        }
    };
    let sums = move |year: i16| {
        let sum = move |figure: Figure, only: IncidentsOnly| {
            let name = term(figure.term());
            let count = move || session.read(|register| figures::incidents(register, year, only).count());
            let value = Signal::derive(move || u32::try_from(count()).unwrap_or(u32::MAX));
            view! {
                <li class="sum">
                    <Number figure value behind=figure.list(year) />
                    <span>{name} " " {year}</span>
                </li>
            }
        };
        view! {
            <ul class="sums">
                {sum(Figure::Incidents, IncidentsOnly::All)}
                {sum(Figure::IncidentsBusiness, IncidentsOnly::Business)}
            </ul>
        }
    };

    view! {
        <Heading title=Signal::derive(move || t_string!(i18n, nav.incidents).to_owned()) under>
            <button type="button" class="button button--main" disabled=move || !session.editable() on:click=move |_| adding.set(true)>
                {t!(i18n, incidents.new)}
            </button>
        </Heading>
        <Show when=move || adding.get()>
            <NewIncident adding on_added=added />
        </Show>
        <Show
            when=move || any.get()
            fallback=move || view! {
                <section class="card empty">
                    <p>{t!(i18n, incidents.empty)}</p>
                    <A href="/import" attr:class="button">{t!(i18n, overview.empty_import)}</A>
                </section>
            }
        >
            {move || year.get().map(sums)}
            <div class="filters" role="group" aria-label=move || t_string!(i18n, incidents.filter)>
                <YearSelect
                    id="incidents-year"
                    year=year
                    years=years
                    all=true
                    on_year=choose
                />
                {IncidentsOnly::ALL.iter().map(|only| chip(*only)).collect_view()}
            </div>
            <div class="list-search">
                <label class="unseen" for="incidents-search">{t!(i18n, incidents.search)}</label>
                <input
                    id="incidents-search"
                    type="search"
                    autocomplete="off"
                    placeholder=move || t_string!(i18n, incidents.search)
                    prop:value=move || asked.with(|asked| asked.search.clone())
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        ask(&|asked: &mut Asked| asked.search.clone_from(&text));
                    }
                />
            </div>
            <p class="unseen" role="status">{move || under.get()}</p>
            <HowCounted behind=Signal::derive(move || {
                asked.with(|asked| Some(ListBehind::Incidents { year: asked.year?, only: asked.only }))
            }) />
            <div class="table-wrap">
                <table class="table">
                    <caption class="unseen">{t!(i18n, nav.incidents)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, incidents.day)}</th>
                            <th scope="col">{term(Incident::TITLE.term)}</th>
                            <th scope="col">{term(Incident::KIND.term)}</th>
                            <th scope="col">{term(Incident::BUSINESS_RELATED.term)}</th>
                            <th scope="col">{term(Incident::PERSONAL_DATA.term)}</th>
                            <th scope="col">{t!(i18n, incidents.state)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || matching.get() key=|key| key.clone() let(key)>
                            <Row key />
                        </For>
                    </tbody>
                </table>
            </div>
            <Show when=move || matching.with(Vec::is_empty)>
                <p class="empty">{t!(i18n, incidents.none)}</p>
            </Show>
        </Show>
    }
}

/// One incident's row.
#[component]
fn Row(key: Key) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let address = format!("/incidenter/{key}");
    let place = Place { kind: RecordKind::Incident, key: key.clone() };
    let incident =
        Memo::new(move |_| session.read(|register| register.incidents.get(&key).cloned()).unwrap_or_default());
    let words = move |field: Field| {
        incident.with(|incident| shown(field, &incident.get(field.key).unwrap_or_default(), language_of(i18n)))
    };
    let judged = move |field: Field| {
        let words = words(field);
        if words.is_empty() {
            view! { <span class="missing">{t!(i18n, incidents.not_judged)}</span> }.into_any()
        } else {
            words.into_any()
        }
    };
    view! {
        <tr>
            <td class="nowrap">
                {move || incident.with(|incident| day_of(incident).map_or_else(
                    || view! { <span class="missing">{t!(i18n, incidents.no_day)}</span> }.into_any(),
                    |day| day.to_string().into_any(),
                ))}
            </td>
            <th scope="row" class="list-name"><A href=address>{move || words(Incident::TITLE)}</A><Changed place=place.clone() /><DisputedRecord place /></th>
            <td>{move || words(Incident::KIND)}</td>
            <td>{move || judged(Incident::BUSINESS_RELATED)}</td>
            <td>{move || judged(Incident::PERSONAL_DATA)}</td>
            <td>
                {move || match incident.with(|incident| incident.closed) {
                    Some(day) => view! { {t!(i18n, incidents.closed)} " " {day.to_string()} }.into_any(),
                    None => view! { <span class="missing">{t!(i18n, incidents.open)}</span> }.into_any(),
                }}
            </td>
        </tr>
    }
}

/// A row to write a new incident in. It stays, so that several can be added one after the other.
#[component]
fn NewIncident(
    /// Whether the row is shown.
    adding: RwSignal<bool>,
    /// Told the day of what was added.
    #[prop(into)]
    on_added: Callback<Date>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let title = RwSignal::new(String::new());
    let day = RwSignal::new(device::today().to_string());
    let added = RwSignal::new(None::<(Key, String)>);
    let wrong = RwSignal::new(false);
    let input = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            // Refused only when the row is gone.
            let _ = input.focus();
        }
    });
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = title.get_untracked().trim().to_owned();
        let reported = day.get_untracked().parse::<Date>().ok();
        wrong.set(text.is_empty() || reported.is_none());
        let (false, Some(reported)) = (text.is_empty(), reported) else { return };
        let key = device::new_key();
        session.send(Command::Add {
            place: Place { kind: RecordKind::Incident, key: key.clone() },
            fields: vec![
                (Incident::TITLE.key.to_owned(), Value::Line(text.clone())),
                (Incident::REPORTED.key.to_owned(), Value::Date(reported)),
            ],
        });
        added.set(Some((key, text)));
        title.set(String::new());
        on_added.run(reported);
        if let Some(input) = input.get_untracked() {
            let _ = input.focus();
        }
    };
    view! {
        <form class="card new-row" on:submit=add on:keydown=move |event| if event.key() == "Escape" { adding.set(false) }>
            <div class="field">
                <label for="new-incident">{t!(i18n, incidents.new_title)}</label>
                <input id="new-incident" autocomplete="off" maxlength="200" node_ref=input bind:value=title />
            </div>
            <div class="field field--day">
                <label for="new-incident-day">{term(Incident::REPORTED.term)}</label>
                <input id="new-incident-day" type="date" bind:value=day />
            </div>
            <button class="button button--main">{t!(i18n, common.add)}</button>
            <button type="button" class="button" on:click=move |_| adding.set(false)>{t!(i18n, common.close)}</button>
            <p class="field__error" role="alert" hidden=move || !wrong.get()>{t!(i18n, incidents.new_error)}</p>
            <p class="new-row__said" role="status">
                {move || added.get().map(|(key, title)| view! {
                    {t!(i18n, incidents.added)} " " <A href=format!("/incidenter/{key}")>{title}</A>
                })}
            </p>
        </form>
    }
}

/// One incident's own page.
#[component]
pub fn IncidentPage() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let params = use_params_map();
    let key = Memo::new(move |_| params.with(|params| params.get("key").as_deref().and_then(Key::parse)));
    let here = Memo::new(move |_| {
        key.with(|key| key.as_ref().is_some_and(|key| session.read(|register| register.incidents.get(key).is_some())))
    });
    move || match key.get().filter(|_| here.get()) {
        Some(key) => view! { <Sheet key /> }.into_any(),
        None => view! {
            <h1>{t!(i18n, incidents.gone)}</h1>
            <p>{t!(i18n, incidents.gone_about)}</p>
            <p><A href="/incidenter">{t!(i18n, nav.incidents)}</A></p>
        }
        .into_any(),
    }
}

#[component]
fn Sheet(key: Key) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let navigate = use_navigate();
    let place = Place { kind: RecordKind::Incident, key: key.clone() };
    let incident =
        Memo::new(move |_| session.read(|register| register.incidents.get(&key).cloned()).unwrap_or_default());
    let title = move || incident.with(|incident| incident.title.clone());
    let under = Signal::derive(move || {
        let closed = incident.with(|incident| incident.closed);
        closed.map_or_else(
            || t_string!(i18n, incidents.open).to_owned(),
            |day| format!("{} {day}", t_string!(i18n, incidents.closed)),
        )
    });
    let undecided =
        Memo::new(move |_| incident.with(|incident| incident.personal_data == Some(true) && incident.gdpr.is_none()));
    // What has been filled in stays in sight, whatever is judged later.
    let reports = Memo::new(move |_| {
        incident.with(|incident| {
            incident.nis2 == Some(Nis2Decision::Significant)
                || REPORTS.iter().any(|field| incident.get(field.key).is_some_and(|value| !value.is_empty()))
        })
    });
    // They stay in sight once they have been, also when they are emptied.
    let in_words = Memo::new(move |seen: Option<&bool>| {
        let filled =
            |field: &Field| incident.with(|incident| incident.get(field.key).is_some_and(|value| !value.is_empty()));
        seen == Some(&true) || LINKS_IN_WORDS.iter().any(filled)
    });
    let deadlines = move || {
        let due = incident.with(|incident| incident.report_deadlines());
        let when = |due: DateTime| shown(Incident::NIS2_WARNED, &Value::Moment(due), language_of(i18n));
        let first = due.warning.zip(due.notification).map(|(warning, notification)| {
            t_string!(i18n, incidents.nis2_due, warning = when(warning), notification = when(notification)).to_string()
        });
        let last = due.last.map(|last| t_string!(i18n, incidents.nis2_last, last = when(last)).to_string());
        [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let asked = RwSignal::new(false);
    let removed = place.clone();
    let remove = move |()| {
        session.send(Command::Remove { place: removed.clone() });
        navigate("/incidenter", NavigateOptions::default());
    };
    let stored = StoredValue::new(place.clone());
    let form = |fields: &[Field]| {
        fields.iter().map(|field| view! { <FieldEditor place=place.clone() field=*field /> }).collect_view()
    };
    view! {
        <nav class="crumbs" aria-label=move || t_string!(i18n, nav.crumbs)>
            <A href="/incidenter">{t!(i18n, nav.incidents)}</A>
        </nav>
        <Heading title=Signal::derive(title) under>
            <button type="button" class="button button--plain" disabled=move || !session.editable() on:click=move |_| asked.set(true)>
                {t!(i18n, common.remove)}
            </button>
        </Heading>
        <Confirm
            open=asked
            question=Signal::derive(move || t_string!(i18n, incidents.remove_question, name = title()).to_string())
            yes=Signal::derive(move || t_string!(i18n, common.remove).to_owned())
            on_yes=remove
        />
        <section class="card">
            <h2>{t!(i18n, incidents.event)}</h2>
            <p class="soft">{t!(i18n, incidents.event_about)}</p>
            <div class="fields">{form(&EVENT)}</div>
        </section>
        <section class="card">
            <h2>{t!(i18n, incidents.judgement)}</h2>
            <Show when=move || undecided.get()>
                <p class="notice notice--warn" role="status">{t!(i18n, incidents.gdpr_due)}</p>
            </Show>
            <div class="fields">{form(&JUDGEMENT)}</div>
            <Show when=move || reports.get()>
                <h3>{t!(i18n, incidents.nis2_reports)}</h3>
                <p class="soft" role="status">{deadlines}</p>
                <div class="fields">
                    {stored.with_value(|place| {
                        REPORTS.iter().map(|field| view! { <FieldEditor place=place.clone() field=*field /> }).collect_view()
                    })}
                </div>
            </Show>
        </section>
        <section class="card">
            <h2>{t!(i18n, incidents.measures)}</h2>
            <div class="fields">{form(&MEASURES)}</div>
        </section>
        <section class="card">
            <h2>{t!(i18n, incidents.links)}</h2>
            <p class="soft">{t!(i18n, incidents.links_about)}</p>
            <LinkedRecords incident=place.key.clone() />
            <Show when=move || in_words.get()>
                <div class="fields">
                    {stored.with_value(|place| {
                        LINKS_IN_WORDS.iter().map(|field| view! { <FieldEditor place=place.clone() field=*field /> }).collect_view()
                    })}
                </div>
            </Show>
        </section>
        <section class="card">
            <h2>{t!(i18n, incidents.end)}</h2>
            <div class="fields">{form(&END)}</div>
        </section>
        <History place=place.clone() />
    }
}
