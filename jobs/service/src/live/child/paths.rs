//! Paths of stems, which clients must not see: file names stay.

use mixdown_engine::session::Session;
use std::collections::BTreeSet;
use std::path::MAIN_SEPARATOR;

/// Folders that texts must not name.
#[derive(Clone, Debug)]
pub(super) struct HiddenFolders(Vec<String>);

impl HiddenFolders {
    /// Collects the folders of a session's stems.
    pub(super) fn of(session: &Session) -> Self {
        let folders = session.tracks.iter().filter_map(|track| track.file.parent());
        let folders = folders.map(|folder| format!("{}{MAIN_SEPARATOR}", folder.display()));
        let folders: BTreeSet<String> = folders.filter(|folder| folder.len() > 1).collect();
        // The longest first, as one may begin with another.
        Self(folders.into_iter().rev().collect())
    }

    /// Returns a text without the folders.
    pub(super) fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, folder| text.replace(folder, ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_stems_are_hidden() {
        let session = Session::from_stems(&["/data/s/a.wav".into(), "/data/s/more/b.wav".into(), "c.wav".into()]);
        let folders = HiddenFolders::of(&session);
        assert_eq!(folders.hide("/data/s/more/b.wav: too short; /data/s/a.wav too"), "b.wav: too short; a.wav too");
    }
}
