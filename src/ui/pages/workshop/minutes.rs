//! The minutes on the screen, for paper and as a file.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::table::Table;
use crate::browser::{device, files};
use crate::register::workshop::Turn;
use crate::report::minutes;
use crate::report::model::{Block, Report, Runs, day_in_words, words};
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::language_of;

/// The minutes of the system whose turn it is. What has changed since the end is read before it is ended again.
pub fn of(table: Table, session: Session) -> Option<Report> {
    let organisation = session.read(|register| register.organisation().name.clone());
    table.read(|workshop| {
        let turn = workshop.turn()?;
        let as_now = turn.changed_since_end().then(|| Turn { endings: Vec::new(), ..turn.clone() });
        Some(minutes(workshop, as_now.as_ref().unwrap_or(turn), &organisation, device::today()))
    })
}

/// What the minutes say.
#[component]
pub fn Minutes() -> impl IntoView {
    let table = Table::expect();
    let session = Session::expect();
    let said = Memo::new(move |_| of(table, session));
    move || {
        said.get().map(|report| {
            let sections = report.sections.into_iter().map(|section| {
                let blocks = section.computed.into_iter().map(block).collect_view();
                view! { <section class="card"><h2>{section.heading}</h2>{blocks}</section> }
            });
            let day = day_in_words(report.as_of);
            view! {
                // What the page says round it is not on paper.
                <header class="minutes__head on-paper" lang="sv">
                    <p>{report.organisation}</p>
                    <p class="minutes__title">{report.title}</p>
                    <p>{day}</p>
                </header>
                <div class="minutes" lang="sv">{sections.collect_view()}</div>
            }
        })
    }
}

fn block(block: Block) -> AnyView {
    let items = |items: Vec<Runs>| items.into_iter().map(|item| view! { <li>{words(&item)}</li> }).collect_view();
    match block {
        Block::Paragraph(said) => view! { <p>{words(&said)}</p> }.into_any(),
        Block::Bullets(all) => view! { <ul class="reasons">{items(all)}</ul> }.into_any(),
        Block::Numbered(all) => view! { <ol class="reasons">{items(all)}</ol> }.into_any(),
        Block::Table(table) | Block::KeyFigures(table) | Block::Chart(crate::report::charts::Chart { table, .. }) => {
            let row = |row: Vec<Runs>| {
                let cells = row.into_iter().enumerate().map(|(place, cell)| match place {
                    0 => view! { <th scope="row">{words(&cell)}</th> }.into_any(),
                    _ => view! { <td>{words(&cell)}</td> }.into_any(),
                });
                view! { <tr>{cells.collect_view()}</tr> }
            };
            view! {
                <div class="table-wrap" tabindex="0" role="region" aria-label=table.caption.clone()>
                    <table class="table minutes__table">
                        <caption class="unseen">{table.caption.clone()}</caption>
                        <thead>
                            <tr>{table.header.into_iter().map(|heading| view! { <th scope="col">{heading}</th> }).collect_view()}</tr>
                        </thead>
                        <tbody>{table.rows.into_iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
            }
            .into_any()
        }
    }
}

/// On paper, and as a file.
#[component]
pub fn MinutesFiles() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let session = Session::expect();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let fetch = move |_| {
        let workshop = table.view.with_untracked(|view| view.as_ref().map(|view| view.workshop.clone()));
        let Some(workshop) = workshop else { return };
        busy.set(true);
        problem.set(None);
        let organisation = untrack(|| session.read(|register| register.organisation().name.clone()));
        let title = workshop.turn().map(|turn| turn.about.name.clone()).unwrap_or_default();
        let language = untrack(|| language_of(i18n));
        spawn_local(async move {
            match files::minutes(workshop, organisation, device::today()).await {
                Ok(bytes) => device::download(&format!("Protokoll {title}.docx"), files::DOCX, &bytes),
                Err(why) => _ = problem.try_set(Some(why.text(language))),
            }
            busy.try_set(false);
        });
    };
    view! {
        <div class="actions" aria-busy=move || busy.get().to_string()>
            <button type="button" class="button" on:click=move |_| _ = window().print()>{t!(i18n, workshop.print)}</button>
            <button type="button" class="button" disabled=busy on:click=fetch>{t!(i18n, workshop.docx)}</button>
        </div>
        <p class="field__error" role="alert" hidden=move || problem.with(Option::is_none)>{problem}</p>
        <p class="soft" role="status" hidden=move || !busy.get()>{move || t_string!(i18n, workshop.making)}</p>
    }
}
