//! What was decided, read aloud; the end of the sitting; and its way into the register.

use leptos::prelude::*;
use leptos_router::components::A;

use super::minutes::{Minutes, MinutesFiles};
use super::records::archive_is_here;
use super::table::Table;
use crate::browser::device;
use crate::register::workshop::{Said, Turn, outcome};
use crate::ui::session::{Answer, Session};
use crate::ui::words::i18n::{t, t_string, use_i18n};

/// The stop.
#[component]
pub fn Summary() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let ended = Memo::new(move |_| table.turn(|turn| !turn.endings.is_empty()));
    let apart = Memo::new(move |_| table.turn(Turn::ended_apart));
    let changed = Memo::new(move |_| table.turn(Turn::changed_since_end));
    let stopped = Memo::new(move |_| table.turn(Turn::is_stopped));
    let ends = move || !ended.get() || changed.get() || apart.get();
    let brings = move || ended.get() && !stopped.get() && (!changed.get() || apart.get());
    let left = Memo::new(move |_| {
        table.turn(|turn| {
            let questions = turn.questions();
            questions.iter().filter(|one| turn.asked(one).is_none_or(|asked| asked.decision().is_none())).count()
        })
    });
    view! {
        <h1 class="on-screen">{t!(i18n, workshop.summary)}</h1>
        <p class="soft on-screen">{t!(i18n, workshop.summary_about)}</p>
        <p class="notice notice--warn" hidden=move || left.get() == 0>
            {move || t_string!(i18n, workshop.left, count = left.get()).to_string()}
        </p>
        <p class="notice notice--warn" role="alert" hidden=move || !apart.get()>{t!(i18n, workshop.ended_apart)}</p>
        <p class="notice notice--bad" role="alert" hidden=move || !stopped.get()>{t!(i18n, system.exceptional)}</p>
        <p class="notice notice--warn" role="alert" hidden=move || !changed.get()>{t!(i18n, workshop.changed_since_end)}</p>
        <Minutes />
        // What is shown now is no minutes before it is ended again.
        <Show when=move || !changed.get()>
            <MinutesFiles />
        </Show>
        <Show when=move || table.leads() && ends()>
            <End />
        </Show>
        <Show when=move || table.leads() && brings()>
            <Bring />
        </Show>
        <p class="notice notice--ok" role="status" hidden=move || !ended.get() || changed.get()>
            {t!(i18n, workshop.is_over)}
        </p>
    }
}

/// Ending the sitting, or ending it again.
#[component]
fn End() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let before = untrack(|| table.turn(|turn| turn.endings.last().map(|ending| ending.what.clone())));
    let again = before.is_some();
    let owner = table.read(|workshop| {
        let owner = workshop
            .at_table()
            .map(super::people::written)
            .find(|role| role.to_lowercase().contains("informationsägare"));
        owner.unwrap_or_default()
    });
    let by = RwSignal::new(before.as_ref().map_or(owner, |before| before.decided_by.clone()));
    let took_part = before.map_or_else(|| untrack(|| table.read(archive_is_here)), |before| before.archive_took_part);
    let archive = RwSignal::new(took_part);
    let words = move || if again { t_string!(i18n, workshop.end_again) } else { t_string!(i18n, workshop.end) };
    let none = Memo::new(move |_| table.turn(|turn| turn.asked.iter().all(|asked| asked.decision().is_none())));
    let end = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let decided_by = by.get_untracked().trim().to_owned();
        if decided_by.is_empty() {
            return;
        }
        let archive_took_part = archive.get_untracked();
        let finish =
            untrack(|| table.turn(|turn| Some(turn.to_finish(decided_by, device::today(), archive_took_part))));
        if let Some(finish) = finish {
            table.say(Said::Finish(finish));
        }
    };
    view! {
        <form class="card" on:submit=end>
            <h2>{words}</h2>
            <p class="soft">{t!(i18n, workshop.end_about)}</p>
            <div class="field">
                <label for="decided-by">{t!(i18n, workshop.decided_by)}</label>
                <input id="decided-by" required maxlength="300" autocomplete="off" bind:value=by />
            </div>
            <label class="check"><input type="checkbox" bind:checked=archive /> {t!(i18n, workshop.archive_took_part)}</label>
            <div class="actions">
                <button class="button button--main" disabled=none>{words}</button>
            </div>
        </form>
    }
}

/// Bringing the end into the register of whoever leads.
#[component]
fn Bring() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let session = Session::expect();
    let system = Memo::new(move |_| table.turn(|turn| Some(turn.about.system.clone())));
    let is_known = Memo::new(move |_| {
        system.with(|system| {
            session.read(|register| system.as_ref().is_some_and(|key| register.systems.get(key).is_some()))
        })
    });
    let found = Memo::new(move |_| {
        table.view.with(|view| {
            let view = view.as_ref()?;
            let turn = view.workshop.turn()?;
            session.read(|register| outcome(&view.workshop, turn, register)).map(|outcome| outcome.command)
        })
    });
    let done = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let bring = move |_| {
        let Some(command) = found.get_untracked() else { return };
        problem.set(None);
        session.send_then(command, move |answer| match answer {
            Answer::Refused(why) => problem.set(Some(crate::ui::shell::refusal_text(i18n, &why))),
            _ => done.set(true),
        });
    };
    let address = move || system.get().map(|key| format!("/system/{key}#klassning")).unwrap_or_default();
    view! {
        <section class="card on-screen">
            <h2>{t!(i18n, workshop.bring)}</h2>
            <Show
                when=move || is_known.get()
                fallback=move || view! { <p class="soft">{t!(i18n, workshop.bring_nowhere)}</p> }
            >
                <Show
                    when=move || found.with(Option::is_some)
                    fallback=move || view! {
                        <p role="status">{t!(i18n, workshop.brought)}</p>
                        <p><A href=address>{t!(i18n, workshop.to_system)}</A></p>
                    }
                >
                    <p class="soft">{t!(i18n, workshop.bring_about)}</p>
                    <button type="button" class="button button--main" disabled=move || !session.editable() on:click=bring>
                        {t!(i18n, workshop.bring)}
                    </button>
                </Show>
            </Show>
            <p class="field__error" role="alert" hidden=move || problem.with(Option::is_none)>{problem}</p>
        </section>
    }
}
