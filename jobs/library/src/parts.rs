//! Parts of a stem, as a separation makes them: stems of the same audio file.

use crate::document::StemDocument;
use crate::versions::song;
use crate::{Error, Library, NewStem, settle, store};
use std::collections::BTreeMap;

impl Library {
    /// Adds stems to an audio file, in place of those that were parts of the same stem; parts that
    /// stay at their place keep their id and marks. Returns their ids, in the order given.
    ///
    /// # Errors [`Error::UnknownAudioFile`]; [`Error::UnknownStem`] where `part_of` is not a stem
    /// of the song; [`Error::Invalid`], [`Error::Io`], [`Error::Database`].
    pub fn set_parts(&mut self, audio_file_id: &str, part_of: &str, parts: &[NewStem]) -> Result<Vec<String>, Error> {
        for part in parts {
            part.check(audio_file_id)?;
        }
        self.write(|connection| {
            let row = song(connection, audio_file_id)?;
            let mut document = store::document(connection, row.id, row.current_version)?;
            if !document.stems.iter().any(|stem| stem.stem_id == part_of) {
                return Err(Error::UnknownStem(part_of.to_owned()));
            }
            let is_part = |stem: &StemDocument| stem.part_of.as_deref() == Some(part_of);
            let old: BTreeMap<String, String> = document
                .stems
                .iter()
                .filter(|stem| is_part(stem))
                .map(|stem| (stem.place.text().into_owned(), stem.stem_id.clone()))
                .collect();
            document.stems.retain(|stem| !is_part(stem));
            let mut ids = Vec::with_capacity(parts.len());
            for part in parts {
                let stem_id = old.get(&*part.place.text()).cloned().unwrap_or_else(Self::new_id);
                document.stems.push(StemDocument {
                    stem_id: stem_id.clone(),
                    stem_type: part.stem_type,
                    name: part.name.clone(),
                    place: part.place.clone(),
                    blake3: part.blake3.clone(),
                    descriptors: part.descriptors.clone(),
                    part_of: Some(part_of.to_owned()),
                    notation: None,
                });
                ids.push(stem_id);
            }
            store::put_analysis(connection, row.id, &document)?;
            let marks = store::stem_rows(connection, row.id)?.into_iter().map(|(id, (_, marks))| (id, marks)).collect();
            store::put_stems(connection, row.id, &document, &marks)?;
            let mut names = vec![settle::song_name(audio_file_id, row.current_version)];
            // Files of earlier parts vanish, unless a stem has them.
            names.extend(old.into_keys().filter(|place| place.starts_with(audio_file_id)));
            Ok((ids, names))
        })
    }
}
