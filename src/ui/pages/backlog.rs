//! Which systems to classify next, and why; and a plan for the year from that.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::register::method::{Next, Pace, SittingTime, YearPlan, backlog, sitting_time, year_plan};
use crate::register::{Date, Key};
use crate::ui::parts::method::{next_words, use_method};
use crate::ui::parts::more::More;
use crate::ui::session::Session;
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{day, language_of};

/// Rows that are shown before one asks for more.
const STEP: usize = 50;
/// In July nobody sits.
const PAUSE: i8 = 7;

/// The page.
#[component]
pub fn Backlog() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let method = use_method();
    let next: Memo<Vec<Next>> = Memo::new(move |_| {
        method.with(|method| {
            let editions = method.editions();
            session.read(|register| backlog(register, method.current(&editions), session.today()))
        })
    });
    let under = Signal::derive(move || {
        let count = next.with(Vec::len);
        t_string!(i18n, method.backlog_count, count = count).to_string()
    });
    let limit = RwSignal::new(STEP);
    let keys = Memo::new(move |_| {
        next.with(|next| next.iter().take(limit.get()).map(|one| one.system.clone()).collect::<Vec<_>>())
    });
    view! {
        <Heading title=Signal::derive(move || t_string!(i18n, nav.backlog).to_owned()) under />
        <p class="actions">
            <A href="/metod">{t!(i18n, method.about_method)}</A>
            <Show when=move || session.past().is_none()>
                <A href=super::workshop::PLACE>{t!(i18n, workshop.door)}</A>
            </Show>
        </p>
        <Show
            when=move || next.with(|next| !next.is_empty())
            fallback=move || view! {
                <section class="card empty">
                    <p>{t!(i18n, method.backlog_none)}</p>
                    <A href="/system" attr:class="button">{t!(i18n, nav.systems)}</A>
                </section>
            }
        >
            <Plan next />
            <section class="card">
                <h2>{t!(i18n, method.backlog_order)}</h2>
                <p class="soft">{t!(i18n, method.backlog_about)}</p>
                <ol class="backlog">
                    <For each=move || keys.get() key=|key| key.clone() let(key)>
                        <Item key next />
                    </For>
                </ol>
                <More shown=limit total=Signal::derive(move || next.with(Vec::len)) step=STEP />
            </section>
        </Show>
    }
}

/// One system and why it comes here.
#[component]
fn Item(key: Key, next: Memo<Vec<Next>>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let address = format!("/system/{key}");
    let one = Memo::new(move |_| next.with(|next| next.iter().find(|one| one.system == key).cloned()));
    let name = move || one.with(|one| one.as_ref().map(|one| one.name.clone()));
    let reasons = move || {
        one.with(|one| {
            let reasons = one.iter().flat_map(|one| &one.reasons).map(|reason| next_words(i18n, session, reason));
            reasons.map(|words| view! { <li>{words}</li> }).collect_view()
        })
    };
    let planned = move || {
        let on = one.with(|one| one.as_ref().and_then(|one| one.planned))?;
        let month = month_words(on, language_of(i18n));
        Some(t_string!(i18n, method.planned_for, month = month).to_string())
    };
    view! {
        <li class="backlog__item">
            <p class="backlog__name"><A href=address>{name}</A> <span class="soft">{planned}</span></p>
            <ul class="reasons soft">{reasons}</ul>
        </li>
    }
}

/// The plan: how many sittings a month, and what that comes to.
#[component]
fn Plan(next: Memo<Vec<Next>>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let per_month = RwSignal::new(2_usize);
    let time: Memo<SittingTime> = Memo::new(move |_| session.read(sitting_time));
    let plan: Memo<YearPlan> = Memo::new(move |_| {
        let pace = Pace { from: session.today(), months: 12, per_month: per_month.get(), pause: PAUSE };
        next.with(|next| year_plan(next, pace))
    });
    let said = move || {
        let (count, left) = plan.with(|plan| (plan.count(), plan.left));
        let SittingTime { minutes, measured } = time.get();
        let hours = (u64::from(minutes) * u64::try_from(count).unwrap_or(0)).div_ceil(60);
        let how = if 0 < measured {
            t_string!(i18n, method.time_measured, minutes = minutes, count = measured).to_string()
        } else {
            t_string!(i18n, method.time_guessed, minutes = minutes).to_string()
        };
        let plan = t_string!(i18n, method.plan_said, count = count, hours = hours, left = left).to_string();
        format!("{plan} {how}")
    };
    let months = move || {
        let language = language_of(i18n);
        plan.with(|plan| {
            let months = plan.months.iter().map(|month| {
                let name = month_words(month.month, language);
                let systems = month.systems.iter().map(|one| {
                    let (address, name) = (format!("/system/{}", one.system), one.name.clone());
                    let late = one.late.then(|| view! { <span class="missing">" " {t!(i18n, method.plan_late)}</span> });
                    let settled = one.settled.then(|| view! { <span class="soft">" ✓"<span class="unseen">{t!(i18n, method.plan_settled)}</span></span> });
                    view! { <li><A href=address>{name}</A> {settled} {late}</li> }
                });
                let none = month.systems.is_empty().then(|| view! { <li class="soft">"–"</li> });
                view! { <li class="plan__month"><h3>{name}</h3><ul>{systems.collect_view()} {none}</ul></li> }
            });
            months.collect_view()
        })
    };
    let write = move |_| {
        if let Some(command) = plan.with_untracked(YearPlan::command) {
            session.send(command);
        }
    };
    let is_written = Memo::new(move |_| plan.with(|plan| plan.command().is_none()));
    view! {
        <section class="card">
            <h2>{t!(i18n, method.plan)}</h2>
            <div class="new-row">
                <div class="field">
                    <label for="per-month">{t!(i18n, method.plan_pace)}</label>
                    <input
                        id="per-month"
                        type="number"
                        min="1"
                        max="40"
                        prop:value=move || per_month.get().to_string()
                        on:change=move |event| {
                            if let Ok(number) = event_target_value(&event).parse::<usize>() {
                                per_month.set(number.clamp(1, 40));
                            }
                        }
                    />
                </div>
                <button
                    type="button"
                    class="button button--main"
                    disabled=move || !session.editable() || is_written.get()
                    on:click=write
                >
                    {t!(i18n, method.plan_write)}
                </button>
            </div>
            <p role="status">{said}</p>
            <ol class="plan">{months}</ol>
        </section>
    }
}

/// A month in words: ”mars 2025”.
fn month_words(on: Date, language: crate::register::Language) -> String {
    let words = day(on, language);
    words.split_once(' ').map_or(words.clone(), |(_, month)| month.to_owned())
}
