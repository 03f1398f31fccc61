//! Readable names for those that linkers know: of C++ and Rust, and of names that somebody has made readable already.

use plumb_profile::{Profile, StrId};
use rustc_hash::FxHashMap;

use super::cpp;

/// How much of a name is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demangling {
    /// Names stay as they are.
    None,
    /// Without parameters, template arguments and what is returned.
    Short,
    /// Without parameters and what is returned.
    Templates,
    /// All.
    Full,
}

impl Demangling {
    /// An option of `-symbolize`. Whatever stands for none of them is none.
    pub(super) fn parse(option: &str) -> Option<Self> {
        match option.strip_prefix("demangle=").unwrap_or(option) {
            "none" => Some(Self::None),
            "templates" => Some(Self::Templates),
            "full" => Some(Self::Full),
            _ => None,
        }
    }
}

/// Makes the names of functions readable that are not yet; all of them if `force`.
pub(super) fn demangle(profile: &mut Profile, force: bool, how: Demangling) {
    for function in &mut profile.functions {
        if force && function.name != StrId::EMPTY && function.system_name != StrId::EMPTY {
            function.name = function.system_name;
        }
    }
    if how == Demangling::None {
        return;
    }
    let mut known: FxHashMap<StrId, StrId> = FxHashMap::default();
    for at in 0..profile.functions.len() {
        let function = profile.functions[at];
        let (name, system_name) = (profile.text(function.name), profile.text(function.system_name));
        if !name.is_empty() && name != system_name {
            continue;
        }
        let name = match known.get(&function.system_name) {
            Some(&name) => name,
            None => {
                let readable = readable(system_name, how);
                let name = match readable {
                    Some(readable) => profile.strings.push(&readable),
                    None => function.system_name,
                };
                known.insert(function.system_name, name);
                name
            }
        };
        profile.functions[at].name = name;
    }
}

/// The readable form of a name; none if it has no other.
fn readable(name: &str, how: Demangling) -> Option<String> {
    let demangled = demangled(name, how);
    // Some linkers put one more underscore before each name.
    let demangled = demangled.or_else(|| self::demangled(name.strip_prefix('_')?, how));
    if demangled.is_some() || how == Demangling::Full || !looks_demangled(name) {
        return demangled;
    }
    let mut name = without(name, '(', ')');
    if how == Demangling::Short {
        name = without(&name, '<', '>');
    }
    Some(name)
}

fn demangled(name: &str, how: Demangling) -> Option<String> {
    if !name.starts_with("_Z") && !name.starts_with("_R") && !name.starts_with("___Z") {
        return None;
    }
    if let Ok(rust) = rustc_demangle::try_demangle(name) {
        // The alternate form is without the hash that tells equal names apart.
        let rust = format!("{rust:#}");
        let is_new = name.starts_with("_R") && how == Demangling::Short;
        return Some(if is_new { cpp::without_rust_generics(&rust) } else { rust });
    }
    cpp::demangled(name, how)
}

/// Whether a name looks like one of C++ that has been made readable. Those of Java (`class.<init>`) and of Go's methods of
/// generic types (`pkg.(*T[...]).Method`) do not.
fn looks_demangled(name: &str) -> bool {
    !name.contains(".<")
        && !name.contains("]).")
        && (name.contains(['<', '>', '[', ']']) || name.contains("::"))
}

/// A name without what stands between brackets; as it is if they do not match.
fn without(name: &str, open: char, close: char) -> String {
    let mut out = String::with_capacity(name.len());
    let mut depth = 0usize;
    for (at, letter) in name.char_indices() {
        if letter == open {
            depth += 1;
        } else if letter == close {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                // What was matched before stays cut, as in pprof.
                None => return out + &name[at..],
            }
        } else if depth == 0 {
            out.push(letter);
        }
    }
    if depth == 0 {
        return out;
    }
    unmatched(name, open, close)
}

/// A name in which a bracket is never closed: only what is matched before the first such one is cut.
fn unmatched(name: &str, open: char, close: char) -> String {
    let (mut depth, mut start) = (0usize, 0);
    for (at, letter) in name.char_indices() {
        if letter == open {
            start = if depth == 0 { at } else { start };
            depth += 1;
        } else if letter == close {
            depth = depth.saturating_sub(1);
        }
    }
    without(&name[..start], open, close) + &name[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `go tool pprof` of Go 1.27.3 shows.
    #[test]
    fn names_are_readable() {
        use Demangling::{Full, Short, Templates};
        for (name, how, shown) in [
            ("main.main", Short, "main.main"),
            ("main.(*T[...]).Run", Short, "main.(*T[...]).Run"),
            ("main.F[...].func1", Short, "main.F[...].func1"),
            ("_ZN3foo3barEi", Short, "foo::bar"),
            ("_ZN3foo3barEi", Full, "foo::bar(int)"),
            ("__ZN3foo3barEi", Short, "foo::bar"),
            ("_ZNSt6vectorIiSaIiEE9push_backERKi", Short, "std::vector::push_back"),
            (
                "_ZNSt6vectorIiSaIiEE9push_backERKi",
                Templates,
                "std::vector<int, std::allocator<int> >::push_back",
            ),
            ("_Z3addIiET_S0_S0_", Short, "add"),
            ("_ZN4core3fmt5write17h0123456789abcdefE", Short, "core::fmt::write"),
            ("_RNvCskwGfYPst2Cb_3foo16example_function", Short, "foo::example_function"),
            ("_Z3fooi.isra.0", Short, "foo"),
            ("_ZZ3fooiENKUlvE_clEv", Short, "foo::{lambda()#1}::operator()"),
            ("_ZN12_GLOBAL__N_13fooEv", Short, "(anonymous namespace)::foo"),
            ("foo::bar<int>(char)", Short, "foo::bar"),
            ("foo::bar<int>(char)", Templates, "foo::bar<int>"),
            ("foo::operator()(char", Short, "foo::operator(char"),
            ("foo::a)b(c)", Short, "foo::a)b(c)"),
            ("java.class.<init>(x)", Short, "java.class.<init>(x)"),
            ("_Z", Short, "_Z"),
            ("_start", Short, "_start"),
        ] {
            assert_eq!(readable(name, how).as_deref().unwrap_or(name), shown, "{name} {how:?}");
        }
    }
}
