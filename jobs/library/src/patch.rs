//! Changes of what users set.

use crate::song::check_tags;
use crate::{Error, Library, StemRecord, settle, store};

/// Changes of one stem; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patch {
    /// New tags, in place of all before; doubles are dropped.
    pub tags: Option<Vec<String>>,
    /// True if it is a favourite.
    pub favourite: Option<bool>,
}

impl Library {
    /// Changes what users set of a stem, and returns its record.
    ///
    /// # Errors
    /// [`Error::UnknownStem`], [`Error::Invalid`], [`Error::Io`], [`Error::Database`].
    pub fn patch(&mut self, stem_id: &str, patch: &Patch) -> Result<StemRecord, Error> {
        check_tags(patch.tags.as_deref().unwrap_or_default())?;
        self.change(stem_id, |marks| {
            if let Some(tags) = &patch.tags {
                marks.tags.clear();
                for tag in tags {
                    if !marks.tags.contains(tag) {
                        marks.tags.push(tag.clone());
                    }
                }
            }
            marks.favourite = patch.favourite.unwrap_or(marks.favourite);
        })
    }

    /// Counts a use of a stem, and returns its record.
    ///
    /// # Errors
    /// [`Error::UnknownStem`], [`Error::Io`], [`Error::Database`].
    pub fn use_stem(&mut self, stem_id: &str) -> Result<StemRecord, Error> {
        self.change(stem_id, |marks| marks.uses = marks.uses.saturating_add(1))
    }

    /// Changes the marks of a stem in one transaction.
    fn change(&mut self, stem_id: &str, change: impl Fn(&mut crate::document::Marks)) -> Result<StemRecord, Error> {
        self.write(|connection| {
            let (row, song) = store::stem(connection, stem_id)?;
            let (_, mut marks) = store::stem_rows(connection, song)?
                .remove(stem_id)
                .ok_or_else(|| Error::UnknownStem(stem_id.to_owned()))?;
            change(&mut marks);
            store::put_marks(connection, row, &marks)?;
            let record = store::record(connection, row)?;
            let names = vec![settle::marks_name(&record.audio_file_id)];
            Ok((record, names))
        })
    }
}
