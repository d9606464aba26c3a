//! Stems in a mix, the clearest first. Stems that are found are subtracted from the mix, and the
//! others are compared with the rest.

use super::stem_gains::{LeastSquares, fill};
use super::thresholds::THRESHOLDS;
use crate::align::features::stem::StemFeatures;
use crate::align::pipeline::align;
use crate::align::result::{Alignment, StemAlignment};
use crate::align::settings::{AlignmentSettings, PairSelection};
use crate::align::shift::ClipShift;
use crate::audio::{AudioBuffer, BlockMut};
use crate::process::{Source, Tap};
use crate::resample::{Retimed, Retiming};
use crate::units::SampleRate;
use std::convert::Infallible;

/// Looks for stems inside a mix, number 0. It aligns as [`align`] with [`PairSelection::With`]
/// does. Then the stems that were found are subtracted, each with the gain that leaves least of the
/// mix. The missing stems are compared with the rest, in which they stand out more. `watch` is as
/// in [`align`], once per round.
pub fn align_to_mix(stems: &[StemFeatures], settings: &AlignmentSettings, watch: &dyn Fn(f64) -> bool) -> Alignment {
    let settings = AlignmentSettings { reference: Some(0), ..*settings };
    let mut alignment = align(stems, &settings, PairSelection::With(0), watch);
    for _ in 0..THRESHOLDS.max_further_rounds {
        let (found, missing): (Vec<usize>, Vec<usize>) =
            (1..stems.len()).partition(|stem| is_found(&alignment.stems[*stem]));
        if found.is_empty() || missing.is_empty() {
            break;
        }
        let rest = subtract_found(stems, &found, &alignment);
        let searched: Vec<&StemFeatures> = std::iter::once(&rest).chain(missing.iter().map(|n| &stems[*n])).collect();
        let again = align(&searched, &settings, PairSelection::With(0), watch);
        let mut any = false;
        for (n, mut stem) in missing.into_iter().zip(again.stems.into_iter().skip(1)).filter(|(_, stem)| is_found(stem))
        {
            stem.reason += ", in what the other stems leave of the mix";
            alignment.stems[n] = stem;
            any = true;
        }
        if !any {
            break;
        }
    }
    alignment
}

fn is_found(stem: &StemAlignment) -> bool {
    stem.reference == Some(0) && stem.late_samples.is_some()
}

/// Returns the rest of the mix without the stems that were found.
fn subtract_found(stems: &[StemFeatures], found: &[usize], alignment: &Alignment) -> StemFeatures {
    let parts: Vec<(&StemFeatures, ClipShift)> = found
        .iter()
        .map(|n| {
            let place = alignment.stems[*n].in_time().place(0, 0);
            (&stems[*n], place.unwrap_or(ClipShift { start: 0, retiming: Retiming::NONE }))
        })
        .collect();
    let mut equations = LeastSquares::new(parts.len());
    read_in_time(&stems[0], &parts, |mix, parts| equations.observe(mix, parts));
    let gains = equations.solve();
    let mut rest = StemFeatures::new(stems[0].rate(), StemFeatures::DEFAULT_MAX_BYTES);
    read_in_time(&stems[0], &parts, |mix, parts| {
        for (part, gain) in parts.iter().zip(&gains) {
            for (rest, x) in mix.channel_mut(0).iter_mut().zip(part.channel(0)) {
                *rest -= (f64::from(*x) * gain) as f32;
            }
        }
        rest.observe(&mix.block());
    });
    rest
}

/// Reads a mix and the stems in time with it, block by block; the last block ends in silence.
fn read_in_time(
    mix: &StemFeatures,
    parts: &[(&StemFeatures, ClipShift)],
    mut each: impl FnMut(&mut AudioBuffer, &[AudioBuffer]),
) {
    let mut sources = Vec::with_capacity(parts.len());
    for (stem, place) in parts {
        // A retiming that cannot be built was never found; its stem stays in the mix.
        sources
            .push(Retimed::new(StemStream::new(stem), place.retiming.clone()).ok().map(|source| (source, place.start)));
    }
    let mut of_mix = AudioBuffer::new(1, THRESHOLDS.block_frames);
    let mut of_parts = vec![AudioBuffer::new(1, THRESHOLDS.block_frames); parts.len()];
    for start in (0..mix.kept()).step_by(THRESHOLDS.block_frames) {
        mix.read(start as i64, of_mix.channel_mut(0));
        for (source, buffer) in sources.iter_mut().zip(&mut of_parts) {
            if let Some((source, lead)) = source {
                // Reading samples in memory or in a file cannot fail here.
                let Ok(_) = fill(source, lead, buffer);
            }
        }
        each(&mut of_mix, &of_parts);
    }
}

/// Samples kept of a stem, as a stream.
struct StemStream<'a> {
    stem: &'a StemFeatures,
    at: usize,
}

impl<'a> StemStream<'a> {
    fn new(stem: &'a StemFeatures) -> Self {
        Self { stem, at: 0 }
    }
}

impl Source for StemStream<'_> {
    type Error = Infallible;

    fn channels(&self) -> usize {
        1
    }

    fn sample_rate(&self) -> SampleRate {
        self.stem.rate()
    }

    fn read(&mut self, out: &mut BlockMut<'_>) -> Result<usize, Infallible> {
        let frames = out.frames().min(self.stem.kept() - self.at);
        self.stem.read(self.at as i64, &mut out.channel_mut(0)[..frames]);
        self.at += frames;
        Ok(frames)
    }
}
