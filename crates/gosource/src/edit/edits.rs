//! Collecting the edits of one file.

use super::changes::{self, Edit, EditError, Edited};
use super::diff;
use super::imports::{self, NewImport};
use super::layout::{self, Rest};
use crate::ast::StmtKind;
use crate::file::File;
use crate::ids::StmtId;
use crate::names::Names;
use crate::parents::Parents;
use crate::span::Span;
use crate::walk::Node;

/// Edits of one file, applied together.
#[derive(Debug)]
pub struct Edits<'f, 'a> {
    file: &'f File<'a>,
    names: &'f Names<'a>,
    parents: Parents,
    text: &'a str,
    edits: Vec<Edit>,
    imports: Vec<NewImport>,
}

impl<'f, 'a> Edits<'f, 'a> {
    /// No edits yet.
    ///
    /// # Errors
    /// [`EditError::Unreadable`] if the file has errors or is no UTF-8.
    pub fn new(file: &'f File<'a>, names: &'f Names<'a>) -> Result<Self, EditError> {
        let text = changes::text_of(file)?;
        let parents = Parents::new(file);
        Ok(Self { file, names, parents, text, edits: Vec::new(), imports: Vec::new() })
    }

    /// Replaces bytes, as they are given.
    pub fn replace(&mut self, span: Span, text: impl Into<String>) {
        self.edits.push(Edit { span, text: text.into() });
    }

    /// Adds a statement on a line after another one, behind its comment, and on the same line if others follow there.
    ///
    /// The text may have several lines, indented with tabs against its first.
    ///
    /// # Errors
    /// [`EditError::NotInList`] and [`EditError::SharedLine`].
    pub fn insert_after(&mut self, stmt: StmtId, text: &str) -> Result<(), EditError> {
        let (stmt, indent) = self.in_list(stmt)?;
        let end = self.file[stmt].span.end;
        let (at, text) = match (layout::rest_of_line(self.file, self.text, end), indent) {
            (Rest::End(at), Some(indent)) => {
                let line_end = layout::line_end(self.text, at);
                (at, format!("{line_end}{}", indented(text, indent, line_end)))
            }
            _ if text.contains('\n') => return Err(self.shared_line(stmt)),
            _ => (end, format!("; {text}")),
        };
        self.replace(Span::new(at, at), text);
        Ok(())
    }

    /// Adds a statement on a line before another one, and on the same line if others stand there. Otherwise as
    /// [`Self::insert_after`].
    ///
    /// # Errors
    /// [`EditError::NotInList`] and [`EditError::SharedLine`].
    pub fn insert_before(&mut self, stmt: StmtId, text: &str) -> Result<(), EditError> {
        let (stmt, indent) = self.in_list(stmt)?;
        let start = self.file[stmt].span.start;
        let first = layout::indentation(self.file, self.text, start).is_some();
        let (at, text) = match indent.filter(|_| first) {
            Some(indent) => {
                let at = layout::line_start(self.file, start);
                let line_end = layout::line_end(self.text, start);
                (at, format!("{}{line_end}", indented(text, indent, line_end)))
            }
            None if text.contains('\n') => return Err(self.shared_line(stmt)),
            None => (start, format!("{text}; ")),
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

    /// The statement as one of a list, with its label if it has one, and the indentation of the list; without one
    /// if others stand before it on its line.
    fn in_list(&self, mut stmt: StmtId) -> Result<(StmtId, Option<&'a str>), EditError> {
        let file = self.file;
        let inner = stmt;
        let not_in_list = EditError::NotInList { line: file.position(file[stmt].span.start).line };
        loop {
            let Some(Node::Stmt(above)) = self.parents.of(Node::Stmt(stmt)) else {
                return Err(not_in_list);
            };
            let is_in_list = match file[above].kind {
                StmtKind::LabeledStmt(_) => {
                    stmt = above;
                    continue;
                }
                // Clauses are no statements that others could stand beside.
                StmtKind::BlockStmt(_) => {
                    !matches!(file[stmt].kind, StmtKind::CaseClause(_) | StmtKind::CommClause(_))
                }
                StmtKind::CaseClause(_) => true,
                StmtKind::CommClause(clause) => clause.comm != Some(stmt),
                _ => false,
            };
            if !is_in_list {
                return Err(not_in_list);
            }
            // A label stands further left than the statements of its list.
            let starts = [inner, stmt].map(|stmt| file[stmt].span.start);
            let indent = starts.iter().find_map(|s| layout::indentation(file, self.text, *s));
            return Ok((stmt, indent));
        }
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
