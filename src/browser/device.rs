//! This device: its clock, its chance, its preferences, its files and what it promises about storage.

use gloo_storage::{LocalStorage, Storage};
use jiff::civil::{Date, DateTime, date};
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::register::Key;
use crate::sync::Moment;

/// An invitation has more characters than this; the addresses of places on a page have fewer.
const FRAGMENT_MIN: usize = 40;

/// Seconds since 1970 by this device's clock.
#[must_use]
pub fn now() -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "seconds fit an i64 for longer than dates do")]
    let seconds = (js_sys::Date::now() / 1000.0) as i64;
    seconds
}

/// The day and the time of day here.
#[must_use]
pub fn local_time() -> DateTime {
    local(&js_sys::Date::new_0())
}

/// Today here.
#[must_use]
pub fn today() -> Date {
    local_time().date()
}

/// The day and time here of a second since 1970.
#[must_use]
pub fn local_time_of(seconds: i64) -> DateTime {
    #[expect(clippy::cast_precision_loss, reason = "a date's milliseconds are far below 2^53")]
    local(&js_sys::Date::new(&JsValue::from_f64(seconds as f64 * 1000.0)))
}

/// The last second of a day here.
#[must_use]
pub fn end_of(day: Date) -> i64 {
    let next = js_sys::Date::new_with_year_month_day(
        u32::try_from(day.year()).unwrap_or(0),
        i32::from(day.month()) - 1,
        i32::from(day.day()) + 1,
    );
    #[expect(clippy::cast_possible_truncation, reason = "seconds fit an i64 for longer than dates do")]
    let seconds = (next.get_time() / 1000.0) as i64 - 1;
    seconds
}

fn local(time: &js_sys::Date) -> DateTime {
    let small = |number: u32| i8::try_from(number).unwrap_or(1);
    let day = Date::new(
        i16::try_from(time.get_full_year()).unwrap_or(1970),
        small(time.get_month() + 1),
        small(time.get_date()),
    )
    .unwrap_or(date(1970, 1, 1));
    day.at(small(time.get_hours()), small(time.get_minutes()), small(time.get_seconds()), 0)
}

/// Waits for the page's next turn: what people do meanwhile comes first.
pub async fn next_turn() {
    let turn = js_sys::Promise::new(&mut |resolve, _| {
        // A page has a window.
        if let Some(window) = web_sys::window() {
            let _ = window.set_timeout_with_callback(&resolve);
        }
    });
    let _ = JsFuture::from(turn).await;
}

/// What stands behind `#` in the address, if it is long enough to be an invitation; the address then has it no more.
/// A browser never sends that part, and neither history nor a shoulder is to see it.
#[must_use]
pub fn take_fragment() -> Option<String> {
    let window = web_sys::window()?;
    let location = window.location();
    let fragment = location.hash().ok()?;
    if fragment.len() < FRAGMENT_MIN {
        return None;
    }
    let address = format!("{}{}", location.pathname().ok()?, location.search().ok()?);
    let _ = window.history().ok()?.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    Some(fragment)
}

/// Copies a text for pasting elsewhere; tells whether the browser let it.
pub async fn copy(text: &str) -> bool {
    let write = || -> Option<js_sys::Promise> {
        let clipboard = Reflect::get(&web_sys::window()?.navigator(), &"clipboard".into()).ok()?;
        let write = Reflect::get(&clipboard, &"writeText".into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
        write.call1(&clipboard, &text.into()).ok()?.dyn_into().ok()
    };
    match write() {
        Some(written) => JsFuture::from(written).await.is_ok(),
        None => false,
    }
}

/// Where the app came from: `https://`, host and port. Also in a worker.
#[must_use]
pub fn origin() -> String {
    let location = Reflect::get(&js_sys::global(), &"location".into()).unwrap_or_default();
    Reflect::get(&location, &"origin".into()).ok().and_then(|origin| origin.as_string()).unwrap_or_default()
}

/// Whether an address leads to this machine only.
#[must_use]
pub fn is_only_here(address: &str) -> bool {
    let host = address.split("//").nth(1).unwrap_or_default();
    ["localhost", "127.", "[::1]"].iter().any(|here| host.starts_with(here))
}

/// Where other devices find the app: where it came from, unless that is `localhost` and its relay knows better.
pub async fn address_for_others() -> String {
    let origin = origin();
    if !is_only_here(&origin) {
        return origin;
    }
    told(&format!("{origin}/address")).await.filter(|told| told.starts_with("http")).unwrap_or(origin)
}

/// The text at an address of the app's own; nothing when there is none.
async fn told(address: &str) -> Option<String> {
    let method = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok()?.dyn_into::<js_sys::Function>().ok();
    let global: JsValue = js_sys::global().into();
    let asked = method(&global, "fetch")?.call1(&global, &address.into()).ok()?.dyn_into::<js_sys::Promise>().ok()?;
    let answer = JsFuture::from(asked).await.ok()?;
    if !Reflect::get(&answer, &"ok".into()).ok()?.is_truthy() {
        return None;
    }
    let text = method(&answer, "text")?.call0(&answer).ok()?.dyn_into::<js_sys::Promise>().ok()?;
    JsFuture::from(text).await.ok()?.as_string()
}

/// Where the relay's socket is: beside the app.
pub(super) fn socket_address() -> String {
    format!("{}/sync", origin().replacen("http", "ws", 1))
}

/// Now, by the clock and by the time that only goes on. Also in a worker.
pub(super) fn moment() -> Moment {
    let performance = Reflect::get(&js_sys::global(), &"performance".into()).unwrap_or_default();
    let now = Reflect::get(&performance, &"now".into()).ok().and_then(|now| now.dyn_into::<js_sys::Function>().ok());
    let running = now.and_then(|now| now.call0(&performance).ok()).and_then(|now| now.as_f64());
    let clock = js_sys::Date::now();
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds fit an i64 for longer than dates do")]
    Moment { clock: clock as i64, running: running.unwrap_or(clock) as i64 }
}

/// Waits so many milliseconds. Also in a worker.
pub async fn wait(milliseconds: i64) {
    let done = js_sys::Promise::new(&mut |resolve, _| {
        let global = js_sys::global();
        let set =
            Reflect::get(&global, &"setTimeout".into()).ok().and_then(|set| set.dyn_into::<js_sys::Function>().ok());
        if let Some(set) = set {
            #[expect(clippy::cast_precision_loss, reason = "a wait is far below 2^53 milliseconds")]
            let _ = set.call2(&global, &resolve, &JsValue::from_f64(milliseconds as f64));
        }
    });
    let _ = JsFuture::from(done).await;
}

/// Hears every click before anything else does, until it is dropped.
pub struct ClickListener(Closure<dyn FnMut()>);

/// Runs `run` before each click is answered: a link leads elsewhere only after it.
pub fn before_clicks(run: impl FnMut() + 'static) -> ClickListener {
    let listener = ClickListener(Closure::new(run));
    if let Some(window) = web_sys::window() {
        // Capturing, so that it comes before what is clicked. Refused for no name that events have.
        let _ = window.add_event_listener_with_callback_and_bool("click", listener.0.as_ref().unchecked_ref(), true);
    }
    listener
}

impl Drop for ClickListener {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            let listener = self.0.as_ref().unchecked_ref();
            let _ = window.remove_event_listener_with_callback_and_bool("click", listener, true);
        }
    }
}

/// Random bytes from the browser's own source.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // The browser's source does not fail; if it did, a key of zeroes would be refused as taken.
    let _ = getrandom::fill(&mut bytes);
    bytes
}

/// A new key.
#[must_use]
pub fn new_key() -> Key {
    Key::random(random())
}

/// A small preference of this device.
#[must_use]
pub fn preference(name: &str) -> Option<String> {
    LocalStorage::get(format!("klassrum.{name}")).ok()
}

/// Keeps a small preference.
pub fn prefer(name: &str, value: &str) {
    // A full or refused localStorage costs only the preference.
    let _ = LocalStorage::set(format!("klassrum.{name}"), value);
}

/// Offers bytes to the person as a file to keep.
pub fn download(name: &str, media_type: &str, bytes: &[u8]) {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let Ok(blob) = Blob::new_with_u8_array_sequence_and_options(&parts, &options) else { return };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else { return };
    let document = web_sys::window().and_then(|window| window.document());
    let link = document
        .and_then(|document| document.create_element("a").ok())
        .and_then(|element| element.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The browser has begun the download by the next turn of the loop; a minute is generous.
    let release = Closure::once_into_js(move || {
        let _ = Url::revoke_object_url(&url);
    });
    if let Some(window) = web_sys::window() {
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(release.unchecked_ref(), 60_000);
    }
}

/// The bytes of a file that a person chose.
///
/// # Errors
/// The browser could not read it: it was moved, or lies on a drive that is gone.
pub async fn bytes_of(file: &web_sys::File) -> Result<Vec<u8>, JsValue> {
    let buffer = JsFuture::from(file.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// What the browser promises about what is stored here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// It stays until a person removes it.
    Persistent,
    /// The browser may clear it when the disk runs short, or after a week without a visit (Safari).
    BestEffort,
    /// The browser doesn't say: the address is not secure, or the browser is old.
    Unknown,
}

/// Asks the browser to keep what is stored, and tells what it answered.
pub async fn ask_to_keep() -> Keeping {
    storage_says("persist").await
}

/// What the browser has promised so far.
pub async fn keeping() -> Keeping {
    storage_says("persisted").await
}

async fn storage_says(method: &str) -> Keeping {
    let call = || -> Option<js_sys::Promise> {
        let storage = Reflect::get(&web_sys::window()?.navigator(), &"storage".into()).ok()?;
        let method = Reflect::get(&storage, &method.into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
        method.call0(&storage).ok()?.dyn_into().ok()
    };
    let Some(asked) = call() else { return Keeping::Unknown };
    match JsFuture::from(asked).await.map(|answer| answer.as_bool()) {
        Ok(Some(true)) => Keeping::Persistent,
        Ok(Some(false)) => Keeping::BestEffort,
        _ => Keeping::Unknown,
    }
}

/// Whether the browser counts this address as secure; without it there is no offline start.
#[must_use]
pub fn is_secure() -> bool {
    web_sys::window().is_some_and(|window| window.is_secure_context())
}
