//! Lists as files, and a register that takes them in.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::io::{Cursor, Write as _};

use klassrum::document::{Author, RegisterDocument, Signed};
use klassrum::exchange::{Chosen, FileError, Guess, Preview, guess, preview, read};
use klassrum::register::{Date, Key, Register, Seen};

/// A file among the fixtures.
pub fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub const TODAY: Date = Date::constant(2025, 1, 15);

/// Keys in order: the same calls give the same keys.
pub fn keys() -> impl FnMut() -> Key {
    let mut next = 0_u64;
    move || {
        next += 1;
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&next.to_be_bytes());
        Key::random(bytes)
    }
}

/// A preview of a file against a register, with everything as it was guessed.
pub fn look(bytes: &[u8], register: &Register) -> Result<Preview, FileError> {
    look_with(bytes, register, &mut keys(), |_| {})
}

pub fn look_with(
    bytes: &[u8],
    register: &Register,
    keys: &mut dyn FnMut() -> Key,
    choose: impl FnOnce(&mut Chosen),
) -> Result<Preview, FileError> {
    let book = read(bytes)?;
    let mut chosen = Chosen::from(guess(&book));
    choose(&mut chosen);
    preview(&book, &chosen, register, &Seen::default(), keys, TODAY)
}

pub fn guessed(bytes: &[u8]) -> Guess {
    guess(&read(bytes).unwrap())
}

/// A register on a device, that lists are taken into.
pub struct Office {
    pub document: RegisterDocument,
    keys: Box<dyn FnMut() -> Key>,
}

impl Office {
    pub fn new() -> Self {
        Self { document: RegisterDocument::create([7; 16]).unwrap(), keys: Box::new(keys()) }
    }

    pub fn register(&self) -> Register {
        self.document.read()
    }

    pub fn look(&mut self, bytes: &[u8]) -> Preview {
        self.look_with(bytes, |_| {})
    }

    pub fn look_with(&mut self, bytes: &[u8], choose: impl FnOnce(&mut Chosen)) -> Preview {
        let book = read(bytes).unwrap();
        let mut chosen = Chosen::from(guess(&book));
        choose(&mut chosen);
        let seen = self.document.seen();
        preview(&book, &chosen, &self.document.read(), &seen, &mut self.keys, TODAY).unwrap()
    }

    /// Takes in what is accepted of a preview.
    pub fn take(&mut self, preview: &Preview, accepted: &[(usize, usize)]) {
        if let Some(command) = preview.command(accepted) {
            let signed = Signed { by: Author::default(), at: 1 };
            self.document.apply(&command, &signed).unwrap();
        }
    }

    /// Takes in a file as a person does who accepts all that is sure.
    pub fn import(&mut self, bytes: &[u8]) -> Preview {
        let preview = self.look(bytes);
        self.take(&preview, &preview.by_default());
        preview
    }
}

/// The first offer of every row that has one, the doubtful ones too.
pub fn everything(preview: &Preview) -> Vec<(usize, usize)> {
    preview.rows.iter().enumerate().filter(|(_, row)| !row.offers.is_empty()).map(|(index, _)| (index, 0)).collect()
}

/// Rows as a semicolon file, quoted where they must be.
pub fn csv(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

/// A cell as it is written in a sheet's XML.
pub enum Xml {
    Text(String),
    Number(f64),
    Formula(&'static str, &'static str),
}

/// A workbook of one sheet, no more than a reader needs.
pub fn xlsx(sheet: &str, rows: &[Vec<Xml>]) -> Vec<u8> {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let mut data = String::new();
    for (number, row) in rows.iter().enumerate() {
        let number = number + 1;
        data.push_str(&format!("<row r=\"{number}\">"));
        for (column, cell) in row.iter().enumerate() {
            let at = format!("{}{number}", klassrum::exchange::letters(column));
            data.push_str(&match cell {
                Xml::Text(text) if text.is_empty() => continue,
                Xml::Text(text) => format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{}</t></is></c>", escape(text)),
                Xml::Number(number) => format!("<c r=\"{at}\"><v>{number}</v></c>"),
                Xml::Formula(formula, value) => {
                    format!("<c r=\"{at}\" t=\"str\"><f>{}</f><v>{}</v></c>", escape(formula), escape(value))
                }
            });
        }
        data.push_str("</row>");
    }
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    pack(&[
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" \
                 Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" \
                 Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"{}\" sheetId=\"1\" r:id=\"r1\"/>\
                 </sheets></workbook>",
                escape(sheet)
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{data}</sheetData></worksheet>")),
    ])
}

/// Parts as a zip archive.
pub fn pack(parts: &[(&str, String)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// An archive's parts, as text.
pub fn unpack(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let mut text = String::new();
            std::io::Read::read_to_string(&mut part, &mut text).unwrap();
            (part.name().unwrap().into_owned(), text)
        })
        .collect()
}

pub fn pack_again(parts: &[(String, String)]) -> Vec<u8> {
    let parts: Vec<_> = parts.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    pack(&parts)
}
