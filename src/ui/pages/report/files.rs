//! The ways out of a report: files, and paper.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use web_sys::File;

use super::basis::Basis;
use super::issue;
use crate::browser::device;
use crate::browser::files::protocol::{Bytes, Form};
use crate::browser::files::{self, Problem};
use crate::browser::offline;
use crate::browser::pdf::{
    self,
    protocol::{SetPdf, Stage},
};
use crate::register::Choose;
use crate::report::{LastYear, Part, Template, TemplateError, number_of};
use crate::ui::words::i18n::{Locale, t, t_string, use_i18n};
use crate::ui::words::{language_of, term};

/// What a workbook says it is.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// What a PDF says it is.
const PDF: &str = "application/pdf";

/// What a file is made from.
#[expect(clippy::large_enum_variant, reason = "there is one on a page")]
#[derive(Clone)]
pub enum Source {
    /// The register that is shown, or as it was on the report's day.
    Now {
        /// Which register.
        basis: Basis,
        /// How it was on the day it is compared with.
        last: Option<LastYear>,
    },
    /// A report that was issued.
    Issued {
        /// It, packed.
        content: String,
        /// Its checksum.
        hash: String,
    },
}

/// A file that has been made.
pub struct Made {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub kind: &'static str,
    /// What its name ends with.
    pub ending: &'static str,
    /// The letters that it has no picture of, and gives the numbers of.
    pub unshown: Vec<char>,
}

/// Makes a file, a Word document in the form of a template if there is one. Workers do it, from the same register, year
/// and day as the page. How a PDF goes is told to `stage`.
///
/// # Errors
/// [`Problem`] says why not.
pub async fn make(
    source: Source,
    year: i16,
    part: Part,
    form: Form,
    template: Option<File>,
    stage: impl Fn(Stage) + 'static,
) -> Result<Made, Problem> {
    let template = match template {
        Some(file) => Some(template_in(&file).await.map_err(Problem::Template)?),
        None => None,
    };
    let bytes = match source {
        Source::Now { basis, last } => {
            let (from, today) = untrack(|| (basis.read_from(), basis.session.today()));
            let register = move || untrack(|| basis.read(Clone::clone));
            files::report(from, register, (year, today, last), part, form, template).await?
        }
        Source::Issued { content, hash } => files::issued(content, hash, part, form, template).await?,
    };
    Ok(match form {
        Form::Docx => Made { bytes, kind: files::DOCX, ending: "docx", unshown: Vec::new() },
        Form::Xlsx => Made { bytes, kind: XLSX, ending: "xlsx", unshown: Vec::new() },
        Form::Pdf => {
            let SetPdf { file: Bytes(bytes), unshown } = pdf::set(bytes, stage).await?;
            Made { bytes, kind: PDF, ending: "pdf", unshown }
        }
    })
}

/// The bytes of a template; one that is too large isn't read at all.
async fn template_in(file: &File) -> Result<Vec<u8>, TemplateError> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a file's size is a whole number")]
    let bytes = file.size() as u64;
    if Template::MAX < bytes {
        return Err(TemplateError::TooLarge { bytes, max: Template::MAX });
    }
    device::bytes_of(file).await.map_err(|_| TemplateError::Unreadable)
}

/// The name of one of the report's files.
fn file_name(year: i16, draft: bool, part: Part, form: Form, ending: &str) -> String {
    let what = match (form, part) {
        (Form::Xlsx, _) => "-bilagor",
        (_, Part::Open) => "",
        (_, Part::Annex) => "-sekretessbilaga",
        (_, Part::Public) => "-offentlig",
    };
    format!("ledningens-genomgang-{year}{what}{}.{ending}", if draft { "-utkast" } else { "" })
}

/// Letters in a sentence, the first twenty of them.
fn listed(letters: &[char]) -> String {
    const MOST: usize = 20;
    let mut listed = letters.iter().take(MOST).map(char::to_string).collect::<Vec<_>>().join(", ");
    if MOST < letters.len() {
        listed.push_str(", …");
    }
    listed
}

/// Says which letters a PDF gives the numbers of.
#[must_use]
pub fn numbered(i18n: I18nContext<Locale>, letters: &[char]) -> String {
    let example = letters.first().copied().map(number_of).unwrap_or_default();
    t_string!(i18n, report_files.unshown, letters = listed(letters), number = example).to_string()
}

/// The ways out: files, and paper.
#[component]
pub fn Ways(
    /// The report's year.
    year: Memo<i16>,
    /// What it is made from.
    #[prop(into)]
    source: Signal<Source, LocalStorage>,
    /// The checksums of its files, if it was issued.
    #[prop(into)]
    sums: Signal<String>,
    /// Whether there is an annex with secrecy.
    #[prop(into)]
    has_annex: Signal<bool>,
    /// Whether something that it is made of is still to come.
    waits: Signal<bool>,
    /// The letters that the latest PDF has no picture of.
    unshown: RwSignal<Vec<char>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let which = RwSignal::new(Part::Open);
    let doing = RwSignal::new(None::<Form>);
    let stage = RwSignal::new(None::<Stage>);
    // It is wanted here, perhaps later and without a network.
    offline::keep_more();
    let busy = move || doing.with(Option::is_some) || waits.get();
    let own = NodeRef::<Input>::new();
    let problem = RwSignal::new(None::<Problem>);
    let differs = RwSignal::new(false);
    let is_draft = move || source.with(|source| matches!(source, Source::Now { .. }));
    // The page and the lists are of the report itself, also when another part is chosen.
    let is_open = move || which.get() == Part::Open;
    let run = move |form, template: Option<File>| {
        doing.set(Some(form));
        problem.set(None);
        differs.set(false);
        unshown.set(Vec::new());
        let (source, draft, sums) = (source.get_untracked(), untrack(is_draft), sums.get_untracked());
        let (year, part) = (year.get_untracked(), which.get_untracked());
        let in_template = template.is_some();
        spawn_local(async move {
            let told = move |now| {
                stage.try_set(Some(now));
            };
            let made = make(source, year, part, form, template, told).await;
            doing.try_set(None);
            stage.try_set(None);
            match made {
                Ok(Made { bytes, kind, ending, unshown: letters }) => {
                    unshown.try_set(letters);
                    differs.try_set(!in_template && issue::differs(&sums, part, form, &bytes));
                    device::download(&file_name(year, draft, part, form, ending), kind, &bytes);
                }
                Err(why) => {
                    problem.try_set(Some(why));
                }
            }
        });
    };
    let make_in_template = move |_| {
        let Some(input) = own.get_untracked() else { return };
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        // So that the same file can be chosen again, once it has been mended.
        input.set_value("");
        run(Form::Docx, Some(file));
    };
    let how_far = move || {
        let words = match (doing.get()?, stage.get()) {
            (Form::Pdf, Some(Stage::Fetching)) => t_string!(i18n, report_files.fetching),
            (Form::Pdf, Some(Stage::Setting)) => t_string!(i18n, report_files.setting),
            (Form::Pdf, Some(Stage::Writing)) => t_string!(i18n, report_files.writing),
            _ => t_string!(i18n, start.working),
        };
        Some(words)
    };
    let numbered = move || unshown.with(|letters| numbered(i18n, letters));
    let print = move |_| {
        // Refused only where there is nothing to print with.
        let _ = window().print();
    };
    let choices =
        move || Part::ALL.iter().copied().filter(|which| *which != Part::Annex || has_annex.get()).collect::<Vec<_>>();
    view! {
        <div class="report__ways">
            <div class="field">
                <label for="report-part">{t!(i18n, report_files.part)}</label>
                <select
                    id="report-part"
                    prop:value=move || which.get().key()
                    on:change=move |event| {
                        if let Some(chosen) = Part::from_key(&event_target_value(&event)) {
                            which.set(chosen);
                        }
                    }
                >
                    <For each=choices key=|which| which.key() let(one)>
                        <option value=one.key() selected=move || which.get() == one>{term(one.term())}</option>
                    </For>
                </select>
            </div>
            <button type="button" class="button button--main" disabled=busy on:click=move |_| run(Form::Docx, None)>
                {t!(i18n, report.word)}
            </button>
            <button type="button" class="button" disabled=busy on:click=move |_| run(Form::Pdf, None)>
                {t!(i18n, report_files.pdf)}
            </button>
            <label class="button button--plain button--file">
                {t!(i18n, report_files.in_template)}
                <input type="file" accept=".dotx,.docx" node_ref=own disabled=busy on:change=make_in_template />
            </label>
            <Show when=move || is_draft() && is_open()>
                <button type="button" class="button" disabled=busy on:click=move |_| run(Form::Xlsx, None)>
                    {t!(i18n, report_files.xlsx)}
                </button>
            </Show>
            <Show when=is_open fallback=move || view! { <p class="soft">{t!(i18n, report_files.only_open)}</p> }>
                <button type="button" class="button" on:click=print>{t!(i18n, report.print)}</button>
            </Show>
            <p class="soft" role="status">{how_far}</p>
            <Show when=move || stage.with(Option::is_some)>
                <button type="button" class="button button--plain" on:click=move |_| pdf::stop()>
                    {t!(i18n, common.cancel)}
                </button>
            </Show>
            <Show when=move || differs.get()><p class="notice" role="status">{t!(i18n, report_files.differs)}</p></Show>
            <Show when=move || !unshown.with(Vec::is_empty)>
                <p class="notice" role="status">{numbered}</p>
            </Show>
            <p class="field__error" role="alert" hidden=move || problem.with(Option::is_none)>
                {move || problem.with(|problem| problem.as_ref().map(|why| why.text(language_of(i18n))))}
            </p>
        </div>
    }
}
