//! The report as a PDF for the archive, PDF/A-2a (ISO 19005-2), that everybody can read, PDF/UA-1 (ISO 14289-1).
//!
//! Typst sets the pages and checks both standards; what they look like stands in `report.typ` beside this file. What it
//! gets is a [`sheet`](super::sheet::sheet): people's texts are data to it. It reads no clock and no file of the device,
//! so the same sheet, fonts and program give the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;
use typst::diag::{FileError, FileResult, SourceDiagnostic, Warned};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use super::sheet::number_of;

const PAGES: &str = include_str!("report.typ");

/// The fonts that pages are set with, by the names of their files in `public/fonts/paper`. The last two have what the
/// others lack.
pub const FONTS: [&str; 5] =
    ["SourceSans3-Regular", "SourceSans3-Semibold", "SourceSerif4-Semibold", "NotoEmoji-Regular", "DejaVuSans"];

/// A PDF, and what it could not show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// The letters that no font has, in their order; each stands in the file as its [number](number_of).
    pub unshown: Vec<char>,
}

/// Why there is no PDF.
#[derive(Debug, Error)]
pub enum PdfError {
    /// A font can't be read.
    #[error("font number {0} can't be read")]
    Font(usize),
    /// The typesetter refuses what it got, in its own words.
    #[error("the pages could not be set: {0}")]
    Refused(String),
}

/// What a PDF is going through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Pages are set.
    Setting,
    /// The file is written.
    Writing,
}

/// Sets pages, with the fonts that it has.
pub struct Typesetter {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    pages: Source,
    sheet_place: FileId,
    sheet: Bytes,
}

fn place(name: &str) -> Result<FileId, PdfError> {
    let path = VirtualPath::new(name).map_err(|_| PdfError::Refused(name.to_owned()))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl Typesetter {
    /// A typesetter with these fonts, in TrueType or OpenType files.
    ///
    /// # Errors
    /// A font can't be read.
    pub fn new(fonts: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, PdfError> {
        let read = |(nth, font)| Font::new(Bytes::new(font), 0).ok_or(PdfError::Font(nth));
        let fonts = fonts.into_iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            library: LazyHash::new(<Library as LibraryExt>::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            pages: Source::new(place("/report.typ")?, PAGES.to_owned()),
            sheet_place: place("/sheet.json")?,
            sheet: Bytes::new([]),
        })
    }

    /// Makes a PDF of a [`sheet`](super::sheet::sheet), and says how it goes.
    ///
    /// # Errors
    /// [`PdfError::Refused`] when the sheet is none, or what it holds can't be said in an archive file.
    pub fn pdf(&mut self, sheet: &str, mut step: impl FnMut(Step)) -> Result<Pdf, PdfError> {
        step(Step::Setting);
        let (sayable, unshown) = self.sayable(sheet);
        self.sheet = Bytes::from_string(sayable);
        let Warned { output, .. } = typst::compile::<PagedDocument>(self);
        let document = output.map_err(|why| refused(&why))?;
        step(Step::Writing);
        let standards = [PdfStandard::A_2a, PdfStandard::Ua_1];
        let options = PdfOptions {
            creator: Smart::Custom(Some("Klassrum".to_owned())),
            standards: PdfStandards::new(&standards).map_err(|why| PdfError::Refused(why.message().to_string()))?,
            ..PdfOptions::default()
        };
        let made = typst_pdf::pdf(&document, &options).map_err(|why| refused(&why));
        // What was set this time helps the next, and nothing older.
        typst::comemo::evict(1);
        Ok(Pdf { bytes: made?, unshown: unshown.into_iter().collect() })
    }

    /// The text with the number of each letter that no font has in the letter's place, as an archive file must have a
    /// picture of every letter; and those letters. Marks that aren't seen are left out where no font has them.
    fn sayable(&self, text: &str) -> (String, BTreeSet<char>) {
        // What has been asked: most letters come often.
        let mut letters = BTreeMap::new();
        let mut unshown = BTreeSet::new();
        let mut said = String::with_capacity(text.len());
        for letter in text.chars() {
            let is_known = *letters.entry(letter).or_insert_with(|| {
                letter.is_ascii() || self.fonts.iter().any(|font| font.info().coverage.contains(letter.into()))
            });
            match letter {
                _ if is_known => said.push(letter),
                '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => {}
                '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}' => {}
                letter => {
                    unshown.insert(letter);
                    said.push_str(&number_of(letter));
                }
            }
        }
        (said, unshown)
    }
}

fn refused(why: &[SourceDiagnostic]) -> PdfError {
    PdfError::Refused(why.iter().map(|one| one.message.to_string()).collect::<Vec<_>>().join("; "))
}

impl World for Typesetter {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.pages.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.pages.id() { Ok(self.pages.clone()) } else { Err(none(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.sheet_place { Ok(self.sheet.clone()) } else { Err(none(id)) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    /// Days are passed in.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn none(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}
