//! The report's files as people get them, and beside each what it must say, for other programs to read.
//!
//! `KLASSRUM_FILES` names the folder they are written to; `tests/files/check.py` reads them there with LibreOffice and
//! others. Without it they are only made.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub mod reports;
    pub mod templates;
}

use std::fs;
use std::path::PathBuf;

use klassrum::register::Register;
use klassrum::report::annexes::{Cell, annexes};
use klassrum::report::model::words;
use klassrum::report::{Block, Report, Runs, Template, text, to_docx, to_docx_in, to_xlsx};
use serde_json::{Value as Json, json};
use support::reports::{example, full, long, of_2024, other_parts};
use support::templates::company;

/// What the files must say; a part that is not the report itself has no workbook, and so needs no register.
fn expected(register: Option<&Register>, report: &Report) -> Json {
    let outline: Vec<Json> =
        report.sections.iter().map(|section| json!({ "level": section.level, "heading": section.heading })).collect();
    let tables: Vec<Json> = report
        .sections
        .iter()
        .flat_map(|section| section.blocks())
        .filter_map(|block| {
            let table = block.table()?;
            // A chart's table shows what the chart does.
            Some((table, if let Block::Chart(chart) = block { &chart.alt } else { &table.caption }))
        })
        .map(|(table, shows)| {
            let letters = |row: &Vec<Runs>| row.iter().map(|cell| words(cell).chars().count()).sum::<usize>();
            let letters: Vec<usize> = table.rows.iter().map(letters).collect();
            json!({ "caption": table.caption, "header": table.header, "rows": table.rows.len(), "letters": letters, "shows": shows })
        })
        .collect();
    let figures: Vec<Json> = report
        .sections
        .iter()
        .flat_map(|section| section.blocks())
        .filter_map(|block| if let Block::Chart(chart) = block { Some(json!(chart.alt)) } else { None })
        .collect();
    let notes: Vec<&str> =
        report.sections.iter().flat_map(|section| &section.footnotes).map(|note| note.text.as_str()).collect();
    let sheets: Vec<Json> = register
        .map(|register| annexes(register, report))
        .unwrap_or_default()
        .iter()
        .map(|sheet| {
            let rows: Vec<Vec<Json>> = sheet.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
            let columns: Vec<&String> = sheet.columns.iter().map(|column| &column.heading).collect();
            json!({ "name": sheet.name, "columns": columns, "rows": rows })
        })
        .collect();
    json!({
        "title": report.title,
        "author": if report.organisation.is_empty() { "Klassrum" } else { &report.organisation },
        "dnr": report.dnr,
        "language": report.language,
        "date": report.date.unwrap_or(report.as_of).to_string(),
        "lines": text::text(report).split('\n').collect::<Vec<_>>(),
        "outline": outline,
        "tables": tables,
        "figures": figures,
        "notes": notes,
        "sheets": register.map(|_| sheets),
    })
}

fn cell(cell: &Cell) -> Json {
    match cell {
        Cell::Empty => Json::Null,
        Cell::Text(text) => json!({ "text": text }),
        Cell::Number(number) => json!({ "number": number }),
        Cell::Date(day) => json!({ "date": day.to_string() }),
        Cell::Moment(moment) => json!({ "moment": moment.to_string() }),
    }
}

#[test]
fn every_register_gives_each_kind_of_file() {
    let folder = std::env::var_os("KLASSRUM_FILES").map(PathBuf::from);
    let keep = |name: &str, bytes: &[u8]| {
        assert!(!bytes.is_empty(), "{name}");
        if let Some(folder) = &folder {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join(name), bytes).unwrap();
        }
    };
    let template = Template::read(&company().pack()).unwrap();
    keep("mall.dotx", &company().pack());
    let reports = [("tomt", Register::default()), ("exempel", example()), ("fullt", full()), ("långt", long())]
        .map(|(name, register)| (name, of_2024(&register), Some(register)));
    let parts = other_parts().into_iter().map(|(name, report)| (name, report, None));
    for (name, report, register) in reports.into_iter().chain(parts) {
        let began = std::time::Instant::now();
        let own = to_docx(&report).unwrap();
        let in_own = began.elapsed();
        let began = std::time::Instant::now();
        let in_template = to_docx_in(&report, &Template::read(&company().pack()).unwrap()).unwrap();
        println!("{name}: {} ms in our form, {} ms in a template", in_own.as_millis(), began.elapsed().as_millis());
        assert_eq!(in_template, to_docx_in(&report, &template).unwrap());
        keep(&format!("{name}.docx"), &own);
        keep(&format!("{name}-i-mall.docx"), &in_template);
        if let Some(register) = &register {
            keep(&format!("{name}.xlsx"), &to_xlsx(register, &report).unwrap());
        }
        let expected = serde_json::to_string_pretty(&expected(register.as_ref(), &report)).unwrap();
        keep(&format!("{name}.json"), expected.as_bytes());
    }
}
