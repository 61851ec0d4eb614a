//! How something that was decided or said is withdrawn: never without a reason, and never erased.

use leptos::html::Input;
use leptos::prelude::*;

use crate::register::{Command, Place};
use crate::ui::session::{Answer, Session};
use crate::ui::words::i18n::{t, use_i18n};

/// The way to withdraw a record.
#[component]
pub fn Withdraw(
    /// The record.
    place: Place,
    /// The question that a reason answers.
    #[prop(into)]
    why: Signal<String>,
    /// What to know before.
    #[prop(optional, into)]
    about: Signal<Option<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let opened = RwSignal::new(false);
    let reason = RwSignal::new(String::new());
    let refused = RwSignal::new(false);
    let id = StoredValue::new(format!("withdraw-{}-{}", place.kind as u8, place.key.as_str().replace('.', "-")));
    let error_id = move || id.with_value(|id| format!("{id}-error"));
    let place = StoredValue::new(place);
    let input = NodeRef::<Input>::new();
    // Who asked for it writes at once.
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            // Refused only when the control is gone.
            let _ = input.focus();
        }
    });
    let withdraw = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let reason = reason.get_untracked();
        refused.set(reason.trim().is_empty());
        if refused.get_untracked() {
            return;
        }
        session.send_then(Command::Withdraw { place: place.get_value(), reason }, move |answer| {
            if matches!(answer, Answer::Done) {
                opened.try_set(false);
            }
        });
    };
    view! {
        <Show
            when=move || opened.get()
            fallback=move || view! {
                <button
                    type="button"
                    class="button button--plain"
                    disabled=move || !session.editable()
                    on:click=move |_| opened.set(true)
                >
                    {t!(i18n, withdraw.act)}
                </button>
            }
        >
            // Said here: the browser would say it in its own language.
            <form class="new-row" novalidate on:submit=withdraw>
                {move || about.get().map(|about| view! { <p class="new-row__said">{about}</p> })}
                <div class="field">
                    <label for=id.get_value()>{move || why.get()}</label>
                    <input
                        id=id.get_value()
                        autocomplete="off"
                        node_ref=input
                        bind:value=reason
                        aria-invalid=move || refused.get().then_some("true")
                        aria-describedby=error_id
                    />
                    <p id=error_id class="field__error" role="alert" hidden=move || !refused.get()>
                        {t!(i18n, withdraw.reason_missing)}
                    </p>
                </div>
                <button class="button button--danger">{t!(i18n, withdraw.act)}</button>
                <button type="button" class="button" on:click=move |_| opened.set(false)>
                    {t!(i18n, common.cancel)}
                </button>
            </form>
        </Show>
    }
}

/// With which reason a record was withdrawn.
#[component]
pub fn Withdrawn(
    /// The reason.
    reason: String,
) -> impl IntoView {
    let i18n = use_i18n();
    view! { <p class="missing">{t!(i18n, withdraw.done)} " " {reason}</p> }
}
