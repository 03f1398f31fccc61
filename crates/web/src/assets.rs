//! Style, scripts and pictures, which are part of the executable.

use crate::answer::Answer;

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! asset {
    ($name:literal, $kind:expr) => {
        ($name, $kind, include_bytes!(concat!("../assets/", $name)))
    };
}

const ASSETS: [(&str, &str, &[u8]); 12] = [
    asset!("actions.js", SCRIPT),
    asset!("app.css", CSS),
    asset!("app.js", SCRIPT),
    asset!("compare.js", SCRIPT),
    asset!("flame.css", CSS),
    asset!("flame.js", SCRIPT),
    asset!("graph.js", SCRIPT),
    asset!("icon.svg", SVG),
    asset!("table.js", SCRIPT),
    asset!("text.js", SCRIPT),
    asset!("theme.js", SCRIPT),
    asset!("top.js", SCRIPT),
];

/// A file by its name.
pub(crate) fn find(name: &str) -> Option<Answer> {
    let (_, kind, bytes) = ASSETS.iter().find(|(other, ..)| *other == name)?;
    Some(Answer::new(kind, *bytes))
}
