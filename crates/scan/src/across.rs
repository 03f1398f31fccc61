//! What rules must know of all files of the modules before they look at one.

use crate::channels::Drains;
use crate::code::Code;
use crate::instances::{FileInstances, Instances};
use crate::maps::{FileMaps, Maps};
use crate::resources::{Customs, FileCustoms};
use crate::sure::{FileSure, SureResults};

/// What one file adds.
#[derive(Debug, Default)]
pub(crate) struct FileFacts {
    maps: FileMaps,
    instances: FileInstances,
    customs: FileCustoms,
    sure: FileSure,
    drains: Drains,
}

impl FileFacts {
    /// Reads a file. Tests add nothing: what they do to a map, or how often they make something, happens in no
    /// service.
    pub(crate) fn read(code: &Code<'_>) -> Self {
        if code.in_test {
            return Self::default();
        }
        Self {
            maps: FileMaps::read(code),
            instances: FileInstances::read(code),
            customs: FileCustoms::read(code),
            sure: FileSure::read(code),
            drains: Drains::read(code),
        }
    }
}

/// The facts of all files.
#[derive(Debug, Default)]
pub(crate) struct Across {
    pub(crate) maps: Maps,
    pub(crate) instances: Instances,
    pub(crate) customs: Customs,
    pub(crate) sure: SureResults,
    pub(crate) drains: Drains,
}

impl Across {
    /// Puts the facts of files together, in any order.
    pub(crate) fn join(files: impl IntoIterator<Item = FileFacts>) -> Self {
        let (mut maps, mut instances) = (Vec::new(), Vec::new());
        let (mut customs, mut sure, mut drains) = (Vec::new(), Vec::new(), Vec::new());
        for file in files {
            maps.push(file.maps);
            instances.push(file.instances);
            customs.push(file.customs);
            sure.push(file.sure);
            drains.push(file.drains);
        }
        Self {
            maps: Maps::join(maps),
            instances: Instances::join(instances),
            customs: Customs::join(customs),
            sure: SureResults::join(sure),
            drains: Drains::join(drains),
        }
    }
}
