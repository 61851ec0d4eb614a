//! What two people have said differently of the same thing, and the choice between them.

use std::collections::HashMap;
use std::rc::Rc;

use leptos::prelude::*;
use leptos_router::components::A;

use crate::browser::device;
use crate::browser::keeper::protocol::Request;
use crate::document::{Author, Claim, Conflict};
use crate::register::command::required;
use crate::register::text::differing;
use crate::register::{Choose, Command, Disputes, Field, Kind, Language, Place, RecordKind, Register, Seen, Value};
use crate::ui::parts::fields::{Control, shown};
use crate::ui::parts::more::More;
use crate::ui::session::{Answer, Session};
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{counted, language_of, term};

/// As many as are shown at first, and more each time.
const STEP: usize = 50;

/// What one question is about: a record and a field of it.
type Topic = (Place, String);

/// Texts that somebody is putting together, for as long as the page is open: the versions may change meanwhile.
type Drafts = StoredValue<HashMap<Topic, String>>;

/// The page.
#[component]
pub fn Conflicts() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let found = RwSignal::new_local(None::<Rc<Vec<Conflict>>>);
    let most = RwSignal::new(STEP);
    let decided = RwSignal::new(false);
    let said = NodeRef::<leptos::html::P>::new();
    let drafts = Drafts::default();
    let disputes = Memo::new(move |_| session.read(|register| register.disputes.clone()));
    // What is shown of the texts: others may be writing in them.
    let texts =
        Memo::new(move |_| disputes.with(|disputes| session.read(|register| disputed_texts(register, disputes))));
    let again = Trigger::new();
    // Asked for when something has become disputed or settled, and only of those records.
    Effect::new(move |_| {
        texts.track();
        again.track();
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
        // What was written late in a text is a question still.
        again.notify();
        // The question goes from the page: whoever answered it goes on from here.
        if let Some(said) = said.get_untracked() {
            // Refused only while it is gone.
            let _ = said.focus();
        }
    });
    view! {
        <Heading
            title=Signal::derive(move || t_string!(i18n, nav.conflicts).to_owned())
            under=Signal::derive(move || counted!(i18n, count(), conflicts.count or single))
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
                key=|conflict| (conflict.place.clone(), conflict.field.clone(), format!("{:?}", conflict.claims))
                let(conflict)
            >
                <Question conflict drafts on_decided />
            </For>
        </ul>
        <More shown=most total=Signal::derive(move || disputes.with(|disputes| disputes.places().count())) step=STEP />
    }
}

/// One field, or one record, and what has been said of it.
#[component]
fn Question(conflict: Conflict, drafts: Drafts, on_decided: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let Conflict { place, field, claims, shown: shown_at, careful, seen } = conflict;
    let topic = (place.clone(), field.clone());
    let on_settled = {
        let topic = topic.clone();
        Callback::new(move |()| {
            drafts.update_value(|drafts| _ = drafts.remove(&topic));
            on_decided.run(());
        })
    };
    let field = place.kind.field(&field);
    let is_text = field.is_some_and(|field| matches!(field.kind, Kind::Prose));
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
    let about = match field {
        None => view! { <p class="soft">{t!(i18n, conflicts.removed_about)}</p> }.into_any(),
        Some(_) if is_text => view! { <p class="soft">{t!(i18n, conflicts.text_about)}</p> }.into_any(),
        Some(_) => ().into_any(),
    };
    let (address, heading) = (address(&place), id.clone());
    let versions: Vec<_> = claims
        .iter()
        .map(|claim| if let Value::Prose(text) = &claim.value { text.clone() } else { String::new() })
        .collect();
    let said = |at: usize, claim: Claim| {
        let (place, is_shown) = (place.clone(), at == shown_at);
        let Some(field) = field.filter(|_| is_text) else {
            return view! { <Said place field claim is_shown careful on_decided /> }.into_any();
        };
        let text = versions.get(at).cloned().unwrap_or_default();
        // What differs is marked where there are two to compare.
        let parts = match versions.as_slice() {
            [one, other] => differing(&text, if at == 0 { other } else { one }).map(str::to_owned),
            _ => [text.clone(), String::new(), String::new()],
        };
        let id = format!("{id}-{at}");
        view! { <Version place field text parts claim is_shown id seen=seen.clone() on_settled /> }.into_any()
    };
    let claims = claims.into_iter().enumerate().map(|(at, claim)| said(at, claim)).collect_view();
    let other = field.map(|field| {
        let (place, id) = (place.clone(), id.clone());
        if is_text {
            view! { <OtherText place field id versions topic drafts seen on_settled /> }.into_any()
        } else {
            view! { <Other place field id on_decided /> }.into_any()
        }
    });
    view! {
        <li class="card conflict" aria-labelledby=heading>
            <h2 id=id>{question} ": " <A href=address>{move || name.get()}</A> <span class="soft">{system}</span></h2>
            {about}
            <ul class="conflict__claims">{claims}</ul>
            {other}
        </li>
    }
}

/// What of the disputed longer texts is shown.
fn disputed_texts(register: &Register, disputes: &Disputes) -> Vec<Value> {
    let fields = disputes.places().flat_map(|place| {
        let fields = disputes.of(&place).iter().filter_map(|field| register.value(&place, field)).collect::<Vec<_>>();
        fields.into_iter().filter(|value| matches!(value, Value::Prose(_)))
    });
    fields.collect()
}

/// Settles what a longer text says.
fn settle(session: Session, place: Place, field: Field, text: String, seen: Seen, then: Callback<()>) {
    session.send_then(Command::Settle { place, field: field.key.to_owned(), text, seen }, move |answer| {
        if let Answer::Done = answer {
            // The page may be left by now.
            then.try_run(());
        }
    });
}

/// One version of a longer text, and the choice of it.
#[component]
fn Version(
    place: Place,
    field: Field,
    text: String,
    /// The text, with what differs from the other in the middle.
    parts: [String; 3],
    claim: Claim,
    is_shown: bool,
    id: String,
    seen: Seen,
    on_settled: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let is_empty = text.is_empty();
    let said = said_by(&claim);
    let described = id.clone();
    let choose = move |_| {
        settle(session, place.clone(), field, text.clone(), seen.clone(), on_settled);
    };
    let [before, differing, after] = parts;
    view! {
        <li class="conflict__claim conflict__claim--text">
            <p class="soft" id=id>
                {said}
                {is_shown.then(|| view! { " " <span class="tag">{t!(i18n, conflicts.shown)}</span> })}
            </p>
            <p class="conflict__text">
                {is_empty.then(|| view! { <span class="soft">{t!(i18n, conflicts.empty_value)}</span> })}
                {before}
                {(!differing.is_empty()).then(|| view! { <mark>{differing}</mark> })}
                {after}
            </p>
            <button
                type="button"
                class="button"
                aria-describedby=described
                disabled=move || !session.editable()
                on:click=choose
            >
                {t!(i18n, conflicts.choose)}
            </button>
        </li>
    }
}

/// A longer text put together out of the versions.
#[component]
fn OtherText(
    place: Place,
    field: Field,
    id: String,
    versions: Vec<String>,
    topic: Topic,
    drafts: Drafts,
    seen: Seen,
    on_settled: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let joined = versions.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
    let begun = drafts.with_value(|drafts| drafts.get(&topic).cloned());
    let text = RwSignal::new(begun.unwrap_or_else(|| joined.clone()));
    let id = format!("{id}-other");
    let (about, held) = (format!("{id}-about"), StoredValue::new(id.clone()));
    let unsent = move |unsent: bool| {
        // The form may be gone from the page by now.
        let _ = held.try_with_value(|id| session.holds_unsent(id, unsent));
    };
    on_cleanup(move || unsent(false));
    let topic = StoredValue::new(topic);
    let untouched = joined.clone();
    let typed = move |event: leptos::ev::Event| {
        let typed = event_target_value(&event);
        unsent(typed != untouched);
        drafts.update_value(|drafts| _ = drafts.insert(topic.get_value(), typed.clone()));
        text.set(typed);
    };
    let use_it = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        settle(session, place.clone(), field, text.get_untracked(), seen.clone(), on_settled);
    };
    let is_sound = move || text.with(|text| field.accepts(&Value::Prose(text.clone())).is_ok());
    let rows = joined.lines().count().clamp(4, 12);
    view! {
        <form class="conflict__other" on:submit=use_it>
            <div class="field">
                <label for=id.clone()>{t!(i18n, conflicts.text_other)}</label>
                <p class="soft" id=about.clone()>{t!(i18n, conflicts.text_other_about)}</p>
                <textarea
                    id=id
                    rows=rows
                    aria-describedby=about
                    prop:value=move || text.get()
                    disabled=move || !session.editable()
                    on:input=typed
                ></textarea>
            </div>
            <button class="button" disabled=move || !session.editable() || text.with(|text| *text == joined) || !is_sound()>
                {t!(i18n, conflicts.use_it)}
            </button>
        </form>
    }
}

/// Who said something, and when.
fn said_by(claim: &Claim) -> impl Fn() -> String + Clone + use<> {
    let i18n = use_i18n();
    let (by, when) = (claim.by.clone(), when(claim.at));
    move || {
        let who = who(by.as_ref()).unwrap_or_else(|| t_string!(i18n, conflicts.someone).to_owned());
        t_string!(i18n, conflicts.said, who = who, when = when.clone()).to_string()
    }
}

fn when(at: i64) -> String {
    let moment = device::local_time_of(at);
    format!("{} {:02}:{:02}", moment.date(), moment.hour(), moment.minute())
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
    let said_of = said_by(&claim);
    let Claim { value, by, at } = claim;
    let removes = value == Value::Flag(true);
    let when = when(at);
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
            Some(_) => said_of(),
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
            Value::Line(text) => text,
            Value::Prose(text) => beginning(&text),
            _ => String::new(),
        });
    let name = words.find(|words| !words.is_empty());
    name.unwrap_or_else(|| place.kind.term().in_language(language).to_owned())
}

/// The first words of a longer text.
fn beginning(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= MOST {
        return line.to_owned();
    }
    let cut: String = line.chars().take(MOST).collect();
    let words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{words} …")
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
