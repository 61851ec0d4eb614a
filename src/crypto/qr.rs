//! A link as a picture that a tablet's camera reads, and the reading of it.

use fast_qr::convert::Builder;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;
use thiserror::Error;

/// The text as a QR code: an SVG document, black on white, with the quiet zone around it.
///
/// # Errors
/// The text has more than a QR code holds, about 2,300 bytes.
pub fn qr_svg(text: &str) -> Result<String, TooMuchForQr> {
    let code = QRBuilder::new(text).ecl(fast_qr::ECL::M).build().map_err(|_| TooMuchForQr)?;
    Ok(SvgBuilder::default().margin(4).to_str(&code))
}

/// More text than a QR code holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the link is too long for a QR code")]
pub struct TooMuchForQr;

/// The most points of a picture's side.
pub const PICTURE_MAX: usize = 1_024;

/// The text of the first QR code that can be read in a picture: `grey` has a byte a point, 0 black, row by row.
#[must_use]
pub fn read_qr(width: usize, height: usize, grey: &[u8]) -> Option<String> {
    let sides = 1..=PICTURE_MAX;
    if !sides.contains(&width) || !sides.contains(&height) || grey.len() != width * height {
        return None;
    }
    let mut reader = quircs::Quirc::default();
    reader.identify(width, height, grey).find_map(|code| String::from_utf8(code.ok()?.decode().ok()?.payload).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code as a camera may see it: so many points a module, on a grey table, a little darker to the right.
    fn seen(text: impl Into<Vec<u8>>, module: usize) -> (usize, Vec<u8>) {
        let code = QRBuilder::new(text).ecl(fast_qr::ECL::M).build().unwrap();
        let side = (code.size + 16) * module;
        let dark = |x: usize, y: usize| {
            let (x, y) = ((x / module).checked_sub(8), (y / module).checked_sub(8));
            let inside = |at: Option<usize>| at.filter(|at| *at < code.size);
            inside(x).zip(inside(y)).is_some_and(|(x, y)| code[y][x].value())
        };
        let shade = |x: usize| u8::try_from(x * 40 / side).unwrap();
        let points = (0..side * side).map(|at| (at % side, at / side));
        (side, points.map(|(x, y)| if dark(x, y) { 60 - shade(x) } else { 220 - shade(x) }).collect())
    }

    #[test]
    fn what_is_made_is_read_again_and_nothing_where_there_is_none() {
        let link = "https://klassrum.example/workshop#k1.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEfGhIjKlMnOpQrStUv";
        for module in [3, 5] {
            let (side, grey) = seen(link, module);
            assert_eq!(read_qr(side, side, &grey).as_deref(), Some(link));
            // On its head, too.
            let turned: Vec<u8> = grey.iter().rev().copied().collect();
            assert_eq!(read_qr(side, side, &turned).as_deref(), Some(link));
            assert_eq!(read_qr(side, side, &grey[1..]), None, "not as many points as it says");
        }
        assert_eq!(read_qr(64, 64, &[200; 64 * 64]), None);
        assert_eq!(read_qr(0, 0, &[]), None);
        assert_eq!(read_qr(PICTURE_MAX + 1, 1, &[0; PICTURE_MAX + 1]), None);
    }

    #[test]
    fn beside_a_code_that_is_no_text_another_is_read() {
        let (side, right) = seen("klassrum", 4);
        let (left_side, left) = seen([0xc3, 0x28, 0xff], 4);
        assert_eq!(side, left_side);
        assert_eq!(read_qr(side, side, &left), None);
        let rows = left.chunks(side).zip(right.chunks(side));
        let both: Vec<u8> = rows.flat_map(|(left, right)| [left, right].concat()).collect();
        assert_eq!(read_qr(side * 2, side, &both).as_deref(), Some("klassrum"));
    }

    #[test]
    fn a_link_becomes_a_picture_and_other_links_become_others() {
        let picture = qr_svg("https://klassrum.example/#a").unwrap();
        assert!(picture.starts_with("<svg") && picture.ends_with("</svg>"));
        assert_ne!(picture, qr_svg("https://klassrum.example/#b").unwrap());
        assert_eq!(qr_svg(&"a".repeat(3_000)), Err(TooMuchForQr));
    }
}
