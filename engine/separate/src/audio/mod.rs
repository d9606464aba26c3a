//! Files as streams at the rate and with the channels of the song, and files of parts.

mod part_file;
mod song_stream;

pub(crate) use part_file::PartFile;
pub(crate) use song_stream::{BLOCK_FRAMES, SongStream};
