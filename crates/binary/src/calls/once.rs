//! Closures that run once at most for each run of the function that they stand in: those given to `sync.Once` and its kin.
//! They are as good as called where they are given.
//!
//! What else a function does with a closure is seen by its taking the address again. Before Go 1.18 arguments lie on the
//! stack, where what was put there for one purpose serves another: there nothing is said.

use rustc_hash::{FxHashMap, FxHashSet};

use super::code::{Call, addresses};
use super::image::{Image, u64_at};
use super::pclntab::Pclntab;

/// Functions that call the function which they are given once at most. `Do` is inlined as a rule, `doSlow` never.
const CALL_ONCE: [&str; 2] = ["sync.(*Once).Do", "sync.(*Once).doSlow"];
/// First words of the names of those that give a function which does.
const GIVE_ONCE: [&str; 2] = ["sync.OnceFunc", "sync.OnceValue"];

/// How far from its call an argument is put into its register, in bytes at most.
const ARGUMENT_REACH: u64 = 96;

/// Where closures of these names are given to be called once, if the program does nothing else with them: as calls of
/// theirs, in the order of their addresses.
pub(super) fn given_once(
    image: &Image,
    table: &Pclntab<'_>,
    direct: &[Call],
    names: &FxHashSet<u32>,
) -> Vec<Call> {
    let functions = table.functions.iter().enumerate();
    let is_closure = |name: u32| names.contains(&name) && table.name(name).contains(".func");
    let closures: FxHashMap<u64, u32> = functions
        .filter(|(_, function)| is_closure(function.name))
        .map(|(index, function)| (function.entry, index as u32))
        .collect();
    if closures.is_empty() || !table.is_of_go_1_18_or_later() {
        return Vec::new();
    }
    let values = values(image, &closures);
    let mut given = Vec::new();
    let mut others: FxHashSet<u32> = in_data(image, &values);
    addresses(image, |at, address| {
        let Some(&closure) = closures.get(&address).or_else(|| values.get(&address)) else {
            return;
        };
        let next = direct.get(direct.partition_point(|call| call.at < at));
        match next.filter(|call| call.at - at <= ARGUMENT_REACH && is_once(table, call.to)) {
            Some(call) => given.push(Call { at: call.at, to: closure }),
            None => {
                others.insert(closure);
            }
        }
    });
    given.retain(|call| !others.contains(&call.to));
    given.sort_unstable_by_key(|call| call.at);
    given
}

fn is_once(table: &Pclntab<'_>, function: u32) -> bool {
    let name = table.name(table.functions[function as usize].name);
    CALL_ONCE.contains(&name) || GIVE_ONCE.iter().any(|begin| name.starts_with(begin))
}

/// Where the values of closures are that need nothing of their function: words that hold the address of their code.
fn values(image: &Image, closures: &FxHashMap<u64, u32>) -> FxHashMap<u64, u32> {
    let words = words_of_data(image);
    words.filter_map(|(at, word)| closures.get(&word).map(|&closure| (at, closure))).collect()
}

/// The closures whose values are part of other data.
fn in_data(image: &Image, values: &FxHashMap<u64, u32>) -> FxHashSet<u32> {
    words_of_data(image).filter_map(|(_, word)| values.get(&word).copied()).collect()
}

/// The words of the program's data with their addresses. Relocations have been applied and are none.
fn words_of_data(image: &Image) -> impl Iterator<Item = (u64, u64)> {
    let parts = image.parts.iter().filter(|part| !part.executable);
    let words = parts.flat_map(|part| {
        let words = part.bytes.chunks_exact(8).enumerate();
        words.map(|(index, word)| {
            let at = part.address.wrapping_add(8 * index as u64);
            (at, u64_at(word, 0).unwrap_or_default())
        })
    });
    words.filter(|(at, _)| !image.relocations.contains(at))
}
