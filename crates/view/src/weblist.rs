//! `weblist`: the source of functions as a page, each line with its instructions.
//!
//! [`samples`] finds which addresses are of interest and what they took, [`instructions`] decodes the code around them,
//! [`listing`] arranges it by file, function and line, and [`page`] writes that as HTML.

mod instructions;
mod listing;
mod page;
mod samples;

use std::io::Write;

use crate::header::profile_lines;
use crate::report::{Report, ReportError};
use crate::source_text::SourceText;

pub(crate) fn write(report: &mut Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let report = &*report;
    let files = report.files();
    let mut text = SourceText::new(report, files.as_ref())?;
    let samples = samples::collect(report);
    if samples.interest.is_empty() {
        return Err(ReportError::NoMatch(report.argument_text().to_owned()));
    }
    let code = instructions::around(report, files.as_ref(), &samples);
    let listing = listing::arrange(report, &samples, &code, &mut text);
    page::write(report.title(), &profile_lines(&report.profile, &report.values), &listing, out)
}
