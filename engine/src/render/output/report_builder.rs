//! Puts together the report of a render, with its sentences for people.

use crate::io::{DecodeError, Fingerprint};
use crate::master::{LOUDNESS_TOLERANCE_LU, Limit, MasterTarget, Miss, TRUE_PEAK_TOLERANCE_DB};
use crate::meter::Measurement;
use crate::mix::SoloSwitches;
use crate::render::offline::exact_sum::is_exact;
use crate::render::offline::master_pass::Mastered;
use crate::render::offline::mix_pass::{Mixed, TrackResult};
use crate::render::offline::prepared_render::PreparedRender;
use crate::report::{BusReport, LimiterReport, MasterReport, OutputReport, Report, SCHEMA, TrackReport};
use rayon::prelude::*;

/// Mean above which a high-pass is recommended: −60 dBFS.
const DC_OFFSET: f64 = 1e-3;

/// BLAKE3 hashes of the files.
pub(crate) struct Hashes {
    /// Hash of the master; `None` in memory.
    pub(crate) output: Option<String>,
    /// Hashes of the stems, in session order.
    pub(crate) stems: Vec<String>,
}

impl Hashes {
    /// Finishes the hashes of the stems, on all threads of rayon's pool.
    pub(crate) fn of_stems(fingerprints: Vec<Fingerprint>) -> Result<Vec<String>, DecodeError> {
        fingerprints.into_par_iter().map(Fingerprint::finish).collect()
    }

    /// Adds the hashes to a report.
    pub(crate) fn add_to(self, report: &mut Report) {
        report.output.blake3 = self.output;
        for (track, hash) in report.tracks.iter_mut().zip(self.stems) {
            track.blake3 = Some(hash);
        }
    }
}

/// Returns the report, without hashes.
pub(crate) fn report(prepared: &PreparedRender, mixed: &Mixed, mastered: &Mastered) -> Report {
    let plan = &prepared.plan;
    let rate = plan.sample_rate();
    let output = OutputReport {
        sample_rate_hz: rate.hz(),
        channels: 2,
        frames: mixed.frames,
        duration_s: rate.seconds(mixed.frames),
        start_s: rate.seconds(mixed.start),
        latency_frames: mixed.latency,
        format: plan.session().output.clone(),
        blake3: None,
        exact: is_exact(plan),
        clipped_samples: mastered.written.clipped_samples,
    };
    let master = master_report(prepared, mixed, mastered);
    let buses = plan.session().buses.iter().zip(&mixed.buses);
    let buses: Vec<BusReport> =
        buses.map(|(bus, measured)| BusReport { name: bus.name.clone(), measured: measured.rounded() }).collect();
    let tracks: Vec<TrackReport> =
        mixed.tracks.iter().enumerate().map(|(index, result)| track(prepared, index, result)).collect();
    let mut warnings = plan.warnings().to_vec();
    warnings.extend(tracks.iter().flat_map(track_warnings));
    let session = plan.session();
    let solo = SoloSwitches::new(session, plan.routing());
    let audible = session.tracks.iter().enumerate().map(|(index, track)| !track.mute && solo.is_audible(index));
    warnings.extend(tracks.iter().zip(audible).filter_map(|(track, is_audible)| level_warning(track, is_audible)));
    if output.clipped_samples > 0 {
        warnings.push(format!(
            "{} samples are beyond full scale and were cut: leave the ceiling on, lower the gains, or write 32-bit float",
            output.clipped_samples
        ));
    }
    warnings.extend(master.note.clone());
    Report {
        schema: SCHEMA,
        engine_version: env!("CARGO_PKG_VERSION"),
        clock: None,
        summary: sentences(prepared, &output, &master, tracks.len()),
        warnings,
        output,
        master,
        tracks,
        buses,
        alignment: prepared.alignment.clone(),
        timecode: plan.time_codes().cloned(),
        session: plan.session().clone(),
    }
}

fn master_report(prepared: &PreparedRender, mixed: &Mixed, mastered: &Mastered) -> MasterReport {
    let target = &prepared.target;
    let written = &mastered.written.measurement;
    let missed = missed(target, mastered);
    MasterReport {
        target_lufs: target.target_lufs,
        ceiling_dbtp: target.ceiling_dbtp,
        gain_db: mastered.gain.gain_db,
        before: mixed.measured.as_ref().map(Measurement::rounded),
        predicted: mastered.readings.predicted.clone(),
        written: written.rounded(),
        verified: missed.is_none(),
        limit: missed.map(|missed| missed.limit),
        note: missed.map(|missed| missed.note()),
        passes: mastered.passes,
        limiter: mastered.readings.limiter.map(|stats| LimiterReport {
            max_reduction_db: stats.max_reduction_db,
            mean_reduction_db: stats.mean_reduction_db,
            share_of_time: stats.limited_share(),
        }),
    }
}

/// Returns the miss of the written master, if it misses its target or ceiling.
fn missed(target: &MasterTarget, mastered: &Mastered) -> Option<Miss> {
    let written = &mastered.written.measurement;
    let too_far = match (target.target_lufs, written.integrated_lufs) {
        (Some(target_lufs), Some(loudness)) => (loudness - target_lufs).abs() > LOUDNESS_TOLERANCE_LU,
        (target_lufs, _) => target_lufs.is_some(),
    };
    let too_high = match (target.ceiling_dbtp, written.true_peak_dbtp) {
        (Some(ceiling), Some(peak)) => peak > ceiling + TRUE_PEAK_TOLERANCE_DB,
        _ => false,
    };
    let without_loudness = written.integrated_lufs.is_none();
    let limit = match (too_far, too_high) {
        (true, _) if without_loudness => Limit::Silence,
        (true, _) => mastered.gain.limit.unwrap_or(Limit::Passes),
        (false, true) => Limit::Overshoot,
        (false, false) => return None,
    };
    Some(Miss {
        limit,
        loudness_lufs: written.integrated_lufs,
        true_peak_dbtp: written.true_peak_dbtp,
        target_lufs: target.target_lufs,
        ceiling_dbtp: target.ceiling_dbtp,
        max_limiting_db: target.max_limiting_db,
        passes: mastered.passes,
    })
}

fn track(prepared: &PreparedRender, index: usize, result: &TrackResult) -> TrackReport {
    let plan = &prepared.plan;
    let (track, stem) = (&plan.session().tracks[index], &plan.stems()[index]);
    TrackReport {
        name: track.title().into_owned(),
        file: track.file.clone(),
        blake3: None,
        stem: stem.clone(),
        read: result.outcome.clone(),
        resampled: stem.sample_rate != plan.sample_rate(),
        start_frame: plan.placement(index).start,
        end_frame: result.end,
        latency_frames: result.latency,
        measured: result.measured.as_ref().map(Measurement::rounded),
    }
}

/// Number of samples at full scale above which a stem counts as clipped rather than just loud.
const CLIPPED_SAMPLES: u64 = 8;
/// Peak above which a value is not a rounding of full scale, in dBFS.
const HOT_DBFS: f64 = 0.1;

/// Returns a warning about the levels of a track after its fader, if any.
fn level_warning(track: &TrackReport, is_audible: bool) -> Option<String> {
    let measured = track.measured.as_ref().filter(|_| is_audible)?;
    let name = &track.name;
    match measured.sample_peak_dbfs {
        None => Some(format!("track {name:?} is silent all the way; check the export, or leave it out")),
        Some(peak) if peak > HOT_DBFS => Some(format!(
            "track {name:?} peaks at {peak:+.1} dBFS, above full scale; lower its gain, or export it again"
        )),
        Some(_) if measured.clipped_samples >= CLIPPED_SAMPLES => Some(format!(
            "track {name:?} has {} samples at full scale, as a clipped recording has; export it again at a lower level",
            measured.clipped_samples
        )),
        Some(_) => None,
    }
}

fn track_warnings(track: &TrackReport) -> Vec<String> {
    let remark = |remark: &String| format!("track {:?}: {}: {remark}", track.name, track.file.display());
    let mut warnings: Vec<String> = track.stem.remarks.iter().map(remark).collect();
    if let Some(why) = &track.read.truncated {
        warnings.push(format!("track {:?}: {}: {why}", track.name, track.file.display()));
    }
    if let Some(programmes) = &track.stem.programmes {
        warnings.push(format!("track {:?}: {}: {programmes}", track.name, track.file.display()));
    }
    if track.read.corrupt_packets > 0 {
        warnings.push(format!(
            "track {:?}: {}: packets that could not be decoded and are silent: {}; export the stem again",
            track.name,
            track.file.display(),
            track.read.corrupt_packets
        ));
    }
    let offsets = track.measured.as_ref().map_or(&[][..], |measured| &measured.dc_offset);
    let offset = offsets.iter().fold(0.0_f64, |largest, offset| largest.max(offset.abs()));
    if offset > DC_OFFSET {
        warnings.push(format!(
            "track {:?} has a DC offset of {offset:.4}; to take it out, add the insert {{ type = \"high_pass\", cutoff_hz = 10 }}",
            track.name
        ));
    }
    warnings
}

fn sentences(prepared: &PreparedRender, output: &OutputReport, master: &MasterReport, tracks: usize) -> Vec<String> {
    let stems = if tracks == 1 { "1 stem".to_owned() } else { format!("{tracks} stems") };
    let mut text = vec![format!("{stems} mixed into {:.1} s at {} Hz.", output.duration_s, output.sample_rate_hz)];
    if let (Some(loudness), Some(peak)) = (master.written.integrated_lufs, master.written.true_peak_dbtp) {
        let target = match master.target_lufs {
            Some(target_lufs) => format!(" (target {target_lufs:.1})"),
            None => String::new(),
        };
        text.push(format!("The master measures {loudness:.1} LUFS{target}, true peak {peak:.1} dBTP."));
    }
    if let Some(limiter) = &master.limiter {
        text.push(if limiter.share_of_time > 0.0 {
            format!(
                "The limiter worked {:.1} % of the time, at most {:.1} dB.",
                100.0 * limiter.share_of_time,
                limiter.max_reduction_db
            )
        } else {
            "The limiter had nothing to do.".to_owned()
        });
    }
    if let Some(codes) = prepared.plan.time_codes() {
        let mut letters = codes.reason.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        text.push(format!("{first}{}.", letters.as_str()));
    }
    if let Some(alignment) = &prepared.alignment {
        text.push(match alignment.moved() {
            0 => "No stem was moved.".to_owned(),
            1 => "One stem was moved into time.".to_owned(),
            moved => format!("{moved} stems were moved into time."),
        });
        let stay = alignment.stems.iter().filter(|stem| stem.stays());
        if let Some(first) =
            stay.clone().max_by(|x, y| x.late_samples.unwrap_or(0.0).total_cmp(&y.late_samples.unwrap_or(0.0)))
        {
            let count = stay.count();
            let of = if count > 2 { "; of the latest of them: " } else { ": " };
            text.push(format!("{count} stems share a sound and stay where they are{of}{}.", first.reason));
        }
    }
    text
}
