//! Why and how for the object at hand: a pattern's own text speaks of all objects, and its examples of other ones.

use plumb_evidence::catalogue::{LibraryObject, Release};
use plumb_evidence::suspect::Remedy;

/// How the records begin that tell that nothing ends the object, or that dropping it does.
const NOTHING: &str = "nothing";
const DROPPING: &str = "dropping it";

/// Words of Go that cannot name a variable, or had better not.
const RESERVED: [&str; 10] =
    ["chan", "error", "func", "go", "interface", "map", "range", "select", "string", "type"];

/// What ends an object, as its record tells.
pub(crate) enum Ending {
    /// A call, as Go: `` `defer pool.Release()` ``.
    Call(String),
    /// Dropping it, and how that comes about.
    Dropped(String),
    /// Nothing, and why.
    Never(String),
    /// What the record says, in words.
    Told(String),
}

/// What ends an object; `None` if its record does not tell.
pub(crate) fn ending(record: &LibraryObject) -> Option<Ending> {
    let first = *record.releases.first()?;
    let rest = |start: &str| first[start.len()..].trim_start_matches([':', ' ']).to_owned();
    Some(match () {
        () if first.starts_with(NOTHING) => Ending::Never(rest(NOTHING)),
        () if first.starts_with(DROPPING) => Ending::Dropped(rest(DROPPING)),
        () if first.contains(' ') => Ending::Told(record.releases.join(", or ")),
        () => Ending::Call(format!("`defer {}`", call(record, first))),
    })
}

/// The call that releases one: that of the source record, which names what to call it on, else the one that is told.
fn call(record: &LibraryObject, told: &str) -> String {
    let variable = variable(record.name);
    let method = told.rsplit('.').next().unwrap_or(told);
    match record.source.releases.first() {
        Some(Release::Method(method)) => format!("{variable}.{method}()"),
        Some(Release::Call) => "cancel()".to_owned(),
        Some(Release::Argument(function, _)) => {
            format!("{}({variable})", function.rsplit('/').next().unwrap_or(function))
        }
        Some(Release::Exhaustion(_)) | None => format!("{variable}.{method}()"),
    }
}

/// What a program may call a variable of a type: `fsnotify.Watcher` is a `watcher`, `sql.DB` a `db`.
fn variable(name: &str) -> String {
    let name = name.rsplit(['.', ' ']).next().unwrap_or(name);
    let capitals = name.chars().take_while(char::is_ascii_uppercase).count();
    // The last of several begins the next word: TLSConn.
    let lowered = if capitals > 1 && capitals < name.len() { capitals - 1 } else { capitals };
    let variable = format!("{}{}", name[..lowered].to_ascii_lowercase(), &name[lowered..]);
    match RESERVED.contains(&&*variable) {
        true => variable[..1].to_owned(),
        false => variable,
    }
}

/// Of a worker that is made for each call: what its library offers to end it.
pub(crate) fn of_worker(record: &LibraryObject) -> Remedy {
    let (name, once) = (record.name, once(record));
    match ending(record) {
        Some(Ending::Call(call)) => Remedy::fix(format!(
            "{once}; or release each on every path of the function that made it: {call} right after it is made and \
             its error, if there is one, is checked.{} Releasing one that others still use is not safe, so give it \
             one owner.",
            others(record)
        )),
        Some(Ending::Told(how)) => Remedy::fix(format!(
            "{once}; or end each on every path of the function that made it, by {how}. Ending one that others still \
             use is not safe, so give it one owner."
        )),
        Some(Ending::Dropped(how)) => Remedy {
            why: Some(format!(
                "A goroutine of each {name} runs as long as anything refers to the object; dropping it is what ends \
                 it ({how}). So something still refers to those that are counted here (a map, a field, a closure, a \
                 goroutine), or they are made faster than the collector finds them dropped."
            )),
            fix: Some(format!(
                "{once}. Where each tenant or call needs its own, see that nothing keeps it: delete it from the map \
                 or field that refers to it, and let no goroutine or closure hold it. There is nothing to call: \
                 {how}."
            )),
        },
        Some(Ending::Never(told)) => never(record, &told),
        None => Remedy::default(),
    }
}

/// Of a client that nobody closes.
pub(crate) fn of_client(record: &LibraryObject) -> Remedy {
    let name = record.name;
    let release = match ending(record) {
        Some(Ending::Call(call)) => format!("{call} right after the check of err"),
        Some(Ending::Told(how)) => format!("end it by {how}"),
        Some(Ending::Never(told)) => return never(record, &told),
        Some(Ending::Dropped(_)) | None => return Remedy::default(),
    };
    let others = others(record);
    Remedy::fix(match record.multiplexed {
        true => format!(
            "Make one {name} when the process starts and share it: it is safe for concurrent use and meant to be \
             long-lived. Where one per call is really needed, {release}, and mind that constructors may fail after a \
             part was made.{others} Do not release a shared one at the end of a request."
        ),
        false => format!(
            "Release each {name} on every path of the function that made it: {release}, and mind that constructors \
             may fail after a part was made.{others} Where calls follow each other to one peer, keep one and use it \
             again."
        ),
    })
}

fn never(record: &LibraryObject, told: &str) -> Remedy {
    let told = if told.is_empty() { String::new() } else { format!(" ({told})") };
    Remedy {
        why: Some(format!(
            "Each {} that is made starts goroutines, and nothing ends them{told}. They refer to the object and keep \
             it reachable, so it is never collected.",
            record.name
        )),
        fix: Some(format!("{}: nothing releases one{told}.", once(record))),
    }
}

fn once(record: &LibraryObject) -> String {
    format!("Make one {} where the process starts, and share it", record.name)
}

/// The other ways to release one.
fn others(record: &LibraryObject) -> String {
    match record.releases {
        [] | [_] => String::new(),
        [_, others @ ..] => format!(" Others that release it: {}.", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CATALOGUE;

    fn record(name: &str) -> &'static LibraryObject {
        let mut all = CATALOGUE.objects.iter();
        all.find(|object| object.name == name && !object.goroutines.is_empty()).unwrap()
    }

    fn fix(name: &str) -> String {
        of_worker(record(name)).fix.unwrap()
    }

    #[test]
    fn variables_are_named_as_programs_name_them() {
        let names =
            ["fsnotify.Watcher", "sql.DB", "grpc.ClientConn", "tls.TLSConn", "watch.Interface"];
        assert_eq!(names.map(variable), ["watcher", "db", "clientConn", "tlsConn", "i"]);
        assert_eq!(variable("Google Cloud client"), "client");
    }

    #[test]
    fn the_release_is_that_of_the_object() {
        assert!(fix("fsnotify.Watcher").contains("`defer watcher.Close()`"));
        assert!(fix("ants.Pool").contains("`defer pool.Release()`"));
    }

    #[test]
    fn what_has_no_close_is_dropped() {
        let remedy = of_worker(record("cache.Cache"));
        let (why, fix) = (remedy.why.unwrap(), remedy.fix.unwrap());
        assert!(!fix.contains("defer") && fix.contains("nothing to call"), "{fix}");
        assert!(why.contains("dropping it is what ends it"), "{why}");
    }

    #[test]
    fn no_object_gets_the_text_of_another() {
        for object in CATALOGUE.objects {
            for remedy in [of_worker(object), of_client(object)] {
                let text = format!("{:?}", remedy.fix);
                let is_cache = object.name.to_ascii_lowercase().contains("cache");
                assert!(is_cache || !text.contains("defer cache."), "{}: {text}", object.name);
                assert!(!text.contains("..") && !text.contains("()()"), "{}: {text}", object.name);
            }
        }
    }
}
