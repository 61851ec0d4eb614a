//! Pages that are not in the page's first module, so that it stays small: they are fetched when they are first opened.
//!
//! Where the program is cut stands in `src/main.rs`. Once the app's files are kept on this device, the rest is fetched
//! from there as soon as nobody waits for anything, so that a page opens without a pause.

use std::pin::Pin;
use std::time::Duration;

use leptos::prelude::*;
use leptos::reactive::owner::WeakOwner;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

use super::words::i18n::{t, use_i18n};

/// A page that has been built; nothing when whoever asked has left.
pub type Opened = Option<AnyView>;

/// Fetches a page's module unless it is here, and builds the page for its place on the screen.
pub type Fetch = fn(WeakOwner) -> Pin<Box<dyn Future<Output = Result<Opened, NotFetched>>>>;

/// A page's module could not be fetched: there is no network, and the app's files are not kept here yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotFetched;

impl From<SplitLoaderError> for NotFetched {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// How each such page is fetched.
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "most are named as their pages")]
pub struct Later {
    pub start: Fetch,
    pub system: Fetch,
    pub backlog: Fetch,
    pub method: Fetch,
    pub decisions: Fetch,
    pub actions: Fetch,
    pub incidents: Fetch,
    pub incident: Fetch,
    pub training: Fetch,
    pub conflicts: Fetch,
    pub import: Fetch,
    pub news: Fetch,
    pub report: Fetch,
    pub settings: Fetch,
    pub workshop: Fetch,
    /// One page of each group that is fetched ahead.
    pub groups: &'static [Fetch],
}

impl Later {
    /// Fetches all of them once the app has been at rest for a while.
    pub(super) fn fetch_when_calm(self) {
        let fetch_all = async move {
            for fetch in self.groups {
                // Gone before the module comes: a page with nobody to be built for is not built.
                let nobody = Owner::new().downgrade();
                if fetch(nobody).await.is_err() {
                    return;
                }
            }
        };
        set_timeout(move || spawn_local(fetch_all), CALM);
    }
}

/// How long the app is left to whoever opened it before the other pages are fetched.
const CALM: Duration = Duration::from_secs(2);

/// Builds a page for `owner`, if it is still there.
pub fn built<View: IntoView + 'static>(owner: &WeakOwner, page: fn() -> View) -> Opened {
    owner.upgrade().map(|owner| owner.with(|| page().into_any()))
}

/// A page in its place: fetched, or said to be out of reach.
#[component]
pub fn Fetched(
    /// How it is fetched.
    page: Fetch,
) -> impl IntoView {
    let i18n = use_i18n();
    let owner = Owner::current().map(|owner| owner.downgrade());
    let opened = StoredValue::new_local(None::<AnyView>);
    let state = RwSignal::new(State::Coming);
    let fetch = move || {
        let Some(owner) = owner.clone() else { return };
        state.set(State::Coming);
        spawn_local(async move {
            match page(owner).await {
                Ok(view) => {
                    // Gone by now, if whoever asked has left.
                    opened.try_set_value(view);
                    state.try_set(State::Here);
                }
                Err(NotFetched) => {
                    state.try_set(State::OutOfReach);
                }
            }
        });
    };
    fetch();
    move || match state.get() {
        State::Coming => None,
        State::Here => opened.try_update_value(Option::take).flatten(),
        State::OutOfReach => {
            let fetch = fetch.clone();
            Some(
                view! {
                    <h1>{t!(i18n, start.out_of_reach)}</h1>
                    <p role="alert">{t!(i18n, start.out_of_reach_about)}</p>
                    <button type="button" class="button button--main" on:click=move |_| fetch()>
                        {t!(i18n, start.again)}
                    </button>
                }
                .into_any(),
            )
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Coming,
    Here,
    OutOfReach,
}
