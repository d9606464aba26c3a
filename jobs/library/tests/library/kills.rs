//! Processes that are killed while they write.

use crate::common::{song, stem};
use mixdown_library::{Error, Library, NewSong, NewStem, Patch, Query, StemType};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The variable that gives the child its media folder.
const FOLDER: &str = "MIXDOWN_LIBRARY_KILLED_FOLDER";
/// The variable that gives the child its number.
const NUMBER: &str = "MIXDOWN_LIBRARY_KILLED_NUMBER";

/// Writes until it is killed, and prints each change once it is acknowledged. Only runs as a child.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let number: usize = std::env::var(NUMBER).unwrap().parse().unwrap();
    let mut library = Library::open(Path::new(&folder), None).unwrap();
    let mut output = std::io::stdout();
    let mut acknowledge = |line: String| {
        output.write_all(line.as_bytes()).unwrap();
        output.flush().unwrap();
    };
    for step in 0.. {
        let content = number * 1_000_000 + step * 10;
        let stems: Vec<NewStem> = (0..3).map(|one| stem(StemType::Other, content + one)).collect();
        let added = library.add(&NewSong { stems, ..song("killed", stem(StemType::Other, 0)) }).unwrap();
        acknowledge(format!("\nadded {} {}\n", added.audio_file_id, added.stem_ids[0]));
        match step % 4 {
            1 => {
                let patch = Patch { tags: Some(vec![format!("t{content}")]), favourite: Some(true) };
                library.patch(&added.stem_ids[0], &patch).unwrap();
                acknowledge(format!("\ntagged {} t{content}\n", added.stem_ids[0]));
            }
            2 => {
                acknowledge(format!("\nremoving {}\n", added.audio_file_id));
                library.remove_audio(&added.audio_file_id).unwrap();
                acknowledge(format!("\nremoved {}\n", added.audio_file_id));
            }
            3 if number.is_multiple_of(3) => {
                library.scan().unwrap();
            }
            _ => {}
        }
    }
}

/// Starts the child.
fn start(folder: &Path, number: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["kills::child", "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(NUMBER, number.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Changes that children acknowledged.
#[derive(Default)]
struct Acknowledged {
    /// The first stem of each audio file that must be there.
    added: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    removed: BTreeSet<String>,
}

impl Acknowledged {
    /// Reads the lines of a killed child.
    fn read(&mut self, child: &mut Child) {
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["added", audio, stem] => {
                    self.added.insert(audio.into(), stem.into());
                }
                ["tagged", stem, tag] => {
                    self.tags.insert(stem.into(), tag.into());
                }
                // From here on it may be there or not.
                ["removing", audio] => {
                    self.added.remove(audio);
                }
                ["removed", audio] => {
                    self.removed.insert(audio.into());
                }
                _ => {}
            }
        }
    }

    /// Expects all of it in a library.
    fn check(&self, library: &mut Library) {
        for (audio, stem) in &self.added {
            let record = library.get(stem).unwrap_or_else(|error| panic!("{audio}: {error}")).record;
            assert_eq!(&record.audio_file_id, audio);
            if let Some(tag) = self.tags.get(stem) {
                assert_eq!((&record.tags, record.favourite), (&vec![tag.clone()], true));
            }
        }
        for audio in &self.removed {
            assert!(matches!(library.remove_audio(audio), Err(Error::UnknownAudioFile(_))), "{audio}");
        }
        // Songs are whole or absent, in rows as in searches.
        let stats = library.stats().unwrap();
        assert_eq!(stats.stems, stats.audio_files * 3);
        let text = Query { text: Some("killed".into()), ..Query::default() };
        assert_eq!(library.search(&text).unwrap().total, stats.stems);
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_processes_are_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::default();
    // A slow machine needs more rounds for as many changes.
    let enough = |seen: &Acknowledged| seen.added.len() >= 20 && seen.tags.len() >= 4 && seen.removed.len() >= 4;
    for round in 0..200 {
        if round >= 12 && enough(&acknowledged) {
            break;
        }
        let mut children = [start(folder.path(), round * 2), start(folder.path(), round * 2 + 1)];
        std::thread::sleep(Duration::from_millis(150 + 67 * round as u64 % 400));
        for child in &mut children {
            child.kill().unwrap();
            child.wait().unwrap();
            acknowledged.read(child);
        }
        acknowledged.check(&mut Library::open(folder.path(), None).unwrap());
    }
    assert!(enough(&acknowledged), "only {} songs", acknowledged.added.len());

    // The sidecar files alone hold the same.
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.path().join(format!("library.sqlite{ending}")));
    }
    let mut library = Library::open(folder.path(), None).unwrap();
    acknowledged.check(&mut library);
    assert_eq!(library.scan().unwrap().skipped, []);
}
