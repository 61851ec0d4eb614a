//! A template's styles, and ours where it has none.
//!
//! Word keeps the names of its own styles in English whatever language it speaks (`heading 1`), and other programs at
//! times write them as they show them (`Rubrik 1`); both are looked for, without regard to capital letters.

use std::collections::{BTreeMap, BTreeSet};

use super::STYLES;
use super::form::{TEXT_WIDTH, Written};
use super::refusal::TemplateError;
use super::xml::{self, Element, Node};

/// The names by which a template may have each of our styles, besides our own name for it.
const NAMES: [(&str, &[&str]); 25] = [
    ("BodyText", &["body text", "brödtext"]),
    ("Heading1", &["heading 1", "rubrik 1"]),
    ("Heading2", &["heading 2", "rubrik 2"]),
    ("Heading3", &["heading 3", "rubrik 3"]),
    ("Title", &["title", "rubrik", "titel", "dokumenttitel"]),
    ("Head", &["dokumenthuvud"]),
    ("ListBullet", &["list bullet", "punktlista"]),
    ("ListNumber", &["list number", "numrerad lista"]),
    ("Caption", &["caption", "beskrivning"]),
    ("TableText", &["tabelltext", "table text"]),
    ("TableNumber", &["tabelltal", "table number"]),
    ("TableHeading", &["tabellrubrik", "table heading"]),
    ("TableHeadingNumber", &["tabellrubrik för tal", "table heading number"]),
    ("AfterTable", &["efter tabell"]),
    ("TOCHeading", &["toc heading", "innehållsförteckningsrubrik"]),
    ("TOC1", &["toc 1", "innehåll 1"]),
    ("TOC2", &["toc 2", "innehåll 2"]),
    ("TOC3", &["toc 3", "innehåll 3"]),
    ("Footer", &[]),
    ("FootnoteText", &["footnote text", "fotnotstext"]),
    ("FootnoteReference", &["footnote reference", "fotnotsreferens"]),
    ("Strong", &["strong", "stark"]),
    ("Tabell", &["tabell", "table", "table grid", "tabellrutnät"]),
    ("Normal", &["normal"]),
    ("TableNormal", &["normal table", "normal tabell"]),
];

const HEADINGS: [&str; 3] = ["Heading1", "Heading2", "Heading3"];

/// The styles of a template with ours among them.
pub(super) struct Merged {
    /// The part.
    pub part: String,
    /// Which style of it stands for each of ours.
    pub written: BTreeMap<&'static str, Written>,
    /// The list that the style for bullets is in by itself.
    pub bullets: bool,
    /// The list that the style for numbered lists is in by itself.
    pub numbered: Option<String>,
}

/// Puts the two together. `width` is the width of the text, in twentieths of a point.
pub(super) fn merge(mut theirs: Element, width: usize) -> Result<Merged, TemplateError> {
    let ours = xml::parse(STYLES).map_err(|why| TemplateError::Damaged { part: String::new(), why })?;
    speak_swedish(&mut theirs);
    let known = Known::of(&theirs);
    let mut taken = Taken::of(&theirs);
    let mut ids: BTreeMap<&str, (String, bool)> = BTreeMap::new();
    for style in styles(&ours) {
        let own = style.attribute("w:styleId").unwrap_or_default();
        let found = known.like(style, own).or_else(|| (own == "BodyText").then(|| known.airy_normal()).flatten());
        let (id, found) = match found {
            Some(id) => (id.to_owned(), true),
            None => (taken.id(own), false),
        };
        ids.insert(own, (id, found));
    }
    let id = |own: &str| ids.get(own).map_or(own, |(id, _)| id.as_str()).to_owned();
    let added = styles(&ours).filter(|style| !ids.get(own_id(style)).is_some_and(|(_, found)| *found));
    let added: Vec<Node> = added
        .map(|style| {
            let mut style = style.clone();
            let own = own_id(&style).to_owned();
            let above = HEADINGS.iter().position(|heading| *heading == own).and_then(|level| {
                let above =
                    HEADINGS.get(..level)?.iter().rev().find(|above| ids.get(**above).is_some_and(|(_, found)| *found));
                above.map(|above| id(above))
            });
            fit(&mut style, &id, above, width);
            if let Some(name) = style.child_mut("w:name") {
                let free = taken.name(name.attribute("w:val").unwrap_or_default());
                name.set("w:val", &free);
            }
            Node::Element(style)
        })
        .collect();
    let mut written = BTreeMap::new();
    for (own, _) in NAMES {
        let (id, found) = ids.get(own).cloned().unwrap_or_else(|| (own.to_owned(), false));
        let level = HEADINGS.iter().position(|heading| *heading == own);
        let unsaid = level.filter(|level| found && !known.is_heading(&id, *level));
        written.insert(own, Written { id, outline: unsaid });
    }
    let list = |own: &str| ids.get(own).filter(|(_, found)| *found).and_then(|(id, _)| known.list(id));
    let (bullets, numbered) = (list("ListBullet").is_some(), list("ListNumber").map(str::to_owned));
    drop(known);
    theirs.children.extend(added);
    Ok(Merged { part: theirs.written(), written, bullets, numbered })
}

fn styles(part: &Element) -> impl Iterator<Item = &Element> {
    part.elements().filter(|element| element.name == "w:style")
}

fn own_id(style: &Element) -> &str {
    style.attribute("w:styleId").unwrap_or_default()
}

/// A style of ours among theirs: no colours of its own, tabs to the edge of their text, and based on theirs.
fn fit(style: &mut Element, id: &impl Fn(&str) -> String, above: Option<String>, width: usize) {
    let own = id(own_id(style));
    style.set("w:styleId", &own);
    for reference in style.elements_mut() {
        if matches!(reference.name.as_str(), "w:basedOn" | "w:next" | "w:link") {
            let target = match &above {
                // A heading that is missing looks like the one above it.
                Some(above) if reference.name == "w:basedOn" => above.clone(),
                _ => id(reference.attribute("w:val").unwrap_or_default()),
            };
            reference.set("w:val", &target);
        }
    }
    if above.is_some()
        && let Some(paragraph) = style.child_mut("w:pPr")
    {
        // Its number belongs to the level above.
        let mut none = Element::new("w:numPr", &[]);
        none.children.push(Node::Element(Element::new("w:numId", &[("w:val", "0")])));
        let at = paragraph.elements().take_while(|one| one.name.starts_with("w:keep")).count();
        paragraph.children.insert(at.min(paragraph.children.len()), Node::Element(none));
    }
    if let Some(letters) = style.child_mut("w:rPr") {
        letters.strip(&mut |element| element.name == "w:color");
    }
    let edge = TEXT_WIDTH.to_string();
    let tabs = style.child_mut("w:pPr").and_then(|paragraph| paragraph.child_mut("w:tabs"));
    for tab in tabs.into_iter().flat_map(Element::elements_mut) {
        if tab.attribute("w:pos") == Some(edge.as_str()) {
            tab.set("w:pos", &width.to_string());
        }
    }
}

/// The language of all text is the report's: a template's styles may name another one.
fn speak_swedish(theirs: &mut Element) {
    theirs.strip(&mut |element| element.name == "w:lang");
    if theirs.child("w:docDefaults").is_none() {
        theirs.children.insert(0, Node::Element(Element::new("w:docDefaults", &[])));
    }
    let Some(defaults) = theirs.child_mut("w:docDefaults") else { return };
    if defaults.child("w:rPrDefault").is_none() {
        defaults.children.insert(0, Node::Element(Element::new("w:rPrDefault", &[])));
    }
    let Some(letters) = defaults.child_mut("w:rPrDefault") else { return };
    if letters.child("w:rPr").is_none() {
        letters.children.push(Node::Element(Element::new("w:rPr", &[])));
    }
    if let Some(letters) = letters.child_mut("w:rPr") {
        let language = [("w:val", "sv-SE"), ("w:eastAsia", "sv-SE"), ("w:bidi", "ar-SA")];
        letters.children.push(Node::Element(Element::new("w:lang", &language)));
    }
}

/// A template's styles, by id and by name.
struct Known<'a> {
    part: &'a Element,
    by_id: BTreeMap<&'a str, &'a Element>,
    /// Kind and name, in small letters.
    by_name: BTreeMap<(&'a str, String), &'a str>,
}

impl<'a> Known<'a> {
    fn of(part: &'a Element) -> Self {
        let (mut by_id, mut by_name) = (BTreeMap::new(), BTreeMap::new());
        let mut aliases = Vec::new();
        for style in styles(part) {
            let (Some(id), Some(kind)) = (style.attribute("w:styleId"), style.attribute("w:type")) else { continue };
            by_id.entry(id).or_insert(style);
            let names = |element: &str| {
                let names = style.value(element).unwrap_or_default().split(',');
                names.map(|name| name.trim().to_lowercase()).collect::<Vec<_>>()
            };
            for name in names("w:name") {
                by_name.entry((kind, name)).or_insert(id);
            }
            aliases.extend(names("w:aliases").into_iter().map(|name| ((kind, name), id)));
        }
        // A name goes before another style's other name.
        for (name, id) in aliases {
            by_name.entry(name).or_insert(id);
        }
        Self { part, by_id, by_name }
    }

    /// The style that stands for one of ours.
    fn like(&self, ours: &Element, own: &str) -> Option<&'a str> {
        // Our footer comes where the template has none, and needs its own tabs and size.
        if own == "Footer" {
            return None;
        }
        let kind = ours.attribute("w:type")?;
        if ours.attribute("w:default").is_some() {
            let is_default = |style: &&Element| {
                style.attribute("w:type") == Some(kind)
                    && matches!(style.attribute("w:default"), Some("1" | "true" | "on"))
            };
            if let Some(id) = styles(self.part).find(is_default).and_then(|style| style.attribute("w:styleId")) {
                return Some(id);
            }
        }
        let listed = NAMES.iter().find(|(role, _)| *role == own).map_or(&[][..], |(_, names)| names);
        let name = ours.value("w:name").unwrap_or_default().to_lowercase();
        let names = listed.iter().map(|name| (*name).to_owned()).chain([name]);
        names.into_iter().find_map(|name| {
            let of_kind = |(held, named): &(&str, String)| *held == kind && *named == name;
            self.by_name.iter().find(|(key, _)| of_kind(key)).map(|(_, id)| *id)
        })
    }

    /// The style and those it is based on.
    fn chain(&self, id: &str) -> impl Iterator<Item = &'a Element> {
        let mut next = self.by_id.get(id).copied();
        // A chain may go in a ring.
        let mut left = 20;
        std::iter::from_fn(move || {
            let style = next.filter(|_| 0 < left)?;
            left -= 1;
            next = style.value("w:basedOn").and_then(|id| self.by_id.get(id).copied());
            Some(style)
        })
        .collect::<Vec<_>>()
        .into_iter()
    }

    /// The ordinary style, where paragraphs in it stand apart: then it is what the organisation writes its text in.
    fn airy_normal(&self) -> Option<&'a str> {
        let normal = self.by_name.get(&("paragraph", "normal".to_owned())).copied()?;
        let defaults = self.part.at(&["w:docDefaults", "w:pPrDefault", "w:pPr", "w:spacing"]);
        let own = self.chain(normal).filter_map(|style| style.at(&["w:pPr", "w:spacing"]));
        let after = own.chain(defaults).find_map(|spacing| spacing.attribute("w:after"));
        after.and_then(|after| after.parse::<u32>().ok()).filter(|after| 40 <= *after).map(|_| normal)
    }

    /// Whether Word takes what is in this style for a heading of this level, from 0.
    fn is_heading(&self, id: &str, level: usize) -> bool {
        let built_in = format!("heading {}", level + 1);
        let level = level.to_string();
        self.by_id.get(id).and_then(|style| style.value("w:name")).is_some_and(|name| name.to_lowercase() == built_in)
            || self.chain(id).find_map(|style| style.at(&["w:pPr"])?.value("w:outlineLvl")) == Some(level.as_str())
    }

    /// The list that a style is in by itself.
    fn list(&self, id: &str) -> Option<&'a str> {
        let list = self.chain(id).find_map(|style| style.at(&["w:pPr", "w:numPr"])?.value("w:numId"));
        list.filter(|list| *list != "0")
    }
}

/// The ids and names that are in use.
struct Taken {
    ids: BTreeSet<String>,
    names: BTreeSet<String>,
}

impl Taken {
    fn of(part: &Element) -> Self {
        let ids = styles(part).filter_map(|style| style.attribute("w:styleId")).map(str::to_lowercase).collect();
        let names = styles(part).filter_map(|style| style.value("w:name")).map(str::to_lowercase).collect();
        Self { ids, names }
    }

    fn id(&mut self, wanted: &str) -> String {
        free(&mut self.ids, wanted, "Klassrum")
    }

    fn name(&mut self, wanted: &str) -> String {
        free(&mut self.names, wanted, "Klassrum ")
    }
}

/// `wanted`, or that with something about it, so that nobody has it; then it is taken.
fn free(taken: &mut BTreeSet<String>, wanted: &str, before: &str) -> String {
    let mut name = wanted.to_owned();
    let mut more = 1;
    while !taken.insert(name.to_lowercase()) {
        name = if more == 1 { format!("{before}{wanted}") } else { format!("{before}{wanted} {more}") };
        more += 1;
    }
    name
}
