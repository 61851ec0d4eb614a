//! What is kept and what is disposed of, per information set.

use leptos::prelude::*;

use super::table::Table;
use crate::register::Key;
use crate::register::workshop::{KnownRule, RecordsNote, Said, Stop, Workshop};
use crate::ui::words::i18n::{Locale, t, t_string, use_i18n};

/// Whether somebody for the archive sits at the table.
#[must_use]
pub fn archive_is_here(workshop: &Workshop) -> bool {
    workshop
        .at_table()
        .map(|person| person.role.to_lowercase())
        .any(|role| role.contains("arkiv") || role.contains("archiv"))
}

/// The stop.
#[component]
pub fn RecordsStop() -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let sets = Memo::new(move |_| {
        table.turn(|turn| turn.agenda().map(|set| (set.key.clone(), set.name.clone())).collect::<Vec<_>>())
    });
    let archive = Memo::new(move |_| table.read(archive_is_here));
    view! {
        <h1>{t!(i18n, workshop.records)}</h1>
        <p class="soft">{t!(i18n, workshop.records_about)}</p>
        <p>
            {move || if archive.get() { t_string!(i18n, workshop.archive_here) } else { t_string!(i18n, workshop.archive_away) }}
        </p>
        {move || sets.get().into_iter().map(|(key, name)| view! { <Rule key name /> }).collect_view()}
        <Show when=move || table.leads()>
            <div class="next">
                <button type="button" class="button" on:click=move |_| table.show(Stop::Risks)>
                    {t!(i18n, workshop.to_risks)}
                </button>
                <button type="button" class="button button--main" on:click=move |_| table.show(Stop::Summary)>
                    {t!(i18n, workshop.to_summary)}
                </button>
            </div>
        </Show>
    }
}

/// What the register says of a set: ”I registret: Gallras två år efter avslut, dokumenthanteringsplanen”.
fn rule_words(i18n: leptos_i18n::I18nContext<Locale>, rule: &KnownRule) -> String {
    let what = match rule.keep {
        Some(true) => t_string!(i18n, workshop.keep).to_owned(),
        Some(false) => format!("{} {}", t_string!(i18n, workshop.dispose), rule.when),
        None => rule.when.clone(),
    };
    let parts: Vec<_> = [what.trim(), rule.basis.trim()].into_iter().filter(|part| !part.is_empty()).collect();
    format!("{} {}", t_string!(i18n, workshop.in_register), parts.join(", "))
}

/// One set's rule.
#[component]
fn Rule(key: Key, name: String) -> impl IntoView {
    let i18n = use_i18n();
    let table = Table::expect();
    let (group, when_id, basis_id) = (format!("keep-{key}"), format!("when-{key}"), format!("basis-{key}"));
    let key = StoredValue::new(key);
    let note = Memo::new(move |_| {
        key.with_value(|key| table.turn(|turn| turn.records.iter().find(|note| note.set == *key).cloned()))
    });
    let rule = Memo::new(move |_| key.with_value(|key| table.turn(|turn| turn.set(key)?.rule.clone())));
    let from_register = move |keep: bool| {
        let (when, basis) = rule.get_untracked().map(|rule| (rule.when, rule.basis)).unwrap_or_default();
        RecordsNote { set: key.get_value(), keep, when, basis }
    };
    // The register's rule said again, while the table has said nothing of its own.
    let again = Memo::new(move |_| {
        rule.with(|rule| rule.as_ref().and_then(|rule| rule.keep)).filter(|_| note.with(Option::is_none))
    });
    let confirm = move |_| {
        if let Some(keep) = again.get_untracked() {
            table.say(Said::Records(from_register(keep)));
        }
    };
    let change = move |change: &dyn Fn(&mut RecordsNote)| {
        let new = from_register(true);
        let mut note = note.get_untracked().unwrap_or(new);
        change(&mut note);
        table.say(Said::Records(note));
    };
    let keep = move || note.with(|note| note.as_ref().map(|note| note.keep));
    let leads = move || table.leads();
    let choice = move |what: bool, words: Signal<String>| {
        view! {
            <label class="answer">
                <input
                    type="radio"
                    name=group.clone()
                    disabled=move || !leads()
                    prop:checked=move || keep() == Some(what)
                    on:change=move |_| change(&|note| note.keep = what)
                />
                {words}
            </label>
        }
    };
    view! {
        <section class="card">
            <fieldset class="measure__question">
                <legend>{name.clone()}</legend>
                {move || rule.get().map(|rule| view! {
                    <p class="measure__known soft">{move || rule_words(i18n, &rule)}</p>
                })}
                <div class="answers">
                    {choice(true, Signal::derive(move || t_string!(i18n, workshop.keep).to_owned()))}
                    {choice(false, Signal::derive(move || t_string!(i18n, workshop.dispose).to_owned()))}
                    <Show when=move || leads() && again.with(Option::is_some)>
                        <button type="button" class="button button--plain" on:click=confirm>
                            {t!(i18n, workshop.confirm)} <span class="unseen">": " {name.clone()}</span>
                        </button>
                    </Show>
                </div>
            </fieldset>
            <Show when=move || keep().is_some()>
                <div class="fields">
                    <div class="field" hidden=move || keep() == Some(true)>
                        <label for=when_id.clone()>{t!(i18n, workshop.dispose_when)}</label>
                        <input
                            id=when_id.clone()
                            maxlength="300"
                            readonly=move || !leads()
                            prop:value=move || note.with(|note| note.as_ref().map(|note| note.when.clone()))
                            on:change=move |event| {
                                let text = event_target_value(&event).trim().to_owned();
                                change(&|note| note.when.clone_from(&text));
                            }
                        />
                    </div>
                    <div class="field">
                        <label for=basis_id.clone()>{t!(i18n, workshop.basis)}</label>
                        <input
                            id=basis_id.clone()
                            maxlength="300"
                            readonly=move || !leads()
                            prop:value=move || note.with(|note| note.as_ref().map(|note| note.basis.clone()))
                            on:change=move |event| {
                                let text = event_target_value(&event).trim().to_owned();
                                change(&|note| note.basis.clone_from(&text));
                            }
                        />
                    </div>
                </div>
            </Show>
        </section>
    }
}
