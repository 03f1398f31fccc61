//! A headless browser, driven over WebDriver, and pages to try in it.

#![allow(dead_code, reason = "each test file uses a part")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use plumb_profile::{BaseOptions, Limits, Profile, subtract_base};
use plumb_view::{Config, NoFiles};
use plumb_web::{Server, Site};
use serde_json::{Value, json};

/// How long a page may take to show what is waited for; machines that run tests are slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// Name under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A profile that was recorded from a program of Go 1.22.
pub(crate) fn recorded(name: &str) -> Profile {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../profile/tests/fixtures/go1.22.12");
    let bytes = std::fs::read(folder.join(name)).unwrap();
    Profile::parse_as_pprof(&bytes, &Limits::default()).unwrap()
}

/// A profile with half of itself as the base that it is compared with.
pub(crate) fn difference() -> Profile {
    let mut base = recorded("heap.pb.gz");
    for sample in 0..base.samples.len() {
        let part = 1 + sample as i64 % 3;
        base.samples.values_mut(sample).iter_mut().for_each(|value| *value = *value * part / 2);
    }
    let options = BaseOptions { keep_apart: true, normalize: false };
    subtract_base(recorded("heap.pb.gz"), base, options).unwrap()
}

/// Serves a profile from a thread of this process; returns where.
pub(crate) fn serve(profile: Profile, settings: PathBuf) -> String {
    let server = Server::bind("localhost:").unwrap();
    let url = server.url();
    let site = Site::new(profile, Config::default(), Some(settings), Arc::new(NoFiles));
    thread::spawn(move || server.serve(site).map(|never| match never {}).unwrap());
    url
}

/// A browser with one window. It ends with the test.
pub(crate) struct Browser {
    driver: Child,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub(crate) fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver: cargo xtask ready installs it");
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let server =
            format!("http://127.0.0.1:{}/session", port.expect("the port of chromedriver"));
        let profile = tempfile::tempdir().unwrap();
        let mut arguments: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } });
        let made = request("POST", &server, Some(&wanted));
        let session = format!("{server}/{}", made["sessionId"].as_str().unwrap());
        Self { driver, session, _profile: profile }
    }

    fn post(&self, what: &str, body: Value) -> Value {
        request("POST", &format!("{}/{what}", self.session), Some(&body))
    }

    /// Goes to an address and waits until the page shows its contents.
    pub(crate) fn open(&self, url: &str) {
        self.post("url", json!({ "url": url }));
        self.settle();
    }

    /// Waits until the page is no longer at work.
    pub(crate) fn settle(&self) {
        self.wait_for("document.readyState === 'complete' && document.querySelector('main') && !document.querySelector('main[aria-busy]')");
    }

    /// The value of an expression in the page.
    pub(crate) fn value(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.post("execute/sync", json!({ "script": script, "args": [] }))
    }

    pub(crate) fn text(&self, expression: &str) -> String {
        self.value(expression).as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn number(&self, expression: &str) -> f64 {
        self.value(expression).as_f64().unwrap_or(f64::NAN)
    }

    pub(crate) fn is(&self, expression: &str) -> bool {
        self.value(&format!("Boolean({expression})")) == json!(true)
    }

    /// Waits until an expression is true.
    pub(crate) fn wait_for(&self, expression: &str) {
        let start = Instant::now();
        while !self.is(expression) {
            assert!(start.elapsed() < PATIENCE, "never true: {expression}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn find(&self, selector: &str) -> String {
        let found = self.post("element", json!({ "using": "css selector", "value": selector }));
        found[ELEMENT].as_str().unwrap_or_else(|| panic!("no {selector}: {found}")).to_owned()
    }

    /// Clicks with the mouse, as a person does.
    pub(crate) fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.post(&format!("element/{element}/click"), json!({}));
    }

    /// Types into an element. `\u{e007}` is Enter, `\u{e00c}` Escape.
    pub(crate) fn write(&self, selector: &str, text: &str) {
        let element = self.find(selector);
        self.post(&format!("element/{element}/value"), json!({ "text": text }));
    }

    /// Presses and releases a key, whatever has the focus.
    pub(crate) fn press(&self, key: &str) {
        let actions = json!([{ "type": "key", "id": "keyboard", "actions": [
            { "type": "keyDown", "value": key }, { "type": "keyUp", "value": key },
        ] }]);
        self.post("actions", json!({ "actions": actions }));
    }

    /// Clicks with the right button.
    pub(crate) fn right_click(&self, selector: &str) {
        let element = self.find(selector);
        let actions = json!([{ "type": "pointer", "id": "mouse", "actions": [
            { "type": "pointerMove", "origin": { ELEMENT: element }, "x": 0, "y": 0 },
            { "type": "pointerDown", "button": 2 }, { "type": "pointerUp", "button": 2 },
        ] }]);
        self.post("actions", json!({ "actions": actions }));
    }

    pub(crate) fn back(&self) {
        self.post("back", json!({}));
    }

    pub(crate) fn address(&self) -> String {
        self.text("location.pathname + location.search")
    }

    /// Makes the page so wide and high, also where a window cannot be so narrow.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size);
    }

    /// Prefers dark colours or light ones.
    pub(crate) fn prefer(&self, scheme: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": [feature] }));
    }

    fn devtools(&self, command: &str, parameters: Value) {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": parameters }));
    }

    /// Keeps a picture of the page if a folder for pictures is named by `PLUMB_SCREENSHOTS`.
    pub(crate) fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("PLUMB_SCREENSHOTS") else { return };
        let picture = request("GET", &format!("{}/screenshot", self.session), None);
        let picture = picture.as_str().unwrap();
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, picture);
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), bytes.unwrap()).unwrap();
    }

    /// What the browser complained of since the last call: errors, warnings, violations of the policy.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = self.post("se/log", json!({ "type": "browser" }));
        let entries = log.as_array().cloned().unwrap_or_default();
        entries.iter().map(|entry| entry["message"].to_string()).collect()
    }

    /// Addresses that were asked since the last call.
    pub(crate) fn requests(&self) -> Vec<String> {
        let log = self.post("se/log", json!({ "type": "performance" }));
        let entries = log.as_array().cloned().unwrap_or_default();
        let url = |entry: &Value| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            let is_request = message["method"] == "Network.requestWillBeSent";
            is_request.then(|| message["params"]["request"]["url"].as_str().map(str::to_owned))?
        };
        entries.iter().filter_map(url).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A test that fails must end the browser, too, and must not fail twice.
        let _ = agent().delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
    config.timeout_global(Some(PATIENCE)).build().into()
}

/// Asks chromedriver; errors end the test.
fn request(method: &str, url: &str, body: Option<&Value>) -> Value {
    let answer = match method {
        "GET" => agent().get(url).call(),
        _ => agent().post(url).send(body.unwrap_or(&Value::Null).to_string()),
    };
    let mut answer = answer.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
    let limit = answer.body_mut().with_config().limit(64 << 20);
    let mut text: Value = serde_json::from_str(&limit.read_to_string().unwrap()).unwrap();
    let value = text["value"].take();
    assert!(answer.status().is_success(), "{method} {url} {body:?}: {value}");
    value
}
