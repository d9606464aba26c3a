//! Tests of the store of sessions.

use super::*;
use jiff::Timestamp;
use serde_json::json;

struct Fixture {
    _folder: tempfile::TempDir,
    sessions: Sessions,
    id: SessionId,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let sessions = Sessions::new(folder.path(), &ServiceSettings::new("mixdown".into()));
    let id: SessionId = "song".parse().unwrap();
    sessions.create(&id, "Song".into(), Timestamp::UNIX_EPOCH).unwrap();
    Fixture { _folder: folder, sessions, id }
}

impl Fixture {
    fn part(&self, name: &str, bytes: &[u8]) -> Stem {
        let name: StemName = name.parse().unwrap();
        let path = self.sessions.part_path(&self.id, &name, None);
        std::fs::write(&path, bytes).unwrap();
        Stem {
            name,
            bytes: bytes.len() as u64,
            blake3: blake3::hash(bytes).to_hex().to_string(),
            duration_s: 1.0,
            frames: 48_000,
            sample_rate: 48_000,
            channels: 2,
            format: "wav pcm_s16le".into(),
            warnings: Vec::new(),
            file: FileMark::of(&path).unwrap(),
        }
    }

    fn place(&self, name: &str, bytes: &[u8]) -> (SessionFile, bool) {
        let stem = self.part(name, bytes);
        let lock = self.sessions.lock(&self.id);
        self.sessions.place_stem(&lock, &self.id, stem, None, Timestamp::UNIX_EPOCH).unwrap()
    }

    fn files(&self) -> Vec<String> {
        self.sessions
            .get(&self.id)
            .unwrap()
            .tracks_list()
            .iter()
            .map(|track| track["file"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[test]
fn a_new_stem_gets_a_track_and_an_old_one_only_new_bytes() {
    let fixture = fixture();
    assert!(fixture.place("a.wav", b"one").1);
    assert!(fixture.place("a.flac", b"two").1);
    assert!(!fixture.place("a.wav", b"three").1);
    assert_eq!(fixture.files(), ["a.wav", "a.flac"]);
    let resolved = fixture.sessions.resolved(&fixture.id).unwrap();
    assert_eq!(resolved.session.tracks[1].name.as_deref(), Some("a 2"), "the title a is taken");
    assert_eq!(resolved.stems[0].blake3, blake3::hash(b"three").to_hex().to_string());
    assert_eq!(std::fs::read(&resolved.stems[0].path).unwrap(), b"three");
    assert_eq!(resolved.session.tracks[0].file, resolved.stems[0].path);
}

#[test]
fn a_removed_stem_takes_its_tracks_along() {
    let fixture = fixture();
    fixture.place("a.wav", b"one");
    fixture.place("b.wav", b"two");
    let name: StemName = "a.wav".parse().unwrap();
    let lock = fixture.sessions.lock(&fixture.id);
    fixture.sessions.remove_stem(&lock, &fixture.id, &name, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(fixture.files(), ["b.wav"]);
    assert!(!fixture.sessions.stem_path(&fixture.id, &name).exists());
    let again = fixture.sessions.remove_stem(&lock, &fixture.id, &name, Timestamp::UNIX_EPOCH);
    assert_eq!(again.unwrap_err().code(), Code::StemNotFound);
}

/// A kill between any two steps leaves the old state or the new one.
#[test]
fn what_a_dead_process_left_half_done_is_undone_or_finished() {
    let fixture = fixture();
    fixture.place("a.wav", b"old");
    let old = fixture.sessions.get(&fixture.id).unwrap();
    // After the intent, before the rename: the old bytes hold.
    let stem = fixture.part("a.wav", b"newer");
    let intent = SessionFile { placing: Some(stem.clone()), ..old.clone() };
    fixture.sessions.write(&intent).unwrap();
    assert_eq!(fixture.sessions.get(&fixture.id).unwrap(), old);
    // After the rename, before the record: the new bytes hold.
    std::fs::rename(
        fixture.sessions.part_path(&fixture.id, &stem.name, None),
        fixture.sessions.stem_path(&fixture.id, &stem.name),
    )
    .unwrap();
    assert_eq!(fixture.sessions.get(&fixture.id).unwrap().stems, std::slice::from_ref(&stem));
    // A stem of a new name has its track then.
    let new = fixture.part("b.wav", b"b");
    fixture.sessions.write(&SessionFile { placing: Some(new.clone()), stems: vec![stem], ..old }).unwrap();
    let part = fixture.sessions.part_path(&fixture.id, &new.name, None);
    std::fs::rename(part, fixture.sessions.stem_path(&fixture.id, &new.name)).unwrap();
    assert_eq!(fixture.files(), ["a.wav", "b.wav"]);
    // After a removal from the record, before that of the file: the next change finishes it.
    let mut half = fixture.sessions.get(&fixture.id).unwrap();
    half.take_stem(&new.name);
    half.removing = Some(new.name.clone());
    fixture.sessions.write(&half).unwrap();
    assert_eq!(fixture.files(), ["a.wav"]);
    let changed = fixture.sessions.change_document(&fixture.id, |_| true, Timestamp::UNIX_EPOCH, |document| document);
    assert!(changed.is_ok());
    assert!(!fixture.sessions.stem_path(&fixture.id, &new.name).exists());
}

#[test]
fn a_document_is_checked_as_a_whole_before_it_is_kept() {
    let fixture = fixture();
    fixture.place("a.wav", b"one");
    let before = fixture.sessions.get(&fixture.id).unwrap();
    let wrong = json!({
        "tracks": [{ "file": "/etc/passwd", "gain_db": 1000.0, "inserts": [{ "type": "nonesuch" }] }, { "file": "a.wav", "fader": 1 }],
        "output": { "name": "../outside" },
    });
    let put = |document: serde_json::Value| {
        fixture.sessions.change_document(&fixture.id, |_| true, Timestamp::UNIX_EPOCH, |_| document)
    };
    let error = put(wrong).unwrap_err();
    assert_eq!(error.code(), Code::SessionInvalid);
    let problems = error.details()["problems"].as_array().unwrap();
    let pointers: Vec<_> = problems.iter().map(|problem| problem["pointer"].as_str().unwrap()).collect();
    for pointer in
        ["/tracks/0/file", "/tracks/0/gain_db", "/tracks/0/inserts/0/type", "/tracks/1/fader", "/output/name"]
    {
        assert!(pointers.contains(&pointer), "{pointer} in {pointers:?}");
    }
    assert_eq!(fixture.sessions.get(&fixture.id).unwrap(), before);
    let sound = put(json!({ "tracks": [{ "file": "a.wav", "gain_db": -3.0 }, { "file": "a.wav", "name": "double" }] }))
        .unwrap();
    assert_eq!(sound.rev, before.rev + 1);
    let stale = fixture.sessions.change_document(&fixture.id, |tag| tag == before.etag(), Timestamp::UNIX_EPOCH, |d| d);
    assert_eq!(stale.unwrap_err().code(), Code::DocumentChanged);
    for file in ["a.wav/../a.wav", "./a.wav", "other.wav", ""] {
        assert_eq!(put(json!({ "tracks": [{ "file": file }] })).unwrap_err().code(), Code::SessionInvalid, "{file:?}");
    }
}

#[test]
fn a_session_without_a_track_has_nothing_to_mix() {
    let fixture = fixture();
    assert_eq!(fixture.sessions.resolved(&fixture.id).unwrap_err().code(), Code::NoTracks);
    fixture.place("a.wav", b"one");
    std::fs::write(fixture.sessions.stem_path(&fixture.id, &"a.wav".parse().unwrap()), b"other").unwrap();
    assert_eq!(fixture.sessions.resolved(&fixture.id).unwrap_err().code(), Code::StemMissing);
}

#[test]
fn reserved_taken_and_too_many_sessions_are_refused() {
    let mut fixture = fixture();
    let code = |fixture: &Fixture, id: &str| {
        let created = fixture.sessions.create(&id.parse().unwrap(), String::new(), Timestamp::UNIX_EPOCH);
        created.err().map(|error| error.code())
    };
    for id in ["jobs_index", "mixdown-cleanup", "mix_outputs"] {
        assert_eq!(code(&fixture, id), Some(Code::SessionReserved), "{id}");
    }
    assert_eq!(code(&fixture, "song"), Some(Code::SessionExists));
    fixture.sessions.most = 2;
    assert_eq!(code(&fixture, "second"), None);
    assert_eq!(code(&fixture, "third"), Some(Code::TooManySessions));
    let lock = fixture.sessions.lock(&fixture.id);
    fixture.sessions.delete(&lock, &fixture.id).unwrap();
    drop(lock);
    assert_eq!(fixture.sessions.get(&fixture.id).unwrap_err().code(), Code::SessionNotFound);
    assert_eq!(code(&fixture, "third"), None);
    assert_eq!(fixture.sessions.list().unwrap().len(), 2);
}

#[test]
fn a_list_reads_only_the_records_that_have_changed() {
    let fixture = fixture();
    let path = fixture.sessions.folder(&fixture.id).join(RECORD);
    let names = || fixture.sessions.list().unwrap().iter().map(|found| found.name.clone()).collect::<Vec<_>>();
    let rename = |from: &str, to: &str| {
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace(from, to)).unwrap();
    };
    // A record of now is read each time: its next change may have the same mark.
    assert_eq!(names(), ["Song"]);
    rename("Song", "Tune");
    assert_eq!(names(), ["Tune"]);

    let minute_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    let age = || std::fs::File::options().append(true).open(&path).unwrap().set_modified(minute_ago).unwrap();
    age();
    assert_eq!(names(), ["Tune"]);
    // The same mark: nothing of it is read.
    rename("Tune", "Else");
    age();
    assert_eq!(names(), ["Tune"]);
    fixture.place("a.wav", b"one");
    let list = fixture.sessions.list().unwrap();
    assert_eq!((list.len(), list[0].stem_count, list[0].name.as_str()), (1, 1, "Else"));
}

#[test]
fn a_damaged_record_is_a_clear_error_and_stays() {
    let fixture = fixture();
    let path = fixture.sessions.folder(&fixture.id).join(RECORD);
    std::fs::write(&path, b"{\"schema\": 1,").unwrap();
    assert_eq!(fixture.sessions.get(&fixture.id).unwrap_err().code(), Code::SessionCorrupt);
    let created = fixture.sessions.create(&fixture.id, String::new(), Timestamp::UNIX_EPOCH);
    assert_eq!(created.unwrap_err().code(), Code::SessionCorrupt);
    assert!(path.exists());
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let fixture = fixture();
    fixture.place("a.wav", b"one");
    let outside = tempfile::NamedTempFile::new().unwrap();
    let place = fixture.sessions.stem_path(&fixture.id, &"a.wav".parse().unwrap());
    std::fs::remove_file(&place).unwrap();
    std::os::unix::fs::symlink(outside.path(), &place).unwrap();
    assert_eq!(fixture.sessions.resolved(&fixture.id).unwrap_err().code(), Code::StemMissing);
    let record = fixture.sessions.folder(&fixture.id).join(RECORD);
    let moved = outside.path().with_extension("moved");
    std::fs::rename(&record, &moved).unwrap();
    std::os::unix::fs::symlink(&moved, &record).unwrap();
    assert!(fixture.sessions.get(&fixture.id).is_err());
    std::fs::remove_file(moved).unwrap();
}
