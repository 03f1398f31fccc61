//! Whether something is lost at once, since no variable gets it.

use plumb_evidence::catalogue::ResourceKind;
use plumb_gosource::{ExprId, ExprKind, Node};

use super::Follow;
use crate::resources::acquired::Acquired;
use crate::resources::ending::ends_with_process;
use crate::resources::leaving::Leaving;
use crate::summaries::Parameter;

impl Follow<'_, '_> {
    /// Whether nobody has it if the results of the call are dropped.
    pub(super) fn may_be_dropped(&self, acquired: &Acquired) -> bool {
        use ResourceKind::{PoolItem, Subscription, Timer};
        let kept_inside = matches!(acquired.kind, PoolItem | Subscription | Timer);
        !kept_inside
            && !acquired.by_use
            && is_sure(acquired)
            && !ends_with_process(self.code, self.function, acquired)
    }

    /// Whether a call whose result is used on the spot leaves nobody who could release it: `time.NewTicker(d).C`,
    /// `io.ReadAll(must(http.Get(u)).Body)`.
    pub(super) fn is_used_up(&self, above: Node, acquired: &Acquired) -> bool {
        let code = self.code;
        let Node::Expr(mut above) = above else { return false };
        if !acquired.certain || !self.may_be_dropped(acquired) {
            return false;
        }
        let start = above;
        let mut names = Vec::new();
        while let ExprKind::SelectorExpr(selector) = code.file[above].kind {
            names.push(code.file.name(selector.sel));
            match code.scope.parents().of(Node::Expr(above)) {
                Some(Node::Expr(next)) => above = next,
                // The channel of a ticker is assigned or returned: nobody can stop it.
                _ => return acquired.kind == ResourceKind::Ticker,
            }
        }
        match code.file[above].kind {
            _ if acquired.kind == ResourceKind::Ticker => names == ["C"],
            ExprKind::CallExpr(_) if acquired.kind == ResourceKind::Body => {
                names == ["Body"] && !Leaving::new(code, self.paths).any_argument_leaves(above)
            }
            // `r.Rows().Count()`: what asks it has it last.
            ExprKind::CallExpr(parts) if code.file.unparen(parts.fun) == start => {
                self.is_asked_only(above, &names, acquired)
            }
            ExprKind::UnaryExpr(_) | ExprKind::BinaryExpr(_) => !names.is_empty(),
            _ => false,
        }
    }

    /// Whether a method that is called on what was acquired on the spot neither releases it nor gives it away.
    fn is_asked_only(&self, call: ExprId, names: &[&str], acquired: &Acquired) -> bool {
        use ResourceKind::{File, Rows, Stream};
        let code = self.code;
        let [_] = names else { return false };
        let keeps = code.callee(call).and_then(|callee| {
            let use_ = code.summaries.parameter(&callee, Parameter::Receiver)?;
            Some(use_.keeps || !use_.calls.is_empty())
        });
        let given_away = || Leaving::new(code, self.paths).leaves(call);
        matches!(acquired.kind, File | Rows | Stream) && keeps != Some(true) && !given_away()
    }
}

/// Whether there is no doubt that something must be released: an interface that says no more is enough.
fn is_sure(acquired: &Acquired) -> bool {
    acquired.certain || acquired.object.is_some() || acquired.name.starts_with("io.")
}
