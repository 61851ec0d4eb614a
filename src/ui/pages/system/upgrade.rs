//! When the catalogue has a new edition: what each measure was, what it is now, and the answer to propose.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::browser::device;
use crate::catalogue::{MethodInUse, catalogue_of};
use crate::register::method::{Held, Measure, NewAnswer, answer, upgrade};
use crate::register::{Assessment, Choose, Command, Key};
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{counted, language_of};

/// A measure whose answer was given by an earlier edition.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    new: Measure,
    old: Vec<Measure>,
    same: bool,
    proposed: Assessment,
}

/// What is to be looked through; nothing when all answers are of the edition in use.
#[component]
pub fn Upgrades(system: Key, method: Memo<MethodInUse>, held: Memo<BTreeMap<String, Held>>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let system = StoredValue::new(system);
    let now = Memo::new(move |_| method.with(|method| method.measures.edition()));
    // The editions that answers name and that are not in use any more.
    let before = Memo::new(move |_| {
        let now = now.get();
        held.with(|held| {
            let mut named: Vec<_> = held.values().map(|held| held.answer.catalogue.clone()).collect();
            named.retain(|edition| !edition.is_empty() && *edition != now);
            named.sort_unstable();
            named.dedup();
            named
        })
    });
    let rows: Memo<Vec<Row>> = Memo::new(move |_| {
        let now = now.get();
        let mut found: BTreeMap<String, Row> = BTreeMap::new();
        for edition in before.get() {
            let Some(old) = session.read(|register| catalogue_of(&edition, &register.methods)) else { continue };
            let answers = held.with(|held| {
                let of_edition = held.iter().filter(|(_, held)| held.answer.catalogue == edition);
                of_edition
                    .filter_map(|(id, held)| Some((id.clone(), held.answer.assessment?)))
                    .collect::<BTreeMap<_, _>>()
            });
            let is_new = |id: &str| held.with(|held| held.get(id).is_some_and(|held| held.answer.catalogue == now));
            method.with(|method| {
                for one in upgrade(&old, &method.measures, &answers).renewed {
                    let Some(proposed) = one.proposed.filter(|_| !is_new(&one.new.id)) else { continue };
                    let row = Row {
                        new: one.new.clone(),
                        old: one.old.into_iter().cloned().collect(),
                        same: one.same,
                        proposed,
                    };
                    found.insert(row.new.id.clone(), row);
                }
            });
        }
        found.into_values().collect()
    });
    let accept = move |rows: Vec<Row>| {
        let edition = now.get_untracked();
        let commands = rows.into_iter().map(|row| {
            let reason = held.with_untracked(|held| {
                let old = row.old.iter().find_map(|old| held.get(&old.id));
                old.map(|held| held.answer.reason.clone()).unwrap_or_default()
            });
            let new = NewAnswer {
                measure: row.new.id,
                catalogue: edition.clone(),
                assessment: row.proposed,
                reason: if reason.is_empty() { t_string!(i18n, method.kept_answer).to_owned() } else { reason },
                at: device::local_time(),
                by: session.author.get_untracked().role,
            };
            system.with_value(|system| {
                session.picture.with_untracked(|picture| answer(&picture.register, system, &device::new_key(), &new))
            })
        });
        session.send(Command::Batch(commands.collect()));
    };
    let same = Memo::new(move |_| rows.with(|rows| rows.iter().filter(|row| row.same).count()));
    let to_look_at =
        Memo::new(move |_| rows.with(|rows| rows.iter().filter(|row| !row.same).cloned().collect::<Vec<_>>()));
    let accept_same = move |_| accept(rows.get_untracked().into_iter().filter(|row| row.same).collect());
    view! {
        <Show when=move || before.with(|before| !before.is_empty())>
            <div class="notice notice--warn upgrade">
                <p>
                    {move || {
                        let before = before.get().join(", ");
                        t_string!(i18n, method.upgrade_about, before = before, now = now.get()).to_string()
                    }}
                </p>
                <Show when=move || 0 < same.get()>
                    <p>{move || counted!(i18n, same.get(), method.upgrade_same or upgrade_same_single)}</p>
                    <button type="button" class="button" disabled=move || !session.editable() on:click=accept_same>
                        {t!(i18n, method.upgrade_keep)}
                    </button>
                </Show>
                <Show when=move || to_look_at.with(|rows| !rows.is_empty())>
                    <div class="table-wrap">
                        <table class="table">
                            <caption>{t!(i18n, method.upgrade_changed)}</caption>
                            <thead>
                                <tr>
                                    <th scope="col">{t!(i18n, method.upgrade_old)}</th>
                                    <th scope="col">{t!(i18n, method.upgrade_new)}</th>
                                    <th scope="col">{t!(i18n, method.upgrade_answer)}</th>
                                </tr>
                            </thead>
                            <tbody>
                                <For each=move || to_look_at.get() key=|row| row.new.id.clone() let(row)>
                                    <Changed row accept />
                                </For>
                            </tbody>
                        </table>
                    </div>
                </Show>
            </div>
        </Show>
    }
}

/// A measure that asks for something else now.
#[component]
fn Changed(row: Row, accept: impl Fn(Vec<Row>) + Copy + 'static) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let row = StoredValue::new(row);
    let words = move |measure: &Measure| {
        let language = language_of(i18n);
        format!(
            "{} {} ({}): {}",
            measure.label(),
            measure.title.in_language(language),
            measure.from.as_text(),
            measure.expects.in_language(language)
        )
    };
    let old = move || row.with_value(|row| row.old.iter().map(words).collect::<Vec<_>>().join("\n"));
    let new = move || row.with_value(|row| words(&row.new));
    let proposed = move || row.with_value(|row| row.proposed.term().in_language(language_of(i18n)));
    view! {
        <tr>
            <td class="upgrade__words">{old}</td>
            <td class="upgrade__words">{new}</td>
            <td>
                <button
                    type="button"
                    class="button"
                    disabled=move || !session.editable()
                    on:click=move |_| accept(vec![row.get_value()])
                >
                    {move || t_string!(i18n, method.upgrade_accept, answer = proposed()).to_string()}
                </button>
            </td>
        </tr>
    }
}
