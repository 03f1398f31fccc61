//! Collecting the edits of one file.

use super::changes::{self, Edit, EditError, Edited};
use super::diff;
use super::imports::{self, NewImport};
use super::layout::{self, Rest};
use crate::ast::{ExprKind, StmtKind};
use crate::file::File;
use crate::ids::StmtId;
use crate::names::Names;
use crate::parents::Parents;
use crate::span::Span;
use crate::walk::Node;

/// How a statement stands in its list.
enum Place<'a> {
    /// On lines of its own, with an indentation.
    OwnLine(&'a str),
    /// In a block on one line, which gets several, with an indentation.
    OneLine(String),
    /// With others on its line.
    Shared,
}

/// Edits of one file, applied together.
#[derive(Debug)]
pub struct Edits<'f, 'a> {
    file: &'f File<'a>,
    names: &'f Names<'a>,
    parents: Parents,
    text: &'a str,
    edits: Vec<Edit>,
    imports: Vec<NewImport>,
    /// Blocks on one line that get several.
    expanded: Vec<StmtId>,
}

impl<'f, 'a> Edits<'f, 'a> {
    /// No edits yet.
    ///
    /// # Errors
    /// [`EditError::Unreadable`] if the file has errors or is no UTF-8.
    pub fn new(file: &'f File<'a>, names: &'f Names<'a>) -> Result<Self, EditError> {
        let text = changes::text_of(file)?;
        let parents = Parents::new(file);
        let (edits, imports, expanded) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { file, names, parents, text, edits, imports, expanded })
    }

    /// Replaces bytes, as they are given.
    pub fn replace(&mut self, span: Span, text: impl Into<String>) {
        self.edits.push(Edit { span, text: text.into() });
    }

    /// Adds a statement on a line after another one, behind its comment.
    ///
    /// The text may have several lines, indented with tabs against its first. A block on one line gets several; other
    /// statements that share a line (`a(); b()`) go on doing so, as far as the text has one line.
    ///
    /// # Errors
    /// [`EditError::NotInList`] and [`EditError::SharedLine`].
    pub fn insert_after(&mut self, stmt: StmtId, text: &str) -> Result<(), EditError> {
        let (stmt, place) = self.place(stmt)?;
        let end = self.file[stmt].span.end;
        let line_end = layout::line_end(self.text, end);
        let (at, text) = match (place, layout::rest_of_line(self.file, self.text, end)) {
            (Place::OneLine(indent), _) => {
                (end, format!("{line_end}{}", indented(text, &indent, line_end)))
            }
            (Place::OwnLine(indent), Rest::End(at)) => {
                (at, format!("{line_end}{}", indented(text, indent, line_end)))
            }
            _ if text.contains('\n') => return Err(self.shared_line(stmt)),
            _ => (end, format!("; {text}")),
        };
        self.replace(Span::new(at, at), text);
        Ok(())
    }

    /// Adds a statement on a line before another one. Otherwise as [`Self::insert_after`].
    ///
    /// # Errors
    /// [`EditError::NotInList`] and [`EditError::SharedLine`].
    pub fn insert_before(&mut self, stmt: StmtId, text: &str) -> Result<(), EditError> {
        let (stmt, place) = self.place(stmt)?;
        let start = self.file[stmt].span.start;
        let line_end = layout::line_end(self.text, start);
        let first = layout::indentation(self.file, self.text, start).is_some();
        let (at, text) = match place {
            Place::OneLine(indent) => {
                let text = indented(text, &indent, line_end);
                (start, format!("{}{line_end}{indent}", text.trim_start()))
            }
            Place::OwnLine(indent) if first => {
                let at = layout::line_start(self.file, start);
                (at, format!("{}{line_end}", indented(text, indent, line_end)))
            }
            _ if text.contains('\n') => return Err(self.shared_line(stmt)),
            _ => (start, format!("{text}; ")),
        };
        self.replace(Span::new(at, at), text);
        Ok(())
    }

    /// Makes a package known to the file, and says by which name: its import's, if there is one that gives it a name
    /// (empty for a dot import). `name` is the name of the package where it does not follow from the path. A name
    /// that the file uses for something else gets the suffix `pkg`.
    pub fn import(&mut self, path: &str, name: Option<&str>) -> String {
        if let Some(name) = imports::name_of(self.names, path) {
            return name.to_owned();
        }
        if let Some(new) = self.imports.iter().find(|new| new.path == path) {
            return new.local.clone();
        }
        let new = imports::new_import(self.file, self.names, path, name);
        let local = new.local.clone();
        self.imports.push(new);
        local
    }

    /// Applies all edits.
    ///
    /// # Errors
    /// [`EditError::Overlap`], [`EditError::OutOfRange`], and [`EditError::Broken`] if the result does not parse.
    pub fn apply(&self) -> Result<Edited, EditError> {
        let mut source = changes::apply(self.file, &self.edits)?;
        for new in &self.imports {
            let file = crate::parse(source.as_bytes());
            let edit = imports::edit(&file, source.as_str(), new);
            source = changes::apply(&file, &[edit])?;
        }
        let edits = diff::edits(self.text, &source);
        Ok(Edited { source, edits })
    }

    /// The statement as one of a list, with its label if it has one, and how it stands there.
    fn place(&mut self, stmt: StmtId) -> Result<(StmtId, Place<'a>), EditError> {
        let file = self.file;
        let (stmt, list) = self.in_list(stmt).ok_or_else(|| EditError::NotInList {
            line: file.position(file[stmt].span.start).line,
        })?;
        if self.is_one_line_value(list) {
            return Err(self.shared_line(stmt));
        }
        if let Some(indent) = self.expand(list) {
            return Ok((stmt, Place::OneLine(indent)));
        }
        let mut starts = vec![file[stmt].span.start];
        let mut inner = stmt;
        while let StmtKind::LabeledStmt(labeled) = file[inner].kind {
            inner = labeled.stmt;
            // A label stands further left than the statements of its list.
            starts.insert(0, file[inner].span.start);
        }
        let indent = starts.iter().find_map(|start| layout::indentation(file, self.text, *start));
        Ok((stmt, indent.map_or(Place::Shared, Place::OwnLine)))
    }

    /// The statement with its labels, and what lists it.
    fn in_list(&self, mut stmt: StmtId) -> Option<(StmtId, StmtId)> {
        let file = self.file;
        loop {
            let Some(Node::Stmt(above)) = self.parents.of(Node::Stmt(stmt)) else { return None };
            let is_clause =
                matches!(file[stmt].kind, StmtKind::CaseClause(_) | StmtKind::CommClause(_));
            let is_in_list = match file[above].kind {
                StmtKind::LabeledStmt(_) => {
                    stmt = above;
                    continue;
                }
                // Clauses are no statements that others could stand beside.
                StmtKind::BlockStmt(_) => !is_clause,
                StmtKind::CaseClause(_) => true,
                StmtKind::CommClause(clause) => clause.comm != Some(stmt),
                _ => false,
            };
            return is_in_list.then_some((stmt, above));
        }
    }

    /// Whether a block is the body, on one line, of a literal that is a value of a composite literal: more lines would
    /// move the values around it.
    fn is_one_line_value(&self, block: StmtId) -> bool {
        let file = self.file;
        let span = file[block].span;
        let Some(literal @ Node::Expr(_)) = self.parents.of(Node::Stmt(block)) else {
            return false;
        };
        let one_line = file.position(span.start).line == file.position(span.end).line;
        one_line
            && matches!(self.parents.of(literal), Some(Node::Expr(above))
                if matches!(file[above].kind, ExprKind::KeyValueExpr(_)))
    }

    /// Gives each statement of a block on one line a line of its own, once, and says their indentation.
    fn expand(&mut self, block: StmtId) -> Option<String> {
        let file = self.file;
        let span = file[block].span;
        if !matches!(file[block].kind, StmtKind::BlockStmt(_))
            || file.position(span.start).line != file.position(span.end).line
        {
            return None;
        }
        let list = file.block(block).iter().map(|stmt| file[*stmt].span);
        let list: Vec<Span> = list.filter(|span| !span.is_empty()).collect();
        let starts = list.iter().map(|span| span.start).chain([span.end - 1]);
        let ends = [span.start + 1].into_iter().chain(list.iter().map(|span| span.end));
        let gaps: Vec<Span> = ends.zip(starts).map(|(end, start)| Span::new(end, start)).collect();
        if gaps.iter().any(|gap| !file.text(*gap).trim_matches([' ', '\t', ';']).is_empty()) {
            return None;
        }
        let line = file.text(Span::new(layout::line_start(file, span.start), span.start));
        let outer = &line[..line.len() - line.trim_start().len()];
        let indent = format!("{outer}\t");
        if !self.expanded.contains(&block) {
            self.expanded.push(block);
            let line_end = layout::line_end(self.text, span.start);
            let last = gaps.len() - 1;
            for (i, gap) in gaps.into_iter().enumerate() {
                let indent = if i == last { outer } else { &indent };
                self.replace(gap, format!("{line_end}{indent}"));
            }
        }
        Some(indent)
    }

    fn shared_line(&self, stmt: StmtId) -> EditError {
        EditError::SharedLine { line: self.file.position(self.file[stmt].span.start).line }
    }
}

/// The lines of a text, each with an indentation.
fn indented(text: &str, indent: &str, line_end: &str) -> String {
    let lines = text.lines().map(|line| match line {
        "" => String::new(),
        line => format!("{indent}{line}"),
    });
    lines.collect::<Vec<_>>().join(line_end)
}
