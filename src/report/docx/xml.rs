//! Parts of other people's documents as trees, within limits, and back to text.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

/// The namespace of a document's own words, which its parts call `w`.
pub(super) const WORDS: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
/// The namespace of references to other parts, which parts call `r`.
pub(super) const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/// How deep elements may stand in each other: a document's own are some thirty deep.
const DEPTH: usize = 100;
/// How many elements a part may have.
const ELEMENTS: usize = 300_000;

/// An element with what is in it. Names are as they are written, with their prefix.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    pub(super) fn new(name: &str, attributes: &[(&str, &str)]) -> Self {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { name: name.to_owned(), attributes, children: Vec::new() }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        match self.attributes.iter_mut().find(|(key, _)| key == name) {
            Some((_, held)) => value.clone_into(held),
            None => self.attributes.push((name.to_owned(), value.to_owned())),
        }
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    pub(super) fn elements_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        self.children.iter_mut().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first child with this name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|element| element.name == name)
    }

    pub(super) fn child_mut(&mut self, name: &str) -> Option<&mut Self> {
        self.elements_mut().find(|element| element.name == name)
    }

    /// What lies at the end of these names, one in the other.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// `w:val` of a child.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.child(name)?.attribute("w:val")
    }

    /// Takes away every element inside that the question says yes to.
    pub(super) fn strip(&mut self, unwanted: &mut impl FnMut(&Self) -> bool) {
        self.children.retain(|child| !matches!(child, Node::Element(element) if unwanted(element)));
        self.elements_mut().for_each(|element| element.strip(unwanted));
    }

    /// Its words, with those of the elements in it.
    pub(super) fn text(&self) -> String {
        let words = self.children.iter().map(|child| match child {
            Node::Element(element) => element.text(),
            Node::Text(text) => text.clone(),
        });
        words.collect()
    }

    pub(super) fn write(&self, to: &mut String) {
        self.write_start(to);
        if self.children.is_empty() {
            to.truncate(to.len() - 1);
            to.push_str("/>");
            return;
        }
        self.write_inside(to);
        to.push_str("</");
        to.push_str(&self.name);
        to.push('>');
    }

    pub(super) fn write_start(&self, to: &mut String) {
        to.push('<');
        to.push_str(&self.name);
        for (name, value) in &self.attributes {
            to.push(' ');
            to.push_str(name);
            to.push_str("=\"");
            escape(value, true, to);
            to.push('"');
        }
        to.push('>');
    }

    pub(super) fn write_inside(&self, to: &mut String) {
        for child in &self.children {
            match child {
                Node::Element(element) => element.write(to),
                Node::Text(text) => escape(text, false, to),
            }
        }
    }

    pub(super) fn written(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }
}

fn escape(text: &str, attribute: bool, to: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            '>' => to.push_str("&gt;"),
            '"' if attribute => to.push_str("&quot;"),
            '\n' if attribute => to.push_str("&#10;"),
            '\t' if attribute => to.push_str("&#9;"),
            '\r' => to.push_str("&#13;"),
            letter => to.push(letter),
        }
    }
}

/// Reads a part whole.
pub(super) fn parse(text: &str) -> Result<Element, String> {
    let (_, mut found) = walk(text, |depth, _| depth == 0)?;
    found.pop().ok_or_else(|| "no element".to_owned())
}

/// A part's outermost element with nothing in it, and every element inside that has this name, with what is in it.
pub(super) fn find(text: &str, name: &str) -> Result<(Element, Vec<Element>), String> {
    let (root, found) = walk(text, |depth, element| 0 < depth && element == name)?;
    Ok((root.ok_or_else(|| "no element".to_owned())?, found))
}

/// Goes through a part and keeps the elements that are wanted, the outermost of those that lie in each other.
fn walk(text: &str, wanted: impl Fn(usize, &str) -> bool) -> Result<(Option<Element>, Vec<Element>), String> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{FEFF}'));
    let (mut root, mut found) = (None, Vec::new());
    // The wanted element that is open, and those open in it.
    let mut open: Vec<Element> = Vec::new();
    let mut scope = Scope::default();
    let mut count = 0;
    loop {
        let event = reader.read_event().map_err(|why| why.to_string())?;
        let (start, empty) = match event {
            Event::Eof if scope.depth() == 0 => return Ok((root, found)),
            Event::Eof => return Err("it ends too soon".to_owned()),
            Event::DocType(_) => return Err("it has a document type".to_owned()),
            Event::Start(start) => (start, false),
            Event::Empty(start) => (start, true),
            Event::End(_) => {
                scope.leave();
                close(&mut open, &mut found);
                continue;
            }
            Event::Text(text) => {
                add_text(&mut open, &text.decode().map_err(|why| why.to_string())?)?;
                continue;
            }
            Event::CData(text) => {
                add_text(&mut open, &text.decode().map_err(|why| why.to_string())?)?;
                continue;
            }
            Event::GeneralRef(name) => {
                let name = name.decode().map_err(|why| why.to_string())?;
                let text = unescape(&format!("&{name};")).map_err(|why| why.to_string())?.into_owned();
                add_text(&mut open, &text)?;
                continue;
            }
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => continue,
        };
        count += 1;
        if ELEMENTS < count || DEPTH <= scope.depth() {
            return Err("it has too many elements, or too deep".to_owned());
        }
        if scope.depth() == 0 && root.is_some() {
            return Err("it has two outermost elements".to_owned());
        }
        let element = element(&start)?;
        scope.enter(&element)?;
        if root.is_none() {
            root = Some(element.clone());
        }
        let keep = !open.is_empty() || wanted(scope.depth() - 1, &element.name);
        if keep {
            open.push(element);
        }
        if empty {
            scope.leave();
            if keep {
                close(&mut open, &mut found);
            }
        }
    }
}

fn close(open: &mut Vec<Element>, found: &mut Vec<Element>) {
    let Some(element) = open.pop() else { return };
    match open.last_mut() {
        Some(around) => around.children.push(Node::Element(element)),
        None => found.push(element),
    }
}

fn add_text(open: &mut [Element], text: &str) -> Result<(), String> {
    allowed(text)?;
    let Some(element) = open.last_mut() else { return Ok(()) };
    if let Some(Node::Text(before)) = element.children.last_mut() {
        before.push_str(text);
    } else if !text.is_empty() {
        element.children.push(Node::Text(text.to_owned()));
    }
    Ok(())
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned).map_err(|why| why.to_string());
    let mut element = Element { name: name(text(start.name().as_ref())?)?, ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|why| why.to_string())?;
        let raw = text(attribute.value.as_ref())?;
        if raw.contains('<') {
            return Err("an attribute has an element in it".to_owned());
        }
        let value = unescape(&raw).map_err(|why| why.to_string())?.into_owned();
        allowed(&value)?;
        element.attributes.push((name(text(attribute.key.as_ref())?)?, value));
    }
    Ok(element)
}

/// A name as XML has it: a reader is not strict about them, and a writer must be.
fn name(name: String) -> Result<String, String> {
    let sound = |part: &str| {
        part.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
            && part.chars().all(|letter| letter.is_alphanumeric() || "_-.".contains(letter))
    };
    let parts = name.split(':').count();
    if parts < 3 && name.split(':').all(sound) { Ok(name) } else { Err(format!("{name:?} is no name")) }
}

/// Whether XML can hold it.
fn allowed(text: &str) -> Result<(), String> {
    let strange = |letter: char| {
        (letter < ' ' && !matches!(letter, '\t' | '\n' | '\r')) || matches!(letter, '\u{FFFE}' | '\u{FFFF}')
    };
    if text.contains(strange) { Err("it has a character that XML can't hold".to_owned()) } else { Ok(()) }
}

/// The prefixes that have been said, element by element.
#[derive(Default)]
struct Scope {
    prefixes: Vec<String>,
    /// How many there were before each open element.
    before: Vec<usize>,
}

impl Scope {
    fn depth(&self) -> usize {
        self.before.len()
    }

    fn enter(&mut self, element: &Element) -> Result<(), String> {
        self.before.push(self.prefixes.len());
        for (name, value) in &element.attributes {
            if let Some(prefix) = name.strip_prefix("xmlns:") {
                // So that a name tells what it is, whoever wrote the part.
                let ours = [("w", WORDS), ("r", RELATIONS)];
                if ours.iter().any(|(own, space)| (prefix == *own) != (value == space)) {
                    return Err(format!("{prefix} is {value}"));
                }
                self.prefixes.push(prefix.to_owned());
            }
        }
        let names = std::iter::once(&element.name).chain(element.attributes.iter().map(|(name, _)| name));
        for name in names {
            if let Some((prefix, _)) = name.split_once(':')
                && !matches!(prefix, "xml" | "xmlns")
                && !self.prefixes.iter().any(|known| known == prefix)
            {
                return Err(format!("{prefix} is never said"));
            }
        }
        Ok(())
    }

    fn leave(&mut self) {
        if let Some(before) = self.before.pop() {
            self.prefixes.truncate(before);
        }
    }
}
