//! Where the values of local variables come from.

use plumb_gosource::{
    DeclaredAs, ExprId, ExprKind, FuncTypeId, IdentId, Kind, Node, Referent, SpecKind, StmtKind,
    Token,
};
use rustc_hash::FxHashMap;

use crate::code::Code;

/// Where the value of a variable comes from, if from one place only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Definition {
    /// It is an expression.
    Value(ExprId),
    /// It is one of several results of an expression.
    Result(ExprId, usize),
    /// It is the key, or the index, of a range over an expression.
    RangeKey(ExprId),
    /// It is the value of a range over an expression.
    RangeValue(ExprId),
    /// It is a parameter of the function with this signature.
    Parameter(FuncTypeId, usize),
    /// It is assigned in several places, or changed in place, or its address is taken.
    Several,
}

/// The definitions of the variables of a file's functions.
#[derive(Debug, Default)]
pub(crate) struct Definitions(FxHashMap<IdentId, Definition>);

impl Definitions {
    /// Looks at all assignments of a file.
    pub(crate) fn new(code: &Code<'_>) -> Self {
        let mut all = Self::default();
        for function in code.scope.functions() {
            all.parameters(code, code.scope[function].ty);
        }
        let kinds =
            [Kind::AssignStmt, Kind::IncDecStmt, Kind::RangeStmt, Kind::ValueSpec, Kind::UnaryExpr];
        for node in code.file.find(Node::File, kinds) {
            match node {
                Node::Stmt(stmt) => all.statement(code, code.file[stmt].kind),
                Node::Spec(spec) => {
                    if let SpecKind::ValueSpec(spec) = code.file[spec].kind {
                        let (names, values) = (&code.file[spec.names], &code.file[spec.values]);
                        let names: Vec<_> = names.iter().map(|name| Some(*name)).collect();
                        all.values(&names, values);
                    }
                }
                Node::Expr(expr) => {
                    if let ExprKind::UnaryExpr(unary) = code.file[expr].kind
                        && unary.op == Token::And
                        && let Some(variable) = variable(code, unary.x)
                    {
                        all.0.insert(variable, Definition::Several);
                    }
                }
                _ => {}
            }
        }
        all
    }

    /// Where the value of a variable comes from.
    pub(crate) fn of(&self, variable: IdentId) -> Option<Definition> {
        self.0.get(&variable).copied()
    }

    /// Where the value of a local variable comes from that an expression names.
    pub(crate) fn of_expr(&self, code: &Code<'_>, expr: ExprId) -> Option<Definition> {
        self.of(variable(code, expr)?)
    }

    fn parameters(&mut self, code: &Code<'_>, ty: FuncTypeId) {
        let fields = &code.file[code.file[code.file[ty].params].list];
        let mut index = 0;
        for field in fields {
            let names = &code.file[code.file[*field].names];
            for name in names {
                self.0.insert(*name, Definition::Parameter(ty, index));
                index += 1;
            }
            index += usize::from(names.is_empty());
        }
    }

    fn statement(&mut self, code: &Code<'_>, stmt: StmtKind) {
        match stmt {
            StmtKind::AssignStmt(assign) => {
                let places = &code.file[assign.lhs];
                let places: Vec<_> = places.iter().map(|place| variable(code, *place)).collect();
                match assign.tok {
                    Token::Assign | Token::Define => self.values(&places, &code.file[assign.rhs]),
                    _ => {
                        places.into_iter().flatten().for_each(|v| self.set(v, Definition::Several))
                    }
                }
            }
            StmtKind::IncDecStmt(change) => {
                if let Some(variable) = variable(code, change.x) {
                    self.set(variable, Definition::Several);
                }
            }
            StmtKind::RangeStmt(range) => {
                let key = range.key.and_then(|key| variable(code, key));
                let value = range.value.and_then(|value| variable(code, value));
                key.into_iter().for_each(|key| self.set(key, Definition::RangeKey(range.x)));
                value.into_iter().for_each(|v| self.set(v, Definition::RangeValue(range.x)));
            }
            _ => {}
        }
    }

    fn values(&mut self, places: &[Option<IdentId>], values: &[ExprId]) {
        for (index, place) in places.iter().enumerate() {
            let Some(place) = place else { continue };
            match values {
                [] => {}
                [value] if places.len() > 1 => self.set(*place, Definition::Result(*value, index)),
                values => match values.get(index) {
                    Some(value) => self.set(*place, Definition::Value(*value)),
                    None => self.set(*place, Definition::Several),
                },
            }
        }
    }

    fn set(&mut self, variable: IdentId, definition: Definition) {
        let known = self.0.entry(variable).or_insert(definition);
        if *known != definition {
            *known = Definition::Several;
        }
    }
}

/// The declaration of the variable of a function that an expression names.
fn variable(code: &Code<'_>, expr: ExprId) -> Option<IdentId> {
    let ExprKind::Ident(ident) = code.file[code.file.unparen(expr)].kind else { return None };
    let Some(Referent::Declared(declared)) = code.names.referent(ident) else { return None };
    let declaration = code.names.declaration(declared)?;
    let is_variable = !declaration.top_level
        && matches!(
            declaration.kind,
            DeclaredAs::Var | DeclaredAs::Param | DeclaredAs::Result | DeclaredAs::Receiver
        );
    is_variable.then_some(declared)
}
