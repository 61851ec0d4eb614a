//! A choice of year, for the lists and the report that are about one.

use leptos::prelude::*;

use crate::ui::words::i18n::{t, use_i18n};

/// The choice, with its label.
#[component]
pub fn YearSelect(
    /// The control's id, which its label names.
    id: &'static str,
    /// The year that is chosen; none for all.
    #[prop(into)]
    year: Signal<Option<i16>>,
    /// The years there is something from; the chosen one is offered even when there is nothing from it.
    #[prop(into)]
    years: Signal<Vec<i16>>,
    /// Told what was chosen.
    #[prop(into)]
    on_year: Callback<Option<i16>>,
    /// Whether all years can be chosen at once.
    #[prop(optional)]
    all: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let offered = Memo::new(move |_| {
        let mut offered = years.get();
        offered.extend(year.get());
        offered.sort_unstable_by(|a, b| b.cmp(a));
        offered.dedup();
        offered
    });
    let text = move || year.get().map_or_else(|| "all".to_owned(), |year| year.to_string());
    view! {
        <div class="year">
            <label for=id>{t!(i18n, years.year)}</label>
            <select id=id prop:value=text on:change=move |event| on_year.run(event_target_value(&event).parse().ok())>
                {move || offered.get().into_iter().map(|choice| view! {
                    <option value=choice.to_string() selected=move || year.get() == Some(choice)>{choice}</option>
                }).collect_view()}
                {all.then(|| view! {
                    <option value="all" selected=move || year.get().is_none()>{t!(i18n, years.all)}</option>
                })}
            </select>
        </div>
    }
}
