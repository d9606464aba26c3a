//! The offline render: from a session to a folder of results, as fast as the machine allows.

use super::exact_sum::is_exact;
use super::prepared_render::PreparedRender;
use crate::audio::AudioBuffer;
use crate::io::StagedFolder;
use crate::render::error::RenderError;
use crate::render::options::RenderOptions;
use crate::render::output::file_sink::FileSink;
use crate::render::output::memory_sink::MemorySink;
use crate::render::output::report_builder::Hashes;
use crate::render::output::stem_files::FinishedStems;
use crate::render::output::{data_files, file_names, file_sink, report_builder};
use crate::render::progress::{OnProgress, Phase, PhaseProgress};
use crate::report::Report;
use crate::session::Session;
use std::path::{Path, PathBuf};

/// Output of a render to a folder.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rendered {
    /// The report of the render.
    pub report: Report,
    /// The files, the master first.
    pub files: Vec<PathBuf>,
}

/// Renders a session into a folder: `final_mix.wav`, `waveform.dat`, `waveform.json`,
/// `spectrum.json`, `meters.json`, `report.json` and `report.html`; or the first alone. Files
/// appear together at the end, whole, or not at all. Control thread; uses rayon's pool.
///
/// # Errors
/// See [`RenderError`]; nothing is left behind then.
pub(crate) fn render_to_folder(
    session: Session,
    folder: &Path,
    options: &RenderOptions<'_>,
    on_progress: &mut OnProgress<'_>,
) -> Result<Rendered, RenderError> {
    file_names::check_outputs(&session, folder, options)?;
    let mut staged = StagedFolder::open(folder)?;
    // The file that takes longest is created first: an error appears before a stem is read.
    staged.create(file_sink::wav_name(&session.output))?;
    let prepared = PreparedRender::prepare(session, on_progress)?;
    let settings = prepared.plan.session().output.clone();
    let rate = prepared.plan.sample_rate();
    let exact = is_exact(&prepared.plan);
    let mut sink = FileSink::new(&mut staged, &settings, options.bext("Mix"), rate, (exact, options.mix_only));
    let (mut mixed, mut mastered) = prepared.master(&mut sink, Some(folder), options, on_progress)?;
    sink.pack(&mastered.written.measurement)?;
    let stems = mixed.stems.take();

    let mut progress = PhaseProgress::start(on_progress, Phase::Exporting, 2)?;
    let drawn = mastered.readings.data.take().zip(mastered.written.waveform.take());
    let report = if let Some((data, waveform)) = drawn {
        let report = data_files::write(&prepared, mixed, (&mastered, data, waveform), &mut staged, options)?;
        progress.at(1)?;
        report
    } else {
        file_names::remove_outdated(&mut staged);
        let mut report = report_builder::report(&prepared, &mixed, &mastered);
        report.clock = options.clock.map(|clock| clock());
        report
    };
    // Hours may have passed since the first check.
    file_names::check_outputs(prepared.plan.session(), folder, options)?;
    let stems = stems.map_or(Ok(Vec::new()), FinishedStems::commit)?;
    let mut files = staged.commit()?;
    files.extend(stems);
    progress.at(2)?;
    Ok(Rendered { report, files })
}

/// Renders a session into memory: stereo, not quantised. Control thread; uses rayon's pool.
///
/// # Errors
/// See [`RenderError`].
pub(crate) fn render_to_memory(
    session: Session,
    options: &RenderOptions<'_>,
    on_progress: &mut OnProgress<'_>,
) -> Result<(AudioBuffer, Report), RenderError> {
    let prepared = PreparedRender::prepare(session, on_progress)?;
    let mut sink = MemorySink::new(prepared.plan.sample_rate());
    let (mixed, mastered) = prepared.master(&mut sink, None, options, on_progress)?;
    let mut report = report_builder::report(&prepared, &mixed, &mastered);
    if !options.mix_only {
        Hashes { output: None, stems: Hashes::of_stems(mixed.fingerprints)? }.add_to(&mut report);
    }
    report.clock = options.clock.map(|clock| clock());
    Ok((sink.into_audio(), report))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::wav::BroadcastExtension;
    use crate::master::{MasterLimiter, MasterTarget, TRUE_PEAK_TOLERANCE_DB};
    use crate::render::offline::prepared_render::prepare;
    use crate::session::{AlignMode, OutputFormat, Target, Track};
    use mixdown_fixtures::signals;
    use std::ops::ControlFlow;

    /// Lower than a session may request: three steps of 16 bits are the tolerance there, and shaped
    /// dither has more.
    const CEILING_DBTP: f64 = -29.0;

    #[test]
    fn a_master_over_its_ceiling_by_dither_is_redone() {
        let folder = tempfile::tempdir().unwrap();
        let stem = folder.path().join("a.wav");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 48_000,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut writer = hound::WavWriter::create(&stem, spec).unwrap();
        for sample in signals::sine(48_000.0, 60.0, 0.9, 0.0, 96_000) {
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        let mut session = Session { tracks: vec![Track::new(stem)], ..Session::default() };
        session.align.mode = AlignMode::Off;
        session.master.target = Target::None;
        (session.output.format, session.output.shape) = (OutputFormat::Wav16, true.into());
        let settings = session.output.clone();
        let proceed = &mut |_| ControlFlow::Continue(());
        let (plan, alignment) = prepare(session, proceed).unwrap();
        let target = MasterTarget {
            target_lufs: None,
            ceiling_dbtp: Some(CEILING_DBTP),
            max_limiting_db: 0.0,
            limiter: MasterLimiter::CLEAN,
        };
        let prepared = PreparedRender { plan, alignment, target };
        let rate = prepared.plan.sample_rate();
        let mut written = |chunk_frames: usize| {
            let out = folder.path().join(chunk_frames.to_string());
            let mut staged = StagedFolder::open(&out).unwrap();
            let options = RenderOptions { chunk_frames, mix_only: true, ..RenderOptions::default() };
            let mut file = FileSink::new(&mut staged, &settings, BroadcastExtension::default(), rate, (false, true));
            let (mixed, mastered) = prepared.master(&mut file, None, &options, proceed).unwrap();
            staged.commit().unwrap();
            assert_eq!((mixed.frames, mastered.written.measurement.frames), (96_000, 96_000));
            (mastered, std::fs::read(out.join("final_mix.wav")).unwrap())
        };
        let (mastered, bytes) = written(16_384);
        let peak_dbtp = mastered.written.measurement.true_peak_dbtp.unwrap();
        assert!(mastered.passes > 1, "{peak_dbtp}");
        assert!((CEILING_DBTP - 0.5..=CEILING_DBTP + TRUE_PEAK_TOLERANCE_DB).contains(&peak_dbtp), "{peak_dbtp}");
        assert_eq!(written(1_000).1, bytes);
    }
}
