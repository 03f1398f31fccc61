//! What plumb said, compared with the marks in a program's source.

use serde_json::Value;

use super::folder;

/// What `plumb diagnose --format json` printed.
#[derive(Debug)]
pub(crate) struct Answer(Value);

/// How a finding's site relates to the marked line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// It is the marked line.
    Exact,
    /// No line is named.
    Open,
}

impl From<Value> for Answer {
    fn from(json: Value) -> Self {
        Self(json)
    }
}

impl Answer {
    /// The only finding.
    #[track_caller]
    pub(crate) fn only(&self) -> &Value {
        let findings = self.0["findings"].as_array().expect("findings");
        assert_eq!(findings.len(), 1, "{:#}", self.0);
        &findings[0]
    }

    /// Asserts that the only finding is what the program's source is marked to leak, at least Likely, and that no
    /// other line of the program is accused.
    #[track_caller]
    pub(crate) fn finds(&self, mark: &Mark) -> Line {
        let finding = self.only();
        assert_eq!(finding["pattern"], mark.pattern, "{finding:#}");
        assert_eq!(finding["object"], mark.object, "{finding:#}");
        assert!(["likely", "proven"].contains(&text(&finding["confidence"])), "{finding:#}");
        let site = &finding["site"];
        if site["kind"] != "line" {
            return Line::Open;
        }
        assert!(text(&site["file"]).ends_with(&mark.file), "wrong file: {finding:#}");
        assert_eq!(site["line"], mark.line, "wrong line: {finding:#}");
        assert_eq!(site["function"], mark.function, "wrong function: {finding:#}");
        Line::Exact
    }

    /// The sentence of the only finding's evidence that is of this kind and has these words in it.
    #[track_caller]
    pub(crate) fn sentence(&self, kind: &str, words: &str) -> &str {
        let evidence = self.only()["evidence"].as_array().expect("evidence");
        let mut said =
            evidence.iter().filter(|item| item["kind"] == kind).map(|i| text(&i["text"]));
        let found = said.find(|sentence| sentence.contains(words));
        found.unwrap_or_else(|| panic!("nothing on {kind} with {words:?} in {evidence:#?}"))
    }
}

/// The text of a JSON string.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A line of a program that ends with `// leak: PATTERN (OBJECT)`.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pattern: String,
    object: String,
    file: String,
    line: u64,
    function: String,
}

/// The mark of an object in a file of a program.
pub(crate) fn mark(program: &str, file: &str, object: &str) -> Mark {
    let source = std::fs::read_to_string(folder(program).join(file)).expect("the source");
    let lines: Vec<&str> = source.lines().collect();
    let marked = lines.iter().position(|line| line.ends_with(&format!("({object})")));
    let index = marked.unwrap_or_else(|| panic!("no mark of {object} in {file}"));
    let (_, mark) = lines[index].split_once("// leak: ").expect("a mark");
    let pattern = mark.split(' ').next().unwrap_or_default().to_owned();
    let mut above = lines[..index].iter().rev();
    let declared = above.find_map(|line| line.strip_prefix("func ")).expect("a function");
    Mark {
        pattern,
        object: object.to_owned(),
        file: format!("{program}/{file}"),
        line: index as u64 + 1,
        function: format!("main.{}", function_name(declared)),
    }
}

/// `(c *callers) check() error {` → `(*callers).check`.
fn function_name(declared: &str) -> String {
    let upto = |text: &str| text.split('(').next().unwrap_or_default().trim().to_owned();
    match declared.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((receiver, name)) => {
            let kind = receiver.split_whitespace().last().unwrap_or_default();
            let kind = if kind.starts_with('*') { format!("({kind})") } else { kind.to_owned() };
            format!("{kind}.{}", upto(name))
        }
        None => upto(declared),
    }
}
