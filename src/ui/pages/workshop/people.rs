//! Sitting down, who is at the table, and inviting more.

use std::collections::BTreeMap;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::PLACE;
use super::frame::focus_if_lost;
use super::table::Table;
use crate::browser::device;
use crate::browser::keeper::protocol::{LineReach, Request};
use crate::register::workshop::{Join, Participant, Person, Round, Said};
use crate::ui::parts::language::LanguageChoice;
use crate::ui::session::Answer;
use crate::ui::words::i18n::{t, t_string, use_i18n};

/// The roles that a table usually has, for whoever types the first letter.
const ROLES: [&str; 8] = [
    "Informationsägare",
    "Objektägare",
    "Objektledare",
    "Arkivarie",
    "IT",
    "Dataskyddsombud",
    "Driftleverantör",
    "Informationssäkerhetssamordnare",
];

/// The first that somebody sees who has come in.
#[component]
pub fn SitDown() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let system = move || table.system();
    let waits = move || system().is_none();
    let trouble = move || {
        table.line.with(|line| {
            line.as_ref().is_some_and(|line| line.trouble.is_some() || matches!(line.reach, LineReach::Away { .. }))
        })
    };
    view! {
        <main class="start" id="main">
            <h1>{move || system().unwrap_or_else(|| t_string!(i18n, workshop.title).to_owned())}</h1>
            <LanguageChoice small=true />
            <p class="soft" role="status" hidden=move || !waits()>
                {move || if trouble() { t_string!(i18n, workshop.fetch_trouble) } else { t_string!(i18n, workshop.fetching) }}
            </p>
            <section class="card" hidden=waits>
                <h2>{t!(i18n, workshop.who_are_you)}</h2>
                <p class="soft">{t!(i18n, workshop.who_about)}</p>
                <Who id="me" number=0 done=Callback::new(|()| {}) />
            </section>
        </main>
    }
}

/// A form for who somebody is.
#[component]
pub fn Who(
    /// What its fields' ids begin with.
    id: &'static str,
    /// The person's number at this device.
    #[prop(into)]
    number: Signal<u16>,
    /// Run when the person has sat down.
    done: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let (role, name, observer) = (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(false));
    let sit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        let join = Join { role: text(role), name: text(name), observer: observer.get_untracked() };
        if !join.role.is_empty() {
            table.sit_down(number.get_untracked(), join);
            role.set(String::new());
            name.set(String::new());
            done.run(());
        }
    };
    view! {
        <form class="who" on:submit=sit>
            <div class="fields">
                <div class="field">
                    <label for=format!("{id}-role")>{t!(i18n, workshop.role)}</label>
                    <input id=format!("{id}-role") required maxlength="100" autocomplete="off" list=format!("{id}-roles") bind:value=role />
                    <datalist id=format!("{id}-roles")>
                        {ROLES.iter().map(|role| view! { <option value=*role></option> }).collect_view()}
                    </datalist>
                </div>
                <div class="field">
                    <label for=format!("{id}-name")>{t!(i18n, workshop.name)}</label>
                    <input id=format!("{id}-name") maxlength="100" autocomplete="name" bind:value=name />
                </div>
            </div>
            <label class="check"><input type="checkbox" bind:checked=observer /> {t!(i18n, workshop.observer)}</label>
            <div class="actions"><button class="button button--main">{t!(i18n, workshop.sit_down)}</button></div>
        </form>
    }
}

/// Role and name, as they are written in a list.
#[must_use]
pub fn written(person: &Participant) -> String {
    if person.name.is_empty() { person.role.clone() } else { format!("{} ({})", person.role, person.name) }
}

/// At a device that goes round, between two who vote: who takes it up says so.
#[component]
pub fn WhoNext(
    /// The round that is voted in.
    #[prop(into)]
    round: Signal<Round>,
) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let here = Memo::new(move |_| {
        let round = round.get();
        table.view.with(|view| {
            let Some(view) = view else { return Vec::new() };
            let tally = view.workshop.tally(&round);
            let row = |(person, number): (&Person, u16)| {
                let who = view.workshop.participant(*person).filter(|who| who.votes())?;
                Some((number, written(who), tally.is_some_and(|tally| tally.has_voted(*person))))
            };
            view.here.iter().zip(0_u16..).filter_map(row).collect()
        })
    });
    let has_voted = move || {
        let holder = table.holder.get();
        here.with(|here| here.iter().any(|(number, _, voted)| *number == holder && *voted))
    };
    let take_up = move |number: u16| {
        table.pass_to(number);
        focus_if_lost("main h1");
    };
    view! {
        <section class="card">
            <p role="status">{move || has_voted().then(|| t_string!(i18n, workshop.pass_on))}</p>
            <h2 id="who-next">{t!(i18n, workshop.who_next)}</h2>
            <div class="answers" role="group" aria-labelledby="who-next">
                {move || here.get().into_iter().map(|(number, who, voted)| view! {
                    <button type="button" class="chip" on:click=move |_| take_up(number)>
                        {who}
                        {voted.then(|| view! { <span>" – " {t!(i18n, workshop.has_voted)}</span> })}
                    </button>
                }).collect_view()}
            </div>
        </section>
    }
}

/// Small circles for those at the table; in a round, whether each has voted.
#[component]
pub fn Circles(
    /// The round that is voted in.
    #[prop(into)]
    round: Signal<Option<Round>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let people = Memo::new(move |_| {
        let round = round.get();
        table.read(|workshop| {
            let tally = round.as_ref().and_then(|round| workshop.tally(round));
            let mut alike = BTreeMap::new();
            let row = |person: &Participant| {
                let voted =
                    round.is_some() && person.votes() && tally.is_some_and(|tally| tally.has_voted(person.person));
                // The second with the same two letters is told apart by a number.
                let initials = person.initials();
                let nth = alike.entry(initials.clone()).and_modify(|nth| *nth += 1).or_insert(1_u16);
                let initials = if *nth == 1 { initials } else { format!("{initials}{nth}") };
                (person.person, initials, written(person), person.observer, voted)
            };
            workshop.at_table().map(row).collect::<Vec<_>>()
        })
    });
    let said = move |observer: bool, voted: bool| match (round.with(Option::is_some), observer, voted) {
        (_, true, _) => t_string!(i18n, workshop.observes),
        (true, false, true) => t_string!(i18n, workshop.has_voted),
        (true, false, false) => t_string!(i18n, workshop.thinks),
        (false, false, _) => "",
    };
    view! {
        <ul class="circles" aria-label=move || t_string!(i18n, workshop.at_table)>
            <For each=move || people.get() key=|person| person.clone() let((_, initials, who, observer, voted))>
                <li class="circle" class:circle--voted=voted class:circle--observer=observer title=who.clone()>
                    <span aria-hidden="true">{initials} {voted.then_some(" ✓")}</span>
                    <span class="unseen">{who.clone()} " " {move || said(observer, voted)}</span>
                </li>
            </For>
        </ul>
    }
}

/// The list of those at the table; a facilitator can take somebody off it who has sat down twice.
#[component]
pub fn AtTable() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let people = Memo::new(move |_| table.read(|workshop| workshop.people.clone()));
    let row = move |person: Participant| {
        let (who, id, excluded, leads) = (written(&person), person.person, person.excluded, person.facilitator);
        let label = {
            let who = who.clone();
            move || {
                let what =
                    if excluded { t_string!(i18n, workshop.put_back) } else { t_string!(i18n, workshop.take_off) };
                format!("{what}: {who}")
            }
        };
        let observer = person.observer;
        let appoint = {
            let who = written(&person);
            move || format!("{}: {who}", t_string!(i18n, workshop.appoint))
        };
        let toggle = move |_| table.say(Said::Exclude { person: id, excluded: !excluded });
        view! {
            <li class="at-table__row" class:soft=excluded>
                <span>
                    {who}
                    {leads.then(|| view! { <span class="soft">" – " {t!(i18n, workshop.leads)}</span> })}
                    {observer.then(|| view! { <span class="soft">" – " {t!(i18n, workshop.observes)}</span> })}
                    {excluded.then(|| view! { <span class="soft">" – " {t!(i18n, workshop.is_off)}</span> })}
                </span>
                <Show when=move || table.leads() && !leads>
                    <span class="actions">
                        // Only the founder's word makes another lead.
                        <button
                            type="button"
                            class="button button--plain"
                            hidden=move || !table.founded()
                            aria-label=appoint.clone()
                            on:click=move |_| table.say(Said::Appoint(id))
                        >
                            {t!(i18n, workshop.appoint)}
                        </button>
                        <button type="button" class="button button--plain" aria-label=label.clone() on:click=toggle>
                            {move || if excluded { t_string!(i18n, workshop.put_back) } else { t_string!(i18n, workshop.take_off) }}
                        </button>
                    </span>
                </Show>
            </li>
        }
    };
    view! {
        <ul class="at-table">
            {move || people.get().into_iter().map(row).collect_view()}
        </ul>
    }
}

/// How others come in: a picture for the camera, and a code to type.
#[component]
pub fn Invite(
    /// Whether it is for a wall: nothing but the picture and the code.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let invitation = RwSignal::new_local(None::<Rc<(String, String)>>);
    let address = RwSignal::new(String::new());
    spawn_local(async move {
        let of_others = device::address_for_others().await;
        if address.try_set(of_others.clone()).is_none() {
            table.ask(
                |ticket| Request::Invite(ticket, of_others, true),
                move |answer| {
                    if let Answer::Invitation(made) = answer {
                        invitation.try_set(Some(made));
                    }
                },
            );
        }
    });
    let code = move || table.view.with(|view| view.as_ref().and_then(|view| view.code.clone()));
    view! {
        <div class="invite" class:invite--large=large>
            {move || invitation.get().map(|made| view! {
                <img
                    class="invitation__code"
                    alt=move || t_string!(i18n, workshop.picture)
                    src=format!("data:image/svg+xml,{}", js_sys::encode_uri_component(&made.1))
                />
            })}
            <div class="invite__words">
                <p>{t!(i18n, workshop.invite_about)}</p>
                <p class="invite__address">{move || format!("{}{PLACE}", address.get())}</p>
                <p class="invite__code" translate="no">{code}</p>
                {move || device::is_only_here(&address.get()).then(|| view! {
                    <p class="notice notice--warn">{t!(i18n, relay.only_here)}</p>
                })}
            </div>
        </div>
    }
}

/// One device for several: who holds it now, and who else sits at it.
#[component]
pub fn PassRound() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let here = Memo::new(move |_| {
        table.view.with(|view| {
            let Some(view) = view else { return Vec::new() };
            let written = |person: &Person| view.workshop.participant(*person).map(written);
            view.here.iter().map(|person| written(person).unwrap_or_default()).collect::<Vec<_>>()
        })
    });
    let adding = RwSignal::new(false);
    let next = Signal::derive(move || u16::try_from(here.with(Vec::len)).unwrap_or(u16::MAX));
    let done = Callback::new(move |()| adding.set(false));
    view! {
        <details class="history pass">
            <summary>{t!(i18n, workshop.pass_round)}</summary>
            <p class="soft">{t!(i18n, workshop.pass_about)}</p>
            <div class="answers" role="group" aria-label=move || t_string!(i18n, workshop.who_holds)>
                {move || here.get().into_iter().zip(0_u16..).map(|(who, number)| view! {
                    <button
                        type="button"
                        class="chip"
                        aria-pressed=move || (table.holder.get() == number).to_string()
                        on:click=move |_| table.pass_to(number)
                    >
                        {who}
                    </button>
                }).collect_view()}
                <button type="button" class="button" on:click=move |_| adding.update(|adding| *adding = !*adding)>
                    {t!(i18n, workshop.one_more)}
                </button>
            </div>
            <Show when=move || adding.get()>
                <Who id="more" number=next done />
            </Show>
        </details>
    }
}
