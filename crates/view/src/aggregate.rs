//! Makes frames equal that a report does not tell apart.

use plumb_profile::{Profile, StrId};

use crate::config::Config;
use crate::report::ReportError;

/// What of a frame a report shows.
#[derive(Clone, Copy)]
struct Shown {
    functions: bool,
    files: bool,
    lines: bool,
    addresses: bool,
}

/// Removes from the profile what the granularity of the configuration does not show.
pub(crate) fn aggregate(profile: &mut Profile, config: &Config) -> Result<(), ReportError> {
    let shown = |functions, files, lines, addresses| Shown { functions, files, lines, addresses };
    let shown = match config.granularity.as_str() {
        "" | "functions" => shown(true, false, false, false),
        "filefunctions" => shown(true, true, false, false),
        "files" => shown(false, true, false, false),
        "lines" => shown(true, true, true, false),
        "addresses" if !config.noinlines => return Ok(()),
        "addresses" => shown(true, true, true, true),
        _ => return Err(ReportError::Granularity),
    };
    remove(profile, shown, !config.noinlines, config.showcolumns);
    Ok(())
}

fn remove(profile: &mut Profile, shown: Shown, inlines: bool, columns: bool) {
    let resolved = [shown.functions, shown.files, shown.lines, inlines];
    let mask = resolved.iter().zip(0..).fold(0u8, |mask, (&on, bit)| mask | u8::from(on) << bit);
    for mapping in &mut profile.mappings {
        mapping.resolved &= mask;
    }
    for function in &mut profile.functions {
        if !shown.functions {
            function.name = StrId::EMPTY;
            function.system_name = StrId::EMPTY;
        }
        if !shown.files {
            function.file = StrId::EMPTY;
        }
    }
    for location in &mut profile.locations {
        if !inlines && location.line_count > 1 {
            location.first_line += location.line_count - 1;
            location.line_count = 1;
        }
        if !shown.addresses {
            location.address = 0;
        }
    }
    for line in &mut profile.lines {
        if !shown.lines {
            line.line = 0;
        }
        if !shown.lines || !columns {
            line.column = 0;
        }
    }
}
