//! Page and pictures of a render; none in a build without the feature `report`.

use super::meters_json::Outlines;
use crate::analysis::{ScopePicture, SpectrumDocument};
use crate::io::{OutputError, StagedFolder};
use crate::report::{MasterOutline, Report, WaveformOutline};

/// The name of the page.
pub(crate) const PAGE: &str = "report.html";

/// The page and the pictures, drawn.
#[cfg(feature = "report")]
pub(super) struct DrawnPage {
    plots: crate::report::Plots,
    pictures: Vec<(&'static str, Vec<u8>)>,
}

#[cfg(feature = "report")]
impl DrawnPage {
    /// Draws both: most of the work, and none of it needs a hash.
    pub(super) fn draw(
        report: &Report,
        (waveform, spectrum): (&WaveformOutline, &SpectrumDocument),
        (master, scope): (&MasterOutline, &ScopePicture),
        with_pictures: bool,
    ) -> Self {
        let drawn = crate::report::Drawn { report, waveform, spectrum, master, scope };
        let pictures = if with_pictures { crate::report::pictures(&drawn) } else { Vec::new() };
        Self { plots: crate::report::plots(&drawn), pictures }
    }

    /// Writes both.
    pub(super) fn write(
        self,
        report: &Report,
        outlines: &Outlines,
        staged: &mut StagedFolder,
    ) -> Result<(), OutputError> {
        for (name, png) in self.pictures {
            staged.write(name, &png)?;
        }
        let page = crate::report::html(report, &outlines.tracks, &outlines.buses, &self.plots);
        staged.write(PAGE, page.as_bytes())
    }
}

/// Nothing to draw.
#[cfg(not(feature = "report"))]
pub(super) struct DrawnPage;

#[cfg(not(feature = "report"))]
#[allow(clippy::unused_self, clippy::unnecessary_wraps)] // The form of the build with reports.
impl DrawnPage {
    /// Draws nothing.
    pub(super) fn draw(
        _: &Report,
        _: (&WaveformOutline, &SpectrumDocument),
        _: (&MasterOutline, &ScopePicture),
        _: bool,
    ) -> Self {
        Self
    }

    /// Writes nothing.
    pub(super) fn write(self, _: &Report, _: &Outlines, _: &mut StagedFolder) -> Result<(), OutputError> {
        Ok(())
    }
}
