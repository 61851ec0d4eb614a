//! What stands round every page: the way between pages, the search, and the three states of safety.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::{use_location, use_navigate};

use super::pages::past;
use super::pages::settings::relay::{Invited, lamp};
use super::parts::icons::{self, Icon};
use super::parts::register_file::problem_text;
use super::session::{Saving, Session, Standing};
use super::words::i18n::{t, t_string, use_i18n};
use super::words::{self, language_of};
use crate::browser::device::{self, Keeping};
use crate::browser::keeper::protocol::{NotStored, Refusal, Request};
use crate::browser::offline::{self, OfflineState};
use crate::register::list::Only;
use crate::report::figures;

/// The frame round a page.
#[component]
pub fn Shell(children: Children) -> impl IntoView {
    let i18n = use_i18n();
    let location = use_location();
    let path = location.pathname;
    // A new page begins at its heading, for eyes and for screen readers.
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.as_ref().is_some_and(|before| *before != path) {
            focus_main();
        }
        path
    });
    use_undo_keys();
    let lightly_kept = use_lightly_kept(path);
    // The router would scroll there and leave the focus behind.
    let skip = |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        focus_main();
    };
    view! {
        <a class="skip" href="#main" on:click=skip>{t!(i18n, nav.skip)}</a>
        <PastBar />
        <div class="shell">
            <SideBar />
            <header class="top">
                <Search />
                <States />
            </header>
            <main id="main" class="main" tabindex="-1">
                <Notices />
                <LightlyKept shown=lightly_kept />
                {children()}
            </main>
        </div>
    }
}

/// That the register of an earlier day is shown, and the way back. Absent today.
#[component]
fn PastBar() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let path = use_location().pathname;
    let navigate = StoredValue::new_local(use_navigate());
    let back = move |_| {
        // The address of an earlier day would show it again.
        if path.with_untracked(|path| path.starts_with(past::PLACE)) {
            let options = leptos_router::NavigateOptions { replace: true, ..leptos_router::NavigateOptions::default() };
            navigate.with_value(|navigate| navigate("/", options));
        }
        session.show_today();
        focus_main();
    };
    move || {
        session.past().map(|on| {
            view! {
                <section class="past" aria-label=move || t_string!(i18n, past.label)>
                    <p role="status">
                        {move || t_string!(i18n, past.bar, day = words::day(on, language_of(i18n))).to_string()}
                    </p>
                    <button type="button" class="button" on:click=back>{t!(i18n, past.back)}</button>
                </section>
            }
        })
    }
}

fn focus_main() {
    use wasm_bindgen::JsCast;
    let main = document().get_element_by_id("main").and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(main) = main {
        // Refused only when the element is gone.
        let _ = main.focus();
    }
}

#[component]
fn SideBar() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let systems = Memo::new(move |_| session.picture.with(|picture| picture.index.count(Only::All)));
    let actions =
        Memo::new(move |_| session.read(|register| figures::actions(register, session.today(), false).count()));
    let news = Memo::new(move |_| session.news.with(Vec::len));
    let incidents = Memo::new(move |_| session.read(|register| register.incidents.len()));
    let disputes = Memo::new(move |_| session.read(|register| register.disputes.count()));
    // What is said of today alone has no page in the past.
    let today = move || session.past().is_none();
    let has_news = move || today() && (session.line.with(Option::is_some) || 0 < news.get());
    view! {
        <nav class="side" aria-label=move || t_string!(i18n, nav.label)>
            <A href="/" attr:class="side__name">"Klassrum"</A>
            <ul class="side__list">
                <li><A href="/" exact=true><Icon path=icons::OVERVIEW /><span>{t!(i18n, nav.overview)}</span></A></li>
                <li>
                    <A href="/system">
                        <Icon path=icons::SYSTEMS /><span>{t!(i18n, nav.systems)}</span>
                        <span class="side__count">{systems}</span>
                    </A>
                </li>
                <li><A href="/pa-tur"><Icon path=icons::BACKLOG /><span>{t!(i18n, nav.backlog)}</span></A></li>
                <li>
                    <A href="/atgarder">
                        <Icon path=icons::ACTIONS /><span>{t!(i18n, nav.actions)}</span>
                        <span class="side__count">{actions}</span>
                    </A>
                </li>
                <li>
                    <A href="/incidenter">
                        <Icon path=icons::INCIDENTS /><span>{t!(i18n, nav.incidents)}</span>
                        <span class="side__count">{incidents}</span>
                    </A>
                </li>
                <li><A href="/utbildning"><Icon path=icons::TRAINING /><span>{t!(i18n, nav.training)}</span></A></li>
                <Show when=has_news>
                    <li>
                        <A href="/nytt">
                            <Icon path=icons::NEWS /><span>{t!(i18n, nav.news)}</span>
                            <span class="side__count">{news}</span>
                        </A>
                    </li>
                </Show>
                <Show when=today>
                    <li>
                        <A href="/att-reda-ut">
                            <Icon path=icons::CONFLICTS /><span>{t!(i18n, nav.conflicts)}</span>
                            <span class="side__count" hidden=move || disputes.get() == 0>{disputes}</span>
                        </A>
                    </li>
                </Show>
                <li class="side__gap"><A href="/rapport"><Icon path=icons::REPORT /><span>{t!(i18n, nav.report)}</span></A></li>
                <Show when=today>
                    <li><A href="/import"><Icon path=icons::IMPORT /><span>{t!(i18n, nav.import)}</span></A></li>
                </Show>
                <li>
                    <A href="/installningar"><Icon path=icons::SETTINGS /><span>{t!(i18n, nav.settings)}</span></A>
                </li>
            </ul>
        </nav>
    }
}

#[component]
fn Search() -> impl IntoView {
    let i18n = use_i18n();
    let navigate = use_navigate();
    let text = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let query = js_sys::encode_uri_component(text.get_untracked().trim());
        navigate(&format!("/system?q={query}"), leptos_router::NavigateOptions::default());
        text.set(String::new());
    };
    view! {
        <form class="top__search" role="search" on:submit=submit>
            <label class="unseen" for="search">{t!(i18n, nav.search)}</label>
            <input
                id="search"
                type="search"
                autocomplete="off"
                placeholder=move || t_string!(i18n, nav.search)
                bind:value=text
            />
        </form>
    }
}

/// On this device, at the relay, in a backup file: each with its last time.
#[component]
fn States() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let here = move || match session.saving.get() {
        Saving::Untouched | Saving::Stored(_) if session.has_unsent() => {
            ("busy", t_string!(i18n, state.saving).to_owned())
        }
        Saving::Untouched => ("ok", t_string!(i18n, state.here).to_owned()),
        Saving::Underway => ("busy", t_string!(i18n, state.saving).to_owned()),
        Saving::Stored(moment) => ("ok", format!("{} {}", t_string!(i18n, state.here), words::clock(moment))),
        Saving::Failed(_) => ("bad", t_string!(i18n, state.not_saved).to_owned()),
    };
    let backup = move || {
        session.saving.track();
        device::preference("backup").and_then(|day| day.parse::<crate::register::Date>().ok()).map_or_else(
            || ("open", t_string!(i18n, state.no_backup).to_owned()),
            |day| ("ok", format!("{} {day}", t_string!(i18n, state.backup))),
        )
    };
    let relay = move || session.line.with(|line| lamp(i18n, line.as_ref()));
    // Leaving with unsaved words: the browser asks.
    let leaving = window_event_listener(leptos::ev::beforeunload, move |event| {
        let underway = matches!(session.saving.get_untracked(), Saving::Underway | Saving::Failed(_));
        if underway || untrack(|| session.has_unsent()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || leaving.remove());
    view! {
        <ul class="states" aria-label=move || t_string!(i18n, state.label)>
            <li class="state">
                <span class=move || format!("state__lamp state__lamp--{}", here().0) aria-hidden="true"></span>
                <span role="status" data-state=move || here().0>{move || here().1}</span>
            </li>
            <li class="state">
                <span class=move || format!("state__lamp state__lamp--{}", relay().0) aria-hidden="true"></span>
                <A href="/installningar#rela">{move || relay().1}</A>
            </li>
            <li class="state">
                <span class=move || format!("state__lamp state__lamp--{}", backup().0) aria-hidden="true"></span>
                <A href="/installningar#kopia">{move || backup().1}</A>
            </li>
        </ul>
    }
}

/// What must be said before anything else on the page: a register that can't be edited, words that aren't saved, an edit
/// that was refused, and the way back from the last edit.
#[component]
fn Notices() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let newer = move || {
        session.standing.with(|standing| match standing {
            Standing::Open { newer } => *newer,
            _ => None,
        })
    };
    let not_stored = move || match session.saving.get() {
        Saving::Failed(why) => Some(why),
        _ => None,
    };
    let new_version = move || session.offline.get() == OfflineState::NewVersion;
    view! {
        <Invited />
        <Show when=new_version>
            <div class="notice notice--ok" role="status">
                <p>{t!(i18n, notice.new_version)}</p>
                <button type="button" class="button" on:click=move |_| offline::take_over()>
                    {t!(i18n, notice.take_over)}
                </button>
            </div>
        </Show>
        <Show when=move || newer().is_some()>
            <p class="notice notice--warn" role="alert">{t!(i18n, notice.newer)}</p>
        </Show>
        <Unstored
            why=Signal::derive(not_stored)
            again=Callback::new(move |()| session.tell(&Request::StoreAgain))
        />
        <Refused refusal=session.refusal />
    }
}

/// Whether to say that the browser may clear what is kept here: once on this device, and with a page that begins, so
/// that nothing moves under one's hand.
fn use_lightly_kept(path: Memo<String>) -> RwSignal<bool> {
    const TOLD: &str = "keeping-told";
    let session = Session::expect();
    let shown = RwSignal::new(false);
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        let begins = before.is_some_and(|before| before != path);
        if begins && session.keeping.get_untracked() == Some(Keeping::BestEffort) && device::preference(TOLD).is_none()
        {
            device::prefer(TOLD, "yes");
            shown.set(true);
        }
        path
    });
    shown
}

/// That the browser may clear what is kept here, until it is closed.
#[component]
fn LightlyKept(shown: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Show when=move || shown.get()>
            <section class="notice notice--warn" aria-label=move || t_string!(i18n, notice.keeping)>
                <p>{t!(i18n, notice.lightly_kept)}</p>
                <button type="button" class="button" on:click=move |_| shown.set(false)>{t!(i18n, notice.understood)}</button>
            </section>
        </Show>
    }
}

/// That words are held in memory only, why, and another try.
#[component]
pub fn Unstored(
    /// Why; nothing when all is stored.
    why: Signal<Option<NotStored>>,
    /// Tries again.
    again: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Show when=move || why.get().is_some()>
            <div class="notice notice--bad" role="alert">
                <p>
                    {move || match why.get() {
                        Some(NotStored::Full) => t_string!(i18n, notice.full).to_owned(),
                        _ => t_string!(i18n, notice.refused_store).to_owned(),
                    }}
                </p>
                <button type="button" class="button" on:click=move |_| again.run(())>{t!(i18n, notice.store_again)}</button>
            </div>
        </Show>
    }
}

/// That something was not carried out, until it is closed.
#[component]
pub fn Refused(
    /// What and why.
    refusal: RwSignal<Option<Refusal>>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Show when=move || refusal.with(Option::is_some)>
            <div class="notice notice--warn" role="alert">
                <p>{move || refusal.get().map(|why| refusal_text(i18n, &why))}</p>
                <button type="button" class="button" on:click=move |_| refusal.set(None)>{t!(i18n, common.close)}</button>
            </div>
        </Show>
    }
}

/// Why an edit was refused, in words a person can act on.
#[must_use]
pub fn refusal_text(i18n: leptos_i18n::I18nContext<words::i18n::Locale>, why: &Refusal) -> String {
    match why {
        Refusal::Newer(_) => t_string!(i18n, notice.newer).to_owned(),
        Refusal::ReadOnly => t_string!(i18n, notice.read_only).to_owned(),
        Refusal::Past => t_string!(i18n, past.refused).to_owned(),
        Refusal::Invitation(_) => t_string!(i18n, notice.invitation).to_owned(),
        Refusal::ChangedSince => t_string!(i18n, notice.changed_since).to_owned(),
        Refusal::Elsewhere(_) => t_string!(i18n, relay.elsewhere).to_owned(),
        Refusal::NoRegister | Refusal::Senseless => t_string!(i18n, notice.refused).to_owned(),
        Refusal::Incomplete => t_string!(i18n, notice.incomplete).to_owned(),
        Refusal::TooLong(most) => t_string!(i18n, notice.too_long, most = *most).to_string(),
        Refusal::Gone => t_string!(i18n, notice.gone).to_owned(),
        Refusal::DecisionStands => t_string!(i18n, notice.decision_stands).to_owned(),
        Refusal::NoCode => t_string!(i18n, notice.no_code).to_owned(),
        Refusal::Memory => t_string!(i18n, notice.memory).to_owned(),
        Refusal::File(why) => problem_text(i18n, *why).to_owned(),
        Refusal::Other(why) => format!("{} ({why})", t_string!(i18n, notice.refused)),
    }
}

/// Undo and redo in the foot of the page; also on Ctrl+Z and Ctrl+Y outside of text. Not in the past.
#[component]
pub fn UndoBar() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    view! {
        <div class="undo" hidden=move || session.past().is_some()>
            <button type="button" class="button" disabled=move || !session.can_undo.get() on:click=move |_| session.undo()>
                {t!(i18n, common.undo)}
            </button>
            <button type="button" class="button" disabled=move || !session.can_redo.get() on:click=move |_| session.redo()>
                {t!(i18n, common.redo)}
            </button>
        </div>
    }
}

fn use_undo_keys() {
    let session = Session::expect();
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        use wasm_bindgen::JsCast;
        let in_text = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"));
        if in_text || !(event.ctrl_key() || event.meta_key()) || untrack(|| session.past().is_some()) {
            return;
        }
        match (event.key().to_lowercase().as_str(), event.shift_key()) {
            ("z", false) if session.can_undo.get_untracked() => session.undo(),
            ("y", _) | ("z", true) if session.can_redo.get_untracked() => session.redo(),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || keys.remove());
}

/// Sets the page light or dark; anything else follows the device.
pub fn show_theme(theme: &str) {
    let Some(root) = document().document_element() else { return };
    // Refused only for a name that no attribute may have.
    let _ = match theme {
        "light" | "dark" => root.set_attribute("data-theme", theme),
        _ => root.remove_attribute("data-theme"),
    };
}

/// A heading with what stands under it and what can be done beside it.
#[component]
pub fn Heading(
    /// The page's name.
    #[prop(into)]
    title: Signal<String>,
    /// What stands under it.
    #[prop(into, optional)]
    under: Signal<String>,
    /// What can be done.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let i18n = use_i18n();
    Effect::new(move |_| {
        let _ = language_of(i18n);
        document().set_title(&format!("{} – Klassrum", title.get()));
    });
    view! {
        <div class="heading">
            <div>
                <h1>{move || title.get()}</h1>
                <p class="soft" hidden=move || under.with(String::is_empty)>{move || under.get()}</p>
            </div>
            <div class="actions">
                <UndoBar />
                {children.map(|children| children())}
            </div>
        </div>
    }
}
