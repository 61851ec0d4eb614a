//! The tables of words: `[section]`, then lines of `key: word | word`.

use std::collections::HashMap;

/// A table, read once.
#[derive(Debug, Default)]
pub(super) struct Words {
    version: u32,
    keys: Vec<(&'static str, &'static str)>,
    by_word: HashMap<&'static str, HashMap<String, &'static str>>,
}

/// One line of a table.
enum Line<'a> {
    Nothing,
    Version(u32),
    Section(&'a str),
    Entry(&'a str, Vec<&'a str>),
    Unread,
}

fn line(text: &str) -> Line<'_> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Line::Nothing;
    }
    if let Some(version) = text.strip_prefix("version ").and_then(|number| number.parse().ok()) {
        return Line::Version(version);
    }
    if let Some(section) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return Line::Section(section);
    }
    match text.split_once(':') {
        Some((key, words)) => Line::Entry(key.trim(), words.split('|').map(str::trim).collect()),
        None => Line::Unread,
    }
}

impl Words {
    pub(super) fn read(text: &'static str) -> Self {
        let mut table = Self::default();
        let mut section = "";
        for text in text.lines() {
            match line(text) {
                Line::Version(version) => table.version = version,
                Line::Section(name) => section = name,
                Line::Entry(key, words) => {
                    table.keys.push((section, key));
                    let known = table.by_word.entry(section).or_default();
                    for word in words {
                        known.entry(fold(word)).or_insert(key);
                    }
                }
                Line::Nothing | Line::Unread => {}
            }
        }
        table
    }

    pub(super) const fn version(&self) -> u32 {
        self.version
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.keys.iter().copied()
    }

    /// What a folded word stands for.
    pub(super) fn find(&self, section: &str, folded: &str) -> Option<&'static str> {
        self.by_word.get(section)?.get(folded).copied()
    }

    /// What the longest known run of whole words in a folded text stands for. Short words say too little alone.
    pub(super) fn find_within(&self, section: &str, folded: &str) -> Option<&'static str> {
        let padded = format!(" {folded} ");
        self.by_word
            .get(section)?
            .iter()
            .filter(|(word, _)| 5 < word.chars().count() && padded.contains(&format!(" {word} ")))
            .max_by_key(|(word, key)| (word.len(), *key))
            .map(|(_, key)| *key)
    }

    pub(super) fn all(&'static self, section: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.by_word.get(section).into_iter().flatten().map(|(word, key)| (word.as_str(), *key))
    }
}

/// The text as it is compared: small letters, whole words with one space between. Signs are kept only where there is
/// nothing else.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    if folded.is_empty() { text.trim().to_owned() } else { folded }
}

#[cfg(test)]
pub(super) fn unread(text: &str) -> Vec<&str> {
    text.lines().filter(|text| matches!(line(text), Line::Unread)).collect()
}

#[cfg(test)]
pub(super) fn doubled(text: &str) -> Vec<String> {
    let mut seen = HashMap::new();
    let mut section = "";
    let mut doubled = Vec::new();
    for text in text.lines() {
        match line(text) {
            Line::Section(name) => section = name,
            Line::Entry(key, words) => {
                for word in words {
                    let other = seen.insert((section, fold(word)), key);
                    if other.is_some_and(|other| other != key) {
                        doubled.push(format!("[{section}] {word}"));
                    }
                }
            }
            _ => {}
        }
    }
    doubled
}
