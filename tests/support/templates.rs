//! Word templates, written out part by part.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

pub const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
                     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A package of these parts.
pub fn packed(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default());
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A template that a test changes as it likes before it is packed.
pub struct Mall {
    pub parts: Vec<(String, Vec<u8>)>,
}

impl Mall {
    pub fn pack(&self) -> Vec<u8> {
        packed(&self.parts)
    }

    pub fn set(&mut self, name: &str, text: impl Into<Vec<u8>>) -> &mut Self {
        let text = text.into();
        match self.parts.iter_mut().find(|(held, _)| held == name) {
            Some((_, held)) => *held = text,
            None => self.parts.push((name.to_owned(), text)),
        }
        self
    }

    pub fn remove(&mut self, name: &str) -> &mut Self {
        self.parts.retain(|(held, _)| held != name);
        self
    }

    pub fn text(&self, name: &str) -> String {
        let (_, bytes) = self.parts.iter().find(|(held, _)| held == name).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    }

    /// Replaces words in a part, which must be there.
    pub fn replace(&mut self, name: &str, from: &str, to: &str) -> &mut Self {
        let text = self.text(name);
        assert!(text.contains(from), "{from:?} is not in {name}");
        self.set(name, text.replace(from, to))
    }
}

fn relations(all: &[(&str, &str, &str)]) -> String {
    let lines = all.iter().map(|(id, kind, target)| {
        let mode = if target.contains("://") { " TargetMode=\"External\"" } else { "" };
        format!("<Relationship Id=\"{id}\" Type=\"{RELATION}/{kind}\" Target=\"{target}\"{mode}/>")
    });
    format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{}</Relationships>",
        lines.collect::<String>()
    )
}

fn style(kind: &str, id: &str, name: &str, inside: &str) -> String {
    format!("<w:style w:type=\"{kind}\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>{inside}</w:style>")
}

/// A made-up company's template, as Word in Swedish stores one: its styles have Swedish ids and English names.
pub fn company() -> Mall {
    let mut mall = Mall { parts: Vec::new() };
    mall.set("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"png\" ContentType=\"image/png\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml\"/></Types>");
    mall.set("_rels/.rels", relations(&[("rId1", "officeDocument", "word/document.xml")]));
    mall.set(
        "word/_rels/document.xml.rels",
        relations(&[
            ("rId1", "styles", "styles.xml"),
            ("rId2", "settings", "settings.xml"),
            ("rId3", "numbering", "numbering.xml"),
            ("rId4", "theme", "theme/theme1.xml"),
            ("rId5", "fontTable", "fontTable.xml"),
            ("rId6", "header", "header1.xml"),
            ("rId7", "header", "header2.xml"),
            ("rId8", "footer", "footer1.xml"),
        ]),
    );
    mall.set(
        "word/_rels/settings.xml.rels",
        relations(&[("rId1", "attachedTemplate", "https://mallar.example/mall.dotm")]),
    );
    mall.set(
        "word/document.xml",
        format!(
            "<w:document {W}><w:body><w:p><w:r><w:t>Skriv din text här</w:t></w:r></w:p><w:sectPr>\
         <w:headerReference w:type=\"default\" r:id=\"rId6\"/><w:headerReference w:type=\"first\" r:id=\"rId7\"/>\
         <w:footerReference w:type=\"default\" r:id=\"rId8\"/><w:footerReference w:type=\"first\" r:id=\"rId8\"/>\
         <w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"2268\" w:right=\"1134\" w:bottom=\"1701\" \
         w:left=\"2268\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/><w:cols w:num=\"2\"/><w:titlePg/>\
         </w:sectPr></w:body></w:document>"
        ),
    );
    let heading = |level: u32, size: u32| {
        format!(
            "<w:basedOn w:val=\"Normal\"/><w:next w:val=\"Brdtext\"/><w:pPr><w:keepNext/><w:numPr><w:ilvl w:val=\"{}\"/>\
             <w:numId w:val=\"7\"/></w:numPr><w:spacing w:before=\"{}\" w:after=\"120\"/><w:outlineLvl w:val=\"{}\"/></w:pPr><w:rPr><w:rFonts \
             w:asciiTheme=\"majorHAnsi\" w:hAnsiTheme=\"majorHAnsi\"/><w:b/><w:color w:val=\"006E5A\" w:themeColor=\"accent1\"/><w:sz \
             w:val=\"{size}\"/></w:rPr>",
            level - 1,
            480 / level,
            level - 1
        )
    };
    let styles = [
        "<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:asciiTheme=\"minorHAnsi\" w:hAnsiTheme=\"minorHAnsi\"/>\
         <w:sz w:val=\"21\"/><w:lang w:val=\"en-US\"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing \
         w:after=\"160\" w:line=\"259\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>"
            .to_owned(),
        "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:rPr><w:lang \
         w:val=\"en-GB\"/></w:rPr></w:style>"
            .to_owned(),
        "<w:style w:type=\"character\" w:default=\"1\" w:styleId=\"Standardstycketeckensnitt\"><w:name w:val=\"Default \
         Paragraph Font\"/></w:style>"
            .to_owned(),
        "<w:style w:type=\"table\" w:default=\"1\" w:styleId=\"Normaltabell\"><w:name w:val=\"Normal Table\"/><w:tblPr>\
         <w:tblCellMar><w:left w:w=\"108\" w:type=\"dxa\"/><w:right w:w=\"108\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>\
         </w:style>"
            .to_owned(),
        style("paragraph", "Rubrik1", "heading 1", &heading(1, 34)),
        style("paragraph", "Rubrik2", "heading 2", &heading(2, 26)),
        style(
            "paragraph",
            "Brdtext",
            "Body Text",
            "<w:basedOn w:val=\"Normal\"/><w:pPr><w:spacing w:after=\"120\" w:line=\"280\" w:lineRule=\"auto\"/></w:pPr>",
        ),
        style("paragraph", "Rubrik", "Title", "<w:basedOn w:val=\"Normal\"/><w:pPr><w:spacing w:before=\"1200\" w:after=\"480\"/></w:pPr><w:rPr><w:color w:val=\"006E5A\"/><w:sz w:val=\"56\"/></w:rPr>"),
        style("paragraph", "Punktlista", "List Bullet", "<w:basedOn w:val=\"Normal\"/><w:pPr><w:numPr><w:numId w:val=\"3\"/></w:numPr><w:spacing w:after=\"60\"/></w:pPr>"),
        // Someone's own style with the id that ours has.
        style("paragraph", "TableText", "Faktaruta", "<w:basedOn w:val=\"Normal\"/><w:rPr><w:i/></w:rPr>"),
        style("paragraph", "Sidhuvud", "header", "<w:basedOn w:val=\"Normal\"/><w:pPr><w:spacing w:after=\"0\"/></w:pPr><w:rPr><w:sz w:val=\"18\"/></w:rPr>"),
        style("table", "Tabell", "Tabell", "<w:basedOn w:val=\"Normaltabell\"/><w:tblPr><w:tblStyleRowBandSize w:val=\"1\"/><w:tblBorders><w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"006E5A\"/></w:tblBorders></w:tblPr><w:tblStylePr w:type=\"firstRow\"><w:rPr><w:b/><w:color w:val=\"FFFFFF\"/></w:rPr><w:tcPr><w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"006E5A\"/></w:tcPr></w:tblStylePr><w:tblStylePr w:type=\"band2Horz\"><w:tcPr><w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"E6F1EF\"/></w:tcPr></w:tblStylePr>"),
    ];
    mall.set("word/styles.xml", format!("<w:styles {W}>{}</w:styles>", styles.concat()));
    mall.set("word/settings.xml", format!(
        "<w:settings {W}><w:attachedTemplate r:id=\"rId1\"/><w:documentProtection w:edit=\"readOnly\"/><w:defaultTabStop \
         w:val=\"1304\"/><w:autoHyphenation/><w:hyphenationZone w:val=\"425\"/><w:compat><w:compatSetting \
         w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>\
         <w:clrSchemeMapping w:bg1=\"light1\" w:t1=\"dark1\" w:bg2=\"light2\" w:t2=\"dark2\" w:accent1=\"accent1\" \
         w:accent2=\"accent2\" w:accent3=\"accent3\" w:accent4=\"accent4\" w:accent5=\"accent5\" w:accent6=\"accent6\" \
         w:hyperlink=\"hyperlink\" w:followedHyperlink=\"followedHyperlink\"/></w:settings>"
    ));
    let numbered = |level: u32, text: &str| {
        format!(
            "<w:lvl w:ilvl=\"{level}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:lvlText w:val=\"{text}\"/><w:lvlJc w:val=\"left\"/><w:pPr><w:ind w:left=\"680\" w:hanging=\"680\"/></w:pPr></w:lvl>"
        )
    };
    mall.set("word/numbering.xml", format!(
        "<w:numbering {W}><w:abstractNum w:abstractNumId=\"2\"><w:multiLevelType w:val=\"multilevel\"/>{}{}</w:abstractNum>\
         <w:abstractNum w:abstractNumId=\"5\"><w:multiLevelType w:val=\"singleLevel\"/><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"bullet\"/>\
         <w:lvlText w:val=\"–\"/><w:lvlJc w:val=\"left\"/><w:pPr><w:ind w:left=\"357\" w:hanging=\"357\"/></w:pPr></w:lvl></w:abstractNum>\
         <w:num w:numId=\"3\"><w:abstractNumId w:val=\"5\"/></w:num><w:num w:numId=\"7\"><w:abstractNumId w:val=\"2\"/></w:num></w:numbering>",
        numbered(0, "%1"), numbered(1, "%1.%2")
    ));
    mall.set("word/theme/theme1.xml", THEME);
    mall.set("word/fontTable.xml", format!("<w:fonts {W}><w:font w:name=\"Arial\"/><w:font w:name=\"Bolagssans\"><w:embedRegular r:id=\"rId1\" w:fontKey=\"{{00000000-0000-0000-0000-000000000000}}\"/></w:font></w:fonts>"));
    mall.set("word/header1.xml", format!(
        "<w:hdr {W}><w:p><w:pPr><w:pStyle w:val=\"Sidhuvud\"/></w:pPr><w:r><w:t>Skolfastigheter AB</w:t></w:r><w:r><w:tab/></w:r>\
         <w:hyperlink r:id=\"rId9\"><w:r><w:t>skolfastigheter.example</w:t></w:r></w:hyperlink></w:p></w:hdr>"
    ));
    mall.set("word/_rels/header1.xml.rels", relations(&[("rId9", "hyperlink", "https://skolfastigheter.example/")]));
    mall.set(
        "word/header2.xml",
        format!(
            "<w:hdr {W} {DRAWING}><w:p><w:pPr><w:pStyle w:val=\"Sidhuvud\"/></w:pPr>{}{}</w:p></w:hdr>",
            picture("rId4", "embed"),
            picture("rId5", "link")
        ),
    );
    mall.set(
        "word/_rels/header2.xml.rels",
        relations(&[("rId4", "image", "media/logga.png"), ("rId5", "image", "https://bilder.example/spion.png")]),
    );
    mall.set("word/footer1.xml", format!(
        "<w:ftr {W}><w:p><w:pPr><w:pStyle w:val=\"Sidhuvud\"/></w:pPr><w:r><w:t xml:space=\"preserve\">Öppen information </w:t></w:r>{}{}</w:p></w:ftr>",
        field("PAGE", "1"), field("INCLUDEPICTURE \"https://bilder.example/spion.png\"", "bilden")
    ));
    mall.set("word/media/logga.png", logo());
    mall
}

pub const DRAWING: &str = "xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
                           xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
                           xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"";

/// A picture that a header shows.
pub fn picture(reference: &str, how: &str) -> String {
    format!(
        "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"1440000\" cy=\"360000\"/><wp:docPr id=\"1\" name=\"{reference}\" \
         descr=\"Skolfastigheters märke\"/><a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\">\
         <pic:pic><pic:nvPicPr><pic:cNvPr id=\"1\" name=\"{reference}\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:{how}=\"{reference}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>\
         <pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"1440000\" cy=\"360000\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>\
         </a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
}

/// A field with what it last gave.
pub fn field(instruction: &str, result: &str) -> String {
    let instruction = instruction.replace('"', "&quot;");
    format!(
        "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> {instruction} </w:instrText></w:r>\
         <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>{result}</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>"
    )
}

/// A green bar, eight by two: a picture without compression.
pub fn logo() -> Vec<u8> {
    let row: Vec<u8> = std::iter::once(0).chain([0, 0x6E, 0x5A].into_iter().cycle().take(24)).collect();
    let plain = [row.clone(), row].concat();
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in &plain {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    let length = u16::try_from(plain.len()).unwrap();
    let data =
        [&[0x78, 1, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), &plain, &(b << 16 | a).to_be_bytes()]
            .concat();
    let chunk = |name: &[u8], data: &[u8]| {
        let named = [name, data].concat();
        [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], &named, &crc(&named).to_be_bytes()].concat()
    };
    let header = [&8_u32.to_be_bytes()[..], &2_u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &data), chunk(b"IEND", b"")].concat()
}

fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

const THEME: &str = "<a:theme xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" name=\"Bolaget\"><a:themeElements><a:clrScheme name=\"Bolaget\"><a:dk1><a:sysClr val=\"windowText\" lastClr=\"000000\"/></a:dk1><a:lt1><a:sysClr val=\"window\" lastClr=\"FFFFFF\"/></a:lt1><a:dk2><a:srgbClr val=\"1E3A34\"/></a:dk2><a:lt2><a:srgbClr val=\"E6F1EF\"/></a:lt2><a:accent1><a:srgbClr val=\"006E5A\"/></a:accent1><a:accent2><a:srgbClr val=\"C8102E\"/></a:accent2><a:accent3><a:srgbClr val=\"F2A900\"/></a:accent3><a:accent4><a:srgbClr val=\"005EB8\"/></a:accent4><a:accent5><a:srgbClr val=\"6E2585\"/></a:accent5><a:accent6><a:srgbClr val=\"63666A\"/></a:accent6><a:hlink><a:srgbClr val=\"005EB8\"/></a:hlink><a:folHlink><a:srgbClr val=\"6E2585\"/></a:folHlink></a:clrScheme><a:fontScheme name=\"Bolaget\"><a:majorFont><a:latin typeface=\"DejaVu Sans\"/><a:ea typeface=\"\"/><a:cs typeface=\"\"/></a:majorFont><a:minorFont><a:latin typeface=\"DejaVu Serif\"/><a:ea typeface=\"\"/><a:cs typeface=\"\"/></a:minorFont></a:fontScheme><a:fmtScheme name=\"Bolaget\"><a:fillStyleLst><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill></a:fillStyleLst><a:lnStyleLst><a:ln/><a:ln/><a:ln/></a:lnStyleLst><a:effectStyleLst><a:effectStyle><a:effectLst/></a:effectStyle><a:effectStyle><a:effectLst/></a:effectStyle><a:effectStyle><a:effectLst/></a:effectStyle></a:effectStyleLst><a:bgFillStyleLst><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill></a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>";
