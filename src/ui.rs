//! What a person sees: the session, the pages, their parts and their words. Wasm only.
//!
//! Start at [`session::Session`], which every page reads and edits through, and at [`App`], the table of pages. Nothing
//! here touches an Automerge document, and no text from a file or a register is ever markup.

pub mod later;
pub mod pages;
pub mod parts;
pub mod session;
pub mod shell;
pub mod waiting;
pub mod words;

use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::path;

use self::later::{Fetched, Later};
use self::pages::*;
use self::session::{Session, Standing};
use self::shell::Shell;
use self::words::i18n::{I18nContextProvider, I18nSubContextProvider};
use crate::browser::device;
use crate::browser::offline;

/// Puts the app into the page. `later` fetches the pages that are not in its first module.
pub fn mount(later: Later) {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(move || view! { <App later /> });
}

/// The whole app.
#[component]
pub fn App(
    /// How the pages are fetched that are not in the first module.
    later: Later,
) -> impl IntoView {
    let theme = device::preference("theme").unwrap_or_default();
    shell::show_theme(&theme);
    view! {
        // The outer context follows the browser's languages; the inner one is Swedish until somebody has chosen.
        <I18nContextProvider set_lang_attr_on_html=false set_dir_attr_on_html=false>
            <I18nSubContextProvider initial_locale=Signal::stored(words::preferred())>
                <Pages later />
            </I18nSubContextProvider>
        </I18nContextProvider>
    }
}

#[component]
fn Pages(
    /// How the pages are fetched that are not in the first module.
    later: Later,
) -> impl IntoView {
    words::name_language();
    Session::provide();
    if offline::started_from_kept() {
        later.fetch_when_calm();
    }
    view! {
        <Router>
            <Rooms later />
        </Router>
    }
}

/// What the address leads to: a workshop, which most who come to have no register for, or the register.
#[component]
fn Rooms(
    /// How the pages are fetched that are not in the first module.
    later: Later,
) -> impl IntoView {
    let path = use_location().pathname;
    let at_table = Memo::new(move |_| path.with(|path| is_workshop(path)));
    move || match at_table.get() {
        true => view! { <Fetched page=later.workshop /> }.into_any(),
        false => view! { <InRegister later /> }.into_any(),
    }
}

/// The register's pages, or why there is none.
#[component]
fn InRegister(
    /// How the pages are fetched that are not in the first module.
    later: Later,
) -> impl IntoView {
    let session = Session::expect();
    // A page that shows a glimpse stays as it is when the register is open.
    let standing = Memo::new(move |_| match session.standing.get() {
        Standing::Glimpsed | Standing::Open { .. } => Standing::Open { newer: None },
        other => other,
    });
    // The frame is painted before the page within it is built: two short pieces of work instead of a long one.
    let framed = RwSignal::new(false);
    let frame = move || {
        request_animation_frame(move || set_timeout(move || _ = framed.try_set(true), std::time::Duration::ZERO));
    };
    let fetched = |page| move || view! { <Fetched page /> };
    let of_today = |page| move || view! { <past::OfToday page /> };
    // A page of today and one of an earlier day share nothing.
    let day = Memo::new(move |_| session.past());
    move || match standing.get() {
        Standing::Opening => view! { <start::Opening /> }.into_any(),
        Standing::Nothing => view! { <Fetched page=later.start /> }.into_any(),
        Standing::CannotOpen(why) => view! { <start::CannotOpen why /> }.into_any(),
        Standing::Lost => view! { <start::Lost /> }.into_any(),
        Standing::Glimpsed | Standing::Open { .. } => {
            frame();
            view! {
                <Shell>
                    <Show when=move || framed.get()>
                    <For each=move || [day.get()] key=|day| *day let(_day)>
                    <Routes fallback=start::NoSuchPage>
                        <Route path=path!("/") view=overview::Overview />
                        <Route path=path!("/system") view=systems::Systems />
                        <Route path=path!("/system/:key") view=fetched(later.system) />
                        <Route path=path!("/pa-tur") view=fetched(later.backlog) />
                        <Route path=path!("/metod") view=fetched(later.method) />
                        <Route path=path!("/klassningar") view=fetched(later.decisions) />
                        <Route path=path!("/atgarder") view=fetched(later.actions) />
                        <Route path=path!("/incidenter") view=fetched(later.incidents) />
                        <Route path=path!("/incidenter/:key") view=fetched(later.incident) />
                        <Route path=path!("/utbildning") view=fetched(later.training) />
                        <Route path=path!("/att-reda-ut") view=of_today(later.conflicts) />
                        <Route path=path!("/import") view=of_today(later.import) />
                        <Route path=path!("/nytt") view=of_today(later.news) />
                        <Route path=path!("/rapport") view=fetched(later.report) />
                        <Route path=path!("/installningar") view=fetched(later.settings) />
                        <Route path=path!("/registret-per/:day") view=past::PastPage />
                    </Routes>
                    </For>
                    </Show>
                </Shell>
            }
            .into_any()
        }
    }
}

fn is_workshop(path: &str) -> bool {
    path.strip_prefix(workshop::PLACE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
