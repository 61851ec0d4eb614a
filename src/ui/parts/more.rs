//! A list of which only so much is shown, until more is asked for.

use leptos::prelude::*;

use crate::ui::words::i18n::{t, use_i18n};

/// The way to more of a list, while there is more.
#[component]
pub fn More(
    /// How much of it is shown.
    shown: RwSignal<usize>,
    /// How much there is.
    #[prop(into)]
    total: Signal<usize>,
    /// How much more is shown each time.
    step: usize,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Show when=move || shown.get() < total.get()>
            <div class="actions">
                <button type="button" class="button" on:click=move |_| shown.update(|shown| *shown += step)>
                    {t!(i18n, common.more)}
                </button>
            </div>
        </Show>
    }
}
