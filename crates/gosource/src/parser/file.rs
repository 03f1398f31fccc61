//! A whole file: package clause, imports, declarations.

use std::sync::OnceLock;

use super::{Bail, Parsed, Parser};
use crate::arena::close_list;
use crate::file::{File, PackageClause};
use crate::positions::LineTable;
use crate::problem::SkippedPart;
use crate::span::Span;
use crate::token::Token;

impl<'a> Parser<'a> {
    pub(super) fn file(mut self, text: Option<&'a str>) -> File<'a> {
        self.first();
        let package = self.package_clause();
        if package.is_err() {
            let start = self.start() as u32;
            let rest = Span::new(start, self.lex.src.len() as u32);
            self.lex.problems.skipped(SkippedPart::Rest, rest);
            self.lex.go_to_end();
        } else {
            self.decls(false);
        }
        self.finished(package.ok(), text)
    }

    /// The package clause and the imports; and where the first other declaration begins.
    pub(super) fn header(mut self) -> (File<'a>, usize) {
        self.first();
        let package = self.package_clause();
        if package.is_ok() {
            self.decls(true);
        }
        let rest = self.start();
        let text = self.lex.src.get(..rest).and_then(|header| std::str::from_utf8(header).ok());
        (self.finished(package.ok(), text), rest)
    }

    /// Declarations without a package clause before them.
    pub(super) fn only_declarations(mut self, text: &'a str) -> File<'a> {
        self.first();
        self.decls(false);
        self.finished(None, Some(text))
    }

    fn finished(mut self, package: Option<PackageClause>, text: Option<&'a str>) -> File<'a> {
        let decls = close_list(&mut self.scratch.decls, 0, &mut self.ast.lists.decls);
        let mut problems = self.lex.problems;
        problems.list.sort_by_key(|problem| problem.offset);
        File {
            src: self.lex.src,
            text,
            package,
            decls,
            imports: self.imports,
            ast: self.ast,
            lines: LineTable::new(self.lex.lines),
            line_directives: self.lex.directives,
            problems: problems.list,
            more_problems: problems.dropped,
            order: OnceLock::new(),
        }
    }

    fn package_clause(&mut self) -> Parsed<PackageClause> {
        let doc = self.lead_comment;
        let start = self.expect(Token::Package)?;
        let name = self.ident()?;
        let span = Span::new(start as u32, self.prev_end as u32);
        if self.expect_semi().is_err() {
            // The name is known, so the rest of the file is worth reading.
            self.skip_decl_tokens(self.start(), true);
        }
        Ok(PackageClause { span, doc, name })
    }

    fn decls(&mut self, only_imports: bool) {
        let point = self.recovery_point();
        let mut imports_may_follow = true;
        while !self.at(Token::Eof) {
            let is_import = self.at(Token::Import);
            if only_imports && !is_import {
                return;
            }
            if is_import && !imports_may_follow {
                let start = self.start();
                self.lex.problems.add(start, "imports must appear before other declarations");
            }
            imports_may_follow &= is_import;
            let start = self.start();
            let decl = match self.top_level_decl() {
                Ok(decl) => decl,
                Err(Bail) => self.skip_decl(&point, start),
            };
            self.unclosed = false;
            self.scratch.decls.push(decl);
        }
    }
}
