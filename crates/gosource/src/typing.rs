//! Types of the expressions and variables of a file: one pass, each statement once, in the order of the source.
//!
//! There is no unification: the type of an expression follows from those of its parts, or it is unknown.

mod builtins;
mod calls;
mod exprs;
mod infer;
mod literals;
mod names;
mod pass;
mod stmts;

use std::sync::Arc;

use crate::file::File;
use crate::ids::{ExprId, Id, IdentId};
use crate::index::{Package, Program, Resolver};
use crate::names::Names;
use crate::types::{Type, TypeKind};

use pass::Pass;

/// What is known of the expressions of a file.
#[derive(Debug)]
pub struct FileTypes {
    exprs: Vec<Entry>,
    /// Types of variables, by the identifiers that declare them.
    vars: Vec<Option<Type>>,
    /// By expression, the place after that of the function that it names; 0 if it names none.
    callees: Vec<u32>,
    called: Vec<Arc<Callee>>,
    /// Paths of packages, and names of functions of the language.
    texts: Vec<Arc<str>>,
}

/// The function or method that an expression names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Callee {
    /// Import path of the package that declares it; empty for `error.Error`.
    pub path: Arc<str>,
    /// The type to which a method belongs: for a promoted one the embedded type.
    pub receiver: Option<Arc<str>>,
    /// Its name.
    pub name: Arc<str>,
    /// Whether it is a method of an interface, and so stands for any that implements it.
    pub dynamic: bool,
}

/// What an expression denotes.
#[derive(Clone, Debug, Default)]
enum Entry {
    #[default]
    Unknown,
    Value(Type),
    Type(Type),
    /// The place of its path among the texts.
    Package(u32),
    /// A function of the language or of `unsafe`.
    Builtin(u32),
}

/// How many types are remembered from file to file: they take about 50 MB (measured on Kubernetes 1.34, which has less).
const MOST_KNOWN: usize = 100_000;

/// Finds the types of several files; what it has looked up for one it knows for the next.
pub struct Typing<'p>(Resolver<'p>);

impl<'p> Typing<'p> {
    /// One for the files of a program.
    pub fn new(program: &'p Program<'p>) -> Self {
        Self(Resolver::new(program))
    }

    /// The types of a file, as of [`FileTypes::new`].
    pub fn types(&mut self, package: &Package, file: &File<'_>, names: &Names<'_>) -> FileTypes {
        if self.0.known_types() > MOST_KNOWN {
            self.0 = Resolver::new(self.0.program);
        }
        self.0.begin_file();
        FileTypes::with_resolver(&self.0, package, file, names)
    }
}

impl FileTypes {
    /// Finds the types of a file that belongs to a package.
    ///
    /// `names` should know the names of imported packages ([`Program::import_names`]). Of a file that the package's
    /// build does not take, nothing is known that it declares itself; [`Platform::that_takes`](crate::Platform)
    /// tells for which platform to look at it.
    pub fn new(
        program: &Program<'_>,
        package: &Package,
        file: &File<'_>,
        names: &Names<'_>,
    ) -> Self {
        Typing::new(program).types(package, file, names)
    }

    fn with_resolver(
        resolver: &Resolver<'_>,
        package: &Package,
        file: &File<'_>,
        names: &Names<'_>,
    ) -> Self {
        let types = Self {
            exprs: vec![Entry::Unknown; file.count::<ExprId>()],
            vars: vec![None; file.count::<IdentId>()],
            callees: vec![0; file.count::<ExprId>()],
            called: Vec::new(),
            texts: Vec::new(),
        };
        Pass::new(resolver, package, file, names, types).run()
    }

    /// The type of the value in a file that declares nothing but one variable.
    pub(crate) fn of_only_value(
        resolver: &Resolver<'_>,
        package: &Package,
        file: &File<'_>,
        names: &Names<'_>,
    ) -> Type {
        use crate::ast::{DeclKind, SpecKind};
        let types = Self::with_resolver(resolver, package, file, names);
        let Some(DeclKind::GenDecl(decl)) = file[file.decls()].last().map(|decl| file[*decl].kind)
        else {
            return Type::unknown();
        };
        match file[decl.specs].first().map(|spec| file[*spec].kind) {
            Some(SpecKind::ValueSpec(spec)) => match file[spec.values].first() {
                Some(value) => types.value(*value),
                None => Type::unknown(),
            },
            _ => Type::unknown(),
        }
    }

    /// The type of an expression that is a value; `None` if it is not known or is a constant without a type. A call
    /// of a function that returns nothing or several values has a tuple.
    pub fn of(&self, expr: ExprId) -> Option<&Type> {
        match self.exprs.get(expr.index())? {
            Entry::Value(ty) if is_stated(ty) => Some(ty),
            _ => None,
        }
    }

    /// The type that an expression is, in a conversion or where a type is written among expressions.
    pub fn type_expr(&self, expr: ExprId) -> Option<&Type> {
        match self.exprs.get(expr.index())? {
            Entry::Type(ty) if !ty.is_unknown() => Some(ty),
            _ => None,
        }
    }

    /// The function of the language, or of `unsafe`, that an expression names.
    pub fn builtin(&self, expr: ExprId) -> Option<&str> {
        match self.exprs.get(expr.index())? {
            Entry::Builtin(name) => Some(&self.texts[*name as usize]),
            _ => None,
        }
    }

    /// The type of a variable, parameter, result or receiver, by the identifier that declares it. The variable of a
    /// type switch has one in each clause; there, [`FileTypes::of`] knows it.
    pub fn of_var(&self, declaring: IdentId) -> Option<&Type> {
        self.vars.get(declaring.index())?.as_ref().filter(|ty| is_stated(ty))
    }

    /// The function or method that an expression names: what stands before the parentheses of a call.
    pub fn callee(&self, fun: ExprId) -> Option<&Callee> {
        let place = *self.callees.get(fun.index())?;
        self.called.get((place as usize).checked_sub(1)?).map(|callee| &**callee)
    }

    /// All expressions that name functions and methods, in no order.
    pub fn callees(&self) -> impl Iterator<Item = (ExprId, &Callee)> {
        (0..self.callees.len()).map(ExprId::at).filter_map(|expr| Some((expr, self.callee(expr)?)))
    }

    /// Notes which function an expression names.
    fn set_callee(&mut self, expr: ExprId, callee: Arc<Callee>) {
        self.called.push(callee);
        self.callees[expr.index()] = self.called.len() as u32;
    }

    /// The place of a text; a file has few.
    fn text(&mut self, text: &str) -> u32 {
        let known = self.texts.iter().position(|other| &**other == text);
        known.unwrap_or_else(|| {
            self.texts.push(text.into());
            self.texts.len() - 1
        }) as u32
    }

    /// The type of a value, unknown if it is none.
    fn value(&self, expr: ExprId) -> Type {
        match &self.exprs[expr.index()] {
            Entry::Value(ty) => ty.clone(),
            _ => Type::unknown(),
        }
    }
}

fn is_stated(ty: &Type) -> bool {
    match ty.kind() {
        TypeKind::Unknown => false,
        TypeKind::Basic(basic) => !basic.is_untyped(),
        // The use of a generic function has the type of its instance.
        TypeKind::Signature(signature) => signature.type_params.is_empty(),
        _ => true,
    }
}
