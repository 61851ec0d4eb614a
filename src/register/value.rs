//! Fields and what they can hold: the small types that every record is made of.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The two languages of the program; Swedish is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Language {
    /// Svenska.
    #[default]
    Swedish,
    /// English.
    English,
}

/// A term of the trade in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The word on a Swedish screen.
    pub sv: &'static str,
    /// The word on an English screen.
    pub en: &'static str,
}

impl Term {
    /// The word in `language`.
    #[must_use]
    pub const fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::Swedish => self.sv,
            Language::English => self.en,
        }
    }
}

/// What one field holds, on its way between the rooms: commands, histories and workers speak in these.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Value {
    /// Nothing is filled in.
    #[default]
    Nothing,
    /// One line of text.
    Line(String),
    /// Text that several people may write in at once.
    Prose(String),
    /// A day.
    Date(Date),
    /// A day and a time of day, in the office's own time.
    Moment(DateTime),
    /// Yes or no.
    Flag(bool),
    /// A count.
    Number(u32),
    /// The key of one of a field's choices.
    Choice(String),
}

impl Value {
    /// Whether nothing is filled in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Line(text) | Self::Prose(text) | Self::Choice(text) => text.is_empty(),
            _ => false,
        }
    }
}

/// What a field accepts.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// [`Value::Line`], at most [`LINE_MAX`] characters.
    Line,
    /// [`Value::Prose`], at most [`PROSE_MAX`] characters.
    Prose,
    /// [`Value::Date`].
    Date,
    /// [`Value::Moment`].
    Moment,
    /// [`Value::Flag`].
    Flag,
    /// [`Value::Number`].
    Number,
    /// [`Value::Choice`]: one of these.
    Choice(&'static [Choice]),
    /// [`Value::Line`], at most [`FROZEN_MAX`] characters: what the program has packed once and nobody changes.
    Frozen,
}

/// One thing to choose: its key in the file and its words on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The key that is stored. A file format: add, never rename.
    pub key: &'static str,
    /// The words on the screen.
    pub term: Term,
}

/// The most characters a line may have.
pub const LINE_MAX: usize = 1_000;
/// The most characters a longer text may have.
pub const PROSE_MAX: usize = 200_000;

/// The most characters that something frozen may have.
pub const FROZEN_MAX: usize = 1_000_000;

/// One field of a kind of record.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The key that is stored. A file format: add, never rename.
    pub key: &'static str,
    /// What it accepts.
    pub kind: Kind,
    /// Its name on the screen.
    pub term: Term,
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.term == other.term
    }
}

impl Field {
    /// Checks that `value` is something this field can hold. Nothing is always allowed.
    ///
    /// # Errors
    /// [`FieldError`] says what is wrong with the value.
    pub fn accepts(&self, value: &Value) -> Result<(), FieldError> {
        let fits = match (self.kind, value) {
            (_, Value::Nothing)
            | (Kind::Date, Value::Date(_))
            | (Kind::Moment, Value::Moment(_))
            | (Kind::Flag, Value::Flag(_))
            | (Kind::Number, Value::Number(_)) => true,
            (Kind::Line, Value::Line(text)) => {
                if text.contains(['\n', '\r']) {
                    return Err(FieldError::ManyLines { field: self.key });
                }
                return within(self.key, text, LINE_MAX);
            }
            (Kind::Frozen, Value::Line(text)) => return within(self.key, text, FROZEN_MAX),
            (Kind::Prose, Value::Prose(text)) => return within(self.key, text, PROSE_MAX),
            (Kind::Choice(choices), Value::Choice(key)) => choices.iter().any(|choice| choice.key == key),
            _ => false,
        };
        if fits { Ok(()) } else { Err(FieldError::WrongKind { field: self.key }) }
    }
}

fn within(field: &'static str, text: &str, max: usize) -> Result<(), FieldError> {
    let len = text.chars().count();
    if max < len { Err(FieldError::TooLong { field, len, max }) } else { Ok(()) }
}

/// A value that a field can't hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FieldError {
    /// The record has no field by this key.
    #[error("there is no field {0:?}")]
    Unknown(String),
    /// A date where a number should be, say, or a choice that is none of the field's.
    #[error("the field {field} can't hold that kind of value")]
    WrongKind {
        /// The field's key.
        field: &'static str,
    },
    /// A line with a line break.
    #[error("the field {field} is a single line")]
    ManyLines {
        /// The field's key.
        field: &'static str,
    },
    /// More text than the field takes.
    #[error("the field {field} takes {max} characters, this is {len}")]
    TooLong {
        /// The field's key.
        field: &'static str,
        /// The characters given.
        len: usize,
        /// The most it takes.
        max: usize,
    },
}

/// Text that several people may write in at once. Merged letter by letter, where a line is replaced whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prose(pub String);

impl std::ops::Deref for Prose {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

/// What the program has packed once and nobody changes. Written whole, and not shown as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frozen(pub String);

impl std::ops::Deref for Frozen {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

/// A Rust type that a record's field may have.
pub trait FieldType: Sized + Default {
    /// What the field accepts.
    const KIND: Kind;
    /// The field's value, on its way out.
    fn value(&self) -> Value;
    /// The value as this type; `None` when it is of another kind, as a newer program may have written it.
    fn read(value: Value) -> Option<Self>;
}

impl FieldType for String {
    const KIND: Kind = Kind::Line;
    fn value(&self) -> Value {
        if self.is_empty() { Value::Nothing } else { Value::Line(self.clone()) }
    }
    fn read(value: Value) -> Option<Self> {
        match value {
            Value::Nothing => Some(Self::new()),
            Value::Line(text) => Some(text),
            _ => None,
        }
    }
}

impl FieldType for Prose {
    const KIND: Kind = Kind::Prose;
    fn value(&self) -> Value {
        if self.0.is_empty() { Value::Nothing } else { Value::Prose(self.0.clone()) }
    }
    fn read(value: Value) -> Option<Self> {
        match value {
            Value::Nothing => Some(Self::default()),
            Value::Prose(text) => Some(Self(text)),
            _ => None,
        }
    }
}

impl FieldType for Frozen {
    const KIND: Kind = Kind::Frozen;
    fn value(&self) -> Value {
        self.0.value()
    }
    fn read(value: Value) -> Option<Self> {
        String::read(value).map(Self)
    }
}

macro_rules! optional_field {
    ($type:ty, $kind:ident) => {
        impl FieldType for Option<$type> {
            const KIND: Kind = Kind::$kind;
            fn value(&self) -> Value {
                self.map_or(Value::Nothing, Value::$kind)
            }
            fn read(value: Value) -> Option<Self> {
                match value {
                    Value::Nothing => Some(None),
                    Value::$kind(value) => Some(Some(value)),
                    _ => None,
                }
            }
        }
    };
}
optional_field!(Date, Date);
optional_field!(DateTime, Moment);
optional_field!(bool, Flag);
optional_field!(u32, Number);

/// An enum whose cases a person chooses between; made by `choice!`.
pub trait Choose: Copy + PartialEq + 'static {
    /// All cases, in the order they are offered.
    const ALL: &'static [Self];
    /// Their keys and words.
    const CHOICES: &'static [Choice];
    /// The case's key in the file.
    fn key(self) -> &'static str;
    /// The case with this key, if this version knows it.
    fn from_key(key: &str) -> Option<Self>;
    /// The case's words.
    fn term(self) -> Term;
}

impl<C: Choose> FieldType for Option<C> {
    const KIND: Kind = Kind::Choice(C::CHOICES);
    fn value(&self) -> Value {
        self.map_or(Value::Nothing, |case| Value::Choice(case.key().to_owned()))
    }
    fn read(value: Value) -> Option<Self> {
        match value {
            Value::Nothing => Some(None),
            Value::Choice(key) => C::from_key(&key).map(Some),
            _ => None,
        }
    }
}

/// Declares an enum of choices, each with its stored key and its words in Swedish and English.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident { $( $(#[$case_meta:meta])* $case:ident $key:literal $sv:literal $en:literal ),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[$case_meta])* #[doc = concat!("”", $sv, "”.")] $case, )+
        }
        impl $crate::register::value::Choose for $name {
            const ALL: &'static [Self] = &[$( Self::$case ),+];
            const CHOICES: &'static [$crate::register::value::Choice] = &[$(
                $crate::register::value::Choice { key: $key, term: $crate::register::value::Term { sv: $sv, en: $en } }
            ),+];
            fn key(self) -> &'static str {
                match self { $( Self::$case => $key, )+ }
            }
            fn from_key(key: &str) -> Option<Self> {
                match key { $( $key => Some(Self::$case), )+ _ => None }
            }
            fn term(self) -> $crate::register::value::Term {
                match self { $( Self::$case => $crate::register::value::Term { sv: $sv, en: $en }, )+ }
            }
        }
    };
}
pub(crate) use choice;

/// What every kind of record can do; made by `record!`.
pub trait Record: Default + Clone + PartialEq {
    /// Its fields, in the order a form shows them.
    const FIELDS: &'static [Field];
    /// One field's value; `None` when there is no such field.
    fn get(&self, key: &str) -> Option<Value>;
    /// Puts one field's value in place.
    ///
    /// # Errors
    /// The key is unknown or the value is of another kind; the record is left as it was.
    fn put(&mut self, key: &str, value: Value) -> Result<(), FieldError>;
}

/// Declares a record: its fields with a constant to name each by, its stored key, and its words in Swedish and English.
macro_rules! record {
    ($(#[$meta:meta])* $name:ident { $( $(#[$field_meta:meta])* $constant:ident $field:ident : $type:ty = $key:literal $sv:literal $en:literal ),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct $name {
            $( $(#[$field_meta])* #[doc = concat!("”", $sv, "”.")] pub $field: $type, )+
        }
        impl $name {
            $(
                #[doc = concat!("The field ”", $sv, "”.")]
                pub const $constant: $crate::register::value::Field = $crate::register::value::Field {
                    key: $key,
                    kind: <$type as $crate::register::value::FieldType>::KIND,
                    term: $crate::register::value::Term { sv: $sv, en: $en },
                };
            )+
        }
        impl $crate::register::value::Record for $name {
            const FIELDS: &'static [$crate::register::value::Field] = &[$( Self::$constant ),+];
            fn get(&self, key: &str) -> Option<$crate::register::value::Value> {
                match key {
                    $( $key => Some($crate::register::value::FieldType::value(&self.$field)), )+
                    _ => None,
                }
            }
            fn put(&mut self, key: &str, value: $crate::register::value::Value) -> Result<(), $crate::register::value::FieldError> {
                match key {
                    $( $key => {
                        self.$field = $crate::register::value::FieldType::read(value)
                            .ok_or($crate::register::value::FieldError::WrongKind { field: $key })?;
                        Ok(())
                    } )+
                    _ => Err($crate::register::value::FieldError::Unknown(key.to_owned())),
                }
            }
        }
    };
}
pub(crate) use record;
