//! A question in a box of its own: the browser's own dialog, which holds the focus and closes with Escape.

use leptos::html::Dialog;
use leptos::prelude::*;

use crate::ui::words::i18n::{t, use_i18n};

/// Asks before something that is hard to take back, and does it when the answer is yes.
#[component]
pub fn Confirm(
    /// Whether the question is asked; set to false when it is answered.
    open: RwSignal<bool>,
    /// What is asked.
    #[prop(into)]
    question: Signal<String>,
    /// What a yes is called: ”Ta bort”.
    #[prop(into)]
    yes: Signal<String>,
    /// Done on yes.
    #[prop(into)]
    on_yes: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            // Refused only when the box is gone from the page, and then nobody asks.
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog class="dialog" node_ref=dialog on:close=move |_| open.set(false) aria-label=move || question.get()>
            <p>{move || question.get()}</p>
            <div class="actions">
                <button
                    type="button"
                    class="button button--danger"
                    on:click=move |_| {
                        open.set(false);
                        on_yes.run(());
                    }
                >
                    {move || yes.get()}
                </button>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    {t!(i18n, common.cancel)}
                </button>
            </div>
        </dialog>
    }
}
