//! A record's fields as a form that saves as it is filled in: no save button, nothing lost by leaving.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use leptos::html::Textarea;
use leptos::prelude::*;

use crate::browser::device;
use crate::register::command::required;
use crate::register::text::{moved_caret, rebase};
use crate::register::{Command, Date, DateTime, Field, Kind, Language, Place, RecordKind, Seen, Treatment, Value};
use crate::ui::parts::disputed::Disputed;
use crate::ui::session::{Answer, Session};
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::language_of;

/// How long typing rests before it is sent.
const REST: Duration = Duration::from_millis(250);

/// A value in words.
#[must_use]
pub fn shown(field: Field, value: &Value, language: Language) -> String {
    match value {
        Value::Nothing => String::new(),
        Value::Line(text) | Value::Prose(text) => text.clone(),
        Value::Date(date) => date.to_string(),
        Value::Moment(moment) => format!("{} {:02}:{:02}", moment.date(), moment.hour(), moment.minute()),
        Value::Flag(yes) => match (language, yes) {
            (Language::Swedish, true) => "Ja".to_owned(),
            (Language::Swedish, false) => "Nej".to_owned(),
            (Language::English, true) => "Yes".to_owned(),
            (Language::English, false) => "No".to_owned(),
        },
        Value::Number(number) => number.to_string(),
        Value::Choice(key) => match field.kind {
            Kind::Choice(choices) => choices
                .iter()
                .find(|choice| choice.key == key)
                .map_or_else(|| key.clone(), |choice| choice.term.in_language(language).to_owned()),
            _ => key.clone(),
        },
    }
}

/// What a control's text says of a field; `None` when it says nothing the field can hold.
#[must_use]
pub fn understood(field: Field, text: &str) -> Option<Value> {
    let text = text.trim();
    if text.is_empty() {
        return Some(Value::Nothing);
    }
    let value = match field.kind {
        Kind::Line => Value::Line(text.to_owned()),
        Kind::Prose => Value::Prose(text.to_owned()),
        Kind::Date => Value::Date(text.parse::<Date>().ok()?),
        Kind::Moment => Value::Moment(text.replace(' ', "T").parse::<DateTime>().ok()?),
        Kind::Flag => Value::Flag(match text {
            "yes" => true,
            "no" => false,
            _ => return None,
        }),
        Kind::Number => Value::Number(text.parse().ok()?),
        Kind::Choice(_) => Value::Choice(text.to_owned()),
        // Nobody writes it.
        Kind::Frozen => return None,
    };
    field.accepts(&value).ok().map(|()| value)
}

/// What a value is called in its control: a choice's key, an ISO date.
fn control_text(value: &Value) -> String {
    match value {
        Value::Nothing => String::new(),
        Value::Line(text) | Value::Prose(text) | Value::Choice(text) => text.clone(),
        Value::Date(date) => date.to_string(),
        Value::Moment(moment) => format!("{}T{:02}:{:02}", moment.date(), moment.hour(), moment.minute()),
        Value::Flag(true) => "yes".to_owned(),
        Value::Flag(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
    }
}

/// The id of a field's control.
#[must_use]
pub fn field_id(place: &Place, field: Field) -> String {
    format!("{}-{}-{}", place.kind as u8, place.key.as_str().replace('.', "-"), field.key)
}

/// One field of one record, with its label.
#[component]
pub fn FieldEditor(
    /// The record.
    place: Place,
    /// The field.
    field: Field,
) -> impl IntoView {
    let session = Session::expect();
    let i18n = use_i18n();
    let id = field_id(&place, field);
    let label = move || field.term.in_language(language_of(i18n));
    let disputed = place.clone();
    let control = if matches!(field.kind, Kind::Prose) {
        view! { <ProseControl place field id=id.clone() /> }.into_any()
    } else {
        let value = Memo::new({
            let place = place.clone();
            move |_| session.read(|register| register.value(&place, field.key)).unwrap_or_default()
        });
        let needed = required(place.kind) == Some(field);
        let suggested = suggestions(session, &place, field);
        let send = move |value: Value| session.set(place.clone(), field, value);
        view! { <Control field id=id.clone() value disabled=Signal::derive(move || !session.editable()) on_value=send needed suggested /> }
            .into_any()
    };
    view! {
        <div class="field" class:field--wide=matches!(field.kind, Kind::Prose)>
            <label for=id>{label}</label>
            {control}
            <Disputed place=disputed field=field.key />
        </div>
    }
}

/// What a field may well say: of a treatment, the risks of its system.
fn suggestions(session: Session, place: &Place, field: Field) -> Option<Signal<Vec<String>>> {
    if place.kind != RecordKind::Treatment || field != Treatment::RISK {
        return None;
    }
    let system = place.key.root();
    Some(Signal::derive(move || {
        session.read(|register| {
            let analyses = register.risk_analyses.of(&system);
            let risks = analyses.flat_map(|(analysis, _)| register.risks.of(analysis));
            let lines = risks.filter_map(|(_, risk)| risk.event.lines().next().map(str::to_owned));
            lines.filter(|line| !line.is_empty()).collect()
        })
    }))
}

/// Why what was written in a control was not taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrong {
    /// It says nothing that the field can hold; it stays, to be mended.
    NotUnderstood,
    /// The field can't be empty, and says again what it said.
    Emptied,
}

/// The control of a field that is replaced whole.
#[component]
pub fn Control(
    /// The field.
    field: Field,
    /// The control's id, which its label names.
    id: String,
    /// What the field holds.
    #[prop(into)]
    value: Signal<Value>,
    /// Whether it can't be edited.
    #[prop(into)]
    disabled: Signal<bool>,
    /// Told each value that the field can hold.
    #[prop(into)]
    on_value: Callback<Value>,
    /// Whether it can't be emptied.
    #[prop(optional)]
    needed: bool,
    /// What it may well say, to choose from.
    #[prop(optional_no_strip)]
    suggested: Option<Signal<Vec<String>>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let wrong = RwSignal::new(None::<Wrong>);
    let text = move || control_text(&value.get());
    // What is being typed stays as it is when the value changes underneath: by another tab, or by one's own last edit.
    let typing = StoredValue::new(None::<String>);
    let typed_or_text = move || {
        let text = text();
        typing.get_value().unwrap_or(text)
    };
    let name = StoredValue::new(id.clone());
    let typed = move |text: String| {
        typing.set_value(Some(text));
        // What is said of an emptied control holds no more.
        if wrong.with_untracked(|wrong| *wrong == Some(Wrong::Emptied)) {
            wrong.set(None);
        }
        name.with_value(|name| session.holds_unsent(name, true));
    };
    let change = move |text: String| {
        typing.set_value(None);
        match understood(field, &text) {
            Some(understood) => {
                wrong.set(None);
                if understood != value.get_untracked() {
                    on_value.run(understood);
                }
            }
            None => wrong.set(Some(Wrong::NotUnderstood)),
        }
        name.with_value(|name| session.holds_unsent(name, false));
    };
    let written = move |event: leptos::ev::Event| {
        let now = event_target_value(&event);
        if needed && now.trim().is_empty() {
            typing.set_value(None);
            event_target::<web_sys::HtmlInputElement>(&event).set_value(&untrack(text));
            wrong.set(Some(Wrong::Emptied));
            name.with_value(|name| session.holds_unsent(name, false));
        } else {
            change(now);
        }
    };
    // Typed and taken back: the browser tells of no change, and what others wrote meanwhile is shown.
    let left = move |event: leptos::ev::FocusEvent| {
        if typing.with_value(Option::is_some) {
            typing.set_value(None);
            event_target::<web_sys::HtmlInputElement>(&event).set_value(&untrack(text));
            name.with_value(|name| session.holds_unsent(name, false));
        }
    };
    on_cleanup(move || name.with_value(|name| session.holds_unsent(name, false)));
    let error_id = format!("{id}-error");
    let described = error_id.clone();
    let described_by = move || wrong.get().map(|_| described.clone());
    let control = match field.kind {
        Kind::Choice(choices) => {
            let options = choices.iter().map(|choice| {
                let (key, term) = (choice.key, choice.term);
                view! {
                    <option value=key selected=move || text() == key>
                        {move || term.in_language(language_of(i18n))}
                    </option>
                }
            });
            view! {
                <select id=id prop:value=text disabled=disabled on:change=move |event| change(event_target_value(&event))>
                    <option value="" selected=move || text().is_empty()>{t!(i18n, common.not_chosen)}</option>
                    {options.collect_view()}
                </select>
            }
            .into_any()
        }
        Kind::Flag => view! {
            <select id=id prop:value=text disabled=disabled on:change=move |event| change(event_target_value(&event))>
                <option value="" selected=move || text().is_empty()>{t!(i18n, common.not_chosen)}</option>
                <option value="yes" selected=move || text() == "yes">{t!(i18n, common.yes)}</option>
                <option value="no" selected=move || text() == "no">{t!(i18n, common.no)}</option>
            </select>
        }
        .into_any(),
        kind => {
            let (input_type, mode) = match kind {
                Kind::Date => ("date", "none"),
                Kind::Moment => ("datetime-local", "none"),
                Kind::Number => ("text", "numeric"),
                _ => ("text", "text"),
            };
            let list = suggested.map(|_| format!("{id}-list"));
            let offered = list.clone().zip(suggested).map(|(list, suggested)| {
                let option = |text: String| view! { <option value=text></option> };
                view! { <datalist id=list>{move || suggested.get().into_iter().map(option).collect_view()}</datalist> }
            });
            view! {
                <input
                    id=id
                    list=list
                    type=input_type
                    inputmode=(mode != "none").then_some(mode)
                    autocomplete="off"
                    prop:value=typed_or_text
                    disabled=disabled
                    aria-required=needed.then_some("true")
                    aria-invalid=move || (wrong.get() == Some(Wrong::NotUnderstood)).then_some("true")
                    aria-describedby=described_by
                    on:input=move |event| typed(event_target_value(&event))
                    on:change=written
                    on:blur=left
                />
                {offered}
            }
            .into_any()
        }
    };
    view! {
        {control}
        <p class="field__error" id=error_id role="alert" hidden=move || wrong.get().is_none()>
            {move || match wrong.get() {
                Some(Wrong::Emptied) => t_string!(i18n, common.needed),
                _ => t_string!(i18n, common.not_understood),
            }}
        </p>
    }
}

/// The text of one field as this person sees it, and what it grew out of.
#[derive(Clone, Default)]
struct Draft {
    /// What the document held when the text was last the same as there.
    synced: String,
    /// The document's state then.
    seen: Seen,
    /// What is on its way to the document.
    sent: Option<String>,
}

/// The control of a text that several may write in at once. What others write appears while one types, and stays.
#[component]
pub fn ProseControl(
    /// The record.
    place: Place,
    /// The field.
    field: Field,
    /// The control's id, which its label names.
    id: String,
    /// How many rows it shows at least.
    #[prop(default = 3)]
    rows: u32,
) -> impl IntoView {
    let session = Session::expect();
    let stored = Memo::new({
        let place = place.clone();
        move |_| match session.read(|register| register.value(&place, field.key)) {
            Some(Value::Prose(text)) => text,
            _ => String::new(),
        }
    });
    let name = StoredValue::new(id.clone());
    let unsent = move |unsent: bool| {
        // The form may be gone from the page by now.
        let _ = name.try_with_value(|name| session.holds_unsent(name, unsent));
    };
    let text = RwSignal::new(stored.get_untracked());
    let draft = StoredValue::new(Draft { synced: stored.get_untracked(), seen: session.seen(), sent: None });
    let textarea = NodeRef::<Textarea>::new();

    // The document's text changed: by somebody else, or by what was sent from here.
    let take_in = move |merged: String, base: String| {
        let local = text.get_untracked();
        let mine = rebase(&base, &local, &merged);
        if mine != local {
            let area = textarea.get_untracked();
            let from = area.as_ref().and_then(|area| area.selection_start().ok().flatten());
            let to = area.as_ref().and_then(|area| area.selection_end().ok().flatten());
            text.set(mine.clone());
            if let (Some(area), Some(from), Some(to)) = (area, from, to) {
                area.set_value(&mine);
                let (from, to) = (moved_caret(from, &local, &mine), moved_caret(to, &local, &mine));
                // Refused only while the control is gone.
                let _ = area.set_selection_range(from, to);
            }
        }
        draft.update_value(|draft| {
            draft.synced = merged;
            draft.seen = session.seen();
            draft.sent = None;
        });
    };

    // What was typed while other words were on their way, when the form left the page.
    let left_over = Arc::new(Mutex::new(None::<String>));
    let leave = Arc::clone(&left_over);
    let send = StoredValue::new(Callback::new(|()| {}));
    send.set_value(Callback::new(move |()| {
        let local = text.get_untracked();
        let (unchanged, busy, seen) =
            draft.with_value(|draft| (draft.synced == local, draft.sent.is_some(), draft.seen.clone()));
        if unchanged || busy || !session.editable() {
            unsent(busy && !unchanged && draft.with_value(|draft| draft.sent.as_ref() != Some(&local)));
            return;
        }
        draft.update_value(|draft| draft.sent = Some(local.clone()));
        let command = Command::Write { place: place.clone(), field: field.key.to_owned(), text: local.clone(), seen };
        let (place, left_over) = (place.clone(), Arc::clone(&left_over));
        session.send_then(command, move |answer| {
            let Some(merged) = stored.try_get_untracked() else {
                // The form is gone from the page: its last words go by themselves.
                let words = left_over.lock().ok().and_then(|mut words| words.take());
                if let (Some(words), Answer::Done) = (words, answer) {
                    let now = session.picture.with_untracked(|picture| picture.register.value(&place, field.key));
                    let now = if let Some(Value::Prose(now)) = now { now } else { String::new() };
                    session.write(place, field, rebase(&local, &words, &now), session.seen());
                }
                return;
            };
            if matches!(answer, Answer::Refused(_)) {
                draft.update_value(|draft| draft.sent = None);
                return;
            }
            take_in(merged, local);
            // What was typed meanwhile goes next.
            send.get_value().run(());
        });
        unsent(false);
    }));

    Effect::new(move |_| {
        let merged = stored.get();
        let (in_flight, base) = draft.with_value(|draft| (draft.sent.is_some(), draft.synced.clone()));
        if !in_flight {
            take_in(merged, base);
        }
    });

    let timer = StoredValue::new(None::<TimeoutHandle>);
    let typed = move |typed: String| {
        text.set(typed);
        unsent(true);
        if let Some(timer) = timer.get_value() {
            timer.clear();
        }
        let rested = set_timeout_with_handle(move || send.get_value().run(()), REST).ok();
        timer.set_value(rested);
    };
    let now = move || {
        if let Some(timer) = timer.get_value() {
            timer.clear();
        }
        send.get_value().run(());
    };
    on_cleanup(move || {
        now();
        let local = text.get_untracked();
        let waits = draft.with_value(|draft| draft.sent.as_ref().is_some_and(|sent| *sent != local));
        if waits && let Ok(mut words) = leave.lock() {
            *words = Some(local);
        }
        unsent(false);
    });
    let leaving = window_event_listener(leptos::ev::pagehide, move |_| now());
    on_cleanup(move || leaving.remove());

    view! {
        <textarea
            id=id
            rows=rows
            node_ref=textarea
            prop:value=move || text.get()
            disabled=move || !session.editable()
            on:input=move |event| typed(event_target_value(&event))
            on:blur=move |_| now()
        ></textarea>
    }
}

/// A new key for a record that belongs to `owner`.
#[must_use]
pub fn key_below(owner: &crate::register::Key) -> crate::register::Key {
    owner.child(&device::new_key())
}
