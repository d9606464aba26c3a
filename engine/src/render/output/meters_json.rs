//! `meters.json`, written strip by strip and column by column from the log: no strip's series is
//! ever in memory as a whole.

use super::master_series::{MasterReadings, reductions};
use crate::analysis::METERS_SCHEMA;
use crate::io::OutputError;
use crate::meter::{INTERVAL_MS, Measurement, SERIES, SeriesReading, SeriesValue};
use crate::render::error::RenderError;
use crate::render::spill::meter_log::MeterLog;
use crate::report::Outline;
use serde::Serialize;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Outlines of the written strips for the page.
pub(crate) struct Outlines {
    pub(crate) tracks: Vec<Outline>,
    pub(crate) buses: Vec<Outline>,
}

/// A track or bus, and its measurement of the whole, rounded.
pub(crate) type Named<'a> = (&'a str, &'a Measurement);

/// Writes the format of [`MetersDocument`](crate::analysis::MetersDocument): the master, then each
/// track and each bus as in the log, in its order. `path` is the name of `out` in errors.
pub(crate) fn write(
    out: impl Write,
    path: PathBuf,
    master: &mut MasterReadings,
    (tracks, buses): (&[Named<'_>], &[Named<'_>]),
    log: &mut MeterLog,
) -> Result<Outlines, RenderError> {
    let MasterReadings { log: master_log, reduction, summary } = master;
    let mut file = MetersFile { out, path, log: master_log, strip: 0 };
    file.text(format_args!("{{\"schema\":\"{METERS_SCHEMA}\",\"interval_ms\":{INTERVAL_MS},\"master\":{{"))?;
    file.series()?;
    file.text(format_args!(",\"gain_reduction_db\":["))?;
    let mut first = true;
    for page in 0..reduction.pages() {
        file.values(&mut first, reductions(reduction.page(page).map_err(RenderError::MeterLog)?))?;
    }
    file.text(format_args!("],\"summary\":"))?;
    file.value(summary)?;
    file.text(format_args!("}},\"tracks\":["))?;
    let mut file = MetersFile { log, ..file };
    let tracks = file.strips(tracks)?;
    file.text(format_args!("],\"buses\":["))?;
    let buses = file.strips(buses)?;
    file.text(format_args!("]}}"))?;
    file.written(Write::flush)?;
    Ok(Outlines { tracks, buses })
}

struct MetersFile<'a, W> {
    out: W,
    path: PathBuf,
    log: &'a mut MeterLog,
    /// Index of the next strip in the log.
    strip: usize,
}

impl<W: Write> MetersFile<'_, W> {
    fn strips(&mut self, strips: &[Named<'_>]) -> Result<Vec<Outline>, RenderError> {
        let mut outlines = Vec::with_capacity(strips.len());
        for (index, (name, summary)) in strips.iter().enumerate() {
            self.text(format_args!("{}{{\"name\":", if index > 0 { "," } else { "" }))?;
            self.value(name)?;
            self.text(format_args!(","))?;
            outlines.push(self.series()?);
            self.text(format_args!(",\"summary\":"))?;
            self.value(summary)?;
            self.text(format_args!("}}"))?;
            self.strip += 1;
        }
        Ok(outlines)
    }

    /// Writes the series of the strip, and returns its outline.
    fn series(&mut self) -> Result<Outline, RenderError> {
        self.text(format_args!("\"series\":{{\"interval_ms\":{INTERVAL_MS}"))?;
        let mut outline = Outline::new(self.log.rows(self.strip));
        for reading in &SERIES {
            let add = Outline::adding(reading.key);
            self.column(reading, |value| add(&mut outline, value))?;
        }
        self.text(format_args!("}}"))?;
        Ok(outline)
    }

    /// Writes a column of the strip, page by page; `show` receives each value.
    fn column(&mut self, reading: &SeriesReading, mut show: impl FnMut(SeriesValue)) -> Result<(), RenderError> {
        self.text(format_args!(",\"{}\":[", reading.key))?;
        let mut first = true;
        for page in 0..self.log.pages(self.strip) {
            let Self { out, path, log, strip } = self;
            let rows = log.page(*strip, page).map_err(RenderError::MeterLog)?;
            let values = rows.iter().map(|row| reading.value(row)).inspect(|value| show(*value));
            write_values(out, &mut first, values).map_err(failed(path))?;
        }
        self.text(format_args!("]"))
    }

    /// Writes values with commas between them.
    fn values<T: Serialize>(&mut self, first: &mut bool, values: impl Iterator<Item = T>) -> Result<(), RenderError> {
        self.written(|out| write_values(out, first, values))
    }

    fn text(&mut self, text: std::fmt::Arguments<'_>) -> Result<(), RenderError> {
        self.written(|out| out.write_fmt(text))
    }

    fn value(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), RenderError> {
        self.written(|out| Ok(serde_json::to_writer(out, value)?))
    }

    fn written(&mut self, write: impl FnOnce(&mut W) -> io::Result<()>) -> Result<(), RenderError> {
        write(&mut self.out).map_err(failed(&self.path))
    }
}

/// Writes values with a comma before each but the first of all.
pub(crate) fn write_values<T: Serialize>(
    out: &mut impl Write,
    first: &mut bool,
    mut values: impl Iterator<Item = T>,
) -> io::Result<()> {
    values.try_for_each(|value| {
        if !std::mem::take(first) {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut *out, &value).map_err(io::Error::from)
    })
}

/// Returns the error for a file with this path.
pub(crate) fn failed(path: &Path) -> impl FnOnce(io::Error) -> RenderError {
    |source| OutputError::Io { path: path.to_path_buf(), source }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{MasterMeters, MetersDocument, StripMeters};
    use crate::audio::{AudioBuffer, ChannelLayout};
    use crate::meter::ProgrammeMeter;
    use crate::process::Tap;
    use crate::render::output::master_series::add_reductions;
    use crate::render::spill::byte_log::ByteLog;
    use crate::units::SampleRate;
    use mixdown_fixtures::signals::pink_noise;

    const NAMES: [&str; 4] = ["bass", "a \"vox\"", "silent", "band"];

    /// Returns readings with the first of these meters as the master.
    fn readings(page_rows: usize, reductions_db: &[f64]) -> MasterReadings {
        let mut log = MeterLog::new(1, page_rows, None);
        let mut meters = meters(|strip, meter| {
            if strip == 0 {
                log.store_page(0, meter).unwrap();
            }
        });
        let summary = log.end(0, meters.swap_remove(0)).unwrap().rounded();
        let mut reduction = ByteLog::new(8 * page_rows, None);
        for value in reductions_db {
            add_reductions(&mut reduction, &[*value]).unwrap();
        }
        MasterReadings { log, reduction, summary }
    }

    /// Returns four meters: of ten seconds and a bit, of 50 000 frames, of none, and of less than a
    /// row.
    fn meters(mut observed: impl FnMut(usize, &mut ProgrammeMeter)) -> Vec<ProgrammeMeter> {
        let rate = SampleRate::new(8_000).unwrap();
        let frames = [80_123, 50_000, 0, 700];
        let meter = |(strip, frames): (usize, usize)| {
            let mut meter = ProgrammeMeter::with_series(rate, &ChannelLayout::stereo());
            let noise = pink_noise(strip as u64, 0.1, frames);
            let signal = AudioBuffer::from_channels(&[noise.clone(), noise]);
            for start in (0..frames).step_by(3_000) {
                meter.observe(&signal.block().slice(start..frames.min(start + 3_000)));
                observed(strip, &mut meter);
            }
            meter
        };
        frames.into_iter().enumerate().map(meter).collect()
    }

    #[test]
    fn the_file_equals_the_document_for_any_page_size() {
        let strip = |(name, meter): (&str, &ProgrammeMeter)| StripMeters {
            name: name.to_owned(),
            series: meter.series(),
            summary: meter.measurement().rounded(),
        };
        let whole = meters(|_, _| ());
        let mut tracks: Vec<StripMeters> = NAMES.into_iter().zip(&whole).map(strip).collect();
        let buses = tracks.split_off(3);
        let StripMeters { series, summary, .. } = tracks[0].clone();
        let reductions_db = vec![0.0, 1.25, 3.01];
        let master = MasterMeters { series, gain_reduction_db: reductions_db.clone(), summary };
        let expected =
            MetersDocument { schema: METERS_SCHEMA.to_owned(), interval_ms: INTERVAL_MS, master, tracks, buses };
        for page_rows in [1, 9, 100, 1_000] {
            let mut log = MeterLog::new(NAMES.len(), page_rows, None);
            let paged = meters(|strip, meter| log.store_page(strip, meter).unwrap());
            let end = |(strip, meter)| log.end(strip, meter).unwrap().rounded();
            let measured: Vec<Measurement> = paged.into_iter().enumerate().map(end).collect();
            let named: Vec<Named<'_>> = NAMES.into_iter().zip(&measured).collect();
            let mut text = Vec::new();
            let mut master = readings(page_rows, &reductions_db);
            let outlines = write(&mut text, PathBuf::new(), &mut master, named.split_at(3), &mut log).unwrap();
            assert_eq!(master.outline().unwrap(), readings(1_000, &reductions_db).outline().unwrap());
            assert_eq!(serde_json::from_slice::<MetersDocument>(&text).unwrap(), expected);
            assert_eq!(String::from_utf8(text).unwrap(), serde_json::to_string(&expected).unwrap());
            for (outline, strip) in outlines.tracks.iter().zip(&expected.tracks) {
                let mut whole = Outline::new(strip.series.energy.len());
                let peaks = strip.series.peak_dbfs.iter().copied().map(SeriesValue::Level);
                peaks.for_each(|peak| Outline::adding("peak_dbfs")(&mut whole, peak));
                let energies = strip.series.energy.iter().copied().map(SeriesValue::Linear);
                energies.for_each(|energy| Outline::adding("energy")(&mut whole, energy));
                assert_eq!(*outline, whole);
            }
        }
    }

    #[test]
    fn errors_name_the_full_file_or_the_missing_log() {
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut log = MeterLog::new(1, 5, None);
        let mut paged = meters(|strip, meter| {
            if strip == 0 {
                log.store_page(0, meter).unwrap();
            }
        });
        let measured = log.end(0, paged.swap_remove(0)).unwrap();
        let named = [("bass", &measured)];
        let mut master = readings(1_000, &[]);
        let mut failure =
            |room: usize| write(Full(room), "meters.json".into(), &mut master, (&named, &[]), &mut log).err();
        let mut all = Vec::new();
        assert!(failure(usize::MAX).is_none());
        for room in [0, 20, 2_000, 3_500, 5_000] {
            all.push(failure(room).unwrap().to_string());
        }
        assert!(all.iter().all(|text| text.starts_with("meters.json: cannot be written")), "{all:?}");
        log.break_file();
        let missing =
            write(Full(usize::MAX), "meters.json".into(), &mut master, (&named, &[]), &mut log).err().unwrap();
        assert!(matches!(missing, RenderError::MeterLog(_)), "{missing}");
        let mut master = readings(5, &[0.0; 9]);
        master.reduction.break_file();
        let missing = write(io::sink(), PathBuf::new(), &mut master, (&[], &[]), &mut log).err().unwrap();
        assert!(matches!(missing, RenderError::MeterLog(_)), "{missing}");
    }
}
