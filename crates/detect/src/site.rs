//! Hears the witnesses and settles on a site, or leaves it open.

use std::sync::Arc;

use plumb_evidence::code::{Frame, FunctionName};
use plumb_evidence::finding::{Candidate, EvidenceItem, Role, Site, SiteKind, WitnessKind};
use plumb_evidence::suspect::{Subject, Suspect};

use crate::witness::{
    Hearing, NamedLine, SourceSays, Testimony, WITNESSES, is_same_line, line_site,
};

/// Where the leak is, as far as the witnesses agree.
pub(crate) struct Decision {
    pub(crate) site: Site,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) related: Vec<Site>,
    pub(crate) would_decide: Vec<String>,
    /// Witnesses that named different lines, or a line against which others speak.
    pub(crate) conflict: Option<Conflict>,
    /// What the execution trace shows, where no candidate tells it.
    pub(crate) traced: Option<EvidenceItem>,
    /// What the source says: about the site, or if that is open about the line that is most likely.
    pub(crate) says: Option<SourceSays>,
}

/// Witnesses that do not agree.
pub(crate) struct Conflict {
    /// In words.
    pub(crate) item: EvidenceItem,
    /// Whether the site is less sure by it.
    pub(crate) lowers: bool,
}

/// Hears all witnesses on a suspect.
pub(crate) fn decide(hearing: &Hearing<'_>) -> Decision {
    let heard: Vec<(WitnessKind, Testimony)> = WITNESSES
        .iter()
        .filter_map(|witness| Some((witness.kind(), witness.testify(hearing)?)))
        .collect();
    let decided = || heard.iter().filter(|(_, testimony)| testimony.decided);
    let first =
        decided().find(|(_, testimony)| testimony.doubt.is_none() && !testimony.lines.is_empty());
    let Some((by, testimony)) = first else { return undecided(hearing, &heard) };
    let named = &testimony.lines[0];
    let same = |line: &NamedLine| is_same_line(&line.frame, &named.frame);
    let agreeing = decided().filter(|(_, t)| t.lines.first().is_some_and(same));
    let agree = agreeing.map(|(kind, _)| *kind).collect();
    let conflict = decided().find_map(|(kind, other)| conflict((*by, named), (*kind, other)));
    let others = heard
        .iter()
        .flat_map(|(kind, testimony)| testimony.lines.iter().map(move |line| (*kind, line)));
    let (related, losing): (Vec<_>, Vec<_>) =
        others.filter(|(_, line)| !same(line)).partition(|(_, line)| line.role != named.role);
    let passed = heard.iter().filter(|(_, testimony)| testimony.names(&named.frame));
    let passed = passed.flat_map(|(kind, t)| t.passed.iter().map(move |line| (*kind, line)));
    let known =
        |line: &NamedLine| related.iter().any(|(_, known)| is_same_line(&known.frame, &line.frame));
    let passed = passed.chain(matters_too(&heard));
    let passed: Vec<_> = passed.filter(|(_, line)| !same(line) && !known(line)).collect();
    let candidates = candidates(losing.into_iter());
    Decision {
        site: line_site(&named.frame, named.role, agree),
        traced: traced(&heard, &candidates),
        candidates,
        related: sites(related.into_iter().chain(passed)),
        would_decide: Vec::new(),
        conflict,
        says: said(&heard, |line| same(line) || line.role != named.role),
    }
}

/// What is told of a witness that names another line.
fn conflict(
    (by, named): (WitnessKind, &NamedLine),
    (kind, other): (WitnessKind, &Testimony),
) -> Option<Conflict> {
    let line = other.lines.first()?;
    // Lines that play different parts may all be right.
    if is_same_line(&line.frame, &named.frame) || line.role != named.role {
        return None;
    }
    let told = |frame: &Frame| format!("{} ({}:{})", frame.function, frame.file, frame.line);
    // What a trace decides for has most of the growth, so little is left for a line that is doubted anyway.
    let refuted =
        other.doubt.as_ref().is_some_and(|doubt| doubt.refutes || by == WitnessKind::Trace);
    let text = match refuted {
        true => format!(
            "{kind} faults {} too, which may leak at another time: nothing that was seen to leak is of it",
            told(&line.frame)
        ),
        false => {
            format!("{by} names {}, {kind} names {}", told(&named.frame), told(&line.frame))
        }
    };
    Some(Conflict { item: EvidenceItem::new("conflict", text), lowers: !refuted })
}

/// What the source says about its first line, if that is `about`.
fn said(
    heard: &[(WitnessKind, Testimony)],
    about: impl Fn(&NamedLine) -> bool,
) -> Option<SourceSays> {
    let fits = |testimony: &&Testimony| testimony.lines.first().is_some_and(&about);
    heard.iter().map(|(_, testimony)| testimony).filter(fits).find_map(|t| t.says.clone())
}

/// Lines that matter whichever is the site.
fn matters_too(
    heard: &[(WitnessKind, Testimony)],
) -> impl Iterator<Item = (WitnessKind, &NamedLine)> {
    heard.iter().flat_map(|(kind, t)| t.related.iter().map(move |line| (*kind, line)))
}

/// Lines as candidates, each place once: with the share that the first witness gives it, and what all say of it.
fn candidates<'a>(lines: impl Iterator<Item = (WitnessKind, &'a NamedLine)>) -> Vec<Candidate> {
    let mut places: Vec<(&Frame, Candidate)> = Vec::new();
    for (kind, line) in lines {
        let is_it = |(frame, _): &&mut (&Frame, Candidate)| is_same_line(frame, &line.frame);
        match places.iter_mut().find(is_it) {
            Some((_, known)) => add(known, kind, line),
            None => places.push((&line.frame, candidate(kind, line))),
        }
    }
    places.into_iter().map(|(_, candidate)| candidate).collect()
}

/// What another witness says of a candidate.
fn add(known: &mut Candidate, kind: WitnessKind, line: &NamedLine) {
    let witnesses = &mut known.site.found_by;
    if !witnesses.contains(&kind) {
        witnesses.push(kind);
    }
    if !line.basis.is_empty() && !known.basis.contains(&line.basis) {
        let between = if known.basis.is_empty() { "" } else { "; " };
        known.basis = format!("{}{between}{}", known.basis, line.basis);
    }
}

/// The lines as sites, each place once with all who name it; what it is first said to do counts.
fn sites<'a>(lines: impl Iterator<Item = (WitnessKind, &'a NamedLine)>) -> Vec<Site> {
    let mut known: Vec<(&Frame, Site)> = Vec::new();
    for (kind, line) in lines {
        match known.iter_mut().find(|(frame, _)| is_same_line(frame, &line.frame)) {
            Some((_, site)) if site.found_by.contains(&kind) => {}
            Some((_, site)) => site.found_by.push(kind),
            None => known.push((&line.frame, line_site(&line.frame, line.role, vec![kind]))),
        }
    }
    known.into_iter().map(|(_, site)| site).collect()
}

fn candidate(kind: WitnessKind, line: &NamedLine) -> Candidate {
    Candidate {
        site: line_site(&line.frame, line.role, vec![kind]),
        share: line.share,
        basis: line.basis.clone(),
    }
}

/// What the execution trace shows of its first line, unless that is among the candidates, which tell it.
fn traced(heard: &[(WitnessKind, Testimony)], candidates: &[Candidate]) -> Option<EvidenceItem> {
    let (_, testimony) = heard.iter().find(|(kind, _)| *kind == WitnessKind::Trace)?;
    let line = testimony.lines.first().or(testimony.related.first())?;
    let is_told = candidates.iter().any(|candidate| candidate.basis.contains(&line.basis));
    let NamedLine { frame, basis, .. } = line;
    let file = frame.file.rsplit('/').next().unwrap_or_default();
    let text = format!("{} ({file}:{}): {basis}", frame.function, frame.line);
    (!is_told).then(|| EvidenceItem::new("trace", text))
}

fn undecided(hearing: &Hearing<'_>, heard: &[(WitnessKind, Testimony)]) -> Decision {
    let lines = heard
        .iter()
        .flat_map(|(kind, testimony)| testimony.lines.iter().map(move |line| (*kind, line)));
    let candidates = candidates(lines);
    let mut would_decide: Vec<String> =
        heard.iter().flat_map(|(_, t)| t.would_decide.iter().cloned()).collect();
    if !heard.iter().any(|(kind, _)| *kind == WitnessKind::Heap)
        && matches!(hearing.suspect.subject, Subject::Object(_))
    {
        would_decide.push("a heap profile of the same process (/debug/pprof/heap)".to_owned());
    }
    Decision {
        site: nearest(hearing.suspect, hearing),
        traced: traced(heard, &candidates),
        candidates,
        related: sites(matters_too(heard)),
        would_decide,
        conflict: heard.iter().find_map(|(_, testimony)| testimony.doubt.as_ref()).map(|doubt| {
            Conflict { item: EvidenceItem::new("conflict", doubt.text.clone()), lowers: false }
        }),
        says: said(heard, |_| true),
    }
}

/// The library entry point if there is one, else the process.
fn nearest(suspect: &Suspect, hearing: &Hearing<'_>) -> Site {
    let entry_point = match &suspect.subject {
        Subject::Object(object) => {
            object.constructor.clone().map(|name| (name, object.version.clone()))
        }
        Subject::Goroutines(crowd) => crowd.stack.root().map(|root| (root.function.clone(), None)),
        _ => None,
    };
    match entry_point {
        Some((function, version)) => Site {
            kind: SiteKind::EntryPoint,
            file: "".into(),
            line: 0,
            package: FunctionName(&function).package().into(),
            function,
            version,
            role: hearing.role,
            found_by: Vec::new(),
        },
        None => process_site(hearing, hearing.role),
    }
}

fn process_site(hearing: &Hearing<'_>, role: Role) -> Site {
    let package: Arc<str> =
        hearing.instance.build.main_package.clone().unwrap_or_else(|| "main".into());
    let function = Arc::from(hearing.instance.id.as_str());
    Site {
        kind: SiteKind::Process,
        file: "".into(),
        line: 0,
        function,
        package,
        version: None,
        role,
        found_by: Vec::new(),
    }
}
