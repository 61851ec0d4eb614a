//! A drawing of bars, areas, lines and words, and its form as SVG.
//!
//! The page and the files draw the same shapes. What is meant by a colour is a [`Tone`]: a page gives it the colour of
//! its theme, a file the one for white paper. Places are whole numbers, so that every device draws the same.

use std::fmt::Write as _;

/// Shapes on a sheet, drawn in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drawing {
    /// The sheet's width.
    pub width: i32,
    /// The sheet's height.
    pub height: i32,
    /// What is on it.
    pub shapes: Vec<Shape>,
}

/// One thing on the sheet. Places are counted from its upper left corner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A rectangle.
    Bar {
        /// Its left edge.
        x: i32,
        /// Its upper edge.
        y: i32,
        /// How wide it is.
        width: i32,
        /// How high it is.
        height: i32,
        /// Its colour.
        tone: Tone,
    },
    /// An area between corners.
    Area {
        /// Its corners.
        corners: Vec<(i32, i32)>,
        /// Its colour.
        tone: Tone,
    },
    /// A thin line.
    Line {
        /// Where it begins.
        from: (i32, i32),
        /// Where it ends.
        to: (i32, i32),
    },
    /// Words on one line.
    Words {
        /// Where they are set.
        x: i32,
        /// Their base line.
        y: i32,
        /// What of them stands at `x`.
        anchor: Anchor,
        /// Whether they stand out.
        strong: bool,
        /// Their colour.
        tone: Tone,
        /// The words.
        text: String,
    },
}

/// What of a line of words stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// What a colour means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Words.
    Ink,
    /// Words of less weight.
    Soft,
    /// What the drawing is about.
    Accent,
    /// Words on [`Tone::Accent`].
    OnAccent,
    /// The rest, behind it.
    Quiet,
    /// The colour of a level, 0 to 4.
    Level(u8),
    /// Words on the colour of a level.
    OnLevel(u8),
}

impl Tone {
    /// The name of the class by which a page colours it.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Ink => "tone-ink",
            Self::Soft => "tone-soft",
            Self::Accent => "tone-accent",
            Self::OnAccent => "tone-on-accent",
            Self::Quiet => "tone-quiet",
            Self::Level(0) => "tone-level-0",
            Self::Level(1) => "tone-level-1",
            Self::Level(2) => "tone-level-2",
            Self::Level(3) => "tone-level-3",
            Self::Level(_) => "tone-level-4",
            Self::OnLevel(0) => "tone-on-level-0",
            Self::OnLevel(1) => "tone-on-level-1",
            Self::OnLevel(2) => "tone-on-level-2",
            Self::OnLevel(3) => "tone-on-level-3",
            Self::OnLevel(_) => "tone-on-level-4",
        }
    }

    /// Its colour on white paper.
    #[must_use]
    pub const fn on_paper(self) -> &'static str {
        match self {
            Self::Ink => "#1d2329",
            Self::Soft => "#56606a",
            Self::Accent => "#0d5c63",
            Self::OnAccent | Self::OnLevel(3..) => "#ffffff",
            Self::Quiet => "#e3efef",
            Self::Level(0) => "#e9e7e0",
            Self::Level(1) => "#f6e3a8",
            Self::Level(2) => "#eda85a",
            Self::Level(3) => "#a8322a",
            Self::Level(_) => "#3d0f3a",
            Self::OnLevel(0) => "#4b5560",
            Self::OnLevel(1) => "#5f4700",
            Self::OnLevel(2) => "#3d2000",
        }
    }
}

/// How large words are set.
pub const WORDS: i32 = 14;
/// The colour of lines on white paper.
pub const LINE_ON_PAPER: &str = "#85816f";

impl Drawing {
    /// An empty sheet.
    #[must_use]
    pub const fn new(width: i32, height: i32) -> Self {
        Self { width, height, shapes: Vec::new() }
    }

    /// Adds a rectangle; one without width or height is nothing to see.
    pub fn bar(&mut self, (x, y): (i32, i32), (width, height): (i32, i32), tone: Tone) {
        if 0 < width && 0 < height {
            self.shapes.push(Shape::Bar { x, y, width, height, tone });
        }
    }

    /// Adds a line.
    pub fn line(&mut self, from: (i32, i32), to: (i32, i32)) {
        self.shapes.push(Shape::Line { from, to });
    }

    /// Adds words.
    pub fn words(&mut self, (x, y): (i32, i32), anchor: Anchor, tone: Tone, text: impl Into<String>) {
        self.shapes.push(Shape::Words { x, y, anchor, strong: false, tone, text: text.into() });
    }

    /// Adds words that stand out.
    pub fn strong(&mut self, (x, y): (i32, i32), anchor: Anchor, tone: Tone, text: impl Into<String>) {
        self.shapes.push(Shape::Words { x, y, anchor, strong: true, tone, text: text.into() });
    }

    /// The drawing as an SVG file for white paper. Words in it are data, whatever they hold.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
             font-family=\"'Source Sans 3'\" font-size=\"{WORDS}\">",
            w = self.width,
            h = self.height
        );
        for shape in &self.shapes {
            // Writing to a string never fails.
            let _ = match shape {
                Shape::Bar { x, y, width, height, tone } => write!(
                    svg,
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{}\"/>",
                    tone.on_paper()
                ),
                Shape::Area { corners, tone } => {
                    write!(svg, "<polygon points=\"{}\" fill=\"{}\"/>", points(corners), tone.on_paper())
                }
                Shape::Line { from, to } => write!(
                    svg,
                    "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{LINE_ON_PAPER}\"/>",
                    from.0, from.1, to.0, to.1
                ),
                Shape::Words { x, y, anchor, strong, tone, text } => write!(
                    svg,
                    "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{}\"{} fill=\"{}\">{}</text>",
                    anchor.name(),
                    if *strong { " font-weight=\"600\"" } else { "" },
                    tone.on_paper(),
                    escaped(text)
                ),
            };
        }
        svg.push_str("</svg>");
        svg
    }
}

impl Anchor {
    /// Its name in SVG.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// Corners as SVG writes them.
#[must_use]
pub fn points(corners: &[(i32, i32)]) -> String {
    corners.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    super::model::printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_data_whatever_they_hold() {
        let mut drawing = Drawing::new(10, 10);
        drawing.words((1, 2), Anchor::Middle, Tone::Ink, "</text><script>&amp;\u{0}");
        let svg = drawing.to_svg();
        assert!(svg.contains(">&lt;/text&gt;&lt;script&gt;&amp;amp;</text>"), "{svg}");
        assert_eq!(svg.matches('<').count(), 4, "{svg}");
    }

    #[test]
    fn words_on_a_colour_can_be_read() {
        let light = |tone: Tone| {
            let part = |at: usize| {
                let part = f64::from(u8::from_str_radix(&tone.on_paper()[at..at + 2], 16).unwrap()) / 255.0;
                if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
            };
            0.0722f64.mul_add(part(5), 0.2126f64.mul_add(part(1), 0.7152 * part(3))) + 0.05
        };
        let pairs = (0..=4).map(|level| (Tone::Level(level), Tone::OnLevel(level)));
        let pairs = pairs.chain([(Tone::Accent, Tone::OnAccent), (Tone::Quiet, Tone::Ink), (Tone::Quiet, Tone::Soft)]);
        for (below, above) in pairs {
            let (below, above) = (light(below), light(above));
            let contrast = below.max(above) / below.min(above);
            assert!(4.5 <= contrast, "{contrast}");
        }
    }
}
