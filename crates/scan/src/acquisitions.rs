//! Everything that a program acquires, with what becomes of it: what a diagnosis asks of the source.
//!
//! A scan tells mistakes. Whoever looks for the line of one leak also wants to know which places acquire the same thing
//! and are right, and only those that are in the program: a module may hold several.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use plumb_evidence::source::{FailedFile, SourceFinding};
use plumb_evidence::source_evidence::SourceAcquisition;
use plumb_gosource::{DeclKind, ExprKind, Folders, Installation, Node};

use crate::code::Code;
use crate::knowledge::Knowledge;
use crate::resources::fates;
use crate::rule::Rule;
use crate::tree::{Options, Tree, each_package};

/// What a survey is of.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The root of the module.
    pub root: &'a Path,
    /// The import path of the program's main package; `None` = all packages of the module may be in it.
    pub main_package: Option<&'a str>,
}

/// What a program acquires, and the mistakes in it.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// In the order of files and lines.
    pub acquisitions: Vec<SourceAcquisition>,
    /// Mistakes that the rules find, in the same order; none in tests.
    pub findings: Vec<SourceFinding>,
    /// All declared functions.
    pub functions: Vec<SourceFunction>,
    /// Files that could not be read, or not wholly.
    pub failed: Vec<FailedFile>,
}

/// A declared function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFunction {
    /// Path of its file from the root, with `/`.
    pub file: String,
    /// As the Go runtime names it.
    pub name: String,
    /// First and last line.
    pub lines: (u32, u32),
}

/// What one package tells, before it is known whether it is in the program.
#[derive(Default)]
struct Part {
    path: String,
    imports: BTreeSet<String>,
    survey: Survey,
}

/// Looks at the packages of a program that are in its main module. Tests are not part of it; generated files are.
pub fn survey(
    folders: &dyn Folders,
    subject: Subject<'_>,
    installation: Installation,
    rules: &[&Rule],
    knowledge: &Knowledge,
    threads: usize,
) -> Survey {
    let options = Options { tests: false, generated: true, threads, ..Options::default() };
    let look = |code: &Code<'_>, part: &mut Part| part.look(code, rules);
    let tree = Tree::alone(folders, subject.root, installation);
    let (parts, failed) = each_package(tree, knowledge, &options, &look);
    let parts: BTreeMap<String, Part> =
        parts.into_iter().map(|part| (part.path.clone(), part)).collect();
    let mut survey = Survey { failed, ..Survey::default() };
    for part in linked(parts, subject.main_package) {
        survey.acquisitions.extend(part.survey.acquisitions);
        survey.findings.extend(part.survey.findings);
        survey.functions.extend(part.survey.functions);
    }
    survey.acquisitions.sort_by(|a, b| (&a.file, a.place).cmp(&(&b.file, b.place)));
    survey
        .findings
        .sort_by(|a, b| (&a.file, a.place, a.pattern).cmp(&(&b.file, b.place, b.pattern)));
    survey.functions.sort_by(|a, b| (&a.file, a.lines).cmp(&(&b.file, b.lines)));
    survey
}

/// The packages that a main package imports, itself and through others; all if it is not known, or not there.
fn linked(mut parts: BTreeMap<String, Part>, main: Option<&str>) -> Vec<Part> {
    let Some(main) = main.filter(|main| parts.contains_key(*main)) else {
        return parts.into_values().collect();
    };
    let mut linked = Vec::new();
    let mut todo = vec![main.to_owned()];
    while let Some(path) = todo.pop() {
        if let Some(part) = parts.remove(&path) {
            todo.extend(part.imports.iter().cloned());
            linked.push(part);
        }
    }
    linked
}

impl Part {
    fn look(&mut self, code: &Code<'_>, rules: &[&Rule]) {
        self.path = code.package.path.to_string();
        self.imports.extend(code.names.imports().iter().map(|import| import.path.to_owned()));
        self.survey.findings.extend(rules.iter().flat_map(|rule| (rule.check)(code)));
        self.survey.acquisitions.extend(acquisitions(code));
        self.survey.functions.extend(functions(code));
    }
}

/// What a file acquires, in the order of the calls.
pub fn acquisitions(code: &Code<'_>) -> Vec<SourceAcquisition> {
    let held = fates(code).into_iter();
    held.map(|held| {
        let span = code.file[held.call].span;
        SourceAcquisition {
            file: code.path.to_owned(),
            place: code.place(span),
            function: code.function_name(code.declared_at(span.start)),
            called: called(code, held.call),
            object: held.acquired.name,
            module: held.acquired.object.map_or("", |object| object.module),
            kind: held.acquired.kind,
            fate: held.fate,
        }
    })
    .collect()
}

/// What a call calls, as it is written, in one line.
fn called(code: &Code<'_>, call: plumb_gosource::ExprId) -> String {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return String::new() };
    code.text(parts.fun).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn functions(code: &Code<'_>) -> impl Iterator<Item = SourceFunction> {
    code.scope.functions().filter_map(|function| {
        let Node::Decl(decl) = code.scope[function].node else { return None };
        let DeclKind::FuncDecl(_) = code.file[decl].kind else { return None };
        let place = code.place(code.file[decl].span);
        Some(SourceFunction {
            file: code.path.to_owned(),
            name: code.function_name(Some(function)),
            lines: (place.line, place.end_line),
        })
    })
}

#[cfg(test)]
mod tests;
