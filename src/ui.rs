//! What a person sees: the session, the pages, their parts and their words. Wasm only.
//!
//! Start at [`session::Session`], which every page reads and edits through, and at [`App`], the table of pages. Nothing
//! here touches an Automerge document, and no text from a file or a register is ever markup.

pub mod pages;
pub mod parts;
pub mod session;
pub mod shell;
pub mod words;

use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

use self::pages::*;
use self::session::{Session, Standing};
use self::shell::Shell;
use self::words::i18n::{I18nContextProvider, I18nSubContextProvider};
use crate::browser::device;

/// Puts the app into the page.
pub fn mount() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(App);
}

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    let theme = device::preference("theme").unwrap_or_default();
    shell::show_theme(&theme);
    view! {
        // The outer context follows the browser's languages; the inner one is Swedish until somebody has chosen.
        <I18nContextProvider set_lang_attr_on_html=false set_dir_attr_on_html=false>
            <I18nSubContextProvider initial_locale=Signal::stored(words::preferred())>
                <Pages />
            </I18nSubContextProvider>
        </I18nContextProvider>
    }
}

#[component]
fn Pages() -> impl IntoView {
    words::name_language();
    let session = Session::provide();
    // A page that shows a glimpse stays as it is when the register is open.
    let standing = Memo::new(move |_| match session.standing.get() {
        Standing::Glimpsed | Standing::Open { .. } => Standing::Open { newer: None },
        other => other,
    });
    // The frame is painted before the page within it is built: two short pieces of work instead of a long one.
    let framed = RwSignal::new(false);
    let frame = move || {
        request_animation_frame(move || set_timeout(move || framed.set(true), std::time::Duration::ZERO));
    };
    view! {
        <Router>
            {move || match standing.get() {
                Standing::Opening => view! { <start::Opening /> }.into_any(),
                Standing::Nothing => view! { <start::Start /> }.into_any(),
                Standing::CannotOpen(why) => view! { <start::CannotOpen why /> }.into_any(),
                Standing::Lost => view! { <start::Lost /> }.into_any(),
                Standing::Glimpsed | Standing::Open { .. } => {
                    frame();
                    view! {
                        <Shell>
                            <Show when=move || framed.get()>
                            <Routes fallback=start::NoSuchPage>
                                <Route path=path!("/") view=overview::Overview />
                                <Route path=path!("/system") view=systems::Systems />
                                <Route path=path!("/system/:key") view=system::SystemPage />
                                <Route path=path!("/pa-tur") view=backlog::Backlog />
                                <Route path=path!("/metod") view=method::MethodPage />
                                <Route path=path!("/klassningar") view=decisions::Decisions />
                                <Route path=path!("/atgarder") view=actions::Actions />
                                <Route path=path!("/incidenter") view=incidents::Incidents />
                                <Route path=path!("/incidenter/:key") view=incidents::IncidentPage />
                                <Route path=path!("/utbildning") view=training::TrainingPage />
                                <Route path=path!("/att-reda-ut") view=conflicts::Conflicts />
                                <Route path=path!("/import") view=import::Import />
                                <Route path=path!("/nytt") view=news::NewsPage />
                                <Route path=path!("/rapport") view=report::ReportPage />
                                <Route path=path!("/installningar") view=settings::Settings />
                            </Routes>
                            </Show>
                        </Shell>
                    }
                        .into_any()
                }
            }}
        </Router>
    }
}
