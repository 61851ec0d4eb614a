//! What a document looks like, apart from what it says: styles, settings, the page, what stands at its head and foot.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::package::{Part, Relation};
use super::{SETTINGS, STYLES, W, XML, escaped};

/// The width of the text on our own page, in twentieths of a point: A4 with margins of 25 mm.
pub(super) const TEXT_WIDTH: usize = 9_070;

/// A style of the form that stands for one of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// Its id.
    pub id: String,
    /// The outline level that its paragraphs must say themselves, as the style doesn't.
    pub outline: Option<usize>,
}

/// What a document looks like.
#[derive(Debug, Clone)]
pub(super) struct Form {
    /// In twentieths of a point.
    pub text_width: usize,
    /// By our own styles' ids; a style that isn't here is itself.
    pub styles: BTreeMap<&'static str, Written>,
    /// Whether tables show the bands that their style may have.
    pub banded: bool,
    pub lists: Lists,
    /// What the page is, as a section's properties say it, after its headers and footers.
    pub page: String,
    /// Headers and footers: the element that names each, and its reference.
    pub edges: Vec<(String, String)>,
    /// Whether the footer is ours.
    pub own_footer: bool,
    /// All parts but the document, its numberings, footnotes and properties.
    pub parts: Vec<Part>,
    /// Those of them that the document names.
    pub relations: Vec<Relation>,
}

/// The lists of a document.
#[derive(Debug, Clone)]
pub(super) struct Lists {
    /// The numberings' outermost element, as it begins.
    pub root: String,
    /// What lists can look like.
    pub kinds: String,
    /// The lists that are there.
    pub lists: String,
    /// The list of all bullets; nothing when the style says which.
    pub bullets: Option<u32>,
    /// What a numbered list looks like.
    pub numbered: u32,
    /// The number of the first numbered list of the report.
    pub first: u32,
}

pub(super) const STYLES_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml";
pub(super) const SETTINGS_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml";
pub(super) const THEME_NAME: &str = "word/theme/theme1.xml";
pub(super) const THEME_TYPE: &str = "application/vnd.openxmlformats-officedocument.theme+xml";
pub(super) const FONTS_NAME: &str = "word/fontTable.xml";
pub(super) const FONTS_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml";

const THEME: &str = include_str!("theme.xml");
const FONTS: &str = include_str!("fonts.xml");

impl Form {
    /// Our own.
    pub(super) fn own() -> Self {
        let (bullets, numbered) = (kind(1, "bullet", "•"), kind(2, "decimal", "%1."));
        let mut form = Self {
            text_width: TEXT_WIDTH,
            styles: BTreeMap::new(),
            banded: false,
            lists: Lists {
                root: format!("<w:numbering {W}>"),
                kinds: format!("{bullets}{numbered}"),
                lists: list(1, 1),
                bullets: Some(1),
                numbered: 2,
                first: 2,
            },
            page: OWN_PAGE.to_owned(),
            edges: Vec::new(),
            own_footer: true,
            parts: Vec::new(),
            relations: Vec::new(),
        };
        form.add("styles", "word/styles.xml", STYLES_TYPE, STYLES.as_bytes().to_vec(), Vec::new());
        form.add("settings", "word/settings.xml", SETTINGS_TYPE, SETTINGS.as_bytes().to_vec(), Vec::new());
        form.complete();
        form
    }

    /// Adds our theme and our table of fonts where there are none: Word wants a document to have both.
    pub(super) fn complete(&mut self) {
        let ours = [("theme", THEME_NAME, THEME_TYPE, THEME), ("fontTable", FONTS_NAME, FONTS_TYPE, FONTS)];
        for (kind, name, media_type, text) in ours {
            if !self.relations.iter().any(|relation| relation.kind == kind) {
                self.add(kind, name, media_type, text.as_bytes().to_vec(), Vec::new());
            }
        }
    }

    /// Adds a part that the document names, and gives its reference.
    pub(super) fn add(
        &mut self,
        kind: &str,
        name: &str,
        media_type: &'static str,
        bytes: Vec<u8>,
        relations: Vec<Relation>,
    ) -> String {
        let id = format!("rId{}", self.relations.len() + 1);
        self.relations.push(Relation { id: id.clone(), kind: kind.to_owned(), target: name.to_owned() });
        self.parts.push(Part { name: name.to_owned(), media_type, bytes, relations });
        id
    }

    /// The id of the style that stands for one of ours, as an attribute has it.
    pub(super) fn style(&self, own: &str) -> String {
        escaped(self.styles.get(own).map_or(own, |style| style.id.as_str()))
    }

    /// A paragraph's place in a list, `own` being that in our own form: the bullets have number 1, and each numbered list
    /// its own number after that.
    pub(super) fn list(&self, own: &str) -> String {
        let number =
            own.split("<w:numId w:val=\"").nth(1).and_then(|after| after.split('"').next()?.parse::<u32>().ok());
        let number = match number.unwrap_or(1) {
            0 | 1 => self.lists.bullets,
            number => Some(self.lists.first + number - 2),
        };
        number.map_or_else(String::new, |number| {
            format!("<w:numPr><w:ilvl w:val=\"0\" /><w:numId w:val=\"{number}\" /></w:numPr>")
        })
    }

    /// The numberings: the form's own, and `count` numbered lists of the report, each of which begins at 1.
    pub(super) fn numberings(&self, count: usize) -> String {
        let Lists { root, kinds, lists, numbered, first, .. } = &self.lists;
        let mut part = format!("{XML}{root}{kinds}{lists}");
        for number in (*first..).take(count) {
            let _ = write!(
                part,
                "<w:num w:numId=\"{number}\"><w:abstractNumId w:val=\"{numbered}\"/><w:lvlOverride w:ilvl=\"0\">\
                 <w:startOverride w:val=\"1\"/></w:lvlOverride></w:num>"
            );
        }
        part.push_str("</w:numbering>");
        part
    }
}

/// A4 with margins of 25 mm.
pub(super) const OWN_PAGE: &str = "<w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1418\" w:right=\"1418\" \
                                   w:bottom=\"1418\" w:left=\"1418\" w:header=\"709\" w:footer=\"709\" w:gutter=\"0\"/>";

/// What a list can look like.
pub(super) fn kind(id: u32, format: &str, text: &str) -> String {
    format!(
        "<w:abstractNum w:abstractNumId=\"{id}\"><w:multiLevelType w:val=\"singleLevel\"/><w:lvl w:ilvl=\"0\"><w:start \
         w:val=\"1\"/><w:numFmt w:val=\"{format}\"/><w:lvlText w:val=\"{text}\"/><w:lvlJc w:val=\"left\"/><w:pPr><w:ind \
         w:left=\"425\" w:hanging=\"425\"/></w:pPr></w:lvl></w:abstractNum>"
    )
}

/// A list that looks so.
pub(super) fn list(id: u32, kind: u32) -> String {
    format!("<w:num w:numId=\"{id}\"><w:abstractNumId w:val=\"{kind}\"/></w:num>")
}
