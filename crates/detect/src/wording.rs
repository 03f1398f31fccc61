//! Names and sentences that are the same whatever the pattern.

use plumb_evidence::finding::EvidenceItem;
use plumb_evidence::measure::{Driver, Interval, SurvivalBy, Unit};
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
        Subject::Connections(_) => {
            let peer = suspect.sockets.as_ref().and_then(|sockets| sockets.peer.clone());
            peer.map_or_else(
                || "connections".to_owned(),
                |(peer, _)| format!("connections to {peer}"),
            )
        }
        Subject::Zombies => "child processes never waited for".to_owned(),
        Subject::Threads => "threads".to_owned(),
    }
}

/// Sentences on count, growth, survival, age and memory, which every finding carries.
pub(crate) fn common_evidence(suspect: &Suspect) -> Vec<EvidenceItem> {
    let mut items = vec![crowd(suspect)];
    items.extend(by_rule(suspect));
    items.extend(growth(suspect));
    items.extend(survival(suspect));
    if let Some((median, longest)) =
        suspect.measured.wait_minutes.filter(|(_, longest)| *longest > 0)
    {
        let text =
            format!("they have waited {median} minutes in the median, {longest} at the longest");
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

fn growth(suspect: &Suspect) -> Option<EvidenceItem> {
    let growth = suspect
        .measured
        .growth
        .filter(|growth| growth.gain.estimate > 0.0 && growth.gain.low > 0.0)?;
    let unit = |value: f64| match growth.unit {
        Unit::Bytes => bytes(value),
        Unit::Pieces => thousands(value),
    };
    let range = |interval: Interval| {
        format!(
            "{} (95 %: {} to {})",
            unit(interval.estimate),
            unit(interval.low),
            unit(interval.high)
        )
    };
    let mut text = match growth.per_hour {
        Some(per_hour) => {
            format!(
                "grew by {} in {:.0} s: {} an hour",
                unit(growth.gain.estimate),
                growth.window_seconds,
                range(per_hour)
            )
        }
        None => format!("grew by {} between the first and the last snapshot", range(growth.gain)),
    };
    if let Some(per_request) = growth.per_request {
        text = format!("{text}, {per_request:.2} for each request served meanwhile");
    }
    if growth.driver == Some(Driver::Clock) {
        text = format!("{text}, although no work arrived");
    }
    Some(EvidenceItem::new("growth", text))
}

fn survival(suspect: &Suspect) -> Option<EvidenceItem> {
    let survival = suspect.measured.survival?;
    let by = match survival.by {
        SurvivalBy::GoroutineId => "goroutines",
        SurvivalBy::SocketInode => "connections",
    };
    let text = format!(
        "{} of the {} {by} seen at first are still there {:.0} s later",
        thousands(survival.stayed as f64),
        thousands(survival.seen as f64),
        survival.window_seconds
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

/// `12,345`; one decimal below ten.
pub(crate) fn thousands(value: f64) -> String {
    if value.abs() < 10.0 && value.fract() != 0.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if value < -0.5 { format!("-{text}") } else { text }
}

/// Bytes with pprof's units: powers of 1024, `kB` and `MB`.
pub(crate) fn bytes(value: f64) -> String {
    let (mut value, mut unit) = (value, "B");
    for next in ["kB", "MB", "GB", "TB"] {
        if value.abs() < 1024.0 {
            break;
        }
        (value, unit) = (value / 1024.0, next);
    }
    if unit == "B" || value.abs() >= 100.0 {
        format!("{value:.0} {unit}")
    } else {
        format!("{value:.1} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(thousands(1234567.0), "1,234,567");
        assert_eq!(thousands(-1234.0), "-1,234");
        assert_eq!(thousands(2.5), "2.5");
        assert_eq!(thousands(100.0), "100");
        assert_eq!(bytes(1536.0), "1.5 kB");
        assert_eq!(bytes(3.0 * 1024.0 * 1024.0), "3.0 MB");
    }
}
