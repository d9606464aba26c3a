//! Files are recognised by their content, not by their names.

use super::*;
use crate::io::OutputError;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// Builds a waveform of the binary form: header and values.
fn dat(version: u32, flags: u32, pixels: u32, channels: Option<u32>, bytes: usize) -> Vec<u8> {
    let mut all = Vec::new();
    for word in [version, flags, 48_000, 256, pixels].into_iter().chain(channels) {
        all.extend(word.to_le_bytes());
    }
    all.resize(all.len() + bytes, 0);
    all
}

#[test]
fn waveform_data_is_told_by_its_length() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (dat(2, 0, 3, Some(2), 24), true),
        (dat(2, 1, 3, Some(2), 12), true),
        (dat(1, 0, 3, None, 12), true),
        (dat(2, 0, 3, Some(2), 23), false),
        (dat(3, 0, 3, Some(2), 24), false),
        (dat(2, 0, u32::MAX, Some(u32::MAX), 24), false),
        (b"12 3 4".to_vec(), false),
    ];
    for (bytes, ours) in cases {
        let path = written(folder.path(), "waveform.dat", &bytes);
        assert_eq!((OutputKind::WAVEFORM_DAT.is_ours)(File::open(path).unwrap()), ours, "{bytes:?}");
    }
}

#[test]
fn documents_are_told_by_their_keys() {
    let folder = tempfile::tempdir().unwrap();
    let waveform = |length: u32| {
        format!(
            r#"{{"version":2,"channels":1,"sample_rate":8000,"samples_per_pixel":2,"bits":8,"length":{length},"data":[0,1,-1,2]}}"#
        )
    };
    let cases = [
        (OutputKind::WAVEFORM_JSON, waveform(2), true),
        (OutputKind::WAVEFORM_JSON, waveform(3), false),
        (OutputKind::WAVEFORM_JSON, "{}".into(), false),
        (OutputKind::REPORT, r#"{"schema":"mixdown-report/1", "#.into(), true),
        (OutputKind::REPORT, r#"{"a":[1,{}],"schema":"mixdown-report/2"}"#.into(), true),
        (OutputKind::REPORT, r#"{"schema":"mixdown.meters/1"}"#.into(), false),
        (OutputKind::REPORT, r#"{"schema":1,"tracks":[]}"#.into(), false),
        (OutputKind::REPORT, r#"{"inner":{"schema":"mixdown-report/1"}}"#.into(), false),
        (OutputKind::METERS, r#"{"schema":"mixdown.meters/1"}"#.into(), true),
        (OutputKind::SPECTRUM, r#"{"schema":"mixdown.spectrum/1"}"#.into(), true),
        (OutputKind::PAGE, "<!DOCTYPE html><title>notes</title>".into(), false),
        (OutputKind::PICTURE, "\u{89}PNG".into(), false),
        (OutputKind::SESSION, "schema = 1".into(), false),
    ];
    for (kind, text, ours) in cases {
        let path = written(folder.path(), "document", text.as_bytes());
        assert_eq!((kind.is_ours)(File::open(path).unwrap()), ours, "{kind:?} {text}");
    }
}

#[cfg(unix)]
#[test]
fn an_input_is_known_by_every_name_that_leads_to_it() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let stem = written(folder.path(), "stem.wav", b"sound");
    let other = written(folder.path(), "other.wav", b"sound");
    fs::hard_link(&stem, folder.path().join("hard")).unwrap();
    symlink(&stem, folder.path().join("soft")).unwrap();
    symlink(folder.path(), folder.path().join("here")).unwrap();
    let mut guard = OutputGuard::new(true);
    guard.add_inputs([&stem, &folder.path().join("missing")]);
    for name in ["stem.wav", "hard", "soft", "here/stem.wav", "here/./hard"] {
        let path = folder.path().join(name);
        let refused = guard.check(&path, OutputKind::WAVE);
        assert!(matches!(refused, Err(OutputError::IsInput { .. })), "{name}: {refused:?}");
    }
    assert!(guard.check(&other, OutputKind::WAVE).is_ok(), "forced");
    assert!(matches!(OutputGuard::new(false).check(&other, OutputKind::WAVE), Err(OutputError::Foreign { .. })));
    assert!(matches!(OutputGuard::new(false).check(folder.path(), OutputKind::WAVE), Err(OutputError::IsAFolder(_))));
    assert!(OutputGuard::new(false).check(Path::new("/dev/null"), OutputKind::WAVE).is_ok());
}

#[test]
fn two_outputs_at_one_place_are_known_before_there_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert!(same_place(&at("new/x"), &at("./new/x")));
    assert!(!same_place(&at("new/x"), &at("new/y")) && !same_place(&at("x"), &at("new/x")));
    assert_eq!(same_place(&at("x"), &at("X")), cfg!(any(windows, target_os = "macos")));
}
