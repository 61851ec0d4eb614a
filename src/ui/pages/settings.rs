//! Whose register it is, who writes here, how it looks, where it is kept and how to take a copy of it.

mod copy;
pub mod relay;

use leptos::prelude::*;
use leptos::task::spawn_local;

use self::copy::Copy;
use crate::browser::device::{self, Keeping};
use crate::browser::keeper::protocol::Request;
use crate::document::Author;
use crate::register::{RecordKind, organisation_place};
use crate::ui::parts::confirm::Confirm;
use crate::ui::parts::fields::FieldEditor;
use crate::ui::parts::history::History;
use crate::ui::parts::language::LanguageChoice;
use crate::ui::parts::past_day::PastDay;
use crate::ui::parts::register_file::OpenFile;
use crate::ui::session::Session;
use crate::ui::shell::{self, Heading};
use crate::ui::words::i18n::{t, t_string, use_i18n};

/// The page.
#[component]
pub fn Settings() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Heading title=Signal::derive(move || t_string!(i18n, nav.settings).to_owned()) />
        <section class="card">
            <h2>{t!(i18n, settings.organisation)}</h2>
            <div class="fields">
                {RecordKind::Organisation.fields().iter().map(|field| view! {
                    <FieldEditor place=organisation_place() field=*field />
                }).collect_view()}
            </div>
            <History place=organisation_place() within=true />
        </section>
        <You />
        <Look />
        <relay::Relay />
        <Copy />
        <section class="card" id="registret-per">
            <h2>{t!(i18n, past.card)}</h2>
            <PastDay />
        </section>
        <Merge />
        <Device />
    }
}

/// Who writes here: a role, and a name if one wants to.
#[component]
fn You() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let author = session.author;
    let sign = move |change: &dyn Fn(&mut Author)| {
        let mut signed = author.get_untracked();
        change(&mut signed);
        session.sign_as(signed);
    };
    view! {
        <section class="card">
            <h2>{t!(i18n, settings.you)}</h2>
            <p class="soft">{t!(i18n, settings.you_about)}</p>
            <div class="fields">
                <div class="field">
                    <label for="you-role">{t!(i18n, settings.role)}</label>
                    <input
                        id="you-role"
                        autocomplete="organization-title"
                        maxlength="100"
                        prop:value=move || author.with(|author| author.role.clone())
                        on:change=move |event| {
                            let role = event_target_value(&event).trim().to_owned();
                            sign(&|author: &mut Author| author.role.clone_from(&role));
                        }
                    />
                </div>
                <div class="field">
                    <label for="you-name">{t!(i18n, settings.name)}</label>
                    <input
                        id="you-name"
                        autocomplete="name"
                        maxlength="100"
                        prop:value=move || author.with(|author| author.name.clone())
                        on:change=move |event| {
                            let name = event_target_value(&event).trim().to_owned();
                            sign(&|author: &mut Author| author.name.clone_from(&name));
                        }
                    />
                </div>
            </div>
        </section>
    }
}

/// The screen's language and whether it is light or dark.
#[component]
fn Look() -> impl IntoView {
    let i18n = use_i18n();
    let theme = RwSignal::new(device::preference("theme").unwrap_or_default());
    let shade = move |choice: &'static str, name: Signal<String>| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="theme"
                    prop:checked=move || theme.with(|theme| theme == choice)
                    on:change=move |_| {
                        theme.set(choice.to_owned());
                        device::prefer("theme", choice);
                        shell::show_theme(choice);
                    }
                />
                <span>{move || name.get()}</span>
            </label>
        }
    };
    view! {
        <section class="card">
            <h2>{t!(i18n, settings.look)}</h2>
            <div class="choices">
                <LanguageChoice />
                <fieldset>
                    <legend>{t!(i18n, settings.theme)}</legend>
                    {shade("light", Signal::derive(move || t_string!(i18n, settings.light).to_owned()))}
                    {shade("dark", Signal::derive(move || t_string!(i18n, settings.dark).to_owned()))}
                    {shade("", Signal::derive(move || t_string!(i18n, settings.as_device).to_owned()))}
                </fieldset>
            </div>
        </section>
    }
}

/// Opening a register file: first what it would change, then the change.
#[component]
fn Merge() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <section class="card" id="registerfil">
            <h2>{t!(i18n, settings.open)}</h2>
            <p class="soft">{t!(i18n, settings.open_about)}</p>
            <OpenFile />
        </section>
    }
}

/// What the browser promises about what is kept here, and how to remove it.
#[component]
fn Device() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let keeping = RwSignal::new(None::<Keeping>);
    spawn_local(async move {
        let promise = device::keeping().await;
        keeping.try_set(Some(promise));
    });
    let ask = move |_| {
        spawn_local(async move {
            let promise = device::ask_to_keep().await;
            keeping.try_set(Some(promise));
        });
    };
    let promise = move || match keeping.get() {
        None => "",
        Some(Keeping::Persistent) => t_string!(i18n, settings.persistent),
        Some(Keeping::BestEffort) => t_string!(i18n, settings.best_effort),
        Some(Keeping::Unknown) => t_string!(i18n, settings.unknown),
    };
    let asked = RwSignal::new(false);
    let forget = move |()| {
        session.ask(Request::Forget, |_| {});
        device::prefer("backup", "");
    };
    view! {
        <section class="card" id="enheten">
            <h2>{t!(i18n, settings.device)}</h2>
            <p role="status">{promise}</p>
            <Show when=move || keeping.get() == Some(Keeping::BestEffort)>
                <div class="actions">
                    <button type="button" class="button" on:click=ask>{t!(i18n, settings.ask_to_keep)}</button>
                </div>
            </Show>
            <p>
                {move || if device::is_secure() {
                    t_string!(i18n, settings.secure)
                } else {
                    t_string!(i18n, settings.not_secure)
                }}
            </p>
            <h3>{t!(i18n, settings.forget)}</h3>
            <p class="soft">{t!(i18n, settings.forget_about)}</p>
            <div class="actions">
                <button type="button" class="button button--danger" on:click=move |_| asked.set(true)>
                    {t!(i18n, settings.forget)}
                </button>
            </div>
            <Confirm
                open=asked
                question=Signal::derive(move || {
                    let latest = match device::preference("backup").filter(|day| !day.is_empty()) {
                        Some(day) => t_string!(i18n, settings.copy_latest, day = day).to_string(),
                        None => t_string!(i18n, settings.copy_never).to_owned(),
                    };
                    asked.track();
                    format!("{} {latest}", t_string!(i18n, settings.forget_question))
                })
                yes=Signal::derive(move || t_string!(i18n, settings.forget).to_owned())
                on_yes=forget
            />
        </section>
    }
}
