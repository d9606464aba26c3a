//! The page of a song and its picture: beats over the waveform, sections, chords, keys and chroma
//! under one time axis. They look like the report of a render, whose drawing parts they use.

mod beat_lines;
mod chord_name;
mod chord_sheet;
mod chroma_map;
mod figures;
mod html;
mod lane;
mod lanes;
mod picture;
mod song_name;
mod stems;
#[cfg(test)]
mod tests;
mod waveform;

pub use html::song_html;
pub use picture::song_png;

/// Data of the page that the answer's document does not hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SongPicture {
    /// Lowest and highest sample of the mix, evenly spaced over the song.
    pub waveform: Vec<(f32, f32)>,
    /// Strength of the 12 pitch classes over time, 0 to 1, C first.
    pub chroma: Vec<[f32; 12]>,
    /// Seconds from one entry of `chroma` to the next; the first is at the start.
    pub chroma_step_s: f64,
}

/// Confidence below which an answer is shown as not sure.
const SURE: f64 = 0.5;

/// Length of the time axis: never 0, so that positions on it exist.
fn axis_s(duration_s: f64) -> f64 {
    duration_s.max(0.1)
}
