//! A figure that is a link to the list behind it.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::register::Choose;
use crate::report::figures::{Figure, IncidentsOnly, ListBehind};
use crate::ui::words::i18n::use_i18n;
use crate::ui::words::language_of;

/// The address of the list behind a figure.
#[must_use]
pub fn address(behind: &ListBehind) -> String {
    match behind {
        ListBehind::Systems(only) if only.key() == "all" => "/system".to_owned(),
        ListBehind::Systems(only) => format!("/system?only={}", only.key()),
        ListBehind::Incidents { year, only: IncidentsOnly::All } => format!("/incidenter?year={year}"),
        ListBehind::Incidents { year, only } => format!("/incidenter?year={year}&only={}", only.key()),
        ListBehind::Classifications { year, archive } => {
            format!("/klassningar?year={year}{}", if *archive { "&archive=yes" } else { "" })
        }
        ListBehind::Actions { late } => format!("/atgarder{}", if *late { "?late=yes" } else { "" }),
        ListBehind::Training => "/utbildning".to_owned(),
    }
}

/// A number that leads to its list.
#[component]
pub fn Number(
    /// Which figure it is.
    figure: Figure,
    /// Its value.
    #[prop(into)]
    value: Signal<u32>,
    /// The list behind it.
    #[prop(into)]
    behind: Signal<ListBehind>,
) -> impl IntoView {
    view! {
        <A href=move || behind.with(address) attr:class="number" attr:data-figure=figure.key()>
            {move || value.get()}
        </A>
    }
}

/// How the figure is counted whose list one looks at; nothing where the list is no figure's.
#[component]
pub fn HowCounted(
    /// The list.
    #[prop(into)]
    behind: Signal<Option<ListBehind>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let figures = Memo::new(move |_| {
        let Some(list) = behind.get() else { return Vec::new() };
        let year = match list {
            ListBehind::Incidents { year, .. } | ListBehind::Classifications { year, .. } => year,
            ListBehind::Systems(_) | ListBehind::Actions { .. } | ListBehind::Training => 0,
        };
        Figure::ALL.iter().copied().filter(|figure| figure.list(year) == list).collect::<Vec<_>>()
    });
    let said = move |figure: Figure| {
        let term = move || figure.term().in_language(language_of(i18n));
        view! { <p class="how-counted soft"><strong>{term}</strong> ": " {move || figure.definition(language_of(i18n))}</p> }
    };
    view! {
        {move || figures.get().into_iter().map(said).collect_view()}
    }
}
