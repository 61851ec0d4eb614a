//! The choice of a day whose register is to be shown.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::browser::device;
use crate::register::Date;
use crate::ui::pages::past;
use crate::ui::words::i18n::{t, t_string, use_i18n};

/// A day field that proposes the end of last year, and the way to the register as it was then.
#[component]
pub fn PastDay() -> impl IntoView {
    let i18n = use_i18n();
    let today = device::today();
    let proposed = Date::new(today.year() - 1, 12, 31).map(|day| day.to_string()).unwrap_or_default();
    let latest = today.yesterday().map(|day| day.to_string()).unwrap_or_default();
    let text = RwSignal::new(proposed);
    let wrong = RwSignal::new(false);
    let navigate = use_navigate();
    let show = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let day = text.with_untracked(|text| text.parse::<Date>().ok()).filter(|day| *day < device::today());
        wrong.set(day.is_none());
        if let Some(day) = day {
            navigate(&past::address(day), NavigateOptions::default());
        }
    };
    view! {
        <p class="soft">{t!(i18n, past.about)}</p>
        // Said here: the browser would say it in its own language.
        <form class="new-row" novalidate on:submit=show>
            <div class="field">
                <label for="past-day">{t!(i18n, past.day)}</label>
                <input
                    id="past-day"
                    type="date"
                    max=latest
                    bind:value=text
                    aria-invalid=move || wrong.get().then_some("true")
                    aria-describedby="past-wrong"
                />
                <p id="past-wrong" class="field__error" role="alert" hidden=move || !wrong.get()>
                    {move || wrong.get().then(|| t_string!(i18n, past.not_before))}
                </p>
            </div>
            <button class="button">{t!(i18n, past.show)}</button>
        </form>
    }
}
