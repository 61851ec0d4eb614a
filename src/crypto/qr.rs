//! A link as a picture that a tablet's camera reads.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_a_picture_and_other_links_become_others() {
        let picture = qr_svg("https://klassrum.example/#a").unwrap();
        assert!(picture.starts_with("<svg") && picture.ends_with("</svg>"));
        assert_ne!(picture, qr_svg("https://klassrum.example/#b").unwrap());
        assert_eq!(qr_svg(&"a".repeat(3_000)), Err(TooMuchForQr));
    }
}
