//! Waveform of the master, drawn while it is written. Its pixels are stored in a temporary file,
//! and written from there to `waveform.dat` and `waveform.json`.

use super::meters_json::{failed, write_values};
use crate::analysis::{WaveformGenerator, WaveformHead, WaveformSettings};
use crate::audio::Block;
use crate::process::{BuildError, Tap};
use crate::render::error::RenderError;
use crate::render::spill::byte_log::ByteLog;
use crate::report::WaveformOutline;
use crate::units::SampleRate;
use std::io::{self, Write};
use std::path::Path;

/// Draws a stereo stream.
pub(crate) struct WaveformLog {
    generator: WaveformGenerator,
    log: ByteLog,
}

impl WaveformLog {
    /// Creates a drawing with 16 bits per value, in pages of `page_bytes`. Allocates.
    pub(crate) fn new(
        rate: SampleRate,
        from_floats: bool,
        page_bytes: usize,
        folder: Option<&Path>,
    ) -> Result<Self, BuildError> {
        let settings = WaveformSettings { from_floats, ..WaveformSettings::default() };
        Ok(Self { generator: WaveformGenerator::new(rate, 2, settings)?, log: ByteLog::new(page_bytes, folder) })
    }

    /// Draws the next block.
    pub(crate) fn observe(&mut self, block: &Block<'_>) {
        self.generator.observe(block);
    }

    /// Moves finished pixels to the log.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub(crate) fn store_pages(&mut self) -> io::Result<()> {
        self.log.extend(self.generator.values().iter().flat_map(|value| value.to_le_bytes()))?;
        self.generator.forget_values();
        Ok(())
    }

    /// Returns the whole waveform, the running pixel included.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub(crate) fn end(mut self) -> io::Result<PagedWaveform> {
        self.generator.finish_pixel();
        self.store_pages()?;
        let values = self.log.length() as usize / VALUE_BYTES;
        Ok(PagedWaveform { head: self.generator.head(values), log: self.log })
    }
}

/// Bytes of one value in the log.
const VALUE_BYTES: usize = size_of::<i16>();

/// A waveform in its log: the values of `waveform.dat`, byte by byte.
pub(crate) struct PagedWaveform {
    head: WaveformHead,
    log: ByteLog,
}

impl PagedWaveform {
    /// Returns the outline for the page and the picture.
    pub(crate) fn outline(&mut self) -> Result<WaveformOutline, RenderError> {
        let mut outline = WaveformOutline::new(&self.head);
        self.each_page(|bytes| {
            for [low, high] in values(bytes).as_chunks().0 {
                outline.add(i16::from_le_bytes(*low), i16::from_le_bytes(*high));
            }
            Ok(())
        })?;
        Ok(outline)
    }

    /// Writes the binary form; `path` is the name of `out` in errors.
    pub(crate) fn write_dat(&mut self, mut out: impl Write, path: &Path) -> Result<(), RenderError> {
        self.head.write_dat(&mut out).map_err(failed(path))?;
        self.each_page(|bytes| out.write_all(bytes).map_err(failed(path)))?;
        out.flush().map_err(failed(path))
    }

    /// Writes the JSON form.
    pub(crate) fn write_json(&mut self, mut out: impl Write, path: &Path) -> Result<(), RenderError> {
        self.head.start_json(&mut out).map_err(failed(path))?;
        let mut first = true;
        self.each_page(|bytes| {
            let values = values(bytes).iter().map(|value| i16::from_le_bytes(*value));
            write_values(&mut out, &mut first, values).map_err(failed(path))
        })?;
        WaveformHead::end_json(&mut out).and_then(|()| out.flush()).map_err(failed(path))
    }

    fn each_page(&mut self, mut consume: impl FnMut(&[u8]) -> Result<(), RenderError>) -> Result<(), RenderError> {
        (0..self.log.pages()).try_for_each(|page| consume(self.log.page(page).map_err(RenderError::MeterLog)?))
    }
}

fn values(bytes: &[u8]) -> &[[u8; VALUE_BYTES]] {
    bytes.as_chunks().0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;
    use mixdown_fixtures::signals::{pink_noise, white_noise};

    const FRAMES: usize = 20_013;

    fn rate() -> SampleRate {
        SampleRate::new(8_000).unwrap()
    }

    fn signal() -> AudioBuffer {
        AudioBuffer::from_channels(&[white_noise(1, 1.1, FRAMES), pink_noise(2, 0.2, FRAMES)])
    }

    fn paged(frames: usize, page_bytes: usize) -> PagedWaveform {
        let mut waveform = WaveformLog::new(rate(), true, page_bytes, None).unwrap();
        for start in (0..frames).step_by(700) {
            waveform.observe(&signal().block().slice(start..frames.min(start + 700)));
            waveform.store_pages().unwrap();
        }
        waveform.end().unwrap()
    }

    #[test]
    fn the_files_are_the_same_for_any_page_size() {
        for frames in [0, 100, 256, FRAMES] {
            let settings = WaveformSettings { from_floats: true, ..WaveformSettings::default() };
            let mut whole = WaveformGenerator::new(rate(), 2, settings).unwrap();
            whole.observe(&signal().first(frames));
            let whole = whole.into_data();
            let (mut dat, mut json) = (Vec::new(), Vec::new());
            whole.write_dat(&mut dat).unwrap();
            whole.write_json(&mut json).unwrap();
            let mut outline = WaveformOutline::new(&whole.head());
            whole.data.chunks(2).for_each(|pair| outline.add(pair[0], pair[1]));
            for page_bytes in [8, 24, 400, 100_000] {
                let mut paged = paged(frames, page_bytes);
                let (mut paged_dat, mut paged_json) = (Vec::new(), Vec::new());
                paged.write_dat(&mut paged_dat, Path::new("")).unwrap();
                paged.write_json(&mut paged_json, Path::new("")).unwrap();
                assert_eq!(paged_dat, dat, "{frames} frames, pages of {page_bytes}");
                assert_eq!(paged_json, json, "{frames} frames, pages of {page_bytes}");
                assert_eq!(paged.outline().unwrap(), outline);
            }
        }
    }

    #[test]
    fn errors_name_the_full_file_or_the_missing_log() {
        let mut paged = paged(FRAMES, 80);
        let mut full = [0; 30];
        let error = paged.write_dat(full.as_mut_slice(), Path::new("waveform.dat")).unwrap_err();
        assert!(error.to_string().starts_with("waveform.dat: "), "{error}");
        paged.log.break_file();
        let error = paged.write_json(&mut Vec::new(), Path::new("waveform.json")).unwrap_err();
        assert!(matches!(error, RenderError::MeterLog(_)), "{error}");
        assert!(paged.outline().is_err());
    }
}
