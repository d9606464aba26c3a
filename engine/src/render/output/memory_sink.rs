//! Memory as the destination of the master.

use super::sink::{MasterSink, OpenSink};
use super::verify::ExtraMeters;
use super::written::WrittenMaster;
use crate::audio::{AudioBuffer, Block, ChannelLayout};
use crate::meter::ProgrammeMeter;
use crate::process::Tap;
use crate::render::error::RenderError;
use crate::render::progress::{OnProgress, Phase, PhaseProgress};
use crate::units::SampleRate;

/// Frames of memory measured at a time.
const BLOCK_FRAMES: usize = 16_384;

/// Memory, without quantisation.
pub(crate) struct MemorySink {
    rate: SampleRate,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl MemorySink {
    pub(crate) fn new(rate: SampleRate) -> Self {
        Self { rate, left: Vec::new(), right: Vec::new() }
    }

    pub(crate) fn into_audio(self) -> AudioBuffer {
        AudioBuffer::from_channels(&[self.left, self.right])
    }
}

impl MasterSink for MemorySink {
    type Open<'s> = &'s mut Self;

    fn begin(&mut self) -> Result<&mut Self, RenderError> {
        self.left.clear();
        self.right.clear();
        Ok(self)
    }
}

impl OpenSink for &mut MemorySink {
    fn write(&mut self, block: &Block<'_>, others: ExtraMeters<'_>) -> Result<(), RenderError> {
        others.into_iter().flatten().for_each(|(meter, block)| meter.observe(&block));
        self.left.extend_from_slice(block.channel(0));
        self.right.extend_from_slice(block.channel(1));
        Ok(())
    }

    fn finish(self, frames: u64, on_progress: &mut OnProgress<'_>) -> Result<WrittenMaster, RenderError> {
        let mut progress = PhaseProgress::start(on_progress, Phase::Verifying, frames)?;
        let mut meter = ProgrammeMeter::new(self.rate, &ChannelLayout::stereo());
        for (left, right) in self.left.chunks(BLOCK_FRAMES).zip(self.right.chunks(BLOCK_FRAMES)) {
            let block = AudioBuffer::from_channels(&[left.to_vec(), right.to_vec()]);
            meter.observe(&block.block());
        }
        progress.at(frames)?;
        Ok(WrittenMaster { measurement: meter.measurement(), waveform: None, clipped_samples: 0 })
    }
}
