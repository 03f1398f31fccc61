//! Any bytes after a header: events come in order, and their strings and stacks are there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_exectrace::{EventText, History, Reader};

fuzz_target!(|data: &[u8]| {
    let Ok(mut reader) = Reader::new(data) else { return };
    let mut history = History::default();
    let mut last = None;
    while let Some(event) = reader.next_event() {
        assert!(last <= Some(event.time), "{last:?} before {:?}", event.time);
        last = Some(event.time);
        let text = EventText { event: &event, symbols: reader.symbols() };
        assert!(text.to_string().starts_with("M="));
        history.add(&event, reader.symbols());
    }
    for goroutine in history.goroutines() {
        assert!(history.chain(goroutine.chain).count() <= 32);
    }
});
