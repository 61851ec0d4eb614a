//! A workshop: the door where one comes in, and the table with what everybody looks at. Stands outside the register's
//! frame, as most who come have no register.

mod by_camera;
mod decide;
mod door;
mod example;
mod frame;
mod measures;
mod minutes;
mod next_system;
mod people;
mod projector;
mod question;
mod records;
mod risks;
mod sets;
mod summary;
pub mod table;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

use self::door::{Begin, Door};
use self::frame::Frame;
use self::people::SitDown;
use self::projector::Projector;
use self::table::{Standing, Table};
use crate::register::Key;
use crate::ui::session::Session;
use crate::ui::shell::Refused;
use crate::ui::words::i18n::{t, t_string, use_i18n};

/// Where every workshop's address begins.
pub use crate::browser::keeper::WORKSHOP_PLACE as PLACE;

/// The page.
#[component]
pub fn WorkshopPage() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let table = Table::provide();
    let location = use_location();
    let navigate = use_navigate();
    let query = use_query_map();
    let named = Memo::new(move |_| {
        let path = location.pathname.get();
        let name = path.trim_end_matches('/').strip_prefix(PLACE).and_then(|rest| rest.strip_prefix('/'));
        name.map(str::to_owned)
    });
    let on_wall = Memo::new(move |_| query.with(|query| query.get("storbild").is_some()));
    let system = Memo::new(move |_| query.with(|query| query.get("system").as_deref().and_then(Key::parse)));
    // Who came by a link is let in; who came by an address opens what is here.
    if let Some(link) = session.invitation.get_untracked() {
        session.invitation.set(None);
        table.join(link);
    } else if let Some(name) = named.get_untracked() {
        table.take(name);
    }
    // Once it is known which workshop it is, its address says so: a reload comes back to it.
    let name = Memo::new(move |_| table.view.with(|view| view.as_ref().map(|view| view.name.clone())));
    Effect::new(move |_| {
        if let Some(name) = name.get()
            && named.get_untracked().as_deref() != Some(name.as_str())
        {
            navigate(&format!("{PLACE}/{name}"), NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
    let title = Memo::new(move |_| table.system());
    Effect::new(move |_| {
        let page = t_string!(i18n, workshop.title);
        document().set_title(&match title.get() {
            Some(system) => format!("{page}: {system} – Klassrum"),
            None => format!("{page} – Klassrum"),
        });
    });
    let sits = Memo::new(move |_| table.view.with(|view| view.as_ref().is_some_and(|view| !view.here.is_empty())));
    let problem = move |heading: &'static str, about: &'static str, why: String| {
        view! {
            <main class="start">
                <h1>{heading}</h1>
                <p role="alert">{about}</p>
                <p class="soft">{why}</p>
                <a class="button button--main" href=PLACE rel="external">{t!(i18n, workshop.door)}</a>
            </main>
        }
        .into_any()
    };
    move || match table.standing.get() {
        Standing::None => {
            let inside = match system.get() {
                Some(system) => view! { <Begin system /> }.into_any(),
                None => view! { <Door /> }.into_any(),
            };
            view! {
                <main class="start" id="main">
                    <Refused refusal=table.refusal />
                    {inside}
                </main>
            }
            .into_any()
        }
        Standing::Opening => view! {
            <main class="start" aria-busy="true">
                <p class="start__name">"Klassrum"</p>
                <p class="soft" role="status">{t!(i18n, workshop.opening)}</p>
            </main>
        }
        .into_any(),
        Standing::Open if on_wall.get() => view! { <Projector /> }.into_any(),
        Standing::Open if sits.get() => view! { <Frame /> }.into_any(),
        Standing::Open => view! { <SitDown /> }.into_any(),
        Standing::NotHere => {
            problem(t_string!(i18n, workshop.not_here), t_string!(i18n, workshop.not_here_about), String::new())
        }
        Standing::CannotOpen(why) => {
            problem(t_string!(i18n, start.cannot_open), t_string!(i18n, start.cannot_open_about), why)
        }
        Standing::Lost => problem(t_string!(i18n, start.lost), t_string!(i18n, start.lost_about), String::new()),
    }
}
