//! The edits people make. A command says what was meant; the document room carries it out on the part it concerns.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::records::{Classification, RecordKind};
use super::value::{Field, FieldError, FieldType, Kind, Value};
use super::{Answer, Assessment, InformationSet, Issued, Key, Method, Place, System, Vote};

/// The state of the document that somebody had before their eyes when they wrote: its heads, as the document names them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen(pub Vec<[u8; 32]>);

impl fmt::Display for Seen {
    /// The heads in hexadecimal, with a space between two.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, head) in self.0.iter().enumerate() {
            if 0 < nth {
                f.write_str(" ")?;
            }
            head.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        }
        Ok(())
    }
}

/// One edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Adds a record with what is known of it. Refused when the key is taken.
    Add {
        /// Where it will be.
        place: Place,
        /// What it holds from the start.
        fields: Vec<(String, Value)>,
    },
    /// Puts one field in place, whole. A record with a natural key (a year's review) need not be there before.
    Set {
        /// The record.
        place: Place,
        /// The field's key.
        field: String,
        /// What it shall hold; nothing empties it.
        value: Value,
    },
    /// Changes longer text from what was seen to what it is now. Others' edits of the same text stay.
    Write {
        /// The record.
        place: Place,
        /// The field's key; its kind is [`Kind::Prose`].
        field: String,
        /// The whole text as it shall be, to the eyes of the one who wrote.
        text: String,
        /// What the writer had seen.
        seen: Seen,
    },
    /// Settles longer text of which people have said different things: it says this now. Only what the one who decides
    /// had seen gives way; what others wrote without knowing of it is in dispute with it.
    Settle {
        /// The record.
        place: Place,
        /// The field's key; its kind is [`Kind::Prose`].
        field: String,
        /// The whole text: one of those that were seen, or another.
        text: String,
        /// What the one who decides had seen.
        seen: Seen,
    },
    /// Marks a record, and what belongs to it, as removed.
    Remove {
        /// The record.
        place: Place,
    },
    /// Takes the mark away.
    Restore {
        /// The record.
        place: Place,
    },
    /// Withdraws a decision with a reason; it stays in the history.
    Withdraw {
        /// The decision.
        place: Place,
        /// Why.
        reason: String,
    },
    /// Several edits as one: one change, one step to undo. All or none.
    Batch(Vec<Command>),
}

/// The most edits one batch may hold.
pub const BATCH_MAX: usize = 200_000;

impl Command {
    /// A new system.
    #[must_use]
    pub fn add_system(key: Key, name: &str) -> Self {
        Self::Add {
            place: Place { kind: RecordKind::System, key },
            fields: vec![(System::NAME.key.to_owned(), Value::Line(name.trim().to_owned()))],
        }
    }

    /// Checks all that can be known without the document.
    ///
    /// # Errors
    /// [`CommandError`] says what makes the edit senseless.
    pub fn check(&self) -> Result<(), CommandError> {
        match self {
            Self::Add { place, fields } => {
                place_is_sound(place)?;
                for (key, value) in fields {
                    field_of(place.kind, key)?.accepts(value)?;
                }
                if let Some(name) = required(place.kind) {
                    let given = fields.iter().find(|(key, _)| key == name.key).map(|(_, value)| value);
                    named(name, given.unwrap_or(&Value::Nothing))?;
                }
                decided(place.kind, fields)
            }
            Self::Set { place, field, value } => {
                place_is_sound(place)?;
                let field = field_of(place.kind, field)?;
                // Two who withdraw a decision apart give two reasons: which one holds can be settled.
                if place.kind.is_decision() && field != Classification::WITHDRAWN_REASON {
                    return Err(CommandError::DecisionStands);
                }
                if matches!(field.kind, Kind::Prose) {
                    return Err(CommandError::WriteProse { field: field.key });
                }
                field.accepts(value)?;
                match required(place.kind) {
                    Some(name) if name == field => named(name, value),
                    _ => Ok(()),
                }
            }
            Self::Write { place, field, text, .. } | Self::Settle { place, field, text, .. } => {
                place_is_sound(place)?;
                if place.kind.is_decision() {
                    return Err(CommandError::DecisionStands);
                }
                field_of(place.kind, field)?.accepts(&Value::Prose(text.clone()))?;
                Ok(())
            }
            Self::Remove { place } | Self::Restore { place } => {
                if place.kind.is_decision() {
                    return Err(CommandError::DecisionStands);
                }
                place_is_sound(place)
            }
            Self::Withdraw { place, reason } => {
                place_is_sound(place)?;
                if !place.kind.is_decision() {
                    return Err(CommandError::NoDecision);
                }
                if reason.trim().is_empty() {
                    return Err(CommandError::ReasonMissing);
                }
                Classification::WITHDRAWN_REASON.accepts(&Value::Line(reason.clone()))?;
                Ok(())
            }
            Self::Batch(commands) => {
                if BATCH_MAX < commands.len() {
                    return Err(CommandError::TooMany { max: BATCH_MAX });
                }
                for command in commands {
                    if matches!(command, Self::Batch(_)) {
                        return Err(CommandError::BatchInBatch);
                    }
                    command.check()?;
                }
                Ok(())
            }
        }
    }
}

/// The field without which a record has no name on the screen.
#[must_use]
pub fn required(kind: RecordKind) -> Option<Field> {
    match kind {
        RecordKind::System => Some(System::NAME),
        RecordKind::InformationSet => Some(InformationSet::NAME),
        RecordKind::Action => Some(super::Action::TITLE),
        RecordKind::Treatment => Some(super::Treatment::TITLE),
        RecordKind::Incident => Some(super::Incident::TITLE),
        RecordKind::IncidentLink => Some(super::IncidentLink::TO),
        RecordKind::Attendance => Some(super::Attendance::ROLE),
        _ => None,
    }
}

fn named(name: Field, value: &Value) -> Result<(), CommandError> {
    match value {
        Value::Line(text) if !text.trim().is_empty() => Ok(()),
        _ => Err(CommandError::NameMissing { field: name.key }),
    }
}

/// A classification says when it was decided and sets at least one level; an answer, a vote and a method say all that
/// makes them what they are.
fn decided(kind: RecordKind, fields: &[(String, Value)]) -> Result<(), CommandError> {
    let has = |field: Field| fields.iter().any(|(key, value)| key == field.key && !value.is_empty());
    let all = |needed: &[Field]| match needed.iter().find(|field| !has(**field)) {
        Some(field) => Err(CommandError::NameMissing { field: field.key }),
        None => Ok(()),
    };
    match kind {
        RecordKind::Classification => {}
        RecordKind::Answer => {
            all(&[Answer::MEASURE, Answer::ASSESSMENT, Answer::ANSWERED])?;
            let not_applicable = fields
                .iter()
                .any(|(key, value)| key == Answer::ASSESSMENT.key && *value == Some(Assessment::NotApplicable).value());
            return if not_applicable && !has(Answer::REASON) { Err(CommandError::ReasonMissing) } else { Ok(()) };
        }
        RecordKind::Vote => return all(&[Vote::ASPECT, Vote::LEVEL]),
        RecordKind::Issued => {
            return all(&[Issued::ISSUED, Issued::DATE, Issued::DNR, Issued::AS_OF, Issued::CONTENT, Issued::HASH]);
        }
        RecordKind::Method => {
            return all(&[Method::KIND, Method::NAME, Method::EDITION, Method::TEXT, Method::DECIDED]);
        }
        _ => return Ok(()),
    }
    let levels = [
        Classification::CONFIDENTIALITY,
        Classification::INTEGRITY,
        Classification::AVAILABILITY,
        Classification::TRACEABILITY,
    ];
    if !has(Classification::DECIDED) {
        Err(CommandError::DateMissing)
    } else if !levels.into_iter().any(has) {
        Err(CommandError::LevelMissing)
    } else {
        Ok(())
    }
}

fn place_is_sound(place: &Place) -> Result<(), CommandError> {
    if place.key.depth() == place.kind.depth() { Ok(()) } else { Err(CommandError::WrongKey(place.key.clone())) }
}

fn field_of(kind: RecordKind, key: &str) -> Result<Field, CommandError> {
    kind.field(key).ok_or_else(|| CommandError::Field(FieldError::Unknown(key.to_owned())))
}

/// An edit that makes no sense, whatever the document holds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CommandError {
    /// A value that its field can't hold.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The key has too few or too many owners for its kind.
    #[error("the key {0} doesn't fit its kind of record")]
    WrongKey(Key),
    /// A system without a name, say.
    #[error("the field {field} must be filled in")]
    NameMissing {
        /// The field's key.
        field: &'static str,
    },
    /// A classification without a date.
    #[error("a classification says when it was decided")]
    DateMissing,
    /// A classification without levels.
    #[error("a classification sets at least one level")]
    LevelMissing,
    /// A decision is added or withdrawn, never changed.
    #[error("a decision is never changed: withdraw it and add a new one")]
    DecisionStands,
    /// Only a decision can be withdrawn.
    #[error("only a decision can be withdrawn")]
    NoDecision,
    /// A withdrawal says why, and so does an answer that something doesn't apply.
    #[error("it says why")]
    ReasonMissing,
    /// Longer text is written or settled, never set, so that nobody else's words go.
    #[error("the field {field} is text that several may write in: write it, don't set it")]
    WriteProse {
        /// The field's key.
        field: &'static str,
    },
    /// A batch within a batch.
    #[error("a batch holds single edits")]
    BatchInBatch,
    /// More edits than a batch takes.
    #[error("a batch takes {max} edits")]
    TooMany {
        /// The most it takes.
        max: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::Level;
    use crate::register::value::FieldType;

    fn key(text: &str) -> Key {
        Key::parse(text).unwrap()
    }

    fn system() -> Place {
        Place { kind: RecordKind::System, key: key("antura") }
    }

    #[test]
    fn what_was_seen_is_written_head_by_head() {
        assert_eq!(Seen::default().to_string(), "");
        let seen = Seen(vec![[0x0a; 32], [0xff; 32]]).to_string();
        assert_eq!(seen, format!("{} {}", "0a".repeat(32), "ff".repeat(32)));
    }

    #[test]
    fn a_system_needs_a_name() {
        assert_eq!(Command::add_system(key("a"), "Antura").check(), Ok(()));
        assert_eq!(Command::add_system(key("a"), "  ").check(), Err(CommandError::NameMissing { field: "name" }));
        let emptied = Command::Set { place: system(), field: "name".into(), value: Value::Nothing };
        assert_eq!(emptied.check(), Err(CommandError::NameMissing { field: "name" }));
    }

    #[test]
    fn a_decision_can_not_be_changed_or_removed() {
        let place = Place { kind: RecordKind::Classification, key: key("antura.first") };
        let set =
            Command::Set { place: place.clone(), field: "confidentiality".into(), value: Some(Level::Serious).value() };
        assert_eq!(set.check(), Err(CommandError::DecisionStands));
        assert_eq!(Command::Remove { place: place.clone() }.check(), Err(CommandError::DecisionStands));
        assert_eq!(
            Command::Withdraw { place: place.clone(), reason: " ".into() }.check(),
            Err(CommandError::ReasonMissing)
        );
        assert_eq!(Command::Withdraw { place, reason: "fel system".into() }.check(), Ok(()));
    }

    #[test]
    fn a_classification_has_a_date_and_a_level() {
        let place = Place { kind: RecordKind::Classification, key: key("antura.first") };
        let date = ("decided".to_owned(), Value::Date(jiff::civil::date(2024, 7, 25)));
        let level = ("confidentiality".to_owned(), Some(Level::Serious).value());
        let add = |fields| Command::Add { place: place.clone(), fields }.check();
        assert_eq!(add(vec![level.clone()]), Err(CommandError::DateMissing));
        assert_eq!(add(vec![date.clone()]), Err(CommandError::LevelMissing));
        assert_eq!(add(vec![date, level]), Ok(()));
    }

    #[test]
    fn longer_text_is_written_and_never_set() {
        let set = Command::Set { place: system(), field: "purpose".into(), value: Value::Prose("x".into()) };
        assert_eq!(set.check(), Err(CommandError::WriteProse { field: "purpose" }));
        let settle = |place: &Place, field: &str| {
            let (place, field) = (place.clone(), field.to_owned());
            Command::Settle { place, field, text: "x".into(), seen: Seen::default() }.check()
        };
        assert_eq!(settle(&system(), "purpose"), Ok(()));
        assert!(matches!(settle(&system(), "unit"), Err(CommandError::Field(_))));
        let decision = Place { kind: RecordKind::Classification, key: key("antura.first") };
        assert_eq!(settle(&decision, "integrity_reason"), Err(CommandError::DecisionStands));
    }

    #[test]
    fn a_value_of_another_kind_is_refused() {
        for (field, value) in [
            ("contract_ends", Value::Line("i morgon".into())),
            ("status", Value::Choice("on-the-moon".into())),
            ("unit", Value::Line("två\nrader".into())),
        ] {
            let set = Command::Set { place: system(), field: field.into(), value };
            assert!(matches!(set.check(), Err(CommandError::Field(_))), "{field}");
        }
    }
}
