//! The JSON contract: real output is valid, a broken one is not, and no key is undocumented.

#[allow(dead_code)] // shared by several tests
mod diagnoses;

use diagnoses::*;
use plumb_evidence::Diagnosis;
use plumb_report::{DIAGNOSE_SCHEMA, Format, Options};
use serde_json::{Value, json};

fn printed(diagnosis: &Diagnosis) -> Value {
    let text = (Format::named("json").unwrap().render)(diagnosis, &Options::default());
    serde_json::from_str(&text).unwrap()
}

fn schema() -> Value {
    serde_json::from_str(DIAGNOSE_SCHEMA).unwrap()
}

fn all() -> [Value; 7] {
    let two = diagnosis(vec![with_source(), memory_leak()]);
    let known = with_known_leaks();
    [two, open_diagnosis(), undecided(), problems_only(), diagnosis(vec![]), huge(200), known]
        .map(|d| printed(&d))
}

#[test]
fn the_schema_is_itself_valid() {
    jsonschema::meta::validate(&schema()).unwrap();
}

#[test]
fn real_output_is_valid() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for document in all() {
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|e| format!("{e} at {}", e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn broken_output_is_not() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let valid = printed(&diagnosis(vec![decided()]));
    let break_at = |pointer: &str, value: Value| {
        let mut broken = valid.clone();
        *broken.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&broken), "{pointer}");
    };
    break_at("/schema", json!("plumb.diagnose/2"));
    break_at("/verdict", json!("maybe"));
    break_at("/verdict", json!("clean"));
    break_at("/findings/0/evidence", json!([]));
    break_at("/findings/0/site", json!(null));
    break_at("/findings/0/site/role", json!("guilty"));
    break_at("/findings/0/site/line", json!(0));
    break_at("/findings/0/count", json!(0));
    break_at("/findings/0/growth", json!(null));
    break_at("/findings/0/resource", json!("descriptors"));
    break_at("/instances/0/snapshots/0/rss", json!(-1));
    break_at("/memory", json!([]));
}

/// Every key of an object that the schema requires, wherever it stands, is needed.
#[test]
fn a_missing_key_is_not_valid() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let valid = printed(&diagnosis(vec![decided()]));
    for pointer in
        ["", "/findings/0", "/findings/0/site", "/findings/0/growth", "/memory/instances/0"]
    {
        let keys: Vec<String> =
            valid.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect();
        for key in keys {
            let mut broken = valid.clone();
            broken.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(&key);
            assert!(!validator.is_valid(&broken), "{pointer}/{key}");
        }
    }
}

#[test]
fn every_key_is_documented() {
    let schema = schema();
    for document in all() {
        check_documented(&schema, &schema, &document, "");
    }
}

fn check_documented(root: &Value, schema: &Value, value: &Value, path: &str) {
    let schema = resolve(root, schema);
    let schema = match schema.get("anyOf") {
        Some(choices) if value.is_object() => choices.as_array().unwrap().last().unwrap(),
        _ => schema,
    };
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let at = format!("{path}/{key}");
                let documented =
                    resolve(root, schema.pointer(&format!("/properties/{key}")).expect(&at));
                assert!(documented["description"].is_string(), "{at} lacks a description");
                check_documented(root, documented, member, &at);
            }
        }
        Value::Array(items) => {
            for item in items {
                check_documented(root, &schema["items"], item, &format!("{path}[]"));
            }
        }
        _ => {}
    }
}

fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

#[test]
fn the_words_of_the_contract() {
    let document = printed(&diagnosis(vec![decided(), memory_leak()]));
    let finding = &document["findings"][0];
    assert_eq!(finding["pattern"], "http-body-not-closed");
    assert_eq!(finding["site"]["found_by"], json!(["heap"]));
    assert_eq!(
        finding["growth"],
        json!({"unit": "count", "per_hour": 22, "low": 18, "high": 26, "per_request": null, "driver": "clock"})
    );
    assert_eq!(finding["bytes"], json!(12_897_485));
    assert_eq!(finding["forecast"]["limit"], json!(536_870_912));
    assert_eq!(document["findings"][1]["growth"]["unit"], "bytes");
    assert_eq!(finding["fix"]["diff"], Value::Null);
    assert_eq!(finding["introduced"], Value::Null);
    assert_eq!(document["findings"][1]["pattern"], "unnamed");
    assert_eq!(document["findings"][1]["related"][0]["role"], "deletes");
}

/// What scripts rely on, by name and place.
#[test]
fn every_key_of_the_contract_is_there() {
    let document = printed(&diagnosis(vec![open_line(), memory_leak()]));
    let has = |pointer: &str, keys: &str| {
        let value = document.pointer(pointer).expect(pointer);
        for key in keys.split_whitespace() {
            assert!(value.get(key).is_some(), "{pointer}/{key}");
        }
    };
    has("", "schema target instances verdict findings undecided memory problems");
    has("/instances/0", "id go module snapshots");
    has("/instances/0/snapshots/0", "taken goroutines groups heap_inuse rss");
    has(
        "/findings/0",
        "pattern title confidence resource object site candidates related count bytes growth forecast evidence why \
         fix introduced verify",
    );
    has("/findings/0/site", "kind file line function package version role found_by");
    has("/findings/0/candidates/0", "site share");
    has("/findings/0/growth", "per_hour low high per_request driver");
    has("/findings/0/evidence/0", "kind text");
    has("/findings/0/fix", "text diff");
    has("/findings/1/related/0", "kind file line function package version role found_by");
    let document = printed(&problems_only());
    assert!(document["undecided"][0]["what"].is_string());
    assert!(document["undecided"][0]["bring"].is_string());
    assert!(document["problems"][0]["what"].is_string());
    assert!(document["problems"][0]["input"].is_string());
}

/// Bytes, counts and lines are integers however large they are: `1.2e6` is none to many readers.
#[test]
fn no_integer_is_printed_as_a_float() {
    for document in [diagnosis(vec![decided(), memory_leak()]), huge(40)] {
        let text = (Format::named("json").unwrap().render)(&document, &Options::default());
        for key in
            ["count", "bytes", "limit", "rss", "heap_inuse", "goroutines", "resident", "line"]
        {
            let marker = format!("\"{key}\": ");
            for (at, _) in text.match_indices(&marker) {
                let value: String = text[at + marker.len()..]
                    .chars()
                    .take_while(|c| !matches!(c, ',' | '\n'))
                    .collect();
                let is_integer = value.bytes().all(|byte| byte.is_ascii_digit());
                assert!(is_integer || value == "null", "{key}: {value}");
            }
        }
    }
}

/// The guide for scripts names every key of the contract's core.
#[test]
fn the_guide_names_every_key() {
    let guide = include_str!("../../../docs/guide/scripts.md");
    let schema = schema();
    let named =
        |key: &str| guide.contains(&format!("`{key}`")) || guide.contains(&format!("{key}[]`"));
    let keys = |pointer: &str| -> Vec<String> {
        let object = schema.pointer(pointer).and_then(Value::as_object).expect(pointer);
        object.keys().cloned().collect()
    };
    let instance = "/properties/instances/items/properties";
    let finding = "/$defs/finding/properties";
    for pointer in ["/properties", instance, "/$defs/site/properties", finding] {
        for key in keys(pointer) {
            let nested = ["instances", "memory", "findings", "undecided"].contains(&key.as_str());
            let path = guide.contains(&format!("findings[].{key}"));
            assert!(named(&key) || nested || path, "{pointer}/{key}");
        }
    }
    for key in keys(&format!("{instance}/snapshots/items/properties")) {
        assert!(named(&key), "{key}");
    }
    for key in keys(&format!("{finding}/growth/properties")) {
        assert!(named(&key), "{key}");
    }
}
