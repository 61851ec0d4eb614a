//! A choice among the trade's words, from a list that opens.

use leptos::prelude::*;

use crate::register::Choose;
use crate::ui::words::i18n::{t, use_i18n};
use crate::ui::words::term;

/// One of all cases, or none yet.
#[component]
pub fn ChoiceSelect<C: Choose + Send + Sync>(
    /// The control's id, for its label.
    #[prop(into)]
    id: String,
    /// What is chosen.
    chosen: RwSignal<Option<C>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let option = move |one: C| {
        let words = term(one.term());
        view! { <option value=one.key() selected=move || chosen.get() == Some(one)>{words}</option> }
    };
    view! {
        <select
            id=id
            prop:value=move || chosen.get().map_or("", Choose::key)
            on:change=move |event| chosen.set(C::from_key(&event_target_value(&event)))
        >
            <option value="" selected=move || chosen.with(Option::is_none)>{t!(i18n, common.not_chosen)}</option>
            {C::ALL.iter().map(|one| option(*one)).collect_view()}
        </select>
    }
}
