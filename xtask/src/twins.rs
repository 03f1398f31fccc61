//! The harness of the catalogue's twins: each pattern has a Go program that leaks (`before`) and its repaired twin
//! (`after`). The harness builds them, gives them a peer and load from processes of their own, runs the real `plumb`
//! executable against them, and judges its answer by the marks in the twins' source.

mod cases;
mod expect;
mod fixed;
mod go;
mod judge;
mod play;
mod process;
mod stage;
mod suite;
mod tally;
mod traced;

pub use cases::RecordedCase;
pub use expect::{Expectation, Mark, Variant};
pub use fixed::{WITHOUT_FIX, copy_before};
pub use go::{SourcePaths, Which, build, go_program, toolchains_of};
pub use judge::{Answer, Judgement, LineVerdict, Standard, judge};
pub use play::{Look, Moment, Plan, diagnose, look_again, on_stage, play};
pub use process::{Ended, Process, tool};
pub use stage::{Load, Stage, Subject};
pub use suite::{
    Outcome, Run, Scenario, Selection, Source, in_parallel, observe, standard, subjects, twins_of,
};
pub use tally::{Tally, run};
pub use traced::Shows;
