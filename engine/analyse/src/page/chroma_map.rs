//! The map of pitch classes over time.

use super::{SongPicture, axis_s};
use crate::Song;
use mixdown_engine::report::drawing::{MAX_POINTS, Plot, Raster, Tick, WIDTH, coordinate, time_plot};
use std::fmt::Write as _;

/// Names of the pitch classes from the top of the map.
const NAMES: [&str; 12] = ["B", "A#", "A", "G#", "G", "F#", "F", "E", "D#", "D", "C#", "C"];
/// Dots of each row: viewers blur a raster by one dot, and rows stay apart.
const DOTS: usize = 8;
/// Height of the map on a page: room for a label in each row.
const HEIGHT: f64 = 192.0;

/// Returns the map as a raster, C in the lowest row; neighbours are averaged where a drawing has no
/// room for all.
pub(super) fn raster(song: &Song, picture: &SongPicture) -> Raster {
    let together = picture.chroma.len().div_ceil(MAX_POINTS).max(1);
    let groups: Vec<&[[f32; 12]]> = picture.chroma.chunks(together).collect();
    let mut levels = Vec::with_capacity(groups.len() * 12 * DOTS);
    for class in (0..12).rev() {
        let mean = |group: &&[[f32; 12]]| group.iter().map(|column| column[class]).sum::<f32>() / group.len() as f32;
        let row: Vec<u8> = groups.iter().map(|group| (mean(group).clamp(0.0, 1.0) * 255.0).round() as u8).collect();
        levels.extend(row.repeat(DOTS));
    }
    let width_s = picture.chroma_step_s * (groups.len() * together) as f64;
    Raster {
        levels,
        columns: groups.len(),
        rows: if groups.is_empty() { 0 } else { 12 * DOTS },
        left: 0.0,
        width: width_s / axis_s(song.duration_s) * WIDTH,
        top: 0.0,
        height: 1.0,
    }
}

/// Returns the map as a plot of a page, with a line at each change of key.
pub(super) fn plot(song: &Song, picture: &SongPicture) -> Plot {
    let mut plot = time_plot("Chroma", "", HEIGHT, axis_s(song.duration_s));
    plot.y = ticks();
    plot.image = raster(song, picture).image();
    plot.caption = match &plot.image {
        Some(_) => "bright is strong: energy of each note, all octaves together".into(),
        None => "no tones found".into(),
    };
    plot.body = key_changes(song, HEIGHT);
    if !plot.body.is_empty() {
        plot.legend.push(("change", "change of key".into()));
    }
    plot
}

/// Returns the names of the rows; they have no lines, which would lie over the rows themselves.
pub(super) fn ticks() -> Vec<Tick> {
    let tick = |(row, name): (usize, &&str)| Tick { at: (row as f64 + 0.5) / 12.0, label: (*name).into(), minor: true };
    NAMES.iter().enumerate().map(tick).collect()
}

/// Returns a line at each change of key.
pub(super) fn key_changes(song: &Song, height: f64) -> String {
    let starts = song.keys.iter().skip(1).map(|part| part.start_s / axis_s(song.duration_s) * WIDTH);
    let path = starts.fold(String::new(), |mut path, x| {
        let _ = write!(path, "M{} 0v{height}", coordinate(x));
        path
    });
    if path.is_empty() { path } else { format!("<path class=\"change\" d=\"{path}\"/>") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c_is_the_lowest_row_and_neighbours_are_averaged() {
        let mut chroma = vec![[0.0; 12]; 2 * MAX_POINTS];
        chroma[0][0] = 1.0;
        chroma[1][0] = 0.5;
        chroma[3][11] = f32::NAN;
        let song = Song { duration_s: 200.0, ..Song::default() };
        let raster = raster(&song, &SongPicture { chroma, chroma_step_s: 0.1, ..SongPicture::default() });
        assert_eq!((raster.columns, raster.rows, raster.width), (MAX_POINTS, 12 * DOTS, WIDTH));
        let lowest = &raster.levels[(12 * DOTS - 1) * MAX_POINTS..];
        assert_eq!((lowest[0], lowest[1], raster.levels[1]), (191, 0, 0));
    }
}
