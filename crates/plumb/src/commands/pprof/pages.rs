//! `-http`: the profile as pages in a browser.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use plumb_profile::Profile;
use plumb_view::{Config, sample_type};
use plumb_web::{Server, Site, default_settings_path};

use super::disk::Disk;
use super::request::Pages;
use super::{Failure, browser};

/// What the server gets to be ready before a browser asks, as in pprof.
const HEAD_START: Duration = Duration::from_millis(500);

/// Serves pages until the process ends.
pub(super) fn serve(profile: Profile, config: Config, pages: &Pages) -> Result<(), Failure> {
    // What no page could show is told at once.
    sample_type(&profile, &config.sample_index)?;
    let server = Server::bind(&pages.address)?;
    let url = server.url();
    eprintln!("Serving web UI on {url}");
    if pages.opens_browser {
        thread::spawn(move || {
            thread::sleep(HEAD_START);
            browser::open(&url);
        });
    }
    let site = Site::new(profile, config, default_settings_path(), Arc::new(Disk));
    server.serve(site).map(|never| match never {}).map_err(Into::into)
}
