//! Before there is a register, and when there can't be one.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::browser::device;
use crate::browser::keeper::protocol::Request;
use crate::register::{Organisation, organisation_place};
use crate::ui::pages::settings::relay::{Invited, Paste};
use crate::ui::parts::confirm::Confirm;
use crate::ui::parts::language::LanguageChoice;
use crate::ui::parts::register_file::OpenFile;
use crate::ui::session::{Answer, Session};
use crate::ui::words::i18n::{t, t_string, use_i18n};

/// While the register is being opened.
#[component]
pub fn Opening() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <main class="start" aria-busy="true">
            <p class="start__name">"Klassrum"</p>
            <p class="soft">{t!(i18n, start.opening)}</p>
        </main>
    }
}

/// The first visit: begin a register, open one, or try with the example.
#[component]
pub fn Start() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let name = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);

    let create = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        session.ask(Request::Create, |_| {});
        let name = name.get_untracked().trim().to_owned();
        if !name.is_empty() {
            session.set(organisation_place(), Organisation::NAME, crate::register::Value::Line(name));
        }
        session.ask_to_keep();
    };
    let example = move |_| {
        busy.set(true);
        session.ask_to_keep();
        super::import::load_example(session, move |problem| {
            busy.try_set(false);
            error.try_set(problem);
        });
    };
    view! {
        <main class="start">
            <h1 class="start__name">"Klassrum"</h1>
            <LanguageChoice small=true />
            <p class="start__lead">{t!(i18n, start.lead)}</p>
            <Show when=move || error.with(Option::is_some)>
                <p class="notice notice--bad" role="alert">{move || error.get()}</p>
            </Show>
            <Invited />
            <div class="start__ways" aria-busy=move || busy.get().to_string()>
                <form class="card" on:submit=create>
                    <h2>{t!(i18n, start.create)}</h2>
                    <p class="soft">{t!(i18n, start.create_about)}</p>
                    <div class="field">
                        <label for="organisation">{t!(i18n, start.organisation)}</label>
                        <input id="organisation" autocomplete="organization" bind:value=name />
                    </div>
                    <button class="button button--main" disabled=busy>{t!(i18n, start.create)}</button>
                </form>
                <section class="card">
                    <h2>{t!(i18n, start.open)}</h2>
                    <p class="soft">{t!(i18n, start.open_about)}</p>
                    <OpenFile first=true />
                </section>
                <section class="card">
                    <h2>{t!(i18n, start.example)}</h2>
                    <p class="soft">{t!(i18n, start.example_about)}</p>
                    <button type="button" class="button" on:click=example disabled=busy>
                        {t!(i18n, start.example)}
                    </button>
                </section>
            </div>
            <Paste />
            <p><A href=super::workshop::PLACE attr:class="button">{t!(i18n, workshop.join)}</A> <span class="soft">{t!(i18n, workshop.about_start)}</span></p>
            <p class="soft" role="status">{move || busy.get().then(|| t_string!(i18n, start.working))}</p>
        </main>
    }
}

/// The register is there but can't be opened: never an empty one in its place.
#[component]
pub fn CannotOpen(
    /// What stood in the way.
    why: String,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let asked = RwSignal::new(false);
    let saved = RwSignal::new(None::<String>);
    let none = RwSignal::new(false);
    let salvage = move |_| {
        session.ask(Request::Salvage, move |answer| match answer {
            Answer::Saved(bytes) => {
                let name = format!("klassrum-{}.automerge", device::today());
                device::download(&name, "application/octet-stream", &bytes);
                none.try_set(false);
                saved.try_set(Some(name));
            }
            _ => {
                none.try_set(true);
            }
        });
    };
    view! {
        <main class="start">
            <h1>{t!(i18n, start.cannot_open)}</h1>
            <p role="alert">{t!(i18n, start.cannot_open_about)}</p>
            <p class="soft">{why}</p>
            <a class="button button--main" href="/">{t!(i18n, start.again)}</a>
            <section class="card">
                <h2>{t!(i18n, start.salvage)}</h2>
                <p class="soft">{t!(i18n, start.salvage_about)}</p>
                <div class="actions">
                    <button type="button" class="button" on:click=salvage>{t!(i18n, start.salvage)}</button>
                    <button type="button" class="button button--danger" on:click=move |_| asked.set(true)>
                        {t!(i18n, settings.forget)}
                    </button>
                </div>
                <p role="status">{move || saved.get().map(|name| t_string!(i18n, start.salvaged, name = name).to_string())}</p>
                <p class="field__error" role="alert" hidden=move || !none.get()>{t!(i18n, start.salvage_none)}</p>
                <Confirm
                    open=asked
                    question=Signal::derive(move || t_string!(i18n, start.forget_question).to_owned())
                    yes=Signal::derive(move || t_string!(i18n, settings.forget).to_owned())
                    on_yes=move |()| session.ask(Request::Forget, |_| {})
                />
            </section>
        </main>
    }
}

/// The keeper is gone.
#[component]
pub fn Lost() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <main class="start">
            <h1>{t!(i18n, start.lost)}</h1>
            <p role="alert">{t!(i18n, start.lost_about)}</p>
            <a class="button button--main" href="/">{t!(i18n, start.again)}</a>
        </main>
    }
}

/// An address that leads nowhere.
#[component]
pub fn NoSuchPage() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <h1>{t!(i18n, start.no_page)}</h1>
        <p><a href="/">{t!(i18n, nav.overview)}</a></p>
    }
}
