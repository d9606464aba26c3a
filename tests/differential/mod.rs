//! Hundreds of generated files (container × codec × channels × bits × rate × odd header), read by
//! this engine, by `FFmpeg` and by libsndfile. A difference that the engine does not state fails
//! the test.
//!
//! The programs are not part of a fresh machine, so this runs behind `MIXDOWN_HEAVY`, and fails
//! where they are not installed. `fixtures/formats` tests the same on every machine.

mod compare;
mod generate;
mod odd_headers;
mod peers;

use compare::Verdict;
use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::io::{DecodeError, Fold, StemInfo, StemOutcome, StemReader};
use mixdown_engine::process::Source;
use std::collections::BTreeMap;
use std::path::Path;

/// Fewest files that must have been compared.
const LEAST_FILES: usize = 300;

/// One generated file.
pub(crate) struct Case {
    /// Name of the file, which contains its parameters.
    pub(crate) name: String,
    /// True if two correct decoders may differ; false for codecs without loss.
    pub(crate) lossy: bool,
}

/// A decoder's output for a file: samples by channel.
pub(crate) struct Decoded {
    pub(crate) rate_hz: u32,
    pub(crate) channels: Vec<Vec<f32>>,
}

/// This engine's output for a file, with its statements.
pub(crate) struct Own {
    pub(crate) decoded: Decoded,
    pub(crate) info: StemInfo,
    pub(crate) outcome: StemOutcome,
}

fn read(path: &Path) -> Result<Own, DecodeError> {
    let mut stem = StemReader::open(path, Fold::Keep)?;
    let mut block = AudioBuffer::new(stem.channels(), 4_096);
    let mut channels = vec![Vec::new(); stem.channels()];
    loop {
        let frames = stem.read(&mut block.block_mut())?;
        for (index, samples) in channels.iter_mut().enumerate() {
            samples.extend_from_slice(&block.channel(index)[..frames]);
        }
        if frames < 4_096 {
            break;
        }
    }
    let rate_hz = stem.info().sample_rate.as_f64() as u32;
    let decoded = Decoded { rate_hz, channels };
    Ok(Own { decoded, info: stem.info().clone(), outcome: stem.outcome().clone() })
}

#[test]
fn differences_to_other_decoders_are_reported() {
    if std::env::var_os("MIXDOWN_HEAVY").is_none() {
        println!("MIXDOWN_HEAVY is not set: only the files of fixtures/formats were held to this");
        return;
    }
    peers::require();
    let folder = tempfile::tempdir().unwrap();
    let mut cases = generate::with_ffmpeg(folder.path());
    cases.extend(generate::with_sndfile(folder.path()));
    cases.extend(odd_headers::write_all(folder.path()));
    // Half of the files per thread: most of the time passes in other programs.
    let (even, odd): (Vec<_>, Vec<_>) = cases.iter().enumerate().partition(|(index, _)| index.is_multiple_of(2));
    let judged: Vec<(&Case, Verdict)> = std::thread::scope(|scope| {
        let halves = [even, odd].map(|half| {
            let folder = folder.path();
            scope.spawn(move || half.into_iter().map(|(_, case)| (case, judge(case, folder))).collect::<Vec<_>>())
        });
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    let (mut counts, mut wrong) = (BTreeMap::<&str, usize>::new(), Vec::new());
    for (case, verdict) in judged {
        *counts.entry(verdict.word()).or_default() += 1;
        match verdict {
            Verdict::Different(how) => wrong.push(format!("{}: {how}", case.name)),
            Verdict::Refused(why) | Verdict::Reported(why) => println!("{}: {why}", case.name),
            Verdict::Same | Verdict::NoReference => {}
        }
    }
    println!("{} files: {counts:?}", cases.len());
    assert!(cases.len() >= LEAST_FILES, "only {} files could be made", cases.len());
    assert!(wrong.is_empty(), "{} read differently without a word:\n{}", wrong.len(), wrong.join("\n"));
}

fn judge(case: &Case, folder: &Path) -> Verdict {
    let path = folder.join(&case.name);
    let references: Vec<(&str, Decoded)> = [("FFmpeg", peers::ffmpeg(&path)), ("libsndfile", peers::sndfile(&path))]
        .into_iter()
        .filter_map(|(peer, decoded)| Some((peer, decoded?)))
        .map(|(peer, decoded)| {
            (peer, if peer == "libsndfile" { peers::in_wave_order(&case.name, decoded) } else { decoded })
        })
        .collect();
    compare::judge(case, &read(&path), &references)
}
