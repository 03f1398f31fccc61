//! Names and sentences that are the same whatever the pattern.

use plumb_evidence::code::Frame;
use plumb_evidence::finding::EvidenceItem;
use plumb_evidence::measure::{Driver, Growth, SurvivalBy, Unit};
pub(crate) use plumb_evidence::number::{bytes, count as thousands};
use plumb_evidence::number::{for_each, hours, seconds};
use plumb_evidence::socket::Direction;
use plumb_evidence::suspect::{Subject, Suspect};

/// What a suspect is, in a few words: `grpc.ClientConn`, `goroutines in main.submit (chan send)`.
pub(crate) fn subject(suspect: &Suspect) -> String {
    match &suspect.subject {
        Subject::Object(object) => match object.phase {
            Some(phase) => format!("{} ({})", object.name, phase.name),
            None => object.name.to_string(),
        },
        Subject::Goroutines(crowd) => {
            let frames = crowd.stack.frames();
            let at = crowd.user_frame.and_then(|index| frames.get(index)).or_else(|| frames.last());
            let function = at.map_or("?", |frame| &frame.function);
            format!("goroutines in {function} ({})", crowd.state)
        }
        Subject::Memory(site) => format!("objects allocated in {}", site.frame.function),
        Subject::Descriptors(crowd) => format!("open descriptors of {}", crowd.shape),
        Subject::Connections(crowd) => {
            let peer = suspect.sockets.as_ref().and_then(|sockets| sockets.peer.as_ref());
            let state = if crowd.closed_by_peer { " in CLOSE-WAIT" } else { "" };
            match (peer, crowd.direction) {
                (None, _) => format!("connections{state}"),
                (Some((peer, _)), Direction::Outgoing) => format!("connections{state} to {peer}"),
                (Some((peer, _)), Direction::Incoming) => {
                    format!("incoming connections{state} on {peer}")
                }
            }
        }
        Subject::Zombies => "child processes never waited for".to_owned(),
        Subject::Threads => "threads".to_owned(),
    }
}

/// `tracker.go:25`
pub(crate) fn place(frame: &Frame) -> String {
    format!("{}:{}", frame.file.rsplit('/').next().unwrap_or_default(), frame.line)
}

/// Sentences on count, growth, survival, age and memory, which every finding carries.
pub(crate) fn common_evidence(suspect: &Suspect) -> Vec<EvidenceItem> {
    let mut items = vec![crowd(suspect)];
    items.extend(by_rule(suspect));
    items.extend(growth(suspect));
    items.extend(suspect.measured.limit_reached.map(|limit| {
        let text = format!("its growth ended at {limit}: no more could be made");
        EvidenceItem::new("growth", text)
    }));
    items.extend(survival(suspect));
    if let Some((median, longest)) =
        suspect.measured.wait_minutes.filter(|(_, longest)| *longest > 0)
    {
        let time = |minutes: u64| hours(minutes as f64 / 60.0);
        let text = format!(
            "they have waited {} in the median, {} at the longest",
            time(median),
            time(longest)
        );
        items.push(EvidenceItem::new("age", text));
    }
    items.extend(heap(suspect));
    items
}

fn crowd(suspect: &Suspect) -> EvidenceItem {
    let measured = &suspect.measured;
    let mut text = format!("{} {}", thousands(measured.count as f64), subject(suspect));
    if let Subject::Object(object) = &suspect.subject {
        let kinds: Vec<String> = object
            .goroutines
            .iter()
            .take(4)
            .map(|(function, state, count)| {
                format!("{} × {function} [{state}]", thousands(*count as f64))
            })
            .collect();
        if !kinds.is_empty() {
            text = format!("{text}: {}", kinds.join(", "));
        }
    }
    if measured.instances.1 > 1 {
        text = format!("{text}, in {} of {} instances", measured.instances.0, measured.instances.1);
    }
    EvidenceItem::new("count", text)
}

/// The mechanism of an object whose library has no record.
fn by_rule(suspect: &Suspect) -> Option<EvidenceItem> {
    let Subject::Object(object) = &suspect.subject else { return None };
    if object.record.is_some() {
        return None;
    }
    let call =
        object.constructor.as_ref().map_or_else(|| "call".to_owned(), |c| format!("call of {c}"));
    let text = format!(
        "plumb has no record of {} ({}), so by rule: one per {call}, never released",
        object.name, object.module
    );
    Some(EvidenceItem::new("mechanism", text))
}

/// How much was gained; the rate with its interval is the finding's impact and not told twice.
fn growth(suspect: &Suspect) -> Option<EvidenceItem> {
    let growth = suspect
        .measured
        .growth
        .filter(|growth| growth.gain.estimate > 0.0 && growth.gain.low > 0.0)?;
    let unit = match growth.unit {
        Unit::Bytes => bytes,
        Unit::Pieces => thousands,
    };
    let gain = growth.gain;
    let mut text = match growth.per_hour {
        Some(_) => {
            format!("grew by {} in {}", unit(gain.estimate), seconds(growth.window_seconds))
        }
        None => format!(
            "grew by {} (95 %: {} to {}) between the first and the last snapshot",
            unit(gain.estimate),
            unit(gain.low),
            unit(gain.high)
        ),
    };
    if let Some(per_request) = growth.per_request {
        text = format!("{text}, {} served meanwhile", for_each(per_request, unit, "request"));
    }
    if growth.driver == Some(Driver::Clock) {
        text = format!("{text}, although no request was seen");
    }
    Some(EvidenceItem::new("growth", text))
}

/// `growing 1.5 GB/h (9.1 MB in 21 s)`, for memory that does.
pub(crate) fn memory_growth(suspect: &Suspect) -> Option<String> {
    let growth = suspect.measured.growth.filter(Growth::is_significant)?;
    let rate = growth.per_hour.filter(|_| growth.unit == Unit::Bytes)?;
    let (gained, window) = (bytes(growth.gain.estimate), seconds(growth.window_seconds));
    Some(format!("growing {}/h ({gained} in {window})", bytes(rate.estimate)))
}

fn survival(suspect: &Suspect) -> Option<EvidenceItem> {
    let survival = suspect.measured.survival?;
    let by = match survival.by {
        SurvivalBy::GoroutineId => "goroutines",
        SurvivalBy::SocketInode => "connections",
    };
    let text = format!(
        "{} of the {} {by} seen at first are still there {} later",
        thousands(survival.stayed as f64),
        thousands(survival.seen as f64),
        seconds(survival.window_seconds)
    );
    Some(EvidenceItem::new("survival", text))
}

fn heap(suspect: &Suspect) -> Option<EvidenceItem> {
    let share = suspect.heap.filter(|share| share.live.samples >= 1.0)?;
    let mut text = format!(
        "heap paths through it that hold a line of yours: {} live ({:.0} samples",
        bytes(share.live.bytes),
        share.live.samples
    );
    if share.allocated.samples > 0.0 {
        text = format!("{text} of {:.0} allocated", share.allocated.samples);
    }
    Some(EvidenceItem::new("heap", text + ")"))
}
