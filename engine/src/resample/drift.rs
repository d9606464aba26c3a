//! Correction of a clock by millionths: rubato's sinc resampler at a ratio near 1, which may
//! change.

use super::{ResampleError, TimeMap};
use crate::audio::BlockMut;
use crate::units::SampleRate;
use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{
    Adjustable, Async, FixedAsync, Resampler, SincInterpolationParameters, SincInterpolationType, WindowFunction,
};

/// Length of the sinc: with the edge below, flat to 0.01 dB up to 0.45 of the rate.
const SINC_FRAMES: usize = 256;
/// Edge of the filter, in Nyquist frequencies: at a ratio near 1 nothing folds but the last two
/// hundredths.
const EDGE: f32 = 0.98;
/// Sincs per frame; between them rubato interpolates by cubics.
const OVERSAMPLING: usize = 256;
/// Input frames per block.
pub(super) const BLOCK: usize = 1_024;
/// Largest change of the ratio, as a factor.
const MAX_CHANGE: f64 = 1.01;
/// Frames by which rubato's first output is early, beyond half a sinc: asserted by the impulse
/// tests.
const EARLY_FRAMES: usize = 1;

/// Converts blocks of a fixed length.
pub(super) struct DriftConverter {
    resampler: Async<f32>,
    channels: usize,
    /// From the input position of output frame 0 on.
    time_map: TimeMap,
    input: Vec<f32>,
    output: Vec<f32>,
    frames_out: usize,
    /// Output frames still to be dropped: those that lie before the input.
    to_drop: usize,
    /// Last output frame made, counted with those dropped as below 0, and its input position.
    last: (f64, f64),
}

impl DriftConverter {
    /// Creates a converter. Output frame `n` is input position
    /// `time_map.input(n) − time_map.start + DriftConverter::offset`. Control thread; allocates.
    pub(super) fn new(time_map: &TimeMap, channels: usize, rate: SampleRate) -> Result<Self, ResampleError> {
        let drift = time_map.drift;
        let parameters = SincInterpolationParameters {
            sinc_len: SINC_FRAMES,
            f_cutoff: Some(EDGE),
            oversampling_factor: OVERSAMPLING,
            interpolation: SincInterpolationType::Cubic,
            window: WindowFunction::BlackmanHarris2,
        };
        let resampler =
            Async::new_sinc(1.0 / (1.0 + drift), MAX_CHANGE, &parameters, BLOCK, channels, FixedAsync::Input)
                .map_err(|cause| ResampleError::Rates { from: rate, to: rate, cause: cause.to_string() })?;
        let frames_out = resampler.output_frames_max();
        Ok(Self {
            resampler,
            channels,
            time_map: TimeMap { start: Self::offset(drift), ..time_map.clone() },
            input: vec![0.0; channels * BLOCK],
            output: vec![0.0; channels * frames_out],
            frames_out,
            to_drop: SINC_FRAMES / 2 - EARLY_FRAMES,
            last: Self::before_first(drift),
        })
    }

    /// Returns the input position of output frame 0. Dropping whole frames leaves a little of the
    /// delay, and rubato's table of sincs begins one step beside the middle.
    pub(super) fn offset(drift: f64) -> f64 {
        drift * (SINC_FRAMES / 2 - EARLY_FRAMES + 1) as f64 + (OVERSAMPLING as f64).recip()
    }

    /// Returns the frame before the first that rubato makes, and its input position.
    fn before_first(drift: f64) -> (f64, f64) {
        let frame = -((SINC_FRAMES / 2 - EARLY_FRAMES + 1) as f64);
        (frame, frame * (1.0 + drift) + Self::offset(drift))
    }

    /// Sets the ratio with which the next block ends where the time map requires. A change of the
    /// drift within it is spread over the block. No frame is off by more than the change over a
    /// quarter of a block.
    fn update_ratio(&mut self) {
        if self.time_map.changes.is_empty() {
            return;
        }
        let (frame, position) = self.last;
        let count = BLOCK as f64;
        let input_step = (self.time_map.input(frame + count) - position) / count;
        // A time map that bends more than the resampler allows keeps its last ratio for a block.
        let _ = self.resampler.set_resample_ratio(1.0 / input_step, false);
    }

    /// Returns the next block of input, to write.
    pub(super) fn input(&mut self) -> BlockMut<'_> {
        BlockMut::new(&mut self.input, BLOCK, self.channels, BLOCK)
    }

    /// Returns the number of output frames for `frames` input frames.
    pub(super) fn length_of(&self, frames: u64) -> u64 {
        self.time_map.output(frames as f64 + self.time_map.start).round() as u64
    }

    /// Converts the input block, of which the first `valid` frames count and the rest is silence,
    /// into one vector per channel.
    pub(super) fn convert(&mut self, valid: usize, out: &mut [Vec<f32>]) {
        for channel in self.input.chunks_exact_mut(BLOCK) {
            channel[valid..].fill(0.0);
            // rubato spreads samples that are not finite over a whole sinc.
            channel[..valid].iter_mut().filter(|sample| !sample.is_finite()).for_each(|sample| *sample = 0.0);
        }
        self.update_ratio();
        let input = SequentialSlice::new(self.input.as_slice(), self.channels, BLOCK);
        let output = SequentialSlice::new_mut(self.output.as_mut_slice(), self.channels, self.frames_out);
        // The vectors were made for these shapes, and rubato refuses nothing but shapes.
        let (input, mut output) = (input.expect("the shape made by new"), output.expect("the shape made by new"));
        let (_, frames) = self.resampler.process_into_buffer(&input, &mut output, None).expect("the shape made by new");
        self.last.0 += frames as f64;
        self.last.1 += frames as f64 / self.resampler.resample_ratio();
        let drop = self.to_drop.min(frames);
        self.to_drop -= drop;
        for (channel, out) in out.iter_mut().enumerate() {
            let start = channel * self.frames_out;
            out.clear();
            out.extend_from_slice(&self.output[start + drop..start + frames]);
        }
    }
}
