//! The files beside the master: waveform, spectrum, meters, report, page and pictures, and the
//! hashes of inputs and outputs.

use super::meters_json;
use super::page::DrawnPage;
use super::report_builder::{self, Hashes};
use super::waveform_files::PagedWaveform;
use crate::analysis::SpectrumDocument;
use crate::io::{Fingerprint, OutputError, StagedFolder, hash_file};
use crate::render::error::RenderError;
use crate::render::offline::master_pass::Mastered;
use crate::render::offline::master_stage::MasterData;
use crate::render::offline::mix_pass::Mixed;
use crate::render::offline::prepared_render::PreparedRender;
use crate::render::options::RenderOptions;
use crate::report::Report;
use std::io::BufWriter;
use std::path::Path;

pub(crate) const WAVEFORM_DAT: &str = "waveform.dat";
pub(crate) const WAVEFORM_JSON: &str = "waveform.json";
pub(crate) const SPECTRUM: &str = "spectrum.json";
pub(crate) const METERS: &str = "meters.json";
pub(crate) const REPORT: &str = "report.json";

/// Writes all of them. Hashes, documents and plots are produced in parallel, while the calling
/// thread waits for the master to reach the disk.
pub(crate) fn write(
    prepared: &PreparedRender,
    mixed: Mixed,
    (mastered, data, mut waveform): (&Mastered, MasterData, PagedWaveform),
    staged: &mut StagedFolder,
    options: &RenderOptions<'_>,
) -> Result<Report, RenderError> {
    let name = &prepared.plan.session().output.file_name();
    let path = staged.staged_path(name).map(Path::to_path_buf);
    let written = staged.reopen(name)?;
    let mut report = report_builder::report(prepared, &mixed, mastered);
    let Mixed { fingerprints, mut log, .. } = mixed;
    let MasterData { mut readings, spectrum, scope } = data;
    let spectrum = spectrum.document();
    let outline = waveform.outline()?;
    let master = readings.outline().map_err(RenderError::MeterLog)?;
    let with_pictures = options.pictures;
    let draw = || DrawnPage::draw(&report, (&outline, &spectrum), (&master, &scope.picture()), with_pictures);
    let tracks: Vec<_> =
        report.tracks.iter().filter_map(|track| Some((&*track.name, track.measured.as_ref()?))).collect();
    let buses: Vec<_> = report.buses.iter().map(|bus| (&*bus.name, &bus.measured)).collect();
    let mut done = None;
    let synced = rayon::in_place_scope(|scope| {
        let hash = || hashes(fingerprints, path.as_deref());
        let store = || {
            store(staged, &mut waveform, &spectrum)?;
            let meters = BufWriter::new(staged.create(METERS)?);
            meters_json::write(meters, staged.path_of(METERS), &mut readings, (&tracks, &buses), &mut log)
        };
        scope.spawn(|_| done = Some(rayon::join(hash, || rayon::join(store, draw))));
        written.map_or(Ok(()), |file| file.sync_all())
    });
    synced.map_err(|source| OutputError::Io { path: staged.path_of(name), source })?;
    let Some((hashed, (stored, drawn))) = done else { unreachable!("a scope ends after what it spawned") };
    let outlines = stored?;
    hashed?.add_to(&mut report);
    drawn.write(&report, &outlines, staged)?;
    report.clock = options.clock.map(|clock| clock());
    staged.write_json(REPORT, &report)?;
    Ok(report)
}

fn hashes(fingerprints: Vec<Fingerprint>, master: Option<&Path>) -> Result<Hashes, RenderError> {
    let (output, stems) = rayon::join(|| master.map(hash_file).transpose(), || Hashes::of_stems(fingerprints));
    Ok(Hashes { output: output?, stems: stems? })
}

/// Writes the drawings of the master.
fn store(
    staged: &mut StagedFolder,
    waveform: &mut PagedWaveform,
    spectrum: &SpectrumDocument,
) -> Result<(), RenderError> {
    waveform.write_dat(BufWriter::new(staged.create(WAVEFORM_DAT)?), &staged.path_of(WAVEFORM_DAT))?;
    waveform.write_json(BufWriter::new(staged.create(WAVEFORM_JSON)?), &staged.path_of(WAVEFORM_JSON))?;
    Ok(staged.write_json(SPECTRUM, spectrum)?)
}
