//! Verdict on one file: same samples, a refusal, a difference that the engine states, or one that
//! it does not.

use super::{Case, Decoded, Own};
use mixdown_engine::io::DecodeError;

/// Largest difference of two correct decoders without loss: one bit of 24, as libsndfile scales
/// integers by 2³¹ − 1 in places.
const EXACT: f64 = 2.0e-7;
/// The same for lossy codecs, in root mean square relative to the signal. Decoders of one codec
/// agree to 60 dB at least (ISO 11172-4 requires more; Opus and Vorbis decoders are nearer).
const LOSSY: f64 = 1.0e-3;
/// Frames within which the lag of a lossy decoder is searched.
const REACH: i64 = 3_000;

pub(super) enum Verdict {
    Same,
    Refused(String),
    Reported(String),
    Different(String),
    NoReference,
}

impl Verdict {
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Refused(_) => "refused",
            Self::Reported(_) => "different, and stated",
            Self::Different(_) => "different without a word",
            Self::NoReference => "read by no other",
        }
    }
}

/// Compares the engine's reading with those of the others; one that agrees is enough, as they too
/// have faults.
pub(super) fn judge(case: &Case, own: &Result<Own, DecodeError>, references: &[(&str, Decoded)]) -> Verdict {
    let own = match own {
        Ok(own) => own,
        Err(
            error @ (DecodeError::Unsupported { .. } | DecodeError::NotAudio { .. } | DecodeError::Channels { .. }),
        ) => {
            return Verdict::Refused(error.to_string());
        }
        // No file here is damaged.
        Err(error) => return Verdict::Different(format!("refused as damaged: {error}")),
    };
    let mut differences = Vec::new();
    for (peer, reference) in references {
        match difference(case, own, reference) {
            None => return Verdict::Same,
            Some(how) => differences.push(format!("{peer}: {how}")),
        }
    }
    let reported: Vec<String> = own.outcome.truncated.iter().cloned().chain(words(own)).collect();
    match (differences.is_empty(), reported.is_empty()) {
        (true, _) => Verdict::NoReference,
        (false, false) => Verdict::Reported(format!("{}; stated: {}", differences.join("; "), reported.join("; "))),
        (false, true) => Verdict::Different(differences.join("; ")),
    }
}

/// Returns the engine's statements about a file beside its truncation.
fn words(own: &Own) -> Vec<String> {
    let corrupt = own.outcome.corrupt_packets;
    (corrupt > 0).then(|| format!("{corrupt} packets could not be decoded")).into_iter().collect()
}

/// Returns the difference of two readings; `None` when they are the same.
fn difference(case: &Case, own: &Own, reference: &Decoded) -> Option<String> {
    let decoded = &own.decoded;
    if (decoded.rate_hz, decoded.channels.len()) != (reference.rate_hz, reference.channels.len()) {
        let form = |of: &Decoded| format!("{} Hz × {}", of.rate_hz, of.channels.len());
        return Some(format!("{} for {}", form(decoded), form(reference)));
    }
    let (len, theirs) = (decoded.channels[0].len(), reference.channels[0].len());
    // Frames that an encoder added may be left out where the trim states it; FFmpeg keeps them for
    // some containers.
    let trimmed = (own.info.trim.start_frames + own.info.trim.end_frames) as usize;
    if len != theirs && (theirs < len || theirs - len > trimmed) {
        return Some(format!("{len} frames for {theirs}"));
    }
    for (index, (ours, theirs)) in decoded.channels.iter().zip(&reference.channels).enumerate() {
        let lag = if case.lossy && len != theirs.len() { best_lag(ours, theirs) } else { 0 };
        let theirs = &theirs[lag..];
        let count = ours.len().min(theirs.len());
        let (ours, theirs) = (&ours[..count], &theirs[..count]);
        let power = |samples: &mut dyn Iterator<Item = f64>| samples.map(|x| x * x).sum::<f64>() / count.max(1) as f64;
        let off = || ours.iter().zip(theirs).map(|(a, b)| f64::from(*a) - f64::from(*b));
        if case.lossy {
            let signal = power(&mut theirs.iter().map(|x| f64::from(*x))).sqrt();
            let error = power(&mut off()).sqrt();
            // Below −90 dBFS both may round differently.
            if error > LOSSY * signal + 3e-5 {
                return Some(format!("channel {index} is {:.1} dB off", 20.0 * (error / signal.max(1e-9)).log10()));
            }
        } else if let Some(at) = off().position(|off| off.abs() > EXACT) {
            return Some(format!("channel {index}, frame {at}: {} for {}", ours[at], theirs[at]));
        }
    }
    None
}

/// Returns the frames of the reference before this engine's start, for a decoder that keeps the
/// encoder's delay.
fn best_lag(ours: &[f32], theirs: &[f32]) -> usize {
    let count = ours.len().min(4_000);
    let score = |lag: i64| -> f64 {
        let shifted = theirs.iter().skip(lag as usize);
        ours[..count].iter().zip(shifted).map(|(a, b)| f64::from(a * b)).sum()
    };
    let most = REACH.min((theirs.len() - ours.len().min(theirs.len())) as i64);
    (0..=most).max_by(|&a, &b| score(a).total_cmp(&score(b))).unwrap_or(0) as usize
}
