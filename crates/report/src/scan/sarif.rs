//! SARIF 2.1.0 (OASIS standard), as GitHub code scanning and editors read it.

use plumb_evidence::catalogue::Pattern;
use plumb_evidence::number::plural;
use plumb_evidence::source::{FailedFile, SourceFinding, SourceFix, SourcePlace};
use serde_json::{Value, json};

use super::text::SourceText;
use super::{Level, RuleNames, SourceReport};
use crate::Options;
use crate::explain;

/// Where the schema of the format is: the errata of the standard name this address.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Results that GitHub takes of a run; with more it refuses the file (docs.github.com, "SARIF results exceed one or more
/// limits"). The worst are told.
const RESULTS_MAX: usize = 25_000;

/// Steps of a way that GitHub shows (as above).
const STEPS_MAX: usize = 1_000;

/// Tags of a rule that GitHub shows (as above).
const TAGS_MAX: usize = 10;

/// From where paths are told: the root of the repository.
const ROOT: &str = "%SRCROOT%";

/// Prints a report as a log of one run.
pub(super) fn render(report: &SourceReport<'_>, _: &Options) -> String {
    let fingerprints = report.fingerprints();
    let order = report.worst_first();
    let told = order.iter().take(RESULTS_MAX);
    let results: Vec<Value> =
        told.map(|&index| result(report, &report.findings[index], &fingerprints[index])).collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "plumb",
                "semanticVersion": report.version,
                "rules": report.rules.iter().map(|names| rule(report, names)).collect::<Vec<_>>(),
            }},
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": {
                ROOT: {"description": {"text": "The root of the repository."}},
            },
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications(report),
            }],
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn rule(report: &SourceReport<'_>, names: &RuleNames) -> Value {
    let tags: Vec<&str> =
        ["go", "leak"].iter().chain(names.linters).copied().take(TAGS_MAX).collect();
    let mut rule = json!({
        "id": names.pattern,
        "name": names.pattern,
        "shortDescription": {"text": report.title(names.pattern)},
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": tags, "problem.severity": "warning"},
    });
    if let Some(pattern) = report.pattern(names.pattern) {
        rule["fullDescription"] = json!({"text": pattern.why});
        rule["help"] = json!({"text": help(pattern), "markdown": explain::markdown(pattern)});
    }
    rule
}

fn help(pattern: &Pattern) -> String {
    format!("Why it leaks: {}\n\nFix: {}\n", pattern.why, pattern.fix)
}

fn result(report: &SourceReport<'_>, finding: &SourceFinding, fingerprint: &str) -> Value {
    let source = report.sources.of(finding);
    let uri = artifact(report, &finding.file);
    let mut location = physical(&uri, source, finding.place);
    location["physicalLocation"]["region"]["snippet"] =
        json!({"text": source.map_or(&*finding.snippet, |source| source.line(finding.place.line))});
    location["logicalLocations"] =
        json!([{"fullyQualifiedName": finding.function, "kind": "function"}]);
    let mut result = json!({
        "ruleId": finding.pattern,
        "level": match Level::of(finding) {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        },
        "message": {"text": finding.message},
        "locations": [location],
        "partialFingerprints": {"plumb/v1": fingerprint},
    });
    let index = report.rules.iter().position(|names| names.pattern == finding.pattern);
    if let Some(index) = index {
        result["ruleIndex"] = json!(index);
    }
    if !finding.path.is_empty() {
        result["codeFlows"] = json!([code_flow(finding, &uri, source)]);
    }
    if let Some((fix, source)) = finding.fix.as_ref().zip(source) {
        result["fixes"] = json!([fix_of(fix, &uri, source)]);
    }
    result
}

fn code_flow(finding: &SourceFinding, uri: &Value, source: Option<&SourceText>) -> Value {
    let steps = finding.path.iter().take(STEPS_MAX).map(|step| {
        let mut location = physical(uri, source, step.place);
        location["message"] = json!({"text": step.text});
        json!({"location": location})
    });
    json!({"threadFlows": [{"locations": steps.collect::<Vec<_>>()}]})
}

fn fix_of(fix: &SourceFix, uri: &Value, source: &SourceText) -> Value {
    let replacements = fix.edits.iter().map(|edit| {
        let (line, column) = source.position(edit.start as usize);
        let (end_line, end_column) = source.position(edit.end as usize);
        let place = SourcePlace { line, column, end_line, end_column };
        json!({
            "deletedRegion": region(Some(source), place),
            "insertedContent": {"text": edit.text},
        })
    });
    json!({
        "description": {"text": fix.text},
        "artifactChanges": [{
            "artifactLocation": uri,
            "replacements": replacements.collect::<Vec<_>>(),
        }],
    })
}

fn physical(uri: &Value, source: Option<&SourceText>, place: SourcePlace) -> Value {
    json!({"physicalLocation": {"artifactLocation": uri, "region": region(source, place)}})
}

fn region(source: Option<&SourceText>, place: SourcePlace) -> Value {
    let column = |line, column| source.map_or(column, |source| source.utf16_column(line, column));
    json!({
        "startLine": place.line,
        "startColumn": column(place.line, place.column),
        "endLine": place.end_line,
        "endColumn": column(place.end_line, place.end_column),
    })
}

fn artifact(report: &SourceReport<'_>, file: &str) -> Value {
    json!({"uri": uri(&report.roots.repository(file)), "uriBaseId": ROOT})
}

/// A path as a relative reference: what RFC 3986 does not allow in a path, and colons, which would make a scheme, in
/// percents.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
        match plain {
            true => uri.push(char::from(byte)),
            false => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// What GitHub shows as problems of the tool: files that could not be read, and what is left out.
fn notifications(report: &SourceReport<'_>) -> Vec<Value> {
    let failed = |failed: &FailedFile| {
        json!({
            "level": "warning",
            "message": {"text": format!("{} could not be read: {}", failed.file, failed.why)},
            "locations": [{"physicalLocation": {"artifactLocation": artifact(report, &failed.file)}}],
        })
    };
    let notes = report.notes.iter().map(|note| {
        json!({
            "level": "note",
            "message": {"text": format!("{}:{}: {}", note.file, note.line, note.text)},
        })
    });
    let left = report.findings.len().saturating_sub(RESULTS_MAX);
    let cut = (left > 0).then(|| {
        json!({
            "level": "warning",
            "message": {"text": format!("not in this file: {}", plural(left, "further finding"))},
        })
    });
    report.failed.iter().map(failed).chain(notes).chain(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("a b/ä:%.go"), "a%20b/%C3%A4%3A%25.go");
        assert_eq!(uri("cmd/x_y-z.go"), "cmd/x_y-z.go");
    }
}
