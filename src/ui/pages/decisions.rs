//! The decisions on levels that were taken in a year and still stand.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::overview::year_of;
use crate::register::{Choose, Classification, Date, InformationSet, Key, Place, RecordKind};
use crate::report::figures::{self, Figure, ListBehind};
use crate::ui::parts::changed::Changed;
use crate::ui::parts::disputed::DisputedRecord;
use crate::ui::parts::level::LevelBadges;
use crate::ui::parts::number::HowCounted;
use crate::ui::parts::years::YearSelect;
use crate::ui::session::Session;
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{counted, language_of, term};

fn address(year: i16, archive: bool) -> String {
    format!("/klassningar?year={year}{}", if archive { "&archive=yes" } else { "" })
}

/// The page.
#[component]
pub fn Decisions() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let map = use_query_map();
    let year = Memo::new(move |_| {
        map.with(|map| map.get("year").and_then(|year| year.parse().ok())).unwrap_or_else(|| year_of(session))
    });
    let archive = Memo::new(move |_| map.with(|map| map.get("archive").as_deref() == Some("yes")));
    let years = Memo::new(move |_| {
        session.read(|register| {
            let years = register.classifications.iter().filter_map(|(_, decision)| Some(decision.decided?.year()));
            years.chain([session.today().year()]).collect::<Vec<_>>()
        })
    });
    let matching = Memo::new(move |_| {
        session.read(|register| {
            let mut rows: Vec<(Option<Date>, Key)> = figures::classifications(register, year.get(), archive.get())
                .map(|(key, decision)| (decision.decided, key.clone()))
                .collect();
            rows.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            rows.into_iter().map(|(_, key)| key).collect::<Vec<_>>()
        })
    });
    let under = Signal::derive(move || {
        let (count, year) = (matching.with(Vec::len), year.get());
        counted!(i18n, count, decisions.count or single, year = year)
    });
    let navigate = StoredValue::new_local(use_navigate());
    let go = move |address: String| {
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate.with_value(|navigate| navigate(&address, options));
    };
    let choose = move |year: Option<i16>| {
        if let Some(year) = year {
            go(address(year, archive.get_untracked()));
        }
    };
    let chip = move |only: bool, figure: Figure| {
        let count = move || session.read(|register| figures::classifications(register, year.get(), only).count());
        let name = move || {
            if only {
                Classification::ARCHIVE_TOOK_PART.term.in_language(language_of(i18n)).to_owned()
            } else {
                t_string!(i18n, decisions.all).to_owned()
            }
        };
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=move || (archive.get() == only).to_string()
                on:click=move |_| go(address(year.get_untracked(), only))
            >
                {name} " " <span class="chip__count" data-figure=figure.key()>{count}</span>
            </button>
        }
    };
    view! {
        <Heading title=Signal::derive(move || t_string!(i18n, decisions.title).to_owned()) under />
        <div class="filters" role="group" aria-label=move || t_string!(i18n, decisions.filter)>
            <YearSelect
                id="decisions-year"
                year=Signal::derive(move || Some(year.get()))
                years=years
                on_year=choose
            />
            {chip(false, Figure::ClassificationsDecided)}
            {chip(true, Figure::ArchiveTookPart)}
        </div>
        <p class="unseen" role="status">{move || under.get()}</p>
        <HowCounted behind=Signal::derive(move || {
            Some(ListBehind::Classifications { year: year.get(), archive: archive.get() })
        }) />
        <Show
            when=move || matching.with(|keys| !keys.is_empty())
            fallback=move || view! {
                <section class="card empty">
                    <p>{t!(i18n, decisions.none)}</p>
                    <A href="/system" attr:class="button">{t!(i18n, nav.systems)}</A>
                </section>
            }
        >
            <div class="table-wrap">
                <table class="table">
                    <caption class="unseen">{t!(i18n, decisions.title)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{term(Classification::DECIDED.term)}</th>
                            <th scope="col">{term(RecordKind::System.term())}</th>
                            <th scope="col">{term(InformationSet::NAME.term)}</th>
                            <th scope="col">{t!(i18n, systems.levels)}</th>
                            <th scope="col">{term(Classification::DECIDED_BY.term)}</th>
                            <th scope="col">{term(Classification::ARCHIVE_TOOK_PART.term)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || matching.get() key=|key| key.clone() let(key)>
                            <Row key />
                        </For>
                    </tbody>
                </table>
            </div>
        </Show>
    }
}

/// One decision's row. What was decided is never changed, so it is read once.
#[component]
fn Row(key: Key) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let one = untrack(|| session.read(|register| register.classifications.get(&key).cloned())).unwrap_or_default();
    let system = key.root();
    let address = format!("/system/{system}#klassning");
    let place = Place { kind: RecordKind::Classification, key: key.clone() };
    let name = Memo::new(move |_| {
        session.read(|register| register.systems.get(&system).map(|system| system.name.clone())).unwrap_or_default()
    });
    let set = one.information_set.clone();
    let set = move || {
        let name = Key::parse(&set)
            .and_then(|key| session.read(|register| register.information_sets.get(&key).map(|set| set.name.clone())));
        name.unwrap_or_else(|| t_string!(i18n, system.whole).to_owned())
    };
    let archive = one.archive_took_part;
    let took_part = move || match archive {
        Some(true) => t_string!(i18n, common.yes),
        Some(false) => t_string!(i18n, common.no),
        None => t_string!(i18n, common.not_chosen),
    };
    view! {
        <tr>
            <td class="nowrap">{one.decided.map(|day| day.to_string())}</td>
            <th scope="row" class="list-name"><A href=address>{move || name.get()}</A><Changed place=place.clone() /><DisputedRecord place /></th>
            <td>{set}</td>
            <td><LevelBadges levels=one.levels() /></td>
            <td>{one.decided_by.clone()}</td>
            <td>{took_part}</td>
        </tr>
    }
}
