//! How a field is kept in the document, and the way between that and [`Value`]s.

use std::collections::HashMap;

use automerge::{ObjId, ScalarValue, ScalarValueRef, TextEncoding, ValueRef};
use autosurgeon::hydrate::{Hydrate, HydrateError};
use autosurgeon::reconcile::{NoKey, Reconcile, Reconciler, TextReconciler};

use super::begin::prose;
use crate::register::value::Kind;
use crate::register::{Field, RecordKind, Value};

/// The mark of a removed record, beside its fields.
pub(super) const REMOVED: &str = "removed";

/// A field as the document holds it. The document does not say whether a line is a name, a day or a choice: the
/// field's kind does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Stored {
    /// The key is not there, or was emptied.
    #[default]
    Nothing,
    /// A string: a line, a day, a moment or a choice's key.
    Line(String),
    /// A text object.
    Prose(String),
    Flag(bool),
    Number(u32),
    /// Something that only a newer program understands.
    Other,
}

impl Stored {
    /// The value, if it is one that the field can hold.
    pub(super) fn read(self, kind: Kind) -> Option<Value> {
        match (kind, self) {
            (_, Self::Nothing) => Some(Value::Nothing),
            (Kind::Line, Self::Line(text) | Self::Prose(text)) => Some(Value::Line(text)),
            (Kind::Frozen, Self::Line(text)) => Some(Value::Line(text)),
            (Kind::Prose, Self::Prose(text) | Self::Line(text)) => Some(Value::Prose(text)),
            (Kind::Date, Self::Line(text)) => text.parse().ok().map(Value::Date),
            (Kind::Moment, Self::Line(text)) => text.parse().ok().map(Value::Moment),
            (Kind::Choice(_), Self::Line(key)) => Some(Value::Choice(key)),
            (Kind::Flag, Self::Flag(flag)) => Some(Value::Flag(flag)),
            (Kind::Number, Self::Number(number)) => Some(Value::Number(number)),
            _ => None,
        }
    }

    /// The value of a field, or of the mark of removal, or of a field that this version doesn't know.
    pub(super) fn value(self, kind: RecordKind, field: &str) -> Value {
        let read = match kind.field(field) {
            Some(Field { kind, .. }) => self.read(kind),
            None => match self {
                Self::Line(text) => Some(Value::Line(text)),
                Self::Prose(text) => Some(Value::Prose(text)),
                Self::Flag(flag) => Some(Value::Flag(flag)),
                Self::Number(number) => Some(Value::Number(number)),
                Self::Nothing | Self::Other => None,
            },
        };
        read.filter(|value| !value.is_empty()).unwrap_or_default()
    }

    pub(super) fn scalar(value: &ScalarValue) -> Self {
        match value {
            ScalarValue::Null => Self::Nothing,
            ScalarValue::Str(text) => Self::Line(text.to_string()),
            ScalarValue::Boolean(flag) => Self::Flag(*flag),
            ScalarValue::Uint(number) => u32::try_from(*number).map_or(Self::Other, Self::Number),
            ScalarValue::Int(number) => u32::try_from(*number).map_or(Self::Other, Self::Number),
            _ => Self::Other,
        }
    }

    /// A field as one pass over the document shows it; a text's words come later.
    pub(super) fn seen(value: &ValueRef<'_>) -> Self {
        match value {
            ValueRef::Scalar(ScalarValueRef::Null) => Self::Nothing,
            ValueRef::Scalar(ScalarValueRef::Str(text)) => Self::Line(text.to_string()),
            ValueRef::Scalar(ScalarValueRef::Boolean(flag)) => Self::Flag(*flag),
            ValueRef::Scalar(ScalarValueRef::Uint(number)) => u32::try_from(*number).map_or(Self::Other, Self::Number),
            ValueRef::Scalar(ScalarValueRef::Int(number)) => u32::try_from(*number).map_or(Self::Other, Self::Number),
            _ => Self::Other,
        }
    }
}

impl Hydrate for Stored {
    fn hydrate_none() -> Result<Self, HydrateError> {
        Ok(Self::Nothing)
    }
    fn hydrate_scalar(value: std::borrow::Cow<'_, ScalarValue>) -> Result<Self, HydrateError> {
        Ok(Self::scalar(&value))
    }
    fn hydrate_text<D: autosurgeon::ReadDoc>(doc: &D, text: &ObjId) -> Result<Self, HydrateError> {
        Ok(Self::Prose(doc.text(text)?))
    }
    fn hydrate_map<D: autosurgeon::ReadDoc>(_: &D, _: &ObjId) -> Result<Self, HydrateError> {
        Ok(Self::Other)
    }
    fn hydrate_seq<D: autosurgeon::ReadDoc>(_: &D, _: &ObjId) -> Result<Self, HydrateError> {
        Ok(Self::Other)
    }
}

/// A value on its way into a field. Text is changed by difference; all else is put in place whole.
pub(super) struct Fill<'a>(pub(super) &'a Value);

impl Reconcile for Fill<'_> {
    type Key<'k> = NoKey;

    fn reconcile<R: Reconciler>(&self, mut into: R) -> Result<(), R::Error> {
        match self.0 {
            Value::Nothing => into.none(),
            Value::Line(text) | Value::Choice(text) => into.str(text),
            Value::Prose(text) => into.text()?.update(text),
            Value::Date(day) => into.str(day.to_string()),
            Value::Moment(moment) => into.str(moment.to_string()),
            Value::Flag(flag) => into.boolean(*flag),
            Value::Number(number) => into.u64(u64::from(*number)),
        }
    }
}

/// A new record with these fields, its longer texts begun.
pub(super) fn new_record(kind: RecordKind, fields: &[(String, Value)]) -> automerge::hydrate::Value {
    let text = |words: &str| automerge::hydrate::Value::text(TextEncoding::platform_default(), words);
    let mut record = HashMap::new();
    if !kind.is_decision() {
        record.extend(prose(kind).map(|field| (field, text(""))));
    }
    for (field, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        let stored = match value {
            Value::Prose(words) => text(words),
            value => automerge::hydrate::Value::Scalar(scalar(value)),
        };
        record.insert(field, stored);
    }
    automerge::hydrate::Value::Map(record.into())
}

fn scalar(value: &Value) -> ScalarValue {
    match value {
        Value::Nothing => ScalarValue::Null,
        Value::Line(text) | Value::Choice(text) | Value::Prose(text) => text.as_str().into(),
        Value::Date(day) => day.to_string().into(),
        Value::Moment(moment) => moment.to_string().into(),
        Value::Flag(flag) => ScalarValue::Boolean(*flag),
        Value::Number(number) => ScalarValue::Uint(u64::from(*number)),
    }
}
