//! Named configurations in the file that pprof keeps them in.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use plumb_view::{Config, ConfigError, FIELDS, Field, Slot};
use serde_json::{Map, Value, json};

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It cannot be read.
    #[error("could not read settings: {0}")]
    Read(io::Error),
    /// It is no JSON, or not what pprof writes.
    #[error("could not parse settings: {0}")]
    Parse(String),
    /// Its folder cannot be made.
    #[error("failed to create settings directory: {0}")]
    Folder(io::Error),
    /// It cannot be written.
    #[error("failed to write settings: {0}")]
    Write(io::Error),
    /// A configuration needs a name.
    #[error("invalid config name")]
    NoName,
    /// There is no configuration of that name.
    #[error("config {0} not found")]
    NotFound(String),
    /// It is not known where the file would be.
    #[error("neither $XDG_CONFIG_HOME nor $HOME are defined")]
    NoFolder,
}

/// Where pprof keeps its settings: `pprof/settings.json` in the user's folder for configurations.
pub fn default_settings_path() -> Option<PathBuf> {
    let folder = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let of_home = |home: PathBuf| match cfg!(target_os = "macos") {
        true => home.join("Library/Application Support"),
        false => home.join(".config"),
    };
    let xdg = folder("XDG_CONFIG_HOME").filter(|_| !cfg!(target_os = "macos"));
    let folder = xdg.or_else(|| folder("HOME").map(of_home))?;
    Some(folder.join("pprof").join("settings.json"))
}

/// A file of named configurations. What it holds besides is kept.
#[derive(Debug)]
pub(crate) struct Settings {
    path: Option<PathBuf>,
}

impl Settings {
    pub(crate) fn new(path: Option<PathBuf>) -> Self {
        Self { path }
    }

    /// The configurations, in the order of the file. What is not saved is as in `current`.
    pub(crate) fn read(&self, current: &Config) -> Result<Vec<(String, Config)>, SettingsError> {
        let Some(path) = &self.path else { return Ok(Vec::new()) };
        let file = read(path)?;
        let configs = file.get("configs").and_then(Value::as_array).into_iter().flatten();
        configs.filter_map(Value::as_object).map(|object| decode(object, current)).collect()
    }

    /// Saves a configuration, in place of the one that has the name.
    pub(crate) fn save(&self, name: &str, config: &Config) -> Result<(), SettingsError> {
        if name.is_empty() {
            return Err(SettingsError::NoName);
        }
        self.edit(|configs| {
            let saved = encode(name, config);
            match configs.iter_mut().find(|config| config["name"] == name) {
                Some(config) => *config = saved,
                None => configs.push(saved),
            }
            Ok(())
        })
    }

    /// Forgets a configuration.
    pub(crate) fn delete(&self, name: &str) -> Result<(), SettingsError> {
        self.edit(|configs| {
            let before = configs.len();
            configs.retain(|config| config["name"] != name);
            let not_found = || SettingsError::NotFound(name.to_owned());
            (configs.len() < before).then_some(()).ok_or_else(not_found)
        })
    }

    fn edit(
        &self,
        change: impl FnOnce(&mut Vec<Value>) -> Result<(), SettingsError>,
    ) -> Result<(), SettingsError> {
        let path = self.path.as_ref().ok_or(SettingsError::NoFolder)?;
        let mut file = read(path)?;
        let configs = file.entry("configs").or_insert_with(|| json!([]));
        if configs.is_null() {
            *configs = json!([]);
        }
        let no_list = || SettingsError::Parse("configs is no list".to_owned());
        change(configs.as_array_mut().ok_or_else(no_list)?)?;
        write(path, &Value::Object(file))
    }
}

/// The file as it is; nothing if there is none.
fn read(path: &Path) -> Result<Map<String, Value>, SettingsError> {
    match fs::read(path) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map_err(|e| SettingsError::Parse(e.to_string()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Map::new()),
        Err(error) => Err(SettingsError::Read(error)),
    }
}

/// Writes a file beside it first, so that a reader never sees half of it.
fn write(path: &Path, file: &Value) -> Result<(), SettingsError> {
    if let Some(folder) = path.parent() {
        private_folder(folder).map_err(SettingsError::Folder)?;
    }
    let beside = path.with_extension("json.new");
    let text = format!("{file:#}");
    fs::write(&beside, text).and_then(|()| fs::rename(&beside, path)).map_err(SettingsError::Write)
}

/// Makes a folder that only its owner sees, as the XDG rules want it.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// As Go writes it: zeros and empty texts are left out.
fn encode(name: &str, config: &Config) -> Value {
    let mut object = Map::from_iter([("name".to_owned(), json!(name))]);
    let mut config = config.clone();
    for field in FIELDS.iter().filter(|field| field.saved) {
        let value = match field.slot(&mut config) {
            Slot::Bool(false) | Slot::Int(0) => continue,
            Slot::Float(value) if *value == 0.0 => continue,
            Slot::Text(value) if value.is_empty() => continue,
            Slot::Bool(value) => json!(value),
            Slot::Int(value) => json!(value),
            Slot::Float(value) => json!(value),
            Slot::Text(value) => json!(value),
        };
        object.insert(field.name.to_owned(), value);
    }
    Value::Object(object)
}

/// What is left out is zero or empty, not what it is by default.
fn decode(
    object: &Map<String, Value>,
    current: &Config,
) -> Result<(String, Config), SettingsError> {
    let mut config = current.clone();
    for field in FIELDS.iter().filter(|field| field.saved) {
        let value = object.get(field.name).filter(|value| !value.is_null());
        set(field, &mut config, value).map_err(|e| SettingsError::Parse(e.to_string()))?;
    }
    let name = object.get("name").and_then(Value::as_str).unwrap_or_default();
    Ok((name.to_owned(), config))
}

fn set(field: &Field, config: &mut Config, value: Option<&Value>) -> Result<(), ConfigError> {
    if let Some(value) = value {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        return field.set(config, &text);
    }
    match field.slot(config) {
        Slot::Bool(slot) => *slot = false,
        Slot::Int(slot) => *slot = 0,
        Slot::Float(slot) => *slot = 0.0,
        Slot::Text(slot) => slot.clear(),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_are_saved_replaced_and_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pprof/settings.json");
        let settings = Settings::new(Some(path.clone()));
        let current = Config { sample_index: "space".to_owned(), ..Config::default() };
        assert_eq!(settings.read(&current).unwrap(), []);
        let mut config = current.clone();
        config.focus = "main".to_owned();
        config.trim = false;
        settings.save("mine", &config).unwrap();
        settings.save("other", &current).unwrap();
        config.nodecount = 9;
        settings.save("mine", &config).unwrap();
        let expected = [("mine".to_owned(), config), ("other".to_owned(), current.clone())];
        assert_eq!(settings.read(&current).unwrap(), expected);
        settings.delete("mine").unwrap();
        assert_eq!(settings.read(&current).unwrap(), expected[1..]);
        assert_eq!(settings.delete("mine").unwrap_err().to_string(), "config mine not found");
        assert_eq!(settings.save("", &current).unwrap_err().to_string(), "invalid config name");
    }

    #[test]
    fn the_file_is_pprofs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        // What `go tool pprof` wrote for `focus=main`, with a field of a later version.
        let text = r#"{"later": 1, "configs": [{"name": "x", "unit": "minimum", "sort": "flat",
            "nodecount": -1, "nodefraction": 0.005, "edgefraction": 0.001, "trim": true,
            "focus": "main"}]}"#;
        fs::write(&path, text).unwrap();
        let settings = Settings::new(Some(path.clone()));
        let config = Config { focus: "main".to_owned(), ..Config::default() };
        let read = settings.read(&Config::default()).unwrap();
        assert_eq!(read, [("x".to_owned(), config)]);
        settings.save("y", &Config::default()).unwrap();
        let written: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(
            (&written["later"], &written["configs"][0]["focus"]),
            (&json!(1), &json!("main"))
        );
        fs::write(&path, "{").unwrap();
        assert!(
            settings.read(&Config::default()).unwrap_err().to_string().contains("could not parse")
        );
    }
}
