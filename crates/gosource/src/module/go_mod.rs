//! The files `go.mod` and `go.work`.

/// Problems kept of one file.
const MAX_PROBLEMS: usize = 100;

/// A `go.mod`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoMod {
    /// The path of the module.
    pub module: Option<String>,
    /// The version of Go that it is written for: `1.23`.
    pub go: Option<String>,
    /// The toolchain that it suggests.
    pub toolchain: Option<String>,
    /// Modules that it needs.
    pub require: Vec<Requirement>,
    /// Versions that are not to be used.
    pub exclude: Vec<Requirement>,
    /// What is used in place of a module.
    pub replace: Vec<Replace>,
    /// Packages of tools.
    pub tool: Vec<String>,
    /// Folders that are no part of `./...`.
    pub ignore: Vec<String>,
    /// What could not be read.
    pub problems: Vec<GoModProblem>,
}

/// A `go.work`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoWork {
    /// Folders of modules, relative to its own.
    pub modules: Vec<String>,
    /// The version of Go that it is written for.
    pub go: Option<String>,
    /// What is used in place of a module, for all modules.
    pub replace: Vec<Replace>,
    /// What could not be read.
    pub problems: Vec<GoModProblem>,
}

/// A module in a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Its path.
    pub path: String,
    /// Its version: `v1.2.3`.
    pub version: String,
    /// Whether a comment says that only other modules need it.
    pub indirect: bool,
}

/// A replacement of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replace {
    /// What is replaced.
    pub path: String,
    /// In which version; in all if there is none.
    pub version: Option<String>,
    /// The path of a module, or a folder if there is no new version.
    pub new_path: String,
    /// The version that is used instead.
    pub new_version: Option<String>,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoModProblem {
    /// Its number, from 1.
    pub line: u32,
    /// A lowercase fragment.
    pub message: String,
}

impl GoMod {
    /// Reads a `go.mod`, whatever stands in it.
    pub fn parse(text: &str) -> Self {
        let mut file = Self::default();
        let problems = each_directive(text, |directive| file.add(directive));
        file.problems = problems;
        file
    }

    fn add(&mut self, directive: &Directive<'_>) -> Result<(), &'static str> {
        let words: Vec<&str> = directive.words.iter().map(String::as_str).collect();
        match (directive.verb, words.as_slice()) {
            ("module", [path]) => self.module = Some((*path).to_owned()),
            ("go", [version]) => self.go = Some((*version).to_owned()),
            ("toolchain", [name]) => self.toolchain = Some((*name).to_owned()),
            ("require", [path, version]) => {
                self.require.push(requirement(path, version, directive.comment));
            }
            ("exclude", [path, version]) => {
                self.exclude.push(requirement(path, version, directive.comment));
            }
            ("replace", words) => self.replace.push(replace(words)?),
            ("tool", [path]) => self.tool.push((*path).to_owned()),
            ("ignore", [path]) => self.ignore.push((*path).to_owned()),
            ("retract" | "godebug", [_, ..]) => {}
            (verb, _) => return Err(malformed(verb)),
        }
        Ok(())
    }
}

impl GoWork {
    /// Reads a `go.work`, whatever stands in it.
    pub fn parse(text: &str) -> Self {
        let mut file = Self::default();
        let problems = each_directive(text, |directive| {
            let words: Vec<&str> = directive.words.iter().map(String::as_str).collect();
            match (directive.verb, words.as_slice()) {
                ("use", [folder]) => file.modules.push((*folder).to_owned()),
                ("go", [version]) => file.go = Some((*version).to_owned()),
                ("replace", words) => file.replace.push(replace(words)?),
                ("toolchain" | "godebug", [_, ..]) => {}
                (verb, _) => return Err(malformed(verb)),
            }
            Ok(())
        });
        file.problems = problems;
        file
    }
}

fn malformed(verb: &str) -> &'static str {
    const KNOWN: &[&str] = &[
        "module",
        "go",
        "toolchain",
        "require",
        "exclude",
        "replace",
        "retract",
        "tool",
        "ignore",
        "godebug",
        "use",
    ];
    if KNOWN.contains(&verb) { "wrong number of words" } else { "unknown directive" }
}

fn requirement(path: &str, version: &str, comment: &str) -> Requirement {
    let indirect = comment.trim_start_matches('/').trim().split(';').next() == Some("indirect");
    Requirement { path: path.to_owned(), version: version.to_owned(), indirect }
}

fn replace(words: &[&str]) -> Result<Replace, &'static str> {
    let arrow = words.iter().position(|word| *word == "=>").ok_or("replace without =>")?;
    let (old, new) = (&words[..arrow], &words[arrow + 1..]);
    let version = |words: &[&str]| words.get(1).map(|version| (*version).to_owned());
    if !matches!((old.len(), new.len()), (1 | 2, 1 | 2)) {
        return Err("wrong number of words");
    }
    Ok(Replace {
        path: old[0].to_owned(),
        version: version(old),
        new_path: new[0].to_owned(),
        new_version: version(new),
    })
}

struct Directive<'a> {
    verb: &'a str,
    words: Vec<String>,
    comment: &'a str,
}

/// Calls `f` with each directive, also with those in blocks; returns what it and the reader could not make sense of.
fn each_directive<'a>(
    text: &'a str,
    mut f: impl FnMut(&Directive<'a>) -> Result<(), &'static str>,
) -> Vec<GoModProblem> {
    let mut problems = Vec::new();
    let mut block: Option<&'a str> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let (words, comment) = split(line);
        let result = match (block, words.as_slice()) {
            (_, []) => continue,
            (Some(_), [word]) if word.quoted.is_none() && word.text == ")" => {
                block = None;
                Ok(())
            }
            (None, [verb, open]) if open.text == "(" => {
                block = Some(verb.text);
                Ok(())
            }
            (Some(verb), words) => f(&Directive { verb, words: texts(words), comment }),
            (None, [verb, words @ ..]) => {
                f(&Directive { verb: verb.text, words: texts(words), comment })
            }
        };
        if let Err(message) = result
            && problems.len() < MAX_PROBLEMS
        {
            problems.push(GoModProblem { line: number, message: message.to_owned() });
        }
    }
    problems
}

struct Word<'a> {
    text: &'a str,
    /// What it says, if it is a string with quotes.
    quoted: Option<String>,
}

fn texts(words: &[Word<'_>]) -> Vec<String> {
    words.iter().map(|word| word.quoted.clone().unwrap_or_else(|| word.text.to_owned())).collect()
}

/// The words of a line, and the comment at its end.
fn split(line: &str) -> (Vec<Word<'_>>, &str) {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() && !rest.starts_with("//") {
        let end = end_of_word(rest);
        let (text, after) = rest.split_at(end);
        let quoted = text.starts_with(['"', '`']).then(|| unquote(text));
        words.push(Word { text, quoted });
        rest = after.trim_start();
    }
    (words, rest)
}

fn end_of_word(text: &str) -> usize {
    let first = text.chars().next().unwrap_or(' ');
    match first {
        '(' | ')' => 1,
        '"' | '`' => {
            let mut escaped = false;
            let end = text.char_indices().skip(1).find(|(_, c)| {
                let closes = *c == first && !escaped;
                escaped = first == '"' && *c == '\\' && !escaped;
                closes
            });
            end.map_or(text.len(), |(at, _)| at + 1)
        }
        _ => {
            let is_end = |(at, c): (usize, char)| {
                c.is_whitespace() || matches!(c, '(' | ')') || text[at..].starts_with("//")
            };
            text.char_indices().skip(1).find(|at| is_end(*at)).map_or(text.len(), |(at, _)| at)
        }
    }
}

/// What a word in quotes says; paths need no escapes but of quotes and backslashes.
fn unquote(text: &str) -> String {
    let inner = &text[1..text.len().max(2) - 1];
    if text.starts_with('`') || !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_go_mod_is_read() {
        let file = GoMod::parse(
            "// Deprecated: no\nmodule \"example.org/m\" // here\ngo 1.23.1\ntoolchain go1.27.3\n\
             require a.b/c v1.2.3\nrequire (\n\td.e/f v0.0.0-2020 // indirect\n\n\tg.h/i/v2 v2.0.0\n)\n\
             replace a.b/c => ../c\nreplace d.e/f v1.0.0 => d.e/fork v1.0.1\nexclude x.y/z v1.0.0\n\
             retract [v1.0.0, v1.1.0]\ntool (\n\tg.h/i/v2/cmd\n)\nignore ./node_modules\n",
        );
        assert_eq!(file.problems, []);
        assert_eq!(file.module.as_deref(), Some("example.org/m"));
        assert_eq!(
            (file.go.as_deref(), file.toolchain.as_deref()),
            (Some("1.23.1"), Some("go1.27.3"))
        );
        let required: Vec<_> = file
            .require
            .iter()
            .map(|r| (r.path.as_str(), r.version.as_str(), r.indirect))
            .collect();
        assert_eq!(
            required,
            [
                ("a.b/c", "v1.2.3", false),
                ("d.e/f", "v0.0.0-2020", true),
                ("g.h/i/v2", "v2.0.0", false)
            ]
        );
        assert_eq!(file.replace[0].new_path, "../c");
        assert_eq!(file.replace[0].new_version, None);
        assert_eq!(file.replace[1].version.as_deref(), Some("v1.0.0"));
        assert_eq!(file.replace[1].new_version.as_deref(), Some("v1.0.1"));
        assert_eq!(file.exclude.len() + file.tool.len() + file.ignore.len(), 3);
    }

    #[test]
    fn what_cannot_be_read_is_a_problem_of_its_line() {
        let file = GoMod::parse("module\nrequire a\nreplace a b\nnonsense x\n)\n\"\nmodule \"\\");
        let lines: Vec<u32> = file.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 6]);
        assert_eq!(GoMod::parse(&"x\n".repeat(10_000)).problems.len(), MAX_PROBLEMS);
    }

    #[test]
    fn a_go_work_is_read() {
        let file = GoWork::parse("go 1.24\nuse .\nuse (\n\t./staging/a\n)\nreplace a => ./b\n");
        assert_eq!(file.problems, []);
        assert_eq!(file.modules, [".", "./staging/a"]);
        assert_eq!(file.replace.len(), 1);
    }
}
