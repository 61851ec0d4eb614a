//! Whether it is time to classify the system again, and why.

use leptos::prelude::*;

use crate::register::Key;
use crate::ui::parts::method::{due_of, due_words};
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{day, language_of};

/// The reasons, or the day it will be time; nothing for a system that is not classified.
#[component]
pub fn DueAgain(system: Key) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let due = Memo::new(move |_| due_of(session, &system));
    move || {
        let due = due.get()?;
        Some(if due.is_now() {
            let reasons = due.reasons.iter().map(|reason| {
                let words = due_words(i18n, session, reason);
                view! { <li>{words}</li> }
            });
            view! {
                <div class="notice notice--warn" data-due="now">
                    <p><strong>{t!(i18n, method.due_now)}</strong></p>
                    <ul class="reasons">{reasons.collect_view()}</ul>
                </div>
            }
            .into_any()
        } else {
            let next = move || {
                let next = day(due.next, language_of(i18n));
                t_string!(i18n, method.due_next, day = next).to_string()
            };
            view! { <p class="soft" data-due="later">{next}</p> }.into_any()
        })
    }
}
