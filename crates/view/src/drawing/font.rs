//! The font of drawings: how wide texts are, and the shapes of letters. All formats use the same.

use std::sync::LazyLock;

use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// Part of the font Arimo: see its folder.
pub(crate) const FILE: &[u8] = include_bytes!("../../assets/arimo/Arimo-Regular.subset.ttf");

/// Names of fonts with letters as wide, for viewers.
pub(crate) const FAMILIES: &str = "Helvetica,Arial,Arimo,'Liberation Sans',sans-serif";

/// Height of a line, as a multiple of the letters' size; as Graphviz has it.
pub(crate) const LINE_HEIGHT: f64 = 1.2;

/// From the middle of a line to where letters stand, as a multiple of their size: half the height of a capital.
pub(crate) const BASELINE: f64 = 0.34;

/// Width of letters that the font has not: as wide as high for those of East Asia, else as most letters.
const UNKNOWN_WIDTH: (f64, f64) = (1.0, 0.6);

/// The first letter of those that are as wide as high: Hangul, and then the scripts of China and Japan.
const FIRST_WIDE: char = '\u{1100}';

static FACE: LazyLock<Face<'static>> =
    LazyLock::new(|| Face::parse(FILE, 0).expect("the font of this crate"));

/// Widths of the letters of ASCII, which most texts are made of.
static ASCII: LazyLock<[f64; 128]> =
    LazyLock::new(|| std::array::from_fn(|letter| advance(char::from(letter as u8))));

/// The font.
pub(crate) fn face() -> &'static Face<'static> {
    &FACE
}

/// Width of a text in letters of a size.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let of = |letter: char| match ASCII.get(letter as usize) {
        Some(&width) => width,
        None => advance(letter),
    };
    text.chars().map(of).sum::<f64>() * size
}

/// Width of a letter of size one.
pub(crate) fn advance(letter: char) -> f64 {
    let units = f64::from(FACE.units_per_em());
    match FACE.glyph_index(letter).and_then(|glyph| FACE.glyph_hor_advance(glyph)) {
        Some(advance) => f64::from(advance) / units,
        None if letter.is_control() => 0.0,
        None if letter >= FIRST_WIDE => UNKNOWN_WIDTH.0,
        None => UNKNOWN_WIDTH.1,
    }
}

/// The shape of a letter, or of the box that stands for unknown ones.
pub(crate) fn glyph(letter: char) -> GlyphId {
    FACE.glyph_index(letter).unwrap_or(GlyphId(0))
}

/// Draws the shape of a letter in units of the font, of which y grows upwards.
pub(crate) fn outline(glyph: GlyphId, builder: &mut dyn OutlineBuilder) {
    FACE.outline_glyph(glyph, builder);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Widths of Helvetica as Adobe lists them, in thousandths: `Helvetica.afm`.
    #[test]
    fn letters_are_as_wide_as_those_of_helvetica() {
        for (letter, thousandths) in
            [('A', 667.0), ('m', 833.0), ('i', 222.0), (' ', 278.0), ('0', 556.0), ('…', 1000.0)]
        {
            assert!((advance(letter) * 1000.0 - thousandths).abs() < 1.0, "{letter}");
        }
        assert!((width("0.5%", 10.0) - (0.556 * 2.0 + 0.278 + 0.889) * 10.0).abs() < 0.02);
        assert_eq!(width("世", 10.0), 10.0);
    }
}
