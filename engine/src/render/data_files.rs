//! The files beside the master: waveform, spectrum, meters, report, page and pictures; and hashes of what went in and came out.

use super::error::RenderError;
use super::export::FINAL_MIX;
use super::master_line::DataTaps;
use super::master_pass::Mastered;
use super::mix_pass::{Mixed, TrackResult};
use super::offline::{RenderOptions, Road};
use super::plan::Plan;
use super::summary::{self, Hashes};
use crate::analysis::{MetersDocument, SpectrumDocument, WaveformData};
use crate::io::{Fingerprint, OutputError, StagedFolder, hash_file};
use crate::meter::ProgrammeMeter;
use crate::report::{self, Drawn, Report};
use crate::session::Track;
use std::borrow::Cow;
use std::path::Path;

const WAVEFORM_DAT: &str = "waveform.dat";
const WAVEFORM_JSON: &str = "waveform.json";
const SPECTRUM: &str = "spectrum.json";
const METERS: &str = "meters.json";
const PAGE: &str = "report.html";
const REPORT: &str = "report.json";

/// Writes all of them. Hashes are taken, documents written and plots drawn at once, while the calling thread waits for the disk to have the master.
pub(super) fn write(
    road: &Road,
    mut mixed: Mixed,
    (mastered, data, waveform): (&Mastered, &DataTaps, &WaveformData),
    staged: &mut StagedFolder,
    options: &RenderOptions<'_>,
) -> Result<Report, RenderError> {
    let master = staged.staged_path(FINAL_MIX).map(Path::to_path_buf);
    let written = staged.reopen(FINAL_MIX)?;
    let fingerprints = std::mem::take(&mut mixed.fingerprints);
    let spectrum = data.spectrum.document();
    let meters = meters_document(&road.plan, &mut mixed, &data.meter, mastered.taps.reduction_db.clone());
    let mut report = summary::report(road, mixed, mastered);
    let with_pictures = options.pictures;
    let draw = || {
        let scope = data.scope.picture();
        let drawn = Drawn { report: &report, waveform, spectrum: &spectrum, meters: &meters, scope: &scope };
        (report::plots(&drawn), with_pictures.then(|| report::pictures(&drawn)))
    };
    let mut done = None;
    let synced = rayon::in_place_scope(|scope| {
        let hash = || hashes(fingerprints, master.as_deref());
        let store = || store(staged, waveform, &spectrum, &meters);
        scope.spawn(|_| done = Some(rayon::join(hash, || rayon::join(store, draw))));
        written.map_or(Ok(()), |file| file.sync_all())
    });
    synced.map_err(|source| OutputError::Io { path: staged.path_of(FINAL_MIX), source })?;
    let Some((hashed, (stored, (plots, pictures)))) = done else { unreachable!("a scope ends after what it spawned") };
    stored?;
    for (name, png) in pictures.into_iter().flatten() {
        staged.write(name, &png)?;
    }
    hashed?.enter(&mut report);
    staged.write(PAGE, report::html(&report, &meters, &plots).as_bytes())?;
    report.clock = options.clock.map(|clock| clock());
    staged.write(REPORT, &json(REPORT, &report)?)?;
    Ok(report)
}

/// Sees to it that nothing that describes an earlier mix stands beside this one.
pub(super) fn retire(staged: &mut StagedFolder) {
    let data = [WAVEFORM_DAT, WAVEFORM_JSON, SPECTRUM, METERS, PAGE, REPORT];
    for name in data.into_iter().chain(report::PICTURES) {
        staged.retire(name);
    }
}

fn hashes(fingerprints: Vec<Fingerprint>, master: Option<&Path>) -> Result<Hashes, RenderError> {
    let (output, stems) = rayon::join(|| master.map(hash_file).transpose(), || Hashes::of_stems(fingerprints));
    Ok(Hashes { output: output?, stems: stems? })
}

/// Writes what no hash is part of.
fn store(
    staged: &mut StagedFolder,
    waveform: &WaveformData,
    spectrum: &SpectrumDocument,
    meters: &MetersDocument,
) -> Result<(), OutputError> {
    let mut dat = Vec::new();
    waveform.write_dat(&mut dat).map_err(|source| OutputError::Io { path: WAVEFORM_DAT.into(), source })?;
    staged.write(WAVEFORM_DAT, &dat)?;
    staged.write(WAVEFORM_JSON, waveform.to_json().as_bytes())?;
    staged.write(SPECTRUM, &json(SPECTRUM, spectrum)?)?;
    // A line for every 100 ms of every track: too long to be held as text.
    staged.write_json(METERS, meters)
}

fn meters_document(plan: &Plan, mixed: &mut Mixed, master: &ProgrammeMeter, reduction_db: Vec<f64>) -> MetersDocument {
    let names: Vec<_> = plan.session().tracks.iter().map(Track::title).collect();
    let metered = |(name, result)| -> Option<(&str, &mut ProgrammeMeter)> {
        let (name, result): (&Cow<'_, str>, &mut TrackResult) = (name, result);
        Some((name, result.meter.as_mut()?))
    };
    let tracks = names.iter().zip(&mut mixed.tracks).filter_map(metered);
    let buses = plan.session().buses.iter().map(|bus| bus.name.as_str()).zip(&mut mixed.buses);
    MetersDocument::new(master, reduction_db, tracks, buses)
}

fn json(name: &str, document: &impl serde::Serialize) -> Result<Vec<u8>, OutputError> {
    serde_json::to_vec(document).map_err(|error| OutputError::Io { path: name.into(), source: error.into() })
}
