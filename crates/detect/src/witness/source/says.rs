//! What the source adds to a finding beside its line: the mechanism, step by step, and the change.

use plumb_evidence::finding::{Confidence, EvidenceItem, PathStep};
use plumb_evidence::source_evidence::{Mistake, SourceEvidence, SourceSite};

use super::frames::Spot;

/// What the source says about one mistake.
#[derive(Clone, Debug)]
pub(crate) struct SourceSays {
    /// Sentences.
    pub(crate) evidence: Vec<EvidenceItem>,
    /// How it comes to the loss.
    pub(crate) path: Vec<PathStep>,
    /// The change, as a unified diff.
    pub(crate) diff: Option<String>,
    /// How sure the rule is.
    pub(crate) confidence: Confidence,
    /// The rule's pattern; `None` for a sentence that no rule stands for.
    pub(crate) pattern: Option<&'static str>,
}

impl SourceSays {
    /// A sentence that no rule stands for.
    pub(super) fn sentence(source: &SourceEvidence, text: String) -> Self {
        let evidence = vec![
            EvidenceItem::new("source", text),
            EvidenceItem::new("source", source.revision.to_string()),
        ];
        Self {
            evidence,
            path: Vec::new(),
            diff: None,
            confidence: Confidence::Possible,
            pattern: None,
        }
    }

    /// Without the way to the loss and the change.
    pub(super) fn without_way(self) -> Self {
        Self { path: Vec::new(), diff: None, ..self }
    }

    pub(super) fn new(
        source: &SourceEvidence,
        site: &SourceSite,
        mistake: &Mistake,
        text: String,
        spot: &Spot,
    ) -> Self {
        let file = source.recorded_file(&site.file);
        let path = mistake.steps.iter().map(|step| PathStep {
            file: file.clone(),
            line: step.recorded.unwrap_or(step.here).0,
            text: step.text.clone(),
        });
        let text = match spot.here {
            None => text,
            // Sentences of a rule tell lines of the source at hand.
            Some(here) => format!("{text} (lines as in {}, where it is line {here})", source.root),
        };
        let revision = EvidenceItem::new("source", source.revision.to_string());
        let evidence = vec![EvidenceItem::new("source", text), revision];
        Self {
            evidence,
            path: path.collect(),
            diff: mistake.fix.as_ref().map(|fix| fix.diff.clone()),
            confidence: mistake.confidence,
            pattern: Some(mistake.pattern),
        }
    }
}
