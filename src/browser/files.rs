//! The worker that reads lists and writes documents. It is started when it is first needed, and stays.
//!
//! A file that has been read stays in the worker, and so does its preview; the page holds a [`Book`], and what fits a
//! screen. A register goes there in parts, so that sending it is not felt.

pub mod inside;
pub mod protocol;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use self::protocol::{Answer, BookId, Bytes, Event, Failure, Form, PictureId, Request, Source, Ticket, VERSION};
use super::camera::Frame;
use super::device;
use super::keeper::Packed;
use super::reply::{Teller, reply};
use super::worker::{Heard, Remote};
use crate::exchange::{Chosen, ColumnGuess, FileError, Guess, ListKind, PreviewRow, Summary, Verdict};
use crate::register::workshop::Workshop;
use crate::register::{Date, Language, Register, Seen};
use crate::report::{LastYear, Part, TemplateError};

/// Records a message to the worker: few enough that packing them is not felt.
const CHUNK: usize = 400;

thread_local! {
    static FILES: RefCell<Option<Rc<Files>>> = const { RefCell::new(None) };
}

/// Why a file came to nothing. The register is untouched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// What is wrong with the file.
    File(FileError),
    /// The worker stopped, or could not be started; what it held is gone.
    Lost,
    /// The document could not be made.
    Document(String),
    /// What is wrong with the template.
    Template(TemplateError),
    /// What sets PDFs is not on this device, and can't be fetched.
    OutOfReach,
    /// Whoever asked said stop.
    Stopped,
}

impl Problem {
    /// What happened, what is safe and what to do.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match (language, self) {
            (_, Self::File(why)) => why.text(language),
            (_, Self::Template(why)) => why.text(language),
            (Language::Swedish, Self::OutOfReach) => {
                "Det som gör PDF:er finns inte på enheten än och går inte att hämta just nu. Öppna rapporten när du har \
                 nät, så finns det här sedan. Word går bra så länge."
                    .to_owned()
            }
            (Language::English, Self::OutOfReach) => {
                "What makes PDFs is not on this device yet, and can't be fetched right now. Open the report when you have \
                 a network, and it will be here from then on. Word works meanwhile."
                    .to_owned()
            }
            (Language::Swedish, Self::Stopped) => "Avbrutet. Ingen fil gjordes.".to_owned(),
            (Language::English, Self::Stopped) => "Stopped. No file was made.".to_owned(),
            (Language::Swedish, Self::Lost) => {
                "Den del av programmet som läser och skriver filer stannade. Registret är orört. Försök igen; hjälper det \
                 inte, ladda om sidan."
                    .to_owned()
            }
            (Language::English, Self::Lost) => {
                "The part of the program that reads and writes files has stopped. The register is untouched. Try again; \
                 if that doesn't help, reload the page."
                    .to_owned()
            }
            (Language::Swedish, Self::Document(why)) => {
                format!("Dokumentet gick inte att göra ({why}). Registret är orört. Försök igen.")
            }
            (Language::English, Self::Document(why)) => {
                format!("The document could not be made ({why}). The register is untouched. Try again.")
            }
        }
    }
}

/// What a register was read from: states of the document, each with the day that it was read as of, if that wasn't today.
/// The same gives the same register.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadFrom(pub Vec<(Option<Date>, Seen)>);

impl ReadFrom {
    /// Whether it says anything.
    fn is_known(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|(_, seen)| !seen.0.is_empty())
    }
}

type Waiting = Rc<RefCell<BTreeMap<Ticket, Teller<Result<Answer, Problem>>>>>;

/// The page's end of the worker.
struct Files {
    remote: Remote<Request>,
    waiting: Waiting,
    next: Cell<u32>,
    lost: Rc<Cell<bool>>,
    /// The register that the worker holds, and what it was read from.
    held: RefCell<Option<(ReadFrom, PictureId)>>,
}

impl Files {
    /// The worker, started if there is none.
    fn get() -> Result<Rc<Self>, Problem> {
        if let Some(files) = FILES.with_borrow(Clone::clone) {
            return Ok(files);
        }
        let waiting = Waiting::default();
        let lost = Rc::new(Cell::new(false));
        let heard = {
            let (waiting, lost) = (Rc::clone(&waiting), Rc::clone(&lost));
            move |event| match event {
                Heard::Event(Event { ticket, answer }) => {
                    let teller = waiting.borrow_mut().remove(&ticket);
                    if let Some(teller) = teller {
                        teller.tell(answer.map_err(|why| match why {
                            Failure::File(why) => Problem::File(why),
                            Failure::NotHere => Problem::Lost,
                            Failure::Document(why) => Problem::Document(why),
                            Failure::Template(why) => Problem::Template(why),
                        }));
                    }
                }
                Heard::Lost => {
                    // Told once: by the second time another worker may have taken its place.
                    if lost.replace(true) {
                        return;
                    }
                    let files = FILES.take();
                    // Not here: this listener belongs to what is dropped.
                    spawn_local(async move { drop(files) });
                    for (_, teller) in waiting.take() {
                        teller.tell(Err(Problem::Lost));
                    }
                }
            }
        };
        let remote = Remote::start("files", "", heard).map_err(|_| Problem::Lost)?;
        remote.send(&Request::Open { version: VERSION });
        let files = Rc::new(Self { remote, waiting, next: Cell::new(1), lost, held: RefCell::new(None) });
        FILES.set(Some(Rc::clone(&files)));
        Ok(files)
    }

    fn number(&self) -> u32 {
        let number = self.next.get();
        self.next.set(number + 1);
        number
    }

    async fn ask(&self, request: impl FnOnce(Ticket) -> Request) -> Result<(Ticket, Answer), Problem> {
        if self.lost.get() {
            return Err(Problem::Lost);
        }
        let ticket = self.number();
        let (teller, answer) = reply();
        self.waiting.borrow_mut().insert(ticket, teller);
        self.remote.send(&request(ticket));
        answer.await.map(|answer| (ticket, answer))
    }

    /// Asks for a document.
    async fn document(&self, request: impl FnOnce(Ticket) -> Request) -> Result<Vec<u8>, Problem> {
        match self.ask(request).await? {
            (_, Answer::Report(Bytes(bytes))) => Ok(bytes),
            _ => Err(Problem::Lost),
        }
    }

    /// Sends a register, unless the worker holds the same already. What is asked about it must be sent before the next
    /// wait: another register may take its place.
    async fn show(&self, from: &ReadFrom, register: impl FnOnce() -> Register) -> PictureId {
        let same = |held: &Option<(ReadFrom, PictureId)>| {
            held.as_ref().filter(|(held, _)| held == from && from.is_known()).map(|(_, picture)| *picture)
        };
        if let Some(picture) = same(&self.held.borrow()) {
            return picture;
        }
        let picture = self.number();
        let register = register();
        let mut entries = register.entries();
        loop {
            let chunk: Vec<_> = entries.by_ref().take(CHUNK).collect();
            let last = chunk.len() < CHUNK;
            self.remote.send(&Request::Picture(picture, chunk));
            if last {
                break;
            }
            device::next_turn().await;
        }
        if let Some((_, before)) = self.held.replace(Some((from.clone(), picture))) {
            self.remote.send(&Request::DropPicture(before));
        }
        picture
    }
}

/// A file that has been read, and stays in the worker until this is dropped.
pub struct Book {
    files: Rc<Files>,
    id: BookId,
}

impl Drop for Book {
    fn drop(&mut self) {
        if !self.files.lost.get() {
            self.files.remote.send(&Request::Close(self.id));
        }
    }
}

impl Book {
    /// Reads a file, and guesses which list it is.
    ///
    /// # Errors
    /// [`Problem`] says what is wrong with the file.
    pub async fn read(bytes: Vec<u8>) -> Result<(Self, Guess), Problem> {
        Self::take(Source::File(Bytes(bytes))).await
    }

    /// Reads one of the example's files, by its place.
    ///
    /// # Errors
    /// The worker is gone, or there is no such file.
    pub async fn example(place: usize) -> Result<(Self, Guess), Problem> {
        Self::take(Source::Example(place)).await
    }

    async fn take(source: Source) -> Result<(Self, Guess), Problem> {
        let files = Files::get()?;
        match files.ask(|ticket| Request::Read(ticket, source)).await? {
            (id, Answer::Guess(guess)) => Ok((Self { files, id }, guess)),
            _ => Err(Problem::Lost),
        }
    }

    /// Which list a sheet seems to be, when a person points at that sheet.
    ///
    /// # Errors
    /// The worker is gone, or there is no such sheet.
    pub async fn sheet(&self, sheet: usize) -> Result<Guess, Problem> {
        match self.files.ask(|ticket| Request::Sheet(ticket, self.id, sheet)).await? {
            (_, Answer::Guess(guess)) => Ok(guess),
            _ => Err(Problem::Lost),
        }
    }

    /// What the columns hold, when a person says which list it is and where its headings are.
    ///
    /// # Errors
    /// The worker is gone, or there is no such sheet.
    pub async fn columns(&self, list: ListKind, sheet: usize, header: usize) -> Result<Vec<ColumnGuess>, Problem> {
        let request = |ticket| Request::Columns { ticket, book: self.id, list, sheet, header };
        match self.files.ask(request).await? {
            (_, Answer::Columns(columns)) => Ok(columns),
            _ => Err(Problem::Lost),
        }
    }

    /// Compares the file with a register, which is asked for if the worker doesn't hold it. The preview stays there.
    ///
    /// # Errors
    /// The worker is gone, or there is no such sheet.
    pub async fn preview(
        &self,
        chosen: Chosen,
        seen: Seen,
        register: impl FnOnce() -> Register,
        today: Date,
    ) -> Result<Summary, Problem> {
        let picture = self.files.show(&ReadFrom(vec![(None, seen.clone())]), register).await;
        let request = |ticket| Request::Preview { ticket, book: self.id, picture, chosen, seen, today };
        match self.files.ask(request).await? {
            (_, Answer::Summary(summary)) => Ok(summary),
            _ => Err(Problem::Lost),
        }
    }

    /// Some rows of the last preview, each with its place in it.
    ///
    /// # Errors
    /// The worker is gone.
    pub async fn rows(
        &self,
        only: Option<Verdict>,
        from: usize,
        most: usize,
    ) -> Result<Vec<(usize, PreviewRow)>, Problem> {
        let request = |ticket| Request::Rows { ticket, book: self.id, only, from, most };
        match self.files.ask(request).await? {
            (_, Answer::Rows(rows)) => Ok(rows),
            _ => Err(Problem::Lost),
        }
    }

    /// One command for what was accepted of the last preview: pairs of a row's place and an offer's. Nothing when it
    /// changes nothing.
    ///
    /// # Errors
    /// The worker is gone.
    pub async fn command(&self, accepted: Vec<(usize, usize)>) -> Result<Option<Packed>, Problem> {
        match self.files.ask(|ticket| Request::Command(ticket, self.id, accepted)).await? {
            (_, Answer::Command(command)) => Ok(command.map(|Bytes(bytes)| Packed(bytes))),
            _ => Err(Problem::Lost),
        }
    }
}

/// The report of a year in a form, a Word document in an organisation's own template if one is given. The register is
/// asked for if the worker doesn't hold it.
///
/// # Errors
/// The worker is gone, the template is none, or the file could not be made.
pub async fn report(
    from: ReadFrom,
    register: impl FnOnce() -> Register,
    (year, today, last): (i16, Date, Option<LastYear>),
    part: Part,
    form: Form,
    template: Option<Vec<u8>>,
) -> Result<Vec<u8>, Problem> {
    let files = Files::get()?;
    let picture = files.show(&from, register).await;
    let template = template.map(Bytes);
    let request = |ticket| Request::Report { ticket, picture, year, today, last, part, form, template };
    files.document(request).await
}

/// A report that was issued, in a form.
///
/// # Errors
/// The worker is gone, the template is none, or the report is damaged.
pub async fn issued(
    content: String,
    hash: String,
    part: Part,
    form: Form,
    template: Option<Vec<u8>>,
) -> Result<Vec<u8>, Problem> {
    let template = template.map(Bytes);
    let request = |ticket| Request::Issued { ticket, content, hash, part, form, template };
    Files::get()?.document(request).await
}

/// The media type of a Word document.
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// The text of a QR code in what a camera sees, if there is one.
///
/// # Errors
/// The worker is gone.
pub async fn qr(frame: Frame) -> Result<Option<String>, Problem> {
    let Frame { width, height, grey } = frame;
    match Files::get()?.ask(|ticket| Request::Qr { ticket, width, height, grey: Bytes(grey) }).await? {
        (_, Answer::Qr(text)) => Ok(text),
        _ => Err(Problem::Lost),
    }
}

/// The minutes of the turn that a workshop is at, as a Word document.
///
/// # Errors
/// The worker is gone, or the file could not be made.
pub async fn minutes(workshop: Workshop, organisation: String, today: Date) -> Result<Vec<u8>, Problem> {
    let workshop = Box::new(workshop);
    let request = |ticket| Request::Minutes { ticket, workshop, organisation, today };
    Files::get()?.document(request).await
}
