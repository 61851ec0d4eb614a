//! The screen's words in Swedish and English: `words/sv.json` and `words/en.json`.
//!
//! A text that is missing in either language stops the build. The trade's own terms are not here: they stand with the
//! fields and the choices in the register room.

#[allow(missing_docs, clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/i18n/mod.rs"));
}

pub use generated::i18n;

/// A text with a count in it, or the one that is said of a single thing.
macro_rules! counted {
    ($i18n:ident, $count:expr, $room:ident.$many:ident or $one:ident $(, $name:ident = $value:expr)*) => {{
        let count = $count;
        if count == 1 {
            $crate::ui::words::i18n::t_string!($i18n, $room.$one $(, $name = $value)*).to_string()
        } else {
            $crate::ui::words::i18n::t_string!($i18n, $room.$many, count = count $(, $name = $value)*).to_string()
        }
    }};
}
pub(super) use counted;

use leptos_i18n::I18nContext;

use self::i18n::Locale;
use crate::browser::device;
use crate::register::{Date, DateTime, Language, Term};
use crate::report::model::day_in_words;

/// The screen's language; runs again when it changes.
#[must_use]
pub fn language() -> Language {
    language_of(i18n::use_i18n())
}

/// The language of a context that was fetched earlier; runs again when it changes.
#[must_use]
pub fn language_of(i18n: I18nContext<Locale>) -> Language {
    match i18n.get_locale() {
        Locale::sv => Language::Swedish,
        Locale::en => Language::English,
    }
}

/// A term of the trade in the screen's language, for use inside a view; runs again when the language changes.
pub fn term(term: Term) -> impl Fn() -> &'static str + Copy {
    let i18n = i18n::use_i18n();
    move || term.in_language(language_of(i18n))
}

/// The language that this device prefers: Swedish until somebody has chosen.
pub(super) fn preferred() -> Locale {
    if device::preference("language").as_deref() == Some("en") { Locale::en } else { Locale::sv }
}

/// Tells the browser, and through it screen readers, which language the page is in.
pub(super) fn name_language() {
    let i18n = i18n::use_i18n();
    leptos::prelude::Effect::new(move |_| {
        if let Some(root) = leptos::prelude::document().document_element() {
            // Refused only for a name that no attribute may have.
            let _ = root.set_attribute("lang", leptos_i18n::Locale::as_str(i18n.get_locale()));
        }
    });
}

/// Changes the language, and keeps the choice on this device.
pub fn prefer_language(i18n: I18nContext<Locale>, language: Language) {
    let (locale, name) = match language {
        Language::Swedish => (Locale::sv, "sv"),
        Language::English => (Locale::en, "en"),
    };
    device::prefer("language", name);
    i18n.set_locale(locale);
}

/// A day as people write it: ”26 mars 2025”.
#[must_use]
pub fn day(date: Date, language: Language) -> String {
    const ENGLISH: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    if language == Language::Swedish {
        return day_in_words(date);
    }
    let month =
        usize::try_from(date.month() - 1).ok().and_then(|month| ENGLISH.get(month)).copied().unwrap_or_default();
    format!("{} {month} {}", date.day(), date.year())
}

/// A time of day, or the day when it was not today: ”09:41”, ”2025-03-26”.
#[must_use]
pub fn clock(moment: DateTime) -> String {
    if moment.date() == device::today() {
        format!("{:02}:{:02}", moment.hour(), moment.minute())
    } else {
        moment.date().to_string()
    }
}
