//! Taking lists in: a file, how it was understood, what would happen row by row, and one edit for what was accepted.
//!
//! The file and its preview stay in the files worker; the page holds a screen of rows at a time.

mod columns;
mod example;
mod rows;

use std::collections::BTreeMap;
use std::rc::Rc;

use leptos::html::{H2, Input};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use wasm_bindgen::JsCast;

use self::columns::Understood;
pub use self::example::load_example;
use self::rows::Rows;
use crate::browser::device;
use crate::browser::files::{Book, Problem};
use crate::browser::keeper::protocol::Request;
use crate::exchange::table::FILE_MAX;
use crate::exchange::{
    Chosen, ColumnGuess, FileError, Guess, ListKind, PreviewRow, Summary, Target, TrainingColumn, Verdict,
    cut_off_in_name,
};
use crate::register::{Incident, RecordKind, Seen, System, Term};
use crate::ui::session::{Answer, Session};
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::language_of;

/// How many rows of a preview are in the page at a time.
const SCREEN: usize = 40;
/// How many of them are built at once.
const ROWS_A_TURN: usize = 8;

/// What is being waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Reading,
    Comparing,
    Taking,
}

/// What went wrong, or what a person must know before going on.
#[derive(Debug, Clone, PartialEq)]
enum Trouble {
    /// The browser could not read the file.
    Unreadable,
    /// The files worker said so.
    Problem(Problem),
    /// The register changed while the preview was looked at.
    AskedAgain,
}

/// An import that was made.
#[derive(Debug, Clone, PartialEq)]
struct Done {
    list: ListKind,
    rows: usize,
    /// The register as the import left it: as long as it is so, the import is the last edit.
    seen: Seen,
    undone: bool,
}

/// Everything the page knows of the file at hand.
#[derive(Clone, Copy)]
struct Desk {
    session: Session,
    work: RwSignal<Option<Work>>,
    trouble: RwSignal<Option<Trouble>>,
    name: RwSignal<String>,
    book: StoredValue<Option<Rc<Book>>, LocalStorage>,
    guess: RwSignal<Option<Guess>>,
    columns: RwSignal<Vec<ColumnGuess>>,
    /// The courses of a training list, once it has been counted.
    courses: RwSignal<Vec<String>>,
    chosen: RwSignal<Option<Chosen>>,
    summary: RwSignal<Option<Summary>>,
    /// The register that the preview was compared with.
    compared: StoredValue<Seen>,
    /// What is accepted: a row's place and its offer's.
    taken: RwSignal<BTreeMap<usize, usize>>,
    only: RwSignal<Option<Verdict>>,
    from: RwSignal<usize>,
    rows: RwSignal<Vec<(usize, PreviewRow)>>,
    /// Which screen of rows that is: raised by each.
    screen: StoredValue<u32>,
    done: RwSignal<Option<Done>>,
    /// Raised by each thing a person asks for: an answer to an earlier one is passed over.
    turn: StoredValue<u32>,
}

impl Desk {
    fn new(session: Session) -> Self {
        Self {
            session,
            work: RwSignal::new(None),
            trouble: RwSignal::new(None),
            name: RwSignal::new(String::new()),
            book: StoredValue::new_local(None),
            guess: RwSignal::new(None),
            columns: RwSignal::new(Vec::new()),
            courses: RwSignal::new(Vec::new()),
            chosen: RwSignal::new(None),
            summary: RwSignal::new(None),
            compared: StoredValue::new(Seen::default()),
            taken: RwSignal::new(BTreeMap::new()),
            only: RwSignal::new(None),
            from: RwSignal::new(0),
            rows: RwSignal::new(Vec::new()),
            screen: StoredValue::new(0),
            done: RwSignal::new(None),
            turn: StoredValue::new(0),
        }
    }

    /// Begins something; what was under way no longer counts.
    fn begin(self, work: Option<Work>) -> u32 {
        self.turn.update_value(|turn| *turn += 1);
        self.work.set(work);
        self.trouble.set(None);
        self.turn.get_value()
    }

    /// Whether nothing else has begun since, and the page is still there.
    fn is_now(self, turn: u32) -> bool {
        self.turn.try_get_value() == Some(turn)
    }

    fn fail(self, trouble: Trouble) {
        self.work.set(None);
        self.trouble.set(Some(trouble));
    }

    /// Back to an empty desk.
    fn clear(self) {
        self.begin(None);
        self.book.set_value(None);
        self.guess.set(None);
        self.chosen.set(None);
        self.columns.set(Vec::new());
        self.courses.set(Vec::new());
        self.forget_preview();
        self.done.set(None);
        self.name.set(String::new());
    }

    fn forget_preview(self) {
        self.summary.set(None);
        self.rows.set(Vec::new());
        self.taken.set(BTreeMap::new());
    }

    /// Reads the file that a person chose or dropped.
    fn read(self, file: web_sys::File) {
        self.clear();
        let turn = self.begin(Some(Work::Reading));
        let name = file.name();
        self.name.set(name.clone());
        spawn_local(async move {
            let read = read(&file).await;
            if !self.is_now(turn) {
                return;
            }
            match read {
                Ok((book, guess)) => {
                    self.book.set_value(Some(Rc::new(book)));
                    self.understand(guess, cut_off_in_name(&name));
                }
                // What could not be read leaves nothing to work on.
                Err(trouble) => self.fail(trouble),
            }
        });
    }

    /// Takes a guess as what is chosen.
    fn understand(self, guess: Guess, cut_off: Option<crate::register::Date>) {
        self.columns.set(guess.columns.clone());
        self.courses.set(Vec::new());
        let mut chosen = Chosen::from(guess.clone());
        chosen.cut_off = cut_off.filter(|_| chosen.list == ListKind::Training);
        self.guess.set(Some(guess));
        self.chosen.set(Some(chosen));
        self.compare();
    }

    /// A person points at another sheet.
    fn choose_sheet(self, sheet: usize) {
        let Some(book) = self.book.get_value() else { return };
        let turn = self.begin(Some(Work::Comparing));
        self.forget_preview();
        spawn_local(async move {
            let guess = book.sheet(sheet).await;
            if self.is_now(turn) {
                match guess {
                    Ok(guess) => self.understand(guess, cut_off_in_name(&self.name.get_untracked())),
                    Err(why) => self.fail(Trouble::Problem(why)),
                }
            }
        });
    }

    /// A person says which list it is, and where its headings are.
    fn choose_list(self, list: ListKind, header: usize) {
        let (Some(book), Some(mut chosen)) = (self.book.get_value(), self.chosen.get_untracked()) else { return };
        let turn = self.begin(Some(Work::Comparing));
        self.forget_preview();
        spawn_local(async move {
            let columns = book.columns(list, chosen.sheet, header).await;
            if !self.is_now(turn) {
                return;
            }
            match columns {
                Ok(columns) => {
                    chosen.list = list;
                    chosen.header = header;
                    chosen.targets = columns.iter().map(|column| column.target.clone()).collect();
                    chosen.courses.clear();
                    chosen.cut_off = cut_off_in_name(&self.name.get_untracked()).filter(|_| list == ListKind::Training);
                    self.columns.set(columns);
                    self.courses.set(Vec::new());
                    self.chosen.set(Some(chosen));
                    self.compare();
                }
                Err(why) => self.fail(Trouble::Problem(why)),
            }
        });
    }

    /// A person chooses anything else, such as what a column becomes.
    fn choose(self, change: impl FnOnce(&mut Chosen)) {
        self.chosen.update(|chosen| {
            if let Some(chosen) = chosen {
                change(chosen);
            }
        });
        self.compare();
    }

    /// Has the list compared with the register as it is now.
    fn compare(self) {
        self.compare_then(None);
    }

    fn compare_then(self, trouble: Option<Trouble>) {
        let (Some(book), Some(chosen)) = (self.book.get_value(), self.chosen.get_untracked()) else { return };
        if lacking(&chosen).is_some() {
            self.begin(None);
            self.forget_preview();
            return;
        }
        let turn = self.begin(Some(Work::Comparing));
        spawn_local(async move {
            let seen = self.session.seen();
            let register = move || self.session.picture.with_untracked(|picture| picture.register.clone());
            let summary = book.preview(chosen, seen.clone(), register, device::today()).await;
            if !self.is_now(turn) {
                return;
            }
            match summary {
                Ok(summary) => {
                    if self.courses.with_untracked(Vec::is_empty) {
                        self.courses.set(courses(&summary));
                    }
                    self.compared.set_value(seen);
                    self.taken.set(summary.by_default.iter().copied().collect());
                    self.summary.set(Some(summary));
                    self.work.set(None);
                    self.trouble.set(trouble);
                    self.show(None, 0);
                }
                Err(why) => {
                    self.forget_preview();
                    self.fail(Trouble::Problem(why));
                }
            }
        });
    }

    /// Shows a screen of the preview's rows.
    fn show(self, only: Option<Verdict>, from: usize) {
        let Some(book) = self.book.get_value() else { return };
        self.only.set(only);
        self.from.set(from);
        let turn = self.turn.get_value();
        spawn_local(async move {
            let rows = book.rows(only, from, SCREEN).await;
            let still = self.is_now(turn)
                && self.only.try_get_untracked() == Some(only)
                && self.from.try_get_untracked() == Some(from);
            match rows {
                _ if !still => {}
                Ok(rows) => self.show_rows(rows, turn).await,
                Err(why) => self.fail(Trouble::Problem(why)),
            }
        });
    }

    /// Puts the rows of a screen in the page, a few a turn, so that building them is not felt.
    async fn show_rows(self, rows: Vec<(usize, PreviewRow)>, turn: u32) {
        let asked = (self.only.get_untracked(), self.from.get_untracked());
        self.screen.update_value(|screen| *screen += 1);
        self.rows.set(Vec::new());
        for few in rows.chunks(ROWS_A_TURN) {
            self.rows.update(|rows| rows.extend_from_slice(few));
            device::next_turn().await;
            let now = (self.only.try_get_untracked(), self.from.try_get_untracked());
            if !self.is_now(turn) || now != (Some(asked.0), Some(asked.1)) {
                return;
            }
        }
    }

    /// Takes in what is accepted, as one edit.
    fn take(self) {
        let (Some(book), Some(chosen)) = (self.book.get_value(), self.chosen.get_untracked()) else { return };
        if self.session.seen() != self.compared.get_value() {
            self.compare_then(Some(Trouble::AskedAgain));
            return;
        }
        let accepted: Vec<(usize, usize)> =
            self.taken.with_untracked(|taken| taken.iter().map(|(row, offer)| (*row, *offer)).collect());
        let rows = accepted.len();
        let turn = self.begin(Some(Work::Taking));
        spawn_local(async move {
            let command = book.command(accepted).await;
            if !self.is_now(turn) {
                return;
            }
            match command {
                Ok(Some(command)) => self.session.send_packed(&command, move |answer| {
                    if self.is_now(turn) {
                        self.finish(chosen.list, rows, &answer);
                    }
                }),
                Ok(None) => self.work.set(None),
                Err(why) => self.fail(Trouble::Problem(why)),
            }
        });
    }

    fn finish(self, list: ListKind, rows: usize, answer: &Answer) {
        self.work.set(None);
        // A refusal is told at the head of every page; the preview stays for another try.
        if let Answer::Done = answer {
            let seen = self.session.seen();
            let name = self.name.get_untracked();
            self.clear();
            self.name.set(name);
            self.done.set(Some(Done { list, rows, seen, undone: false }));
        }
    }
}

/// Reads a file's bytes and has them understood.
async fn read(file: &web_sys::File) -> Result<(Book, Guess), Trouble> {
    let max = FILE_MAX as f64;
    if max < file.size() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a file's size is a whole number")]
        let bytes = file.size() as u64;
        return Err(Trouble::Problem(Problem::File(FileError::TooLarge { bytes, max: FILE_MAX as u64 })));
    }
    let bytes = device::bytes_of(file).await.map_err(|_| Trouble::Unreadable)?;
    Book::read(bytes).await.map_err(Trouble::Problem)
}

/// What a list can't be compared without, while no column is placed there.
fn lacking(chosen: &Chosen) -> Option<Term> {
    let needs = match chosen.list {
        ListKind::Systems => vec![Target::field(RecordKind::System, System::NAME)],
        ListKind::Incidents => vec![
            Target::field(RecordKind::Incident, Incident::TITLE),
            Target::field(RecordKind::Incident, Incident::IA_NUMBER),
        ],
        ListKind::Training => vec![Target::Training(TrainingColumn::Course)],
    };
    let placed = needs.iter().any(|need| chosen.targets.iter().flatten().any(|target| target == need));
    if placed { None } else { needs.first().map(Target::term) }
}

fn courses(summary: &Summary) -> Vec<String> {
    let mut courses: Vec<String> =
        summary.counts.iter().map(|count| count.course.clone()).filter(|course| !course.is_empty()).collect();
    courses.sort();
    courses.dedup();
    courses
}

/// The page.
#[component]
pub fn Import() -> impl IntoView {
    let i18n = use_i18n();
    let desk = Desk::new(Session::expect());
    // The menu leads to the page's beginning; whoever is there with a file on the desk begins anew.
    let begins = window_event_listener(leptos::ev::click, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let is_taking = desk.work.with_untracked(|work| matches!(work, Some(Work::Taking)));
        if !is_taking
            && target.is_some_and(|target| target.closest("nav a[href='/import']").is_ok_and(|link| link.is_some()))
        {
            desk.clear();
        }
    });
    on_cleanup(move || begins.remove());
    let status = move || match desk.work.get() {
        Some(Work::Reading) => t_string!(i18n, import.reading).to_owned(),
        Some(Work::Comparing) => t_string!(i18n, import.comparing).to_owned(),
        Some(Work::Taking) => t_string!(i18n, import.taking).to_owned(),
        None => desk.summary.with(|summary| {
            let language = language_of(i18n);
            let told = summary.iter().flat_map(|summary| &summary.verdicts).filter(|(_, count)| 0 < *count);
            told.map(|(verdict, count)| {
                format!("{}: {count}", crate::register::Choose::term(*verdict).in_language(language))
            })
            .collect::<Vec<_>>()
            .join(", ")
        }),
    };
    let trouble = move || {
        desk.trouble.get().map(|trouble| match trouble {
            Trouble::Unreadable => t_string!(i18n, import.unreadable).to_owned(),
            Trouble::AskedAgain => t_string!(i18n, import.asked_again).to_owned(),
            Trouble::Problem(why) => why.text(language_of(i18n)),
        })
    };
    let read = Memo::new(move |_| desk.guess.with(Option::is_some));
    view! {
        <Heading title=Signal::derive(move || t_string!(i18n, nav.import).to_owned())>
            <Show when=move || read.get()>
                <button type="button" class="button" on:click=move |_| desk.clear()>
                    {t!(i18n, import.change_file)}
                </button>
            </Show>
        </Heading>
        <p class="import__status soft" role="status">{status}</p>
        <div role="alert">
            <Show when=move || desk.trouble.with(Option::is_some)>
                <p class="notice notice--bad">
                    <Show when=move || desk.name.with(|name| !name.is_empty())>
                        <strong>{move || desk.name.get()}</strong> ": "
                    </Show>
                    {trouble}
                </p>
            </Show>
        </div>
        <div class="import" aria-busy=move || desk.work.get().is_some().to_string()>
            <Show when=move || desk.done.with(Option::is_some)>
                <Finished desk />
            </Show>
            <Show when=move || read.get() fallback=move || view! { <Choose desk /> }>
                <Understood desk />
                <Show when=move || desk.summary.with(Option::is_some)>
                    <Rows desk />
                </Show>
            </Show>
        </div>
    }
}

/// A file to choose, or to drop.
#[component]
fn Choose(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let input = NodeRef::<Input>::new();
    let over = RwSignal::new(false);
    let first = move |files: Option<web_sys::FileList>| files.and_then(|files| files.get(0));
    let chosen = move |_| {
        if let Some(file) = first(input.get_untracked().and_then(|input| input.files())) {
            desk.read(file);
        }
        // The same file can be chosen again, once it has been mended.
        if let Some(input) = input.get_untracked() {
            input.set_value("");
        }
    };
    let dropped = move |event: leptos::ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(file) = first(event.data_transfer().and_then(|data| data.files())) {
            desk.read(file);
        }
    };
    view! {
        <section
            class="card import__drop"
            class:import__drop--over=move || over.get()
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=dropped
        >
            <h2>{t!(i18n, import.choose_title)}</h2>
            <p>{t!(i18n, import.about)}</p>
            <div class="actions">
                <label class="button button--main button--file">
                    {t!(i18n, import.choose)}
                    <input
                        type="file"
                        accept=".xlsx,.xlsm,.csv,.tsv,.txt"
                        node_ref=input
                        on:change=chosen
                    />
                </label>
                <span class="soft">{t!(i18n, import.drop)}</span>
            </div>
        </section>
    }
}

/// What an import did, with the way to the list and the way back.
#[component]
fn Finished(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let session = desk.session;
    let heading = NodeRef::<H2>::new();
    focus_when_there(heading);
    let told = move || {
        desk.done.with(|done| match done {
            Some(Done { undone: true, .. }) => t_string!(i18n, import.undone).to_owned(),
            Some(Done { rows, .. }) => {
                t_string!(i18n, import.done_rows, count = *rows, name = desk.name.get()).to_string()
            }
            None => String::new(),
        })
    };
    let list = move || desk.done.with(|done| done.as_ref().map(|done| done.list));
    let address = move || {
        let address = match list() {
            Some(ListKind::Incidents) => "/incidenter",
            Some(ListKind::Training) => "/utbildning",
            _ => "/system",
        };
        address.to_owned()
    };
    let way = move || match list() {
        Some(ListKind::Incidents) => t_string!(i18n, nav.incidents),
        Some(ListKind::Training) => t_string!(i18n, nav.training),
        _ => t_string!(i18n, nav.systems),
    };
    // Once something else has been edited, undoing would take that back instead.
    let is_last = move || {
        session.picture.track();
        session.can_undo.get()
            && desk.done.with(|done| done.as_ref().is_some_and(|done| !done.undone && done.seen == session.seen()))
    };
    let undo = move |_| {
        session.ask(Request::Undo, move |answer| {
            if let Answer::Done = answer {
                desk.done.try_update(|done| {
                    if let Some(done) = done {
                        done.undone = true;
                    }
                });
            }
        });
    };
    view! {
        <section class="notice notice--ok import__done">
            <h2 tabindex="-1" node_ref=heading>{t!(i18n, import.done)}</h2>
            <p role="status">{told}</p>
            <div class="actions">
                <A href=address attr:class="button button--main">{t!(i18n, common.show)} " " {way}</A>
                <Show when=is_last>
                    <button type="button" class="button" on:click=undo>{t!(i18n, import.undo)}</button>
                </Show>
            </div>
        </section>
    }
}

/// Moves the keyboard to a heading when it comes into the page: what stood there before is gone.
fn focus_when_there(heading: NodeRef<H2>) {
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            // Refused only when it is gone again.
            let _ = heading.focus();
        }
    });
}
