//! A worker and its page, talking in postcard bytes.
//!
//! The worker says [`READY`] when its module is up; what the page sends before that waits, and so does what a worker
//! says that was started before the page could hear it. A worker that dies says so.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Array, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, Worker, WorkerOptions};

use super::device;

const READY: &str = "ready";
/// How many milliseconds a page takes in what was said before, until people's hands come first again.
const TURN: f64 = 20.0;
/// Where the page's start script puts the worker that it has started beside the page's own module.
const STARTED: &str = "klassrumStarted";

/// The page's end of a worker.
pub(super) struct Remote<Request> {
    worker: Worker,
    waiting: Rc<RefCell<Option<Vec<Uint8Array>>>>,
    _listeners: [Closure<dyn FnMut(MessageEvent)>; 1],
    _on_error: Closure<dyn FnMut(web_sys::Event)>,
    request: std::marker::PhantomData<Request>,
}

/// What comes from a worker.
pub(super) enum Heard<Event> {
    /// A message.
    Event(Event),
    /// The worker is gone, or speaks another version of the program. What was stored is stored.
    Lost,
}

impl<Request: Serialize> Remote<Request> {
    /// Starts the worker called `name`, or takes the one that the page's start script has started. One with a name of its
    /// own is always another.
    pub(super) fn start<Event: DeserializeOwned + 'static>(
        name: &str,
        own_name: &str,
        heard: impl Fn(Heard<Event>) + 'static,
    ) -> Result<Self, JsValue> {
        let started = if own_name.is_empty() { started(name)? } else { None };
        let (worker, said) = match started {
            Some(started) => started,
            None => {
                let options = WorkerOptions::new();
                options.set_name(own_name);
                (Worker::new_with_options(&address(name)?, &options)?, VecDeque::new())
            }
        };
        let waiting = Rc::new(RefCell::new(Some(Vec::new())));
        let heard = Rc::new(heard);
        let take_in = Rc::new({
            let (worker, waiting, heard) = (worker.clone(), Rc::clone(&waiting), Rc::clone(&heard));
            move |data: JsValue| {
                if data.as_string().as_deref() == Some(READY) {
                    for bytes in waiting.borrow_mut().take().unwrap_or_default() {
                        post(|list| worker.post_message_with_transfer(&bytes, list), &bytes);
                    }
                    return;
                }
                let bytes = Uint8Array::new(&data).to_vec();
                heard(postcard::from_bytes(&bytes).map_or(Heard::Lost, Heard::Event));
            }
        });
        let backlog = Rc::new(RefCell::new(said));
        let on_message = Closure::new({
            let (take_in, backlog) = (Rc::clone(&take_in), Rc::clone(&backlog));
            move |message: MessageEvent| {
                if backlog.borrow().is_empty() {
                    take_in(message.data());
                } else {
                    backlog.borrow_mut().push_back(message.data());
                }
            }
        });
        if !work_off(&backlog, &*take_in) {
            spawn_local(async move {
                device::next_turn().await;
                while !work_off(&backlog, &*take_in) {
                    device::next_turn().await;
                }
            });
        }
        let on_error = Closure::new(move |_: web_sys::Event| heard(Heard::Lost));
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, waiting, _listeners: [on_message], _on_error: on_error, request: std::marker::PhantomData })
    }

    /// Sends one request; they arrive in the order they are sent.
    pub(super) fn send(&self, request: &Request) {
        if let Ok(bytes) = postcard::to_allocvec(request) {
            self.send_bytes(&bytes);
        }
    }

    /// Sends a request that is packed already.
    pub(super) fn send_bytes(&self, bytes: &[u8]) {
        let bytes = Uint8Array::from(bytes);
        match self.waiting.borrow_mut().as_mut() {
            Some(waiting) => waiting.push(bytes),
            None => post(|list| self.worker.post_message_with_transfer(&bytes, list), &bytes),
        }
    }
}

/// Takes in what was said before, in order, for as long as that is not felt. Tells whether that was all.
fn work_off(backlog: &RefCell<VecDeque<JsValue>>, take_in: &impl Fn(JsValue)) -> bool {
    let until = js_sys::Date::now() + TURN;
    loop {
        let Some(next) = backlog.borrow().front().cloned() else { return true };
        take_in(next);
        // Only now: what comes meanwhile comes after it.
        backlog.borrow_mut().pop_front();
        if until < js_sys::Date::now() {
            return backlog.borrow().is_empty();
        }
    }
}

/// The worker called `name` if the start script has started it, and what it has said.
fn started(name: &str) -> Result<Option<(Worker, VecDeque<JsValue>)>, JsValue> {
    let global = js_sys::global();
    let started = Reflect::get(&global, &STARTED.into())?;
    if Reflect::get(&started, &"name".into()).ok().and_then(|of| of.as_string()).as_deref() != Some(name) {
        return Ok(None);
    }
    // Taken once: a second worker of the same name is another.
    Reflect::set(&global, &STARTED.into(), &JsValue::UNDEFINED)?;
    if Reflect::get(&started, &"lost".into())?.is_truthy() {
        return Err("the worker did not start".into());
    }
    let worker = Reflect::get(&started, &"worker".into())?.dyn_into()?;
    let said = Reflect::get(&started, &"said".into())?.dyn_into::<Array>()?;
    Ok(Some((worker, said.iter().collect())))
}

/// The build names a worker's script by its content, and the page says where it is.
fn address(name: &str) -> Result<String, JsValue> {
    let document = web_sys::window().and_then(|window| window.document());
    let named = document.and_then(|document| document.query_selector(&format!("meta[name=worker-{name}]")).ok()?);
    let address = named.and_then(|meta| meta.get_attribute("content"));
    Ok(address.ok_or("the page names no such worker")?)
}

impl<Request> Drop for Remote<Request> {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// The name of its own that this worker was started with; most have none.
pub(super) fn own_name() -> String {
    scope().name()
}

/// The worker's own end: hands each request to `handle`, and says that it is ready.
pub(super) fn serve<Request: DeserializeOwned + 'static>(handle: impl Fn(Request) + 'static) {
    let scope = scope();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        let bytes = Uint8Array::new(&message.data()).to_vec();
        match postcard::from_bytes(&bytes) {
            Ok(request) => handle(request),
            // The page is of another version: an error event tells it.
            Err(_) => wasm_bindgen::throw_str("the page speaks another version of the program"),
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The listener lives as long as the worker.
    on_message.forget();
    let _ = scope.post_message(&READY.into());
}

/// Sends an event from the worker to its page.
pub(super) fn tell<Event: Serialize>(event: &Event) {
    let Ok(bytes) = postcard::to_allocvec(event) else { return };
    tell_bytes(&bytes);
}

/// Sends an event that is in bytes already.
pub(super) fn tell_bytes(bytes: &[u8]) {
    let bytes = Uint8Array::from(bytes);
    post(|list| scope().post_message_with_transfer(&bytes, list), &bytes);
}

fn post(send: impl FnOnce(&JsValue) -> Result<(), JsValue>, bytes: &Uint8Array) {
    // Fails only for a message that can't be cloned; bytes always can.
    let _ = send(&Array::of1(&bytes.buffer()));
}

pub(super) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
