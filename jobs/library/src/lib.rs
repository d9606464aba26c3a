//! A searchable library of stems below one media folder.
//!
//! Sidecar files hold the truth, and the database holds the same derived for searches:
//! [`Library::scan`] rebuilds it from them alone. A sidecar is one JSON document of a song and an
//! analysis version, `library/{audio_file_id}.v{version}.json`; what users set (tags, favourites,
//! counts of use, the current version) lies in `library/{audio_file_id}.marks.json`.
//!
//! # Durability
//! A call that writes returns after its transaction lies in the database's log on disk: one flush
//! of one file. Sidecars are replaced atomically right after it and flushed in groups. Until then
//! the table `unsettled` names them, so that [`Library::open`] writes them again after a crash.
//!
//! # Searches
//! The columns that searches read lie packed in blocks of 128 stems: one pass over all of them
//! serves any filter and any order. FTS5 finds rare words. Common words are counted in packed
//! texts, because FTS5 needs longer for each hit.
//!
//! ```
//! use mixdown_library::{Library, NewSong, NewStem, Place, Query, StemType};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = std::env::temp_dir().join(format!("mixdown-library-doc-{}", std::process::id()));
//! let mut library = Library::open(&folder, None)?;
//! let place = Place::Path("/music/loop.wav".into());
//! let mut stem = NewStem::new(StemType::Drums, place, "ab".repeat(32));
//! stem.tags.push("dry".into());
//! let song = NewSong { name: "Loop".into(), stems: vec![stem], ..NewSong::default() };
//! let added = library.add(&song)?;
//! let page = library.search(&Query { text: Some("lo dry".into()), ..Query::default() })?;
//! assert_eq!((page.total, &page.stems[0].stem_id), (1, &added.stem_ids[0]));
//! # drop(library);
//! # std::fs::remove_dir_all(folder)?;
//! # Ok(())
//! # }
//! ```

mod add;
mod analysis;
mod audio;
mod blocks;
mod chain;
mod connect;
mod damage;
mod descriptors;
mod document;
mod error;
mod export;
mod facet;
mod first;
mod frame;
mod hash;
mod key;
mod library;
mod notation;
mod notes;
mod parts;
mod patch;
mod place;
mod query;
mod record;
mod remove;
mod scan;
mod schema;
mod search;
mod separation;
mod settle;
mod sidecar;
mod song;
mod stats;
mod store;
mod terms;
mod text;
mod types;
mod vector;
mod versions;
mod words;

pub use add::Added;
pub use analysis::{
    ANALYSIS_VERSION, Analysed, AnalysedStem, Analysis, SessionAnalysis, StemMix, Target, analyse_child, analyse_files,
    analysis_job, session_analysis, stem_mix_job,
};
pub use audio::AudioFile;
pub use chain::{Chain, chain_job};
pub use descriptors::Descriptors;
pub use error::Error;
pub use hash::hash_file;
pub use key::{Mode, MusicalKey};
pub use library::Library;
pub use notes::{Notation, NotationFormat, NotedStem, notate_child, notation_file, notation_job};
pub use patch::Patch;
pub use place::Place;
pub use query::{Page, Query, Sort};
pub use record::{StemDetail, StemRecord};
pub use scan::Scanned;
pub use separation::{Separation, SeparationRequest, separate_child, separation_job};
pub use song::{NewSong, NewStem, SongAnalysis};
pub use stats::{Counted, Stats};
pub use types::{Status, StemType};
pub use versions::{StemAnalysis, Versions};
