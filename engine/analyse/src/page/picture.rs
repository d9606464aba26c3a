//! `song.png`: waveform, sections, chords, keys and chroma in one picture.

use super::beat_lines::beat_lines;
use super::song_name::song_name;
use super::{SURE, SongPicture, axis_s, chroma_map, lanes, waveform};
use crate::{Song, SongAnalysis};
use mixdown_engine::report::drawing::{Raster, Tick, clock_time, number, png, time_plot};

/// Heights of the waveform, of a lane and of the chroma map, and the gap between them, in units.
const WAVEFORM: f64 = 150.0;
const LANE: f64 = 28.0;
const CHROMA: f64 = 204.0;
const GAP: f64 = 10.0;
/// Top of the chroma map: below the waveform and three lanes.
const CHROMA_TOP: f64 = WAVEFORM + 3.0 * LANE + 4.0 * GAP;
/// Characters of the song's name; of a longer one, the start is shown.
const MAX_NAME: usize = 40;

/// Returns the picture as a PNG, 2 240 dots wide; `None` if it cannot be drawn.
pub fn song_png(analysis: &SongAnalysis, picture: &SongPicture) -> Option<Vec<u8>> {
    let song = &analysis.song;
    let axis_s = axis_s(song.duration_s);
    let mut plot = time_plot("Analysis", "", CHROMA_TOP + CHROMA, axis_s);
    plot.caption = caption(analysis);
    let (lines, legend) = beat_lines(song, axis_s, WAVEFORM);
    plot.legend = legend;
    plot.body = waveform::outline(picture, WAVEFORM) + &lines;
    let lanes = [(lanes::sections(song), "sections"), (lanes::chords(song), "chords"), (lanes::keys(song), "key")];
    let mut top = WAVEFORM + GAP;
    for (lane, label) in lanes {
        plot.body += &lane.svg(top, LANE);
        plot.y.push(Tick { at: (top + LANE / 2.0) / plot.height, label: label.into(), minor: true });
        top += LANE + GAP;
    }
    let row = |tick: Tick| Tick { at: (CHROMA_TOP + tick.at * CHROMA) / (CHROMA_TOP + CHROMA), ..tick };
    plot.y.extend(chroma_map::ticks().into_iter().map(row));
    let changes = chroma_map::key_changes(song, CHROMA);
    plot.body += &format!("<g transform=\"translate(0 {CHROMA_TOP})\">{changes}</g>");
    let raster =
        Raster { top: CHROMA_TOP / plot.height, height: CHROMA / plot.height, ..chroma_map::raster(song, picture) };
    png(&plot, Some(&raster))
}

/// Returns name, length and main answers in one line.
fn caption(analysis: &SongAnalysis) -> String {
    let song: &Song = &analysis.song;
    let doubted = |text: String, confidence: f64| if confidence < SURE { text + " (not sure)" } else { text };
    let name = song_name(analysis);
    let mut parts =
        vec![if name.chars().count() > MAX_NAME { name.chars().take(MAX_NAME).chain(['…']).collect() } else { name }];
    parts.push(clock_time(song.duration_s, 0));
    parts.extend(song.tempo_bpm.map(|bpm| doubted(format!("{} BPM", number(bpm, 1)), song.confidence.tempo)));
    parts.extend(song.beats_per_bar.map(|beats| doubted(format!("{beats} beats a bar"), song.confidence.metre)));
    parts.extend(song.key.clone().map(|key| doubted(key, song.confidence.key)));
    parts.join(" · ")
}
