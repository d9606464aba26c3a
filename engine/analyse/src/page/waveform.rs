//! The waveform of the mix, with beats and bars over it.

use super::beat_lines::beat_lines;
use super::{SURE, SongPicture, axis_s};
use crate::Song;
use mixdown_engine::report::drawing::{MAX_POINTS, Plot, WIDTH, area_path, time_plot};

/// Height of the plot on a page.
const HEIGHT: f64 = 150.0;

/// Returns the plot of a page.
pub(super) fn plot(song: &Song, picture: &SongPicture) -> Plot {
    let mut plot = time_plot("Waveform", "", HEIGHT, axis_s(song.duration_s));
    let (lines, legend) = beat_lines(song, axis_s(song.duration_s), HEIGHT);
    plot.body = outline(picture, HEIGHT) + &lines;
    plot.legend = legend;
    plot.caption = match (song.beats_s.len(), song.downbeats_s.len()) {
        (0, _) => "no beats found".into(),
        (beats, 0) => format!("{beats} beats{}", not_sure(song.confidence.beats)),
        (beats, bars) => {
            let doubt = not_sure(song.confidence.beats.min(song.confidence.downbeats));
            format!("{beats} beats, {bars} bars{doubt}")
        }
    };
    plot
}

fn not_sure(confidence: f64) -> &'static str {
    if confidence < SURE { ", not sure" } else { "" }
}

/// Returns the outline; its largest sample reaches the edge, so that a quiet mix shows too.
pub(super) fn outline(picture: &SongPicture, height: f64) -> String {
    let points = &picture.waveform;
    // NaN never wins in `max`.
    let largest = points.iter().flat_map(|(low, high)| [low.abs(), high.abs()]).fold(0.0, f32::max);
    let scale = if largest > 0.0 && largest.is_finite() { 0.48 * height / f64::from(largest) } else { 0.0 };
    let y = |value: f32| height / 2.0 - if value.is_finite() { f64::from(value) * scale } else { 0.0 };
    let together = points.len().div_ceil(MAX_POINTS).max(1);
    let (mut upper, mut lower) = (Vec::new(), Vec::new());
    for (index, group) in points.chunks(together).enumerate() {
        let middle = (index * together) as f64 + group.len() as f64 / 2.0;
        let x = middle / points.len() as f64 * WIDTH;
        upper.push((x, y(group.iter().map(|point| point.1).fold(f32::MIN, f32::max))));
        lower.push((x, y(group.iter().map(|point| point.0).fold(f32::MAX, f32::min))));
    }
    format!(
        "<path class=\"middle\" d=\"M0 {}H{WIDTH}\"/><path class=\"wave\" d=\"{}\"/>",
        height / 2.0,
        area_path(&upper, &lower)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_sample_reaches_the_edge() {
        let picture = SongPicture { waveform: vec![(-0.1, 0.05), (-0.02, 0.1)], ..SongPicture::default() };
        assert!(outline(&picture, 100.0).contains("d=\"M250 26L750 2L750 59.6L250 98Z\""));
    }

    #[test]
    fn groups_keep_their_extremes() {
        let mut waveform = vec![(-0.5, 0.5); 3 * MAX_POINTS];
        waveform[1] = (-1.0, 0.5);
        let drawn = outline(&SongPicture { waveform, ..SongPicture::default() }, 100.0);
        assert_eq!((drawn.matches('L').count(), drawn.contains("L0.5 98Z")), (2 * MAX_POINTS - 1, true));
    }
}
