//! Rules for the name of a master: as a file, and in its tags.

use super::document::OutputSettings;

/// Name of a master where the session gives none.
const FINAL_MIX: &str = "final_mix";
/// Longest name or tag, in bytes: file systems allow 255, including the characters added to a name
/// while it is written.
const LONGEST: usize = 200;

/// Returns the reason why a text is not a valid title or artist, if it is not.
pub fn tag_problem(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        Some("is empty")
    } else if text.len() > LONGEST {
        Some("is longer than 200 bytes")
    } else if text.chars().any(char::is_control) {
        Some("holds control characters")
    } else {
        None
    }
}

/// Returns the reason why a text is not a valid name of a master, if it is not. A valid name keeps
/// the file in the folder of the results, and visible.
pub fn name_problem(text: &str) -> Option<&'static str> {
    // A drive or a stream of a file, on Windows.
    let windows = cfg!(windows) && text.contains(':');
    if let Some(problem) = tag_problem(text) {
        Some(problem)
    } else if text.starts_with('.') {
        Some("begins with a dot")
    } else if text.contains(['/', '\\']) || windows {
        Some("holds a path separator: choose the folder with --out, and a name in it")
    } else {
        None
    }
}

impl OutputSettings {
    /// Returns the name of the master's file. A refused name is never used.
    pub fn file_name(&self) -> String {
        let name = self.name.as_deref().filter(|name| name_problem(name).is_none());
        format!("{}.{}", name.unwrap_or(FINAL_MIX), self.format.ending())
    }

    /// Returns the title in the master's tags.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref().or(self.name.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_folder_and_in_sight() {
        for wrong in ["", "  ", ".", "..", ".hidden", "a/b", "/etc/x", "..\\x", "a\nb", "a\0", "a\u{9b}"] {
            assert!(name_problem(wrong).is_some(), "{wrong:?}");
            let settings = OutputSettings { name: Some(wrong.into()), ..OutputSettings::default() };
            assert_eq!(settings.file_name(), "final_mix.wav");
        }
        assert!(name_problem(&"ü".repeat(101)).is_some() && name_problem(&"ü".repeat(100)).is_none());
        let mut settings = OutputSettings { name: Some("Für Elise (take 2)".into()), ..OutputSettings::default() };
        assert_eq!(settings.file_name(), "Für Elise (take 2).wav");
        assert_eq!(settings.title(), Some("Für Elise (take 2)"));
        settings.title = Some("Für Elise".into());
        assert_eq!(settings.title(), Some("Für Elise"));
    }
}
