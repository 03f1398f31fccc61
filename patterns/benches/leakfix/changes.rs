//! Which functions a commit changed.

use anyhow::{Context, Result};
use plumb_gosource::{DeclKind, ExprKind, File, Node, Span, SpecId, SpecKind, parse};

use super::git::{Repository, Tree};
use super::table::Row;

/// What a commit did to one file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    /// Its path before and after; empty where it does not exist.
    pub(crate) paths: [String; 2],
    /// What was changed of it before and after.
    touched: [Vec<Touched>; 2],
    /// The functions that hold something of that.
    pub(crate) functions: [Vec<Function>; 2],
}

/// One end of a hunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touched {
    /// From the first to the last line.
    Lines(u32, u32),
    /// Nothing; but something was put in or taken out behind this line.
    Behind(u32),
}

/// A declaration with code in it: a function, a method, or a variable whose value holds function literals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// As `func` spells it: `(s *Store) load` is `(*Store).load`.
    pub(crate) name: String,
    /// Its first and last line.
    pub(crate) lines: (u32, u32),
}

impl Function {
    fn is_touched(&self, touched: &Touched) -> bool {
        let (first, last) = self.lines;
        match *touched {
            Touched::Lines(from, to) => from <= last && to >= first,
            Touched::Behind(line) => first <= line && line < last,
        }
    }

    /// Whether a line is one of its.
    pub(crate) fn holds(&self, line: u32) -> bool {
        (self.lines.0..=self.lines.1).contains(&line)
    }
}

/// The changes of a row's files, with the functions before and after.
///
/// # Errors
/// If git fails.
pub(crate) fn of_row(
    repository: &Repository,
    row: &Row,
    trees: [&Tree<'_>; 2],
) -> Result<Vec<Change>> {
    let mut arguments = vec!["diff", "-U0", "-M", "--no-color", "--no-ext-diff"];
    // The user's configuration may say otherwise.
    arguments.extend(["--src-prefix=a/", "--dst-prefix=b/", &row.parent, &row.fix]);
    let diff = repository.git(&arguments)?;
    let mut changes = read(&String::from_utf8_lossy(&diff));
    changes.retain(|change| change.paths.iter().any(|path| row.files.contains(path)));
    for change in &mut changes {
        let mut all: [Vec<Function>; 2] = Default::default();
        for side in [0, 1] {
            let path = &change.paths[side];
            if path.is_empty() {
                continue;
            }
            let source = trees[side].read(path).with_context(|| format!("cannot read {path}"))?;
            all[side] = functions(&source);
        }
        change.find_functions(all);
    }
    Ok(changes)
}

impl Change {
    /// A function is changed on both sides if it is on one.
    fn find_functions(&mut self, all: [Vec<Function>; 2]) {
        let touched = |side: usize, function: &Function| {
            self.touched[side].iter().any(|touched| function.is_touched(touched))
        };
        let names: Vec<String> = [0, 1]
            .into_iter()
            .flat_map(|side| all[side].iter().filter(move |f| touched(side, f)))
            .map(|function| function.name.clone())
            .collect();
        self.functions = all.map(|mut functions| {
            functions.retain(|function| names.contains(&function.name));
            functions
        });
    }
}

/// Reads the output of `git diff -U0`.
fn read(diff: &str) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    // Lines of content begin with `-` and `+` too: they are counted.
    let mut content = 0;
    for line in diff.lines() {
        if content > 0 && line.starts_with(['-', '+']) {
            content -= 1;
        } else if line.starts_with("diff --git ") {
            changes.push(Change::default());
        } else if let Some(change) = changes.last_mut() {
            let path = |rest: &str| {
                let rest = rest.trim_end_matches('\t');
                rest.get(2..).filter(|_| rest != "/dev/null").unwrap_or_default().to_owned()
            };
            if let Some(rest) = line.strip_prefix("--- ") {
                change.paths[0] = path(rest);
            } else if let Some(rest) = line.strip_prefix("+++ ") {
                change.paths[1] = path(rest);
            } else if let Some((before, after)) = hunk(line) {
                content = before.1 + after.1;
                change.touched[0].push(touched(before));
                change.touched[1].push(touched(after));
            }
        }
    }
    changes
}

/// `@@ -12,3 +12 @@` → `((12, 3), (12, 1))`: first lines and numbers of lines.
fn hunk(line: &str) -> Option<((u32, u32), (u32, u32))> {
    let mut words = line.strip_prefix("@@ ")?.split(' ');
    let mut range = |sign| {
        let range = words.next()?.strip_prefix(sign)?;
        let (first, count) = range.split_once(',').unwrap_or((range, "1"));
        Some((first.parse().ok()?, count.parse().ok()?))
    };
    Some((range('-')?, range('+')?))
}

fn touched((first, count): (u32, u32)) -> Touched {
    match count {
        0 => Touched::Behind(first),
        _ => Touched::Lines(first, first + count - 1),
    }
}

/// The declarations of a file that hold code.
fn functions(source: &[u8]) -> Vec<Function> {
    let file = parse(source);
    let mut functions = Vec::new();
    for &decl in &file[file.decls()] {
        match file[decl].kind {
            DeclKind::FuncDecl(f) => {
                let receiver = f.recv.and_then(|recv| file[file[recv].list].first());
                let name = file.name(f.name);
                let name = match receiver {
                    Some(field) => method(file.text(file[file[*field].ty].span), name),
                    None => name.to_owned(),
                };
                functions.push(Function { name, lines: lines(&file, file[decl].span) });
            }
            DeclKind::GenDecl(general) => {
                functions.extend(file[general.specs].iter().filter_map(|s| variable(&file, *s)));
            }
            DeclKind::BadDecl => {}
        }
    }
    functions
}

/// `(*Store).load`, `Store.load`.
fn method(receiver: &str, name: &str) -> String {
    match receiver.starts_with('*') {
        true => format!("({receiver}).{name}"),
        false => format!("{receiver}.{name}"),
    }
}

/// Variables whose values hold function literals, as those of command lines do.
fn variable(file: &File<'_>, spec: SpecId) -> Option<Function> {
    let SpecKind::ValueSpec(value) = file[spec].kind else { return None };
    let is_literal = |node: Node| matches!(node, Node::Expr(expr) if matches!(file[expr].kind, ExprKind::FuncLit(_)));
    let name = file.name(*file[value.names].first()?).to_owned();
    let holds_code = file.walk(Node::Spec(spec)).any(|visit| is_literal(visit.node));
    holds_code.then(|| Function { name, lines: lines(file, file[spec].span) })
}

fn lines(file: &File<'_>, span: Span) -> (u32, u32) {
    (file.position(span.start).line, file.position(span.end.saturating_sub(1)).line)
}
