//! Delay: as an effect (echo of the whole signal, mixed with it), and as the plain line that
//! balances latencies.

use super::laws::{LawCase, Response};
use super::settings::{Settings, settings};
use super::smooth_step;
use crate::audio::BlockMut;
use crate::process::{BuildError, ProcessSpec, Processor, Stage, Tail, same_kind};

/// Fade-in of a delay that begins amid sound, so that no echo begins with a step; in seconds.
const ONSET_S: f64 = 0.02;

settings! {
    /// Settings of a delay.
    pub struct DelaySettings;

    /// Time between the input and its echo, in milliseconds, to the nearest frame.
    time_ms: f64, in 0.0..=5_000.0;
    /// Share of each echo that is fed back into the line.
    feedback: f64 = 0.0, in 0.0..=0.95; // Below 1, so that every echo dies away.
    /// 0 is the input alone, 1 the echo alone.
    mix: f64 = 1.0, in 0.0..=1.0;
}

impl DelaySettings {
    /// Returns the delay in frames at a sample rate.
    pub fn frames(&self, spec: &ProcessSpec) -> usize {
        spec.sample_rate.frames(self.time_ms / 1_000.0) as usize
    }
}

impl DelaySettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let echo = |settings: Self| {
            let Self { time_ms, feedback, mix } = settings;
            LawCase::new(settings).linear(Response::Echo { time_ms, feedback, mix })
        };
        vec![
            echo(Self::new(7.3)).late(7.3).exchanged(),
            LawCase::new(Self::new(0.0)).neutral().linear(Response::Flat { gain_db: 0.0 }),
            LawCase::new(Self { feedback: 0.5, mix: 0.0, ..Self::new(50.0) }).neutral(),
            echo(Self::new(10.0)).late(10.0),
            echo(Self { feedback: 0.5, mix: 0.3, ..Self::new(5.0) }),
            LawCase::new(Self { feedback: 0.95, ..Self::new(1.0) }).late(1.0),
            echo(Self { feedback: 0.7, mix: 0.5, ..Self::new(41.3) }).exchanged(),
        ]
    }
}

impl Stage for DelaySettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        self.check(spec.sample_rate)?;
        Ok(Box::new(Delay {
            line: vec![DelayLine::new(self.frames(spec)); spec.channels],
            feedback: self.feedback as f32,
            mix: self.mix as f32,
            onset: spec.sample_rate.frames(ONSET_S),
            soft: 0,
        }))
    }
}

/// Line that delays its input by a fixed number of frames, with silence before that.
#[derive(Clone, Debug)]
pub(crate) struct DelayLine {
    memory: Vec<f32>,
    next: usize,
}

impl DelayLine {
    /// Creates a line of a fixed length in frames. Control thread; allocates.
    pub(crate) fn new(frames: usize) -> Self {
        Self { memory: vec![0.0; frames], next: 0 }
    }

    /// Returns the length in frames.
    pub(crate) fn frames(&self) -> usize {
        self.memory.len()
    }

    /// Forgets all input. Audio thread.
    pub(crate) fn reset(&mut self) {
        self.memory.fill(0.0);
        self.next = 0;
    }

    /// Copies the newest frames of another line, as many as both hold; older frames are silence.
    /// Audio thread.
    pub(crate) fn inherit_state(&mut self, old: &Self) {
        let (length, held) = (self.memory.len(), old.memory.len());
        let kept = length.min(held);
        self.reset();
        for age in 1..=kept {
            self.memory[length - age] = old.memory[(old.next + held - age) % held];
        }
    }

    /// Delays a channel in place. Audio thread.
    pub(crate) fn process(&mut self, samples: &mut [f32]) {
        let mut rest = samples;
        while !rest.is_empty() && !self.memory.is_empty() {
            let run = rest.len().min(self.memory.len() - self.next);
            let (now, later) = rest.split_at_mut(run);
            now.swap_with_slice(&mut self.memory[self.next..self.next + run]);
            self.next = (self.next + run) % self.memory.len();
            rest = later;
        }
    }

    /// Runs one frame: reads the oldest sample, and passes it to `write` for the value that enters
    /// the line. Audio thread.
    #[inline]
    fn step(&mut self, write: impl FnOnce(f32) -> f32) -> f32 {
        let slot = &mut self.memory[self.next];
        let oldest = *slot;
        *slot = write(oldest);
        self.next = if self.next + 1 == self.memory.len() { 0 } else { self.next + 1 };
        oldest
    }
}

struct Delay {
    line: Vec<DelayLine>,
    feedback: f32,
    mix: f32,
    /// Frames over which sound is faded in.
    onset: u64,
    /// Frames of the fade-in still to come.
    soft: u64,
}

impl Delay {
    /// Returns true if there is a continuing echo.
    fn sounds(&self) -> bool {
        self.mix > 0.0 && self.line.first().is_some_and(|line| line.frames() > 0)
    }
}

/// Returns the value that enters the line. An echo below −400 dBFS is dropped before it becomes a
/// slow denormal float. A value that is not finite is never fed back, so that it sounds once and
/// not for ever.
#[inline]
fn fed_back(dry: f32, echo: f32) -> f32 {
    if echo.abs() > 1e-20 && echo.is_finite() { dry + echo } else { dry }
}

/// Runs one frame: mixes `dry` with the delayed output of the line.
#[inline]
fn mixed(line: &mut DelayLine, dry: f32, enters: f32, feedback: f32, mix: f32) -> f32 {
    let wet = line.step(|echo| fed_back(enters, feedback * echo));
    if mix == 1.0 { wet } else { dry + mix * (wet - dry) }
}

impl Processor for Delay {
    /// Returns 0. An echo is an effect: its delay is intended, and is not compensated.
    fn latency(&self) -> u64 {
        0
    }

    fn tail(&self) -> Tail {
        let time = self.line.first().map_or(0, DelayLine::frames) as u64;
        if self.mix == 0.0 || time == 0 {
            return Tail::Frames(0);
        }
        // Sustained input has filled the line up to 1/(1 − feedback): echo n leaves feedback^n of
        // that.
        let feedback = f64::from(self.feedback);
        let echoes = if feedback > 0.0 { ((1e-6 * (1.0 - feedback)).ln() / feedback.ln()).ceil() } else { 0.0 };
        Tail::Frames(time * (echoes as u64 + 1))
    }

    fn reset(&mut self) {
        self.line.iter_mut().for_each(DelayLine::reset);
        self.soft = 0;
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        if !self.sounds() {
            return;
        }
        let (feedback, mix, left, onset) = (self.feedback, self.mix, self.soft, self.onset);
        let soft = left.min(block.frames() as u64) as usize;
        self.soft -= soft as u64;
        for (channel, line) in self.line.iter_mut().enumerate() {
            let (first, rest) = block.channel_mut(channel).split_at_mut(soft);
            for (sample, left) in first.iter_mut().zip((1..=left).rev()) {
                let let_in = smooth_step(1.0 - left as f64 / (onset + 1) as f64) as f32;
                *sample = mixed(line, *sample, *sample * let_in, feedback, mix);
            }
            if feedback == 0.0 && mix == 1.0 {
                line.process(rest);
                continue;
            }
            for sample in rest {
                *sample = mixed(line, *sample, *sample, feedback, mix);
            }
        }
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        let Some(old) = same_kind::<Self>(old).filter(|old| old.sounds()) else {
            self.soft = self.onset;
            return;
        };
        let old_soft = old.soft;
        self.soft = old_soft;
        for (line, old) in self.line.iter_mut().zip(&old.line) {
            line.inherit_state(old);
            let (held, length) = (old.frames(), line.frames());
            if held < length {
                // Before the oldest frame that was held there is silence: the frames after it are
                // faded in.
                let onset = self.onset as usize;
                for (n, sample) in line.memory[length - held..].iter_mut().take(onset).enumerate() {
                    *sample *= smooth_step((n + 1) as f64 / (onset + 1) as f64) as f32;
                }
                self.soft = old_soft.max(onset.saturating_sub(held) as u64);
            }
        }
    }

    fn gain_reduction_db(&self) -> f64 {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SampleRate;

    #[test]
    fn an_echo_that_is_no_finite_number_is_heard_once() {
        let settings = DelaySettings { time_ms: 2.0, feedback: 0.5, mix: 1.0 };
        let spec = ProcessSpec { sample_rate: SampleRate::new(1_000).unwrap(), max_block: 8, channels: 1 };
        for odd in [f32::NAN, f32::INFINITY] {
            let mut samples = [odd, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
            settings.build(&spec).unwrap().process(&mut BlockMut::mono(&mut samples));
            assert!(!samples[2].is_finite());
            assert_eq!(samples[3..], [1.0, 0.0, 0.5, 0.0, 0.25]);
        }
    }

    #[test]
    fn a_line_gives_back_its_input_later_in_blocks_of_any_size() {
        let input: Vec<f32> = (1..=20).map(|n| n as f32).collect();
        for block in [1, 3, 7, 20] {
            let mut line = DelayLine::new(5);
            let mut out = input.clone();
            out.chunks_mut(block).for_each(|chunk| line.process(chunk));
            assert_eq!(out[..5], [0.0; 5]);
            assert_eq!(out[5..], input[..15]);
        }
    }
}
