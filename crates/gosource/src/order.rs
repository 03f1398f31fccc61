//! All nodes of a file in the order in which a walk meets them, and by their kinds, found once: whoever walks after the
//! first reads a table.

use crate::ast::{Expr, ExprKind};
use crate::file::File;
use crate::ids::{DeclId, ExprId, FieldId, FieldListId, FuncTypeId, Id, IdentId, SpecId, StmtId};
use crate::kind::Kind;
use crate::walk::{Node, Visit};

/// Stands for a node that is not in the tree.
const ABSENT: u32 = u32::MAX;

/// The nodes of a file, parents first.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    steps: Vec<Step>,
    places: Places,
    by_kind: ByKind,
}

/// The places of all nodes, those of each kind together and in order.
#[derive(Clone, Debug)]
struct ByKind {
    /// By kind, where its places begin; they end where those of the next one do.
    starts: [u32; Kind::COUNT + 1],
    places: Vec<u32>,
}

/// Where nodes are among the steps.
#[derive(Clone, Debug)]
struct Places {
    decls: Vec<u32>,
    specs: Vec<u32>,
    stmts: Vec<u32>,
    exprs: Vec<u32>,
    idents: Vec<u32>,
    func_types: Vec<u32>,
    field_lists: Vec<u32>,
    fields: Vec<u32>,
}

/// One node of an order.
#[derive(Clone, Copy, Debug)]
struct Step {
    node: Node,
    /// The place of the node above it.
    parent: u32,
    /// The place after all that is below it.
    end: u32,
}

impl Places {
    fn new(file: &File<'_>) -> Self {
        Self {
            decls: vec![ABSENT; file.count::<DeclId>()],
            specs: vec![ABSENT; file.count::<SpecId>()],
            stmts: vec![ABSENT; file.count::<StmtId>()],
            exprs: vec![ABSENT; file.count::<ExprId>()],
            idents: vec![ABSENT; file.count::<IdentId>()],
            func_types: vec![ABSENT; file.count::<FuncTypeId>()],
            field_lists: vec![ABSENT; file.count::<FieldListId>()],
            fields: vec![ABSENT; file.count::<FieldId>()],
        }
    }

    fn slot(&mut self, node: Node) -> Option<&mut u32> {
        match node {
            Node::Decl(id) => self.decls.get_mut(id.index()),
            Node::Spec(id) => self.specs.get_mut(id.index()),
            Node::Stmt(id) => self.stmts.get_mut(id.index()),
            Node::Expr(id) => self.exprs.get_mut(id.index()),
            Node::Ident(id) => self.idents.get_mut(id.index()),
            Node::FuncType(id) => self.func_types.get_mut(id.index()),
            Node::FieldList(id) => self.field_lists.get_mut(id.index()),
            Node::Field(id) => self.fields.get_mut(id.index()),
            Node::File | Node::Comments(_) => None,
        }
    }

    fn of(&self, node: Node) -> Option<u32> {
        match node {
            Node::File => Some(0),
            Node::Decl(id) => self.decls.get(id.index()).copied(),
            Node::Spec(id) => self.specs.get(id.index()).copied(),
            Node::Stmt(id) => self.stmts.get(id.index()).copied(),
            Node::Expr(id) => self.exprs.get(id.index()).copied(),
            Node::Ident(id) => self.idents.get(id.index()).copied(),
            Node::FuncType(id) => self.func_types.get(id.index()).copied(),
            Node::FieldList(id) => self.field_lists.get(id.index()).copied(),
            Node::Field(id) => self.fields.get(id.index()).copied(),
            Node::Comments(_) => None,
        }
    }
}

impl ByKind {
    fn new(kinds: &[Kind]) -> Self {
        let mut starts = [0; Kind::COUNT + 1];
        kinds.iter().for_each(|kind| starts[*kind as usize + 1] += 1);
        for kind in 0..Kind::COUNT {
            starts[kind + 1] += starts[kind];
        }
        let mut next = starts;
        let mut places = vec![0; kinds.len()];
        for (place, kind) in (0..).zip(kinds) {
            let slot = &mut next[*kind as usize];
            places[*slot as usize] = place;
            *slot += 1;
        }
        Self { starts, places }
    }

    fn of(&self, kind: Kind) -> &[u32] {
        let at = |kind: usize| self.starts[kind] as usize;
        &self.places[at(kind as usize)..at(kind as usize + 1)]
    }
}

impl Order {
    pub(crate) fn new(file: &File<'_>) -> Self {
        let mut steps: Vec<Step> = Vec::with_capacity(most_nodes(file));
        let mut places = Places::new(file);
        let mut kinds: Vec<Kind> = Vec::with_capacity(steps.capacity());
        let mut todo = vec![(Node::File, ABSENT)];
        while let Some((node, parent)) = todo.pop() {
            let place = steps.len() as u32;
            let kind = file.kind(node);
            kinds.push(kind);
            if let Some(slot) = places.slot(node) {
                *slot = place;
            }
            steps.push(Step { node, parent, end: place + 1 });
            if kind.is_leaf() {
                continue;
            }
            let before = todo.len();
            file.for_each_child(node, |child| todo.push((child, place)));
            todo[before..].reverse();
        }
        // What is below a node comes after it, so that its own end is known before it is handed up.
        for place in (1..steps.len()).rev() {
            let Step { parent, end, .. } = steps[place];
            let above = &mut steps[parent as usize];
            above.end = above.end.max(end);
        }
        let by_kind = ByKind::new(&kinds);
        Self { steps, places, by_kind }
    }

    /// The places of the nodes of a kind in a range of places.
    pub(crate) fn places_of(&self, kind: Kind, (start, end): (usize, usize)) -> &[u32] {
        let all = self.by_kind.of(kind);
        let is_before = |limit: usize| all.partition_point(|place| (*place as usize) < limit);
        match end - start == self.steps.len() {
            true => all,
            false => &all[is_before(start)..is_before(end)],
        }
    }

    /// The node at a place.
    #[inline]
    pub(crate) fn node(&self, place: usize) -> Node {
        self.steps[place].node
    }

    /// Where a node and what is below it stand; `None` if it is not in the tree, or a comment.
    pub(crate) fn range(&self, root: Node) -> Option<(usize, usize)> {
        let place = self.places.of(root)? as usize;
        Some((place, self.steps.get(place)?.end as usize))
    }

    /// The place after all that is below the node at a place.
    #[inline]
    pub(crate) fn end(&self, place: usize) -> usize {
        self.steps[place].end as usize
    }

    /// The node at a place, with the one above it.
    #[inline]
    pub(crate) fn visit(&self, place: usize) -> Visit {
        let step = self.steps[place];
        let parent = self.steps.get(step.parent as usize).map(|above| above.node);
        Visit { node: step.node, parent }
    }

    /// The node above one.
    pub(crate) fn parent(&self, node: Node) -> Option<Node> {
        let step = self.steps.get(self.places.of(node)? as usize)?;
        self.steps.get(step.parent as usize).map(|above| above.node)
    }
}

/// How many nodes a walk meets, or a few more: names that are expressions it meets as such.
fn most_nodes(file: &File<'_>) -> usize {
    let ast = &file.ast;
    let is_name = |expr: &&Expr| matches!(expr.kind, ExprKind::Ident(_));
    let names = ast.exprs.iter().filter(is_name).count();
    let others = [
        ast.decls.len(),
        ast.specs.len(),
        ast.stmts.len(),
        ast.exprs.len(),
        ast.func_types.len(),
        ast.field_lists.len(),
        ast.fields.len(),
        ast.comment_groups.len(),
    ];
    1 + ast.idents.len().saturating_sub(names) + others.iter().sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::Walk;

    const SOURCE: &[u8] = b"// Package p.\npackage p\n\nimport \"fmt\"\n\ntype t struct {\n\ta, b int // of both\n}\n\n\
        func (x *t) f(y ...int) (z error) {\n\tfor i := range y {\n\t\tif y[i] > 1 {\n\t\t\tgo func() { fmt.Println(x.a) }()\n\
        \t\t}\n\t}\n\treturn nil\n}\n";

    #[test]
    fn a_table_is_read_like_the_tree() {
        let file = crate::parse(SOURCE);
        let roots: Vec<Node> = Walk::of_tree(&file, Node::File).map(|visit| visit.node).collect();
        assert!(roots.len() > 40, "{}", roots.len());
        file.walk(Node::File).count();
        for root in roots {
            let visits = |walk: Walk<'_>| walk.map(|v| (v.node, v.parent)).collect::<Vec<_>>();
            assert_eq!(visits(file.walk(root)), visits(Walk::of_tree(&file, root)), "{root:?}");
        }
    }

    #[test]
    fn what_is_skipped_is_the_same_in_table_and_tree() {
        let file = crate::parse(SOURCE);
        file.walk(Node::File).count();
        for skipped in 0..40 {
            let visits = |mut walk: Walk<'_>| {
                let mut out = Vec::new();
                while let Some(visit) = walk.next() {
                    out.push(visit.node);
                    if out.len() == skipped {
                        walk.skip_children();
                        walk.skip_children();
                    }
                }
                out
            };
            let table = visits(file.walk(Node::File));
            assert_eq!(table, visits(Walk::of_tree(&file, Node::File)), "{skipped}");
        }
    }
}
