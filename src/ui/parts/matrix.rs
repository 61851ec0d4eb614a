//! A risk matrix to choose a cell in: a table, by touch, by arrow keys and by ear.

use leptos::prelude::*;

use crate::register::method::Matrix;
use crate::register::{Impact, Likelihood};
use crate::ui::words::i18n::{t, use_i18n};
use crate::ui::words::language_of;

/// The matrix as it is drawn, with a cell that is chosen or none.
#[component]
pub fn MatrixPicker(
    /// What its radio buttons are called; one of a kind on the page.
    name: String,
    /// The matrix; nothing is drawn without it.
    #[prop(into)]
    matrix: Signal<Option<Matrix>>,
    /// What is chosen.
    #[prop(into)]
    chosen: Signal<(Option<Likelihood>, Option<Impact>)>,
    /// Told what somebody chooses.
    choose: Callback<(Likelihood, Impact)>,
    /// Whether nothing can be chosen.
    #[prop(into)]
    disabled: Signal<bool>,
    /// What it is about.
    #[prop(into)]
    legend: Signal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let name = StoredValue::new(name);
    let table = move || {
        let language = language_of(i18n);
        matrix.with(|matrix| {
            let matrix = matrix.as_ref()?;
            let heads = matrix.impacts().map(|(_, step)| {
                let (name, meaning) = (step.name.in_language(language).to_owned(), step.meaning.in_language(language).to_owned());
                view! { <th scope="col" title=meaning>{name}</th> }
            });
            let rows = matrix.likelihoods().rev().map(|(likelihood, step)| {
                let (row_name, meaning) = (step.name.in_language(language).to_owned(), step.meaning.in_language(language).to_owned());
                let cells = matrix.impacts().map(|(impact, column)| {
                    let (rank, level) = matrix.level(likelihood, impact)?;
                    let said = format!(
                        "{row_name}, {}: {}",
                        column.name.in_language(language).to_lowercase(),
                        level.name.in_language(language).to_lowercase()
                    );
                    let letter = level.letter.clone();
                    let is_chosen = move || chosen.get() == (Some(likelihood), Some(impact));
                    Some(view! {
                        <td>
                            <label class=format!("matrix__cell matrix__cell--{}", rank.min(4))>
                                <input
                                    type="radio"
                                    class="matrix__radio"
                                    name=name.get_value()
                                    aria-label=said
                                    prop:checked=is_chosen
                                    disabled=disabled
                                    on:change=move |_| choose.run((likelihood, impact))
                                />
                                <span aria-hidden="true">{letter}</span>
                                <span class="matrix__mark" aria-hidden="true">{move || if is_chosen() { "●" } else { "" }}</span>
                            </label>
                        </td>
                    })
                });
                let cells = cells.collect_view();
                view! { <tr><th scope="row" title=meaning>{row_name.clone()}</th>{cells}</tr> }
            });
            Some(view! {
                <table class="matrix">
                    <thead><tr><td></td>{heads.collect_view()}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            })
        })
    };
    view! {
        <fieldset class="matrix-field">
            <legend>{legend}</legend>
            <p class="soft">{t!(i18n, method.risk_axes)}</p>
            {table}
        </fieldset>
    }
}
