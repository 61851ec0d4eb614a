//! The report in an organisation's own Word template: its form, our words, and nothing that reaches outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub mod reports;
    pub mod templates;
}

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};

use klassrum::register::{Language, Register};
use klassrum::report::{Report, Template, TemplateError, text, to_docx, to_docx_in};
use quick_xml::events::Event;
use support::reports::{docx_text, example, full, of_2024, part};
use support::templates::{DRAWING, Mall, W, company, field, logo, packed, picture};

fn made(report: &Report, mall: &Mall) -> Vec<u8> {
    to_docx_in(report, &Template::read(&mall.pack()).unwrap()).unwrap()
}

fn refused(mall: &Mall) -> TemplateError {
    Template::read(&mall.pack()).expect_err("refused")
}

fn names(file: &[u8]) -> Vec<String> {
    let zip = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    zip.file_names().map(|name| name.unwrap().into_owned()).collect()
}

/// All that is text in a file.
fn all_text(file: &[u8]) -> String {
    let parts = names(file).into_iter().filter(|name| name.ends_with(".xml") || name.ends_with(".rels"));
    parts.map(|name| part(file, &name)).collect()
}

/// Every part can be read, and what is named is there.
fn whole(file: &[u8]) {
    let names = names(file);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for name in names.iter().filter(|name| name.ends_with(".xml") || name.ends_with(".rels")) {
        let text = part(file, name);
        let mut reader = quick_xml::NsReader::from_str(&text);
        loop {
            match reader.read_resolved_event().unwrap_or_else(|why| panic!("{name}: {why}")) {
                (quick_xml::name::ResolveResult::Unknown(prefix), _) => panic!("{name}: {prefix:?} is never said"),
                (_, Event::Eof) => break,
                _ => {}
            }
        }
        if let Some(of) = name.strip_suffix(".rels") {
            assert!(!text.contains("TargetMode"), "{name} leads outside");
            let folder = of.split("_rels/").next().unwrap();
            for target in text.split("Target=\"").skip(1).filter_map(|after| after.split('"').next()) {
                let target = target.strip_prefix('/').map_or_else(|| format!("{folder}{target}"), str::to_owned);
                assert!(names.contains(&target), "{target} is related and not there");
            }
        }
    }
    for named in part(file, "[Content_Types].xml").split("PartName=\"/").skip(1) {
        let named = named.split('"').next().unwrap();
        assert!(names.iter().any(|name| name == named), "{named} is named and not there");
    }
    let ids = |text: &str, mark: &str| -> BTreeSet<String> {
        text.split(mark).skip(1).filter_map(|after| after.split('"').next()).map(str::to_owned).collect()
    };
    let (document, styles) = (part(file, "word/document.xml"), part(file, "word/styles.xml"));
    let known = ids(&styles, "w:styleId=\"");
    for style in ids(&document, "Style w:val=\"").union(&ids(&styles, "<w:basedOn w:val=\"")) {
        assert!(known.contains(style), "{style} is used and not defined");
    }
    let lists = ids(&part(file, "word/numbering.xml"), "<w:num w:numId=\"");
    for list in ids(&document, "<w:numId w:val=\"") {
        assert!(lists.contains(&list), "list {list} is used and not defined");
    }
}

#[test]
fn a_document_in_a_template_says_what_the_report_says_and_nothing_of_the_template() {
    let report = of_2024(&full());
    let file = made(&report, &company());
    whole(&file);
    assert_eq!(docx_text(&file), text::text(&report));
    assert!(!all_text(&file).contains("Skriv din text här"));
    let own = to_docx(&report).unwrap();
    whole(&own);
    assert_eq!(docx_text(&own), docx_text(&file));
}

#[test]
fn its_styles_are_found_by_name_and_ours_fill_in_under_names_that_are_free() {
    let file = made(&of_2024(&example()), &company());
    let (document, styles) = (part(&file, "word/document.xml"), part(&file, "word/styles.xml"));
    for style in ["Rubrik1", "Rubrik2", "Brdtext", "Rubrik", "Punktlista"] {
        assert!(document.contains(&format!("<w:pStyle w:val=\"{style}\" />")), "{style}");
    }
    assert!(document.contains("<w:tblStyle w:val=\"Tabell\"/>"));
    assert!(styles.contains("w:fill=\"006E5A\""), "its table's look");
    // It has no third heading: ours comes, looks like the second and is numbered by nobody.
    assert!(document.contains("<w:pStyle w:val=\"Heading3\" />"));
    let heading = styles.split("w:styleId=\"Heading3\"").nth(1).unwrap().split("</w:style>").next().unwrap();
    assert!(
        heading.contains("<w:basedOn w:val=\"Rubrik2\"/>") && heading.contains("<w:numId w:val=\"0\"/>"),
        "{heading}"
    );
    assert!(!heading.contains("w:color"), "{heading}");
    // Somebody else's style has the id of our text in tables.
    assert!(styles.contains("w:styleId=\"KlassrumTableText\""));
    assert!(document.contains("<w:pStyle w:val=\"KlassrumTableText\" />"));
    assert!(!document.contains("<w:pStyle w:val=\"TableText\" />"));
    assert_eq!(styles.matches("<w:lang ").count(), 1);
    assert!(styles.contains("<w:lang w:val=\"sv-SE\""));
}

#[test]
fn names_are_in_swedish_or_english_and_in_any_letters() {
    let mut mall = company();
    for (from, to) in [("heading 1", "RUBRIK 1"), ("Body Text", "brödtext"), ("\"Tabell\"/>", "\"Tabellrutnät\"/>")] {
        mall.replace("word/styles.xml", from, to);
    }
    let mut headings = mall.text("word/styles.xml");
    headings = headings.replacen("<w:outlineLvl w:val=\"0\"/>", "", 1);
    mall.set("word/styles.xml", headings);
    let report = of_2024(&example());
    let file = made(&report, &mall);
    whole(&file);
    let document = part(&file, "word/document.xml");
    assert!(document.contains("<w:pStyle w:val=\"Brdtext\" />"));
    // Word doesn't know that this style is a heading, so each heading says so.
    let first = report.sections.iter().filter(|section| section.level == 1).count();
    assert_eq!(document.matches("<w:outlineLvl w:val=\"0\"/></w:pPr>").count(), first);
    assert!(document.contains("TOC \\o &quot;1-3&quot; \\u"), "the contents ask for outline levels");
}

#[test]
fn a_template_that_writes_in_its_ordinary_style_keeps_doing_so() {
    let mut mall = company();
    let styles = mall.text("word/styles.xml");
    let at = styles.find("<w:style w:type=\"paragraph\" w:styleId=\"Brdtext\"").unwrap();
    let end = at + styles[at..].find("</w:style>").unwrap() + "</w:style>".len();
    mall.set("word/styles.xml", format!("{}{}", &styles[..at], &styles[end..]));
    mall.replace("word/styles.xml", "<w:next w:val=\"Brdtext\"/>", "");
    let report = of_2024(&example());
    assert!(part(&made(&report, &mall), "word/document.xml").contains("<w:pStyle w:val=\"Normal\" />"));
    // Where its paragraphs would stand without any space between them, ours come.
    mall.replace("word/styles.xml", "w:after=\"160\"", "w:after=\"0\"");
    assert!(part(&made(&report, &mall), "word/document.xml").contains("<w:pStyle w:val=\"BodyText\" />"));
}

#[test]
fn its_page_headers_and_pictures_come_along() {
    let file = made(&of_2024(&example()), &company());
    let document = part(&file, "word/document.xml");
    assert!(document.contains("w:left=\"2268\""));
    assert!(document.contains("<w:titlePg/>"));
    assert!(!document.contains("w:cols"), "one column");
    assert!(document.contains("<w:tblW w:w=\"8504\""), "tables are as wide as its text");
    assert!(part(&file, "word/styles.xml").contains("w:pos=\"8504\""));
    assert_eq!(document.matches("<w:headerReference ").count(), 2);
    assert_eq!(document.matches("<w:footerReference ").count(), 2);
    assert!(names(&file).contains(&"word/media/mall1.png".to_owned()));
    let headers = format!("{}{}", part(&file, "word/header1.xml"), part(&file, "word/header2.xml"));
    assert!(headers.contains("Skolfastigheters märke"), "the picture's own words");
    assert!(part(&file, "word/theme/theme1.xml").contains("006E5A"));
    let settings = part(&file, "word/settings.xml");
    assert!(settings.contains("<w:autoHyphenation/>") && settings.contains("w:accent1=\"accent1\""));
    assert!(!settings.contains("attachedTemplate") && !settings.contains("documentProtection"));
}

#[test]
fn its_numbered_headings_and_bullets_stay_and_our_lists_begin_at_one() {
    let file = made(&of_2024(&example()), &company());
    let (document, numbering) = (part(&file, "word/document.xml"), part(&file, "word/numbering.xml"));
    assert!(numbering.contains("<w:lvlText w:val=\"%1.%2\"/>"));
    // The style for bullets says itself which list they are in.
    let bullet = document.split("<w:pStyle w:val=\"Punktlista\" />").nth(1).unwrap();
    assert!(!bullet.split("</w:p>").next().unwrap().contains("<w:numPr>"));
    let numbers: Vec<&str> =
        document.split("<w:numId w:val=\"").skip(1).filter_map(|after| after.split('"').next()).collect();
    assert!(!numbers.is_empty() && numbers.iter().all(|number| 8 < number.parse::<u32>().unwrap()), "{numbers:?}");
    assert!(numbering.contains("<w:startOverride w:val=\"1\"/>"));
}

#[test]
fn nothing_reaches_outside_the_document() {
    let mut mall = company();
    mall.replace("word/header1.xml", "</w:p></w:hdr>", &format!(
        "{}<w:fldSimple w:instr=\"INCLUDETEXT http://filer.example/x\"><w:r><w:t>bilaga</w:t></w:r></w:fldSimple>\
         <w:r><w:pict><v:shape href=\"http://bilder.example/\"><v:imagedata src=\"http://bilder.example/x.png\"/></v:shape></w:pict></w:r>\
         <w:r><w:object><o:OLEObject r:id=\"rId9\"/></w:object></w:r><w:bookmarkStart w:id=\"1\" w:name=\"_Toc000001\"/></w:p></w:hdr>",
        field("DDEAUTO excel \"\\\\server\"", "42"),
    ));
    mall.replace(
        "word/header1.xml",
        "<w:hdr ",
        "<w:hdr xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" ",
    );
    let file = made(&of_2024(&example()), &mall);
    whole(&file);
    let text = all_text(&file);
    for outside in [
        "https://mallar",
        "https://bilder",
        "http://bilder",
        "http://filer",
        "DDEAUTO",
        "INCLUDE",
        "OLEObject",
        "r:link",
        "External",
        "skolfastigheter.example/",
    ] {
        assert!(!text.contains(outside), "{outside}");
    }
    // What people read stays: the words of a link, and what a field last gave.
    for kept in ["skolfastigheter.example<", "bilaga", "42", "bilden", "PAGE", "Öppen information"] {
        assert!(text.contains(kept), "{kept}");
    }
    assert_eq!(text.matches("w:name=\"_Toc000001\"").count(), 1, "the report's own bookmarks alone");
}

#[test]
fn a_header_that_shows_the_title_shows_the_report_s() {
    let control = |store: &str, path: &str, shown: &str| {
        format!(
            "<w:sdt><w:sdtPr><w:showingPlcHdr/><w:dataBinding w:xpath=\"{path}\" w:storeItemID=\"{store}\"/></w:sdtPr>\
             <w:sdtContent><w:r><w:t>{shown}</w:t></w:r><w:r><w:t>]</w:t></w:r></w:sdtContent></w:sdt>"
        )
    };
    let mut mall = company();
    let properties = "{6C3C8BC8-F283-45AE-878A-BAB7291924A1}";
    let title = control(properties, "/ns1:coreProperties[1]/ns0:title[1]", "[Titel");
    let other = control("{00000000-1111-2222-3333-444444444444}", "/bolag[1]/ns0:title[1]", "[Avdelning");
    mall.replace("word/header1.xml", "</w:p></w:hdr>", &format!("{title}{other}</w:p></w:hdr>"));
    let file = made(&of_2024(&example()), &mall);
    whole(&file);
    let header = part(&file, "word/header1.xml");
    assert!(header.contains("<w:t>Ledningens genomgång informationssäkerhet 2024</w:t>") && !header.contains("[Titel"));
    assert!(header.contains("[Avdelning"));
    assert_eq!(header.matches("<w:dataBinding ").count(), 1, "what has no data here is tied to none");
}

#[test]
fn a_template_that_is_used_again_gives_the_same_bytes() {
    let report = of_2024(&example());
    let template = Template::read(&company().pack()).unwrap();
    let file = to_docx_in(&report, &template).unwrap();
    let _another_between = to_docx_in(&of_2024(&Register::default()), &template).unwrap();
    assert_eq!(to_docx_in(&report, &Template::read(&company().pack()).unwrap()).unwrap(), file);
    // What we have made is a template too, ours and theirs.
    for made in [file, to_docx(&report).unwrap()] {
        let again = to_docx_in(&report, &Template::read(&made).unwrap()).unwrap();
        whole(&again);
        assert_eq!(docx_text(&again), text::text(&report));
    }
}

#[test]
fn a_template_without_a_header_gets_our_footer_and_one_without_a_page_ours() {
    let mut mall = company();
    mall.set("word/document.xml", format!("<w:document {W}><w:body><w:p/></w:body></w:document>"));
    let file = made(&of_2024(&example()), &mall);
    whole(&file);
    assert!(part(&file, "word/document.xml").contains("w:w=\"11906\""));
    assert!(part(&file, "word/ownFooter.xml").contains("Dnr: SFAB 2025/148"));
    // In a style of its own: the template's may have other tabs.
    mall.replace("word/styles.xml", "\"Faktaruta\"", "\"footer\"");
    let file = made(&of_2024(&example()), &mall);
    whole(&file);
    assert!(part(&file, "word/styles.xml").contains("<w:name w:val=\"Klassrum footer\"/>"));
}

#[test]
fn the_last_upright_page_is_taken() {
    let mut mall = company();
    let section = |wide: bool, left: u32| {
        let (width, height) = if wide { (16_838, 11_906) } else { (11_906, 16_838) };
        format!(
            "<w:sectPr><w:pgSz w:w=\"{width}\" w:h=\"{height}\"/><w:pgMar w:top=\"1000\" w:right=\"1000\" w:bottom=\"1000\" \
             w:left=\"{left}\" w:header=\"500\" w:footer=\"500\" w:gutter=\"0\"/></w:sectPr>"
        )
    };
    mall.set(
        "word/document.xml",
        format!(
            "<w:document {W}><w:body><w:p><w:pPr>{}</w:pPr></w:p><w:p><w:pPr>{}</w:pPr></w:p>{}</w:body></w:document>",
            section(false, 1111),
            section(false, 2222),
            section(true, 3333)
        ),
    );
    let page = part(&made(&of_2024(&example()), &mall), "word/document.xml");
    assert!(page.contains("w:left=\"2222\"") && page.contains("<w:tblW w:w=\"8684\""));
}

#[test]
fn a_picture_that_is_also_a_drawing_keeps_the_picture() {
    let mut mall = company();
    let both = picture("rId4", "embed").replace(
        "<a:blip r:embed=\"rId4\"/>",
        "<a:blip r:embed=\"rId4\"><a:extLst><a:ext uri=\"{96DAC541}\"><asvg:svgBlip xmlns:asvg=\"http://schemas.microsoft.com/office/drawing/2016/SVG/main\" r:embed=\"rId5\"/></a:ext></a:extLst></a:blip>",
    );
    mall.set("word/header2.xml", format!("<w:hdr {W} {DRAWING}><w:p>{both}</w:p></w:hdr>"));
    mall.set("word/media/logga.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    mall.replace(
        "word/_rels/header2.xml.rels",
        "https://bilder.example/spion.png\" TargetMode=\"External\"",
        "media/logga.svg\"",
    );
    let file = made(&of_2024(&example()), &mall);
    whole(&file);
    assert!(names(&file).contains(&"word/media/mall1.png".to_owned()));
    assert!(!names(&file).iter().any(|name| name.ends_with(".svg")));
    assert!(all_text(&file).contains("r:embed=\"rId1\""));
}

#[test]
fn what_is_no_template_is_refused_with_what_is_wrong() {
    assert_eq!(Template::read(b"").unwrap_err(), TemplateError::Empty);
    assert_eq!(Template::read(b"%PDF-1.7").unwrap_err(), TemplateError::NotAPackage);
    assert_eq!(
        Template::read(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0]).unwrap_err(),
        TemplateError::OldOrLocked
    );
    assert!(matches!(Template::read(&logo()).unwrap_err(), TemplateError::NotAPackage));
    let cut = company().pack();
    assert!(
        matches!(Template::read(&cut[..cut.len() / 2]), Err(TemplateError::Damaged { part, .. }) if part.is_empty())
    );
    assert!(matches!(Template::read(&vec![b'P'; 20_000_001]), Err(TemplateError::TooLarge { .. })));
    assert_eq!(refused(company().remove("word/document.xml")), TemplateError::NoDocument);
    assert_eq!(refused(company().remove("word/styles.xml")), TemplateError::NoStyles);
    assert_eq!(refused(company().set("xl/workbook.xml", "")), TemplateError::OtherKind);
    assert_eq!(refused(company().set("mimetype", "application/vnd.oasis.opendocument.text")), TemplateError::OtherKind);
    assert_eq!(refused(company().set("word/vbaProject.bin", "")), TemplateError::Macros);
    assert_eq!(
        refused(company().replace(
            "[Content_Types].xml",
            "openxmlformats-officedocument.wordprocessingml.template.main",
            "ms-word.template.macroEnabledTemplate.main"
        )),
        TemplateError::Macros
    );
    assert_eq!(
        refused(company().replace(
            "_rels/.rels",
            "http://schemas.openxmlformats.org/officeDocument/2006",
            "http://purl.oclc.org/ooxml/officeDocument"
        )),
        TemplateError::Strict
    );
    let mut many = company();
    many.parts.extend((0..2_000).map(|number| (format!("skräp/{number}"), Vec::new())));
    assert!(matches!(refused(&many), TemplateError::TooManyParts { .. }));
}

#[test]
fn a_part_that_is_damaged_is_named() {
    let tricks = [
        ("word/styles.xml", "<w:styles"),
        ("word/styles.xml", "<styles/>"),
        ("word/document.xml", "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>"),
        ("word/header1.xml", "<w:hdr/>"),
        ("word/theme/theme1.xml", "<a:theme xmlns:a=\"x\">&#1;</a:theme>"),
        ("word/numbering.xml", "\u{0}"),
    ];
    for (name, text) in tricks {
        let why = refused(company().set(name, text));
        assert!(matches!(&why, TemplateError::Damaged { part, .. } if part == name), "{name}: {why}");
        assert!(why.text(Language::Swedish).contains(name));
    }
    let deep = format!("<w:styles {W}>{}{}</w:styles>", "<w:style>".repeat(200), "</w:style>".repeat(200));
    assert!(matches!(refused(company().set("word/styles.xml", deep)), TemplateError::Damaged { .. }));
}

#[test]
fn what_swells_is_refused_before_it_has_swollen() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in company().parts {
        zip.start_file(name.as_str(), options).unwrap();
        if name == "word/document.xml" {
            let nothing = vec![b' '; 1_000_000];
            (0..70).for_each(|_| zip.write_all(&nothing).unwrap());
        }
        zip.write_all(&bytes).unwrap();
    }
    let bomb = zip.finish().unwrap().into_inner();
    assert!(bomb.len() < 1_000_000, "it is small outside");
    assert!(matches!(Template::read(&bomb), Err(TemplateError::Swells { .. })));
}

#[test]
fn every_refusal_says_what_to_do_in_both_languages() {
    let all = [
        TemplateError::Unreadable,
        TemplateError::Empty,
        TemplateError::TooLarge { bytes: 21_000_000, max: 20_000_000 },
        TemplateError::OldOrLocked,
        TemplateError::NotAPackage,
        TemplateError::OtherKind,
        TemplateError::NoDocument,
        TemplateError::NoStyles,
        TemplateError::Macros,
        TemplateError::Strict,
        TemplateError::TooManyParts { max: 2_000 },
        TemplateError::Swells { max: 60_000_000 },
        TemplateError::Damaged { part: String::new(), why: "x".into() },
        TemplateError::Damaged { part: "word/styles.xml".into(), why: "x".into() },
    ];
    let mut said = BTreeSet::new();
    for why in all {
        let (swedish, english) = (why.text(Language::Swedish), why.text(Language::English));
        assert!(swedish.ends_with("Registret är orört.") && english.ends_with("The register is untouched."));
        assert!(2 < swedish.matches(". ").count() + 1 || swedish.contains("Välj"), "{swedish}");
        assert!(said.insert(swedish) && said.insert(english));
    }
}

#[test]
fn a_file_within_the_package_cannot_lead_out_of_it() {
    let mut mall = company();
    mall.replace("word/_rels/header2.xml.rels", "media/logga.png", "../../../etc/logga.png");
    mall.set("../etc/logga.png", logo());
    let file = made(&of_2024(&example()), &mall);
    whole(&file);
    assert!(!names(&file).iter().any(|name| name.contains("logga") || name.contains("..")));
}

#[test]
fn a_packed_part_is_read_as_it_was() {
    let file = packed(&[("a".to_owned(), logo())]);
    let mut bytes = Vec::new();
    zip::ZipArchive::new(Cursor::new(file)).unwrap().by_name("a").unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, logo());
}
