//! Profiles as pages in a browser, at the addresses of pprof's web interface.
//!
//! A [`Site`] answers requests for one profile; a [`Server`] listens and asks it. Pages are plain HTML, CSS and modules of
//! JavaScript that are part of the executable. Each page asks for its data as JSON at its own address with `.json` behind
//! the name, and the parameters are pprof's, so that an address of one works in the other.
//!
//! Two things differ from pprof inside. Stacks are merged here and cut below what can be seen, where pprof sends every
//! stack to the browser. And the answers to the last questions are kept, within bounds, so that going back is at once.

mod access;
mod address;
mod answer;
mod assets;
mod compare;
mod configs;
mod flame;
mod page;
mod query;
mod recent;
mod server;
mod settings;
mod site;
mod text;
mod top;

pub use address::AddressError;
pub use server::{ServeError, Server};
pub use settings::{SettingsError, default_settings_path};
pub use site::Site;
