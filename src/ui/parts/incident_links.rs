//! What an incident has to do with: risks and actions of the systems, and from there back to the incident.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::fields::key_below;
use super::record_link::{RecordLink, own_name, record_name};
use crate::register::list::swedish_order;
use crate::register::{Choose, Command, IncidentLink, Key, Place, RecordKind, Register, Value};
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{language_of, term};

/// Every risk and action of the register.
fn to_link(register: &Register) -> impl Iterator<Item = Place> {
    let places = move |kind| register.keys(kind, None).into_iter().map(move |key| Place { kind, key });
    IncidentLink::LEADS_TO.into_iter().flat_map(places)
}

/// The systems that have a risk or an action, by name.
fn systems_with(register: &Register) -> Vec<(Key, String)> {
    let keys: BTreeSet<Key> = to_link(register).map(|place| place.key.root()).collect();
    let named = |key: Key| register.systems.get(&key).map(|system| (key.clone(), system.name.clone()));
    let mut systems: Vec<_> = keys.into_iter().filter_map(named).collect();
    systems.sort_by_cached_key(|(_, name)| swedish_order(name));
    systems
}

/// The risks and actions that an incident is linked to, and a way to link another.
#[component]
pub fn LinkedRecords(
    /// The incident.
    incident: Key,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let incident = StoredValue::new(incident);
    let linked = Memo::new(move |_| incident.with_value(|key| session.read(|register| register.linked_to(key))));
    let systems = Memo::new(move |_| session.read(systems_with));
    let system = RwSignal::new(None::<Key>);
    let chosen = RwSignal::new(None::<Place>);
    let offered = Memo::new(move |_| {
        let Some(system) = system.get() else { return Vec::new() };
        let of_system = |place: &Place| place.key.root() == system;
        let places = session.read(|register| to_link(register).filter(of_system).collect::<Vec<_>>());
        linked.with(|linked| places.into_iter().filter(|place| !linked.contains_key(place)).collect::<Vec<_>>())
    });
    let link = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(to) = chosen.get_untracked() else { return };
        let place = Place { kind: RecordKind::IncidentLink, key: incident.with_value(key_below) };
        session.send(Command::Add {
            place,
            fields: vec![(IncidentLink::TO.key.to_owned(), Value::Line(IncidentLink::named(&to)))],
        });
        chosen.set(None);
    };
    let unlink = move |place: &Place| {
        let links = linked.with_untracked(|linked| linked.get(place).cloned()).unwrap_or_default();
        let remove = |key: Key| Command::Remove { place: Place { kind: RecordKind::IncidentLink, key } };
        session.send(Command::Batch(links.into_iter().map(remove).collect()));
    };
    let item = move |place: Place| {
        let kind = term(place.kind.term());
        let named = place.clone();
        let name = move || session.read(|register| record_name(register, &named, language_of(i18n)));
        let removed = place.clone();
        view! {
            <li class="linked">
                <span class="soft">{kind}</span>
                <RecordLink place />
                <button
                    type="button"
                    class="button button--plain"
                    disabled=move || !session.editable()
                    aria-label=move || t_string!(i18n, incidents.unlink, name = name()).to_string()
                    on:click=move |_| unlink(&removed)
                >
                    {t!(i18n, common.remove)}
                </button>
            </li>
        }
    };
    // By kind, so that a long list can be found one's way in.
    let options = move || {
        let offered = offered.get();
        let groups = IncidentLink::LEADS_TO.map(|kind| {
            let places: Vec<Place> = offered.iter().filter(|place| place.kind == kind).cloned().collect();
            (!places.is_empty()).then(|| {
                let option = move |place: Place| {
                    let (value, named, this) = (IncidentLink::named(&place), place.clone(), place);
                    let name = move || session.read(|register| own_name(register, &named, language_of(i18n)));
                    view! { <option value=value selected=move || chosen.with(|chosen| chosen.as_ref() == Some(&this))>{name}</option> }
                };
                let label = term(kind.term());
                view! { <optgroup label=label>{places.into_iter().map(option).collect_view()}</optgroup> }
            })
        });
        groups.into_iter().collect_view()
    };
    view! {
        <Show
            when=move || linked.with(|linked| !linked.is_empty())
            fallback=move || view! {
                <p class="soft">
                    {move || if systems.with(Vec::is_empty) {
                        t_string!(i18n, incidents.links_nowhere)
                    } else {
                        t_string!(i18n, incidents.links_none)
                    }}
                </p>
            }
        >
            <ul class="linked-list">
                <For each=move || linked.with(|linked| linked.keys().cloned().collect::<Vec<_>>()) key=Clone::clone let(place)>
                    {item(place)}
                </For>
            </ul>
        </Show>
        <Show when=move || session.editable() && systems.with(|systems| !systems.is_empty())>
            <form class="records__new" on:submit=link>
                <div class="field">
                    <label for="link-system">{term(RecordKind::System.term())}</label>
                    <select
                        id="link-system"
                        on:change=move |event| {
                            chosen.set(None);
                            system.set(Key::parse(&event_target_value(&event)));
                        }
                    >
                        <option value="">{t!(i18n, common.not_chosen)}</option>
                        {move || systems.get().into_iter().map(|(key, name)| {
                            let value = key.to_string();
                            view! { <option value=value selected=move || system.with(|system| system.as_ref() == Some(&key))>{name}</option> }
                        }).collect_view()}
                    </select>
                </div>
                <div class="field">
                    <label for="link-record">{t!(i18n, incidents.link_to)}</label>
                    <select
                        id="link-record"
                        disabled=move || system.with(Option::is_none)
                        on:change=move |event| chosen.set(IncidentLink::place(&event_target_value(&event)))
                    >
                        <option value="" selected=move || chosen.with(Option::is_none)>{t!(i18n, common.not_chosen)}</option>
                        {options}
                    </select>
                </div>
                <button class="button" disabled=move || chosen.with(Option::is_none)>{t!(i18n, incidents.link)}</button>
            </form>
        </Show>
    }
}

/// The incidents that a risk or an action has to do with; nothing when there is none.
#[component]
pub fn LinkedIncidents(
    /// The risk or the action.
    place: Place,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let incidents = Memo::new(move |_| session.read(|register| register.incidents_linked_to(&place)));
    let item = |key: Key| view! { <li><RecordLink place=Place { kind: RecordKind::Incident, key } /></li> };
    view! {
        <Show when=move || incidents.with(|incidents| !incidents.is_empty())>
            <p class="linked-title">{t!(i18n, nav.incidents)}</p>
            <ul class="linked-list">{move || incidents.get().into_iter().map(item).collect_view()}</ul>
        </Show>
    }
}
