//! From the functions asked for to their callers, up to the program's own modules and a little beyond.

use rustc_hash::{FxHashMap, FxHashSet};

use super::code::{self, direct_calls};
use super::image::Image;
use super::pclntab::{Function, Pclntab, Place};
use super::unnamed::unnamed_before;
use super::{Call, Calls, Owner, Question, Wanted};

/// How far calls are followed.
#[derive(Clone, Copy)]
struct Reach {
    /// Between functions of libraries, from what was asked for to the program's own module.
    library: usize,
    /// Between functions of the program.
    program: usize,
}

/// The constructors of cloud clients are five calls above those of their connections. In the program, a dial and the
/// handshake with its helpers stand beside each other.
const WAYS: Reach = Reach { library: 8, program: 3 };
/// Who calls the program's function that makes something is not told, but that there is somebody.
const CALLERS: Reach = Reach { library: 4, program: 1 };
/// Calls told at most. What is beyond the limit is said to be unfinished.
const MAX_CALLS: usize = 20_000;
/// Calls of one function told at most: of one that is called from so many lines, none is the only one.
const MAX_CALLERS: usize = 200;

/// A call by where the names of both functions begin.
struct Site {
    caller: Place,
    callee: u32,
    is_programs: bool,
}

struct Walk<'a> {
    table: &'a Pclntab<'a>,
    question: &'a Question<'a>,
    /// The names of the functions that are asked for and there, in order.
    asked: Vec<(u32, Wanted)>,
    /// Functions whose callers have been told.
    seen: FxHashSet<u32>,
    /// Compiled functions that call a function or have it inlined, by its name, in order.
    holders: FxHashMap<u32, Vec<u32>>,
    /// Direct calls in the order of their addresses.
    direct: Vec<code::Call>,
    answer: Calls,
    /// Compiled functions that hold code of the program on the way.
    of_program: FxHashSet<u32>,
}

pub(super) fn walk(image: &Image, table: &Pclntab<'_>, question: &Question<'_>) -> Calls {
    let direct = direct_calls(image, table);
    let holders = holders(table, &direct);
    let mut walk = Walk {
        table,
        question,
        asked: asked(table, question, &holders),
        seen: FxHashSet::default(),
        holders,
        direct,
        answer: Calls::default(),
        of_program: FxHashSet::default(),
    };
    walk.climb(Wanted::Ways, WAYS);
    walk.surroundings(image);
    walk.climb(Wanted::Callers, CALLERS);
    walk.references(image);
    walk.answer
}

/// Which compiled functions call or have inlined a function.
fn holders(table: &Pclntab<'_>, direct: &[code::Call]) -> FxHashMap<u32, Vec<u32>> {
    let mut holders: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    for call in direct {
        let callee = &table.functions[call.to as usize];
        let Some(caller) = table.holding(call.at) else { continue };
        if !is_runtimes(table.name(callee.name)) {
            holders.entry(callee.name).or_default().push(caller as u32);
        }
    }
    for (index, function) in table.functions.iter().enumerate() {
        for (callee, _) in table.inlined_calls(function) {
            holders.entry(callee).or_default().push(index as u32);
        }
    }
    for list in holders.values_mut() {
        list.sort_unstable();
        list.dedup();
    }
    holders
}

/// The functions asked for, whether they are compiled on their own or inlined everywhere.
fn asked(
    table: &Pclntab<'_>,
    question: &Question<'_>,
    holders: &FxHashMap<u32, Vec<u32>>,
) -> Vec<(u32, Wanted)> {
    let compiled = table.functions.iter().map(|function| function.name);
    let mut names: Vec<u32> = compiled.chain(holders.keys().copied()).collect();
    names.sort_unstable();
    names.dedup();
    let wanted = names.into_iter().map(|name| (name, (question.wanted)(table.name(name))));
    wanted.filter(|(_, wanted)| *wanted != Wanted::No).collect()
}

/// Nearly all calls are of these, and nobody asks for them.
fn is_runtimes(name: &str) -> bool {
    name.starts_with("runtime.") || name.starts_with("internal/runtime/")
}

impl Walk<'_> {
    /// All callers of what was asked for, nearest first.
    fn climb(&mut self, wanted: Wanted, reach: Reach) {
        let asked = self.asked.iter().filter(|(_, kind)| *kind == wanted);
        let mut level: Vec<(u32, usize)> = asked.map(|(name, _)| (*name, 0)).collect();
        level.retain(|(name, _)| self.seen.insert(*name));
        for step in 0..reach.library + reach.program {
            let mut next = Vec::new();
            for (name, of_program) in level {
                if of_program >= reach.program || of_program == 0 && step >= reach.library {
                    self.leave(name);
                    continue;
                }
                for (caller, is_programs) in self.callers(name) {
                    let deeper = of_program + usize::from(is_programs);
                    if self.seen.insert(caller) {
                        next.push((caller, deeper));
                    }
                }
            }
            level = next;
        }
        level.into_iter().for_each(|(name, _)| self.leave(name));
    }

    /// Notes that callers of a function are not told, other than the wrapper that makes a value of a method.
    fn leave(&mut self, name: u32) {
        let own = self.table.name(name);
        let caller = |holder: &u32| self.table.name(self.table.functions[*holder as usize].name);
        let is_other = |caller: &str| caller.strip_suffix("-fm") != Some(own);
        if self.holders.get(&name).into_iter().flatten().any(|holder| is_other(caller(holder))) {
            self.answer.unfinished.insert(own.to_owned());
        }
    }

    /// Tells the calls of a function, and who calls.
    fn callers(&mut self, name: u32) -> Vec<(u32, bool)> {
        let holders = self.holders.get(&name).cloned().unwrap_or_default();
        if holders.len() > MAX_CALLERS || self.answer.calls.len() > MAX_CALLS {
            self.leave(name);
            return Vec::new();
        }
        let sites: Vec<Site> =
            holders.iter().flat_map(|holder| self.sites(*holder, name)).collect();
        let mut callers: Vec<(u32, bool)> =
            sites.iter().map(|site| (site.caller.name, site.is_programs)).collect();
        callers.sort_unstable();
        callers.dedup();
        for site in sites {
            self.tell(site);
        }
        callers
    }

    /// The calls of a function in the code of a compiled one.
    fn sites(&mut self, holder: u32, callee: u32) -> Vec<Site> {
        let function = self.table.functions[holder as usize];
        let mut at: Vec<u64> = Vec::new();
        for (name, pc) in self.table.inlined_calls(&function) {
            if name == callee {
                at.push(pc);
            }
        }
        let start = self.direct.partition_point(|call| call.at < function.entry);
        let own = self.direct[start..].iter().take_while(|call| call.at < function.end);
        let is_it = |call: &&code::Call| self.table.functions[call.to as usize].name == callee;
        at.extend(own.filter(is_it).map(|call| call.at));
        let mut sites = Vec::new();
        for pc in at {
            let places = self.table.places(&function, pc);
            if places.iter().any(|place| self.owner(place) == Owner::Program) {
                self.of_program.insert(holder);
            }
            let Some(caller) = places.into_iter().next() else { continue };
            let is_programs = self.owner(&caller) == Owner::Program;
            sites.push(Site { caller, callee, is_programs });
        }
        sites
    }

    fn owner(&self, place: &Place) -> Owner {
        (self.question.owner)(self.table.name(place.name), &place.file)
    }

    fn tell(&mut self, Site { caller, callee, .. }: Site) {
        let callee = Some(self.table.name(callee).to_owned());
        self.tell_call(caller, callee);
    }

    fn tell_call(&mut self, caller: Place, callee: Option<String>) {
        let name = self.table.name(caller.name).to_owned();
        let Place { file, line, .. } = caller;
        self.answer.calls.insert(Call { caller: name, file, line, callee });
    }

    /// What else the program's functions on the way call, other than the standard library: what a function does before
    /// a call may be what matters to it.
    fn surroundings(&mut self, image: &Image) {
        let on_the_way: FxHashSet<String> =
            self.answer.calls.iter().map(|call| call.caller.clone()).collect();
        let mut holders: Vec<u32> = self.of_program.iter().copied().collect();
        holders.sort_unstable();
        for holder in holders {
            if self.answer.calls.len() > 2 * MAX_CALLS {
                break;
            }
            let function = self.table.functions[holder as usize];
            let is_here = |caller: &Place| on_the_way.contains(self.table.name(caller.name));
            for at in unnamed_before(image, &function, &self.on_the_way(&function)) {
                let caller = self.table.places(&function, at).into_iter().next();
                let caller = caller.filter(|place| self.owner(place) == Owner::Program);
                if let Some(caller) = caller.filter(is_here) {
                    self.tell_call(caller, None);
                }
            }
            let start = self.direct.partition_point(|call| call.at < function.entry);
            let own = self.direct[start..].iter().take_while(|call| call.at < function.end);
            let direct = own.map(|call| (self.table.functions[call.to as usize].name, call.at));
            let all: Vec<_> = direct.chain(self.table.inlined_calls(&function)).collect();
            for (callee, at) in all {
                let caller = self.table.places(&function, at).into_iter().next();
                let caller = caller.filter(|place| self.owner(place) == Owner::Program);
                let name = self.table.name(callee);
                // The file is that of the caller, so only names can tell.
                let is_standard = (self.question.owner)(name, "") == Owner::Standard;
                if let Some(caller) = caller.filter(is_here).filter(|_| !is_standard) {
                    self.tell_call(caller, Some(name.to_owned()));
                }
            }
        }
    }

    /// The instructions of a compiled function that call what leads to something asked for.
    fn on_the_way(&self, function: &Function) -> FxHashSet<u64> {
        let start = self.direct.partition_point(|call| call.at < function.entry);
        let own = self.direct[start..].iter().take_while(|call| call.at < function.end);
        let direct = own.map(|call| (self.table.functions[call.to as usize].name, call.at));
        let all = direct.chain(self.table.inlined_calls(function));
        all.filter(|(callee, _)| self.seen.contains(callee)).map(|(_, at)| at).collect()
    }

    /// Which of the functions may be called without being named.
    fn references(&mut self, image: &Image) {
        let told = self.answer.calls.iter();
        let told = told.flat_map(|call| [Some(call.caller.as_str()), call.callee.as_deref()]);
        let asked = self.asked.iter().map(|(name, _)| self.table.name(*name));
        let names: FxHashSet<&str> = told.flatten().chain(asked).collect();
        let named = |name: &str| names.contains(name);
        let functions = self.table.functions.iter().filter(|f| named(self.table.name(f.name)));
        let by_entry: FxHashMap<u64, u32> = functions.map(|f| (f.entry, f.name)).collect();
        let entries = by_entry.keys().copied().collect();
        // A program rarely looks for methods of its own in that way: what it converts itself has a table of pointers.
        let is_exported = |name: &str| {
            let own = name.rsplit('.').next().unwrap_or(name);
            let is_method = name.contains(").") && own.starts_with(char::is_uppercase);
            is_method && (self.question.owner)(name, "") != Owner::Program
        };
        let methods = by_entry.iter().filter(|(_, name)| is_exported(self.table.name(**name)));
        let methods = methods.map(|(entry, _)| *entry).collect();
        let found = code::referenced(image, self.table, &entries, &methods);
        let found = found.iter().filter_map(|entry| by_entry.get(entry));
        let found: Vec<_> = found.map(|name| self.table.name(*name).to_owned()).collect();
        self.answer.referenced.extend(found);
    }
}
