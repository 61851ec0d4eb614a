//! What two people have said differently of the same thing, and the choice between them.

use std::rc::Rc;

use leptos::prelude::*;
use leptos_router::components::A;

use crate::browser::device;
use crate::browser::keeper::protocol::Request;
use crate::document::{Author, Claim, Conflict};
use crate::register::command::required;
use crate::register::{Choose, Command, Field, Kind, Language, Place, RecordKind, Register, Value};
use crate::ui::parts::fields::{Control, shown};
use crate::ui::session::{Answer, Session};
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{language_of, term};

/// As many as are shown at first, and more each time.
const STEP: usize = 50;

/// The page.
#[component]
pub fn Conflicts() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let found = RwSignal::new_local(None::<Rc<Vec<Conflict>>>);
    let most = RwSignal::new(STEP);
    let decided = RwSignal::new(false);
    let said = NodeRef::<leptos::html::P>::new();
    let disputes = Memo::new(move |_| session.read(|register| register.disputes.clone()));
    // Asked for when something has become disputed or settled, and only of those records.
    Effect::new(move |_| {
        let places: Vec<_> = disputes.with(|disputes| disputes.places().take(most.get()).collect());
        session.ask(
            |ticket| Request::Conflicts(ticket, places),
            move |answer| {
                if let Answer::Conflicts(conflicts) = answer {
                    found.try_set(Some(conflicts));
                }
            },
        );
    });
    let count = move || disputes.with(|disputes| disputes.count());
    let on_decided = Callback::new(move |()| {
        decided.set(true);
        // The question goes from the page: whoever answered it goes on from here.
        if let Some(said) = said.get_untracked() {
            // Refused only while it is gone.
            let _ = said.focus();
        }
    });
    let more = move || most.get() < disputes.with(|disputes| disputes.places().count());
    view! {
        <Heading
            title=Signal::derive(move || t_string!(i18n, nav.conflicts).to_owned())
            under=Signal::derive(move || t_string!(i18n, conflicts.count, count = count()).to_string())
        />
        <p class="soft">{t!(i18n, conflicts.about)}</p>
        <p role="status" tabindex="-1" node_ref=said>
            {move || decided.get().then(|| t_string!(i18n, conflicts.decided))}
        </p>
        <Show when=move || count() == 0>
            <p class="card">{t!(i18n, conflicts.none)}</p>
        </Show>
        <ul class="conflicts">
            <For
                each=move || found.get().map(|found| found.as_ref().clone()).unwrap_or_default()
                key=|conflict| (conflict.place.clone(), conflict.field.clone(), conflict.claims.len())
                let(conflict)
            >
                <Question conflict on_decided />
            </For>
        </ul>
        <Show when=more>
            <div class="actions">
                <button type="button" class="button" on:click=move |_| most.update(|most| *most += STEP)>
                    {t!(i18n, conflicts.more)}
                </button>
            </div>
        </Show>
    }
}

/// One field, or one record, and what has been said of it.
#[component]
fn Question(conflict: Conflict, on_decided: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let Conflict { place, field, claims, shown: shown_at, careful } = conflict;
    let field = place.kind.field(&field);
    let name = {
        let place = place.clone();
        Memo::new(move |_| {
            let language = language_of(i18n);
            session.read(|register| record_name(register, &place, language))
        })
    };
    let system = {
        let place = place.clone();
        move || session.read(|register| system_name(register, &place)).map(|name| format!(" – {name}"))
    };
    let id = format!(
        "conflict-{}-{}-{}",
        place.kind as u8,
        place.key.as_str().replace('.', "-"),
        field.map_or("removed", |field| field.key)
    );
    let question = match field {
        Some(field) => term(field.term).into_any(),
        None => t!(i18n, conflicts.removal).into_any(),
    };
    let about = field.is_none().then(|| view! { <p class="soft">{t!(i18n, conflicts.removed_about)}</p> });
    let (address, heading) = (address(&place), id.clone());
    let claims = claims
        .into_iter()
        .enumerate()
        .map(|(at, claim)| {
            view! { <Said place=place.clone() field claim is_shown=at == shown_at careful on_decided /> }
        })
        .collect_view();
    let other = field.map(|field| view! { <Other place=place.clone() field id=id.clone() on_decided /> });
    view! {
        <li class="card conflict" aria-labelledby=heading>
            <h2 id=id>{question} ": " <A href=address>{move || name.get()}</A> <span class="soft">{system}</span></h2>
            {about}
            <ul class="conflict__claims">{claims}</ul>
            {other}
        </li>
    }
}

/// What one of them said, and the choice of it.
#[component]
fn Said(
    place: Place,
    field: Option<Field>,
    claim: Claim,
    is_shown: bool,
    careful: bool,
    on_decided: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let Claim { value, by, at } = claim;
    let removes = value == Value::Flag(true);
    let moment = device::local_time_of(at);
    let when = format!("{} {:02}:{:02}", moment.date(), moment.hour(), moment.minute());
    let who = move || who(by.as_ref()).unwrap_or_else(|| t_string!(i18n, conflicts.someone).to_owned());
    let words = {
        let value = value.clone();
        move || match field {
            Some(field) => {
                let words = shown(field, &value, language_of(i18n));
                if words.is_empty() { t_string!(i18n, conflicts.empty_value).to_owned() } else { words }
            }
            None if removes => t_string!(i18n, conflicts.remove).to_owned(),
            None => t_string!(i18n, conflicts.keep).to_owned(),
        }
    };
    let said = {
        let who = who.clone();
        move || match field {
            Some(_) => t_string!(i18n, conflicts.said, who = who(), when = when.clone()).to_string(),
            None if removes => format!("{}, {when}", t_string!(i18n, conflicts.removed, who = who())),
            None => format!("{}, {when}", t_string!(i18n, conflicts.edited, who = who())),
        }
    };
    let choose = move |_| {
        let place = place.clone();
        session.send(match (field, value.clone()) {
            (Some(field), value) => Command::Set { place, field: field.key.to_owned(), value },
            (None, _) if removes => Command::Remove { place },
            (None, _) => Command::Restore { place },
        });
        on_decided.run(());
    };
    let label = {
        let words = words.clone();
        move || match field {
            Some(_) => t_string!(i18n, conflicts.choose_value, value = words()).to_string(),
            None => words(),
        }
    };
    view! {
        <li class="conflict__claim">
            <div>
                <p>
                    <strong>{words.clone()}</strong>
                    {is_shown.then(|| if careful {
                        view! {
                            " " <span class="tag">{t!(i18n, conflicts.careful)}</span>
                            " " <span class="soft">{t!(i18n, conflicts.careful_about)}</span>
                        }.into_any()
                    } else {
                        view! { " " <span class="tag">{t!(i18n, conflicts.shown)}</span> }.into_any()
                    })}
                </p>
                <p class="soft">{said}</p>
            </div>
            <button type="button" class="button" disabled=move || !session.editable() on:click=choose>{label}</button>
        </li>
    }
}

/// A third value, by the field's own control.
#[component]
fn Other(place: Place, field: Field, id: String, on_decided: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let value = RwSignal::new(Value::Nothing);
    let id = format!("{id}-other");
    let use_it = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        session.set(place.clone(), field, value.get_untracked());
        on_decided.run(());
    };
    (!matches!(field.kind, Kind::Prose)).then(|| {
        view! {
            <form class="new-row" on:submit=use_it>
                <div class="field">
                    <label for=id.clone()>{t!(i18n, conflicts.other)}</label>
                    <Control
                        field
                        id
                        value
                        disabled=Signal::derive(move || !session.editable())
                        on_value=move |typed| value.set(typed)
                    />
                </div>
                <button class="button" disabled=move || !session.editable() || value.with(Value::is_empty)>
                    {t!(i18n, conflicts.use_it)}
                </button>
            </form>
        }
    })
}

fn who(by: Option<&Author>) -> Option<String> {
    let by = by?;
    match (by.role.as_str(), by.name.as_str()) {
        ("", "") => None,
        (role, "") => Some(role.to_owned()),
        ("", name) => Some(name.to_owned()),
        (role, name) => Some(format!("{role} ({name})")),
    }
}

/// What a record is called: by its name, or else by what it is.
fn record_name(register: &Register, place: &Place, language: Language) -> String {
    let named = required(place.kind).into_iter().chain(place.kind.fields().iter().copied());
    let mut words = named
        .filter(|field| matches!(field.kind, Kind::Line | Kind::Prose))
        .filter_map(|field| register.value(place, field.key))
        .map(|value| match value {
            Value::Line(text) | Value::Prose(text) => text,
            _ => String::new(),
        });
    let name = words.find(|words| !words.is_empty());
    name.unwrap_or_else(|| place.kind.term().in_language(language).to_owned())
}

/// The system that a record belongs to, if it is not one itself.
fn system_name(register: &Register, place: &Place) -> Option<String> {
    let owner = place.owners().find(|owner| owner.kind == RecordKind::System)?;
    register.systems.get(&owner.key).map(|system| system.name.clone())
}

/// Where a record is shown.
fn address(place: &Place) -> String {
    let top = place.owners().last().map_or(place.kind, |owner| owner.kind);
    match top {
        RecordKind::System => format!("/system/{}", place.key.root()),
        RecordKind::Incident => format!("/incidenter/{}", place.key.root()),
        RecordKind::Training => "/utbildning".to_owned(),
        RecordKind::Review => "/rapport".to_owned(),
        _ => "/installningar".to_owned(),
    }
}
