//! How a table takes its place on a page: the widths of its columns, and when it is kept whole.

use super::model::{Align, Table, words};

/// What a letter in a table may need, in a heading and below it: twentieths of a point, in a wide font of 10 points.
const LETTER_WIDTHS: (usize, usize) = (150, 125);
/// What a cell has at its sides, and a little.
const CELL_SIDES: usize = 300;
/// Tables with at most so many rows are kept on one page.
pub(super) const ROWS_TOGETHER: usize = 14;

/// How many letters are sure to fit a line of a column this wide, in a heading and below it.
pub(super) fn letters_in(width: usize) -> (usize, usize) {
    let (in_heading, below) = LETTER_WIDTHS;
    let room = width.saturating_sub(CELL_SIDES);
    (room / in_heading, room / below)
}

/// How wide each column is: no word is torn as long as there is room, and the longest texts get what is left.
pub(super) fn widths(table: &Table, text_width: usize) -> Vec<usize> {
    // More would not fit anyway, and sizes are counted in 32 bits in a browser.
    let letters = |text: &str| text.chars().take(400).count();
    let longest = |text: &str| text.split_whitespace().map(letters).max().unwrap_or(0);
    let columns = table.header.iter().enumerate().map(|(column, heading)| {
        let cells = || table.rows.iter().filter_map(|row| row.get(column)).map(|runs| words(runs));
        let (in_heading, below) = LETTER_WIDTHS;
        let wide = |heading: usize, cell: usize| CELL_SIDES + (heading * in_heading).max(cell * below);
        let least = wide(longest(heading), cells().map(|cell| longest(&cell)).max().unwrap_or(0));
        let most = wide(letters(heading), cells().map(|cell| letters(&cell)).max().unwrap_or(0));
        (least, most)
    });
    let columns: Vec<(usize, usize)> = columns.collect();
    let least: usize = columns.iter().map(|(least, _)| least).sum();
    let most: usize = columns.iter().map(|(_, most)| most).sum();
    let is_words = |column: usize| table.align.get(column) == Some(&Align::Left);
    let share = |(column, (narrow, wide)): (usize, &(usize, usize))| {
        if text_width <= least {
            return narrow * text_width / least.max(1);
        }
        if text_width < most {
            return narrow + (text_width - least) * (wide - narrow) / (most - least).max(1);
        }
        // Numbers stay near each other: what is left goes to the words.
        let takers = (0..columns.len()).filter(|column| is_words(*column)).count();
        let takes = takers == 0 || is_words(column);
        let takers = if takers == 0 { columns.len() } else { takers };
        wide + if takes { (text_width - most) / takers.max(1) } else { 0 }
    };
    columns.iter().enumerate().map(share).collect()
}
