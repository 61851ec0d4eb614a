//! Text that two people write in at once, seen from one of them.

/// What `local` becomes when the text it grew out of, `base`, has meanwhile become `merged`: the same edit, made there.
///
/// The edit is taken as one stretch, from the first difference to the last, as typing in one place is.
#[must_use]
pub fn rebase(base: &str, local: &str, merged: &str) -> String {
    if base == merged || local == merged {
        return local.to_owned();
    }
    let base: Vec<char> = base.chars().collect();
    let local: Vec<char> = local.chars().collect();
    let merged: Vec<char> = merged.chars().collect();
    let mine = Stretch::between(&base, &local);
    let theirs = Stretch::between(&base, &merged);
    // Where my stretch begins and ends in the merged text: moved by what they did before it.
    let shift = |place: usize| {
        if place <= theirs.from {
            place
        } else if theirs.to <= place {
            (place + merged.len()).saturating_sub(base.len())
        } else {
            theirs.from + theirs.new_len(&merged, &base)
        }
    };
    let (from, to) = (shift(mine.from).min(merged.len()), shift(mine.to).min(merged.len()));
    let added = local.get(mine.from..mine.from + mine.new_len(&local, &base)).unwrap_or_default();
    let before = merged.get(..from).unwrap_or_default();
    let after = merged.get(to.max(from)..).unwrap_or_default();
    before.iter().chain(added).chain(after).collect()
}

/// Where a caret that stood at `place` in `before` stands when the text has become `after`, both counted in UTF-16
/// units, as browsers do: with the same words on either side.
#[must_use]
pub fn moved_caret(place: u32, before: &str, after: &str) -> u32 {
    let before: Vec<u16> = before.encode_utf16().collect();
    let after: Vec<u16> = after.encode_utf16().collect();
    let change = Stretch::between(&before, &after);
    let place = usize::try_from(place).unwrap_or(usize::MAX).min(before.len());
    // Words that came just where the caret stands come after it.
    let moved = if place <= change.from {
        place
    } else if change.to <= place {
        (place + after.len()).saturating_sub(before.len())
    } else {
        change.from
    };
    u32::try_from(moved).unwrap_or(u32::MAX)
}

/// A text in three: what it begins with as another does, what it says instead, and what it ends with as the other does.
/// It is cut between words.
#[must_use]
pub fn differing<'t>(text: &'t str, other: &str) -> [&'t str; 3] {
    let (ours, theirs) = (words(text), words(other));
    let stretch = Stretch::between(&ours, &theirs);
    let len = |words: &[&str]| words.iter().map(|word| word.len()).sum::<usize>();
    let from = len(ours.get(..stretch.from).unwrap_or_default());
    let to = from + len(ours.get(stretch.from..stretch.to).unwrap_or_default());
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    [part(0..from), part(from..to), part(to..text.len())]
}

/// Words, and what is between them.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_space = first.is_whitespace();
        let end = rest.find(|sign: char| sign.is_whitespace() != is_space).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    words
}

/// The stretch of the old text that a new text replaces.
struct Stretch {
    from: usize,
    to: usize,
}

impl Stretch {
    fn between<T: PartialEq>(old: &[T], new: &[T]) -> Self {
        let from = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let room = old.len().min(new.len()) - from;
        let tail = old.iter().rev().zip(new.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
        Self { from, to: old.len() - tail }
    }

    /// How long the replacement is.
    fn new_len<T>(&self, new: &[T], old: &[T]) -> usize {
        (self.to - self.from + new.len()).saturating_sub(old.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_typed_in_different_places_both_stay() {
        for (base, local, merged, expect) in [
            ("en två", "en, två", "en två tre", "en, två tre"),
            ("en två", "en två tre", "noll en två", "noll en två tre"),
            ("abc", "abXc", "Yabc", "YabXc"),
            ("abc", "aXbc", "abcY", "aXbcY"),
            ("abcdef", "abef", "abcdefgh", "abefgh"),
            ("", "hej", "då", "hejdå"),
        ] {
            assert_eq!(rebase(base, local, merged), expect, "{base} {local} {merged}");
        }
    }

    #[test]
    fn the_caret_stays_between_the_same_words() {
        // A bar marks the caret.
        for (before, after) in [
            ("Mitt emellan. Efter|", "Före. Mitt emellan. Efter|"),
            ("|Mitt emellan.", "|Mitt emellan. Efter."),
            ("en t|vå tre", "en och t|vå tre"),
            ("en bor|ttagen mening", "en |mening"),
            ("😀 e|n", "😀 😀 e|n"),
            ("abc|", "abc|d"),
        ] {
            let place = |text: &str| u32::try_from(text.split('|').next().unwrap().encode_utf16().count()).unwrap();
            let (before_text, after_text) = (before.replace('|', ""), after.replace('|', ""));
            assert_eq!(moved_caret(place(before), &before_text, &after_text), place(after), "{before} {after}");
        }
    }

    #[test]
    fn what_two_texts_say_differently_is_cut_between_words() {
        for (text, other, parts) in [
            ("Larm och passage.", "Larm och kamera.", ["Larm och ", "passage.", ""]),
            ("Larm och passage.", "Larm, passage.", ["", "Larm och", " passage."]),
            ("Från ben.", "Från ben. Ett tillägg.", ["Från ben.", "", ""]),
            ("Från ben. Ett tillägg.", "Från ben.", ["Från ben.", " Ett tillägg.", ""]),
            ("ett ett", "ett", ["ett", " ett", ""]),
            ("Å 😀", "Å 😀 😀", ["Å 😀", "", ""]),
            ("", "Något", ["", "", ""]),
            ("Något", "", ["", "Något", ""]),
        ] {
            assert_eq!(differing(text, other), parts, "{text} / {other}");
        }
    }

    #[test]
    fn nothing_moves_when_only_one_has_written() {
        assert_eq!(rebase("a", "ab", "a"), "ab");
        assert_eq!(rebase("a", "a", "ab"), "ab");
        assert_eq!(rebase("a", "ab", "ab"), "ab");
    }
}
