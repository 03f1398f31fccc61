//! Automation of the repository: one module a task, and the harness that runs the catalogue's twin programs against
//! the real `plumb` executable. No task is a library that plumb itself uses; tests of other crates may use
//! [`twins`] and [`tools`].

pub mod accuracy;
pub mod command;
pub mod docs;
pub mod machine;
pub mod measure;
pub mod pauses;
pub mod ready;
pub mod record;
pub mod release;
pub mod scaffold;
pub mod system;
pub mod tools;
pub mod twins;
pub mod workspace;
