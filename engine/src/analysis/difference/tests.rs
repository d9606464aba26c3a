//! Differences that are known: gain, delay, polarity, length, noise.

use super::*;
use mixdown_fixtures::signals;

fn written(folder: &Path, name: &str, samples: &[f32]) -> PathBuf {
    let path = folder.join(name);
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    for sample in samples {
        writer.write_sample(*sample).unwrap();
    }
    writer.finalize().unwrap();
    path
}

fn compared(a: &[f32], b: &[f32]) -> Difference {
    let folder = tempfile::tempdir().unwrap();
    compare_files(&written(folder.path(), "a.wav", a), &written(folder.path(), "b.wav", b), &|| false).unwrap()
}

#[test]
fn a_file_is_identical_only_to_itself() {
    let noise = signals::pink_noise(1, 0.2, 100_000);
    let same = compared(&noise, &noise);
    assert!(same.identical && same.first_difference_frame.is_none() && same.null_depth_db.is_none());
    let shorter = compared(&noise, &noise[..99_000]);
    assert_eq!((shorter.identical, shorter.first_difference_frame), (false, Some(99_000)));
    let longer = compared(&noise[..99_000], &[&noise[..99_000], &[0.0; 10][..]].concat());
    assert_eq!(
        (longer.identical, longer.first_difference_frame, longer.peak_difference_dbfs),
        (false, Some(99_000), None)
    );
}

#[test]
fn one_sample_is_found() {
    let noise = signals::pink_noise(1, 0.2, 100_000);
    let mut other = noise.clone();
    other[70_001] += 0.001;
    let found = compared(&noise, &other);
    assert_eq!(found.first_difference_frame, Some(70_001));
    // f32 rounding of the sum of 0.2 and 0.001.
    assert!((found.peak_difference_dbfs.unwrap() + 60.0).abs() < 0.001, "{found:?}");
}

#[test]
fn gain_and_polarity_are_separated_from_noise() {
    let noise = signals::pink_noise(1, 0.1, 100_000);
    let found = compared(&noise, &noise.iter().map(|x| x * -0.5).collect::<Vec<_>>());
    assert_eq!((found.offset_frames, found.inverted), (Some(0.0), true));
    // 20 log10 0.5; halving is exact.
    assert!((found.gain_db.unwrap() + 6.0206).abs() < 1e-4, "{found:?}");
    assert_eq!(found.matched_null_depth_db, None);
    // The difference is −1.5 times the first.
    assert!((found.null_depth_db.unwrap() - 3.5218).abs() < 1e-3, "{found:?}");
    assert!((found.loudness_difference_lu.unwrap() + 6.0206).abs() < 1e-3, "{found:?}");
}

#[test]
fn an_offset_is_undone_before_the_gain_is_taken() {
    let noise = signals::pink_noise(3, 0.1, 200_000);
    let late: Vec<f32> = [0.0; 777].into_iter().chain(noise.iter().map(|x| x * 2.0)).take(200_000).collect();
    let found = compared(&noise, &late);
    assert_eq!(found.offset_frames, Some(777.0), "{found:?}");
    assert!((found.gain_db.unwrap() - 6.0206).abs() < 1e-4, "{found:?}");
    assert_eq!(found.matched_null_depth_db, None);
    let back = compared(&late, &noise);
    assert_eq!(back.offset_frames, Some(-777.0));
}

#[test]
fn an_outline_stays_small_and_keeps_its_peaks() {
    let mut samples = vec![0.0_f32; 3_000_000];
    samples[2_000_000] = 0.5;
    let found = compared(&vec![0.0; 3_000_000], &samples);
    let columns = found.outline.columns();
    assert!(columns.len() <= 2_000 && columns.len() > 900);
    let at = (2_000_000.0 / 48_000.0 / found.outline.column_s()) as usize;
    assert_eq!(columns[at], [0.0, 0.5, 0.5]);
}
