//! The type of a stem, from its sound alone.
//!
//! A stem is judged in segments of 6 s. Each segment with sound yields numbers about its spectrum,
//! pitch, attacks and rhythm, from which logistic regression finds four probabilities. The stem has
//! the mean of their logarithms, weighted by the sounding frames of the segments.

mod bands;
mod features;
mod frame;
mod model;
mod modulation;
mod motion;
mod onset;
mod pitch;
mod segment;
mod weights;

use crate::descriptors::{FRAME, Frames, HOP};
use frame::{FrameMeter, Sound};
use model::TYPES;
use segment::SEGMENT;

/// The type of a stem.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum StemType {
    /// Drums and other percussion without pitch.
    Drums,
    /// A bass line.
    Bass,
    /// Singing, choirs and speech. A lone flute or saxophone is sometimes taken for it.
    Vocals,
    /// Everything else, such as keys, guitars, strings and whole mixes.
    Other,
}

impl StemType {
    /// All types, in the order of [`StemTypeEstimate::probabilities`].
    pub const ALL: [Self; TYPES] = [Self::Drums, Self::Bass, Self::Vocals, Self::Other];

    /// Returns the name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drums => "drums",
            Self::Bass => "bass",
            Self::Vocals => "vocals",
            Self::Other => "other",
        }
    }
}

/// The estimated type of a stem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StemTypeEstimate {
    /// The most probable type, [`StemType::Other`] without enough sound.
    pub stem_type: StemType,
    /// The probability of that type, from 0 to 1, and 0 without enough sound.
    pub confidence: f64,
    /// The probabilities of [`StemType::ALL`], which add up to 1, and all 0 without enough sound.
    pub probabilities: [f64; TYPES],
}

/// Extractor of a [`StemTypeEstimate`] from mono samples at [`crate::SAMPLE_RATE`].
#[derive(Debug)]
pub struct StemTypeExtractor {
    frames: Frames,
    meter: FrameMeter,
    segment: Vec<Option<Sound>>,
    sums: Sums,
}

/// Sums over the segments so far.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    /// The logarithms of probabilities, weighted by frames.
    logarithms: [f64; TYPES],
    /// The sounding frames.
    frames: f64,
}

impl StemTypeExtractor {
    /// Creates an extractor at the start of a stem.
    pub fn new() -> Self {
        let (frames, meter) = (Frames::new(FRAME, HOP), FrameMeter::new(FRAME));
        Self { frames, meter, segment: Vec::with_capacity(SEGMENT), sums: Sums::default() }
    }

    /// Takes the next samples of the stem. Samples that are not finite count as 0.
    pub fn push(&mut self, samples: &[f32]) {
        let Self { frames, meter, segment, sums } = self;
        frames.push(samples, |frame| {
            segment.push(meter.measure(frame));
            if segment.len() == SEGMENT {
                sums.add(segment);
                segment.clear();
            }
        });
    }

    /// Returns the estimate of all samples.
    pub fn finish(mut self) -> StemTypeEstimate {
        let Self { frames, meter, segment, sums } = &mut self;
        frames.end(|frame| segment.push(meter.measure(frame)));
        sums.add(segment);
        sums.estimate()
    }
}

impl Default for StemTypeExtractor {
    fn default() -> Self {
        Self::new()
    }
}

impl Sums {
    /// Adds one segment, unless it has too little sound.
    fn add(&mut self, segment: &[Option<Sound>]) {
        let Some(features) = segment::features(segment) else { return };
        let frames = segment.iter().flatten().count() as f64;
        for (sum, logarithm) in self.logarithms.iter_mut().zip(model::log_probabilities(&features)) {
            *sum += logarithm * frames;
        }
        self.frames += frames;
    }

    /// Returns the estimate.
    fn estimate(&self) -> StemTypeEstimate {
        if self.frames == 0.0 {
            return StemTypeEstimate { stem_type: StemType::Other, confidence: 0.0, probabilities: [0.0; TYPES] };
        }
        let means = self.logarithms.map(|sum| sum / self.frames);
        let probabilities = model::normalised(means).map(f64::exp);
        let (stem_type, confidence) = StemType::ALL
            .into_iter()
            .zip(probabilities)
            .fold((StemType::Other, 0.0), |best, next| if next.1 > best.1 { next } else { best });
        StemTypeEstimate { stem_type, confidence, probabilities }
    }
}

#[cfg(test)]
mod tests;
