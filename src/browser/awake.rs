//! Keeping the screen on while people think, where the browser can.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Whether this page keeps the screen on.
#[derive(Debug, Default)]
pub struct Awake {
    /// What the browser gave for it; set when it has answered.
    lock: Option<Rc<RefCell<Lock>>>,
}

#[derive(Debug)]
enum Lock {
    Asked,
    Held(JsValue),
    /// Refused, or not wanted any more before the browser had answered.
    Dropped,
}

impl Lock {
    /// Whether there is nothing to ask for. A browser lets go by itself when the page is out of sight.
    fn stands(&self) -> bool {
        match self {
            Self::Asked => true,
            Self::Held(lock) => Reflect::get(lock, &"released".into()).is_ok_and(|released| released != JsValue::TRUE),
            Self::Dropped => false,
        }
    }
}

impl Awake {
    /// Keeps the screen on, or lets it go dark again. A browser that can't, or won't when the battery is low, changes
    /// nothing. To be said again when the page is seen again.
    pub fn keep(&mut self, on: bool) {
        match (on, self.lock.take()) {
            (true, Some(held)) if held.borrow().stands() => self.lock = Some(held),
            (true, _) => self.lock = ask(),
            (false, Some(held)) => {
                if let Lock::Held(lock) = held.replace(Lock::Dropped) {
                    release(&lock);
                }
            }
            (false, None) => {}
        }
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        self.keep(false);
    }
}

fn method(of: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(of, &name.into()).ok()?.dyn_into().ok()
}

fn ask() -> Option<Rc<RefCell<Lock>>> {
    let wake_lock = Reflect::get(&web_sys::window()?.navigator(), &"wakeLock".into()).ok()?;
    let asked: Promise = method(&wake_lock, "request")?.call1(&wake_lock, &"screen".into()).ok()?.dyn_into().ok()?;
    let lock = Rc::new(RefCell::new(Lock::Asked));
    let to = Rc::clone(&lock);
    spawn_local(async move {
        let Ok(held) = JsFuture::from(asked).await else {
            *to.borrow_mut() = Lock::Dropped;
            return;
        };
        if matches!(*to.borrow(), Lock::Dropped) {
            return release(&held);
        }
        *to.borrow_mut() = Lock::Held(held);
    });
    Some(lock)
}

fn release(lock: &JsValue) {
    if let Some(release) = method(lock, "release") {
        // What was let go by the browser itself can't be let go again.
        let _ = release.call0(lock);
    }
}
