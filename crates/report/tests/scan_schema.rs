//! The contracts of a scan's outputs: what is printed is valid, what is broken is not, and no key is undocumented.

#[allow(dead_code)] // shared by several tests
mod sources;

use plumb_report::scan::{RuleNames, SCAN_SCHEMA};
use serde_json::{Value, json};
use sources::*;

/// What plumb uses of SARIF 2.1.0, written after the standard: keys, their types, and which must be there.
const SARIF_SCHEMA: &str = include_str!("sources/sarif-2.1.0.json");

fn validator(schema: &str) -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

fn document(format: &str, report: &plumb_report::scan::SourceReport<'_>) -> Value {
    serde_json::from_str(&printed(format, report)).unwrap()
}

fn reports() -> [plumb_report::scan::SourceReport<'static>; 3] {
    [full(), report(vec![lost_response()]), report(Vec::new())]
}

#[track_caller]
fn valid(schema: &str, format: &str) {
    let validator = validator(schema);
    for report in reports() {
        let document = document(format, &report);
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn the_schemas_are_themselves_valid() {
    for schema in [SCAN_SCHEMA, SARIF_SCHEMA] {
        jsonschema::meta::validate(&serde_json::from_str(schema).unwrap()).unwrap();
    }
}

#[test]
fn real_output_is_valid() {
    valid(SCAN_SCHEMA, "json");
    valid(SARIF_SCHEMA, "sarif");
}

#[test]
fn broken_output_is_not() {
    let (scan, sarif) = (validator(SCAN_SCHEMA), validator(SARIF_SCHEMA));
    let broken = |validator: &jsonschema::Validator, format: &str, pointer: &str, value: Value| {
        let mut document = document(format, &full());
        *document.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&document), "{pointer}");
    };
    broken(&scan, "json", "/schema", json!("plumb.scan/2"));
    broken(&scan, "json", "/findings/0/line", json!(0));
    broken(&scan, "json", "/findings/0/confidence", json!("sure"));
    broken(&scan, "json", "/findings/1/fix/edits/0/start", json!(-1));
    broken(&scan, "json", "/findings/1/path/0", json!({"line": 3}));
    broken(&scan, "json", "/files/failed/0", json!("a.go"));
    broken(&scan, "json", "/notes", Value::Null);
    broken(&sarif, "sarif", "/version", json!("2.0.0"));
    broken(&sarif, "sarif", "/runs/0/results/0/level", json!("high"));
    broken(&sarif, "sarif", "/runs/0/results/0/locations", json!([{"line": 3}]));
    let region = "/runs/0/results/0/locations/0/physicalLocation/region/startLine";
    broken(&sarif, "sarif", region, json!(0));
}

/// Every key of a document is described by the schema that allows it.
#[test]
fn every_key_is_documented() {
    let schema: Value = serde_json::from_str(SCAN_SCHEMA).unwrap();
    let text = schema.to_string();
    fn keys(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                found.push(key.clone());
                keys(value, found);
            }),
            Value::Array(list) => list.iter().for_each(|value| keys(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    keys(&document("json", &full()), &mut found);
    assert!(found.len() > 40, "{found:?}");
    for key in found {
        assert!(text.contains(&format!("\"{key}\":{{")), "{key} is not in the schema");
    }
}

#[test]
fn sarif_has_rules_ways_fixes_and_full_regions() {
    let run = document("sarif", &full())["runs"][0].clone();
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["rules"][0]["id"], "http-body-not-closed");
    assert_eq!(driver["rules"][0]["properties"]["tags"], json!(["go", "leak", "bodyclose"]));
    let help = driver["rules"][0]["help"]["markdown"].as_str().unwrap();
    assert!(help.contains("## Why it leaks"), "{help}");
    // The worst is first: reports that are cut keep it.
    let result = &run["results"][0];
    assert_eq!(
        (&result["ruleId"], &result["level"]),
        (&json!("http-body-not-closed"), &json!("error"))
    );
    assert_eq!(result["ruleIndex"], 0);
    let region = &result["locations"][0]["physicalLocation"]["region"];
    let lines = ["startLine", "startColumn", "endLine", "endColumn"]
        .map(|key| region[key].as_u64().unwrap());
    assert_eq!(lines, [10, 15, 10, 71]);
    let steps = result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    assert_eq!(steps.len(), 3);
    assert_eq!(steps[2]["location"]["message"]["text"], "it returns without closing resp.Body");
    let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "\n\tdefer resp.Body.Close()");
    assert_eq!(replacement["deletedRegion"]["startLine"], 13);
    assert_eq!(result["partialFingerprints"]["plumb/v1"].as_str().unwrap().len(), 32);
    assert_eq!(run["results"][1]["level"], "note", "it is in a test");
    let told = &run["invocations"][0]["toolExecutionNotifications"];
    assert!(told[0]["message"]["text"].as_str().unwrap().starts_with("gen/x.go could not be read"));
}

#[test]
fn sarif_keeps_to_what_github_takes() {
    let mut many = report(Vec::new());
    many.findings = vec![possible_file(); 25_001];
    many.findings[25_000] = lost_response();
    many.findings[25_000].path = vec![lost_response().path[0].clone(); 1_200];
    many.rules = vec![RuleNames {
        pattern: "http-body-not-closed",
        linters: &["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"],
    }];
    let run = document("sarif", &many)["runs"][0].clone();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert_eq!(results[0]["ruleId"], "http-body-not-closed");
    let steps = results[0]["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    assert_eq!(steps.len(), 1_000);
    assert_eq!(
        run["tool"]["driver"]["rules"][0]["properties"]["tags"].as_array().unwrap().len(),
        10
    );
    let told = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(told, "not in this file: 1 further finding");
}

/// SARIF counts columns in UTF-16, the scan in bytes.
#[test]
fn sarif_columns_are_in_utf16() {
    let source = "package p\n\nvar ä, 𝄞 = f(), g()\n";
    let mut finding = lost_response();
    finding.file = "a.go".into();
    finding.place = place(source, 3, "g()");
    finding.fix = None;
    let mut report = report(vec![finding]);
    report.sources.insert("a.go".into(), source.into());
    let document = document("sarif", &report);
    let region = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(document["runs"][0]["columnKind"], "utf16CodeUnits");
    assert_eq!((&region["startColumn"], &region["endColumn"]), (&json!(18), &json!(21)));
}
