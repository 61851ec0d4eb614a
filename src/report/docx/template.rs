//! A Word document in an organisation's own form: its styles, page, headers and footers, taken from a template.
//!
//! The template's own text isn't taken, and nothing that reaches outside the document: no template that is fetched when
//! the document is opened, no linked pictures, no macros. Parts get names of ours.

use std::collections::BTreeMap;

use super::clean::{clean, with_a_paragraph};
use super::form::{
    FONTS_NAME, FONTS_TYPE, Form, Lists, OWN_PAGE, SETTINGS_TYPE, STYLES_TYPE, TEXT_WIDTH, THEME_NAME, THEME_TYPE,
    kind, list,
};
use super::package::{FILE_MAX, Package, Part, Relation};
use super::refusal::TemplateError;
use super::styles::merge;
use super::xml::{self, Element, Node};
use super::{SETTINGS, XML};

/// The form that a person's `.dotx` or `.docx` gives a document.
#[derive(Debug, Clone)]
pub struct Template {
    pub(super) form: Form,
}

/// Settings that make a document look as it does, in the order that the format wants.
const KEPT_SETTINGS: [&str; 19] = [
    "w:embedTrueTypeFonts",
    "w:saveSubsetFonts",
    "w:mirrorMargins",
    "w:alignBordersAndEdges",
    "w:bordersDoNotSurroundHeader",
    "w:bordersDoNotSurroundFooter",
    "w:gutterAtTop",
    "w:defaultTabStop",
    "w:autoHyphenation",
    "w:consecutiveHyphenLimit",
    "w:hyphenationZone",
    "w:doNotHyphenateCaps",
    "w:evenAndOddHeaders",
    "w:characterSpacingControl",
    "w:compat",
    "w:themeFontLang",
    "w:clrSchemeMapping",
    "w:decimalSymbol",
    "w:listSeparator",
];

/// Lists with a higher number leave no room for the report's.
const HIGHEST_LIST: u32 = 1 << 30;

const HEADER_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml";
const FOOTER_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml";

impl Template {
    /// The longest file that is read, in bytes.
    pub const MAX: u64 = FILE_MAX;

    /// Reads a template.
    ///
    /// # Errors
    /// [`TemplateError`] says what is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, TemplateError> {
        let mut package = Package::open(bytes)?;
        refuse_others(&mut package)?;
        let document = find_document(&mut package)?;
        let related = package.relations(&document)?;
        let named = |kind: &str| related.iter().find(|one| one.kind == kind).map(|one| one.target.clone());

        let text = package.text(&document)?.ok_or(TemplateError::NoDocument)?;
        let damaged = |why| TemplateError::Damaged { part: document.clone(), why };
        let (root, sections) = xml::find(&text, "w:sectPr").map_err(damaged)?;
        if root.name != "w:document" {
            return Err(damaged(format!("it begins with {}", root.name)));
        }
        drop(text);
        let styles = match named("styles") {
            Some(part) => package.tree(&part, "w:styles")?,
            None => None,
        };
        let styles = styles.ok_or(TemplateError::NoStyles)?;
        let settings = match named("settings") {
            Some(part) => package.tree(&part, "w:settings")?,
            None => None,
        };
        let numbering = match named("numbering") {
            Some(part) => package.tree(&part, "w:numbering")?,
            None => None,
        };

        let at_top = settings.as_ref().is_some_and(|settings| settings.child("w:gutterAtTop").is_some());
        let (page, width) = page(&sections, at_top);
        let merged = merge(styles, width)?;
        let lists = lists(numbering, merged.bullets, merged.numbered.as_deref());
        let mut form = Form {
            text_width: width,
            styles: merged.written,
            banded: true,
            lists,
            page,
            edges: Vec::new(),
            own_footer: false,
            parts: Vec::new(),
            relations: Vec::new(),
        };
        form.add("styles", "word/styles.xml", STYLES_TYPE, format!("{XML}{}", merged.part).into_bytes(), Vec::new());
        form.add("settings", "word/settings.xml", SETTINGS_TYPE, settings_part(settings)?.into_bytes(), Vec::new());
        let mut carrier = Carrier { package, form, files: BTreeMap::new() };
        if let Some(theme) = named("theme") {
            carrier.carry(&theme, "a:theme", "theme", THEME_NAME, THEME_TYPE)?;
        }
        if let Some(fonts) = named("fontTable") {
            carrier.carry(&fonts, "w:fonts", "fontTable", FONTS_NAME, FONTS_TYPE)?;
        }
        carrier.edges(&sections, &related)?;
        let mut form = carrier.form;
        form.complete();
        Ok(Self { form })
    }
}

/// What is plainly no template, by the parts that it has.
fn refuse_others(package: &mut Package<'_>) -> Result<(), TemplateError> {
    let other = ["mimetype", "xl/workbook.xml", "xl/workbook.bin", "ppt/presentation.xml"];
    if other.iter().any(|name| package.has(name)) {
        return Err(TemplateError::OtherKind);
    }
    let macros = |name: &str| name.ends_with("vbaproject.bin") || name.ends_with("vbadata.xml");
    let types = package.text("[Content_Types].xml")?.unwrap_or_default().to_lowercase();
    if types.contains("macroenabled") || package.names().any(macros) {
        return Err(TemplateError::Macros);
    }
    Ok(())
}

/// The name of the document among the parts.
fn find_document(package: &mut Package<'_>) -> Result<String, TemplateError> {
    let named = package.relations("")?.into_iter().find(|one| one.kind == "officeDocument").map(|one| one.target);
    let name = named.unwrap_or_else(|| "word/document.xml".to_owned());
    if package.has(&name) { Ok(name) } else { Err(TemplateError::NoDocument) }
}

/// The page as a section says it, and the width of its text: the last section that stands upright, else the last.
fn page(sections: &[Element], gutter_at_top: bool) -> (String, usize) {
    let number = |element: &Element, name: &str| element.attribute(name)?.trim().parse::<f64>().ok();
    let measured = |section: &&Element| {
        let size = section.child("w:pgSz")?;
        let (width, height) = (number(size, "w:w")?, number(size, "w:h")?);
        let margin = section.child("w:pgMar")?;
        let gutter = if gutter_at_top { 0.0 } else { number(margin, "w:gutter").unwrap_or(0.0) };
        let text = width - number(margin, "w:left")? - number(margin, "w:right")? - gutter;
        // From a small card to the largest page that Word makes; the text must have some room.
        let sound = (4_000.0..=31_680.0).contains(&width) && (4_000.0..=31_680.0).contains(&height);
        let sides =
            ["w:top", "w:bottom"].iter().all(|side| number(margin, side).is_some_and(|at| at.abs() < height / 2.0));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 2 500 and 31 680")]
        (sound && sides && (2_500.0..=width).contains(&text)).then_some((width <= height, text as usize))
    };
    let usable = || sections.iter().rev().filter_map(|section| Some((section, measured(&section)?)));
    let chosen = usable().find(|(_, (upright, _))| *upright).or_else(|| usable().next());
    let Some((section, (_, width))) = chosen else { return (OWN_PAGE.to_owned(), TEXT_WIDTH) };
    let mut page = String::new();
    for name in ["w:pgSz", "w:pgMar", "w:pgBorders", "w:titlePg"] {
        if let Some(mut part) = section.child(name).cloned() {
            only_words(&mut part);
            part.write(&mut page);
        }
    }
    (page, width)
}

/// Only what the format itself says: a border may be made of a picture, and the document knows no other vocabularies.
fn only_words(element: &mut Element) {
    element.attributes.retain(|(name, _)| name.starts_with("w:"));
    element.strip(&mut |inside| !inside.name.starts_with("w:"));
    element.elements_mut().for_each(only_words);
}

/// The template's lists, and what the report's own look like: as the styles say, else as ours.
fn lists(numbering: Option<Element>, bullets: bool, numbered: Option<&str>) -> Lists {
    let mut numbering = numbering.unwrap_or_else(|| Element::new("w:numbering", &[("xmlns:w", xml::WORDS)]));
    numbering.strip(&mut |element| matches!(element.name.as_str(), "w:numPicBullet" | "w:lvlPicBulletId"));
    let highest = |numbering: &Element, kind: &str, name: &str| {
        let of_kind = numbering.elements().filter(|element| element.name == kind);
        of_kind.filter_map(|element| element.attribute(name)?.parse::<u32>().ok()).max().unwrap_or(0)
    };
    let ids = |numbering: &Element| {
        (highest(numbering, "w:abstractNum", "w:abstractNumId"), highest(numbering, "w:num", "w:numId"))
    };
    let (mut bullets, mut numbered) = (bullets, numbered);
    let (kinds, lists) = ids(&numbering);
    // Word counts them in 31 bits; where no room is left for ours, theirs go.
    if HIGHEST_LIST < kinds.max(lists) {
        numbering.children.clear();
        (bullets, numbered) = (false, None);
    }
    let (kind_id, list_id) = ids(&numbering);
    let (kind_id, list_id) = (kind_id + 1, list_id + 1);
    let of_style = numbered.and_then(|list| {
        let list = numbering.elements().find(|one| one.name == "w:num" && one.attribute("w:numId") == Some(list))?;
        list.value("w:abstractNumId")?.parse().ok()
    });
    let mut root = String::new();
    Element { name: numbering.name.clone(), attributes: numbering.attributes.clone(), children: Vec::new() }
        .write_start(&mut root);
    let written = |kind: &str| {
        let mut text = String::new();
        numbering.elements().filter(|element| element.name == kind).for_each(|element| element.write(&mut text));
        text
    };
    let mut kinds = written("w:abstractNum");
    kinds.push_str(&kind(kind_id, "bullet", "•"));
    kinds.push_str(&kind(kind_id + 1, "decimal", "%1."));
    let mut lists = written("w:num");
    lists.push_str(&list(list_id, kind_id));
    Lists {
        root,
        kinds,
        lists,
        bullets: (!bullets).then_some(list_id),
        numbered: of_style.unwrap_or(kind_id + 1),
        first: list_id + 1,
    }
}

/// Our settings, with those of the template that make it look as it does.
fn settings_part(theirs: Option<Element>) -> Result<String, TemplateError> {
    let ours = xml::parse(SETTINGS).map_err(|why| TemplateError::Damaged { part: String::new(), why })?;
    let theirs = theirs.unwrap_or_default();
    let mut part = ours.clone();
    // What is kept may use the template's other vocabularies, and names the ones that may be skipped.
    for (name, value) in &theirs.attributes {
        part.set(name, value);
    }
    part.children.clear();
    let mut take = |element: Option<&Element>| part.children.extend(element.cloned().map(Node::Element));
    take(ours.child("w:zoom"));
    for name in KEPT_SETTINGS {
        if name == "w:compat" {
            take(ours.child("w:footnotePr"));
        }
        let own = ours.child(name);
        let is_ours = name == "w:themeFontLang";
        take(theirs.child(name).filter(|_| !is_ours).or(own));
    }
    let mut text = XML.to_owned();
    part.write(&mut text);
    Ok(text)
}

/// The type of a file that a part may bring along, by the end of its name.
fn media_type(name: &str) -> Option<(&'static str, &'static str)> {
    let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    Some(match ending.as_str() {
        "png" => ("png", "image/png"),
        "jpg" | "jpeg" | "jpe" => ("jpg", "image/jpeg"),
        "gif" => ("gif", "image/gif"),
        "bmp" => ("bmp", "image/bmp"),
        "tif" | "tiff" => ("tif", "image/tiff"),
        "emf" => ("emf", "image/x-emf"),
        "wmf" => ("wmf", "image/x-wmf"),
        "svg" => ("svg", "image/svg+xml"),
        "odttf" => ("odttf", "application/vnd.openxmlformats-officedocument.obfuscatedFont"),
        _ => return None,
    })
}

/// Brings parts from the template into the form.
struct Carrier<'a> {
    package: Package<'a>,
    form: Form,
    /// Pictures and fonts that have come along: their new name, by the old one.
    files: BTreeMap<String, String>,
}

impl Carrier<'_> {
    /// Brings a part along, cleaned, with its pictures, and gives its reference; nothing when it isn't there.
    fn carry(
        &mut self,
        name: &str,
        root: &str,
        kind: &str,
        new: &str,
        media_type: &'static str,
    ) -> Result<Option<String>, TemplateError> {
        let Some(mut tree) = self.package.tree(name, root)? else { return Ok(None) };
        let mut kept = BTreeMap::new();
        let mut relations = Vec::new();
        for relation in self.package.relations(name)? {
            let wanted = if root == "w:fonts" { "font" } else { "image" };
            if relation.kind != wanted || kept.contains_key(&relation.id) {
                continue;
            }
            if let Some(target) = self.file(&relation.target)? {
                let id = format!("rId{}", relations.len() + 1);
                kept.insert(relation.id, id.clone());
                relations.push(Relation { id, kind: relation.kind, target });
            }
        }
        clean(&mut tree, &kept);
        if matches!(root, "w:hdr" | "w:ftr") {
            with_a_paragraph(&mut tree);
        }
        let bytes = format!("{XML}{}", tree.written()).into_bytes();
        Ok(Some(self.form.add(kind, new, media_type, bytes, relations)))
    }

    /// Brings a picture or a font along, once, under a name of ours.
    fn file(&mut self, name: &str) -> Result<Option<String>, TemplateError> {
        if let Some(new) = self.files.get(name) {
            return Ok(Some(new.clone()));
        }
        let Some((ending, media_type)) = media_type(name) else { return Ok(None) };
        let Some(bytes) = self.package.bytes(name)? else { return Ok(None) };
        // A drawing in this form is a page with scripts and links of its own; the same picture stands beside it.
        if ending == "svg" {
            return Ok(None);
        }
        let folder = if ending == "odttf" { "fonts" } else { "media" };
        let new = format!("word/{folder}/mall{}.{ending}", self.files.len() + 1);
        self.form.parts.push(Part { name: new.clone(), media_type, bytes, relations: Vec::new() });
        self.files.insert(name.to_owned(), new.clone());
        Ok(Some(new))
    }

    /// Brings headers and footers along: each kind as the last section that has one says.
    fn edges(&mut self, sections: &[Element], related: &[Relation]) -> Result<(), TemplateError> {
        let mut edges: BTreeMap<(String, String), String> = BTreeMap::new();
        for reference in sections.iter().flat_map(Element::elements) {
            let (Some(id), Some(when)) = (reference.attribute("r:id"), reference.attribute("w:type")) else { continue };
            let kind = match reference.name.as_str() {
                "w:headerReference" => "header",
                "w:footerReference" => "footer",
                _ => continue,
            };
            let target = related.iter().find(|one| one.id == id && one.kind == kind).map(|one| one.target.clone());
            if let (Some(target), "default" | "first" | "even") = (target, when) {
                edges.insert((kind.to_owned(), when.to_owned()), target);
            }
        }
        let mut counts = BTreeMap::new();
        for ((kind, when), target) in edges {
            let (root, media_type) = if kind == "header" { ("w:hdr", HEADER_TYPE) } else { ("w:ftr", FOOTER_TYPE) };
            let count: &mut usize = counts.entry(kind.clone()).or_default();
            *count += 1;
            let new = format!("word/{kind}{count}.xml");
            if let Some(id) = self.carry(&target, root, &kind, &new, media_type)? {
                self.form.edges.push((format!("w:{kind}Reference w:type=\"{when}\""), id));
            }
        }
        let has_footer = self.form.edges.iter().any(|(edge, _)| edge.starts_with("w:footerReference"));
        self.form.own_footer = !has_footer;
        Ok(())
    }
}
