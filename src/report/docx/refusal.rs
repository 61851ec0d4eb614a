//! What can be wrong with a template, said so that a person knows what to do.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::register::Language;

/// A file that can't be a template. No document is made, and the register is untouched.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum TemplateError {
    /// The browser could not read it: it was moved, or lies on a drive that is gone.
    #[error("the file can't be read")]
    Unreadable,
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// More bytes than are read.
    #[error("the file has {bytes} bytes, more than {max}")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The most that is read.
        max: u64,
    },
    /// An old `.doc` or `.dot`, or a document locked with a password; from outside they look the same.
    #[error("the document is of the old kind, or locked with a password")]
    OldOrLocked,
    /// Not a package at all: a picture, a PDF, text.
    #[error("the file is no Word document")]
    NotAPackage,
    /// A package of another kind: a workbook, a presentation, an OpenDocument file.
    #[error("the file is a document of another kind")]
    OtherKind,
    /// A package without a document in it.
    #[error("there is no document in the package")]
    NoDocument,
    /// A document without styles.
    #[error("there are no styles in the document")]
    NoStyles,
    /// It has macros.
    #[error("the document has macros")]
    Macros,
    /// It is in the strict form of the format, whose words are others.
    #[error("the document is in the strict form")]
    Strict,
    /// More parts than are read.
    #[error("the package has more than {max} parts")]
    TooManyParts {
        /// The most that is read.
        max: usize,
    },
    /// It swells when it is unpacked.
    #[error("the document holds more than {max} bytes when unpacked")]
    Swells {
        /// The most that is unpacked.
        max: u64,
    },
    /// A part can't be read.
    #[error("{part:?} is damaged: {why}")]
    Damaged {
        /// The part's name; empty when it is the package.
        part: String,
        /// What the reader said.
        why: String,
    },
}

impl TemplateError {
    /// What is wrong and what to do.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::Swedish => format!("{} Registret är orört.", self.swedish()),
            Language::English => format!("{} The register is untouched.", self.english()),
        }
    }

    fn swedish(&self) -> String {
        match self {
            Self::Unreadable => {
                "Webbläsaren kunde inte läsa mallen. Den kan ha flyttats, eller ligga på en enhet som inte är \
                                 ansluten. Välj den på nytt."
                    .into()
            }
            Self::Empty => "Mallen är tom. Kontrollera att du valde rätt fil, eller hämta den på nytt.".into(),
            Self::TooLarge { bytes, max } => format!(
                "Mallen är på {} MB, och högst {} MB läses. Öppna den i Word, komprimera bilderna och spara den på nytt.",
                megabytes(*bytes),
                megabytes(*max)
            ),
            Self::OldOrLocked => {
                "Mallen är antingen av den gamla sorten (.doc, .dot) eller låst med lösenord. Öppna den i \
                                  Word och spara den som Word-mall (.dotx) utan lösenord."
                    .into()
            }
            Self::NotAPackage => {
                "Filen är inget Word-dokument. Välj en Word-mall (.dotx) eller ett Word-dokument (.docx).".into()
            }
            Self::OtherKind => "Filen är ett dokument av en annan sort än Word. Välj en Word-mall (.dotx) eller ett \
                                Word-dokument (.docx)."
                .into(),
            Self::NoDocument => {
                "Filen ser ut som ett Word-dokument men det finns inget dokument i den. Öppna mallen i Word \
                                 och spara den på nytt som Word-mall (.dotx)."
                    .into()
            }
            Self::NoStyles => {
                "Mallen har inga formatmallar, och det är dem som dokumentet skulle få av den. Öppna den i \
                               Word, kontrollera Rubrik 1–3 och Brödtext, och spara den på nytt som Word-mall (.dotx)."
                    .into()
            }
            Self::Macros => {
                "Mallen innehåller makron. Ett makro är ett program, och det ska inte följa med i en rapport som \
                             skickas vidare. Spara mallen i Word som Word-mall utan makron (.dotx)."
                    .into()
            }
            Self::Strict => "Mallen är sparad i formatet Strict Open XML. Öppna den i Word och spara den som vanlig \
                             Word-mall (.dotx)."
                .into(),
            Self::TooManyParts { max } => format!(
                "Mallen består av fler än {max} delar. Öppna den i Word, ta bort det som inte är sidhuvud, sidfot och \
                 formatmallar, och spara den på nytt."
            ),
            Self::Swells { max } => format!(
                "Mallen blir större än {} MB när den packas upp. Öppna den i Word, komprimera bilderna och spara den på nytt.",
                megabytes(*max)
            ),
            Self::Damaged { part, .. } if part.is_empty() => {
                "Mallen är skadad eller avbruten. Hämta den på nytt, eller öppna den i Word och spara en ny kopia."
                    .into()
            }
            Self::Damaged { part, .. } => format!(
                "Mallen är skadad: delen ”{part}” går inte att läsa. Öppna den i Word och spara en ny kopia som Word-mall \
                 (.dotx)."
            ),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Unreadable => {
                "The browser could not read the template. It may have been moved, or lie on a drive that is \
                                 not connected. Choose it again."
                    .into()
            }
            Self::Empty => "The template is empty. Check that you chose the right file, or fetch it again.".into(),
            Self::TooLarge { bytes, max } => format!(
                "The template is {} MB, and at most {} MB is read. Open it in Word, compress its pictures and save it again.",
                megabytes(*bytes),
                megabytes(*max)
            ),
            Self::OldOrLocked => {
                "The template is either of the old kind (.doc, .dot) or locked with a password. Open it in \
                                  Word and save it as a Word template (.dotx) without a password."
                    .into()
            }
            Self::NotAPackage => {
                "The file is not a Word document. Choose a Word template (.dotx) or a Word document (.docx).".into()
            }
            Self::OtherKind => {
                "The file is a document of another kind than Word's. Choose a Word template (.dotx) or a Word \
                                document (.docx)."
                    .into()
            }
            Self::NoDocument => {
                "The file looks like a Word document, but there is no document in it. Open the template in \
                                 Word and save it again as a Word template (.dotx)."
                    .into()
            }
            Self::NoStyles => {
                "The template has no styles, and they are what the document would take from it. Open it in \
                               Word, check Heading 1–3 and Body Text, and save it again as a Word template (.dotx)."
                    .into()
            }
            Self::Macros => {
                "The template has macros. A macro is a program, and must not come along in a report that is sent \
                             on. In Word, save the template as a Word template without macros (.dotx)."
                    .into()
            }
            Self::Strict => {
                "The template is saved as Strict Open XML. Open it in Word and save it as an ordinary Word \
                             template (.dotx)."
                    .into()
            }
            Self::TooManyParts { max } => format!(
                "The template has more than {max} parts. Open it in Word, remove what is not header, footer or styles, and \
                 save it again."
            ),
            Self::Swells { max } => format!(
                "The template grows beyond {} MB when unpacked. Open it in Word, compress its pictures and save it again.",
                megabytes(*max)
            ),
            Self::Damaged { part, .. } if part.is_empty() => {
                "The template is damaged or cut short. Fetch it again, or open it in Word and save a new copy.".into()
            }
            Self::Damaged { part, .. } => format!(
                "The template is damaged: its part “{part}” can't be read. Open it in Word and save a new copy as a Word \
                 template (.dotx)."
            ),
        }
    }
}

const fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}
