//! Every row of every system's action plan: what is to be done, by whom and when.

mod review;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};

use self::review::ReviewDecisions;
use crate::register::{Action, Choose, Field, Key, Place, Record, RecordKind};
use crate::report::figures::{self, Figure, ListBehind};
use crate::ui::parts::changed::Changed;
use crate::ui::parts::disputed::DisputedRecord;
use crate::ui::parts::fields::shown;
use crate::ui::parts::more::More;
use crate::ui::parts::number::HowCounted;
use crate::ui::session::Session;
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{counted, language_of, term};

/// Rows that are shown before one asks for more.
const STEP: usize = 200;

/// Which rows the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Open,
    Late,
    All,
}

/// The page.
#[component]
pub fn Actions() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let map = use_query_map();
    let which = Memo::new(move |_| {
        map.with(|map| match (map.get("late").as_deref(), map.get("all").as_deref()) {
            (Some("yes"), _) => Which::Late,
            (_, Some("yes")) => Which::All,
            _ => Which::Open,
        })
    });
    let list = move |which: Which| {
        session.read(|register| {
            let today = session.today();
            let mut rows: Vec<_> = match which {
                Which::Open => figures::actions(register, today, false).collect(),
                Which::Late => figures::actions(register, today, true).collect(),
                Which::All => {
                    register.actions.iter().filter(|(key, _)| register.systems.get(&key.root()).is_some()).collect()
                }
            };
            // What is open comes first, and of that what is due first; a day is before no day.
            rows.sort_by_key(|(key, action)| (action.is_closed(), action.due.is_none(), action.due, (*key).clone()));
            rows.into_iter().map(|(key, _)| key.clone()).collect::<Vec<Key>>()
        })
    };
    let matching = Memo::new(move |_| list(which.get()));
    let limit = RwSignal::new(STEP);
    let in_sight = Memo::new(move |_| matching.with(|keys| keys.iter().take(limit.get()).cloned().collect::<Vec<_>>()));
    let under = Signal::derive(move || {
        let count = matching.with(Vec::len);
        counted!(i18n, count, actions.count or single)
    });
    let navigate = StoredValue::new_local(use_navigate());
    let chip = move |choice: Which, address: &'static str, name: Signal<String>, figure: Option<Figure>| {
        let count = Memo::new(move |_| list(choice).len());
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=move || (which.get() == choice).to_string()
                on:click=move |_| {
                    limit.set(STEP);
                    let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
                    navigate.with_value(|navigate| navigate(address, options));
                }
            >
                {move || name.get()} " "
                <span class="chip__count" data-figure=figure.map(Choose::key)>{count}</span>
            </button>
        }
    };
    let language = move || language_of(i18n);
    let figure_name = move |figure: Figure| Signal::derive(move || figure.term().in_language(language()).to_owned());
    view! {
        <Heading title=Signal::derive(move || t_string!(i18n, nav.actions).to_owned()) under />
        <div class="filters" role="group" aria-label=move || t_string!(i18n, actions.filter)>
            {chip(Which::Open, "/atgarder", figure_name(Figure::ActionsOpen), Some(Figure::ActionsOpen))}
            {chip(Which::Late, "/atgarder?late=yes", figure_name(Figure::ActionsLate), Some(Figure::ActionsLate))}
            {chip(
                Which::All,
                "/atgarder?all=yes",
                Signal::derive(move || t_string!(i18n, actions.all).to_owned()),
                None,
            )}
        </div>
        <p class="unseen" role="status">{move || under.get()}</p>
        <HowCounted behind=Signal::derive(move || match which.get() {
            Which::Open => Some(ListBehind::Actions { late: false }),
            Which::Late => Some(ListBehind::Actions { late: true }),
            Which::All => None,
        }) />
        <ReviewDecisions />
        <Show
            when=move || matching.with(|keys| !keys.is_empty())
            fallback=move || view! {
                <section class="card empty">
                    <p>{move || match which.get() {
                        Which::Late => t_string!(i18n, actions.none_late),
                        Which::Open | Which::All => t_string!(i18n, actions.none),
                    }}</p>
                    <A href="/system" attr:class="button">{t!(i18n, nav.systems)}</A>
                </section>
            }
        >
            <div class="table-wrap">
                <table class="table">
                    <caption class="unseen">{t!(i18n, nav.actions)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{term(Action::TITLE.term)}</th>
                            <th scope="col">{term(RecordKind::System.term())}</th>
                            <th scope="col">{term(Action::OWNER.term)}</th>
                            <th scope="col">{term(Action::DUE.term)}</th>
                            <th scope="col">{term(Action::STATUS.term)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || in_sight.get() key=|key| key.clone() let(key)>
                            <Row key />
                        </For>
                    </tbody>
                </table>
            </div>
            <More shown=limit total=Signal::derive(move || matching.with(Vec::len)) step=STEP />
        </Show>
    }
}

/// One action's row.
#[component]
fn Row(key: Key) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let system = key.root();
    let address = format!("/system/{system}#handlingsplan");
    let place = Place { kind: RecordKind::Action, key: key.clone() };
    let action = Memo::new(move |_| session.read(|register| register.actions.get(&key).cloned()).unwrap_or_default());
    let name = Memo::new(move |_| {
        session.read(|register| register.systems.get(&system).map(|system| system.name.clone())).unwrap_or_default()
    });
    let words = move |field: Field| {
        action.with(|action| shown(field, &action.get(field.key).unwrap_or_default(), language_of(i18n)))
    };
    let late = move || action.with(|action| action.is_late(session.today()));
    view! {
        <tr>
            <th scope="row" class="list-name">{move || words(Action::TITLE)}<Changed place=place.clone() /><DisputedRecord place /></th>
            <td><A href=address>{move || name.get()}</A></td>
            <td>
                {move || {
                    let owner = words(Action::OWNER);
                    if owner.is_empty() {
                        view! { <span class="missing">{t!(i18n, systems.missing)}</span> }.into_any()
                    } else {
                        owner.into_any()
                    }
                }}
            </td>
            <td class="nowrap">
                {move || words(Action::DUE)}
                <Show when=late><span class="missing">" " {t!(i18n, actions.late)}</span></Show>
            </td>
            <td>{move || words(Action::STATUS)}</td>
        </tr>
    }
}
