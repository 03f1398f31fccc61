//! Source rules over a tree of Go code.
//!
//! [`scan`] finds the modules of a folder and looks at their files one by one, with several threads. What a rule sees
//! is [`Code`]: one file with its syntax, names, types and paths, and what is known beyond it. What acquires and what
//! releases is not a rule's knowledge but that of the library objects ([`Knowledge`]) and of the module's own functions
//! ([`Summaries`]); [`Code::losses`] puts both together.
//!
//! The catalogue is an argument, as for `detect`: a test can scan with one rule.
//!
//! | module | holds |
//! |---|---|
//! | [`acquisitions`] | everything that a program acquires, and what becomes of it |
//! | [`advisories`] | leaks of the versions of modules that a program uses |
//! | [`apply`] | fixes into files, and the proof that they mend |
//! | [`baseline`] | findings that a team knows |
//! | [`channels`] | who waits for ever at a channel |
//! | [`code`] | one file as rules see it |
//! | [`config`] | what a team says of its code: `plumb.toml` |
//! | [`contexts`] | contexts that only a goroutine cancels |
//! | [`disk`] | reads files and lists folders |
//! | [`endless`] | goroutines that nothing can end |
//! | [`fixes`] | what would mend a finding |
//! | [`functions`] | names of functions in the catalogue's spelling |
//! | [`installation`] | where toolchain and modules are on this machine |
//! | [`instances`] | pools of connections that are made for each call |
//! | [`knowledge`] | what acquires and releases, from the catalogue |
//! | `listed` | folders that are listed once |
//! | [`maps`] | maps with entries that nothing takes out |
//! | [`memory`] | files in memory |
//! | [`new_from`] | what has changed since a revision |
//! | [`locks`] | locks that are held when a function returns |
//! | [`places`] | which modules and files the paths of a user mean |
//! | [`resources`] | what is acquired in a file, and where it is lost |
//! | [`rule`] | what a pattern adds |
//! | [`summaries`] | what the module's functions do with their arguments and give back |
//! | [`syntax`] | calls and literals of a file |
//! | [`suppress`] | comments that silence findings |
//! | [`sure`] | results of functions that are always nil, or never |
//! | [`timers`] | cases that a timer chooses once |
//! | [`tree`] | the files of a tree, and the threads that look at them |
//! | [`untakeable`] | branches that no run takes |
//! | [`ways`] | ways through a function, with a state |

pub mod acquisitions;
mod across;
pub mod advisories;
pub mod apply;
pub mod baseline;
pub mod channels;
pub mod code;
pub mod config;
pub mod contexts;
pub mod disk;
pub mod endless;
pub mod fixes;
pub mod functions;
mod goroutines;
pub mod installation;
pub mod instances;
pub mod knowledge;
mod listed;
pub mod locks;
mod loops;
pub mod maps;
pub mod memory;
mod mentions;
pub mod new_from;
pub mod places;
pub mod resources;
pub mod rule;
pub mod summaries;
pub mod suppress;
mod sure;
pub mod syntax;
mod timers;
pub mod tree;
mod untakeable;
pub mod ways;

pub use code::Code;
pub use functions::FunctionKey;
pub use knowledge::Knowledge;
pub use plumb_gosource::{Folders, Installation};
pub use resources::{Loss, LossKind};
pub use rule::Rule;
pub use summaries::Summaries;
pub use tree::{Options, is_for_tests, scan};
