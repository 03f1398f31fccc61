//! What the uses of something acquired mean for whoever must release it.

use std::cell::RefCell;

use plumb_evidence::catalogue::{Release, ResourceKind};
use plumb_gosource::flow::{Callee, Condition, Effect, Ownership, Paths, Use, UseKind, callee};
use plumb_gosource::{ExprId, ExprKind, IdentId};
use rustc_hash::FxHashSet;

use super::acquired::{Acquired, result};
use super::inferred;
use super::leaving::{Leaving, WayOut};
use super::reading::{Reading, by_name, guessed, is_reading_builtin, known, may_refer, prints};
use crate::code::Code;
use crate::functions::FunctionKey;
use crate::summaries::{Parameter, ParameterUse, reads_to_end};

/// Beginnings of the names of methods that let go of what they are called on. Where a record names one, its others
/// count too: `GracefulStop`, `CloseNow`, `CloseWithError`, `cleanup`.
const RELEASING: [&str; 18] = [
    "abort",
    "cancel",
    "cleanup",
    "close",
    "dispose",
    "destroy",
    "detach",
    "disconnect",
    "finish",
    "free",
    "graceful",
    "hijack",
    "release",
    "shutdown",
    "stop",
    "terminate",
    "unlock",
    "unsubscribe",
];

/// How something acquired is let go of, in a function.
pub(super) struct Owner<'o, 'c> {
    code: &'o Code<'c>,
    paths: &'o Paths<'o, 'c, 'c>,
    acquired: &'o Acquired,
    /// Whether reading a body to its end counts as closing it.
    reading_ends: bool,
    /// Mentions that do not release it, but hand on something that refers to it.
    handed_on: RefCell<FxHashSet<IdentId>>,
    /// Mentions, in `return` statements, of variables that refer to it.
    returned: RefCell<Vec<IdentId>>,
}

impl<'o, 'c> Owner<'o, 'c> {
    pub(super) fn new(
        code: &'o Code<'c>,
        paths: &'o Paths<'o, 'c, 'c>,
        acquired: &'o Acquired,
    ) -> Self {
        let (handed_on, returned) = Default::default();
        Self { code, paths, acquired, reading_ends: false, handed_on, returned }
    }

    /// The same, if reading a body to its end counts as closing it. Who never closes one has forgotten it all the same.
    pub(super) fn with_reading(self) -> Self {
        Self { reading_ends: true, ..self }
    }

    /// Mentions, in `return` statements, of variables that refer to the value: a reader that wraps a file. Whoever gets
    /// one of them may release it.
    pub(super) fn returned(self) -> Vec<IdentId> {
        self.returned.into_inner()
    }

    /// Whether nothing that refers to the value leaves the function.
    pub(super) fn is_done_with(&self) -> bool {
        self.returned.borrow().is_empty() && self.handed_on.borrow().is_empty()
    }

    /// Whether a mention hands on something that refers to the value.
    pub(super) fn hands_on(&self, ident: IdentId) -> bool {
        self.handed_on.borrow().contains(&ident)
    }

    /// The paths of selected names by whose call it is released, dots between them; empty for a call of itself.
    fn methods(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.acquired.releases.iter().filter_map(|release| match release {
            Release::Method(path) => Some(*path),
            Release::Call => Some(""),
            _ => None,
        })
    }

    /// Whether a call of what is selected releases it: as the record says, or by the name of a method.
    fn is_release(&self, selected: &[&str]) -> bool {
        let Some((last, before)) = selected.split_last() else {
            return self.acquired.releases.contains(&Release::Call);
        };
        // Of what no record tells, the part that must be closed is all there is: `resp.Output.Close()`.
        let is_part = self.acquired.object.is_none() && before.len() == 1;
        if is_part && self.is_lenient() && is_releasing(last) {
            return true;
        }
        self.methods().filter(|path| !path.is_empty()).any(|path| {
            let mut names = path.rsplit('.');
            let is_method = names.next() == Some(*last);
            names.eq(before.iter().rev().copied())
                && (is_method || (self.is_lenient() && is_releasing(last)))
        })
    }

    /// Whether any method that sounds like it releases.
    fn is_lenient(&self) -> bool {
        use ResourceKind::{Body, Cancel, PoolItem, Process, Rows, Span, Ticker, Timer};
        let exact = matches!(
            self.acquired.kind,
            Body | Cancel | PoolItem | Process | Rows | Span | Ticker | Timer
        );
        !exact
    }

    /// Whether what is selected can release it, or leads there: `Body` of a response.
    fn leads_to_release(&self, selected: &[&str]) -> bool {
        self.is_release(selected)
            || self.methods().any(|path| {
                let mut names = path.split('.');
                selected.iter().all(|name| names.next() == Some(*name)) && names.next().is_some()
            })
    }

    /// Whether a function that calls this on a parameter releases it, the parameter being what is selected.
    fn is_released_by(&self, selected: &[&str], calls: &[String]) -> bool {
        calls.iter().any(|path| {
            let mut names = selected.to_vec();
            names.extend(path.split('.').filter(|name| !name.is_empty()));
            self.is_release(&names)
        })
    }

    /// Whether one of these calls may release it: those of its record, and whatever sounds like it.
    fn may_be_released_by(&self, selected: &[&str], calls: &[String]) -> bool {
        let sounds = |path: &String| is_releasing(path.rsplit('.').next().unwrap_or(path));
        self.is_released_by(selected, calls) || calls.iter().any(sounds)
    }

    fn names(&self, selected: &[IdentId]) -> Vec<&'c str> {
        selected.iter().map(|name| self.code.file.name(*name)).collect()
    }

    /// Whether closing is all that lets go of it: a writer that is committed must be closed still.
    fn is_only_closed(&self) -> bool {
        use ResourceKind::{Body, File, Stream};
        matches!(self.acquired.kind, Body | File | Stream)
    }

    fn of_summary(&self, use_: &ParameterUse, selected: &[&str]) -> Effect {
        match () {
            () if self.is_released_by(selected, &use_.calls) => Effect::Releases,
            () if !use_.keeps => Effect::None,
            () if use_.sometimes.is_empty() || !self.is_only_closed() => Effect::HandsOn,
            () if self.may_be_released_by(selected, &use_.sometimes) => Effect::HandsOn,
            () => Effect::None,
        }
    }

    /// What a method of the module does with what it is called on.
    fn of_method(&self, call: ExprId, selected: &[&str]) -> Effect {
        let Some(callee) = self.code.callee(call) else { return Effect::None };
        match self.code.summaries.parameter(&callee, Parameter::Receiver) {
            Some(use_) => self.of_summary(use_, &selected[..selected.len().saturating_sub(1)]),
            None => Effect::None,
        }
    }

    /// What a call does with an argument that is the value, or what is selected from it.
    fn of_argument(&self, call: ExprId, index: usize, selected: &[&str]) -> Effect {
        let code = self.code;
        let ExprKind::CallExpr(parts) = code.file[call].kind else { return Effect::HandsOn };
        if code.types.builtin(parts.fun).is_some_and(is_reading_builtin) {
            return Effect::None;
        }
        let Some(callee) = self.code.callee(call) else {
            return self.of_unknown(call, selected);
        };
        if self.is_release_argument(&callee, index)
            || self.is_dumped(&callee, call, selected)
            || self.is_read_to_its_end(&callee, call, selected)
        {
            return Effect::Releases;
        }
        // Serving takes as long as there is a listener.
        if self.acquired.kind == ResourceKind::Listener && callee.name.starts_with("Serve") {
            return Effect::HandsOn;
        }
        let reading = match known(&callee) {
            Some(reading) => Some(reading),
            None => match code.summaries.parameter(&callee, Parameter::Index(index)) {
                Some(_) if self.is_made_into(call) => return Effect::HandsOn,
                Some(_) if self.is_let_go_of(callee.name, selected) => return Effect::Releases,
                Some(use_) if self.is_read_by(use_, selected) => return Effect::Releases,
                Some(use_) => return self.of_summary(use_, selected),
                None if self.is_for_all_of_it(callee.name, selected) => None,
                None => guessed(&callee),
            },
        };
        match reading {
            // A function value that is called is not read.
            _ if self.is_release(selected) => Effect::HandsOn,
            Some(Reading::Reads) => Effect::None,
            Some(Reading::Wraps) if !self.leaves(call) => Effect::None,
            _ => Effect::HandsOn,
        }
    }

    /// What the call of something unknown does: a builtin of which the types know nothing, a conversion, a variable.
    fn of_unknown(&self, call: ExprId, selected: &[&str]) -> Effect {
        match callee(self.code.file, self.code.names, call) {
            Some(Callee::Undeclared(name)) if is_reading_builtin(name) => Effect::None,
            Some(Callee::Method(_, name)) if by_name(name).is_some() => {
                match self.is_for_all_of_it(name, selected) {
                    true => Effect::HandsOn,
                    false => Effect::None,
                }
            }
            Some(Callee::Undeclared("int" | "uintptr" | "int32" | "string" | "uint64")) => {
                match self.leaves(call) {
                    true => Effect::HandsOn,
                    false => Effect::None,
                }
            }
            _ => Effect::HandsOn,
        }
    }

    /// Whether a function that nobody can read gets a whole response to take apart, and not its body to be read: it may
    /// close that.
    fn is_for_all_of_it(&self, function: &str, selected: &[&str]) -> bool {
        self.acquired.kind == ResourceKind::Body && selected.is_empty() && !prints(function)
    }

    /// Whether a function says by its name that it lets go of what it gets, and no record tells how that is done:
    /// `closeProcess(p)` closes the handles in it.
    fn is_let_go_of(&self, function: &str, selected: &[&str]) -> bool {
        self.acquired.object.is_none() && selected.is_empty() && is_releasing(function)
    }

    fn is_release_argument(&self, callee: &FunctionKey<'_>, index: usize) -> bool {
        self.acquired.releases.iter().any(|release| match release {
            Release::Argument(function, of) => {
                usize::from(*of) == index && FunctionKey::parse(function) == *callee
            }
            _ => false,
        })
    }

    /// Whether `httputil.DumpResponse` reads a whole response: then it closes the body, and puts a copy into its place.
    fn is_dumped(&self, callee: &FunctionKey<'_>, call: ExprId, selected: &[&str]) -> bool {
        let ExprKind::CallExpr(parts) = self.code.file[call].kind else { return false };
        let with_body = self.code.file[parts.args].get(1);
        self.acquired.kind == ResourceKind::Body
            && selected.is_empty()
            && *callee == FunctionKey::parse("net/http/httputil.DumpResponse")
            && with_body.is_some_and(|with| self.code.is_predeclared(*with, "true"))
    }

    /// Whether a function of the modules gets a descriptor, which is a number to those that follow values, and gives back
    /// something that leaves: a device or a file around it, which closes it.
    fn is_made_into(&self, call: ExprId) -> bool {
        let is_descriptor = self.acquired.kind == ResourceKind::File
            && self.acquired.releases.iter().all(|of| matches!(of, Release::Argument(..)));
        is_descriptor && may_refer(result(self.code, call, 0)) && self.leaves(call)
    }

    /// Whether a function reads the body of a response until there is no more: at its end, and after an error too, the
    /// connection is not the body's any more (`bodyEOFSignal` of net/http, Go 1.27), and closing it does nothing.
    fn is_read_to_its_end(
        &self,
        callee: &FunctionKey<'_>,
        call: ExprId,
        selected: &[&str],
    ) -> bool {
        self.reading_ends && selected == ["Body"] && reads_to_end(self.code, callee, call)
    }

    /// Whether a function of the modules does so: `parseError(resp)`, `readAll(resp.Body)`.
    fn is_read_by(&self, use_: &ParameterUse, selected: &[&str]) -> bool {
        let is_body = |part: &String| match selected {
            [] => part == "Body",
            ["Body"] => part.is_empty(),
            _ => false,
        };
        self.reading_ends && use_.reads.iter().any(is_body)
    }

    /// Whether a call is `Write` of a response: that closes the body when it has written it (documentation of net/http,
    /// Go 1.27).
    fn is_written(&self, names: &[&str]) -> bool {
        let object = self.acquired.object;
        names == ["Write"]
            && object.is_some_and(|object| object.source.types.contains(&"net/http.Response"))
    }

    /// Whether what a call gives back, which refers to the value, leaves the function. If its variable is returned and
    /// nothing else, that is remembered: the value is lost on other ways.
    fn leaves(&self, call: ExprId) -> bool {
        let leaving = match self.acquired.kind {
            ResourceKind::PoolItem => Leaving::with_bytes(self.code, self.paths),
            _ => Leaving::new(self.code, self.paths),
        };
        match leaving.way_out(call) {
            WayOut::Stays => false,
            WayOut::Leaves => true,
            WayOut::Returned(mentions) => {
                self.returned.borrow_mut().extend(mentions);
                false
            }
        }
    }

    /// Whether a call on the value gives back something that refers to it, and that leaves the function: a collection
    /// of a client, the bytes of a buffer.
    fn gives_handle_away(&self, call: ExprId) -> bool {
        use ResourceKind::{Body, Client, Connection, Listener, PoolItem, Worker};
        let called = callee(self.code.file, self.code.names, call);
        // A copy of the descriptor, with a life of its own.
        if matches!(called, Some(Callee::Method(_, "File"))) {
            return false;
        }
        // `dec.IOReadCloser()`: closing that closes the decoder.
        if matches!(called, Some(Callee::Method(_, name)) if name.ends_with("Closer")) {
            return self.leaves(call);
        }
        let makes = matches!(called, Some(Callee::Method(_, name)) if inferred::makes(name));
        match self.acquired.kind {
            // A reader that is made of a response closes it.
            Body if makes => may_refer(self.code.types.of(call)),
            PoolItem => self.leaves(call),
            Client | Connection | Listener | Worker => {
                may_refer(result(self.code, call, 0)) && self.leaves(call)
            }
            _ => false,
        }
    }
}

impl Ownership for Owner<'_, '_> {
    fn forbids(&self, condition: Condition) -> bool {
        self.code.forbids(self.paths.function(), condition)
    }

    fn releases(&self, use_: &Use<'_>) -> bool {
        let UseKind::Call(call) = use_.kind else { return false };
        let names = self.names(use_.selected);
        if self.is_release(&names) || self.is_written(&names) {
            return true;
        }
        if names.is_empty() {
            return false;
        }
        match self.of_method(call, &names) {
            Effect::Releases => true,
            Effect::HandsOn => {
                self.handed_on.borrow_mut().insert(use_.ident);
                true
            }
            _ if self.gives_handle_away(call) => {
                self.handed_on.borrow_mut().insert(use_.ident);
                true
            }
            _ => false,
        }
    }

    fn keeps(&self, use_: &Use<'_>) -> Effect {
        let UseKind::Argument { call, index } = use_.kind else { return Effect::HandsOn };
        self.of_argument(call, index, &self.names(use_.selected))
    }

    fn only_reads(&self, use_: &Use<'_>) -> bool {
        // Others are there to be used for as long as the goroutine runs, and what has no record may hold nothing itself.
        if !self.is_only_closed() || self.acquired.object.is_none() {
            return false;
        }
        match use_.kind {
            UseKind::Read => true,
            UseKind::Argument { call, .. } => self.code.callee(call).is_some_and(|callee| {
                let copies = matches!(callee.path, "io" | "io/ioutil");
                copies && known(&callee) == Some(Reading::Reads)
            }),
            _ => false,
        }
    }

    fn carries(&self, selected: &[IdentId]) -> bool {
        self.leads_to_release(&self.names(selected))
    }
}

/// Whether a method of a name lets go of what it is called on.
pub(super) fn is_releasing(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    RELEASING.iter().any(|beginning| lower.starts_with(beginning))
}
