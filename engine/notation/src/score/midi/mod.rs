//! Standard MIDI files: as played, and quantised with a tempo map.

mod drum_map;
mod played;
mod quantised;
mod track;

pub use drum_map::drum_key;
pub use played::{played_hits, played_notes};
pub use quantised::quantised;
