//! Go source: spans lie in the file and in each other, whatever the bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_gosource::{Names, Node, Parents, parse};

fuzz_target!(|data: &[u8]| {
    let file = parse(data);
    for visit in file.walk(Node::File) {
        let span = file.span(visit.node);
        assert!(span.start <= span.end && span.end as usize <= data.len());
        if let (Some(parent), false) = (visit.parent, matches!(visit.node, Node::Comments(_))) {
            assert!(file.span(parent).contains(span));
        }
        file.mapped_position(span.start);
    }
    for group in file.comment_groups() {
        file.comment_text(group);
    }
    Names::new(&file, |_| None);
    let parents = Parents::new(&file);
    assert!(parents.of(Node::File).is_none());
});
