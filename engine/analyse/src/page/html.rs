//! `song.html`: the answers of an analysis, readable without network and without scripts.

use super::figures::figures;
use super::song_name::{file_count, song_name};
use super::{SongPicture, chord_sheet, chroma_map, lanes, stems, waveform};
use crate::SongAnalysis;
use mixdown_engine::report::drawing::{clock_time, escaped, opening};

const STYLE: &str = include_str!("song.css");

/// Returns the page of a song. Text from outside is escaped; nothing depends on the clock.
pub fn song_html(analysis: &SongAnalysis, picture: &SongPicture) -> String {
    let song = &analysis.song;
    let name = escaped(&song_name(analysis));
    let mut page = opening(&format!("{name} – mixdown analysis"), STYLE);
    page += &format!(
        "<header><div><h1>{name}</h1><p>{} · {}</p></div></header>\n",
        file_count(analysis),
        clock_time(song.duration_s, 1)
    );
    page += &figures(song);
    page += "<section><h2>Over time</h2>";
    page += &waveform::plot(song, picture).html();
    for lane in [lanes::sections(song), lanes::chords(song), lanes::keys(song)] {
        page += &lane.html();
    }
    page += &chroma_map::plot(song, picture).html();
    page += "</section>\n";
    page += &stems::stems(analysis);
    page += &chord_sheet::chord_sheet(song);
    page += &format!(
        "<footer>Made by mixdown {}. Loudness, true peak and crest are of all channels; types come from the sound alone. \
         Times are minutes:seconds.</footer></main></body></html>\n",
        env!("CARGO_PKG_VERSION")
    );
    page
}
