//! Words for the places of a witness.

use super::graph::{Condition, Exit};
use super::leaks::{LeakExit, Place, PlaceKind, Witness};
use crate::ast::StmtKind;
use crate::file::File;
use crate::ids::ExprId;
use crate::walk::Node;

/// Longest piece of source that is shown, in characters.
const MAX_SHOWN: usize = 60;

impl Place {
    /// What happens here, as a lowercase fragment: `err != nil is false`, `returns without releasing it`.
    pub fn describe(&self, file: &File<'_>) -> String {
        match self.kind {
            PlaceKind::Acquired => format!("{} acquires it", source(file, self.node)),
            PlaceKind::Branch(condition) => branch(file, condition),
            PlaceKind::Lost(LeakExit::Overwritten(_)) => {
                "its variable gets another value before it is released".to_owned()
            }
            PlaceKind::Lost(LeakExit::Exit(exit)) => match exit {
                Exit::Return(_) => "returns without releasing it",
                Exit::End => "the function ends without releasing it",
                Exit::Panic(_) => "panics without releasing it",
                Exit::NoReturn(_) => "leaves without releasing it",
                Exit::Endless(_) | Exit::Nowhere(_) => "never goes on",
            }
            .to_owned(),
        }
    }
}

impl Witness {
    /// The lines of the places, from 1, with what happens there.
    pub fn describe(&self, file: &File<'_>) -> Vec<(u32, String)> {
        self.places.iter().map(|place| (place.line, place.describe(file))).collect()
    }
}

fn branch(file: &File<'_>, condition: Condition) -> String {
    let expr = |expr: ExprId| source(file, Node::Expr(expr));
    match condition {
        Condition::Always => "goes on".to_owned(),
        Condition::Expr { expr: cond, is } => match expr(cond).as_str() {
            // `true is true` would tell nothing.
            constant @ ("true" | "false") => format!("the condition is always {constant}"),
            cond => format!("{cond} is {is}"),
        },
        Condition::Case { tag, value, is: true } => format!("{} is {}", expr(tag), expr(value)),
        Condition::Case { tag, value, is: false } => {
            format!("{} is not {}", expr(tag), expr(value))
        }
        Condition::TypeCase { ty, is: true, .. } => format!("the type is {}", expr(ty)),
        Condition::TypeCase { ty, is: false, .. } => format!("the type is not {}", expr(ty)),
        Condition::Comm(clause) => match file[clause].kind {
            StmtKind::CommClause(comm) => match comm.comm {
                Some(comm) => format!("{} is chosen", source(file, Node::Stmt(comm))),
                None => "default is chosen".to_owned(),
            },
            _ => "is chosen".to_owned(),
        },
        Condition::RangeNext(_) => "the loop goes on".to_owned(),
        Condition::RangeEnds(_) => "the loop ends".to_owned(),
    }
}

/// The source of a node on one line, shortened.
fn source(file: &File<'_>, node: Node) -> String {
    let words: Vec<&str> = file.text(file.span(node)).split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
