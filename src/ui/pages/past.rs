//! The register as it was at the end of an earlier day: all pages, to read.
//!
//! The page shows the overview of that day; from there on every page is of that day until somebody goes back to today.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use leptos_router::params::ParamsMap;

use super::overview::Overview;
use crate::browser::device;
use crate::register::{Choose, Date};
use crate::report::Figure;
use crate::ui::later::{Fetch, Fetched};
use crate::ui::parts::number;
use crate::ui::parts::past_day::PastDay;
use crate::ui::session::{Session, Standing};
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{day as in_words, language_of};

/// Where the addresses of earlier days begin.
pub const PLACE: &str = "/registret-per/";

/// The address of the register as it was at the end of a day.
#[must_use]
pub fn address(day: Date) -> String {
    format!("{PLACE}{day}")
}

/// The address of the list that was behind a year's figure at the end of a day.
#[must_use]
pub fn list_address(day: Date, figure: Figure, year: i16) -> String {
    format!("{PLACE}{day}?figure={}&year={year}", figure.key())
}

/// The list that an address asks for, by [`list_address`].
fn list_of(map: &ParamsMap) -> Option<String> {
    let figure = Figure::from_key(&map.get("figure")?)?;
    Some(number::address(&figure.list(map.get("year")?.parse().ok()?)))
}

/// The page.
#[component]
pub fn PastPage() -> impl IntoView {
    let session = Session::expect();
    let params = use_params_map();
    let day = Memo::new(move |_| {
        let day = params.with(|params| params.get("day").and_then(|day| day.parse::<Date>().ok()));
        day.filter(|day| *day < device::today())
    });
    // The document answers once it is open.
    let is_open = Memo::new(move |_| session.standing.with(|standing| matches!(standing, Standing::Open { .. })));
    let too_old = RwSignal::new(None::<Option<Date>>);
    Effect::new(move |_| {
        let Some(day) = day.get().filter(|_| is_open.get()) else { return };
        too_old.set(None);
        if untrack(|| session.past()) != Some(day) {
            session.show_past(day, move |began| _ = too_old.try_set(Some(began)));
        }
    });
    on_cleanup(move || session.leave_past_be());
    let list = use_query_map().with_untracked(list_of);
    let navigate = use_navigate();
    Effect::new(move |_| {
        let is_here = day.get().is_some_and(|day| session.past() == Some(day));
        if let Some(list) = list.as_ref().filter(|_| is_here) {
            navigate(list, NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
    move || match (day.get(), too_old.get()) {
        (None, _) => view! { <NoSuchDay /> }.into_any(),
        (Some(day), _) if session.past() == Some(day) => view! { <Overview /> }.into_any(),
        (Some(day), None) => view! { <Coming day /> }.into_any(),
        (Some(day), Some(began)) => view! { <TooOld day began /> }.into_any(),
    }
}

/// The day's name as a heading.
#[component]
fn OfDay(day: Date) -> impl IntoView {
    let i18n = use_i18n();
    let title = move || t_string!(i18n, past.title, day = in_words(day, language_of(i18n))).to_string();
    view! { <Heading title=Signal::derive(title) /> }
}

#[component]
fn Coming(day: Date) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <OfDay day />
        <p class="soft" role="status">{t!(i18n, past.coming)}</p>
    }
}

/// The register was not there yet.
#[component]
fn TooOld(
    /// The day that was asked for.
    day: Date,
    /// When the first was written; nothing if nothing is.
    began: Option<Date>,
) -> impl IntoView {
    let i18n = use_i18n();
    let why = move || match began {
        Some(began) => t_string!(i18n, past.began, day = in_words(began, language_of(i18n))).to_string(),
        None => t_string!(i18n, past.never).to_owned(),
    };
    view! {
        <OfDay day />
        <section class="card">
            <p role="status"><strong>{why}</strong></p>
            <PastDay />
        </section>
    }
}

#[component]
fn NoSuchDay() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Heading title=Signal::derive(move || t_string!(i18n, past.card).to_owned()) />
        <section class="card">
            <p role="status"><strong>{t!(i18n, past.not_before)}</strong></p>
            <PastDay />
        </section>
    }
}

/// A page that says something of today alone: fetched today, and in the past a word on why it isn't shown.
#[component]
pub fn OfToday(
    /// How it is fetched.
    page: Fetch,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    move || match session.past() {
        None => view! { <Fetched page /> }.into_any(),
        Some(_) => view! {
            <Heading title=Signal::derive(move || t_string!(i18n, past.today_title).to_owned()) />
            <p class="card">{t!(i18n, past.today_only)}</p>
        }
        .into_any(),
    }
}
