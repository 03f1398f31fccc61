//! The source of the program that is diagnosed: found, read, and put into the terms of the binary.
//!
//! | module | does |
//! |---|---|
//! | `module` | finds the root of the main module |
//! | `frames` | lines of the user's code that the profiles show |
//! | `fit` | whether lines of the source are those of the binary, by what the profiles show |
//! | `revision` | lines of the source into lines of the binary, and back |
//! | `sites` | what a scan finds, as evidence |
//! | `history` | since which commit a line is as it is |

mod fit;
mod frames;
mod history;
mod module;
mod revision;
mod sites;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plumb_evidence::source_evidence::SourceEvidence;
use plumb_evidence::{Diagnosis, Service};
use plumb_scan::Options;
use plumb_scan::acquisitions::{self, Subject, Survey};
use plumb_scan::disk::Disk;
use plumb_scan::installation::installed;

use crate::screen;
use crate::team::Team;
use crate::user_error::UserError;
use frames::UserFrames;
use module::Module;
use revision::Lines;

/// Why the source that the user named cannot be that of the program.
#[derive(Debug)]
pub(crate) enum UnfitSource {
    /// There is no such folder.
    NoFolder(PathBuf),
    /// There is no Go module.
    NoModule(PathBuf),
    /// It is that of another program.
    OtherModule {
        /// What the user named.
        folder: PathBuf,
        /// The modules there.
        found: Vec<String>,
        /// That of the binary.
        wanted: String,
    },
    /// Nothing of what the profiles show is in it.
    NoFunction {
        /// What the user named.
        folder: PathBuf,
        /// A function of the program that it lacks.
        example: String,
    },
}

impl UnfitSource {
    /// What happened, and what to do next.
    pub(crate) fn told(&self) -> (String, String) {
        match self {
            Self::NoFolder(folder) => (
                format!("no such folder: {}", folder.display()),
                "--source takes the folder with the program's go.mod, or one below it".to_owned(),
            ),
            Self::NoModule(folder) => (
                format!("{}: no Go source of a module here", folder.display()),
                "name the folder with the program's go.mod, or one below it".to_owned(),
            ),
            Self::OtherModule { folder, found, wanted } => (
                format!(
                    "{}: this is the source of {}, and the program is {wanted}",
                    folder.display(),
                    found.join(", ")
                ),
                format!("name the folder with the go.mod that says `module {wanted}`"),
            ),
            Self::NoFunction { folder, example } => (
                format!(
                    "{}: this is not the source of the program: it declares none of the functions that \
                     the profiles show, e.g. {example}",
                    folder.display()
                ),
                "name the folder with the program's go.mod".to_owned(),
            ),
        }
    }
}

/// Whether a folder that the user named can be looked at, before a look at the target that takes seconds.
///
/// # Errors
/// If it is not there, or is no folder.
pub(crate) fn check(folder: &Path) -> Result<(), UserError> {
    if folder.is_dir() { Ok(()) } else { Err(UnfitSource::NoFolder(folder.to_owned()).into()) }
}

/// The source of the program.
pub(crate) struct Source {
    root: PathBuf,
    lines: Lines,
    recorded_root: Arc<str>,
}

impl Source {
    /// Reads the source in a folder that the user named into the evidence.
    ///
    /// # Errors
    /// If it is not that of the program.
    pub(crate) fn named(folder: &Path, service: &mut Service) -> Result<Self, UserError> {
        let frames = UserFrames::of(service);
        let module = Module::find(folder, service)?;
        let team = Team::nearest(&module.root)?;
        let read = read(&module, &team, service, &frames);
        if read.survey.functions.is_empty() {
            return Err(UnfitSource::NoModule(folder.to_owned()).into());
        }
        if module.is_guess
            && let Some(example) = frames.in_none_of(&read.survey.functions)
        {
            let folder = folder.to_owned();
            return Err(UnfitSource::NoFunction { folder, example }.into());
        }
        Ok(read.into_evidence(folder.display().to_string(), &module, service))
    }

    /// The same, if the paths that the binary recorded lead to its source on this machine.
    pub(crate) fn at_recorded_paths(service: &mut Service) -> Option<Self> {
        let frames = UserFrames::of(service);
        let folder = frames.existing_folder()?;
        let module = Module::find(&folder, service).ok()?;
        // Nobody asked for this source, so that a mistake in it is no reason to refuse.
        let team = Team::nearest(&module.root).unwrap_or_else(|error| {
            screen::complain(&error.to_text(screen::error_width()));
            Team::default()
        });
        let read = read(&module, &team, service, &frames);
        // What is elsewhere by now is not what the binary was built of.
        let counts = !read.survey.functions.is_empty() && read.lines.revision().lines_count();
        let root = module.root.display().to_string();
        counts.then(|| read.into_evidence(root, &module, service))
    }

    /// The root of the module.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Says of each finding since when its line is as it is, where there is a repository.
    pub(crate) fn date(&self, diagnosis: &mut Diagnosis) {
        for finding in &mut diagnosis.findings {
            finding.introduced =
                history::introduced(&self.root, &self.lines, &self.recorded_root, &finding.site);
        }
    }
}

/// What was read.
struct Read {
    survey: Survey,
    lines: Lines,
    recorded_root: Arc<str>,
}

/// Reads the source, with the team's own constructors. What a scan is not to tell of is looked at all the same: here the
/// evidence says that something leaks.
fn read(module: &Module, team: &Team, service: &Service, frames: &UserFrames) -> Read {
    let builds = service.instances.iter().map(|instance| &instance.build);
    let main_package = builds.clone().find_map(|build| build.main_package.as_deref());
    let subject = Subject { root: &module.root, main_package };
    let knowledge = team.knowledge();
    let threads = Options::default().threads;
    let rules = plumb_patterns::RULES;
    let survey = acquisitions::survey(&Disk, subject, installed(), rules, &knowledge, threads);
    let lines = Lines::find(&module.root, service, frames, &survey.functions);
    let recorded_root = frames.recorded_root(&survey.functions, &module.path);
    Read { survey, lines, recorded_root }
}

impl Read {
    fn into_evidence(self, root: String, module: &Module, service: &mut Service) -> Source {
        let sites = sites::sites(&self.survey, &module.root, &self.lines);
        service.source = Some(SourceEvidence {
            root,
            module: module.path.as_str().into(),
            revision: self.lines.revision().clone(),
            recorded_root: self.recorded_root.clone(),
            sites,
        });
        Source { root: module.root.clone(), lines: self.lines, recorded_root: self.recorded_root }
    }
}
