//! The other tabs of the same browser: telling them what changed, and doing a thing in only one of them.

use std::future::Future;

use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{BroadcastChannel, MessageEvent};

/// A channel to the other tabs.
pub(super) struct Tabs {
    channel: Option<BroadcastChannel>,
    _listener: Closure<dyn FnMut(MessageEvent)>,
}

impl Tabs {
    /// Joins the channel. A browser without channels has tabs that don't hear each other until they are reloaded.
    pub(super) fn join(name: &str, heard: impl Fn(Vec<u8>) + 'static) -> Self {
        let channel = BroadcastChannel::new(name).ok();
        let listener = Closure::new(move |message: MessageEvent| heard(Uint8Array::new(&message.data()).to_vec()));
        if let Some(channel) = &channel {
            channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        }
        Self { channel, _listener: listener }
    }

    /// Tells the other tabs.
    pub(super) fn tell(&self, bytes: &[u8]) {
        if let Some(channel) = &self.channel {
            let _ = channel.post_message(&Uint8Array::from(bytes));
        }
    }
}

/// Runs `granted` when this tab is the one that holds `lock`, which it does from then on until it is closed. Without Web
/// Locks (an address that is not secure) every tab holds it at once: that must be harmless.
pub(super) fn hold(lock: &str, granted: impl FnOnce() + 'static) {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).unwrap_or_default();
    let locks = Reflect::get(&navigator, &"locks".into()).unwrap_or_default();
    let request = Reflect::get(&locks, &"request".into()).ok().and_then(|request| request.dyn_into::<Function>().ok());
    let Some(request) = request else { return granted() };
    let granted = Closure::once_into_js(move |_: JsValue| -> Promise {
        granted();
        // Never done: the browser gives the lock to the next tab when this one is gone.
        Promise::new(&mut |_, _| {})
    });
    // Refused only while the browser takes this tab down.
    let _ = request.call2(&locks, &lock.into(), &granted);
}

/// Does `work` if no other tab is doing it; otherwise nothing. Without Web Locks (an address that is not secure), `work`
/// is done: it must be harmless in two tabs at once.
pub(super) async fn alone(lock: &str, work: impl Future<Output = ()> + 'static) {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).unwrap_or_default();
    let locks = Reflect::get(&navigator, &"locks".into()).unwrap_or_default();
    let request = Reflect::get(&locks, &"request".into()).ok().and_then(|request| request.dyn_into::<Function>().ok());
    let Some(request) = request else {
        work.await;
        return;
    };
    let mut work = Some(work);
    let granted = Closure::once(move |lock: JsValue| -> Promise {
        let work = if lock.is_null() { None } else { work.take() };
        future_to_promise(async move {
            if let Some(work) = work {
                work.await;
            }
            Ok(JsValue::UNDEFINED)
        })
    });
    let options = Object::new();
    let _ = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    if let Ok(promise) = request.call3(&locks, &lock.into(), &options, granted.as_ref())
        && let Ok(promise) = promise.dyn_into::<Promise>()
    {
        let _ = JsFuture::from(promise).await;
    }
}
