//! What rules must know of all files of the modules before they look at one.

use crate::code::Code;
use crate::instances::{FileInstances, Instances};
use crate::maps::{FileMaps, Maps};

/// What one file adds.
#[derive(Debug, Default)]
pub(crate) struct FileFacts {
    maps: FileMaps,
    instances: FileInstances,
}

impl FileFacts {
    /// Reads a file. Tests add nothing: what they do to a map, or how often they make something, happens in no
    /// service.
    pub(crate) fn read(code: &Code<'_>) -> Self {
        if code.in_test {
            return Self::default();
        }
        Self { maps: FileMaps::read(code), instances: FileInstances::read(code) }
    }
}

/// The facts of all files.
#[derive(Debug, Default)]
pub(crate) struct Across {
    pub(crate) maps: Maps,
    pub(crate) instances: Instances,
}

impl Across {
    /// Puts the facts of files together, in any order.
    pub(crate) fn join(files: impl IntoIterator<Item = FileFacts>) -> Self {
        let (maps, instances): (Vec<_>, Vec<_>) =
            files.into_iter().map(|file| (file.maps, file.instances)).unzip();
        Self { maps: Maps::join(maps), instances: Instances::join(instances) }
    }
}
