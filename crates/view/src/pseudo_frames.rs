//! Labels as frames: the options `tagroot` and `tagleaf`.

use plumb_profile::{LabelFrames, Profile};

use crate::config::Config;
use crate::measure::scaled_label;
use crate::report::Messages;

/// Adds a frame for each of the named labels above the roots or below the leaves.
pub(crate) fn add_label_frames(profile: &mut Profile, config: &Config, messages: &mut Messages) {
    let keys = |list: &'_ str| {
        list.split(',').filter(|key| !key.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let (root, leaf) = (keys(&config.tagroot), keys(&config.tagleaf));
    let (root, leaf): (Vec<&str>, Vec<&str>) =
        (root.iter().map(String::as_str).collect(), leaf.iter().map(String::as_str).collect());
    let number = |value: i64, unit: Option<&str>| match unit {
        Some(unit) => scaled_label(value, unit, &config.unit),
        None => scaled_label(value, "", ""),
    };
    let frames = LabelFrames { root: &root, leaf: &leaf };
    let (has_root, has_leaf) = profile.add_label_frames(frames, number);
    for (option, name, matched) in
        [(&config.tagroot, "TagRoot", has_root), (&config.tagleaf, "TagLeaf", has_leaf)]
    {
        if !option.is_empty() && !matched {
            messages.push(format!("{name} expression matched no samples"));
        }
    }
}
