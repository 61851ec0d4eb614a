//! The organisation's method: which editions are in use, what they say, and how to take an edition of one's own into use.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::device;
use crate::catalogue::{MethodFile, MethodInUse, SheetError, method_file, shipped_text, text_of};
use crate::register::method::{MethodKind, upgrade};
use crate::register::value::FieldType;
use crate::register::{
    Aspect, Choose, Command, Key, Level, Method, Organisation, Place, Prose, RecordKind, organisation_place,
};
use crate::ui::parts::fields::FieldEditor;
use crate::ui::parts::method::use_method;
use crate::ui::parts::withdraw::{Withdraw, Withdrawn};
use crate::ui::session::Session;
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{language_of, term};

/// The page.
#[component]
pub fn MethodPage() -> impl IntoView {
    let i18n = use_i18n();
    let method = use_method();
    let under = Signal::derive(move || {
        let editions = method.with(MethodInUse::editions);
        t_string!(i18n, method.in_use, wording = editions.wording, catalogue = editions.catalogue).to_string()
    });
    view! {
        <Heading title=Signal::derive(move || t_string!(i18n, method.title).to_owned()) under />
        <Own method />
        <section class="card">
            <h2>{t!(i18n, method.choices)}</h2>
            <div class="fields">
                <MatrixChoice method />
                <FieldEditor place=organisation_place() field=Organisation::SITTING_MINUTES />
            </div>
        </section>
        <Wording method />
        <Catalogue method />
    }
}

/// Which matrix new analyses use.
#[component]
fn MatrixChoice(method: Memo<MethodInUse>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let options = move || {
        let language = language_of(i18n);
        method.with(|method| {
            let first = method.matrices.first().map(|one| one.edition.id.clone());
            let options = method.matrices.iter().map(|one| {
                let id = one.edition.id.clone();
                let chosen = first.as_ref() == Some(&id);
                view! { <option value=id selected=chosen>{one.name.in_language(language).to_owned()}</option> }
            });
            options.collect_view()
        })
    };
    let choose = move |id: String| session.set(organisation_place(), Organisation::MATRIX, id.value());
    view! {
        <div class="field">
            <label for="method-matrix">{term(Organisation::MATRIX.term)}</label>
            <select id="method-matrix" disabled=move || !session.editable() on:change=move |event| choose(event_target_value(&event))>
                {options}
            </select>
        </div>
    }
}

/// A file that was read and waits to be taken into use.
#[derive(Debug, Clone, PartialEq)]
struct Waiting {
    text: String,
    file: MethodFile,
}

/// The organisation's own editions, and a way to take a new one into use.
#[component]
fn Own(method: Memo<MethodInUse>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let waiting = RwSignal::new(None::<Waiting>);
    let trouble = RwSignal::new(None::<Result<SheetError, ()>>);
    let by = RwSignal::new(session.author.get_untracked().role);
    let input = NodeRef::<Input>::new();
    let read = move || {
        let file = input.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0));
        let Some(file) = file else { return };
        waiting.set(None);
        trouble.set(None);
        spawn_local(async move {
            let Ok(bytes) = device::bytes_of(&file).await else {
                trouble.set(Some(Err(())));
                return;
            };
            let read = text_of(&bytes).and_then(|text| method_file(&text).map(|file| Waiting { text, file }));
            match read {
                Ok(read) => waiting.set(Some(read)),
                Err(why) => trouble.set(Some(Ok(why))),
            }
            if let Some(input) = input.get_untracked() {
                input.set_value("");
            }
        });
    };
    let accept = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(Waiting { text, file }) = waiting.get_untracked() else { return };
        let fields = [
            (Method::KIND, Some(file.kind()).value()),
            (Method::NAME, file.name().sv.clone().value()),
            (Method::EDITION, file.edition().to_string().value()),
            (Method::TEXT, Prose(text).value()),
            (Method::DECIDED, Some(device::today()).value()),
            (Method::DECIDED_BY, by.get_untracked().trim().to_owned().value()),
        ];
        let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
        session.send(Command::Add {
            place: Place { kind: RecordKind::Method, key: device::new_key() },
            fields: fields.map(|(field, value)| (field.key.to_owned(), value)).collect(),
        });
        waiting.set(None);
    };
    let about = move || {
        let language = language_of(i18n);
        waiting.with(|waiting| {
            let Waiting { file, .. } = waiting.as_ref()?;
            let kind = file.kind().term().in_language(language);
            let mut said = format!("{kind}: {} ({})", file.name().in_language(language), file.edition());
            if let MethodFile::Measures(own) = file {
                let counts = method.with(|method| {
                    let base = if own.builds_on { method.measures.clone() } else { Default::default() };
                    let after = base.with(&own.catalogue, &own.leaves_out);
                    let change = upgrade(&method.measures, &after, &Default::default());
                    let new = change.renewed.iter().filter(|one| one.old.is_empty()).count();
                    let changed = change.to_look_at().count() - new;
                    (new, changed, change.ended.len())
                });
                let (new, changed, gone) = counts;
                said.push_str(". ");
                said.push_str(
                    &t_string!(i18n, method.file_measures, new = new, changed = changed, gone = gone).to_string(),
                );
            }
            Some(said)
        })
    };
    let wrong = move || {
        trouble.get().map(|trouble| match trouble {
            Ok(why) => sheet_words(i18n, &why),
            Err(()) => t_string!(i18n, method.file_unreadable).to_owned(),
        })
    };
    let own = Memo::new(move |_| {
        session.read(|register| {
            let mut own: Vec<(Key, Method)> =
                register.methods.iter().map(|(key, one)| (key.clone(), (**one).clone())).collect();
            own.sort_by(|one, other| other.1.decided.cmp(&one.1.decided).then_with(|| one.0.cmp(&other.0)));
            own
        })
    });
    let save = move |kind: MethodKind| {
        device::download(&format!("{}.txt", kind.key()), "text/plain;charset=utf-8", shipped_text(kind).as_bytes());
    };
    view! {
        <section class="card">
            <h2>{t!(i18n, method.own)}</h2>
            <p class="soft">{t!(i18n, method.own_about)}</p>
            <div class="actions">
                {MethodKind::ALL.iter().map(|kind| {
                    let kind = *kind;
                    let words = term(kind.term());
                    view! {
                        <button type="button" class="button" on:click=move |_| save(kind)>
                            {t!(i18n, method.save_shipped)} ": " {words}
                        </button>
                    }
                }).collect_view()}
            </div>
            <div class="actions">
                <label class="button button--main button--file">
                    {t!(i18n, method.choose_file)}
                    <input
                        type="file"
                        accept=".txt,text/plain"
                        node_ref=input
                        disabled=move || !session.editable()
                        on:change=move |_| read()
                    />
                </label>
            </div>
            <p class="field__error" role="alert" hidden=move || trouble.with(Option::is_none)>{wrong}</p>
            <Show when=move || waiting.with(Option::is_some)>
                <form class="notice notice--ok" on:submit=accept>
                    <p role="status">{about}</p>
                    <div class="new-row">
                        <div class="field">
                            <label for="method-by">{term(Method::DECIDED_BY.term)}</label>
                            <input id="method-by" autocomplete="off" bind:value=by />
                        </div>
                        <button class="button button--main">{t!(i18n, method.take_into_use)}</button>
                        <button type="button" class="button" on:click=move |_| waiting.set(None)>{t!(i18n, common.cancel)}</button>
                    </div>
                </form>
            </Show>
            <ul class="records">
                <For each=move || own.get() key=|(key, one)| (key.clone(), one.withdrawn) let((key, one))>
                    <Edition key one />
                </For>
            </ul>
        </section>
    }
}

/// One edition of the organisation's own: never changed, only withdrawn.
#[component]
fn Edition(key: Key, one: Method) -> impl IntoView {
    let i18n = use_i18n();
    let withdrawn = one.withdrawn == Some(true);
    let place = Place { kind: RecordKind::Method, key };
    let why = Signal::derive(move || t_string!(i18n, system.reason).to_owned());
    let kind = one.kind.map(|kind| term(kind.term()));
    let wrong = method_file(&one.text).err();
    view! {
        <li class="record decision" class:decision--withdrawn=withdrawn>
            <p class="decision__head">
                <strong>{kind}</strong>
                <span>{one.name.clone()} " (" {one.edition.clone()} ")"</span>
                <span class="soft">{one.decided.map(|day| day.to_string())} " " {one.decided_by.clone()}</span>
            </p>
            {wrong.map(|why| {
                let words = move || sheet_words(i18n, &why);
                view! { <p class="missing">{t!(i18n, method.not_read)} " " {words}</p> }
            })}
            {if withdrawn {
                view! { <Withdrawn reason=one.withdrawn_reason.clone() /> }.into_any()
            } else {
                view! { <Withdraw place why /> }.into_any()
            }}
        </li>
    }
}

/// What is wrong with a file, with its line.
fn sheet_words(i18n: leptos_i18n::I18nContext<crate::ui::words::i18n::Locale>, why: &SheetError) -> String {
    match why {
        SheetError::TooLarge { max } => t_string!(i18n, method.sheet_large, max = max / 1024).to_string(),
        SheetError::NoText => t_string!(i18n, method.sheet_no_text).to_owned(),
        SheetError::LongLine { line, max } => t_string!(i18n, method.sheet_long, line = *line, max = *max).to_string(),
        SheetError::ManyBlocks { max } => t_string!(i18n, method.sheet_many, max = *max).to_string(),
        SheetError::Unread { line } => t_string!(i18n, method.sheet_unread, line = *line).to_string(),
        SheetError::Twice { line, name } => {
            t_string!(i18n, method.sheet_twice, line = *line, name = name.clone()).to_string()
        }
        SheetError::Unknown { line, name } => {
            t_string!(i18n, method.sheet_unknown, line = *line, name = name.clone()).to_string()
        }
        SheetError::Missing { line, name } => {
            t_string!(i18n, method.sheet_missing, line = *line, name = name.clone()).to_string()
        }
        SheetError::Value { line, name, value } => {
            t_string!(i18n, method.sheet_value, line = *line, name = name.clone(), value = value.clone()).to_string()
        }
    }
}

/// The words of the levels, aspect by aspect.
#[component]
fn Wording(method: Memo<MethodInUse>) -> impl IntoView {
    let i18n = use_i18n();
    let tables = move || {
        let language = language_of(i18n);
        method.with(|method| {
            let aspects = Aspect::ALL.iter().filter_map(|aspect| {
                let words = method.wording.aspects.get(aspect)?;
                let caption = format!(
                    "{} – {}: {}",
                    aspect.letter(),
                    aspect.term().in_language(language),
                    words.short.in_language(language)
                );
                let rows = Level::ALL.iter().filter_map(|level| {
                    let one = words.levels.get(level)?;
                    let name = format!("{} {}", level.number(), level.term().in_language(language));
                    let hours = one.hours.map(|hours| t_string!(i18n, method.hours, hours = hours).to_string());
                    Some(view! {
                        <tr>
                            <th scope="row" class="nowrap">{name}</th>
                            <td>{one.meaning.in_language(language).to_owned()} " " <span class="soft">{hours}</span></td>
                            <td class="soft">{one.example.in_language(language).to_owned()}</td>
                        </tr>
                    })
                });
                Some(view! {
                    <div class="table-wrap">
                        <table class="table">
                            <caption>{caption}</caption>
                            <thead>
                                <tr>
                                    <th scope="col">{t!(i18n, method.level)}</th>
                                    <th scope="col">{t!(i18n, method.means)}</th>
                                    <th scope="col">{t!(i18n, method.for_example)}</th>
                                </tr>
                            </thead>
                            <tbody>{rows.collect_view()}</tbody>
                        </table>
                    </div>
                })
            });
            aspects.collect_view()
        })
    };
    view! {
        <section class="card">
            <h2>{term(MethodKind::Levels.term())}</h2>
            {tables}
        </section>
    }
}

/// All measures of the catalogue.
#[component]
fn Catalogue(method: Memo<MethodInUse>) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    let rows = move || {
        let language = language_of(i18n);
        method.with(|method| {
            let rows = method.measures.measures.iter().map(|one| {
                let controls: Vec<_> = one.controls.iter().map(ToString::to_string).collect();
                let areas: Vec<_> = one.nis2.iter().map(|area| area.letter().to_string()).collect();
                let sides: Vec<_> = one.sides.iter().map(|side| side.term().in_language(language)).collect();
                view! {
                    <tr>
                        <th scope="row" class="list-name">{one.label()} " " {one.title.in_language(language).to_owned()}</th>
                        <td>{one.expects.in_language(language).to_owned()} " " {one.stricter.in_language(language).to_owned()}</td>
                        <td class="nowrap">{one.from.as_text()}</td>
                        <td>{controls.join(", ")}</td>
                        <td>{areas.join(", ")}</td>
                        <td>{sides.join(", ")}</td>
                    </tr>
                }
            });
            rows.collect_view()
        })
    };
    let count = move || method.with(|method| method.measures.measures.len());
    view! {
        <section class="card">
            <h2>{term(MethodKind::Measures.term())}</h2>
            <button
                type="button"
                class="button"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {move || t_string!(i18n, method.show_measures, count = count()).to_string()}
            </button>
            <Show when=move || open.get()>
                <div class="table-wrap">
                    <table class="table">
                        <caption class="unseen">{t!(i18n, method.measures)}</caption>
                        <thead>
                            <tr>
                                <th scope="col">{t!(i18n, method.measure)}</th>
                                <th scope="col">{t!(i18n, method.expects)}</th>
                                <th scope="col">{t!(i18n, method.from)}</th>
                                <th scope="col">"ISO 27001"</th>
                                <th scope="col">"NIS2"</th>
                                <th scope="col">{t!(i18n, method.side)}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </Show>
        </section>
    }
}
