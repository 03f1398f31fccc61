//! Profiler labels of goroutines: which there are, and how they are taken out.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read, Write};

use plumb_profile::{Contents, GoroutineDump, LabelValue, Limits, Profile, Samples};

use crate::PieceKind;
use crate::decode::is_profile;

/// Whether pieces of a kind can carry labels: all profiles, and what goroutines are dumped into.
pub(crate) fn may_carry(kind: PieceKind) -> bool {
    is_profile(kind)
}

/// Adds the keys of all labels in a piece. A piece that cannot be read adds none.
pub(crate) fn collect_keys(piece: &mut dyn Read, keys: &mut BTreeSet<String>) {
    let Ok(reading) = plumb_profile::read_from(piece, &Limits::default()) else { return };
    match reading.contents {
        Contents::Profile(profile, _) => of_profile(&profile, keys),
        Contents::Goroutines(dump) => of_dump(&dump, keys),
        Contents::Log(found) => found.iter().for_each(|found| of_dump(&found.dump, keys)),
    }
}

fn of_profile(profile: &Profile, keys: &mut BTreeSet<String>) {
    for index in 0..profile.samples.len() {
        for label in profile.samples.labels(index) {
            if matches!(label.value, LabelValue::Text(_)) {
                keys.insert(profile.text(label.key).to_owned());
            }
        }
    }
}

fn of_dump(dump: &GoroutineDump, keys: &mut BTreeSet<String>) {
    let sets = dump.groups.iter().flat_map(|group| &group.labels.sets);
    keys.extend(sets.flat_map(|set| &set.labels).map(|(key, _)| key.clone()));
}

/// Copies a piece without the labels that goroutines carry. Protobuf is written again, uncompressed and without the
/// strings of the labels; of texts only the places of labels are cut out.
pub(crate) fn strip(mut piece: &mut dyn Read, out: &mut dyn Write) -> io::Result<()> {
    let mut head = Vec::new();
    (&mut piece).take(2).read_to_end(&mut head)?;
    // A text begins with a letter; gzip and protobuf do not (0x1f, 0x0a).
    if head.first().is_some_and(|byte| *byte > b' ') {
        return strip_text(&mut head.as_slice().chain(piece), out);
    }
    let mut bytes = head;
    piece.take(Limits::default().profile_bytes).read_to_end(&mut bytes)?;
    match Profile::parse(&bytes, &Limits::default()) {
        Ok((profile, _)) => out.write_all(&without_labels(profile).encode()),
        // What no reader understands may hold labels all the same.
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
    }
}

/// The profile without text labels, and without strings that nothing else refers to.
fn without_labels(mut profile: Profile) -> Profile {
    let mut samples = Samples::new(profile.samples.stride());
    for index in 0..profile.samples.len() {
        let all = &profile.samples;
        let kept = all.labels(index).iter().filter(|l| matches!(l.value, LabelValue::Number(..)));
        samples.push(
            all.values(index),
            all.locations(index).iter().copied(),
            kept.copied().collect::<Vec<_>>(),
        );
    }
    profile.samples = samples;
    // Nobody can tell what stands in fields of a later version.
    profile.unknown.clear();
    compact::strings(&mut profile);
    profile
}

/// Longest line that is looked at as a whole; longer ones are copied in parts.
const LINE: u64 = 1 << 20;

fn strip_text(text: &mut dyn Read, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = BufReader::new(text);
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines.by_ref().take(LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if let Some(kept) = without_header_labels(&line) {
            out.write_all(&kept)?;
        } else if !is_label_line(&line) {
            out.write_all(&line)?;
        }
    }
}

/// `# labels: {"key":"value"}` below the header of a text profile's record.
fn is_label_line(line: &[u8]) -> bool {
    line.starts_with(b"# labels:")
}

/// `goroutine 12 [select] {key: value}:`, whatever stands before it in a log: the braces and what is in them go.
fn without_header_labels(line: &[u8]) -> Option<Vec<u8>> {
    let start = find(line, b"goroutine ")?;
    let bracket = start + find(&line[start..], b"] {")?;
    let end = line.windows(2).rposition(|two| two == b"}:").filter(|end| *end > bracket)?;
    let mut kept = line[..=bracket].to_vec();
    kept.extend_from_slice(&line[end + 1..]);
    Some(kept)
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

mod compact {
    //! Keeps only the strings that a profile refers to.

    use plumb_profile::{Interner, LabelValue, Profile, StrId};

    pub(super) fn strings(profile: &mut Profile) {
        let old = std::mem::take(&mut profile.strings);
        let mut new = Interner::new();
        let mut keep = |id: &mut StrId| *id = new.intern(old.get(*id));
        for value in profile.sample_types.iter_mut().chain([&mut profile.period_type]) {
            keep(&mut value.kind);
            keep(&mut value.unit);
        }
        for mapping in &mut profile.mappings {
            keep(&mut mapping.file);
            keep(&mut mapping.build_id);
        }
        for function in &mut profile.functions {
            keep(&mut function.name);
            keep(&mut function.system_name);
            keep(&mut function.file);
        }
        profile.comments.iter_mut().for_each(&mut keep);
        for id in [
            &mut profile.drop_frames,
            &mut profile.keep_frames,
            &mut profile.default_sample_type,
            &mut profile.doc_url,
        ] {
            keep(id);
        }
        relabel(profile, &mut keep);
        profile.strings = new.finish();
    }

    fn relabel(profile: &mut Profile, keep: &mut impl FnMut(&mut StrId)) {
        let old = std::mem::take(&mut profile.samples);
        let mut samples = plumb_profile::Samples::new(old.stride());
        for index in 0..old.len() {
            let mut labels = old.labels(index).to_vec();
            for label in &mut labels {
                keep(&mut label.key);
                match &mut label.value {
                    LabelValue::Text(id) | LabelValue::Number(_, id) => keep(id),
                }
            }
            samples.push(old.values(index), old.locations(index).iter().copied(), labels);
        }
        profile.samples = samples;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(text: &str) -> String {
        let mut out = Vec::new();
        strip(&mut text.as_bytes(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn labels_leave_headers_and_nothing_else_changes() {
        let text = "goroutine 7 [chan receive, 5 minutes] {user: eve, map: {}}:\nmain.f()\n\t/a.go:1 +0x1\n\n\
                    2026/11/21 goroutine 8 [select] {\"a b\": x}:\nmain.g({0x1, 0x2}:\n";
        let expect = "goroutine 7 [chan receive, 5 minutes]:\nmain.f()\n\t/a.go:1 +0x1\n\n\
                      2026/11/21 goroutine 8 [select]:\nmain.g({0x1, 0x2}:\n";
        assert_eq!(stripped(text), expect);
        let text = "goroutine profile: total 1\n1 @ 0x1\n# labels: {\"user\":\"eve\"}\n#\t0x1\tmain.f+0x1\t/a.go:1\n";
        assert!(!stripped(text).contains("eve"));
    }
}
