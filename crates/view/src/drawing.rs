//! Drawings of graphs, without help of other programs.

mod compose;
pub(crate) mod font;
mod geometry;
mod layout;
mod pdf;
mod postscript;
mod raster;
mod scene;
mod svg;

use std::io::Write;

use crate::command::Image;
use crate::diagram::Diagram;
use crate::report::{Report, ReportError};

/// Draws the graph of a report.
pub(crate) fn write(
    report: &mut Report,
    image: Image,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    let trimmed = report.trimmed_graph();
    let scene = compose::compose(&Diagram::new(report, &trimmed));
    match image {
        Image::Svg => svg::write(&scene, out)?,
        Image::Png => raster::write_png(&scene, out)?,
        Image::Gif => raster::write_gif(&scene, out)?,
        Image::Pdf => out.write_all(&pdf::pdf(&scene))?,
        Image::Ps => postscript::write(&scene, out)?,
    }
    Ok(())
}
