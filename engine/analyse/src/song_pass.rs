//! The second pass: all stems in step, for what they have in common.

use crate::document::{Confidence, KeyCandidate, KeyPart, LabelledSpan, Song};
use crate::outline::{Outline, chroma_columns};
use crate::page::SongPicture;
use crate::stem_pass::TypedStem;
use crate::stream::SongStream;
use crate::{AnalyseError, Watch};
use mixdown_engine::meter::rounded;
use mixdown_music::SAMPLE_RATE;
use mixdown_music::beats::{self, Blocks, RhythmFeatures};
use mixdown_music::chords::{self, HarmonyBlock, HarmonyExtractor};
use mixdown_music::stem_type::StemType;
use std::path::PathBuf;

/// Chance below which a stem's type is not relied on: the stem then counts as a pitched one.
const SURE: f64 = 0.5;

/// Level of finished music, which the network for beats was trained on, as a root mean square.
const LEVEL_DBFS: f64 = -16.0;
/// Largest gain towards that level: what is softer is not music.
const MAX_GAIN_DB: f64 = 40.0;

/// Stems at the level of finished music, and their sums by role, over one block.
#[derive(Default)]
struct Sums {
    mix: Vec<f32>,
    drums: Vec<f32>,
    bass: Vec<f32>,
    rest: Vec<f32>,
    /// Each stem with pitches by itself.
    pitched: Vec<Vec<f32>>,
}

/// Roles of the stems, and which of them there are.
struct Roles {
    of_stem: Vec<StemType>,
    has_drums: bool,
    has_bass: bool,
    has_rest: bool,
    gain: f32,
}

impl Roles {
    /// Returns the roles. A single stem is the mix itself, whatever it sounds like.
    fn new(stems: &[TypedStem]) -> Self {
        let role = |stem: &TypedStem| match stem.stem_type {
            StemType::Drums | StemType::Bass if stem.entry.type_confidence < SURE => StemType::Other,
            sure => sure,
        };
        let of_stem: Vec<StemType> = stems.iter().map(role).collect();
        let several = stems.len() > 1;
        let is_there = |wanted: fn(StemType) -> bool| several && of_stem.iter().any(|role| wanted(*role));
        Self {
            has_drums: is_there(|role| role == StemType::Drums),
            has_bass: is_there(|role| role == StemType::Bass),
            has_rest: is_there(|role| !matches!(role, StemType::Drums | StemType::Bass)),
            of_stem,
            gain: gain(stems),
        }
    }

    /// Adds up the present block of every stem.
    fn sum(&self, stream: &SongStream, frames: usize, sums: &mut Sums) {
        for sum in [&mut sums.mix, &mut sums.drums, &mut sums.bass, &mut sums.rest] {
            sum.clear();
            sum.resize(frames, 0.0);
        }
        sums.pitched.clear();
        for (index, role) in self.of_stem.iter().enumerate() {
            let stem = stream.stem(index, frames);
            if *role != StemType::Drums {
                sums.pitched.push(stem.iter().map(|sample| self.gain * sample).collect());
            }
            let part = match role {
                StemType::Drums => &mut sums.drums,
                StemType::Bass => &mut sums.bass,
                _ => &mut sums.rest,
            };
            for ((mix, part), sample) in sums.mix.iter_mut().zip(part).zip(stem) {
                let sample = self.gain * sample;
                *mix += sample;
                *part += sample;
            }
        }
    }
}

/// Reads all stems in step, and returns what they have in common, with what its picture shows.
///
/// # Errors
/// If a file cannot be read, or the observer of progress stopped it.
pub(crate) fn read_song(
    paths: &[PathBuf],
    stems: &[TypedStem],
    watch: &Watch<'_>,
) -> Result<(Song, SongPicture), AnalyseError> {
    let roles = Roles::new(stems);
    let mut stream = SongStream::open(paths)?;
    let (mut rhythm, mut harmony) = (RhythmFeatures::new(), HarmonyExtractor::new());
    let longest = stems.iter().map(|stem| stem.samples).max().unwrap_or(0);
    let mut outline = Outline::new(longest);
    let mut sums = Sums::default();
    loop {
        let frames = stream.advance()?;
        if frames == 0 {
            break;
        }
        roles.sum(&stream, frames, &mut sums);
        outline.add(&sums.mix);
        let pitched: Vec<&[f32]> = sums.pitched.iter().map(Vec::as_slice).collect();
        let lanes: Vec<&[f32]> = (0..stems.len()).map(|index| stream.stem(index, frames)).collect();
        rayon::join(
            || {
                rhythm.push(&Blocks {
                    mix: &sums.mix,
                    drums: given(roles.has_drums, &sums.drums),
                    bass: given(roles.has_bass, &sums.bass),
                    rest: given(roles.has_rest, &sums.rest),
                });
            },
            || {
                harmony.push(&HarmonyBlock {
                    mix: &sums.mix,
                    bass: given(roles.has_bass, &sums.bass),
                    rest: given(roles.has_rest, &sums.rest),
                    pitched: &pitched,
                    stems: &lanes,
                });
            },
        );
        watch.advance(frames * stems.len())?;
    }
    let rhythm = beats::analyse(&rhythm.finish());
    let features = harmony.finish();
    let harmony = chords::analyse(&features, &rhythm.beats_s, &rhythm.downbeats_s);
    let (chroma, chroma_step_s) = chroma_columns(&harmony.chroma);
    let picture = SongPicture { waveform: outline.into_columns(), chroma, chroma_step_s };
    Ok((song(longest, &rhythm, &harmony), picture))
}

/// Returns the gain that brings the sum of all stems to the level of finished music, so that the
/// answer does not depend on theirs. Stems count as uncorrelated.
fn gain(stems: &[TypedStem]) -> f32 {
    let samples = stems.iter().map(|stem| stem.samples).max().unwrap_or(0).max(1);
    let power = stems.iter().map(|stem| stem.energy).sum::<f64>() / samples as f64;
    let gain_db = (LEVEL_DBFS - 10.0 * power.max(f64::MIN_POSITIVE).log10()).min(MAX_GAIN_DB);
    10_f64.powf(gain_db / 20.0) as f32
}

/// Returns the sum of a role that there is.
fn given(has: bool, sum: &[f32]) -> Option<&[f32]> {
    has.then_some(sum)
}

fn song(samples: u64, rhythm: &beats::Rhythm, harmony: &chords::Harmony) -> Song {
    let ms = |seconds: f64| rounded(seconds, 3);
    let times = |times: &[f64]| times.iter().map(|time| ms(*time)).collect();
    let span = |start_s: f64, end_s: f64, label: String| LabelledSpan { start_s: ms(start_s), end_s: ms(end_s), label };
    Song {
        duration_s: ms(samples as f64 / f64::from(SAMPLE_RATE)),
        tempo_bpm: rhythm.tempo_bpm.map(|bpm| rounded(bpm, 3)),
        tempo_candidates_bpm: rhythm.tempo_candidates_bpm.iter().map(|bpm| rounded(*bpm, 3)).collect(),
        beats_s: times(&rhythm.beats_s),
        downbeats_s: times(&rhythm.downbeats_s),
        beats_per_bar: rhythm.beats_per_bar,
        key: harmony.key.map(|key| key.to_string()),
        key_candidates: harmony
            .key_candidates
            .iter()
            .map(|(key, score)| KeyCandidate { key: key.to_string(), score: rounded(*score, 3) })
            .collect(),
        keys: harmony
            .keys
            .iter()
            .map(|part| KeyPart { start_s: ms(part.start_s), end_s: ms(part.end_s), key: part.key.to_string() })
            .collect(),
        tuning_hz: harmony.tuning_hz.map(|hz| rounded(hz, 2)),
        chords: harmony.chords.iter().map(|chord| span(chord.start_s, chord.end_s, chord.label())).collect(),
        sections: harmony
            .sections
            .iter()
            .map(|section| span(section.start_s, section.end_s, section.label.clone()))
            .collect(),
        confidence: Confidence {
            tempo: rounded(rhythm.confidence.tempo, 3),
            beats: rounded(rhythm.confidence.beats, 3),
            downbeats: rounded(rhythm.confidence.downbeats, 3),
            metre: rounded(rhythm.confidence.metre, 3),
            key: rounded(harmony.confidence.key, 3),
            chords: rounded(harmony.confidence.chords, 3),
            sections: rounded(harmony.confidence.sections, 3),
        },
    }
}
