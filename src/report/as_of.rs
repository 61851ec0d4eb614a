//! Which day's register a report is of.

use crate::register::{Date, Entry, RecordKind, Register, Review, filled, review_place};

/// The day that the figures of a year's report are of: its review's cut-off, once that has been, or else today.
#[must_use]
pub fn day_of(register: &Register, year: i16, today: Date) -> Date {
    let review = register.reviews.get(&review_place(year).key);
    review.and_then(|review| review.cut_off).filter(|day| *day <= today).unwrap_or(today)
}

/// The register that a report is made from when its figures are of an earlier day: reviews with all that belongs to them,
/// and whose register it is, from `now`; everything else from `then`.
#[must_use]
pub fn as_of(now: &Register, then: &Register) -> Register {
    let mut register = then.clone();
    register.take(now, |kind| kind == RecordKind::Organisation || root(kind) == RecordKind::Review);
    register
}

/// The register that a report is made from when it has no history from the day that its figures should be of: as it is
/// now, and without that day. What it says of its figures' day is then true.
#[must_use]
pub fn as_of_today(now: &Register, year: i16) -> Register {
    let mut register = now.clone();
    let place = review_place(year);
    if let Some(review) = now.reviews.get(&place.key) {
        let fields = filled(&**review).into_iter().filter(|(field, _)| field != Review::CUT_OFF.key).collect();
        register.put(Entry { disputed: now.disputes.of(&place).to_vec(), place, fields: Some(fields) });
    }
    register
}

/// The kind that a record of this kind belongs to in the end.
fn root(kind: RecordKind) -> RecordKind {
    kind.owner().map_or(kind, root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::{Choose, Entry, Key, Place, Value, section_place};
    use jiff::civil::date;

    fn with(text: &str) -> Register {
        let mut register = Register::default();
        let own = |kind: RecordKind| {
            let owners = std::iter::successors(kind.owner(), |kind| kind.owner()).map(|_| "o.").collect::<String>();
            Place { kind, key: Key::parse(&format!("{owners}{text}")).unwrap() }
        };
        for kind in RecordKind::ALL {
            register.put(Entry { place: own(*kind), fields: Some(vec![]), disputed: vec!["name".to_owned()] });
        }
        register
    }

    #[test]
    fn the_reviews_are_todays_and_the_rest_is_the_earlier_days() {
        let register = as_of(&with("now"), &with("then"));
        let mut of_now = Vec::new();
        for entry in register.entries() {
            assert_eq!(entry.disputed, ["name"], "{:?}", entry.place);
            if entry.place.key.own() == "now" {
                of_now.push(entry.place.kind);
            }
        }
        assert_eq!(register.entries().count(), RecordKind::ALL.len());
        assert_eq!(register.disputes.count(), RecordKind::ALL.len());
        let reviews: Vec<_> = RecordKind::ALL
            .iter()
            .copied()
            .filter(|kind| {
                *kind == RecordKind::Organisation
                    || std::iter::successors(Some(*kind), |kind| kind.owner()).any(|kind| kind == RecordKind::Review)
            })
            .collect();
        assert!(reviews.contains(&RecordKind::Section));
        assert_eq!(of_now.len(), reviews.len());
        assert!(of_now.iter().all(|kind| reviews.contains(kind)));
    }

    #[test]
    fn a_register_as_of_itself_is_itself() {
        let register = with("now");
        assert_eq!(as_of(&register, &register), register);
    }

    #[test]
    fn without_history_the_report_says_the_day_that_its_figures_are_of() {
        let (cut_off, today) = (date(2025, 1, 31), date(2025, 3, 1));
        let mut register = with("now");
        let field = |key: &str, value: Value| (key.to_owned(), value);
        let of_review = vec![field("cut_off", Value::Date(cut_off)), field("dnr", Value::Line("1/25".to_owned()))];
        let review = Entry { place: review_place(2024), fields: Some(of_review), disputed: vec!["dnr".to_owned()] };
        register.put(review);
        assert_eq!(crate::report::report(&register, 2024, today, None).as_of, cut_off);

        let basis = as_of_today(&register, 2024);
        let report = crate::report::report(&basis, 2024, today, None);
        assert_eq!((report.as_of, report.dnr.as_str()), (today, "1/25"));
        let words = crate::report::text::text(&report);
        assert!(words.contains("Siffrorna är hämtade ur registret den 2025-03-01."), "{words}");
        assert!(!words.contains("2025-01-31"), "{words}");
        // All the rest is the register's.
        let left = |register: &Register| {
            let all = register.entries().filter(|entry| entry.place != review_place(2024));
            all.collect::<Vec<_>>()
        };
        assert_eq!(left(&basis), left(&register));
        assert_eq!(basis.disputes.of(&review_place(2024)), ["dnr"]);
        assert_eq!(as_of_today(&basis, 2023), basis);
    }

    #[test]
    fn a_cut_off_counts_once_it_has_been() {
        let mut register = Register::default();
        let today = date(2025, 3, 1);
        assert_eq!(day_of(&register, 2024, today), today);
        for (cut_off, day) in [(date(2025, 1, 31), date(2025, 1, 31)), (date(2025, 3, 2), today)] {
            let fields = vec![("cut_off".to_owned(), Value::Date(cut_off))];
            register.put(Entry::new(review_place(2024), Some(fields)));
            register.put(Entry::new(section_place(2024, "summary"), Some(vec![])));
            assert_eq!(day_of(&register, 2024, today), day);
        }
    }
}
