//! A template's headers and footers, without what would reach outside the document.
//!
//! What is taken away: linked pictures and embedded programs, fields that fetch something, comments and marks of review,
//! bookmarks (the report has its own), and what ties a control to data that doesn't come along.

use std::collections::{BTreeMap, BTreeSet};

use super::xml::{Element, Node};

/// Fields that say something about this document only.
const FIELDS: [&str; 14] = [
    "PAGE",
    "NUMPAGES",
    "SECTION",
    "SECTIONPAGES",
    "TITLE",
    "AUTHOR",
    "DATE",
    "TIME",
    "CREATEDATE",
    "SAVEDATE",
    "STYLEREF",
    "QUOTE",
    "SYMBOL",
    "FILENAME",
];
/// Elements that are never kept, with what is in them.
const DROPPED: [&str; 21] = [
    "w:altChunk",
    "w:attachedTemplate",
    "w:bookmarkEnd",
    "w:bookmarkStart",
    "w:commentRangeEnd",
    "w:commentRangeStart",
    "w:commentReference",
    "w:control",
    "w:del",
    "w:endnoteReference",
    "w:footnoteReference",
    "w:moveFrom",
    "w:movie",
    "w:numPicBullet",
    "w:object",
    "w:permEnd",
    "w:permStart",
    "w:pPrChange",
    "w:rPrChange",
    "w:placeholder",
    "w:subDoc",
];
/// Elements that are not kept, but for what is in them.
const UNWRAPPED: [&str; 4] = ["w:ins", "w:moveTo", "w:smartTag", "w:customXml"];
/// Elements that make no sense without what they refer to.
const PICTURES: [&str; 3] = ["mc:AlternateContent", "w:drawing", "w:pict"];

/// What stands for the report's title until there is a report.
pub(super) const TITLE: &str = "\u{E000}title of the report\u{E000}";
/// A document's own properties, as controls name them that show one.
const PROPERTIES: &str = "{6C3C8BC8-F283-45AE-878A-BAB7291924A1}";

/// Cleans a part. `kept` gives the new reference for each old one; an element that refers to something else goes.
pub(super) fn clean(part: &mut Element, kept: &BTreeMap<String, String>) {
    let fetching = fetching_fields(part);
    remove_fields(part, &fetching, &mut Walk::default());
    show_title(part);
    simplify(part);
    refer(part, kept);
}

/// The text of a header must have a paragraph, whatever was taken out of it.
pub(super) fn with_a_paragraph(part: &mut Element) {
    if !part.elements().any(|element| matches!(element.name.as_str(), "w:p" | "w:tbl" | "w:sdt")) {
        part.children.push(Node::Element(Element::new("w:p", &[])));
    }
}

/// Takes away and unwraps. A drawing in vectors is an addition to the picture that it stands with: that stays.
fn simplify(element: &mut Element) {
    let redrawn = |inside: &Element| inside.elements().any(|one| one.name.ends_with(":svgBlip"));
    element
        .strip(&mut |inside| DROPPED.contains(&inside.name.as_str()) || is_bound_elsewhere(inside) || redrawn(inside));
    inline(element, &|inside| UNWRAPPED.contains(&inside.name.as_str()) || is_fetching_field(inside));
    drop_addresses(element);
}

/// Whether a control is tied to data that doesn't come along.
fn is_bound_elsewhere(element: &Element) -> bool {
    element.name == "w:dataBinding" && element.attribute("w:storeItemID") != Some(PROPERTIES)
}

/// Controls that show the document's title show the report's; Word would see to it itself, others wouldn't.
fn show_title(element: &mut Element) {
    let binding = element.at(&["w:sdtPr", "w:dataBinding"]).filter(|binding| !is_bound_elsewhere(binding));
    let shows_title =
        binding.and_then(|binding| binding.attribute("w:xpath")).is_some_and(|path| path.contains(":title"));
    if element.name == "w:sdt" && shows_title {
        if let Some(properties) = element.child_mut("w:sdtPr") {
            properties.children.retain(|child| !matches!(child, Node::Element(one) if one.name == "w:showingPlcHdr"));
        }
        if let Some(content) = element.child_mut("w:sdtContent") {
            let mut title = Some(TITLE);
            rewrite(content, &mut title);
        }
        return;
    }
    element.elements_mut().for_each(show_title);
}

/// Puts the words in the first place that has any, and takes away the others.
fn rewrite(element: &mut Element, words: &mut Option<&str>) {
    if element.name == "w:t" {
        element.children = words.take().map(|words| Node::Text(words.to_owned())).into_iter().collect();
    }
    element.elements_mut().for_each(|inside| rewrite(inside, words));
}

/// Old drawings name pictures by their address.
fn drop_addresses(element: &mut Element) {
    element.attributes.retain(|(name, _)| !matches!(name.as_str(), "src" | "href" | "o:href" | "o:althref"));
    element.elements_mut().for_each(drop_addresses);
}

/// Puts what is in some elements in their place.
fn inline(element: &mut Element, which: &impl Fn(&Element) -> bool) {
    let mut children = Vec::with_capacity(element.children.len());
    for child in std::mem::take(&mut element.children) {
        match child {
            Node::Element(mut inside) => {
                inline(&mut inside, which);
                if which(&inside) {
                    children.extend(inside.children);
                } else {
                    children.push(Node::Element(inside));
                }
            }
            text @ Node::Text(_) => children.push(text),
        }
    }
    element.children = children;
}

fn is_fetching_field(element: &Element) -> bool {
    element.name == "w:fldSimple" && !is_kept_field(element.attribute("w:instr").unwrap_or_default())
}

fn is_kept_field(instruction: &str) -> bool {
    let word = instruction.split_whitespace().next().unwrap_or_default().to_uppercase();
    FIELDS.contains(&word.as_str())
}

/// Where one is among the fields of a part.
#[derive(Default)]
struct Walk {
    begun: usize,
    /// The fields that are open, and whether their result has begun.
    open: Vec<(usize, bool)>,
}

impl Walk {
    /// Which field this mark or piece of an instruction belongs to.
    fn field(&mut self, element: &Element) -> Option<usize> {
        match (element.name.as_str(), element.attribute("w:fldCharType")) {
            ("w:fldChar", Some("begin")) => {
                self.open.push((self.begun, false));
                self.begun += 1;
                self.open.last().map(|(field, _)| *field)
            }
            ("w:fldChar", Some("separate")) => {
                let (field, result) = self.open.last_mut()?;
                *result = true;
                Some(*field)
            }
            ("w:fldChar", _) => self.open.pop().map(|(field, _)| field),
            ("w:instrText", _) => self.open.last().map(|(field, _)| *field),
            _ => None,
        }
    }
}

/// The fields that are not kept, each by its number, and what stands in a field of theirs.
fn fetching_fields(part: &Element) -> BTreeSet<usize> {
    fn walk(element: &Element, at: &mut Walk, said: &mut BTreeMap<usize, String>) {
        if let Some(field) = at.field(element) {
            let said = said.entry(field).or_default();
            if element.name == "w:instrText" {
                said.push_str(&element.text());
            }
        }
        element.elements().for_each(|inside| walk(inside, at, said));
    }
    let mut said = BTreeMap::new();
    walk(part, &mut Walk::default(), &mut said);
    said.into_iter().filter(|(_, instruction)| !is_kept_field(instruction)).map(|(field, _)| field).collect()
}

/// Takes away the marks and the instructions of fields; what they last gave stays as words.
fn remove_fields(element: &mut Element, which: &BTreeSet<usize>, at: &mut Walk) {
    let mut children = Vec::with_capacity(element.children.len());
    for child in std::mem::take(&mut element.children) {
        match child {
            Node::Element(mut inside) => {
                let is_mark = matches!(inside.name.as_str(), "w:fldChar" | "w:instrText");
                let goes = is_mark && at.field(&inside).is_none_or(|field| which.contains(&field));
                if !goes {
                    remove_fields(&mut inside, which, at);
                    children.push(Node::Element(inside));
                }
            }
            text @ Node::Text(_) => children.push(text),
        }
    }
    element.children = children;
}

/// Renames references, and takes away what refers to a part that isn't kept.
fn refer(element: &mut Element, kept: &BTreeMap<String, String>) {
    let mut children = Vec::with_capacity(element.children.len());
    for child in std::mem::take(&mut element.children) {
        match child {
            Node::Element(mut inside) => {
                if PICTURES.contains(&inside.name.as_str()) && has_lost_picture(&inside, kept) {
                    continue;
                }
                let lost = references(&inside).any(|reference| !kept.contains_key(reference));
                refer(&mut inside, kept);
                if lost {
                    // A link keeps its words.
                    if inside.name == "w:hyperlink" {
                        children.extend(inside.children);
                    }
                    continue;
                }
                children.push(Node::Element(inside));
            }
            text @ Node::Text(_) => children.push(text),
        }
    }
    element.children = children;
    for (_, value) in element.attributes.iter_mut().filter(|(name, _)| is_reference(name)) {
        if let Some(new) = kept.get(value) {
            value.clone_from(new);
        }
    }
}

fn is_reference(name: &str) -> bool {
    (name.starts_with("r:") || name == "o:relid") && name != "r:anchor"
}

fn references(element: &Element) -> impl Iterator<Item = &str> {
    element
        .attributes
        .iter()
        .filter(|(name, value)| is_reference(name) && !value.is_empty())
        .map(|(_, value)| value.as_str())
}

/// Whether a picture's own reference leads nowhere. A link that it lies under may: then only the link goes.
fn has_lost_picture(element: &Element, kept: &BTreeMap<String, String>) -> bool {
    let links = |name: &str| name.ends_with(":hlinkClick") || name.ends_with(":hlinkHover") || name == "w:hyperlink";
    (!links(&element.name) && references(element).any(|reference| !kept.contains_key(reference)))
        || element.elements().any(|inside| has_lost_picture(inside, kept))
}
