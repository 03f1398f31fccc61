//! Protocols that ask their peers by themselves whether they are there still.

use plumb_scan::Code;

/// Words in the names of what asks, in lower case.
const ASKING: [&str; 4] = ["ping", "pings", "pong", "keepalive"];

/// Words in the names of what asks again and again.
const AGAIN: [&str; 8] =
    ["every", "interval", "loop", "period", "ticker", "timeout", "timer", "wait"];

/// Words that say both.
const BEATING: [&str; 2] = ["heartbeat", "heartbeats"];

/// Whether the package declares something that asks peers again and again, by its name: then it turns keepalive off
/// because it knows of a silent peer earlier.
pub(super) fn has_own(code: &Code<'_>) -> bool {
    let (package, program) = (code.package, code.program);
    let functions = package.functions(program).filter(|of| !of.place.in_test).map(|of| &*of.name);
    let values = package.values(program).filter(|of| !of.place.in_test).map(|of| &*of.name);
    let methods = package.type_decls(program).filter(|of| !of.place.in_test);
    let methods = methods.flat_map(|of| of.methods.iter().map(|method| &*method.name));
    functions.chain(values).chain(methods).any(asks_again)
}

fn asks_again(name: &str) -> bool {
    let words = words(name);
    let has = |some: &[&str]| words.iter().any(|word| some.contains(&word.as_str()));
    has(&BEATING) || (has(&ASKING) && has(&AGAIN))
}

/// The words of a name, in lower case: `setPingTimer` and `SET_PING_TIMER` have the same three.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        if letter == '_' || (letter.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter != '_') {
            word.extend(letter.to_lowercase());
        }
        was_lower = letter.is_lowercase();
    }
    words
}
