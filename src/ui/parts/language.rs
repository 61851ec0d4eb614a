//! The screen's language, to be chosen where one comes in and in the settings.

use leptos::prelude::*;

use crate::register::Language;
use crate::ui::words::i18n::{t, use_i18n};
use crate::ui::words::{language_of, prefer_language};

/// Svenska or English.
#[component]
pub fn LanguageChoice(
    /// Whether it stands in one line, its heading only heard.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let language = move |choice: Language, name: &'static str, code: &'static str| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="language"
                    prop:checked=move || language_of(i18n) == choice
                    on:change=move |_| prefer_language(i18n, choice)
                />
                <span lang=code>{name}</span>
            </label>
        }
    };
    view! {
        <fieldset class:languages=small>
            <legend class:unseen=small>{t!(i18n, settings.language)}</legend>
            // A language is called by its own name, so that it is found by whoever reads it.
            {language(Language::Swedish, "Svenska", "sv")}
            {language(Language::English, "English", "en")}
        </fieldset>
    }
}
