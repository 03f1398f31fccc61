//! Options that commands share, in the groups in which help shows them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueHint};
use jiff::SignedDuration;
use plumb_collect::{Bearer, CaptureOptions, CollectError, HttpOptions, Secret};

use crate::screen::Colour;
use crate::user_error::UserError;

/// Looks in a window whose interval was not chosen. A slope is as good from 60 points as from 6,000, and each look
/// costs the target some milliseconds and the case some kilobytes.
const LOOKS_MAX: u32 = 60;

/// What to take of running targets, and how long to look.
#[derive(Args, Debug)]
#[command(next_help_heading = "Evidence")]
pub(crate) struct Evidence {
    /// How long to look at running targets; 0 = a single look [default: 12s]
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    window: Option<Duration>,

    /// Time between looks [default: 2s; a 60th of a window above 2m]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    every: Option<Duration>,

    /// Do not force garbage collections before the last look
    #[arg(long)]
    no_gc: bool,

    /// Pause that a full goroutine dump may cost the target; 0 = never take one [default: 10ms]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pause_limit: Option<Duration>,

    /// Ask for the goroutineleak profile of Go 1.26 and later; it runs a collection and marks goroutines
    #[arg(long)]
    goroutineleak: bool,

    /// Take an execution trace of so long; plain --trace: of 5s
    #[arg(long, value_name = "DURATION", value_parser = duration, num_args = 0..=1, require_equals = true, default_missing_value = "5s")]
    pub(crate) trace: Option<Duration>,

    /// Sockets as the machine at the other end sees them (ss, netstat or lsof output); repeatable
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) peer_sockets: Vec<PathBuf>,
}

/// How to reach targets over HTTP.
#[derive(Args, Debug)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// Bearer token (other users of the machine may see it: prefer --bearer-file)
    #[arg(long, value_name = "TOKEN", conflicts_with = "bearer_file")]
    bearer: Option<HiddenText>,

    /// File that holds a bearer token
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    bearer_file: Option<PathBuf>,

    /// User and password
    #[arg(long, value_name = "USER:PASSWORD")]
    basic: Option<HiddenText>,

    /// Further header; repeatable
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<HiddenText>,

    /// Client certificate, PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    cert: Option<PathBuf>,

    /// Key of the client certificate, PEM [default: in the file of --cert]
    #[arg(long, value_name = "FILE", requires = "cert", value_hint = ValueHint::FilePath)]
    key: Option<PathBuf>,

    /// Further root certificates, or that of a server that signs for itself, PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    cacert: Option<PathBuf>,

    /// Accept any server certificate
    #[arg(long)]
    insecure: bool,

    /// Proxy: http, https, socks5 or socks5h [default: as HTTP_PROXY, HTTPS_PROXY and NO_PROXY say]
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,

    /// Send credentials unencrypted to other machines
    #[arg(long)]
    allow_plaintext_credentials: bool,

    /// Limit for one request [default: 60s]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,

    /// Most MiB of one answer [default: 128]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    max_body: Option<u64>,
}

/// Where a case goes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub(crate) struct Overwrite {
    /// Replace a file that is there already
    #[arg(long, requires = "output")]
    force: bool,
}

impl Overwrite {
    /// Whether a case may be written to a path.
    ///
    /// # Errors
    /// [`UserError::Exists`] if a file is there and was not given up. What is no file is for the recorder to refuse.
    pub(crate) fn check(&self, path: &Path) -> Result<(), UserError> {
        let is_there = std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_dir());
        if is_there && !self.force { Err(UserError::Exists(path.to_owned())) } else { Ok(()) }
    }
}

/// How to print.
#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub(crate) struct Output {
    /// Tell everything that is known
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// When to print in colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    pub(crate) color: Colour,
}

/// A text that is never printed, not even in the message that it cannot be used.
#[derive(Clone)]
struct HiddenText(String);

impl From<String> for HiddenText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for HiddenText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl HiddenText {
    /// What stands before and after the first colon.
    fn halves(&self, option: &'static str, form: &str) -> Result<(String, Secret), CollectError> {
        let halves = self.0.split_once(':').ok_or_else(|| CollectError::BadOption {
            option,
            why: format!("there is no colon in it: write {form}"),
        });
        halves.map(|(name, secret)| (name.trim().to_owned(), Secret::new(secret)))
    }
}

impl Evidence {
    /// What collect is told.
    ///
    /// # Errors
    /// [`CollectError::BadOption`] if credentials are not written as they must be, or times do not fit each other.
    pub(crate) fn capture_options(
        &self,
        connection: &Connection,
    ) -> Result<CaptureOptions, CollectError> {
        let defaults = CaptureOptions::default();
        let window = self.window.unwrap_or(defaults.window);
        self.check_times(window)?;
        if self.trace == Some(Duration::ZERO) {
            let why = "nothing happens in no time: write --trace=5s".to_owned();
            return Err(CollectError::BadOption { option: "--trace", why });
        }
        Ok(CaptureOptions {
            http: connection.http_options()?,
            window,
            every: self.every.unwrap_or(defaults.every.max(window / LOOKS_MAX)),
            gc: !self.no_gc,
            dump_pause_limit: self.pause_limit.unwrap_or(defaults.dump_pause_limit),
            goroutineleak: self.goroutineleak,
            trace: self.trace.is_some(),
            trace_length: self.trace.unwrap_or(defaults.trace_length),
            constructors: plumb_patterns::CATALOGUE.constructors(),
            pools: plumb_patterns::CATALOGUE.pools(),
            ..defaults
        })
    }
}

impl Evidence {
    /// The options given that matter for running targets only.
    pub(crate) fn of_live_targets(&self) -> Vec<&'static str> {
        let given = [
            (self.window.is_some(), "--for"),
            (self.every.is_some(), "--every"),
            (self.no_gc, "--no-gc"),
            (self.pause_limit.is_some(), "--pause-limit"),
            (self.goroutineleak, "--goroutineleak"),
            (self.trace.is_some(), "--trace"),
        ];
        given.into_iter().filter(|(given, _)| *given).map(|(_, option)| option).collect()
    }

    fn check_times(&self, window: Duration) -> Result<(), CollectError> {
        let wrong = |why: String| Err(CollectError::BadOption { option: "--every", why });
        match self.every {
            Some(every) if every.is_zero() => wrong(
                "there must be time between looks: write 2s (a single look is --for 0)".into(),
            ),
            Some(every) if every > window && !window.is_zero() => wrong(format!(
                "{} between looks is longer than the whole look of {}: give a longer --for",
                spelled(every),
                spelled(window)
            )),
            _ => Ok(()),
        }
    }
}

impl Connection {
    fn http_options(&self) -> Result<HttpOptions, CollectError> {
        let defaults = HttpOptions::default();
        if self.timeout == Some(Duration::ZERO) {
            let why = "nothing answers in no time: write 60s".to_owned();
            return Err(CollectError::BadOption { option: "--timeout", why });
        }
        let token = self.bearer.as_ref().map(|text| Bearer::Token(Secret::new(text.0.clone())));
        let basic = self.basic.as_ref().map(|text| text.halves("--basic", "USER:PASSWORD"));
        let headers = self.header.iter().map(|text| text.halves("--header", "'NAME: VALUE'"));
        let key = self.key.as_ref().or(self.cert.as_ref());
        Ok(HttpOptions {
            bearer: token.or(self.bearer_file.clone().map(Bearer::File)),
            basic: basic.transpose()?,
            headers: headers.collect::<Result<_, _>>()?,
            client_certificate: self.cert.clone().zip(key.cloned()),
            ca_file: self.cacert.clone(),
            insecure: self.insecure,
            proxy: self.proxy.clone(),
            allow_plaintext_credentials: self.allow_plaintext_credentials,
            request_timeout: self.timeout.unwrap_or(defaults.request_timeout),
            max_body: self.max_body.map_or(defaults.max_body, |mebibytes| mebibytes << 20),
            ..defaults
        })
    }
}

/// A duration as users write it: `12s`, `10m`. Above a second, parts of it are left out.
pub(crate) fn spelled(duration: Duration) -> String {
    let whole = if duration < Duration::from_secs(1) {
        duration
    } else {
        Duration::from_secs(duration.as_secs())
    };
    SignedDuration::try_from(whole)
        .map_or_else(|_| "for ever".to_owned(), |span| format!("{span:#}").replace(' ', ""))
}

/// `15s`, `2m`, `1h30m`, `10ms`, `0`.
fn duration(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let parsed: Result<SignedDuration, _> = text.parse();
    parsed
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| "not a duration: write 15s, 2m, 1h30m or 10ms".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_spelled_as_they_are_written() {
        for text in ["12s", "10m", "1h30m", "500ms"] {
            assert_eq!(spelled(duration(text).unwrap()), text);
        }
        assert_eq!(spelled(Duration::from_millis(2_345)), "2s");
    }

    #[test]
    fn durations() {
        let check =
            |text, millis| assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        check("15s", 15_000);
        check("2m", 120_000);
        check("1h30m", 5_400_000);
        check("10ms", 10);
        check("0", 0);
        for wrong in ["15", "-3s", "soon", "", "1 fortnight"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn secrets_are_taken_apart_and_not_printed() {
        let text = HiddenText("X-Key:s3:cret".to_owned());
        assert!(!format!("{text:?}").contains("cret"));
        let (name, secret) = text.halves("--header", "'NAME: VALUE'").unwrap();
        assert_eq!((name.as_str(), secret), ("X-Key", Secret::new("s3:cret")));
        let wrong = HiddenText("s3cret".to_owned()).halves("--basic", "USER:PASSWORD").unwrap_err();
        assert_eq!(wrong.to_string(), "--basic: there is no colon in it: write USER:PASSWORD");
    }
}
