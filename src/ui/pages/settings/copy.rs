//! A copy of the register as a file: sealed with a passphrase, or plain.

use leptos::html::Input;
use leptos::prelude::*;

use crate::browser::device;
use crate::browser::keeper::protocol::{Refusal, Request};
use crate::browser::keeper::register_file::{FileProblem, FileStep};
use crate::crypto::is_long_enough;
use crate::ui::session::{Answer, Session};
use crate::ui::words::i18n::{t, t_string, use_i18n};

/// How far a copy has come.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Copying {
    Nothing,
    Working,
    Saved(String),
    Failed(Option<FileProblem>),
}

/// What is wrong with the passphrase as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Short,
    Unlike,
}

/// A file name's part: small letters, figures and hyphens.
fn plain(text: &str) -> String {
    let small = text.to_lowercase();
    let letters = small.chars().map(|letter| match letter {
        'å' | 'ä' => 'a',
        'ö' => 'o',
        'é' => 'e',
        'a'..='z' | '0'..='9' => letter,
        _ => '-',
    });
    let parts: String = letters.collect();
    parts.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// What the register's file is called today.
fn file_name(session: Session, ending: &str) -> String {
    let organisation = session.read(|register| register.organisation());
    let name = if organisation.short.is_empty() { &organisation.name } else { &organisation.short };
    let name: String = plain(name).chars().take(40).collect();
    let day = device::today();
    if name.is_empty() { format!("klassrum-{day}.{ending}") } else { format!("klassrum-{name}-{day}.{ending}") }
}

/// Saving a copy. The keeper has opened the finished file again before the browser gets it.
#[component]
pub fn Copy() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let copying = RwSignal::new(Copying::Nothing);
    let sealed = RwSignal::new(true);
    let (passphrase, again) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let wrong = RwSignal::new(None::<Wrong>);
    let (first, second) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let focus = |input: NodeRef<Input>| {
        if let Some(input) = input.get_untracked() {
            // Refused only while the control is gone.
            let _ = input.focus();
        }
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (sealed, typed) = (sealed.get_untracked(), passphrase.get_untracked());
        wrong.set(None);
        copying.set(Copying::Nothing);
        if sealed && !is_long_enough(&typed) {
            wrong.set(Some(Wrong::Short));
            return focus(first);
        }
        if sealed && typed != again.get_untracked() {
            wrong.set(Some(Wrong::Unlike));
            return focus(second);
        }
        copying.set(Copying::Working);
        let given = sealed.then_some(typed);
        session.ask(
            |ticket| Request::Save(ticket, given),
            move |answer| match answer {
                Answer::Saved(bytes) => {
                    let name = untrack(|| file_name(session, if sealed { "klassrum" } else { "automerge" }));
                    device::download(&name, "application/octet-stream", &bytes);
                    device::prefer("backup", &device::today().to_string());
                    // What stands at the head of the page is told to look again.
                    session.saving.update(|_| {});
                    passphrase.try_set(String::new());
                    again.try_set(String::new());
                    copying.try_set(Copying::Saved(name));
                }
                Answer::Refused(Refusal::File(why)) => {
                    copying.try_set(Copying::Failed(Some(why)));
                }
                _ => {
                    copying.try_set(Copying::Failed(None));
                }
            },
        );
    };
    let way = move |choice: bool, name: Signal<String>| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="copy-kind"
                    prop:checked=move || sealed.get() == choice
                    on:change=move |_| sealed.set(choice)
                />
                <span>{move || name.get()}</span>
            </label>
        }
    };
    let working = move || copying.get() == Copying::Working;
    view! {
        <section class="card" id="kopia">
            <h2>{t!(i18n, settings.copy)}</h2>
            <p class="soft">{t!(i18n, settings.copy_about)}</p>
            <p>
                {move || {
                    session.saving.track();
                    match device::preference("backup").filter(|day| !day.is_empty()) {
                        Some(day) => t_string!(i18n, settings.copy_latest, day = day).to_string(),
                        None => t_string!(i18n, settings.copy_never).to_owned(),
                    }
                }}
            </p>
            <form class="copy" on:submit=save>
                <fieldset class="copy__kinds">
                    <legend>{t!(i18n, file.kind)}</legend>
                    {way(true, Signal::derive(move || t_string!(i18n, file.sealed).to_owned()))}
                    {way(false, Signal::derive(move || t_string!(i18n, file.plain).to_owned()))}
                </fieldset>
                <Show
                    when=move || sealed.get()
                    fallback=move || view! { <p class="notice notice--warn">{t!(i18n, file.plain_about)}</p> }
                >
                    <p class="soft" id="copy-about">{t!(i18n, file.passphrase_about)}</p>
                    <div class="fields">
                        <div class="field">
                            <label for="copy-passphrase">{t!(i18n, file.passphrase)}</label>
                            <input
                                id="copy-passphrase"
                                type="password"
                                autocomplete="new-password"
                                node_ref=first
                                bind:value=passphrase
                                aria-describedby="copy-about copy-short"
                                aria-invalid=move || (wrong.get() == Some(Wrong::Short)).then_some("true")
                            />
                            <p class="field__error" id="copy-short" role="alert" hidden=move || wrong.get() != Some(Wrong::Short)>
                                {t!(i18n, file.too_short)}
                            </p>
                        </div>
                        <div class="field">
                            <label for="copy-again">{t!(i18n, file.again)}</label>
                            <input
                                id="copy-again"
                                type="password"
                                autocomplete="new-password"
                                node_ref=second
                                bind:value=again
                                aria-describedby="copy-unlike"
                                aria-invalid=move || (wrong.get() == Some(Wrong::Unlike)).then_some("true")
                            />
                            <p class="field__error" id="copy-unlike" role="alert" hidden=move || wrong.get() != Some(Wrong::Unlike)>
                                {t!(i18n, file.unlike)}
                            </p>
                        </div>
                    </div>
                </Show>
                <div class="actions">
                    <button class="button button--main" disabled=working>{t!(i18n, settings.save)}</button>
                </div>
            </form>
            <p role="status">
                {move || match copying.get() {
                    Copying::Nothing | Copying::Failed(_) => String::new(),
                    Copying::Working => match session.file_step.get() {
                        Some(FileStep::Sealing) => t_string!(i18n, file.sealing).to_owned(),
                        Some(FileStep::ReadingBack) => t_string!(i18n, file.reading_back).to_owned(),
                        _ => t_string!(i18n, start.working).to_owned(),
                    },
                    Copying::Saved(name) => t_string!(i18n, settings.saved, name = name).to_string(),
                }}
            </p>
            <p class="field__error" role="alert" hidden=move || !matches!(copying.get(), Copying::Failed(_))>
                {move || match copying.get() {
                    Copying::Failed(Some(FileProblem::Memory)) => t_string!(i18n, file.memory),
                    Copying::Failed(Some(FileProblem::TooLarge)) => t_string!(i18n, file.too_large),
                    _ => t_string!(i18n, settings.save_failed),
                }}
            </p>
        </section>
    }
}
