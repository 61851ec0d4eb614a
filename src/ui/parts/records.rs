//! The records that belong to another, as a list that opens: a plan's actions, an analysis's risks.

use leptos::prelude::*;

use super::changed::Changed;
use super::confirm::Confirm;
use super::disputed::DisputedRecord;
use super::fields::{FieldEditor, key_below, shown};
use super::history::History;
use super::incident_links::LinkedIncidents;
use crate::register::command::required;
use crate::register::{Command, Field, Key, Place, RecordKind, Value};
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{language_of, term};

/// The list, with a way to add one.
#[component]
pub fn Records(
    /// What kind they are.
    kind: RecordKind,
    /// What they belong to.
    owner: Key,
    /// The fields shown while a record is closed, the first as its name.
    summary: &'static [Field],
    /// What an empty list says.
    #[prop(into)]
    empty: Signal<String>,
    /// More about each record, below its fields.
    #[prop(optional, into)]
    more: Option<Callback<Key, AnyView>>,
    /// The fields that stand in `more` instead of in the form.
    #[prop(optional)]
    without: &'static [Field],
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let owner = StoredValue::new(owner);
    let keys = Memo::new(move |_| owner.with_value(|owner| session.read(|register| register.keys(kind, Some(owner)))));
    let name = RwSignal::new(String::new());
    let opened = RwSignal::new(None::<Key>);
    let named = required(kind);
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = name.get_untracked().trim().to_owned();
        let mut fields = Vec::new();
        match named {
            Some(_) if text.is_empty() => return,
            Some(field) => fields.push((field.key.to_owned(), Value::Line(text))),
            None => {}
        }
        let key = owner.with_value(key_below);
        session.send(Command::Add { place: Place { kind, key: key.clone() }, fields });
        name.set(String::new());
        opened.set(Some(key));
    };
    let id = format!("new-{}-{}", kind as u8, owner.with_value(|owner| owner.as_str().replace('.', "-")));
    let adding = term(kind_term(kind));
    let new_name = {
        let id = id.clone();
        named.map(|field| {
            let label = term(field.term);
            view! {
                <div class="field">
                    <label for=id.clone()>{label}</label>
                    <input id=id autocomplete="off" bind:value=name />
                </div>
            }
        })
    };
    view! {
        <Show when=move || keys.with(Vec::is_empty)>
            <p class="soft">{move || empty.get()}</p>
        </Show>
        <ul class="records">
            <For each=move || keys.get() key=|key| key.clone() let(key)>
                <RecordItem place=Place { kind, key } summary opened more without />
            </For>
        </ul>
        <Show when=move || session.editable()>
            <form class="records__new" on:submit=add>
                {new_name.clone()}
                <button class="button">{t!(i18n, common.add)} ": " {move || adding().to_lowercase()}</button>
            </form>
        </Show>
    }
}

fn kind_term(kind: RecordKind) -> crate::register::Term {
    crate::register::Choose::term(kind)
}

/// One record: its summary, and its fields when it is opened.
#[component]
fn RecordItem(
    place: Place,
    summary: &'static [Field],
    opened: RwSignal<Option<Key>>,
    more: Option<Callback<Key, AnyView>>,
    without: &'static [Field],
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let asked = RwSignal::new(false);
    let open = RwSignal::new(opened.get_untracked().as_ref() == Some(&place.key));
    let place = StoredValue::new(place);
    let value = move |field: Field| {
        let value = place.with_value(|place| session.read(|register| register.value(place, field.key)));
        value.map(|value| shown(field, &value, language_of(i18n))).unwrap_or_default()
    };
    let name = move || {
        let name = summary.first().map(|field| value(*field)).unwrap_or_default();
        if name.is_empty() {
            kind_term(place.with_value(|place| place.kind)).in_language(language_of(i18n)).to_owned()
        } else {
            name
        }
    };
    let rest = move || {
        summary
            .iter()
            .skip(1)
            .map(|field| value(*field))
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    };
    let fields = move || {
        place.with_value(|place| {
            place
                .kind
                .fields()
                .iter()
                .filter(|field| !without.contains(field))
                .map(|field| view! { <FieldEditor place=place.clone() field=*field /> })
                .collect_view()
        })
    };
    let remove = move |()| session.send(Command::Remove { place: place.get_value() });
    view! {
        <li class="record">
            <button
                type="button"
                class="record__head"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <span class="record__name">{name}<Changed place=place.get_value() /><DisputedRecord place=place.get_value() within=true /></span>
                <span class="soft">{rest}</span>
            </button>
            <Show when=move || open.get()>
                <div class="record__body">
                    <div class="fields">{fields}</div>
                    {more.map(|more| more.run(place.with_value(|place| place.key.clone())))}
                    <LinkedIncidents place=place.get_value() />
                    <History place=place.get_value() within=true />
                    <div class="actions">
                        <button
                            type="button"
                            class="button button--plain"
                            disabled=move || !session.editable()
                            on:click=move |_| asked.set(true)
                        >
                            {t!(i18n, common.remove)}
                        </button>
                    </div>
                    <Confirm
                        open=asked
                        question=Signal::derive(move || format!("{} ”{}”?", t_string!(i18n, common.remove), name()))
                        yes=Signal::derive(move || t_string!(i18n, common.remove).to_owned())
                        on_yes=remove
                    />
                </div>
            </Show>
        </li>
    }
}
