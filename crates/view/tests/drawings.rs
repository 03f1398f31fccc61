//! Drawings of recorded profiles, read back by other crates' readers.

use std::io::Cursor;
use std::path::PathBuf;

use hayro_syntax::Pdf;
use plumb_profile::{BaseOptions, Limits, Profile, subtract_base};
use plumb_view::{Config, Report, command_named};
use roxmltree::{Document, Node};

fn recorded(version: &str, kind: &str) -> Profile {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../profile/tests/fixtures/{version}/{kind}.pb.gz"));
    Profile::parse_as_pprof(&std::fs::read(path).unwrap(), &Limits::default()).unwrap()
}

fn heap() -> Profile {
    recorded("go1.27.3", "heap")
}

/// What has changed in the heap between two programs.
fn difference() -> Profile {
    let options = BaseOptions { keep_apart: true, normalize: false };
    subtract_base(heap(), recorded("go1.23.12", "heap"), options).unwrap()
}

fn written(profile: Profile, command: &str, config: &Config) -> Vec<u8> {
    let command = command_named(command).unwrap();
    let mut out = Vec::new();
    Report::new(profile, command, None, config, &mut Vec::new()).unwrap().write(&mut out).unwrap();
    out
}

fn text(profile: Profile, command: &str) -> String {
    String::from_utf8(written(profile, command, &Config::default())).unwrap()
}

/// Size of the drawing in points, by its SVG.
fn size(svg: &str) -> [f64; 2] {
    let document = Document::parse(svg).unwrap();
    let view = document.root_element().attribute("viewBox").unwrap();
    let numbers: Vec<f64> = view.split(' ').map(|number| number.parse().unwrap()).collect();
    [numbers[2], numbers[3]]
}

fn elements<'d>(document: &'d Document, class: &str) -> Vec<Node<'d, 'd>> {
    document.descendants().filter(|node| node.attribute("class") == Some(class)).collect()
}

fn title<'d>(node: &Node<'d, 'd>) -> &'d str {
    node.first_element_child().unwrap().text().unwrap_or_default()
}

#[test]
fn svg_shows_the_boxes_and_arrows_of_dot() {
    for kind in ["heap", "goroutine", "cpu", "mutex", "allocs"] {
        let dot = text(recorded("go1.22.12", kind), "dot");
        let svg = text(recorded("go1.22.12", kind), "svg");
        let document = Document::parse(&svg).unwrap();
        let nodes = elements(&document, "node");
        let is_box = |line: &&str| line.contains("fontsize=") && line.starts_with('N');
        assert_eq!(nodes.len(), dot.lines().filter(is_box).count(), "{kind}");
        let edges = elements(&document, "edge");
        assert_eq!(edges.len(), dot.lines().filter(|line| line.contains("labeltooltip")).count());
        for node in nodes {
            assert!(dot.contains(&format!("id=\"{}\"", node.attribute("id").unwrap())));
            assert!(dot.contains(&format!("tooltip=\"{}", title(&node))), "{}", title(&node));
        }
    }
}

#[test]
fn svg_fetches_nothing() {
    let svg = text(heap(), "svg") + &text(heap(), "flame");
    let links = svg.matches("http").count();
    let names = svg.matches("http://www.w3.org/").count();
    assert!(svg.matches("href").count() == 0);
    // Names of namespaces, and the legend's reference.
    assert_eq!(links, names + svg.matches("https://git.io/").count());
}

#[test]
fn png_has_the_size_of_the_drawing() {
    let [width, height] = size(&text(heap(), "svg"));
    let png = written(heap(), "png", &Config::default());
    let mut reader = png::Decoder::new(Cursor::new(png)).read_info().unwrap();
    let pixels = |points: f64| (points * 96.0 / 72.0).ceil();
    let info = reader.info();
    assert!((f64::from(info.width) - pixels(width)).abs() <= 1.0);
    assert!((f64::from(info.height) - pixels(height)).abs() <= 1.0);
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut data).unwrap();
    let count = |dark: bool| data.iter().filter(|&&byte| (byte < 100) == dark).count();
    // Letters and lines on much white.
    assert!(count(true) > data.len() / 1000 && count(false) > data.len() / 2);
}

#[test]
fn gif_and_png_show_the_same() {
    let png = written(heap(), "png", &Config::default());
    let mut png = png::Decoder::new(Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; png.output_buffer_size().unwrap()];
    png.next_frame(&mut pixels).unwrap();
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let gif = written(heap(), "gif", &Config::default());
    let mut gif = options.read_info(Cursor::new(gif)).unwrap();
    let frame = gif.read_next_frame().unwrap().unwrap();
    assert_eq!(u32::from(frame.width), png.info().width);
    for (a, b) in pixels.chunks_exact(3).zip(frame.buffer.chunks_exact(4)) {
        assert!(a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) < 24), "{a:?} {b:?}");
    }
}

#[test]
fn pdf_has_one_page_of_that_size() {
    let [width, height] = size(&text(heap(), "svg"));
    let pdf = Pdf::new(written(heap(), "pdf", &Config::default())).unwrap();
    let [page] = pdf.pages().as_ref() else { panic!("one page") };
    let (page_width, page_height) = page.render_dimensions();
    assert!((f64::from(page_width) - width).abs() < 0.1);
    assert!((f64::from(page_height) - height).abs() < 0.1);
    let mut operations = page.typed_operations();
    let count = std::iter::from_fn(|| operations.next().map(|_| ())).count();
    // A text takes six: begin, font, place, letters, end; and a colour.
    let svg = text(heap(), "svg");
    assert!(count > 6 * svg.matches("<text").count());
}

#[test]
fn postscript_closes_what_it_opens() {
    let ps = text(heap(), "ps");
    assert!(ps.starts_with("%!PS-Adobe-3.0\n") && ps.ends_with("showpage\n%%EOF\n"));
    let svg = text(heap(), "svg");
    let document = Document::parse(&svg).unwrap();
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
    assert_eq!(ps.lines().filter(|line| line.ends_with(" T")).count(), texts.count());
}

#[test]
fn folded_stacks_sum_to_the_total() {
    let folded = text(heap(), "collapsed");
    let profile = heap();
    let last = profile.sample_types.len() - 1;
    let total: i64 = profile.samples().map(|sample| sample.value(last)).sum();
    let values =
        folded.lines().map(|line| line.rsplit_once(' ').unwrap().1.parse::<i64>().unwrap());
    assert_eq!(values.sum::<i64>(), total);
    let stacks: Vec<&str> = folded.lines().map(|line| line.rsplit_once(' ').unwrap().0).collect();
    assert!(stacks.is_sorted() && stacks.windows(2).all(|pair| pair[0] != pair[1]));
    assert!(
        stacks.iter().any(|stack| stack.starts_with("runtime.systemstack;runtime.newproc.func1;"))
    );
}

#[test]
fn speedscope_has_the_same_stacks_as_folded_ones() {
    let file: serde_json::Value = serde_json::from_str(&text(heap(), "speedscope")).unwrap();
    assert_eq!(file["$schema"], "https://www.speedscope.app/file-format-schema.json");
    let [profile] = file["profiles"].as_array().unwrap().as_slice() else { panic!("one profile") };
    assert_eq!((&profile["type"], &profile["unit"]), (&"sampled".into(), &"bytes".into()));
    let samples = profile["samples"].as_array().unwrap();
    let weights = profile["weights"].as_array().unwrap();
    let mut folded: Vec<String> = samples
        .iter()
        .zip(weights)
        .map(|(stack, weight)| {
            let frames = stack.as_array().unwrap().iter();
            let names = frames.map(|frame| {
                let frame = usize::try_from(frame.as_u64().unwrap()).unwrap();
                file["shared"]["frames"][frame]["name"].as_str().unwrap()
            });
            format!("{} {weight}", names.collect::<Vec<_>>().join(";"))
        })
        .collect();
    folded.sort();
    let total: i64 = weights.iter().map(|weight| weight.as_i64().unwrap()).sum();
    assert_eq!(profile["endValue"], total);
    assert_eq!(folded, text(heap(), "collapsed").lines().collect::<Vec<_>>());
}

#[test]
fn speedscope_shows_growth_and_decrease_apart() {
    let file: serde_json::Value = serde_json::from_str(&text(difference(), "speedscope")).unwrap();
    let names: Vec<&str> = (file["profiles"].as_array().unwrap().iter())
        .map(|profile| profile["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["inuse_space: growth", "inuse_space: decrease"]);
}

/// Boxes of a flame graph: left and right ends, top, title.
fn boxes<'d>(document: &'d Document) -> Vec<([f64; 2], f64, &'d str)> {
    let number = |rect: &Node, name: &str| rect.attribute(name).unwrap().parse::<f64>().unwrap();
    elements(document, "box")
        .iter()
        .map(|group| {
            let rect = group
                .children()
                .find(|child| child.has_tag_name(("http://www.w3.org/2000/svg", "rect")));
            let rect = rect.unwrap();
            let x = number(&rect, "x");
            ([x, x + number(&rect, "width")], number(&rect, "y"), title(group))
        })
        .collect()
}

#[test]
fn callees_stand_below_their_callers_in_flame_graphs() {
    for profile in [heap(), difference(), recorded("go1.22.12", "cpu")] {
        let svg = text(profile, "flame");
        let document = Document::parse(&svg).unwrap();
        let boxes = boxes(&document);
        assert!(boxes.len() > 10);
        for (at, ([left, right], top, title)) in boxes.iter().enumerate().skip(1) {
            let is_caller = |caller: &&([f64; 2], f64, &str)| {
                (caller.1 - (top - 18.0)).abs() < 0.1
                    && caller.0[0] <= left + 0.01
                    && *right <= caller.0[1] + 0.31
            };
            assert!(boxes[..at].iter().any(|caller| is_caller(&caller)), "{title}");
        }
    }
}

#[test]
fn flame_graphs_of_differences_say_from_what_to_what() {
    let svg = text(difference(), "flame");
    let document = Document::parse(&svg).unwrap();
    assert!(boxes(&document).iter().all(|(_, _, title)| title.contains(": from ")));
    assert!(svg.contains("red: grew, green: shrank"));
}

#[test]
fn a_profile_of_nothing_is_drawn_too() {
    for command in ["svg", "png", "gif", "pdf", "ps", "flame", "collapsed", "speedscope"] {
        let out = written(recorded("go1.22.12", "empty"), command, &Config::default());
        assert_eq!(out.is_empty(), command == "collapsed", "{command}");
    }
}
