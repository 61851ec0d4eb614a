//! Cells to values: dates, levels, yes and no, choices, as people write them.

use super::doubt::Why;
use super::table::Cell;
use crate::catalogue;
use crate::register::value::{FieldType, LINE_MAX, PROSE_MAX};
use crate::register::{Choice, Date, DateTime, Field, Incident, Kind, Level, RecordKind, Value};

/// What a cell says to a field; `None` when it says nothing.
pub(super) fn value(record: RecordKind, field: Field, cell: &Cell) -> Result<Option<Value>, Why> {
    if cell.is_empty() {
        return Ok(None);
    }
    if let Cell::Error(error) = cell {
        return Err(Why::Failed(error.clone()));
    }
    match field.kind {
        Kind::Line => line(&cell.text()).map(|text| Some(Value::Line(text))),
        Kind::Prose => prose(&cell.text()).map(|text| Some(Value::Prose(text))),
        Kind::Date => Ok(date(cell)?.map(|(date, _)| Value::Date(date))),
        Kind::Moment => Ok(date(cell)?.map(|(date, moment)| Value::Moment(moment.unwrap_or(date.at(0, 0, 0, 0))))),
        Kind::Flag => Ok(yes_or_no(cell)?.map(Value::Flag)),
        Kind::Number => number(cell).map(Some),
        Kind::Choice(choices) if choices == <Level as crate::register::Choose>::CHOICES => {
            Ok(level(cell)?.map(|level| Some(level).value()))
        }
        Kind::Choice(choices) => choice(record, field, choices, &cell.text()),
        // No list has such a column.
        Kind::Frozen => Ok(None),
    }
}

/// One line: no line breaks, no doubled spaces.
pub(super) fn line(text: &str) -> Result<String, Why> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    within(text, LINE_MAX)
}

fn prose(text: &str) -> Result<String, Why> {
    within(text.trim().replace("\r\n", "\n").replace('\r', "\n"), PROSE_MAX)
}

fn within(text: String, max: usize) -> Result<String, Why> {
    let length = text.chars().count();
    if max < length { Err(Why::TooLong { length, max }) } else { Ok(text) }
}

fn number(cell: &Cell) -> Result<Value, Why> {
    let text = cell.text();
    let digits: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    digits.parse().map(Value::Number).map_err(|_| Why::NoNumber(shown(&text)))
}

/// Yes or no; `None` when neither is said.
pub(super) fn yes_or_no(cell: &Cell) -> Result<Option<bool>, Why> {
    match cell {
        Cell::Flag(flag) => Ok(Some(*flag)),
        Cell::Error(error) => Err(Why::Failed(error.clone())),
        cell if cell.is_empty() => Ok(None),
        cell => {
            let text = cell.text();
            if catalogue::value("yes", &text).is_some() {
                Ok(Some(true))
            } else if catalogue::value("no", &text).is_some() {
                Ok(Some(false))
            } else if catalogue::value("empty", &text).is_some() {
                Ok(None)
            } else {
                Err(Why::NeitherYesNorNo(shown(&text)))
            }
        }
    }
}

/// A level as `2`, `Betydande`, `2 - Betydande`, `K2` or `Nivå 2`; `None` when the cell says that there is none.
pub(super) fn level(cell: &Cell) -> Result<Option<Level>, Why> {
    match cell {
        Cell::Error(error) => return Err(Why::Failed(error.clone())),
        cell if cell.is_empty() => return Ok(None),
        _ => {}
    }
    let text = cell.text();
    if catalogue::value("empty", &text).is_some() {
        return Ok(None);
    }
    let no_level = || Why::NoLevel(shown(&text));
    let mut number = None;
    let mut words = Vec::new();
    if text.trim().parse::<i64>().is_ok_and(i64::is_negative) {
        return Err(no_level());
    }
    // A decimal that is whole, as a calculation may leave it.
    let plain = text.trim().trim_end_matches(",0").trim_end_matches(".0").to_owned();
    for word in catalogue::fold(&plain).split(' ') {
        let digits = word.strip_prefix(['k', 'r', 't', 's']).unwrap_or(word);
        if let Ok(given) = digits.parse::<u32>() {
            if number.replace(Level::from_number(given).ok_or_else(no_level)?).is_some() {
                return Err(no_level());
            }
        } else if catalogue::value("level filler", word).is_none() {
            words.push(word.to_owned());
        }
    }
    let word = match words.join(" ") {
        words if words.is_empty() => None,
        words => {
            let key = catalogue::value("level", &words).ok_or_else(no_level)?;
            Option::<Level>::read(Value::Choice(key.to_owned())).flatten()
        }
    };
    match (number, word) {
        // ”2 – Måttlig” is an older scale, where the numbers began at one.
        (Some(number), Some(word)) if number != word => Err(Why::OtherScale(shown(&text))),
        (number, word) => number.or(word).map(Some).ok_or_else(no_level),
    }
}

fn choice(record: RecordKind, field: Field, choices: &[Choice], text: &str) -> Result<Option<Value>, Why> {
    use crate::register::value::Choose;
    let folded = catalogue::fold(text);
    let names = |name: &str| {
        let name = catalogue::fold(name);
        // ”2 – Medel” is known by all of it, by its number and by its word.
        let parts = name.split_once(' ').filter(|(number, _)| number.parse::<u32>().is_ok());
        name == folded || parts.is_some_and(|(number, word)| number == folded || word == folded)
    };
    let key = choices
        .iter()
        .find(|choice| names(choice.key) || names(choice.term.sv) || names(choice.term.en))
        .map(|choice| choice.key)
        .or_else(|| catalogue::value(&format!("{}.{}", record.key(), field.key), text));
    match key {
        Some(key) => Ok(Some(Value::Choice(key.to_owned()))),
        None if catalogue::value("empty", text).is_some() => Ok(None),
        None if record == RecordKind::Incident && field == Incident::KIND => Err(Why::UnknownKind(shown(text))),
        None => Err(Why::NoChoice(shown(text))),
    }
}

/// A cell's text in a message: one line, not too long.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// A day, with its time of day where one is given; `None` when the cell says that there is none.
pub(super) fn date(cell: &Cell) -> Result<Option<(Date, Option<DateTime>)>, Why> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Date(date) => Ok(Some((*date, None))),
        Cell::Moment(moment) => Ok(Some((moment.date(), Some(*moment)))),
        Cell::Number(number) => serial(*number).map(Some).ok_or_else(|| Why::NoDate(shown(&cell.text()))),
        Cell::Error(error) => Err(Why::Failed(error.clone())),
        Cell::Flag(_) => Err(Why::NoDate(shown(&cell.text()))),
        Cell::Text(text) if text.trim().is_empty() => Ok(None),
        Cell::Text(text) if catalogue::value("empty", text).is_some() => Ok(None),
        Cell::Text(text) => parse_date(text).map(Some),
    }
}

/// Days since 30 December 1899, as Excel counts them; only such as can be dates of our time.
fn serial(number: f64) -> Option<(Date, Option<DateTime>)> {
    if !(20_000.0..=80_000.0).contains(&number) {
        return None;
    }
    let days = number.floor();
    let seconds = ((number - days) * 86_400.0).round();
    let date = Date::constant(1899, 12, 30).checked_add(jiff::Span::new().days(days as i64)).ok()?;
    let moment = date.at(0, 0, 0, 0).checked_add(jiff::Span::new().seconds(seconds as i64)).ok()?;
    Some((moment.date(), (0.0 < seconds).then_some(moment)))
}

fn parse_date(text: &str) -> Result<(Date, Option<DateTime>), Why> {
    let unclear = || Why::NoDate(shown(text));
    let folded = text.trim().to_lowercase();
    if let Ok(number) = folded.replace(',', ".").parse::<f64>()
        && let Some(found) = serial(number)
    {
        return Ok(found);
    }
    let (day, time) = split_time(&folded);
    let date = parse_day(&day).ok_or_else(unclear)??;
    match time {
        None => Ok((date, None)),
        Some(time) => {
            let moment = parse_time(&time).and_then(|(hour, minute, second)| {
                jiff::civil::Time::new(hour, minute, second, 0).ok().map(|time| date.to_datetime(time))
            });
            Ok((date, Some(moment.ok_or_else(unclear)?)))
        }
    }
}

/// Parts the day from the time: `2024-11-26 09:15`, `2024-11-26T09:15:00Z`, `26/11 2024 kl. 9.15`.
fn split_time(text: &str) -> (String, Option<String>) {
    for mark in [" kl. ", " kl ", " klockan "] {
        if let Some((day, time)) = text.split_once(mark) {
            return (day.trim().to_owned(), Some(time.trim().to_owned()));
        }
    }
    if let Some(end) = text.find(':') {
        let before = text.get(..end).unwrap_or_default();
        if let Some(start) = before.rfind([' ', 't', ',']) {
            let (day, time) = (text.get(..start).unwrap_or_default(), text.get(start + 1..).unwrap_or_default());
            return (day.trim().trim_end_matches(',').to_owned(), Some(time.trim().to_owned()));
        }
    }
    (text.to_owned(), None)
}

fn parse_time(text: &str) -> Option<(i8, i8, i8)> {
    let text = text.trim_end_matches('z');
    // An offset is no part of the office's own time.
    let text = text.split('+').next().unwrap_or(text);
    let mut parts = text.splitn(3, [':', '.']);
    let hour = parts.next()?.trim().parse().ok()?;
    let minute = parts.next()?.trim().parse().ok()?;
    let second = match parts.next() {
        Some(second) => second.split('.').next()?.trim().parse().ok()?,
        None => 0,
    };
    Some((hour, minute, second))
}

/// A day in one of the forms that people write. The outer option is whether it looks like a day at all.
fn parse_day(text: &str) -> Option<Result<Date, Why>> {
    let sure = |year: i16, month: i8, day: i8| {
        let sane = (1950..=2150).contains(&year);
        sane.then(|| Date::new(year, month, day).ok()).flatten().map(Ok)
    };
    let parts: Vec<&str> =
        text.split([' ', '-', '/', '.', ',', '\u{a0}', '–']).filter(|part| !part.is_empty()).collect();
    // ”tisdag den 26 november 2024”
    let weekday = |word: &str| word.ends_with("dag") || word == "den" || word.ends_with("day");
    let parts: Vec<&str> = parts.into_iter().filter(|part| !weekday(part)).collect();
    match parts.as_slice() {
        [digits] if digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            sure(digits.get(..4)?.parse().ok()?, digits.get(4..6)?.parse().ok()?, digits.get(6..)?.parse().ok()?)
        }
        [year, month, day] if year.len() == 4 => sure(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?),
        [first, second, year] if year.len() == 4 => {
            let year: i16 = year.parse().ok()?;
            if let Some(month) = catalogue::value("month", second) {
                return sure(year, month.parse().ok()?, first.trim_end_matches(":e").parse().ok()?);
            }
            if let Some(month) = catalogue::value("month", first) {
                return sure(year, month.parse().ok()?, second.parse().ok()?);
            }
            let (first, second): (i8, i8) = (first.parse().ok()?, second.parse().ok()?);
            // ”26/11 2024” and ”26.11.2024” are written by Swedes, day first; ”03/04/2024” may be by either side of an ocean.
            let slashes = text.matches('/').count() + text.matches('-').count() == 2;
            if !slashes || first == second || 12 < first {
                sure(year, second, first)
            } else if 12 < second {
                sure(year, first, second)
            } else {
                Some(Err(Why::DayOrMonth(shown(text))))
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date as day, datetime};

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn dates_are_read_as_swedes_write_them() {
        let expected = day(2024, 11, 26);
        for written in [
            "2024-11-26",
            "2024/11/26",
            "2024.11.26",
            "20241126",
            "26/11 2024",
            "26/11-2024",
            "26.11.2024",
            "26/11/2024",
            "11/26/2024",
            "26 nov 2024",
            "26 nov. 2024",
            "26 november 2024",
            "den 26 november 2024",
            "Tisdag 26 November 2024",
            "November 26, 2024",
            "45622",
            " 2024-11-26 ",
            "2024-11-26T00:00:00",
            "26–11–2024",
        ] {
            let found = date(&text(written)).unwrap_or_else(|why| panic!("{written:?}: {why:?}"));
            assert_eq!(found.unwrap().0, expected, "{written:?}");
        }
        assert_eq!(date(&Cell::Number(45622.0)), Ok(Some((expected, None))));
    }

    #[test]
    fn times_are_read_beside_the_day() {
        let expected = datetime(2024, 11, 26, 9, 15, 0, 0);
        for written in [
            "2024-11-26 09:15",
            "2024-11-26T09:15:00",
            "2024-11-26T09:15:00.000Z",
            "2024-11-26 9:15:00",
            "26/11 2024 kl. 9.15",
            "26 november 2024, 09:15",
            "2024-11-26, 09:15",
            "2024-11-26 kl 09:15",
        ] {
            let found = date(&text(written)).unwrap_or_else(|why| panic!("{written:?}: {why:?}"));
            assert_eq!(found.unwrap().1, Some(expected), "{written:?}");
        }
        assert_eq!(date(&Cell::Number(45622.0 + 9.25 / 24.0)).unwrap().unwrap().1, Some(expected));
    }

    #[test]
    fn a_date_that_could_be_another_is_asked_about() {
        for written in ["03/04/2024", "3-4-2024"] {
            assert!(matches!(date(&text(written)), Err(Why::DayOrMonth(_))), "{written:?}");
        }
        for written in
            ["i våras", "2024", "2024-13-01", "2024-02-30", "26/11", "nov 2024", "241126", "2024-11-26 25:99"]
        {
            assert!(matches!(date(&text(written)), Err(Why::NoDate(_))), "{written:?}");
        }
    }

    #[test]
    fn levels_are_read_by_number_and_by_name() {
        for (written, expected) in [
            ("0", Level::Negligible),
            ("2", Level::Significant),
            ("2,0", Level::Significant),
            ("Betydande", Level::Significant),
            ("2 - Betydande", Level::Significant),
            ("2 – betydande skada", Level::Significant),
            ("2 (Betydande)", Level::Significant),
            ("K2", Level::Significant),
            ("Nivå 3", Level::Serious),
            ("3 Allvarlig skada", Level::Serious),
            ("4 – synnerligen allvarlig", Level::Exceptional),
            ("Ingen eller försumbar", Level::Negligible),
            ("significant", Level::Significant),
        ] {
            assert_eq!(level(&text(written)), Ok(Some(expected)), "{written:?}");
        }
        assert_eq!(level(&Cell::Number(1.0)), Ok(Some(Level::Moderate)));
        assert_eq!(level(&text("-")), Ok(None));
    }

    #[test]
    fn what_is_no_level_is_asked_about() {
        for written in ["9", "5", "-1", "2,5", "2-2-2", "hög", "23"] {
            let found = level(&text(written));
            assert!(matches!(found, Err(Why::NoLevel(_))), "{written:?}: {found:?}");
        }
        assert!(matches!(level(&text("2 - Måttlig")), Err(Why::OtherScale(_))));
        assert!(matches!(level(&Cell::Number(2.5)), Err(Why::NoLevel(_))));
    }

    #[test]
    fn yes_and_no_have_many_forms() {
        for (written, expected) in [
            ("Ja", Some(true)),
            ("J", Some(true)),
            ("x", Some(true)),
            ("X", Some(true)),
            ("1", Some(true)),
            ("✓", Some(true)),
            ("true", Some(true)),
            ("Nej", Some(false)),
            ("n", Some(false)),
            ("0", Some(false)),
            ("-", Some(false)),
            ("falskt", Some(false)),
            ("", None),
            ("Vet ej", None),
        ] {
            assert_eq!(yes_or_no(&text(written)), Ok(expected), "{written:?}");
        }
        assert!(matches!(yes_or_no(&text("delvis")), Err(Why::NeitherYesNorNo(_))));
        assert_eq!(yes_or_no(&Cell::Number(1.0)), Ok(Some(true)));
    }

    #[test]
    fn choices_are_known_by_their_words() {
        use crate::register::System;
        let severity = |written: &str| value(RecordKind::Incident, Incident::SEVERITY, &text(written));
        for (written, expected) in [("2 – Medel", "medium"), ("2", "medium"), ("medel", "medium"), ("Stor", "high")] {
            assert_eq!(severity(written), Ok(Some(Value::Choice(expected.into()))), "{written:?}");
        }
        assert!(matches!(severity("katastrof"), Err(Why::NoChoice(_))));
        let status = value(RecordKind::System, System::STATUS, &text("i drift"));
        assert_eq!(status, Ok(Some(Value::Choice("in-use".into()))));
        let kind = value(RecordKind::Incident, Incident::KIND, &text("Meteornedslag"));
        assert_eq!(kind, Err(Why::UnknownKind("Meteornedslag".into())));
    }

    #[test]
    fn markup_and_formulas_are_only_text() {
        use crate::register::System;
        for written in ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "<b>x</b>"] {
            let found = value(RecordKind::System, System::SUPPLIER, &text(written));
            assert_eq!(found, Ok(Some(Value::Line(written.into()))));
        }
    }
}
