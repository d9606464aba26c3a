//! Separations by tiny models, and models that do not fit.

mod tiny;

use super::segments::{HOP_S, count};
use super::{PART_COUNT, PARTS, SEGMENT_FRAMES};
use crate::audio::{PartFile, SongStream};
use crate::{BackEnd, SeparateError, Separation, separate};
use mixdown_engine::units::SampleRate;
use mixdown_fixtures::signals;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use tempfile::TempDir;
use tiny::{DOUBLE, GAINS, INT64, Tiny};

const RATE_HZ: u32 = 44_100;

/// Writes a song and a model into a new folder.
fn folder(rate_hz: u32, song: &[Vec<f32>], model: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let rate = SampleRate::new(rate_hz).unwrap();
    let mut file = PartFile::create(&folder.path().join("song.wav"), rate, song.len()).unwrap();
    file.write(&song.iter().map(|samples| &**samples).collect::<Vec<_>>()).unwrap();
    file.finish().unwrap();
    fs::write(folder.path().join("tiny.onnx"), model).unwrap();
    folder
}

fn run(folder: &Path) -> Result<Separation, SeparateError> {
    let model = BackEnd::onnx(&folder.join("tiny.onnx"))?;
    separate(&folder.join("song.wav"), &model, &folder.join("parts"), false, |_| ControlFlow::Continue(()))
}

fn read(path: &Path, rate_hz: u32, channels: usize) -> Vec<Vec<f32>> {
    let mut stream = SongStream::open(path, SampleRate::new(rate_hz).unwrap(), channels).unwrap();
    let mut samples = vec![Vec::new(); channels];
    loop {
        let block = stream.read().unwrap();
        if block.frames() == 0 {
            return samples;
        }
        for (channel, samples) in samples.iter_mut().enumerate() {
            samples.extend_from_slice(block.channel(channel));
        }
    }
}

/// Returns two channels of noise.
fn noise(frames: usize) -> Vec<Vec<f32>> {
    vec![signals::pink_noise(1, 0.1, frames), signals::pink_noise(2, 0.1, frames)]
}

#[test]
fn parts_are_those_of_the_model_across_the_borders_of_segments() {
    // Just one segment, one frame more, and a third segment.
    for frames in [SEGMENT_FRAMES, SEGMENT_FRAMES + 1, 2 * SEGMENT_FRAMES] {
        let song = noise(frames);
        let folder = folder(RATE_HZ, &song, &Tiny::default().bytes());
        let separation = run(folder.path()).unwrap();
        assert_eq!((&*separation.with, separation.model.as_deref()), ("onnx", Some("tiny.onnx")));
        assert_eq!((separation.frames, separation.placement.delay_frames), (frames as u64, 0));
        assert!(separation.residual.as_written.null_db.unwrap() < -110.0, "{frames}");
        for (part, gains) in PARTS.iter().zip(&GAINS) {
            let written = read(&folder.path().join("parts").join(format!("{part}.wav")), RATE_HZ, 2);
            for (samples, [left, right]) in written.iter().zip(gains) {
                assert_eq!(samples.len(), frames);
                for (at, sample) in samples.iter().enumerate() {
                    let expected = song[0][at] * left + song[1][at] * right;
                    // Roundings of f32 below 1, from the network and from the ramps.
                    assert!((sample - expected).abs() < 5e-7, "{part}, frame {at}: {sample}, not {expected}");
                }
            }
        }
    }
}

#[test]
fn a_mono_song_at_another_rate_gets_parts_of_its_own_form() {
    let song = signals::sine(48_000.0, 440.0, 0.3, 0.0, 48_000);
    let folder = folder(48_000, &[song], &Tiny::default().bytes());
    let separation = run(folder.path()).unwrap();
    assert_eq!((separation.sample_rate_hz, separation.channels, separation.frames), (48_000, 1, 48_000));
    // Two conversions of the rate, whose filters have no context at the ends of the tone.
    assert!(separation.residual.whole.null_db.unwrap() < -40.0, "{:?}", separation.residual.whole);
}

#[test]
fn sizes_may_be_open_and_the_first_dimension_may_be_missing() {
    let song = noise(20_000);
    let open = Tiny { input: vec![None; 3], output: vec![None; 4], ..Tiny::default() };
    run(folder(RATE_HZ, &song, &open.bytes()).path()).unwrap();
    let plain = Tiny { stems: Tiny::default().stems[1..].to_vec(), output: vec![Some(4), Some(2), None], ..open };
    run(folder(RATE_HZ, &song, &plain.bytes()).path()).unwrap();
}

#[test]
fn models_of_another_form_are_refused_with_the_reason() {
    let sizes = |sizes: &[usize]| sizes.iter().copied().map(Some).collect::<Vec<_>>();
    let fits = Tiny::default;
    for (model, expected) in [
        (Tiny { input: sizes(&[1, 2, 44_100]), ..fits() }, "its input is 1 × 2 × 44100, not 2 × 343980"),
        (Tiny { input: sizes(&[1, 1, SEGMENT_FRAMES]), ..fits() }, "its input is 1 × 1 × 343980"),
        (Tiny { input: sizes(&[3, 2, SEGMENT_FRAMES]), ..fits() }, "its input is 3 × 2 × 343980"),
        (Tiny { input: sizes(&[SEGMENT_FRAMES]), ..fits() }, "its input is 343980,"),
        (Tiny { output: sizes(&[1, 6, 2, SEGMENT_FRAMES]), ..fits() }, "its output is 1 × 6 × 2 × 343980, not 4 × 2"),
        (Tiny { input_type: DOUBLE, ..fits() }, "its input does not consist of 32-bit floats"),
        (Tiny { output_type: INT64, ..fits() }, "its output does not consist of 32-bit floats"),
        (Tiny { inputs: 2, ..fits() }, "it has 2 inputs"),
        (Tiny { first: "Imaginary", ..fits() }, "Imaginary"),
    ] {
        refused(&model.bytes(), expected);
    }
    let bytes = fits().bytes();
    refused(&bytes[..bytes.len() / 2], "not an ONNX model");
    refused(b"", "not an ONNX model");
    refused(b"a text about models", "not an ONNX model");
}

/// Asserts that a model is refused at load or in its first run, and that nothing is left.
fn refused(model: &[u8], expected: &str) {
    let folder = folder(RATE_HZ, &noise(20_000), model);
    let error = run(folder.path()).unwrap_err().to_string();
    assert!(error.contains(expected) && error.contains("tiny.onnx"), "{expected}: {error}");
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{expected}: {names:?}");
}

#[test]
fn models_that_fail_at_work_leave_nothing() {
    refused(&Tiny { first: "Log", ..Tiny::default() }.bytes(), "NaN, which is not a sample");
    let open = Tiny { output: vec![None; 4], ..Tiny::default() };
    refused(&Tiny { stems: vec![1, 2, 4, -1], ..open.clone() }.bytes(), "its output is 1 × 2 × 4 × 343980, not 4 × 2");
    // As many dimensions as the contract has, but a reshape that cannot be.
    refused(&Tiny { stems: vec![1, 7, 2, 10], ..open }.bytes(), "at 0.0 s");
}

#[test]
fn files_that_are_not_there_are_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("folder.onnx")).unwrap();
    for (name, expected) in [("none.onnx", ""), ("folder.onnx", "not a file")] {
        let error = BackEnd::onnx(&folder.path().join(name)).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(expected), "{error}");
    }
}

#[test]
fn a_stop_at_any_stage_leaves_nothing() {
    let folder = folder(RATE_HZ, &noise(SEGMENT_FRAMES + 1), &Tiny::default().bytes());
    let model = BackEnd::onnx(&folder.path().join("tiny.onnx")).unwrap();
    let mut reports = Vec::new();
    for stop_after in [0.02, 0.3] {
        let result = separate(&folder.path().join("song.wav"), &model, &folder.path().join("parts"), false, |share| {
            reports.push(share);
            if share > stop_after { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(matches!(result, Err(SeparateError::Stopped)), "{result:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
    // The second of two segments begins half-way.
    assert!(reports.iter().any(|share| (0.3..0.6).contains(share)), "{reports:?}");
}

#[test]
fn as_many_segments_are_expected_as_a_song_has() {
    for (duration_s, expected) in [(0.0, 1), (7.8, 1), (7.81, 2), (7.8 + HOP_S, 2), (7.81 + HOP_S, 3)] {
        assert_eq!(count(duration_s), expected, "{duration_s}");
    }
    assert_eq!(PARTS.len(), PART_COUNT);
}
