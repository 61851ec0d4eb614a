//! What people write in a section, as blocks.
//!
//! A blank line begins a paragraph. Lines that begin with `- ` or `• ` are a list, lines from `1. ` a numbered one, and
//! an indented line goes on with the item above it. Lines that begin with `|` are the rows of a table, the first of them
//! its headings; a line `Tabell: …` right above names it. `{{classified}}` is a figure. What stands in `[[…]]` is kept out
//! of the open report, by the paragraph that it begins with (`[[18:13 …]]`) or by 18 kap. 8 § OSL; so are addresses of
//! places. Nothing else is markup.

use super::figures::{Figure, Figures};
use super::model::{Align, Block, Run, Runs, Table, Withheld, number, printable, words};
use super::secrecy::{self, Ground, Piece};
use crate::register::{Choose, Term};

/// The blocks of a text.
#[must_use]
pub fn blocks(text: &str, figures: &Figures) -> Vec<Block> {
    let (text, passages) = secrecy::taken_out(&printable(text));
    let runs = |text: &str| without(text, &passages, |text| with_figures(text, figures));
    let mut gathered: Vec<Gathered> = Vec::new();
    let mut after_blank = true;
    for line in text.lines() {
        let words = line.trim();
        if words.is_empty() {
            after_blank = true;
            continue;
        }
        if let Some(row) = words.strip_prefix('|') {
            match gathered.last_mut() {
                Some(Gathered::Rows(_, rows)) if !after_blank => rows.push(row.to_owned()),
                Some(Gathered::Words(held)) if !after_blank && is_name(held) => {
                    let name = name_of(held);
                    gathered.pop();
                    gathered.push(Gathered::Rows(name, vec![row.to_owned()]));
                }
                _ => gathered.push(Gathered::Rows(String::new(), vec![row.to_owned()])),
            }
            after_blank = false;
            continue;
        }
        let bullet = words.strip_prefix("- ").or_else(|| words.strip_prefix("• "));
        match (bullet, numbered(words), gathered.last_mut()) {
            (Some(item), _, Some(Gathered::Bullets(items))) => items.push(item.to_owned()),
            (Some(item), ..) => gathered.push(Gathered::Bullets(vec![item.to_owned()])),
            (_, Some((number, item)), Some(Gathered::Numbered(items))) if number != 1 => items.push(item.to_owned()),
            (_, Some((1, item)), _) => gathered.push(Gathered::Numbered(vec![item.to_owned()])),
            (.., Some(Gathered::Words(held))) if !after_blank => go_on(held, words),
            (.., Some(Gathered::Bullets(items) | Gathered::Numbered(items))) if !after_blank && is_indented(line) => {
                items.iter_mut().last().into_iter().for_each(|item| go_on(item, words));
            }
            _ => gathered.push(Gathered::Words(words.to_owned())),
        }
        after_blank = false;
    }
    let all = |items: Vec<String>| items.iter().map(|item| runs(item)).collect();
    gathered
        .into_iter()
        .flat_map(|gathered| match gathered {
            Gathered::Words(words) => vec![Block::Paragraph(runs(&words))],
            Gathered::Bullets(items) => vec![Block::Bullets(all(items))],
            Gathered::Numbered(items) => vec![Block::Numbered(all(items))],
            Gathered::Rows(name, rows) => {
                let (table, left_out) = table(&name, &rows, &runs);
                std::iter::once(Block::Table(table)).chain(left_out).collect()
            }
        })
        .collect()
}

enum Gathered {
    Words(String),
    Bullets(Vec<String>),
    Numbered(Vec<String>),
    Rows(String, Vec<String>),
}

const NAME: &str = "Tabell:";

/// Whether a paragraph names the table below it.
fn is_name(words: &str) -> bool {
    words.starts_with(NAME) && !words.contains('\n')
}

fn name_of(words: &str) -> String {
    words.strip_prefix(NAME).unwrap_or(words).trim().to_owned()
}

/// The most columns a table of a text has: more don't fit a page.
const COLUMNS: usize = 12;

/// A table from rows of cells with `|` between them. A row that lacks a cell gets an empty one, and one that has more
/// than there are headings keeps them in its last cell. What is kept out of its name and its headings, which are plain
/// words, is told below it, or it would be lost to the annex.
fn table(name: &str, rows: &[String], runs: &impl Fn(&str) -> Runs) -> (Table, Option<Block>) {
    let cells = |row: &String, most: usize| -> Vec<String> {
        let row = row.trim();
        let row = row.strip_suffix('|').unwrap_or(row);
        row.splitn(most, '|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut withheld = Runs::new();
    let mut plain = |text: &str| {
        let runs = runs(text);
        let said = words(&runs);
        withheld.extend(runs.into_iter().filter(|run| matches!(run, Run::Withheld(_))));
        said
    };
    let caption = if name.is_empty() { "Tabell".to_owned() } else { plain(name) };
    let header: Vec<String> =
        rows.first().map(|row| cells(row, COLUMNS).iter().map(|cell| plain(cell)).collect()).unwrap_or_default();
    let columns = header.len().max(1);
    let is_rule =
        |row: &&String| row.contains("---") && row.chars().all(|letter| matches!(letter, '-' | ':' | '|' | ' '));
    let rows = rows.iter().skip(1).filter(|row| !is_rule(row)).map(|row| {
        let mut row: Vec<Runs> = cells(row, columns).iter().map(|cell| runs(cell)).collect();
        row.resize(columns, Runs::new());
        row
    });
    let table = Table { caption, align: vec![Align::Left; columns], header, rows: rows.collect() };
    let left_out = (!withheld.is_empty()).then(|| {
        let mut told = vec![Run::text("Undantaget ur tabellens rubriker:")];
        told.extend(withheld.into_iter().flat_map(|run| [Run::text(" "), run]));
        Block::Paragraph(told)
    });
    (table, left_out)
}

/// The number and the words of a line like `12. words`. A year is no such number.
fn numbered(line: &str) -> Option<(u8, &str)> {
    let (digits, words) = line.split_once(". ")?;
    let is_number = digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    Some((is_number.then(|| digits.parse().ok())??, words))
}

fn is_indented(line: &str) -> bool {
    line.starts_with([' ', '\u{A0}'])
}

fn go_on(held: &mut String, words: &str) {
    held.push('\n');
    held.push_str(words);
}

/// Text with its placeholders turned into figures, and without what is kept out of the open report. A placeholder that
/// names no figure stays as it is.
#[must_use]
pub fn runs(text: &str, figures: &Figures) -> Runs {
    let (text, passages) = secrecy::taken_out(text);
    without(&text, &passages, |text| with_figures(text, figures))
}

/// A name, a title or a role from the register, without what is kept out of the open report; braces are braces in it.
pub(super) fn named(text: &str) -> Runs {
    let (text, passages) = secrecy::taken_out(text);
    without(&text, &passages, |text| vec![Run::text(text)])
}

/// The runs of a text whose passages have been taken out.
fn without(text: &str, passages: &[(String, Ground)], said: impl Fn(&str) -> Runs) -> Runs {
    let mut runs = Runs::new();
    for piece in secrecy::pieces(text) {
        match piece {
            Piece::Open(text) => runs.extend(said(text)),
            Piece::Passage(place) => runs.extend(passages.get(place).map(|(text, ground)| {
                let hidden = words(&said(text));
                Run::Withheld(Withheld { shown: secrecy::UNNUMBERED.to_owned(), hidden, ground: *ground })
            })),
        }
    }
    runs
}

fn with_figures(text: &str, figures: &Figures) -> Runs {
    let mut runs = Vec::new();
    let mut words = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let found = after.split_once("}}").and_then(|(key, after)| Some((Figure::from_key(key.trim())?, after)));
        words.push_str(before);
        if let Some((figure, after)) = found {
            if !words.is_empty() {
                runs.push(Run::text(&std::mem::take(&mut words)));
            }
            runs.push(Run::Figure { figure, value: number(figures.get(figure)) });
            rest = after;
        } else {
            words.push_str("{{");
            rest = after;
        }
    }
    words.push_str(rest);
    if !words.is_empty() {
        runs.push(Run::text(&words));
    }
    runs
}

/// The placeholder of a figure.
#[must_use]
pub fn placeholder(figure: Figure) -> String {
    format!("{{{{{}}}}}", figure.key())
}

/// Every figure that can be put into a text: its placeholder, its name, and what it is now.
#[must_use]
pub fn insertable(figures: &Figures) -> Vec<(String, Term, String)> {
    Figure::ALL.iter().map(|figure| (placeholder(*figure), figure.term(), number(figures.get(*figure)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::Register;

    fn shape(text: &str) -> Vec<String> {
        let figures = Figures::count(&Register::default(), 2024, jiff::civil::date(2025, 1, 1));
        let items = |mark: &str, items: &[Runs]| items.iter().map(|item| format!("{mark}{}", words(item))).collect();
        blocks(text, &figures)
            .iter()
            .map(|block| match block {
                Block::Paragraph(runs) => vec![words(runs)],
                Block::Bullets(list) => items("* ", list),
                Block::Numbered(list) => items("# ", list),
                Block::Table(table) => {
                    let rows =
                        table.rows.iter().map(|row| row.iter().map(|cell| words(cell)).collect::<Vec<_>>().join("/"));
                    [table.caption.clone(), table.header.join("/")].into_iter().chain(rows).collect()
                }
                Block::KeyFigures(_) | Block::Chart(_) => vec![],
            })
            .map(|block| block.join("|"))
            .collect()
    }

    #[test]
    fn a_text_has_the_blocks_that_its_lines_say() {
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            ("\n \n", &[]),
            ("Ett\ntvå\n\n\ntre", &["Ett\ntvå", "tre"]),
            ("Så här:\n- ett\n- två\nslut", &["Så här:", "* ett|* två", "slut"]),
            ("• ett\n  mer\n• två", &["* ett\nmer|* två"]),
            ("- ett\n\n- två", &["* ett|* två"]),
            ("1. ett\n2. två", &["# ett|# två"]),
            ("3. är ingen lista", &["3. är ingen lista"]),
            ("2024. Ett år", &["2024. Ett år"]),
            ("# Rubrik\n*fet* <b>", &["# Rubrik\n*fet* <b>"]),
            (
                "Tabell: Mål\n| Mål | Utfall |\n|---|---|\n| Ett |\n| Två | 3 | mer |",
                &["Mål|Mål/Utfall|Ett/|Två/3 | mer"],
            ),
            (
                "Tabell: Mål [[på plan 4]]\n|a|[[18:13 b]]|\n|1|2|",
                &["Mål [sekretess]|a/[sekretess]|1/2", "Undantaget ur tabellens rubriker: [sekretess] [sekretess]"],
            ),
            ("Text\n|a|b|\n\n|c", &["Text", "Tabell|a/b", "Tabell|c"]),
            ("|a|\n|-|", &["Tabell|a|-"]),
            ("|", &["Tabell|"]),
            ("-utan mellanrum", &["-utan mellanrum"]),
            ("a\r\nb\rc\u{0}d\u{1b}", &["a\nb\ncd"]),
        ];
        for (text, expected) in table {
            assert_eq!(shape(text), *expected, "{text:?}");
        }
    }

    #[test]
    fn a_placeholder_becomes_its_figure_and_an_unknown_one_stays() {
        let figures = Figures::count(&Register::default(), 2024, jiff::civil::date(2025, 1, 1));
        let zero = |figure| Run::Figure { figure, value: "0".into() };
        assert_eq!(
            runs("{{systems}} av {{ classified }}.", &figures),
            [zero(Figure::Systems), Run::Text(" av ".into()), zero(Figure::Classified), Run::Text(".".into())]
        );
        for text in ["{{klassade}}", "{{", "{{systems", "{systems}", "}}{{"] {
            assert_eq!(runs(text, &figures), [Run::Text(text.into())], "{text}");
        }
        assert_eq!(words(&runs("{{x {{systems}}", &figures)), "{{x 0");
    }

    #[test]
    fn every_figure_can_be_inserted_and_is_then_read_back() {
        let figures = Figures::count(&Register::default(), 2024, jiff::civil::date(2025, 1, 1));
        let all = insertable(&figures);
        assert_eq!(all.len(), Figure::ALL.len());
        for ((placeholder, _, value), figure) in all.iter().zip(Figure::ALL) {
            assert_eq!(runs(placeholder, &figures), [Run::Figure { figure: *figure, value: value.clone() }]);
        }
    }
}
