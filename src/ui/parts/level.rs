//! The badge of an aspect's level: letter, number and filled blocks, never colour alone.

use leptos::prelude::*;

use crate::register::{Aspect, Choose, Level, Levels};
use crate::ui::words::{i18n::use_i18n, language_of};

/// One aspect's level.
#[component]
pub fn LevelBadge(
    /// The aspect.
    aspect: Aspect,
    /// Its level.
    level: Level,
) -> impl IntoView {
    let i18n = use_i18n();
    let said = move || {
        let language = language_of(i18n);
        format!("{} {} – {}", aspect.term().in_language(language), level.number(), level.term().in_language(language))
    };
    let blocks = (1..=3).map(|block| {
        let class = if block <= level.number() { "level__block level__block--filled" } else { "level__block" };
        view! { <span class=class></span> }
    });
    view! {
        <span class=format!("level level--{}", level.number()) title=said>
            <span aria-hidden="true">{format!("{} {}", aspect.letter(), level.number())}</span>
            <span class="level__blocks" aria-hidden="true">{blocks.collect_view()}</span>
            <span class="unseen">{said}</span>
        </span>
    }
}

/// The four aspects' levels in a row; a dash where nothing is decided.
#[component]
pub fn LevelBadges(
    /// The levels.
    levels: Levels,
) -> impl IntoView {
    let badges = Aspect::ALL
        .iter()
        .filter_map(|aspect| levels.of(*aspect).map(|level| view! { <LevelBadge aspect=*aspect level /> }));
    view! { <span class="levels">{badges.collect_view()}</span> }
}
