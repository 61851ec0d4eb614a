//! The package around a document: its parts, and which of them names which.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::refusal::TemplateError;
use super::xml::{self, Element};
use super::{XML, escaped};

/// The longest template that is read.
pub(super) const FILE_MAX: u64 = 20_000_000;
/// The most that is unpacked of one.
pub(super) const UNPACKED_MAX: u64 = 60_000_000;
/// The most parts it may have.
pub(super) const PARTS_MAX: usize = 2_000;

const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A part of the file that is to be.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Its name in the package, such as `word/styles.xml`.
    pub name: String,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
    /// The parts that it names.
    pub relations: Vec<Relation>,
}

/// One part names another.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub id: String,
    /// The last word of the relation's type, such as `styles`.
    pub kind: String,
    /// The other part's name in the package.
    pub target: String,
}

/// Packs a document: `document` is its first part. Nothing is compressed, so that no other version of a packer gives
/// other bytes.
pub(super) fn pack(document: &Part, others: &[Part], core: &str) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644);
    let mut add = |name: &str, bytes: &[u8]| -> zip::result::ZipResult<()> {
        zip.start_file(name, options)?;
        Ok(zip.write_all(bytes)?)
    };
    let parts = || std::iter::once(document).chain(others);
    add("[Content_Types].xml", content_types(parts()).as_bytes())?;
    let root = [
        (RELATION, "officeDocument", document.name.as_str()),
        (
            "http://schemas.openxmlformats.org/package/2006/relationships/metadata",
            "core-properties",
            "docProps/core.xml",
        ),
        (RELATION, "extended-properties", "docProps/app.xml"),
    ];
    let root = root
        .into_iter()
        .enumerate()
        .map(|(nth, (base, kind, target))| (format!("rId{}", nth + 1), base, kind, target.to_owned()));
    add("_rels/.rels", relations(root).as_bytes())?;
    add("docProps/core.xml", core.as_bytes())?;
    add("docProps/app.xml", APP.as_bytes())?;
    for part in parts() {
        add(&part.name, &part.bytes)?;
        if !part.relations.is_empty() {
            let folder = part.name.rfind('/').map_or("", |at| part.name.get(..=at).unwrap_or_default());
            let named = part.relations.iter().map(|relation| {
                let target = match relation.target.strip_prefix(folder) {
                    Some(beside) => beside.to_owned(),
                    None => format!("/{}", relation.target),
                };
                (relation.id.clone(), RELATION, relation.kind.as_str(), target)
            });
            let text = relations(named);
            let file = part.name.strip_prefix(folder).unwrap_or_default();
            add(&format!("{folder}_rels/{file}.rels"), text.as_bytes())?;
        }
    }
    Ok(zip.finish()?.into_inner())
}

const APP: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Properties \
                   xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\"><Application>\
                   Klassrum</Application></Properties>";

fn content_types<'a>(parts: impl Iterator<Item = &'a Part>) -> String {
    let mut text = format!(
        "{XML}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" \
         ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" \
         ContentType=\"application/xml\"/>"
    );
    let properties = [
        ("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        ("docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml"),
    ];
    for (name, kind) in properties.into_iter().chain(parts.map(|part| (part.name.as_str(), part.media_type))) {
        let _ = write!(text, "<Override PartName=\"/{name}\" ContentType=\"{kind}\"/>");
    }
    text.push_str("</Types>");
    text
}

fn relations<'a>(all: impl Iterator<Item = (String, &'a str, &'a str, String)>) -> String {
    let mut text =
        format!("{XML}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
    for (id, base, kind, target) in all {
        let (id, target) = (escaped(&id), escaped(&target));
        let _ = write!(text, "<Relationship Id=\"{id}\" Type=\"{base}/{kind}\" Target=\"{target}\"/>");
    }
    text.push_str("</Relationships>");
    text
}

/// A template's package. Parts are unpacked when they are asked for, and what has been unpacked is counted.
pub(super) struct Package<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Each part's place, by its name in small letters, which is how names are compared.
    places: BTreeMap<String, usize>,
    left: u64,
}

impl<'a> Package<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, TemplateError> {
        const OLE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
        let size = bytes.len() as u64;
        if size == 0 {
            return Err(TemplateError::Empty);
        }
        if FILE_MAX < size {
            return Err(TemplateError::TooLarge { bytes: size, max: FILE_MAX });
        }
        if bytes.starts_with(&OLE) {
            return Err(TemplateError::OldOrLocked);
        }
        if !bytes.starts_with(b"PK") {
            return Err(TemplateError::NotAPackage);
        }
        let damaged = |why: zip::result::ZipError| TemplateError::Damaged { part: String::new(), why: why.to_string() };
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        if PARTS_MAX < zip.len() {
            return Err(TemplateError::TooManyParts { max: PARTS_MAX });
        }
        let mut places = BTreeMap::new();
        for place in 0..zip.len() {
            if let Some(name) = zip.name_for_index(place) {
                let name = name.map_err(damaged)?.trim_start_matches('/').to_lowercase();
                places.entry(name).or_insert(place);
            }
        }
        Ok(Self { zip, places, left: UNPACKED_MAX })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.places.contains_key(&name.to_lowercase())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    /// A part as it is.
    pub(super) fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, TemplateError> {
        let Some(place) = self.places.get(&name.to_lowercase()) else { return Ok(None) };
        let damaged = |why: String| TemplateError::Damaged { part: name.to_owned(), why };
        let part = self.zip.by_index(*place).map_err(|why| damaged(why.to_string()))?;
        let mut bytes = Vec::new();
        part.take(self.left + 1).read_to_end(&mut bytes).map_err(|why| damaged(why.to_string()))?;
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or(TemplateError::Swells { max: UNPACKED_MAX })?;
        Ok(Some(bytes))
    }

    /// A part as text.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, TemplateError> {
        let Some(bytes) = self.bytes(name)? else { return Ok(None) };
        let damaged =
            |why: std::string::FromUtf8Error| TemplateError::Damaged { part: name.to_owned(), why: why.to_string() };
        String::from_utf8(bytes).map(Some).map_err(damaged)
    }

    /// A part as a tree, whose outermost element must be `root`.
    pub(super) fn tree(&mut self, name: &str, root: &str) -> Result<Option<Element>, TemplateError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let damaged = |why| TemplateError::Damaged { part: name.to_owned(), why };
        let tree = xml::parse(&text).map_err(damaged)?;
        if tree.name == root { Ok(Some(tree)) } else { Err(damaged(format!("it begins with {}", tree.name))) }
    }

    /// The parts that a part names. What lies outside the package is left out, whatever it is.
    pub(super) fn relations(&mut self, part: &str) -> Result<Vec<Relation>, TemplateError> {
        let (folder, file) = part.rsplit_once('/').map_or(("", part), |(folder, file)| (folder, file));
        let at = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
        let Some(text) = self.text(&at)? else { return Ok(Vec::new()) };
        let tree = xml::parse(&text).map_err(|why| TemplateError::Damaged { part: at.clone(), why })?;
        let mut relations = Vec::new();
        for relation in tree.elements() {
            let said = |name| relation.attribute(name);
            let (Some(id), Some(kind), Some(target)) = (said("Id"), said("Type"), said("Target")) else { continue };
            if kind.starts_with("http://purl.oclc.org/ooxml/") {
                return Err(TemplateError::Strict);
            }
            let kind = kind.rsplit('/').next().unwrap_or_default();
            let outside = said("TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
            if let Some(target) = (!outside).then(|| resolved(folder, target)).flatten() {
                relations.push(Relation { id: id.to_owned(), kind: kind.to_owned(), target });
            }
        }
        Ok(relations)
    }
}

/// A target's name in the package, seen from a folder; nothing when it leads out of it.
fn resolved(folder: &str, target: &str) -> Option<String> {
    let (from, target) = match target.strip_prefix('/') {
        Some(whole) => ("", whole),
        None => (folder, target),
    };
    let mut path: Vec<&str> = from.split('/').filter(|name| !name.is_empty()).collect();
    for name in target.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(path.pop()?),
            name if name.contains(':') => return None,
            name => path.push(name),
        }
    }
    Some(path.join("/"))
}
