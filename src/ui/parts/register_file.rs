//! Opening a register file: its passphrase if it has one, what it would change, and then the change.

use std::sync::Arc;

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;

use crate::browser::device;
use crate::browser::keeper::protocol::{Difference, Refusal, Request};
use crate::browser::keeper::register_file::{FileProblem, FileStep};
use crate::ui::session::{Answer, Session};
use crate::ui::words::i18n::{Locale, t, t_string, use_i18n};

/// A file that was chosen.
#[derive(Debug, Clone)]
struct Chosen {
    name: String,
    bytes: Arc<Vec<u8>>,
}

/// How opening a file went.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Unreadable,
    Problem(FileProblem),
    Merged,
}

/// What is wrong with a register file, and what to do about it.
#[must_use]
pub fn problem_text(i18n: I18nContext<Locale>, problem: FileProblem) -> &'static str {
    match problem {
        FileProblem::NeedsPassphrase => t_string!(i18n, file.needs_passphrase),
        FileProblem::WrongPassphrase => t_string!(i18n, file.wrong_passphrase),
        FileProblem::CutShort => t_string!(i18n, file.cut_short),
        FileProblem::Damaged => t_string!(i18n, file.damaged),
        FileProblem::Foreign => t_string!(i18n, file.foreign),
        FileProblem::OtherKind => t_string!(i18n, file.other_kind),
        FileProblem::Newer => t_string!(i18n, file.newer),
        FileProblem::TooLarge => t_string!(i18n, file.too_large),
        FileProblem::Memory => t_string!(i18n, file.memory),
        FileProblem::ReadBack | FileProblem::NotRead => t_string!(i18n, file.not_read),
    }
}

/// The way in for a register file, sealed or plain.
#[component]
pub fn OpenFile(
    /// Whether there is no register yet: then the file changes nothing, and is opened without asking.
    #[prop(optional)]
    first: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let busy = RwSignal::new(false);
    let asked = RwSignal::new(None::<Chosen>);
    let found = RwSignal::new(None::<(String, Difference)>);
    let said = RwSignal::new(None::<Said>);
    let passphrase = RwSignal::new(String::new());
    let (file, typed) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());

    let merge = move || {
        busy.set(true);
        session.merge(move |answer| {
            // The page that asked may be gone: the register is open now.
            busy.try_set(false);
            found.try_set(None);
            match answer {
                Answer::Done => said.try_set(Some(Said::Merged)),
                Answer::Refused(Refusal::File(why)) => said.try_set(Some(Said::Problem(why))),
                _ => None,
            };
        });
    };
    let inspect = move |chosen: Chosen, given: Option<String>| {
        busy.set(true);
        said.set(None);
        let bytes = chosen.bytes.to_vec();
        session.ask(
            |ticket| Request::Inspect(ticket, bytes, given),
            move |answer| {
                busy.try_set(false);
                match answer {
                    Answer::Inspected(difference) => {
                        asked.try_set(None);
                        passphrase.try_set(String::new());
                        if first {
                            merge();
                        } else {
                            found.try_set(Some((chosen.name, difference)));
                        }
                    }
                    Answer::Refused(Refusal::File(FileProblem::NeedsPassphrase)) => {
                        asked.try_set(Some(chosen));
                    }
                    Answer::Refused(Refusal::File(why)) => {
                        if why != FileProblem::WrongPassphrase {
                            asked.try_set(None);
                        }
                        said.try_set(Some(Said::Problem(why)));
                        if let Some(Some(typed)) = typed.try_get_untracked() {
                            // What was typed is replaced by the next try. Refused only while the control is gone.
                            let _ = typed.focus();
                            typed.select();
                        }
                    }
                    _ => {}
                }
            },
        );
    };
    let chosen = move |_| {
        let input = file.get_untracked();
        let chosen = input.as_ref().and_then(|input| input.files()).and_then(|files| files.get(0));
        // The same file can then be chosen again.
        let clear = move || input.iter().for_each(|input| input.set_value(""));
        let Some(chosen) = chosen else { return };
        busy.set(true);
        found.set(None);
        said.set(None);
        asked.set(None);
        passphrase.set(String::new());
        if first {
            session.ask_to_keep();
        }
        spawn_local(async move {
            let bytes = device::bytes_of(&chosen).await;
            clear();
            match bytes {
                Ok(bytes) => inspect(Chosen { name: chosen.name(), bytes: Arc::new(bytes) }, None),
                Err(_) => {
                    busy.try_set(false);
                    said.try_set(Some(Said::Unreadable));
                }
            }
        });
    };
    // Whoever chose a sealed file goes on by typing.
    Effect::new(move |_| {
        if asked.with(Option::is_some)
            && let Some(typed) = typed.get()
        {
            // Refused only while the control is gone.
            let _ = typed.focus();
        }
    });
    let try_passphrase = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let given = passphrase.get_untracked();
        if let Some(chosen) = asked.get_untracked()
            && !given.trim().is_empty()
            && !busy.get_untracked()
        {
            inspect(chosen, Some(given));
        }
    };
    let id = if first { "open-first" } else { "open-more" };
    let wrong = move || said.get() == Some(Said::Problem(FileProblem::WrongPassphrase));
    view! {
        <div class="open-file">
            <div class="actions">
                <label class="button button--file">
                    {t!(i18n, start.open)}
                    <input type="file" accept=".klassrum,.automerge" node_ref=file on:change=chosen disabled=busy />
                </label>
            </div>
            <Show when=move || asked.with(Option::is_some)>
                <form class="open-file__ask" on:submit=try_passphrase>
                    <div class="field">
                        <label for=format!("{id}-passphrase")>
                            {move || {
                                let name = asked.with(|asked| asked.as_ref().map(|asked| asked.name.clone()));
                                t_string!(i18n, file.passphrase_of, name = name.unwrap_or_default()).to_string()
                            }}
                        </label>
                        <input
                            id=format!("{id}-passphrase")
                            type="password"
                            autocomplete="off"
                            node_ref=typed
                            bind:value=passphrase
                            aria-describedby=format!("{id}-said")
                            aria-invalid=move || wrong().then_some("true")
                        />
                    </div>
                    <div class="actions">
                        <button class="button button--main" disabled=busy>{t!(i18n, file.open)}</button>
                        <button type="button" class="button" on:click=move |_| { asked.set(None); said.set(None); }>
                            {t!(i18n, common.cancel)}
                        </button>
                    </div>
                </form>
            </Show>
            <div role="status">
                {move || busy.get().then(|| {
                    let text = match session.file_step.get() {
                        Some(FileStep::Opening) => t_string!(i18n, file.opening),
                        Some(FileStep::Comparing) => t_string!(i18n, file.comparing),
                        _ => t_string!(i18n, start.working),
                    };
                    view! { <p>{text}</p> }
                })}
                {move || found.get().map(|(name, difference)| view! { <Preview name difference found busy on_merge=move |()| merge() /> })}
                {move || (said.get() == Some(Said::Merged)).then(|| view! { <p>{t!(i18n, settings.merged)}</p> })}
            </div>
            <p class="field__error" id=format!("{id}-said") role="alert" hidden=move || matches!(said.get(), None | Some(Said::Merged))>
                {move || match said.get() {
                    None | Some(Said::Merged) => "",
                    Some(Said::Unreadable) => t_string!(i18n, start.unreadable),
                    Some(Said::Problem(why)) => problem_text(i18n, why),
                }}
            </p>
        </div>
    }
}

/// What a file would change, and whether it shall.
#[component]
fn Preview(
    name: String,
    difference: Difference,
    found: RwSignal<Option<(String, Difference)>>,
    busy: RwSignal<bool>,
    #[prop(into)] on_merge: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let Difference { added, changed, removed, organisation } = difference;
    let own = session.read(|register| register.organisation().name.clone());
    let other = !own.is_empty() && !organisation.is_empty() && own != organisation;
    let whose = (!organisation.is_empty()).then(|| format!(" – {organisation}"));
    let changes =
        move || t_string!(i18n, settings.changes, added = added, changed = changed, removed = removed).to_string();
    view! {
        <div class="notice notice--ok">
            <p><strong>{name}</strong> {whose}</p>
            {other.then(|| view! { <p class="missing">{t!(i18n, settings.other_organisation)}</p> })}
            {if (added, changed, removed) == (0, 0, 0) {
                view! { <p>{t!(i18n, settings.no_changes)}</p> }.into_any()
            } else {
                view! {
                    <p>{changes}</p>
                    <p class="soft">{t!(i18n, settings.merge_about)}</p>
                    <div class="actions">
                        <button
                            type="button"
                            class="button button--main"
                            disabled=move || busy.get() || !session.editable()
                            on:click=move |_| on_merge.run(())
                        >
                            {t!(i18n, settings.merge)}
                        </button>
                        <button type="button" class="button" on:click=move |_| found.set(None)>
                            {t!(i18n, common.cancel)}
                        </button>
                    </div>
                }
                .into_any()
            }}
        </div>
    }
}
