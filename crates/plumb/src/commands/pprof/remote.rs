//! Profiles of running programs, fetched over HTTP.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use plumb_collect::{CollectError, HttpOptions, download};
use plumb_profile::Profile;
use plumb_view::base;
use url::Url;

use super::Failure;
use super::output::new_file_in;
use super::request::Fetching;

/// What a URL without a path means, as for `go tool pprof`.
const CPU_PROFILE: &str = "/debug/pprof/profile";

/// How long an answer may take that is not of a time span.
const TIMEOUT: u64 = 60;

/// What is granted beyond the time that the server needs.
const GRACE: u64 = 5;

/// The certificate of the server is not looked at.
const INSECURE: &str = "https+insecure://";

/// Where a profile is fetched from.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    url: Url,
    insecure: bool,
    /// What the server is asked to look at, in seconds.
    seconds: u64,
    timeout: Duration,
}

impl Address {
    /// Reads a source as a URL; `None` if it can only be a file.
    pub(super) fn new(source: &str, fetching: &Fetching) -> Option<Self> {
        let (insecure, source) = match source.strip_prefix(INSECURE) {
            Some(rest) => (true, format!("https://{rest}")),
            None => (false, source.to_owned()),
        };
        let has_scheme = source.contains("://");
        let has_port = source.split('/').next().is_some_and(|host| host.contains(':'));
        let mut url = match (has_scheme, has_port) {
            (true, _) => Url::parse(&source).ok()?,
            // A host without a name is this machine.
            (false, true) if source.starts_with(':') => {
                Url::parse(&format!("http://localhost{source}")).ok()?
            }
            (false, true) => Url::parse(&format!("http://{source}")).ok()?,
            (false, false) => return None,
        };
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return None;
        }
        if url.path() == "/" {
            url.set_path(CPU_PROFILE);
        }
        let mut query: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let asked = query.iter().find(|(name, _)| name == "seconds");
        let asked = asked.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
        let seconds = fetching.seconds.unwrap_or(asked);
        if let Some(seconds) = fetching.seconds {
            query.retain(|(name, _)| name != "seconds");
            query.push(("seconds".to_owned(), seconds.to_string()));
        }
        // In Go's order, since the URL is told.
        query.sort_by(|a, b| a.0.cmp(&b.0));
        url.set_query(None);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let timeout = match (fetching.timeout, seconds) {
            (Some(timeout), _) => timeout,
            (None, 0) => TIMEOUT,
            (None, seconds) => seconds + seconds / 2,
        };
        let timeout = Duration::from_secs(timeout + GRACE);
        Some(Self { url, insecure, seconds, timeout })
    }

    /// Fetches the bytes of a profile.
    pub(super) fn fetch(&self, fetching: &Fetching) -> Result<Vec<u8>, Failure> {
        eprintln!("Fetching profile over HTTP from {}", self.url);
        if let Some(seconds) = fetching.seconds {
            eprintln!("Please wait... ({seconds}s)");
        }
        let file =
            |name: &str| Some(PathBuf::from(name)).filter(|name| !name.as_os_str().is_empty());
        // Both may be in one file.
        let certificate = file(&fetching.certificate);
        let certificate = certificate.map(|file_of| {
            let key = file(&fetching.key).unwrap_or_else(|| file_of.clone());
            (file_of, key)
        });
        let options = HttpOptions {
            insecure: self.insecure,
            ca_file: file(&fetching.roots),
            client_certificate: certificate,
            request_timeout: self.timeout,
            max_body: plumb_profile::Limits::default().profile_bytes,
            ..HttpOptions::default()
        };
        // Whoever tells of it names the source already.
        let without_url = |error: CollectError| {
            let text = error.to_string();
            text.strip_prefix(&format!("{}: ", self.url)).unwrap_or(&text).to_owned()
        };
        let answer = download(self.url.as_str(), &options).map_err(without_url)?;
        if answer.status == 200 {
            return Ok(answer.body);
        }
        let status = format!("server response: {} {}", answer.status, answer.reason);
        match answer.explains_error {
            true => {
                Err(format!("{status} - {}", String::from_utf8_lossy(&answer.body).trim_end())
                    .into())
            }
            false => Err(status.into()),
        }
    }
}

/// Keeps a copy of a fetched profile, so that it can be looked at again. That it cannot is no reason not to show it.
pub(super) fn save(profile: &Profile) {
    match try_save(profile) {
        Ok(path) => eprintln!("Saved profile in {}", path.display()),
        Err(error) => eprintln!("Could not save profile: {error}"),
    }
}

fn try_save(profile: &Profile) -> Result<PathBuf, Failure> {
    let folder = folder().ok_or("failed to identify temp dir")?;
    let mut name = "pprof.".to_owned();
    if !profile.program().is_empty() {
        name += &format!("{}.", base(profile.program()));
    }
    profile.value_types().for_each(|(kind, _)| name += &format!("{kind}."));
    let (path, mut file) = new_file_in(&folder, &name, ".pb.gz")?;
    plumb_view::write_profile(profile, &mut file)?;
    Ok(path)
}

/// The first folder that there is or that can be made.
fn folder() -> Option<PathBuf> {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folders = [
        named("PPROF_TMPDIR"),
        named("HOME").map(|home| home.join("pprof")),
        Some(env::temp_dir()),
    ];
    folders.into_iter().flatten().find(|folder| match fs::create_dir_all(folder) {
        Ok(()) => true,
        Err(error) => {
            eprintln!("Could not use temp dir {}: {error}", folder.display());
            false
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(source: &str, fetching: &Fetching) -> Option<(String, u64)> {
        let address = Address::new(source, fetching)?;
        Some((address.url.to_string(), address.timeout.as_secs()))
    }

    #[test]
    fn sources_are_completed_to_urls() {
        let plain = Fetching::default();
        for (source, url, timeout) in [
            ("localhost:6060", "http://localhost:6060/debug/pprof/profile", 65),
            (":6060/x", "http://localhost:6060/x", 65),
            (
                "http://a/debug/pprof/heap?gc=1&debug=0",
                "http://a/debug/pprof/heap?debug=0&gc=1",
                65,
            ),
            ("https+insecure://a/", "https://a/debug/pprof/profile", 65),
            ("a:1/p?seconds=10", "http://a:1/p?seconds=10", 20),
        ] {
            assert_eq!(address(source, &plain), Some((url.to_owned(), timeout)), "{source}");
        }
        for source in ["heap.pb.gz", "/tmp/x", "a/b:1", "file:///x", "mem_2023-11-02"] {
            assert_eq!(address(source, &plain), None, "{source}");
        }
        let fetching = Fetching { seconds: Some(4), ..plain };
        let expected = ("http://a/p?seconds=4".to_owned(), 11);
        assert_eq!(address("http://a/p?seconds=10", &fetching), Some(expected));
    }
}
