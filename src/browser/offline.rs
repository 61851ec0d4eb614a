//! Starting without a network: the service worker in `public/sw.js` keeps the app's own files on this device.
//!
//! A new version installs beside the one in use and waits until a person lets it take over; see [`take_over`].

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    RegistrationOptions, ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState,
    ServiceWorkerUpdateViaCache,
};

/// Whether the app can start here without a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfflineState {
    /// The address is not secure (plain http from another machine), or the browser has no service workers.
    NotPossible,
    /// The app's files are being kept.
    Installing,
    /// The app starts without a network.
    Ready,
    /// The app starts without a network, and a newer version waits to take over.
    NewVersion,
    /// The browser refused, or a file could not be fetched; the next visit tries again.
    Failed,
}

thread_local! {
    static STATE: Cell<OfflineState> = const { Cell::new(OfflineState::Installing) };
    static REGISTRATION: RefCell<Option<ServiceWorkerRegistration>> = const { RefCell::new(None) };
}

/// What is known now.
#[must_use]
pub fn state() -> OfflineState {
    STATE.get()
}

/// Whether this page was started from the files that are kept on this device.
#[must_use]
pub fn started_from_kept() -> bool {
    container().is_some_and(|container| container.controller().is_some())
}

/// Keeps the app's files on this device. `tell` hears how that goes, now and each time it changes.
pub fn register(tell: impl Fn(OfflineState) + 'static) {
    let tell = Rc::new(move |state| {
        STATE.set(state);
        tell(state);
    });
    let Some(container) = container() else {
        tell(OfflineState::NotPossible);
        return;
    };
    tell(OfflineState::Installing);
    spawn_local(async move {
        let options = RegistrationOptions::new();
        options.set_update_via_cache(ServiceWorkerUpdateViaCache::None);
        let registered = JsFuture::from(container.register_with_options("/sw.js", &options)).await;
        let Ok(registration) = registered.map(JsCast::unchecked_into::<ServiceWorkerRegistration>) else {
            tell(OfflineState::Failed);
            return;
        };
        watch(&registration, &tell);
        look_for_updates(&registration);
        REGISTRATION.set(Some(registration));
    });
}

/// Lets the version that waits take over, and starts the page anew with it. Other open pages keep the version they
/// have until they are opened again.
pub fn take_over() {
    let waiting = REGISTRATION.with_borrow(|registration| registration.as_ref().and_then(|it| it.waiting()));
    let (Some(container), Some(waiting)) = (container(), waiting) else { return };
    let reload = Closure::once_into_js(|| {
        if let Some(window) = web_sys::window() {
            // Fails only in a page that is already being left.
            let _ = window.location().reload();
        }
    });
    container.set_oncontrollerchange(Some(reload.unchecked_ref()));
    // Fails only for a message that can't be cloned.
    let _ = waiting.post_message(&"take-over".into());
}

/// Keeps what isn't needed from the start, such as what sets PDFs: for a page on which it may be asked for.
pub fn keep_more() {
    if let Some(worker) = container().and_then(|container| container.controller()) {
        // Fails only for a message that can't be cloned.
        let _ = worker.post_message(&"keep-more".into());
    }
}

fn watch(registration: &ServiceWorkerRegistration, tell: &Rc<impl Fn(OfflineState) + 'static>) {
    if registration.active().is_some() {
        let waits = registration.waiting().is_some();
        tell(if waits { OfflineState::NewVersion } else { OfflineState::Ready });
    }
    if let Some(installing) = registration.installing() {
        follow(installing, registration, tell);
    }
    let found = Closure::<dyn Fn()>::new({
        let (registration, tell) = (registration.clone(), Rc::clone(tell));
        move || {
            if let Some(installing) = registration.installing() {
                follow(installing, &registration, &tell);
            }
        }
    });
    registration.set_onupdatefound(Some(found.as_ref().unchecked_ref()));
    // The page listens as long as it lives.
    found.forget();
}

/// Tells what becomes of a version that is being installed.
fn follow(
    installing: ServiceWorker,
    registration: &ServiceWorkerRegistration,
    tell: &Rc<impl Fn(OfflineState) + 'static>,
) {
    let changed = Closure::<dyn Fn()>::new({
        let (worker, registration, tell) = (installing.clone(), registration.clone(), Rc::clone(tell));
        move || match worker.state() {
            // Without one in use the first version goes on by itself.
            ServiceWorkerState::Installed if registration.active().is_some() => tell(OfflineState::NewVersion),
            ServiceWorkerState::Activated => tell(OfflineState::Ready),
            ServiceWorkerState::Redundant if registration.active().is_none() => tell(OfflineState::Failed),
            _ => {}
        }
    });
    installing.set_onstatechange(Some(changed.as_ref().unchecked_ref()));
    changed.forget();
}

/// Pages stay open for days; coming back to one is a good moment to ask.
fn look_for_updates(registration: &ServiceWorkerRegistration) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let seen = Closure::<dyn Fn()>::new({
        let (document, registration) = (document.clone(), registration.clone());
        move || {
            if !document.hidden() {
                let asked = registration.update();
                spawn_local(async move {
                    // Without a network there is nothing to hear.
                    let _ = async { JsFuture::from(asked?).await }.await;
                });
            }
        }
    });
    // `visibilitychange` goes only to the document, which lives as long as the page.
    let _ = document.add_event_listener_with_callback("visibilitychange", seen.as_ref().unchecked_ref());
    seen.forget();
}

/// The browser's service workers; there are none at an address that is not secure.
fn container() -> Option<ServiceWorkerContainer> {
    let container = web_sys::window()?.navigator().service_worker();
    container.is_object().then_some(container)
}
