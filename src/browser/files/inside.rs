//! The files worker from within: holds what has been read and compared, and answers one request at a time.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::protocol::{Answer, BookId, Bytes, Event, Failure, Form, PictureId, Request, Source, Ticket, VERSION};
use crate::browser::{device, worker};
use crate::crypto::read_qr;
use crate::exchange::{self, Chosen, FileError, Guess, Preview, Workbook};
use crate::register::workshop::Workshop;
use crate::register::{Date, Register, Seen};
use crate::report::{self, Frozen, LastYear, Part, Report, Template};

/// Starts the files worker.
pub fn run() {
    console_error_panic_hook::set_once();
    let inside = RefCell::new(Inside::default());
    worker::serve(move |request| inside.borrow_mut().handle(request));
}

#[derive(Default)]
struct Inside {
    books: BTreeMap<BookId, Book>,
    pictures: BTreeMap<PictureId, Register>,
}

struct Book {
    workbook: Workbook,
    preview: Option<Preview>,
}

impl Inside {
    fn handle(&mut self, request: Request) {
        let (ticket, answer) = match request {
            Request::Open { version } => {
                if version != VERSION {
                    // An error event tells the page.
                    wasm_bindgen::throw_str("the page speaks another version of the program");
                }
                return;
            }
            Request::Picture(picture, entries) => {
                let register = self.pictures.entry(picture).or_default();
                entries.into_iter().for_each(|entry| register.put(entry));
                return;
            }
            Request::DropPicture(picture) => {
                self.pictures.remove(&picture);
                return;
            }
            Request::Close(book) => {
                self.books.remove(&book);
                return;
            }
            Request::Read(ticket, source) => (ticket, self.read(ticket, source).map(Answer::Guess)),
            Request::Sheet(ticket, book, sheet) => (ticket, self.sheet(book, sheet).map(Answer::Guess)),
            Request::Columns { ticket, book, list, sheet, header } => {
                let columns = self.book(book).and_then(|book| {
                    let sheet = book.workbook.sheets.get(sheet).ok_or(Failure::File(FileError::NoSheet(sheet)))?;
                    Ok(Answer::Columns(exchange::columns(sheet, list, header)))
                });
                (ticket, columns)
            }
            Request::Preview { ticket, book, picture, chosen, seen, today } => {
                (ticket, self.preview(book, picture, &chosen, &seen, today))
            }
            Request::Rows { ticket, book, only, from, most } => {
                (ticket, self.previewed(book).map(|preview| Answer::Rows(preview.window(only, from, most))))
            }
            Request::Command(ticket, book, accepted) => {
                let command = self.previewed(book).map(|preview| {
                    let command = preview.command(&accepted);
                    Answer::Command(command.and_then(|command| postcard::to_allocvec(&command).ok()).map(Bytes))
                });
                (ticket, command)
            }
            Request::Report { ticket, picture, year, today, last, part, form, template } => {
                (ticket, self.report(picture, (year, today, last.as_ref()), part, form, template.as_ref()))
            }
            Request::Issued { ticket, content, hash, part, form, template } => {
                (ticket, issued((&content, &hash), part, form, template.as_ref()))
            }
            Request::Qr { ticket, width, height, grey: Bytes(grey) } => {
                let side = |points: u32| usize::try_from(points).unwrap_or(usize::MAX);
                (ticket, Ok(Answer::Qr(read_qr(side(width), side(height), &grey))))
            }
            Request::Minutes { ticket, workshop, organisation, today } => {
                (ticket, minutes_of(&workshop, &organisation, today))
            }
        };
        worker::tell(&Event { ticket, answer });
    }

    fn read(&mut self, ticket: Ticket, source: Source) -> Result<Guess, Failure> {
        let workbook = match source {
            Source::File(Bytes(bytes)) => exchange::read(&bytes),
            Source::Example(place) => {
                let files = exchange::example::example();
                let (_, bytes) = files.get(place).ok_or(Failure::NotHere)?;
                exchange::read(bytes)
            }
        }
        .map_err(Failure::File)?;
        let guess = exchange::guess(&workbook);
        self.books.insert(ticket, Book { workbook, preview: None });
        Ok(guess)
    }

    /// The guess as it would be if the file had only this sheet.
    fn sheet(&self, book: BookId, sheet: usize) -> Result<Guess, Failure> {
        let all = &self.book(book)?.workbook;
        let only = all.sheets.get(sheet).ok_or(Failure::File(FileError::NoSheet(sheet)))?;
        let alone = Workbook { sheets: vec![only.clone()], notes: Vec::new() };
        let mut guess = exchange::guess(&alone);
        let outline = std::mem::take(&mut guess.sheets);
        guess.sheets = exchange::guess(all).sheets;
        if let (Some(place), Some(outline)) = (guess.sheets.get_mut(sheet), outline.into_iter().next()) {
            *place = outline;
        }
        guess.sheet = sheet;
        Ok(guess)
    }

    fn preview(
        &mut self,
        book: BookId,
        picture: PictureId,
        chosen: &Chosen,
        seen: &Seen,
        today: Date,
    ) -> Result<Answer, Failure> {
        let book = self.books.get_mut(&book).ok_or(Failure::NotHere)?;
        let nothing = Register::default();
        // A register without a record sends no part.
        let register = self.pictures.get(&picture).unwrap_or(&nothing);
        let preview = exchange::preview(&book.workbook, chosen, register, seen, &mut device::new_key, today)
            .map_err(Failure::File)?;
        let summary = preview.summary();
        book.preview = Some(preview);
        Ok(Answer::Summary(summary))
    }

    fn report(
        &self,
        picture: PictureId,
        (year, today, last): (i16, Date, Option<&LastYear>),
        part: Part,
        form: Form,
        template: Option<&Bytes>,
    ) -> Result<Answer, Failure> {
        // What is wrong with a template is said before anything is made.
        let template = template_in(template)?;
        let nothing = Register::default();
        let register = self.pictures.get(&picture).unwrap_or(&nothing);
        let report = report::report(register, year, today, last);
        if form == Form::Xlsx {
            // The lists are the register's, with all that other parts leave out.
            if part != Part::Open {
                return Err(Failure::NotHere);
            }
            let made = report::to_xlsx(register, &report).map_err(|why| Failure::Document(why.to_string()))?;
            return Ok(Answer::Report(Bytes(made)));
        }
        let part = report::part(part, &report, || report::annex(register, &report)).ok_or(Failure::NotHere)?;
        document(&part, form, template.as_ref())
    }

    fn book(&self, book: BookId) -> Result<&Book, Failure> {
        self.books.get(&book).ok_or(Failure::NotHere)
    }

    fn previewed(&self, book: BookId) -> Result<&Preview, Failure> {
        self.book(book)?.preview.as_ref().ok_or(Failure::NotHere)
    }
}

fn issued((content, hash): (&str, &str), part: Part, form: Form, template: Option<&Bytes>) -> Result<Answer, Failure> {
    let template = template_in(template)?;
    let frozen = Frozen::unpack(content, hash).map_err(|why| Failure::Document(why.to_string()))?;
    let part = report::part(part, &frozen.open, || frozen.annex.clone()).ok_or(Failure::NotHere)?;
    document(&part, form, template.as_ref())
}

fn template_in(bytes: Option<&Bytes>) -> Result<Option<Template>, Failure> {
    bytes.map(|Bytes(bytes)| Template::read(bytes)).transpose().map_err(Failure::Template)
}

/// A report as a document, in an organisation's own template if there is one.
fn document(report: &Report, form: Form, template: Option<&Template>) -> Result<Answer, Failure> {
    let made = match (form, template) {
        (Form::Docx, Some(template)) => report::to_docx_in(report, template),
        (Form::Docx, None) => report::to_docx(report),
        (Form::Pdf, _) => return Ok(Answer::Report(Bytes(report::sheet(report).into_bytes()))),
        (Form::Xlsx, _) => return Err(Failure::NotHere),
    };
    made.map(|bytes| Answer::Report(Bytes(bytes))).map_err(|why| Failure::Document(why.to_string()))
}

fn minutes_of(workshop: &Workshop, organisation: &str, today: Date) -> Result<Answer, Failure> {
    let turn = workshop.turn().ok_or(Failure::NotHere)?;
    document(&report::minutes(workshop, turn, organisation, today), Form::Docx, None)
}
