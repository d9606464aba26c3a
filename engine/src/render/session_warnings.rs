//! Warnings about sessions that can be mixed but look wrong: duplicate stems, masters among stems,
//! a rate chosen in a tie.

use crate::io::{FileId, StemInfo, hash_file, is_earlier_master};
use crate::session::{Session, Track};
use crate::units::SampleRate;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Number of places at which two files of equal length are compared before they are compared in
/// full.
const SAMPLED: u64 = 16;
/// Bytes compared at each place.
const SAMPLE_BYTES: usize = 4_096;

/// Returns a sentence for everything that the user should check before the mix.
pub(crate) fn warnings(session: &Session, stems: &[StemInfo], rate: SampleRate) -> Vec<String> {
    let mut warnings = earlier_masters(session);
    warnings.extend(duplicates(session));
    warnings.extend(session.tracks.iter().zip(stems).filter_map(|(track, stem)| folded(track, stem)));
    warnings.extend(tied_rate(session, stems, rate));
    warnings
}

fn earlier_masters(session: &Session) -> Vec<String> {
    let masters = session.tracks.iter().filter(|track| track.path().is_some_and(is_earlier_master));
    let warn = |track: &Track| {
        format!("track {:?} is a master that mixdown wrote; if it holds the other stems, leave it out", track.title())
    };
    masters.map(warn).collect()
}

/// Returns warnings about tracks that play the same file as an earlier one, or a copy of it.
fn duplicates(session: &Session) -> Vec<String> {
    let mut warnings = Vec::new();
    // Files of equal length are rare except among stems exported together: samples distinguish
    // those.
    let mut by_length: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (index, track) in session.tracks.iter().enumerate() {
        let length = match &track.memory {
            Some(memory) => Ok(memory.length()),
            None => fs::metadata(&track.file).map(|metadata| metadata.len()),
        };
        let Ok(length) = length else { continue };
        let same_length = by_length.entry(length).or_default();
        let same = same_length.iter().find_map(|&other| {
            let first = &session.tracks[other];
            // Parts of one file, each trimmed in its own way, are intended.
            let placement = |track: &Track| (track.trim_start_s, track.trim_end_s, track.start_s, track.delay_ms);
            if placement(first) != placement(track) {
                return None;
            }
            duplicate_kind(first, track, length).map(|kind| (first, kind))
        });
        match same {
            Some((first, kind)) => warnings.push(format!(
                "track {:?} plays {kind} as track {:?}, so that it sounds 6 dB louder; leave one of them out",
                track.title(),
                first.title()
            )),
            None => same_length.push(index),
        }
    }
    warnings
}

/// Returns how the stems of two tracks, of `length` bytes, are the same; `None` if they differ.
fn duplicate_kind(a: &Track, b: &Track, length: u64) -> Option<&'static str> {
    if a.memory.is_some() || b.memory.is_some() {
        return (a.memory == b.memory).then_some("the same stem");
    }
    let (a, b) = (&*a.file, &*b.file);
    if FileId::of(a).is_some_and(|a| FileId::of(b) == Some(a)) {
        return Some("the same file");
    }
    let copies = samples(a, length).ok()? == samples(b, length).ok()? && hash_file(a).ok()? == hash_file(b).ok()?;
    copies.then_some("a copy of the same file")
}

/// Reads parts of a file, evenly spread.
fn samples(path: &Path, length: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    for part in 0..SAMPLED {
        file.seek(SeekFrom::Start(length / SAMPLED * part))?;
        (&mut file).take(SAMPLE_BYTES as u64).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn folded(track: &Track, stem: &StemInfo) -> Option<String> {
    stem.fold.as_ref().map(|fold| format!("track {:?}: {fold}", track.title()))
}

/// Returns a warning if as many stems have another rate as have the chosen one.
fn tied_rate(session: &Session, stems: &[StemInfo], rate: SampleRate) -> Option<String> {
    if session.sample_rate_hz.is_some() {
        return None;
    }
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for stem in stems {
        *counts.entry(stem.sample_rate.hz()).or_default() += 1;
    }
    let most = *counts.get(&rate.hz())?;
    let tied: Vec<String> = counts.iter().filter(|(_, count)| **count == most).map(|(hz, _)| hz.to_string()).collect();
    (tied.len() > 1).then(|| {
        format!(
            "as many stems have a rate of {} Hz; the highest, {} Hz, is taken: choose with sample_rate_hz or --rate",
            tied.join(" and "),
            rate.hz()
        )
    })
}
