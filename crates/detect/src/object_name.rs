//! What to call an object of a library without a record, from the stacks of its goroutines.

use plumb_evidence::code::{Frame, FunctionName, Stack};

/// Where a name comes from, the least telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// A function that is no method.
    Function,
    /// The receiver of a method, a type that users of the library cannot name.
    InternalReceiver,
    /// `newT`.
    InternalConstructor,
    /// The receiver of a method that the goroutine's first function calls.
    CalledReceiver,
    /// The receiver of the goroutine's first function, or `NewT` around it.
    First,
}

/// A name for an object, and how much it is worth beside names from its other goroutines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObjectName {
    source: Source,
    text: String,
}

impl ObjectName {
    /// The most telling name on a goroutine's stack. Only functions of the package that the goroutine began in count:
    /// what they call below may be a part of the object, or a thing of another library.
    pub(crate) fn of(stack: &Stack) -> Self {
        let root = stack.root().map(Frame::name);
        let package = root.map_or("", FunctionName::package);
        let functions = stack.frames().iter().rev().map(|frame| frame.name().declared());
        let own = functions.take_while(|name| name.package() == package).map(FunctionName::local);
        let mut best: Option<(Source, &str)> = None;
        for (depth, local) in own.enumerate() {
            let (source, name) = name_in(local, depth == 0);
            if best.is_none_or(|(known, _)| source > known) {
                best = Some((source, name));
            }
        }
        let (source, name) = best.unwrap_or((Source::Function, ""));
        Self { source, text: format!("{}.{}", package_name(package), capitalised(source, name)) }
    }

    /// Whether this name says more than another one of the same object.
    pub(crate) fn tells_more_than(&self, other: &Self) -> bool {
        self.source > other.source
    }

    /// `cache.Store`.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// What one function on the stack says.
fn name_in(local: &str, first: bool) -> (Source, &str) {
    let plain = without_arguments(local);
    if let Some(receiver) = receiver(local) {
        return match (is_exported(receiver), first) {
            (true, true) => (Source::First, receiver),
            (true, false) => (Source::CalledReceiver, receiver),
            (false, _) => (Source::InternalReceiver, receiver),
        };
    }
    match (made_by(plain, "New"), made_by(plain, "new")) {
        (Some(made), _) if first => (Source::First, made),
        (_, Some(made)) if first => (Source::InternalConstructor, made),
        _ => (Source::Function, plain),
    }
}

/// `(*Cache[go.shape.string]).worker` → `Cache`; `Meter.tick` → `Meter`.
fn receiver(local: &str) -> Option<&str> {
    match local.strip_prefix("(*") {
        Some(rest) => rest.split(['[', ')']).next(),
        None => without_arguments(local).split_once('.').map(|(receiver, _)| receiver),
    }
}

/// `NewPool` → `Pool`; nothing in `New`, and nothing in `NewWithConfig`, which names an argument.
fn made_by<'a>(function: &'a str, verb: &str) -> Option<&'a str> {
    let argument = |made: &str| {
        ["With", "From", "For"].iter().any(|word| {
            made.strip_prefix(word).is_some_and(|rest| rest.is_empty() || is_exported(rest))
        })
    };
    function.strip_prefix(verb).filter(|made| is_exported(made) && !argument(made))
}

fn is_exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}

fn without_arguments(local: &str) -> &str {
    local.split('[').next().unwrap_or(local)
}

/// The name of a package as its path tells it: a major version at the end is no name.
fn package_name(path: &str) -> String {
    let is_version = |element: &str| {
        element.strip_prefix('v').is_some_and(|digits| digits.parse::<u32>().is_ok())
    };
    let mut elements = path.rsplit('/');
    let last = elements.next().unwrap_or_default();
    let name = elements.next().filter(|_| is_version(last)).unwrap_or(last);
    name.replace("%2e", ".")
}

/// `newBigCache` makes a thing called `bigCache` or `BigCache`; written as the type that users see.
fn capitalised(source: Source, name: &str) -> String {
    let mut letters = name.chars();
    match letters.next().filter(|_| source == Source::InternalConstructor) {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stack of these functions, leaf first.
    fn named(functions: &[&str]) -> ObjectName {
        let frame = |name: &&str| Frame { function: (*name).into(), file: "".into(), line: 1 };
        ObjectName::of(&Stack(functions.iter().map(frame).collect()))
    }

    #[test]
    fn objects_are_named_after_their_type() {
        let check = |root, expect: &str| assert_eq!(named(&[root]).text(), expect, "{root}");
        check("github.com/patrickmn/go-cache.(*janitor).Run", "go-cache.janitor");
        check("github.com/x/pool.NewPool.func1", "pool.Pool");
        check("github.com/x/pool.NewWithConfig.func1", "pool.NewWithConfig");
        check("github.com/x/pool.(*Pool[...]).run.gowrap1", "pool.Pool");
        check("github.com/karlseguin/ccache/v3.(*Cache[go.shape.string]).worker", "ccache.Cache");
        check("github.com/allegro/bigcache/v3.newBigCache.func1", "bigcache.BigCache");
        check("github.com/x/meter.Meter.tick", "meter.Meter");
        check("github.com/nats-io/nats%2ego.(*Conn).readLoop", "nats.go.Conn");
        check("gopkg.in/worker%2ev2.loop", "worker.v2.loop");
        check("github.com/x/newspaper.newspaper", "newspaper.newspaper");
    }

    #[test]
    fn called_methods_tell_more_than_internal_ones() {
        const STATSD: &str = "github.com/DataDog/datadog-go/v5/statsd";
        let function = |name: &str| format!("{STATSD}.{name}");
        let watch = function("(*Client).watch");
        let closure = function("newWithWriter.func1");
        let client = named(&["runtime.gopark", "runtime.selectgo", &watch, &closure]);
        assert_eq!(client.text(), "statsd.Client");
        let sender = named(&["runtime.gopark", &function("(*sender).sendLoop")]);
        assert_eq!(sender.text(), "statsd.sender");
        assert!(client.tells_more_than(&sender) && !sender.tells_more_than(&client));
        let foreign =
            named(&["github.com/y/queue.(*Queue).Pop", "github.com/x/worker.(*loop).run"]);
        assert_eq!(foreign.text(), "worker.loop", "another package's type");
    }
}
