//! Where one comes in: with a code, to a workshop that this device holds, or to begin one.

use leptos::prelude::*;
use leptos_router::components::A;

use super::by_camera::ByCamera;
use super::table::{Table, forget, kept};
use super::{PLACE, example};
use crate::browser::device;
use crate::browser::keeper::protocol::{Founding, Request};
use crate::catalogue::agenda;
use crate::exchange::example::ORGANISATION;
use crate::register::Key;
use crate::register::workshop::Join;
use crate::ui::parts::confirm::Confirm;
use crate::ui::parts::language::LanguageChoice;
use crate::ui::parts::method::use_method;
use crate::ui::session::{Answer, Session, Standing};
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{clock, language_of};

/// The door.
#[component]
pub fn Door() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let has_register = move || session.standing.with(|standing| *standing != Standing::Nothing);
    view! {
        <h1>{t!(i18n, workshop.title)}</h1>
        <LanguageChoice small=true />
        <section class="card">
            <h2>{t!(i18n, workshop.join)}</h2>
            <ByCode />
        </section>
        <HeldHere />
        <TryIt />
        <p>
            <A href="/">
                {move || if has_register() { t_string!(i18n, workshop.to_register) } else { t_string!(i18n, workshop.to_start) }}
            </A>
        </p>
    }
}

/// A form for the code on the wall.
#[component]
fn ByCode() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let code = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let come_in = move |typed: String| {
        if typed.trim().is_empty() {
            return;
        }
        busy.set(true);
        table.refusal.set(None);
        // A whole link is as good.
        let request = |ticket| {
            if typed.contains('#') { Request::Join(ticket, typed) } else { Request::JoinByCode(ticket, typed) }
        };
        table.ask(request, move |_| _ = busy.try_set(false));
    };
    let join = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        come_in(code.get_untracked());
    };
    view! {
        <p class="soft">{t!(i18n, workshop.join_about)}</p>
        <form class="new-row" on:submit=join aria-busy=move || busy.get().to_string()>
            <div class="field">
                <label for="code">{t!(i18n, workshop.code)}</label>
                <input
                    id="code"
                    class="code-input"
                    autocomplete="off"
                    autocapitalize="characters"
                    spellcheck="false"
                    placeholder="XXXX-XXXX-XXXX"
                    bind:value=code
                />
            </div>
            <button class="button button--main" disabled=busy>{t!(i18n, workshop.come_in)}</button>
        </form>
        <ByCamera found=Callback::new(come_in) />
    }
}

/// The workshops that this device holds.
#[component]
pub fn HeldHere() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let list = RwSignal::new(kept());
    let going = RwSignal::new(None::<String>);
    let asked = RwSignal::new(false);
    let remove = move |()| {
        let Some(name) = going.get_untracked() else { return };
        // A keeper of its own, for as long as it takes.
        let table = Table::start(session);
        let gone = name.clone();
        table.ask(
            |ticket| Request::Take(ticket, name),
            move |_| {
                table.ask(Request::Forget, move |answer| {
                    if matches!(answer, Answer::Done) {
                        forget(&gone);
                        list.try_set(kept());
                    }
                    table.end();
                });
            },
        );
    };
    let row = move |one: super::table::Kept| {
        let address = format!("{PLACE}/{}", one.name);
        let when = clock(device::local_time_of(one.begun));
        let name = one.name.clone();
        let title = one.title.clone();
        let label = {
            let title = title.clone();
            move || t_string!(i18n, workshop.remove_one, name = title.clone()).to_string()
        };
        view! {
            <li class="held__row">
                // A page of its own: the workshop's keeper begins anew there.
                <a class="held__name" href=address rel="external">{title}</a>
                <span class="soft">
                    {when} " · "
                    {move || if one.ended { t_string!(i18n, workshop.over) } else { t_string!(i18n, workshop.going_on) }}
                </span>
                <button
                    type="button"
                    class="button button--plain"
                    aria-label=label
                    on:click=move |_| {
                        going.set(Some(name.clone()));
                        asked.set(true);
                    }
                >
                    {t!(i18n, common.remove)}
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || list.with(|list| !list.is_empty())>
            <section class="card">
                <h2>{t!(i18n, workshop.held_here)}</h2>
                <ul class="held-list">{move || list.get().into_iter().map(row).collect_view()}</ul>
            </section>
        </Show>
        <Confirm
            open=asked
            question=Signal::derive(move || t_string!(i18n, workshop.remove_question).to_owned())
            yes=Signal::derive(move || t_string!(i18n, common.remove).to_owned())
            on_yes=remove
        />
    }
}

/// With the example in the register: its workshop, under way, for whoever wants to try alone.
#[component]
fn TryIt() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let table = Table::expect();
    let busy = RwSignal::new(false);
    let is_example = Memo::new(move |_| session.read(|register| register.organisation().name == ORGANISATION));
    let begin = move |_| {
        busy.set(true);
        let language = untrack(|| language_of(i18n));
        let leader = t_string!(i18n, workshop.role_leader).to_owned();
        untrack(|| session.read(|register| example::begin(table, register, language, leader)));
    };
    view! {
        <Show when=move || is_example.get()>
            <section class="card">
                <h2>{t!(i18n, workshop.try_it)}</h2>
                <p class="soft">{t!(i18n, workshop.try_about)}</p>
                <button type="button" class="button" disabled=busy on:click=begin>{t!(i18n, workshop.try_it)}</button>
            </section>
        </Show>
    }
}

/// Beginning a workshop about a system of the register.
#[component]
pub fn Begin(system: Key) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let table = Table::expect();
    let method = use_method();
    let busy = RwSignal::new(false);
    let (role, name) = session.author.with_untracked(|author| (author.role.clone(), author.name.clone()));
    let role = RwSignal::new(if role.is_empty() { t_string!(i18n, workshop.role_leader).to_owned() } else { role });
    let name = RwSignal::new(name);
    let system = StoredValue::new(system);
    let found = Memo::new(move |_| {
        let language = language_of(i18n);
        let found = system.with_value(|system| {
            method.with(|method| session.read(|register| agenda(register, method, system, language)))
        });
        found.map(|found| (found.about.name, found.sets.into_iter().map(|set| set.name).collect::<Vec<_>>()))
    });
    let begin = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let language = untrack(|| language_of(i18n));
        let agenda = system.with_value(|system| {
            untrack(|| method.with(|method| session.read(|register| agenda(register, method, system, language))))
        });
        let Some(agenda) = agenda.filter(|_| !role.with_untracked(|role| role.trim().is_empty())) else {
            return;
        };
        busy.set(true);
        let join = Join {
            role: role.get_untracked().trim().to_owned(),
            name: name.get_untracked().trim().to_owned(),
            observer: false,
        };
        let founding = Founding { about: agenda.about.clone(), agenda: agenda.said(), join };
        table.ask(|ticket| Request::Found(ticket, Box::new(founding)), move |_| _ = busy.try_set(false));
    };
    view! {
        <h1>{t!(i18n, workshop.begin_title)}</h1>
        {move || match found.get() {
            None => view! {
                <p role="status">{t!(i18n, workshop.no_system)}</p>
                <p><A href="/system">{t!(i18n, nav.systems)}</A></p>
            }
            .into_any(),
            Some((name_of_system, sets)) => view! {
                <form class="card" on:submit=begin aria-busy=move || busy.get().to_string()>
                    <h2>{name_of_system}</h2>
                    <p class="soft">{t!(i18n, workshop.begin_about)}</p>
                    <p>{t!(i18n, workshop.begin_sets)}</p>
                    <ul class="reasons">{sets.into_iter().map(|set| view! { <li>{set}</li> }).collect_view()}</ul>
                    <div class="fields">
                        <div class="field">
                            <label for="role">{t!(i18n, workshop.role)}</label>
                            <input id="role" required maxlength="100" bind:value=role />
                        </div>
                        <div class="field">
                            <label for="name">{t!(i18n, workshop.name)}</label>
                            <input id="name" maxlength="100" autocomplete="name" bind:value=name />
                        </div>
                    </div>
                    <div class="actions">
                        <button class="button button--main" disabled=busy>{t!(i18n, workshop.begin)}</button>
                    </div>
                </form>
            }
            .into_any(),
        }}
        <HeldHere />
        <p><A href="/">{t!(i18n, workshop.to_register)}</A></p>
    }
}
