//! The features of one segment of a stem.

use super::bands::COEFFICIENTS;
use super::features::{Features, Writer};
use super::frame::Sound;
use super::modulation::add_modulation;
use super::motion::add_motion;
use super::onset::add_onsets;

/// The frames of a whole segment, 6 s.
pub(super) const SEGMENT: usize = 258;
/// The fewest frames with sound in a segment that is judged.
pub(super) const FEWEST: usize = 20;

/// Returns the features of a segment of frames, `None` for silent ones, if enough of them sound.
pub(super) fn features(frames: &[Option<Sound>]) -> Option<Features> {
    let sounds: Vec<&Sound> = frames.iter().flatten().collect();
    if sounds.len() < FEWEST {
        return None;
    }
    let mut writer = Writer::default();
    add_spectrum(&mut writer, &sounds);
    add_motion(&mut writer, frames);
    add_onsets(&mut writer, frames);
    add_modulation(&mut writer, frames);
    Some(writer.finish())
}

/// Adds means and deviations of single frames.
fn add_spectrum(writer: &mut Writer, sounds: &[&Sound]) {
    for index in 0..COEFFICIENTS {
        writer.mean_and_deviation(sounds.iter().map(|sound| sound.levels.shape[index]));
    }
    writer.mean_and_deviation(sounds.iter().map(|sound| sound.centre));
    writer.mean_and_deviation(sounds.iter().map(|sound| sound.flatness));
    for index in 0..4 {
        writer.mean_and_deviation(sounds.iter().map(|sound| sound.below[index]));
    }
    writer.mean_and_deviation(sounds.iter().map(|sound| sound.pitch.clarity));
    writer.mean_and_deviation(sounds.iter().map(|sound| sound.lowest));
    writer.mean_and_deviation(sounds.iter().map(|sound| sound.fundamental));
    writer.correlation(sounds.iter().map(|sound| (sound.pitch.clarity, sound.below[2])));
    writer.correlation(sounds.iter().map(|sound| (sound.pitch.clarity, sound.level_db)));
    let is_noise = |sound: &&&Sound| sound.pitch.clarity < 0.5 && sound.below[2] < 0.5;
    writer.add(sounds.iter().filter(is_noise).count() as f64 / sounds.len() as f64);
}
