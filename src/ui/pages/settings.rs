//! Whose register it is, who writes here, how it looks, where it is kept and how to take a copy of it.

pub mod relay;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::device::{self, Keeping};
use crate::browser::keeper::protocol::{Difference, Request};
use crate::document::Author;
use crate::register::{Language, RecordKind, organisation_place};
use crate::ui::parts::confirm::Confirm;
use crate::ui::parts::fields::FieldEditor;
use crate::ui::session::{Answer, Session};
use crate::ui::shell::{self, Heading};
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{language_of, prefer_language};

/// The page.
#[component]
pub fn Settings() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Heading title=Signal::derive(move || t_string!(i18n, nav.settings).to_owned()) />
        <section class="card">
            <h2>{t!(i18n, settings.organisation)}</h2>
            <div class="fields">
                {RecordKind::Organisation.fields().iter().map(|field| view! {
                    <FieldEditor place=organisation_place() field=*field />
                }).collect_view()}
            </div>
        </section>
        <You />
        <Look />
        <relay::Relay />
        <Copy />
        <Merge />
        <Device />
    }
}

/// Who writes here: a role, and a name if one wants to.
#[component]
fn You() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let author = session.author;
    let sign = move |change: &dyn Fn(&mut Author)| {
        let mut signed = author.get_untracked();
        change(&mut signed);
        session.sign_as(signed);
    };
    view! {
        <section class="card">
            <h2>{t!(i18n, settings.you)}</h2>
            <p class="soft">{t!(i18n, settings.you_about)}</p>
            <div class="fields">
                <div class="field">
                    <label for="you-role">{t!(i18n, settings.role)}</label>
                    <input
                        id="you-role"
                        autocomplete="organization-title"
                        maxlength="100"
                        prop:value=move || author.with(|author| author.role.clone())
                        on:change=move |event| {
                            let role = event_target_value(&event).trim().to_owned();
                            sign(&|author: &mut Author| author.role.clone_from(&role));
                        }
                    />
                </div>
                <div class="field">
                    <label for="you-name">{t!(i18n, settings.name)}</label>
                    <input
                        id="you-name"
                        autocomplete="name"
                        maxlength="100"
                        prop:value=move || author.with(|author| author.name.clone())
                        on:change=move |event| {
                            let name = event_target_value(&event).trim().to_owned();
                            sign(&|author: &mut Author| author.name.clone_from(&name));
                        }
                    />
                </div>
            </div>
        </section>
    }
}

/// The screen's language and whether it is light or dark.
#[component]
fn Look() -> impl IntoView {
    let i18n = use_i18n();
    let theme = RwSignal::new(device::preference("theme").unwrap_or_default());
    let language = move |choice: Language, name: &'static str, code: &'static str| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="language"
                    prop:checked=move || language_of(i18n) == choice
                    on:change=move |_| prefer_language(i18n, choice)
                />
                <span lang=code>{name}</span>
            </label>
        }
    };
    let shade = move |choice: &'static str, name: Signal<String>| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="theme"
                    prop:checked=move || theme.with(|theme| theme == choice)
                    on:change=move |_| {
                        theme.set(choice.to_owned());
                        device::prefer("theme", choice);
                        shell::show_theme(choice);
                    }
                />
                <span>{move || name.get()}</span>
            </label>
        }
    };
    view! {
        <section class="card">
            <h2>{t!(i18n, settings.look)}</h2>
            <div class="choices">
                <fieldset>
                    <legend>{t!(i18n, settings.language)}</legend>
                    // A language is called by its own name, so that it is found by whoever reads it.
                    {language(Language::Swedish, "Svenska", "sv")}
                    {language(Language::English, "English", "en")}
                </fieldset>
                <fieldset>
                    <legend>{t!(i18n, settings.theme)}</legend>
                    {shade("light", Signal::derive(move || t_string!(i18n, settings.light).to_owned()))}
                    {shade("dark", Signal::derive(move || t_string!(i18n, settings.dark).to_owned()))}
                    {shade("", Signal::derive(move || t_string!(i18n, settings.as_device).to_owned()))}
                </fieldset>
            </div>
        </section>
    }
}

/// How far a copy has come.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Copying {
    Nothing,
    Working,
    Saved(String),
    Failed,
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
fn file_name(session: Session) -> String {
    let organisation = session.read(|register| register.organisation());
    let name = if organisation.short.is_empty() { &organisation.name } else { &organisation.short };
    let name: String = plain(name).chars().take(40).collect();
    let day = device::today();
    if name.is_empty() { format!("klassrum-{day}.automerge") } else { format!("klassrum-{name}-{day}.automerge") }
}

/// A copy of the register as a file.
#[component]
fn Copy() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let copying = RwSignal::new(Copying::Nothing);
    let failed = move || {
        copying.try_set(Copying::Failed);
    };
    // The bytes are read back as a file's would be, before anything is said to be saved.
    let hand_over = move |bytes: &[u8]| {
        let own = untrack(|| session.read(|register| register.organisation().name.clone()));
        let bytes = bytes.to_vec();
        let back = bytes.clone();
        session.ask(
            |ticket| Request::Inspect(ticket, back),
            move |answer| match answer {
                Answer::Inspected(difference) if is_same(&difference) && difference.organisation == own => {
                    let name = untrack(|| file_name(session));
                    device::download(&name, "application/octet-stream", &bytes);
                    device::prefer("backup", &device::today().to_string());
                    // What stands at the head of the page is told to look again.
                    session.saving.update(|_| {});
                    copying.try_set(Copying::Saved(name));
                }
                _ => failed(),
            },
        );
    };
    let save = move |_| {
        copying.set(Copying::Working);
        session.ask(Request::Save, move |answer| match answer {
            Answer::Saved(bytes) => hand_over(&bytes),
            _ => failed(),
        });
    };
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
            <div class="actions">
                <button
                    type="button"
                    class="button button--main"
                    disabled=move || copying.get() == Copying::Working
                    on:click=save
                >
                    {t!(i18n, settings.save)}
                </button>
            </div>
            <p role="status">
                {move || match copying.get() {
                    Copying::Nothing | Copying::Failed => String::new(),
                    Copying::Working => t_string!(i18n, start.working).to_owned(),
                    Copying::Saved(name) => t_string!(i18n, settings.saved, name = name).to_string(),
                }}
            </p>
            <p class="field__error" role="alert" hidden=move || copying.get() != Copying::Failed>
                {t!(i18n, settings.save_failed)}
            </p>
        </section>
    }
}

fn is_same(difference: &Difference) -> bool {
    (difference.added, difference.changed, difference.removed) == (0, 0, 0)
}

/// A register file that was chosen, and what it would change.
#[derive(Debug, Clone)]
struct Found {
    name: String,
    bytes: Arc<Vec<u8>>,
    difference: Difference,
}

/// Opening a register file: first what it would change, then the change.
#[component]
fn Merge() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let found = RwSignal::new(None::<Found>);
    let said = RwSignal::new(None::<Said>);
    let busy = RwSignal::new(false);
    let file = NodeRef::<leptos::html::Input>::new();
    let chosen = move |_| {
        let input = file.get_untracked();
        let chosen = input.as_ref().and_then(|input| input.files()).and_then(|files| files.get(0));
        // The same file can then be chosen again.
        let clear = move || input.iter().for_each(|input| input.set_value(""));
        let Some(chosen) = chosen else { return };
        busy.set(true);
        found.set(None);
        said.set(None);
        let name = chosen.name();
        spawn_local(async move {
            let bytes = device::bytes_of(&chosen).await;
            clear();
            let Ok(bytes) = bytes else {
                busy.try_set(false);
                said.try_set(Some(Said::Unreadable));
                return;
            };
            let bytes = Arc::new(bytes);
            let asked = bytes.to_vec();
            session.ask(
                |ticket| Request::Inspect(ticket, asked),
                move |answer| {
                    busy.try_set(false);
                    // A refusal is told at the head of the page.
                    if let Answer::Inspected(difference) = answer {
                        found.try_set(Some(Found { name, bytes, difference }));
                    }
                },
            );
        });
    };
    let merge = move |_| {
        let Some(taken) = found.get_untracked() else { return };
        busy.set(true);
        session.ask(
            |ticket| Request::Merge(ticket, taken.bytes.to_vec()),
            move |answer| {
                busy.try_set(false);
                found.try_set(None);
                if matches!(answer, Answer::Done) {
                    said.try_set(Some(Said::Merged));
                }
            },
        );
    };
    let other = move |difference: &Difference| {
        let own = session.read(|register| register.organisation().name.clone());
        !own.is_empty() && !difference.organisation.is_empty() && own != difference.organisation
    };
    let preview = move |found_here: Found| {
        let Found { name, difference, .. } = found_here;
        let same = is_same(&difference);
        let other = other(&difference);
        let whose = (!difference.organisation.is_empty()).then(|| difference.organisation.clone());
        let changes = move || {
            t_string!(
                i18n,
                settings.changes,
                added = difference.added,
                changed = difference.changed,
                removed = difference.removed
            )
            .to_string()
        };
        view! {
            <div class="notice notice--ok">
                <p><strong>{name}</strong> {whose.map(|whose| format!(" – {whose}"))}</p>
                {other.then(|| view! { <p class="missing">{t!(i18n, settings.other_organisation)}</p> })}
                {if same {
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
                                on:click=merge
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
    };
    view! {
        <section class="card" id="registerfil">
            <h2>{t!(i18n, settings.open)}</h2>
            <p class="soft">{t!(i18n, settings.open_about)}</p>
            <div class="actions">
                <label class="button button--file">
                    {t!(i18n, start.open)}
                    <input type="file" accept=".automerge" node_ref=file on:change=chosen disabled=busy />
                </label>
            </div>
            <div role="status">
                {move || busy.get().then(|| view! { <p>{t!(i18n, start.working)}</p> })}
                {move || found.get().map(preview)}
                {move || (said.get() == Some(Said::Merged)).then(|| view! { <p>{t!(i18n, settings.merged)}</p> })}
            </div>
            <p class="field__error" role="alert" hidden=move || said.get() != Some(Said::Unreadable)>
                {t!(i18n, start.unreadable)}
            </p>
        </section>
    }
}

/// How opening a file went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Unreadable,
    Merged,
}

/// What the browser promises about what is kept here, and how to remove it.
#[component]
fn Device() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let keeping = RwSignal::new(None::<Keeping>);
    spawn_local(async move {
        let promise = device::keeping().await;
        keeping.try_set(Some(promise));
    });
    let ask = move |_| {
        spawn_local(async move {
            let promise = device::ask_to_keep().await;
            keeping.try_set(Some(promise));
        });
    };
    let promise = move || match keeping.get() {
        None => "",
        Some(Keeping::Persistent) => t_string!(i18n, settings.persistent),
        Some(Keeping::BestEffort) => t_string!(i18n, settings.best_effort),
        Some(Keeping::Unknown) => t_string!(i18n, settings.unknown),
    };
    let asked = RwSignal::new(false);
    let forget = move |()| {
        session.ask(Request::Forget, |_| {});
        device::prefer("backup", "");
    };
    view! {
        <section class="card" id="enheten">
            <h2>{t!(i18n, settings.device)}</h2>
            <p role="status">{promise}</p>
            <Show when=move || keeping.get() == Some(Keeping::BestEffort)>
                <div class="actions">
                    <button type="button" class="button" on:click=ask>{t!(i18n, settings.ask_to_keep)}</button>
                </div>
            </Show>
            <p>
                {move || if device::is_secure() {
                    t_string!(i18n, settings.secure)
                } else {
                    t_string!(i18n, settings.not_secure)
                }}
            </p>
            <h3>{t!(i18n, settings.forget)}</h3>
            <p class="soft">{t!(i18n, settings.forget_about)}</p>
            <div class="actions">
                <button type="button" class="button button--danger" on:click=move |_| asked.set(true)>
                    {t!(i18n, settings.forget)}
                </button>
            </div>
            <Confirm
                open=asked
                question=Signal::derive(move || {
                    let latest = match device::preference("backup").filter(|day| !day.is_empty()) {
                        Some(day) => t_string!(i18n, settings.copy_latest, day = day).to_string(),
                        None => t_string!(i18n, settings.copy_never).to_owned(),
                    };
                    asked.track();
                    format!("{} {latest}", t_string!(i18n, settings.forget_question))
                })
                yes=Signal::derive(move || t_string!(i18n, settings.forget).to_owned())
                on_yes=forget
            />
        </section>
    }
}
