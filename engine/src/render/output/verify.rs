//! Read-back of the master's samples from the file while it is written, with measurement and
//! drawing.

use super::waveform_files::WaveformLog;
use super::written::WrittenMaster;
use crate::audio::{AudioBuffer, ChannelLayout};
use crate::io::wav::{WavFormat, WrittenSamples};
use crate::meter::{MeterInput, ProgrammeMeter};
use crate::process::BuildError;
use crate::render::spill::byte_log::PAGE_BYTES;
use crate::render::spill::meter_log::{MeterLog, PAGE_ROWS};
use std::fs::File;
use std::io;
use std::path::Path;

/// Frames read at a time.
const BLOCK_FRAMES: usize = 16_384;

/// Meters of the same programme at other places, each with its next block.
pub(crate) type ExtraMeters<'a> = [Option<MeterInput<'a>>; 2];

/// A reader behind a writer.
pub(crate) struct ReadBack {
    samples: WrittenSamples,
    buffer: AudioBuffer,
    meter: ProgrammeMeter,
    log: MeterLog,
    waveform: Option<WaveformLog>,
}

impl ReadBack {
    /// Reads back a stereo file, of which `file` is another handle; temporary files are created in
    /// `folder`. Control thread; allocates.
    pub(crate) fn new(file: File, data_start: u64, format: WavFormat, folder: &Path) -> io::Result<Self> {
        Ok(Self {
            samples: WrittenSamples::new(file, data_start, format)?,
            buffer: AudioBuffer::new(2, BLOCK_FRAMES),
            meter: ProgrammeMeter::new(format.sample_rate, &ChannelLayout::stereo()),
            log: MeterLog::new(1, PAGE_ROWS, Some(folder)),
            waveform: None,
        })
    }

    /// Enables drawing of the waveform.
    pub(crate) fn drawing(mut self, format: WavFormat, folder: &Path) -> Result<Self, BuildError> {
        let from_floats = format.samples.is_float();
        self.waveform = Some(WaveformLog::new(format.sample_rate, from_floats, PAGE_BYTES, Some(folder))?);
        Ok(self)
    }

    /// Reads and meters the next written frames, together with the other meters. On processors with
    /// AVX-512 that costs little more than one of them.
    pub(crate) fn read_next(&mut self, frames: usize, mut others: ExtraMeters<'_>) -> io::Result<()> {
        let mut left = frames;
        loop {
            let count = left.min(BLOCK_FRAMES);
            if count > 0 {
                self.samples.read(&mut self.buffer.first_mut(count))?;
            }
            let block = self.buffer.first(count);
            match std::mem::take(&mut others) {
                [None, None] => self.meter.observe_offline(&block),
                [Some(one), None] | [None, Some(one)] => {
                    ProgrammeMeter::observe_together_offline(&mut [one, (&mut self.meter, block)]);
                }
                [Some(one), Some(other)] => {
                    ProgrammeMeter::observe_together_offline(&mut [one, other, (&mut self.meter, block)]);
                }
            }
            if let Some(waveform) = &mut self.waveform {
                waveform.observe(&block);
            }
            left -= count;
            if left == 0 {
                return Ok(());
            }
        }
    }

    /// Moves full pages of readings to temporary files; to be called after every chunk.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(crate) fn store_pages(&mut self) -> io::Result<()> {
        self.waveform.as_mut().map_or(Ok(()), WaveformLog::store_pages)?;
        self.log.store_page(0, &mut self.meter)
    }

    /// Returns the measurement and the waveform.
    ///
    /// # Errors
    /// When a temporary file cannot be read or written.
    pub(crate) fn into_written(mut self) -> io::Result<WrittenMaster> {
        let measurement = self.log.end(0, self.meter)?;
        Ok(WrittenMaster {
            measurement,
            waveform: self.waveform.map(WaveformLog::end).transpose()?,
            clipped_samples: 0,
        })
    }
}
