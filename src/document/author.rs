//! Who made a change, when, and on what: kept with the change itself.

use serde::{Deserialize, Serialize};

use crate::register::{Choose, Key, Place, RecordKind};

/// The one at the screen: a role and a device, and a name if one was given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Author {
    /// The role.
    #[serde(default)]
    pub role: String,
    /// The name, if one was given.
    #[serde(default)]
    pub name: String,
    /// The device.
    #[serde(default)]
    pub device: String,
}

/// Who does something, and when by their device's clock.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Signed {
    /// Who.
    pub by: Author,
    /// When, in seconds since 1970.
    pub at: i64,
}

/// The most places a change names; a larger one says that there were many.
const PLACES_MAX: usize = 50;

/// What a change's message says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) by: Author,
    on: On,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum On {
    Places(Vec<String>),
    Many(String),
}

impl Note {
    pub(super) fn write<'p>(by: &Author, places: impl ExactSizeIterator<Item = &'p Place>) -> String {
        let on =
            if PLACES_MAX < places.len() { On::Many("many".into()) } else { On::Places(places.map(name).collect()) };
        serde_json::to_string(&Self { by: by.clone(), on }).unwrap_or_default()
    }

    pub(super) fn read(message: &str) -> Option<Self> {
        serde_json::from_str(message).ok()
    }

    /// The places it names; nothing when there were many.
    pub(super) fn places(&self) -> Option<Vec<Place>> {
        match &self.on {
            On::Places(names) => Some(names.iter().filter_map(|name| named(name)).collect()),
            On::Many(_) => None,
        }
    }

    /// Whether the change may concern `place`.
    pub(super) fn may_concern(&self, place: &Place) -> bool {
        match &self.on {
            On::Places(places) => places.contains(&name(place)),
            On::Many(_) => true,
        }
    }
}

/// A place by the names that the document uses.
fn name(place: &Place) -> String {
    format!("{}/{}", place.kind.key(), place.key)
}

/// The place that [`name`] has named.
fn named(name: &str) -> Option<Place> {
    let (kind, key) = name.split_once('/')?;
    Some(Place { kind: RecordKind::from_key(kind)?, key: Key::parse(key)? })
}

/// The kinds of record that belong to a record of this kind, directly or through another.
pub(super) fn kinds_below(kind: RecordKind) -> impl Iterator<Item = RecordKind> {
    RecordKind::ALL.iter().copied().filter(move |below| {
        let mut owner = below.owner();
        while let Some(above) = owner {
            if above == kind {
                return true;
            }
            owner = above.owner();
        }
        false
    })
}
