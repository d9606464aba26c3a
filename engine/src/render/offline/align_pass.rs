//! Analyses every stem before the mix and decides which are moved.

use super::stems_analysed::StemsAnalysed;
use crate::align::{self, AlignmentSettings, Mode, PairSelection, StemFeatures};
use crate::audio::AudioBuffer;
use crate::mix::Input;
use crate::process::Tap;
use crate::render::clip::Clip;
use crate::render::error::RenderError;
use crate::render::plan::Plan;
use crate::render::progress::{OnProgress, Phase, PhaseProgress};
use rayon::prelude::*;
use std::cell::RefCell;

/// Frames read at once: they stay in the cache.
const BLOCK: usize = 4_096;
/// Blocks of every stem between two progress reports.
const BLOCKS: usize = 32;

/// Compares the stems of a plan; nothing is moved yet.
pub(super) fn run(plan: &Plan, mode: Mode, on_progress: &mut OnProgress<'_>) -> Result<StemsAnalysed, RenderError> {
    let rate = plan.sample_rate();
    let settings = AlignmentSettings { mode, ..AlignmentSettings::default() };
    let mut analysers: Vec<StemAnalyser> = plan
        .open_clips()?
        .into_iter()
        .zip(plan.stems())
        .map(|(clip, stem)| {
            let mut features = StemFeatures::new(rate, StemFeatures::DEFAULT_MAX_BYTES);
            features.set_begin(clip.lead());
            features.set_time_reference(stem.time_reference, stem.sample_rate);
            (clip, features)
        })
        .map(|(clip, features)| StemAnalyser {
            buffer: AudioBuffer::new(clip.channels(), BLOCK),
            features,
            clip,
            done: false,
        })
        .collect();
    // Decoding is the first half of the phase, comparing the second.
    let half = plan.expected_frames().unwrap_or(0).max(1);
    let progress = RefCell::new(PhaseProgress::start(on_progress, Phase::Aligning, 2 * half)?);
    let mut position = 0;
    while analysers.iter().any(|analyser| !analyser.done) {
        analysers.par_iter_mut().for_each(StemAnalyser::analyse);
        for (index, analyser) in analysers.iter_mut().enumerate() {
            if let Some(source) = analyser.clip.take_error() {
                return Err(RenderError::Stem { track: plan.session().tracks[index].title().into_owned(), source });
            }
        }
        position += (BLOCKS * BLOCK) as u64;
        progress.borrow_mut().at(position.min(half))?;
    }
    let features: Vec<StemFeatures> = analysers.into_iter().map(|analyser| analyser.features).collect();
    let outcome = RefCell::new(Ok(()));
    let alignment = align::align(&features, &settings, PairSelection::All, &|done| {
        let mut outcome = outcome.borrow_mut();
        *outcome = progress.borrow_mut().at(half + (done * half as f64) as u64);
        outcome.is_err()
    });
    outcome.into_inner()?;
    let first_sounds = features.iter().map(StemFeatures::first_sound).collect();
    // The memory of the features is freed while the mix starts.
    rayon::spawn(move || drop(features));
    Ok(StemsAnalysed { alignment, first_sounds })
}

/// One stem and its features.
struct StemAnalyser {
    clip: Clip,
    buffer: AudioBuffer,
    features: StemFeatures,
    done: bool,
}

impl StemAnalyser {
    fn analyse(&mut self) {
        for _ in 0..BLOCKS {
            if self.done {
                return;
            }
            let frames = self.clip.fill(&mut self.buffer.block_mut());
            self.features.observe(&self.buffer.first(frames));
            self.done = self.clip.end().is_some();
        }
    }
}
