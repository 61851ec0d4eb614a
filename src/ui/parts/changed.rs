//! The mark of what others have changed since it was last looked through here.

use leptos::prelude::*;

use crate::register::Place;
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, use_i18n};

/// Beside a record's name, where others have changed it or something that belongs to it; until that is marked as seen.
#[component]
pub fn Changed(
    /// The record.
    place: Place,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let news = Memo::new(move |_| {
        session.past().is_none() && session.news.with(|news| news.iter().any(|news| news.place.is_or_is_below(&place)))
    });
    view! {
        <Show when=move || news.get()>
            <span class="news"><span class="unseen">" – " {t!(i18n, news.changed)}</span></span>
        </Show>
    }
}
