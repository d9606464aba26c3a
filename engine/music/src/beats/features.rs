//! Features of a song that its rhythm follows from.

use super::pitch::{PitchExtractor, Pitches};
use crate::beatnet::{self, Activations, BeatNet};
use crate::onsets::{Onsets, OnsetsExtractor};
use crate::tempo::Curve;

/// Partials of chords, in hertz.
const HARMONY_HZ: [f64; 2] = [100.0, 2_000.0];
/// Partials of a bass, in hertz.
const BASS_HZ: [f64; 2] = [35.0, 400.0];
/// Flux of strong onsets below which a stem counts as silent.
const SILENT: f32 = 0.3;
/// Share of flux in the observation of beats.
const FLUX_SHARE: f32 = 0.2;
/// Probability of a beat that a strong onset alone stands for.
const ONSET_PROBABILITY: f32 = 0.5;

/// Mono blocks of one length at [`crate::SAMPLE_RATE`], the same part of each stem.
#[derive(Debug, Clone, Copy, Default)]
pub struct Blocks<'a> {
    /// Sum of all stems, near full scale: the network was trained on finished music.
    pub mix: &'a [f32],
    /// Drums, `None` without such a stem.
    pub drums: Option<&'a [f32]>,
    /// Bass, `None` without such a stem.
    pub bass: Option<&'a [f32]>,
    /// Sum of all other stems, `None` where they are not known.
    pub rest: Option<&'a [f32]>,
}

/// Streaming extractor of the features of a song. About 15 kB a second remain.
#[derive(Debug)]
pub struct RhythmFeatures {
    frames: usize,
    mix: Beats,
    drums: Option<Beats>,
    bass: Option<Tones>,
    rest: Option<Tones>,
    mix_pitches: PitchExtractor,
}

#[derive(Debug, Default)]
struct Beats {
    net: BeatNet,
    onsets: OnsetsExtractor,
}

#[derive(Debug)]
struct Tones {
    onsets: OnsetsExtractor,
    pitches: PitchExtractor,
}

impl RhythmFeatures {
    /// Creates an extractor.
    pub fn new() -> Self {
        let mix_pitches = PitchExtractor::new(HARMONY_HZ);
        Self { frames: 0, mix: Beats::default(), drums: None, bass: None, rest: None, mix_pitches }
    }

    /// Adds blocks of any length. A stem counts as silent in blocks without it, and from the end of
    /// a block that is shorter than that of the mix; what is longer is left out.
    pub fn push(&mut self, blocks: &Blocks<'_>) {
        self.mix.push(blocks.mix);
        self.mix_pitches.push(blocks.mix);
        let (frames, length) = (self.frames, blocks.mix.len());
        add(&mut self.drums, blocks.drums, frames, length, Beats::default, Beats::push);
        add(&mut self.bass, blocks.bass, frames, length, || Tones::new(BASS_HZ), Tones::push);
        add(&mut self.rest, blocks.rest, frames, length, || Tones::new(HARMONY_HZ), Tones::push);
        self.frames += length;
    }

    /// Returns the features of all samples.
    pub fn finish(self) -> Features {
        let (mix_net, mix) = self.mix.finish();
        let drums = self.drums.map(Beats::finish).filter(|(_, onsets)| sounds(onsets));
        let bass = self.bass.map(Tones::finish).filter(|(onsets, _)| sounds(onsets));
        let rest = self.rest.map(Tones::finish).filter(|(onsets, _)| sounds(onsets));
        let mix_pitches = self.mix_pitches.finish();
        Features::new((&mix_net, &mix), drums.as_ref(), bass, rest.unwrap_or_else(|| (Onsets::default(), mix_pitches)))
    }
}

impl Default for RhythmFeatures {
    fn default() -> Self {
        Self::new()
    }
}

/// Adds a block to an extractor, which begins with silence up to the first block.
fn add<T>(
    extractor: &mut Option<T>,
    block: Option<&[f32]>,
    frames: usize,
    length: usize,
    new: impl FnOnce() -> T,
    push: impl Fn(&mut T, &[f32]),
) {
    if block.is_none() && extractor.is_none() {
        return;
    }
    let extractor = extractor.get_or_insert_with(|| {
        let mut extractor = new();
        push_silence(&mut extractor, frames, &push);
        extractor
    });
    let block = block.unwrap_or_default();
    let block = &block[..block.len().min(length)];
    push(extractor, block);
    push_silence(extractor, length - block.len(), &push);
}

fn push_silence<T>(extractor: &mut T, count: usize, push: &impl Fn(&mut T, &[f32])) {
    let silence = [0.0; 4_096];
    for start in (0..count).step_by(silence.len()) {
        push(extractor, &silence[..silence.len().min(count - start)]);
    }
}

fn sounds(onsets: &Onsets) -> bool {
    onsets.all().iter().filter(|&&flux| flux > SILENT).count() >= 4
}

impl Beats {
    fn push(&mut self, samples: &[f32]) {
        self.net.push(samples);
        self.onsets.push(samples);
    }

    fn finish(self) -> (Activations, Onsets) {
        (self.net.finish(), self.onsets.finish())
    }
}

impl Tones {
    fn new(range_hz: [f64; 2]) -> Self {
        Self { onsets: OnsetsExtractor::new(), pitches: PitchExtractor::new(range_hz) }
    }

    fn push(&mut self, samples: &[f32]) {
        self.onsets.push(samples);
        self.pitches.push(samples);
    }

    fn finish(self) -> (Onsets, Pitches) {
        (self.onsets.finish(), self.pitches.finish())
    }
}

/// Features of a whole song, input of [`super::analyse`].
#[derive(Debug, Clone)]
pub struct Features {
    /// Probability of a beat for the tracker.
    pub(super) observation: Curve,
    /// Probability of a beat by the network.
    pub(super) beat: Curve,
    /// Probability of a downbeat by the network.
    pub(super) downbeat: Curve,
    /// Flux of the drums, or of the mix without drums.
    pub(super) pulse: Pulse,
    /// Flux of the bass.
    pub(super) bass: Option<Curve>,
    /// Flux of the rest.
    pub(super) rest: Option<Curve>,
    /// Flux of the mix, not scaled.
    pub(super) mix: Vec<f32>,
    pub(super) bass_pitches: Option<Pitches>,
    pub(super) pitches: Pitches,
    /// True with a stem of drums that has onsets.
    pub(super) with_drums: bool,
}

/// Scaled flux in bands, and the sum as it is.
#[derive(Debug, Clone)]
pub(super) struct Pulse {
    pub(super) low: Curve,
    pub(super) middle: Curve,
    pub(super) high: Curve,
    pub(super) all: Curve,
    pub(super) flux: Vec<f32>,
}

impl Pulse {
    fn new(onsets: &Onsets) -> Self {
        let flux = onsets.all();
        let [low, middle, high] = [&onsets.low, &onsets.middle, &onsets.high].map(|part| Curve::scaled(part, SILENT));
        Self { low, middle, high, all: Curve::scaled(&flux, SILENT), flux }
    }
}

impl Features {
    fn new(
        (mix_net, mix): (&Activations, &Onsets),
        drums: Option<&(Activations, Onsets)>,
        bass: Option<(Onsets, Pitches)>,
        (rest, pitches): (Onsets, Pitches),
    ) -> Self {
        let frames = mix.low.len();
        let nets: Vec<&Activations> = std::iter::once(mix_net).chain(drums.map(|(net, _)| net)).collect();
        let mean = |values: &dyn Fn(&Activations) -> Vec<f32>| {
            let curves: Vec<Curve> =
                nets.iter().map(|net| Curve::resampled(&values(net), beatnet::FRAME_RATE, frames)).collect();
            let at = |frame: usize| curves.iter().map(|curve| curve.values()[frame]).sum::<f32>() / nets.len() as f32;
            Curve::new((0..frames).map(at).collect())
        };
        let (beat, downbeat) = (mean(&|net| net.any_beat()), mean(&|net| net.downbeat.clone()));
        let pulse = Pulse::new(drums.map_or(mix, |(_, onsets)| onsets));
        let observe =
            |(beat, flux): (&f32, &f32)| (1.0 - FLUX_SHARE) * beat + FLUX_SHARE * (ONSET_PROBABILITY * flux).min(0.95);
        let observation = Curve::new(beat.values().iter().zip(pulse.all.values()).map(observe).collect());
        let rest = (!rest.low.is_empty()).then(|| Curve::scaled(&rest.all(), SILENT));
        let (bass, bass_pitches) = bass.unzip();
        let bass = bass.map(|onsets| Curve::scaled(&onsets.all(), SILENT));
        let with_drums = drums.is_some();
        Self { observation, beat, downbeat, pulse, bass, rest, mix: mix.all(), bass_pitches, pitches, with_drums }
    }
}
