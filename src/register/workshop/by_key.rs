//! Levels and aspects by their stored keys.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::register::Choose;

/// Writes the key.
///
/// # Errors
/// As `to` has them.
pub fn serialize<T: Choose, S: Serializer>(choice: &T, to: S) -> Result<S::Ok, S::Error> {
    choice.key().serialize(to)
}

/// Reads the choice that a key stands for.
///
/// # Errors
/// No choice has this key.
pub fn deserialize<'de, T: Choose, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let key = String::deserialize(from)?;
    T::from_key(&key).ok_or_else(|| D::Error::custom("a choice that this program doesn't know"))
}

/// The same for a choice that need not have been made.
pub mod option {
    use super::{Choose, Deserialize, Deserializer, Error, Serialize, Serializer};

    /// Writes the key, or nothing.
    ///
    /// # Errors
    /// As `to` has them.
    pub fn serialize<T: Choose, S: Serializer>(choice: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
        choice.map(Choose::key).serialize(to)
    }

    /// Reads the choice that a key stands for, if there is a key.
    ///
    /// # Errors
    /// No choice has this key.
    pub fn deserialize<'de, T: Choose, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
        let Some(key) = Option::<String>::deserialize(from)? else { return Ok(None) };
        T::from_key(&key).map(Some).ok_or_else(|| D::Error::custom("a choice that this program doesn't know"))
    }
}
