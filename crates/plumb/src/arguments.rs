//! Options that commands share, in the groups in which help shows them.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};
use jiff::SignedDuration;
use plumb_collect::{Bearer, CaptureOptions, HttpOptions, Secret};

use crate::screen::Colour;

/// Looks in a window whose interval was not chosen. A slope is as good from 60 points as from 6,000, and each look
/// costs the target some milliseconds and the case some kilobytes.
const LOOKS_MAX: u32 = 60;

/// What to take of running targets, and how long to look.
#[derive(Args, Debug)]
#[command(next_help_heading = "Evidence")]
pub(crate) struct Evidence {
    /// How long to look at running targets [default: 12s]
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
    bearer: Option<String>,

    /// File that holds a bearer token
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    bearer_file: Option<PathBuf>,

    /// User and password
    #[arg(long, value_name = "USER:PASSWORD", value_parser = basic)]
    basic: Option<(String, HiddenText)>,

    /// Further header; repeatable
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    header: Vec<(String, HiddenText)>,

    /// Client certificate, PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    cert: Option<PathBuf>,

    /// Key of the client certificate, PEM [default: in the file of --cert]
    #[arg(long, value_name = "FILE", requires = "cert", value_hint = ValueHint::FilePath)]
    key: Option<PathBuf>,

    /// Further root certificates, PEM
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

/// A text that must not be printed; clap wants its values to be cloneable and printable.
#[derive(Clone)]
pub(crate) struct HiddenText(String);

impl std::fmt::Debug for HiddenText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Evidence {
    /// What collect is told.
    pub(crate) fn capture_options(&self, connection: &Connection) -> CaptureOptions {
        let defaults = CaptureOptions::default();
        let window = self.window.unwrap_or(defaults.window);
        CaptureOptions {
            http: connection.http_options(),
            window,
            every: self.every.unwrap_or(defaults.every.max(window / LOOKS_MAX)),
            gc: !self.no_gc,
            dump_pause_limit: self.pause_limit.unwrap_or(defaults.dump_pause_limit),
            goroutineleak: self.goroutineleak,
            ..defaults
        }
    }
}

impl Connection {
    fn http_options(&self) -> HttpOptions {
        let defaults = HttpOptions::default();
        let secret = |text: &HiddenText| Secret::new(text.0.clone());
        let token = self.bearer.clone().map(|token| Bearer::Token(Secret::new(token)));
        let key = self.key.as_ref().or(self.cert.as_ref());
        HttpOptions {
            bearer: token.or(self.bearer_file.clone().map(Bearer::File)),
            basic: self.basic.as_ref().map(|(user, password)| (user.clone(), secret(password))),
            headers: self
                .header
                .iter()
                .map(|(name, value)| (name.clone(), secret(value)))
                .collect(),
            client_certificate: self.cert.clone().zip(key.cloned()),
            ca_file: self.cacert.clone(),
            insecure: self.insecure,
            proxy: self.proxy.clone(),
            allow_plaintext_credentials: self.allow_plaintext_credentials,
            request_timeout: self.timeout.unwrap_or(defaults.request_timeout),
            max_body: self.max_body.map_or(defaults.max_body, |mebibytes| mebibytes << 20),
            ..defaults
        }
    }
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

fn basic(text: &str) -> Result<(String, HiddenText), String> {
    let (user, password) = text.split_once(':').ok_or("no colon: write USER:PASSWORD")?;
    Ok((user.to_owned(), HiddenText(password.to_owned())))
}

fn header(text: &str) -> Result<(String, HiddenText), String> {
    let (name, value) = text.split_once(':').ok_or("no colon: write 'NAME: VALUE'")?;
    Ok((name.trim().to_owned(), HiddenText(value.trim().to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn secrets_are_not_printed() {
        let parsed = (basic("user:s3cret").unwrap(), header("X-Key: s3cret").unwrap());
        assert!(!format!("{parsed:?}").contains("s3cret"));
    }
}
