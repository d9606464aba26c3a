//! Uploads into the library: the stems of one song, received whole before the song exists.

use super::jobs::analyse_audio;
use super::record::AudioView;
use crate::app::App;
use crate::error::{ApiError, Code};
use crate::probe::probe;
use crate::sessions::{StemName, ensure_folder, refusal, remove_tree, sync_folder};
use crate::upload::{Part, check_room, stream, too_large};
use axum::body::Bytes;
use futures_util::Stream;
use mixdown_library::{ANALYSIS_VERSION, Added, Library, NewSong, NewStem, Place, SongAnalysis, Status, StemType};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Most stems of a song.
const STEMS: usize = 256;

/// A file that was received and decoded.
#[derive(Debug)]
struct NewFile {
    name: StemName,
    blake3: String,
}

/// A song while its stems arrive. Where it does not become one, its files vanish with this.
pub(crate) struct Receiving {
    app: Arc<App>,
    id: String,
    folder: PathBuf,
    files: Vec<NewFile>,
}

impl Receiving {
    /// Begins a song.
    ///
    /// # Errors
    /// `DISK_FULL`, or an error of the disk.
    pub(crate) async fn begin(app: &Arc<App>) -> Result<Self, ApiError> {
        let id = Library::new_id();
        let folder = app
            .blocking({
                let id = id.clone();
                move |app| {
                    check_room(app, 0)?;
                    let media = app.library.media();
                    let made = ensure_folder(media, &["library", ".uploads", &id]);
                    made.map_err(|error| refusal(media, &error))
                }
            })
            .await?;
        Ok(Self { app: Arc::clone(app), id, folder, files: Vec::new() })
    }

    /// Returns true before the first file.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Receives a stem, and decodes it whole.
    ///
    /// # Errors
    /// A name that stands twice, a limit, a body that is cut, a file that is not audio.
    pub(crate) async fn take<E: Display>(
        &mut self,
        name: StemName,
        length: Option<u64>,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), ApiError> {
        if self.files.len() >= STEMS {
            let message = format!("a song has at most {STEMS} stems here");
            return Err(ApiError::new(Code::TooManyStems, message));
        }
        if self.files.iter().any(|file| file.name == name) {
            return Err(ApiError::new(Code::BadStemName, format!("{name:?} stands twice in one song")));
        }
        let most = self.app.settings.max_upload;
        if length.is_some_and(|length| length > most) {
            return Err(too_large(most));
        }
        let path = self.folder.join(name.as_str());
        let opened = path.clone();
        let mut part = self.app.blocking(move |_| Part::open(opened, 0)).await?;
        stream(&self.app, &mut part, &mut body, length.unwrap_or(most)).await?;
        if length.is_some_and(|length| part.length < length) {
            return Err(ApiError::new(Code::UploadCut, format!("the body ended after {} bytes", part.length)));
        }
        part.sync().await?;
        if part.length == 0 {
            return Err(ApiError::new(Code::StemEmpty, format!("{name}: is empty (0 bytes); export it again")));
        }
        let missing = || ApiError::new(Code::Internal, "the hash of the upload is missing");
        let blake3 = part.hash().ok_or_else(missing)?;
        self.app.metrics.add_upload(part.length);
        probe(&self.app, &path, name.as_str()).await?;
        self.files.push(NewFile { name, blake3 });
        Ok(())
    }

    /// Adds the song, and queues its analysis. Returns its view, and true if the library did not
    /// have the same stems. Blocks.
    ///
    /// # Errors
    /// `LIBRARY_INVALID`, or an error of the disk or the store.
    pub(crate) fn finish(
        self,
        name: Option<String>,
        stem_type: Option<StemType>,
        analyse: bool,
    ) -> Result<(AudioView, bool), ApiError> {
        let app = &self.app;
        let title = |name: &StemName| Path::new(name.as_str()).file_stem().map(|stem| stem.to_string_lossy().into());
        let named = self.files.first().and_then(|file| title(&file.name));
        let stems = self.files.iter().map(|file| {
            let place = Place::media(&self.id, file.name.as_str());
            let mut stem = NewStem::new(stem_type.unwrap_or(StemType::Other), place, file.blake3.clone());
            stem.name = title(&file.name);
            stem
        });
        let song = NewSong {
            audio_file_id: Some(self.id.clone()),
            name: name.or(named).unwrap_or_else(|| "Song".into()),
            analysis: SongAnalysis {
                analysis_version: ANALYSIS_VERSION,
                status: Status::Pending,
                ..SongAnalysis::default()
            },
            stems: stems.collect(),
            ..NewSong::default()
        };
        let folder = self.place()?;
        let added = app.library.with(|library| library.add(&song));
        if !matches!(&added, Ok(Added { is_new: true, .. })) {
            // The song was refused, or is known by its content: these files belong to none.
            let _ = remove_tree(&folder);
            let _ = folder.parent().map(std::fs::remove_dir);
        }
        let added = added?;
        let job = if analyse && added.is_new {
            Some(analyse_audio(app, &added.audio_file_id, stem_type.is_some())?)
        } else {
            None
        };
        let audio = app.library.with(|library| library.audio(&added.audio_file_id))?;
        Ok((AudioView::new(audio, job), added.is_new))
    }

    /// Puts the files in their place; returns their folder.
    fn place(&self) -> Result<PathBuf, ApiError> {
        let media = self.app.library.media();
        let parent = ensure_folder(media, &[&self.id]).map_err(|error| refusal(media, &error))?;
        let folder = parent.join("stems");
        let placed = std::fs::rename(&self.folder, &folder).and_then(|()| sync_folder(&folder));
        let placed = placed.and_then(|()| sync_folder(&parent));
        placed.map_err(|error| refusal(&folder, &error))?;
        Ok(folder)
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        // After the song was added there is none.
        let _ = remove_tree(&self.folder);
    }
}
