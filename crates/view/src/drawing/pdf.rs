//! Drawings as PDF: one page as large as the drawing, with text that can be searched and the font in it.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::font;
use super::geometry::Point;
use super::scene::{BLACK, Colour, Scene, Shape, Stroke, Text};

/// The longest side of a page that all viewers show: 200 inches.
const LONGEST_SIDE: f64 = 14_400.0;

/// Objects of the file.
const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const FONT: Ref = Ref::new(5);
const CID_FONT: Ref = Ref::new(6);
const DESCRIPTOR: Ref = Ref::new(7);
const FONT_FILE: Ref = Ref::new(8);
const LETTERS: Ref = Ref::new(9);
const INFO: Ref = Ref::new(10);

/// How the page calls the font, and the font's own name; the letters before say that it is a part.
const FONT_KEY: Name<'static> = Name(b"F");
const FONT_NAME: Name<'static> = Name(b"SUBSET+Arimo");

/// Width of the font's upright strokes, as its bold and light forms are told apart by it.
const STEM_WIDTH: f32 = 80.0;

const IDENTITY: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// The file.
pub(super) fn pdf(scene: &Scene) -> Vec<u8> {
    let (width, height) = (scene.size.width.max(1.0), scene.size.height.max(1.0));
    let scale = (LONGEST_SIDE / width.max(height)).min(1.0);
    let mut page = PageContent { content: Content::new(), letters: BTreeMap::new() };
    let scale_32 = scale as f32;
    page.content.transform([scale_32, 0.0, 0.0, -scale_32, 0.0, (height * scale) as f32]);
    for shape in scene.items.iter().flat_map(|item| &item.shapes) {
        page.draw(shape);
    }
    let PageContent { content, letters } = page;

    let mut pdf = Pdf::new();
    pdf.catalog(CATALOG).pages(PAGES);
    pdf.document_info(INFO).title(TextStr(&scene.title));
    pdf.pages(PAGES).kids([PAGE]).count(1);
    let mut page = pdf.page(PAGE);
    page.parent(PAGES).contents(CONTENT);
    page.media_box(Rect::new(0.0, 0.0, (width * scale) as f32, (height * scale) as f32));
    page.resources().fonts().pair(FONT_KEY, FONT);
    page.finish();
    let content = compressed(content.finish().as_slice());
    pdf.stream(CONTENT, &content).filter(Filter::FlateDecode);
    write_font(&mut pdf, &letters);
    pdf.finish()
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("memory takes all that is written")
}

/// Units of PDF's fonts: thousandths of the letters' size.
fn thousandths(units: f64) -> f32 {
    (units * 1000.0 / f64::from(font::face().units_per_em())) as f32
}

fn write_font(pdf: &mut Pdf, letters: &BTreeMap<u16, char>) {
    let face = font::face();
    pdf.type0_font(FONT)
        .base_font(FONT_NAME)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(CID_FONT)
        .to_unicode(LETTERS);
    let mut cid_font = pdf.cid_font(CID_FONT);
    cid_font
        .subtype(CidFontType::Type2)
        .base_font(FONT_NAME)
        .system_info(IDENTITY)
        .font_descriptor(DESCRIPTOR)
        .default_width(0.0)
        .cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = cid_font.widths();
    for &glyph in letters.keys() {
        widths.consecutive(glyph, [glyph_width(glyph)]);
    }
    widths.finish();
    cid_font.finish();
    let of = |units: i16| thousandths(f64::from(units));
    let bounds = face.global_bounding_box();
    pdf.font_descriptor(DESCRIPTOR)
        .name(FONT_NAME)
        .flags(FontFlags::NON_SYMBOLIC)
        .bbox(Rect::new(of(bounds.x_min), of(bounds.y_min), of(bounds.x_max), of(bounds.y_max)))
        .italic_angle(0.0)
        .ascent(of(face.ascender()))
        .descent(of(face.descender()))
        .cap_height(of(face.capital_height().unwrap_or(face.ascender())))
        .stem_v(STEM_WIDTH)
        .font_file2(FONT_FILE);
    let file = compressed(font::FILE);
    pdf.stream(FONT_FILE, &file)
        .filter(Filter::FlateDecode)
        .pair(Name(b"Length1"), font::FILE.len() as i32);
    let mut map = UnicodeCmap::new(Name(b"Letters"), IDENTITY);
    for (&glyph, &letter) in letters {
        map.pair(glyph, letter);
    }
    pdf.cmap(LETTERS, map.finish().as_slice());
}

fn glyph_width(glyph: u16) -> f32 {
    let advance = font::face().glyph_hor_advance(ttf_parser::GlyphId(glyph)).unwrap_or(0);
    thousandths(f64::from(advance))
}

struct PageContent {
    content: Content,
    /// The letters that are used, by the number of their shape.
    letters: BTreeMap<u16, char>,
}

impl PageContent {
    fn draw(&mut self, shape: &Shape) {
        match shape {
            Shape::Polygon { points, fill, stroke } => {
                for (at, point) in points.iter().enumerate() {
                    let (x, y) = pair(*point);
                    match at {
                        0 => self.content.move_to(x, y),
                        _ => self.content.line_to(x, y),
                    };
                }
                self.fill_colour(*fill);
                self.stroke_style(stroke);
                self.content.close_fill_nonzero_and_stroke();
            }
            Shape::Curve { path, stroke } => {
                self.stroke_style(stroke);
                let (x, y) = pair(path.start);
                self.content.move_to(x, y);
                for curve in &path.curves {
                    let [a, b, end] = curve.map(pair);
                    self.content.cubic_to(a.0, a.1, b.0, b.1, end.0, end.1);
                }
                self.content.stroke();
            }
            Shape::Text(text) => self.text(text),
        }
    }

    fn fill_colour(&mut self, colour: Colour) {
        let [red, green, blue] = colour.shares();
        self.content.set_fill_rgb(red, green, blue);
    }

    fn stroke_style(&mut self, stroke: &Stroke) {
        let [red, green, blue] = stroke.colour.shares();
        let dots = stroke.dots().map(|dots| dots.map(|length| length as f32));
        self.content
            .set_stroke_rgb(red, green, blue)
            .set_line_width(stroke.width as f32)
            .set_dash_pattern(dots.into_iter().flatten(), 0.0);
    }

    fn text(&mut self, text: &Text) {
        self.fill_colour(BLACK);
        let (x, y) = pair(text.start);
        self.content
            .begin_text()
            .set_font(FONT_KEY, text.size as f32)
            .set_text_matrix([1.0, 0.0, 0.0, -1.0, x, y]);
        let mut show = self.content.show_positioned();
        let mut items = show.items();
        let mut letters: Vec<u8> = Vec::with_capacity(text.text.len() * 2);
        for letter in text.text.chars() {
            let glyph = font::glyph(letter).0;
            // What the font has not has the shape of the first, and no letter of its own.
            if glyph != 0 {
                self.letters.entry(glyph).or_insert(letter);
            }
            letters.extend(glyph.to_be_bytes());
            if glyph == 0 {
                // Its width is given as nothing.
                items.show(Str(&letters)).adjust((-font::advance(letter) * 1000.0) as f32);
                letters.clear();
            }
        }
        items.show(Str(&letters));
        items.finish();
        show.finish();
        self.content.end_text();
    }
}

fn pair(point: Point) -> (f32, f32) {
    (point.x as f32, point.y as f32)
}
