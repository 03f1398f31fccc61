//! Recursive descent over the tokens of a file. What it accepts is what `go/parser` accepts.
//!
//! An error is reported where it shows and unwinds, as [`Bail`], to the next place that can go on: the list of
//! statements, of specs or of declarations it happened in (`recovery`).

mod decl;
mod expr;
mod fields;
mod file;
mod header;
mod open;
mod operand;
mod params;
mod recovery;
mod stmt;
mod tokens;
mod type_params;
mod types;

use crate::arena::{Arena, Lists};
use crate::ast::{Expr, ExprKind, Ident, Stmt, StmtKind};
use crate::encoding;
use crate::file::File;
use crate::ids::{CommentGroupId, ExprId, IdentId, SpecId, StmtId};
use crate::lexer::Lexer;
use crate::span::Span;

use header::IfHeader;
use open::Open;
use params::Param;
use recovery::Suspect;

/// How deep statements, expressions and types may be nested, so that the stack of a thread (2 MB) is enough.
/// `go/parser` allows 100,000; no file of the standard library of Go 1.27 or of Kubernetes 1.34 reaches this limit.
const MAX_DEPTH: u32 = 1000;

/// How many operators or selectors may follow each other: as in `go/parser`.
const MAX_CHAIN: u32 = 100_000;

/// Largest file that is read, in bytes: offsets and ids are numbers of 32 bits.
const MAX_BYTES: usize = 1 << 30;

/// What was being read cannot be: the problem is reported.
#[derive(Clone, Copy, Debug)]
struct Bail;

type Parsed<T> = Result<T, Bail>;

/// The state of reading a file. The current token is the lexer's.
struct Parser<'a> {
    lex: Lexer<'a>,
    ast: Arena,
    /// Lists that are being read; each ends up in the arena as a whole.
    scratch: Lists,
    params: Vec<Param>,
    if_headers: Vec<IfHeader>,
    imports: Vec<SpecId>,
    /// Offset after the token before the current one.
    prev_end: usize,
    /// A group of comments that ends on the line before the current token.
    lead_comment: Option<CommentGroupId>,
    /// A group of comments on the line of the token before, with nothing after it on its line.
    line_comment: Option<CommentGroupId>,
    /// Below 0 in the header of a control statement, where `{` begins the body and no literal.
    expr_lev: i32,
    depth: u32,
    /// Brackets that were open where a problem occurred, innermost first.
    unwound: Vec<Open>,
    /// Whether the blocks being read end here although their braces are missing.
    unclosed: bool,
    /// A `func` that may be a declaration in the middle of something else.
    suspect: Option<Suspect>,
    /// How many bytes may still be read again.
    rereads: usize,
    /// Whether bodies of functions and elements of literals are passed over.
    skip_bodies: bool,
}

/// Reads a file.
pub(crate) fn parse(src: &[u8]) -> File<'_> {
    parse_with(src, false).with_own_tables()
}

/// Reads a file without the bodies of its functions, which are empty blocks, and the elements of literals. A file with
/// a problem is read as a whole: recovery needs all of it. Its tables may have much room: whoever has read it should
/// [`File::recycle`] it.
pub(crate) fn parse_declarations(src: &[u8]) -> File<'_> {
    let file = parse_with(src, true);
    match file.problems.is_empty() {
        true => file,
        false => {
            file.recycle();
            parse(src)
        }
    }
}

/// Reads a file up to its first declaration that is no import, and tells where that begins. Bytes that are no UTF-8 are
/// no problem as long as they stand in comments.
pub(crate) fn parse_header(src: &[u8]) -> (File<'_>, usize) {
    /// How many bytes of declarations a header is taken to have.
    const BYTES: usize = 4096;
    match src.len() > MAX_BYTES {
        true => (too_large(), 0),
        false => Parser::new(Lexer::at(src, encoding::after_mark(src)), BYTES, true).header(),
    }
}

/// Reads one declaration that stands for itself, with what else follows; elements of literals are left out.
pub(crate) fn parse_declaration(text: &str) -> File<'_> {
    if text.len() > MAX_BYTES {
        return too_large();
    }
    let lex = Lexer::at(text.as_bytes(), 0);
    Parser::new(lex, text.len(), true).only_declarations(text)
}

fn too_large() -> File<'static> {
    let mut file = parse(&[]);
    file.problems.clear();
    let mut lex = Lexer::new(&[]);
    lex.problems.add(0, format!("file larger than {} MB", MAX_BYTES >> 20));
    file.problems = lex.problems.list;
    file
}

fn parse_with(src: &[u8], skip_bodies: bool) -> File<'_> {
    if src.len() > MAX_BYTES {
        return too_large();
    }
    // Declarations are about a fifth of ordinary code.
    let bytes = if skip_bodies { src.len() / 5 } else { src.len() };
    let mut parser = Parser::new(Lexer::new(src), bytes, skip_bodies);
    let text = encoding::check(src, &mut parser.lex.problems);
    if encoding::is_utf16(src) {
        parser.lex.go_to_end();
    }
    parser.file(text)
}

impl<'a> Parser<'a> {
    /// A parser before the first token; `bytes` is how much source it is going to make nodes of.
    fn new(lex: Lexer<'a>, bytes: usize, skip_bodies: bool) -> Self {
        let rereads = lex.src.len();
        Self {
            lex,
            ast: Arena::used(bytes),
            scratch: Lists::default(),
            params: Vec::new(),
            if_headers: Vec::new(),
            imports: Vec::new(),
            prev_end: 0,
            lead_comment: None,
            line_comment: None,
            expr_lev: 0,
            depth: 0,
            unwound: Vec::new(),
            unclosed: false,
            suspect: None,
            rereads,
            skip_bodies,
        }
    }
}

impl Parser<'_> {
    fn add_expr(&mut self, start: usize, end: usize, kind: ExprKind) -> ExprId {
        self.ast.add_expr(Expr { span: Span::new(start as u32, end as u32), kind })
    }

    /// Adds an expression that ends with the token before the current one.
    fn expr_to_here(&mut self, start: usize, kind: ExprKind) -> ExprId {
        self.add_expr(start, self.prev_end, kind)
    }

    fn add_stmt(&mut self, start: usize, end: usize, kind: StmtKind) -> StmtId {
        self.ast.add_stmt(Stmt { span: Span::new(start as u32, end as u32), kind })
    }

    fn add_ident(&mut self, start: usize, end: usize) -> IdentId {
        self.ast.add_ident(Ident { span: Span::new(start as u32, end as u32) })
    }

    /// The expression that is only a name.
    fn ident_expr(&mut self, ident: IdentId) -> ExprId {
        let span = self.ast[ident].span;
        self.ast.add_expr(Expr { span, kind: ExprKind::Ident(ident) })
    }

    fn start_of(&self, expr: ExprId) -> usize {
        self.ast[expr].span.start as usize
    }

    fn end_of(&self, expr: ExprId) -> usize {
        self.ast[expr].span.end as usize
    }

    /// One level deeper; `leave` goes back.
    fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fail(format!("nested deeper than {MAX_DEPTH} levels"));
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// The expression within any parentheses.
    fn unparen(&self, mut expr: ExprId) -> ExprId {
        while let ExprKind::ParenExpr(x) = self.ast[expr].kind {
            expr = x;
        }
        expr
    }
}
