//! Which day's register a report is of.

use crate::register::{Date, RecordKind, Register, review_place};

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
