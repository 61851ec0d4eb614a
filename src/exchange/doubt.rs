//! What a person must look at before a row is taken in: where, and why.

use serde::{Deserialize, Serialize};

use super::table::letters;
use crate::register::value::Choose;
use crate::register::{Date, Language, RecordKind};

/// Something doubtful in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// Where it stands.
    pub at: At,
    /// What is doubtful.
    pub why: Why,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// The sheet's name; empty in a text file.
    pub sheet: String,
    /// The row, from 1.
    pub row: usize,
    /// The column, from 0, where it is about one; and its heading.
    pub column: Option<(usize, String)>,
}

/// What is doubtful.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// A level that is none of 0 to 4.
    NoLevel(String),
    /// A number and a word that mean different levels: an older scale.
    OtherScale(String),
    /// Level 4: it belongs to säkerhetsskydd.
    Exceptional,
    /// Levels, and nothing that says when they were decided.
    LevelsWithoutDate,
    /// A day of decision, and no levels.
    DateWithoutLevels,
    /// Something about a classification, on a row that has none.
    NoDecision,
    /// ”Klassad: Ja”, which doesn't say when.
    ClassifiedWhen,
    /// The register has another decision of the same day.
    OtherDecision(Date),
    /// The register has the decision, with another content here; a decision is never changed.
    DecisionStands,
    /// The file says no, and the register has one.
    NoButThereIs(RecordKind),
    /// No date.
    NoDate(String),
    /// Day and month can't be told apart.
    DayOrMonth(String),
    /// A day that has not been yet.
    Ahead(Date),
    /// Neither yes nor no.
    NeitherYesNorNo(String),
    /// None of the field's choices.
    NoChoice(String),
    /// A kind of incident that isn't known; it becomes ”Annat”, and the word is kept in the description.
    UnknownKind(String),
    /// No whole number.
    NoNumber(String),
    /// More text than the field takes.
    TooLong {
        /// The characters in the cell.
        length: usize,
        /// The most the field takes.
        max: usize,
    },
    /// Two columns for the same field that say different things; the first was taken.
    TwoColumns(String),
    /// A calculation that failed in the file.
    Failed(String),
    /// The row has no name or title.
    NoName,
    /// The same name stands in several rows.
    DoubledInFile {
        /// The other rows, from 1.
        rows: Vec<usize>,
    },
    /// The register has several by that name.
    DoubledInRegister {
        /// How many.
        count: usize,
    },
    /// A row of a training list that says nothing of who.
    NoPerson,
    /// A row of a training list that says nothing of which course.
    NoCourse,
    /// A status that says neither completed nor not; counted as not completed.
    UnknownStatus(String),
    /// So many courses that the column can't be that of courses.
    TooManyCourses(usize),
    /// The same person with two roles or two forms of employment; the manager's role and the employment were taken.
    TwoRoles,
}

impl Doubt {
    /// Where and what, and what to do about it.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        format!("{}: {}", self.at.text(language), self.why.text(language))
    }
}

impl At {
    /// The place in words: sheet, row, column by letter and heading.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let (sheet, row, column) = match language {
            Language::Swedish => ("Blad", "rad", "kolumn"),
            Language::English => ("Sheet", "row", "column"),
        };
        let mut text = if self.sheet.is_empty() { String::new() } else { format!("{sheet} ”{}”, ", self.sheet) };
        text.push_str(&format!("{row} {}", self.row));
        if let Some((number, heading)) = &self.column {
            text.push_str(&format!(", {column} {}", letters(*number)));
            if !heading.is_empty() {
                text.push_str(&format!(" ({heading})"));
            }
        }
        let mut signs = text.chars();
        signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
    }
}

impl Why {
    /// What is doubtful, what happens with it, and what to do.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::Swedish => self.swedish(),
            Language::English => self.english(),
        }
    }

    fn swedish(&self) -> String {
        match self {
            Self::NoLevel(text) => format!(
                "”{text}” är ingen nivå. Nivåerna är 0–4. Klassningen tas inte med; resten av raden kan tas in."
            ),
            Self::OtherScale(text) => format!(
                "”{text}” blandar siffra och ord från olika skalor. I en äldre skala var 2 måttlig. Klassningen tas inte med; \
                 skriv nivån med enbart ord."
            ),
            Self::Exceptional => "Nivå 4 hör till säkerhetsskydd. Tala med säkerhetsskyddschefen innan raden tas in.".into(),
            Self::LevelsWithoutDate => {
                "Nivåerna saknar datum. En klassning säger när den beslutades, så den tas inte med.".into()
            }
            Self::DateWithoutLevels => "Klassningen har datum men inga nivåer, så den tas inte med.".into(),
            Self::NoDecision => "Uppgiften hör till en klassning, och raden har ingen. Den tas inte med.".into(),
            Self::ClassifiedWhen => {
                "Här står att systemet är klassat, men inte när. Skriv datum, så tas klassningen med.".into()
            }
            Self::OtherDecision(date) => format!(
                "Registret har redan en klassning från {date} med andra nivåer. Tas den här in blir de två, och den högre \
                 nivån gäller tills någon återkallar en av dem."
            ),
            Self::DecisionStands => {
                "Registret har samma klassning med ett annat innehåll här. Ett beslut ändras inte; återkalla det och gör ett \
                 nytt om filen har rätt."
                    .into()
            }
            Self::NoButThereIs(kind) => format!(
                "Filen säger nej, men registret har en {}. Inget tas bort.",
                kind.term().sv.to_lowercase()
            ),
            Self::NoDate(text) => format!("”{text}” går inte att läsa som datum. Skriv till exempel 2024-11-26."),
            Self::DayOrMonth(text) => {
                format!("I ”{text}” går det inte att se vad som är dag och månad. Skriv till exempel 2024-11-26.")
            }
            Self::Ahead(date) => format!("{date} har inte varit än. Kontrollera datumet."),
            Self::NeitherYesNorNo(text) => format!("”{text}” är varken ja eller nej. Fältet lämnas som det är."),
            Self::NoChoice(text) => format!("”{text}” finns inte att välja i fältet. Fältet lämnas som det är."),
            Self::UnknownKind(text) => format!("Typen ”{text}” är okänd. Den blir ”Annat”, och ordet sparas i beskrivningen."),
            Self::NoNumber(text) => format!("”{text}” är inget helt tal. Fältet lämnas som det är."),
            Self::TooLong { length, max } => {
                format!("Texten har {length} tecken och fältet rymmer {max}. Fältet lämnas som det är.")
            }
            Self::TwoColumns(text) => {
                format!("Två kolumner är valda till samma fält och säger olika. ”{text}” togs inte med.")
            }
            Self::Failed(text) => format!("Cellen visar felet {text}. Rätta beräkningen i filen."),
            Self::NoName => "Raden saknar namn och kan inte tas in.".into(),
            Self::DoubledInFile { rows } => format!(
                "Samma namn står även i rad {}. Välj vad som ska hända med raderna.",
                list(rows)
            ),
            Self::DoubledInRegister { count } => {
                format!("Registret har {count} med det namnet. Välj vilken som ska uppdateras.")
            }
            Self::NoPerson => "Raden säger inte vem det gäller och räknas inte.".into(),
            Self::NoCourse => "Raden säger inte vilken kurs det gäller och räknas inte.".into(),
            Self::UnknownStatus(text) => {
                format!("”{text}” säger inte om kursen är genomförd. Den räknas som ej genomförd.")
            }
            Self::TooManyCourses(count) => format!(
                "Kolumnen har {count} olika värden, så den innehåller nog inte kurser. Välj en annan kolumn som kurs."
            ),
            Self::TwoRoles => "Samma person har två roller eller anställningsformer i listan. Personen räknas en gång.".into(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::NoLevel(text) => format!(
                "“{text}” is not a level. The levels are 0–4. The classification is left out; the rest of the row can be taken in."
            ),
            Self::OtherScale(text) => format!(
                "“{text}” mixes a number and a word from different scales. On an older scale 2 was moderate. The \
                 classification is left out; write the level in words only."
            ),
            Self::Exceptional => {
                "Level 4 belongs to protective security. Speak to the security protection officer before the row is taken in."
                    .into()
            }
            Self::LevelsWithoutDate => {
                "The levels have no date. A classification says when it was decided, so it is left out.".into()
            }
            Self::DateWithoutLevels => "The classification has a date but no levels, so it is left out.".into(),
            Self::NoDecision => "This belongs to a classification, and the row has none. It is left out.".into(),
            Self::ClassifiedWhen => {
                "This says that the system is classified, but not when. Write the date to take the classification in.".into()
            }
            Self::OtherDecision(date) => format!(
                "The register already has a classification of {date} with other levels. If this is taken in there are two, \
                 and the higher level holds until someone withdraws one of them."
            ),
            Self::DecisionStands => {
                "The register has the same classification with other content here. A decision is not changed; withdraw it \
                 and make a new one if the file is right."
                    .into()
            }
            Self::NoButThereIs(kind) => {
                format!("The file says no, but the register has one: {}. Nothing is removed.", kind.term().en.to_lowercase())
            }
            Self::NoDate(text) => format!("“{text}” can't be read as a date. Write for example 2024-11-26."),
            Self::DayOrMonth(text) => {
                format!("In “{text}” day and month can't be told apart. Write for example 2024-11-26.")
            }
            Self::Ahead(date) => format!("{date} has not been yet. Check the date."),
            Self::NeitherYesNorNo(text) => format!("“{text}” is neither yes nor no. The field is left as it is."),
            Self::NoChoice(text) => format!("“{text}” is not one of the field's choices. The field is left as it is."),
            Self::UnknownKind(text) => {
                format!("The kind “{text}” is unknown. It becomes “Other”, and the word is kept in the description.")
            }
            Self::NoNumber(text) => format!("“{text}” is not a whole number. The field is left as it is."),
            Self::TooLong { length, max } => {
                format!("The text has {length} characters and the field takes {max}. The field is left as it is.")
            }
            Self::TwoColumns(text) => {
                format!("Two columns are chosen for the same field and differ. “{text}” was left out.")
            }
            Self::Failed(text) => format!("The cell shows the error {text}. Correct the calculation in the file."),
            Self::NoName => "The row has no name and can't be taken in.".into(),
            Self::DoubledInFile { rows } => {
                format!("The same name is also in row {}. Choose what to do with the rows.", list(rows))
            }
            Self::DoubledInRegister { count } => {
                format!("The register has {count} by that name. Choose which one to update.")
            }
            Self::NoPerson => "The row doesn't say who it is about and is not counted.".into(),
            Self::NoCourse => "The row doesn't say which course it is about and is not counted.".into(),
            Self::UnknownStatus(text) => {
                format!("“{text}” doesn't say whether the course is completed. It is counted as not completed.")
            }
            Self::TooManyCourses(count) => format!(
                "The column has {count} different values, so it hardly holds courses. Choose another column as course."
            ),
            Self::TwoRoles => "The same person has two roles or forms of employment in the list. They are counted once.".into(),
        }
    }
}

fn list(rows: &[usize]) -> String {
    rows.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubt_names_sheet_row_and_column() {
        let doubt = Doubt {
            at: At { sheet: "Systemlista".into(), row: 5, column: Some((11, "K".into())) },
            why: Why::NoLevel("9".into()),
        };
        assert!(
            doubt.text(Language::Swedish).starts_with("Blad ”Systemlista”, rad 5, kolumn L (K): ”9” är ingen nivå.")
        );
        assert!(
            doubt.text(Language::English).starts_with("Sheet ”Systemlista”, row 5, column L (K): “9” is not a level.")
        );
        let in_text = Doubt { at: At { sheet: String::new(), row: 5, column: None }, why: Why::NoName };
        assert_eq!(in_text.text(Language::Swedish), "Rad 5: Raden saknar namn och kan inte tas in.");
    }
}
