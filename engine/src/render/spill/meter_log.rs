//! Meter readings of strips every 100 ms: one page per strip in memory, all pages before it in an
//! unnamed temporary file.

use crate::meter::{
    Measurement, MeterHistory, MeterRow, ProgrammeMeter, integrated_power, loudness_range_in_place, power_lufs,
};
use crate::spool::Spool;
use std::io;
use std::path::Path;

/// Rows per page: 200 s. A shorter programme needs no file.
pub(crate) const PAGE_ROWS: usize = 2_000;
/// Capacity of a meter, in rows: a page, and the rows of a chunk before the page is moved.
pub(crate) const METER_CAPACITY: usize = PAGE_ROWS + 48;
/// Bytes per power in the file.
const POWER_BYTES: usize = 8;

/// Moves full pages out of meters, so that memory does not grow with the programme.
#[derive(Debug)]
pub(crate) struct MeterLog {
    page_rows: usize,
    file: Spool,
    strips: Vec<StripLog>,
    /// A page in file format, and its rows.
    bytes: Vec<u8>,
    rows: Vec<MeterRow>,
}

#[derive(Clone, Debug, Default)]
struct StripLog {
    pages: Vec<MeterPage>,
    /// Rows after the pages, once the strip has ended.
    rest: Vec<MeterRow>,
}

/// A page in the file: rows, then gating blocks, then segments for the loudness range.
#[derive(Clone, Copy, Debug)]
struct MeterPage {
    start: u64,
    rows: usize,
    gating_blocks: usize,
    range_windows: usize,
}

impl MeterPage {
    fn gating_start(&self) -> u64 {
        self.start + (self.rows * MeterRow::BYTES) as u64
    }

    fn range_start(&self) -> u64 {
        self.gating_start() + (self.gating_blocks * POWER_BYTES) as u64
    }
}

impl MeterLog {
    /// Creates an empty log of this many strips, with pages of `page_rows` rows, whose [`Spool`]
    /// is in `folder`.
    pub(crate) fn new(strips: usize, page_rows: usize, folder: Option<&Path>) -> Self {
        Self {
            page_rows,
            file: Spool::new(0, folder),
            strips: vec![StripLog::default(); strips],
            bytes: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Moves a page out of a strip's meter, if it holds one.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub(crate) fn store_page(&mut self, strip: usize, meter: &mut ProgrammeMeter) -> io::Result<()> {
        let history = meter.history();
        // A meter without a series has no rows.
        if history.rows.len().max(history.gating_blocks.len()) < self.page_rows {
            return Ok(());
        }
        self.bytes.clear();
        write_page(&history, &mut self.bytes);
        self.strips[strip].pages.push(MeterPage {
            start: self.file.append(&self.bytes)?,
            rows: history.rows.len(),
            gating_blocks: history.gating_blocks.len(),
            range_windows: history.range_windows.len(),
        });
        meter.forget_history();
        Ok(())
    }

    /// Ends a strip: moves the remaining readings out of its meter, and returns the measurement of
    /// the whole.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub(crate) fn end(&mut self, strip: usize, meter: ProgrammeMeter) -> io::Result<Measurement> {
        let Self { file, bytes, strips, .. } = self;
        let StripLog { pages, rest } = &mut strips[strip];
        let measurement = if pages.is_empty() {
            meter.measurement()
        } else {
            let held = meter.history();
            // One after the other in the same memory: the powers read here are all that grows with
            // the programme.
            let blocks = pages.iter().map(|page| page.gating_blocks).sum::<usize>() + held.gating_blocks.len();
            let mut powers = Vec::with_capacity(blocks);
            for page in &*pages {
                file.read(page.gating_start(), sized(bytes, page.gating_blocks * POWER_BYTES))?;
                powers.extend(powers_of(bytes));
            }
            powers.extend(held.gating_blocks);
            let integrated_lufs = integrated_power(&powers).and_then(power_lufs);
            powers.clear();
            for page in &*pages {
                file.read(page.range_start(), sized(bytes, page.range_windows * POWER_BYTES))?;
                powers.extend(powers_of(bytes));
            }
            powers.extend(held.range_windows);
            meter.measurement_with(integrated_lufs, loudness_range_in_place(&mut powers))
        };
        *rest = meter.into_rows();
        Ok(measurement)
    }

    /// Returns the number of a strip's rows.
    pub(crate) fn rows(&self, strip: usize) -> usize {
        let StripLog { pages, rest } = &self.strips[strip];
        pages.iter().map(|page| page.rows).sum::<usize>() + rest.len()
    }

    /// Returns the number of a strip's pages: 1 or more, the last of which may be empty.
    pub(crate) fn pages(&self, strip: usize) -> usize {
        self.strips[strip].pages.len() + 1
    }

    /// Returns the rows of a page of a strip that has ended.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub(crate) fn page(&mut self, strip: usize, page: usize) -> io::Result<&[MeterRow]> {
        let Self { file, bytes, rows, strips, .. } = self;
        let StripLog { pages, rest } = &strips[strip];
        let Some(page) = pages.get(page) else { return Ok(rest) };
        file.read(page.start, sized(bytes, page.rows * MeterRow::BYTES))?;
        rows.clear();
        rows.extend(bytes.as_chunks().0.iter().map(MeterRow::from_bytes));
        Ok(rows)
    }
}

fn write_page(history: &MeterHistory<'_>, bytes: &mut Vec<u8>) {
    history.rows.iter().for_each(|row| row.write(bytes));
    bytes.extend(history.gating_blocks.iter().chain(history.range_windows).flat_map(|power| power.to_le_bytes()));
}

/// Returns a buffer of `length` bytes to read into.
fn sized(bytes: &mut Vec<u8>, length: usize) -> &mut [u8] {
    bytes.resize(length, 0);
    bytes
}

fn powers_of(bytes: &[u8]) -> impl Iterator<Item = f64> {
    bytes.as_chunks().0.iter().map(|power| f64::from_le_bytes(*power))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{AudioBuffer, ChannelLayout};
    use crate::process::Tap;
    use crate::units::SampleRate;
    use mixdown_fixtures::signals::{pink_noise, sine, white_noise};

    const FRAMES: usize = 60_013;

    /// Returns a log of a loud strip, one that falls silent and ends early, and one of two frames,
    /// with their measurements.
    fn log(page_rows: usize) -> (MeterLog, Vec<Measurement>) {
        let mut quiet = pink_noise(3, 0.1, 41_000);
        quiet[20_000..].fill(0.0);
        let strips = [
            AudioBuffer::from_channels(&[white_noise(1, 0.9, FRAMES), pink_noise(2, 0.2, FRAMES)]),
            AudioBuffer::from_channels(&[quiet, vec![0.0; 41_000]]),
            AudioBuffer::from_channels(&[sine(8_000.0, 440.0, 0.5, 0.1, 2), vec![0.0; 2]]),
        ];
        let mut log = MeterLog::new(strips.len(), page_rows, None);
        let rate = SampleRate::new(8_000).unwrap();
        let mut meters = vec![ProgrammeMeter::with_room(rate, &ChannelLayout::stereo(), page_rows + 2); strips.len()];
        for start in (0..FRAMES).step_by(500) {
            for (strip, signal) in strips.iter().enumerate() {
                let range = start.min(signal.frames())..signal.frames().min(start + 500);
                meters[strip].observe(&signal.block().slice(range));
                log.store_page(strip, &mut meters[strip]).unwrap();
            }
        }
        let measured = meters.into_iter().enumerate().map(|(strip, meter)| log.end(strip, meter).unwrap()).collect();
        (log, measured)
    }

    #[test]
    fn a_meter_without_series_reads_the_same_from_pages() {
        let signal = AudioBuffer::from_channels(&[white_noise(1, 0.9, FRAMES), pink_noise(2, 0.2, FRAMES)]);
        let whole = ProgrammeMeter::new(SampleRate::new(8_000).unwrap(), &ChannelLayout::stereo());
        let (mut paged, mut whole) = (whole.clone(), whole);
        let mut log = MeterLog::new(1, 9, None);
        for start in (0..FRAMES).step_by(500) {
            let block = signal.block().slice(start..FRAMES.min(start + 500));
            paged.observe_offline(&block);
            whole.observe(&block);
            log.store_page(0, &mut paged).unwrap();
            assert!(paged.history().gating_blocks.len() < 9);
        }
        assert_eq!(log.end(0, paged).unwrap(), whole.measurement());
        assert_eq!((log.pages(0), log.rows(0)), (9, 0));
    }

    fn all_rows(log: &mut MeterLog, strip: usize) -> Vec<MeterRow> {
        (0..log.pages(strip)).flat_map(|page| log.page(strip, page).unwrap().to_vec()).collect()
    }

    #[test]
    fn rows_are_the_same_bits_in_memory_and_in_the_file() {
        let (mut memory, measured) = log(10_000);
        assert_eq!(memory.file.length(), 0, "what fits in memory makes no file");
        assert_eq!([0, 1, 2].map(|strip| memory.rows(strip)), [76, 52, 1]);
        for page_rows in [1, 7, 30, 75] {
            let (mut filed, filed_measured) = log(page_rows);
            assert!(filed.file.length() > 0 && filed.pages(0) > 1);
            assert_eq!(filed_measured, measured, "pages of {page_rows}");
            for strip in 0..3 {
                assert_eq!(filed.rows(strip), memory.rows(strip));
                assert_eq!(
                    all_rows(&mut filed, strip),
                    all_rows(&mut memory, strip),
                    "strip {strip}, pages of {page_rows}"
                );
            }
        }
    }

    impl MeterLog {
        /// Truncates the temporary file.
        pub(crate) fn break_file(&mut self) {
            self.file.cut(50);
        }
    }

    #[test]
    fn a_file_that_fails_is_an_error() {
        let rate = SampleRate::new(8_000).unwrap();
        let mut meter = ProgrammeMeter::with_room(rate, &ChannelLayout::mono(), 4);
        meter.observe(&AudioBuffer::from_channels(&[white_noise(1, 0.5, 2_400)]).block());
        let nowhere = Path::new("a folder that is not there");
        let error = MeterLog::new(1, 3, Some(nowhere)).store_page(0, &mut meter).unwrap_err();
        assert!(error.to_string().contains("a folder that is not there"), "{error}");
        let (mut log, _) = log(10);
        log.break_file();
        assert!(log.page(0, 0).is_err());
        assert!(log.end(0, meter).is_err(), "nor is there a reading of a part");
    }
}
