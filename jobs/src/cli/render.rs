//! `mixdown render`: stems or a session file in, a folder of results out.

use super::outcome::{print, show};
use super::progress::ProgressDisplay;
use super::standard_streams::{is_standard, read_text};
use super::terminal::{one_line, shown};
use super::urls::{self, Files, Output, Stores};
use super::{Failure, dry_run, flags, interrupt, origination, plan_text, stems, terminal, to_stdout};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::DateTime;
use mixdown_engine::audio::NoiseShape;
use mixdown_engine::dsp::dynamics::LimiterStyle;
use mixdown_engine::io::format_names;
use mixdown_engine::render::{Render, Rendered};
use mixdown_engine::report::Report;
use mixdown_engine::resample::Resampler;
use mixdown_engine::session::{
    AlignMode, Ceiling, MAX_DOCUMENT_BYTES, OutputFormat, Session, SessionErrors, Target, Timecode, name_problem,
    tag_problem,
};
use mixdown_engine::units::SampleRate;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Mix stems into a finished master.
///
/// Stems are summed as they are, at unity; the sum is brought to the loudness target by one static
/// gain, under a true-peak ceiling. The folder gets final_mix.wav, waveform.dat, waveform.json,
/// spectrum.json, meters.json, report.json and report.html, a page to look at. A session file sets
/// everything else: see `mixdown session`. Flags given here win over the session file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown render drums.wav bass.flac vox.mp3 --out mix
  mixdown render stems/ --out mix --target ebu-r128 --format wav16 --png
  mixdown render --session mix.toml --out mix --json")]
pub(super) struct RenderArguments {
    #[arg(
        value_name = "STEM",
        required_unless_present = "session",
        conflicts_with = "session",
        help = format!("The stems: {}; of a folder, its audio files; paths or URLs", format_names())
    )]
    stems: Vec<PathBuf>,
    /// A session file, TOML or JSON, as a path or URL; - for standard input.
    #[arg(short, long, value_name = "FILE")]
    session: Option<PathBuf>,
    /// The folder for the results; made if it is missing. Only mixdown's own files in it are
    /// replaced. At a URL, result.json names the files of this render, and replaces an earlier one.
    #[arg(short, long, value_name = "DIR", required_unless_present_any = ["dry_run", "stdout"])]
    out: Option<PathBuf>,
    /// Write the master, and nothing else, to standard output.
    #[arg(long, conflicts_with_all = ["out", "json", "png", "mix_only", "dry_run"])]
    stdout: bool,
    /// Open and compare the stems, print plan, alignment and warnings, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Replace files in it that mixdown did not write, too; never a stem. With --mix-only: remove
    /// what describes an earlier mix.
    #[arg(long)]
    force: bool,
    /// Loudness: spotify, apple, youtube, ebu-r128, atsc-a85, aes-td1008, podcast, a number of
    /// LUFS, or none.
    #[arg(short, long, value_name = "LUFS", allow_hyphen_values = true)]
    target: Option<Target>,
    /// Highest true peak in dBTP, or off; without it, the target's own, or -1, and off for wav32f
    /// without a target.
    #[arg(short, long, value_name = "DBTP", allow_hyphen_values = true)]
    ceiling: Option<Ceiling>,
    /// The most that the limiter may take away for the target, in dB; what would need more stays
    /// softer.
    #[arg(long, value_name = "DB")]
    max_limiting: Option<f64>,
    /// The way in which the limiter turns down, for the target and under the ceiling.
    #[arg(long, value_enum, value_name = "STYLE")]
    limiter_style: Option<StyleChoice>,
    /// Exit with 1 where the master misses its target or ceiling; the files stay.
    #[arg(long)]
    strict: bool,
    /// Name of the master instead of final_mix: its file without the ending, and its title tag.
    #[arg(long, value_name = "NAME", value_parser = master_name)]
    name: Option<String>,
    /// Artist tag of the master.
    #[arg(long, value_name = "NAME", value_parser = artist)]
    artist: Option<String>,
    /// Container and sample format of the master: final_mix.wav, final_mix.flac or final_mix.opus.
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    format: Option<FormatChoice>,
    /// Sample rate of the master in Hz; without it, the rate that most stems have.
    #[arg(short, long, value_name = "HZ", value_parser = sample_rate)]
    rate: Option<SampleRate>,
    /// Filter by which stems of other rates are converted.
    #[arg(long, value_enum, value_name = "FILTER")]
    resampler: Option<ResamplerChoice>,
    /// The stems to move into time with each other, of those that share a source.
    #[arg(short, long, value_enum, value_name = "MODE")]
    align: Option<AlignChoice>,
    /// Start stems at the time references of their files (bext), relative to the earliest.
    #[arg(long, value_enum, value_name = "MODE")]
    timecode: Option<TimecodeChoice>,
    /// Session time at which the output starts, in seconds.
    #[arg(long, value_name = "SECONDS")]
    start: Option<f64>,
    /// Session time at which the output ends, in seconds.
    #[arg(long, value_name = "SECONDS")]
    end: Option<f64>,
    /// Seconds after the last stem; without it, until the mix has fallen below -90 dBFS, at most 10
    /// s.
    #[arg(long, value_name = "SECONDS")]
    tail: Option<f64>,
    /// Leave out the dither of 16 and 24-bit output.
    #[arg(long)]
    no_dither: bool,
    /// Move the noise of 16 and 24-bit output to where the ear is dull: mild without a CURVE;
    /// strong gains 5 dB more, with more noise in total.
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "mild", value_name = "CURVE")]
    shape: Option<ShapeChoice>,
    /// Seed of the dither.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Date in the master's bext chunk, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss; without it, that of
    /// SOURCE_DATE_EPOCH, else blank.
    #[arg(long, value_name = "DATE", value_parser = origination::parse)]
    origination_date: Option<DateTime>,
    /// Write waveform.png, spectrogram.png and loudness.png too.
    #[arg(long)]
    png: bool,
    /// Write final_mix.wav and nothing else, in about half the time: no data, no page, no meters of
    /// the tracks. A folder with those of an earlier render is refused.
    #[arg(long, conflicts_with = "png")]
    mix_only: bool,
    /// Write stems/NAME.wav too, 32-bit float, of each signal that enters the master's sum: tracks
    /// and buses with their inserts, faders and pans. Their sum is the mix before the master.
    #[arg(long = "stems")]
    stem_files: bool,
    /// Frames rendered at a time; changes no bit of the result.
    #[arg(long, value_name = "FRAMES", hide = true, value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    chunk_frames: Option<u32>,
    /// Print one JSON document with the report on standard output.
    #[arg(long)]
    pub(super) json: bool,
    /// Print nothing but errors.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StyleChoice {
    /// The least distortion; the default
    Clean,
    /// Closer to the source, and louder
    Balanced,
    /// The loudest
    Loud,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatChoice {
    /// 16-bit WAV
    Wav16,
    /// 24-bit WAV, the default
    Wav24,
    /// 32-bit float WAV
    Wav32f,
    /// 16-bit FLAC
    Flac16,
    /// 24-bit FLAC
    Flac24,
    /// Ogg Opus, 48 kHz, 192 kbit/s
    Opus,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum AlignChoice {
    /// Move recordings by devices that started on their own, leave stems of one session; the
    /// default
    Auto,
    /// Move copies of a sound as well, plain or processed
    Recordings,
    /// As recordings; microphones that bleed into each other follow the louder path
    Microphones,
    /// Move nothing
    Off,
}

/// Curve of `--shape`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ShapeChoice {
    /// White noise; the default
    None,
    /// 12 dB less audible at 44.1 kHz, 8 dB more in total
    Mild,
    /// 17 dB less audible at 44.1 kHz, 15 dB more in total
    Strong,
}

impl ShapeChoice {
    fn shape(self) -> NoiseShape {
        match self {
            Self::None => NoiseShape::None,
            Self::Mild => NoiseShape::Mild,
            Self::Strong => NoiseShape::Strong,
        }
    }
}

/// Filter of `--resampler`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ResamplerChoice {
    /// Level to 98 % of the band; the default
    Steep,
    /// Level to 90 % of the band, with a quarter of the ringing
    Gentle,
}

impl ResamplerChoice {
    fn resampler(self) -> Resampler {
        match self {
            Self::Steep => Resampler::Steep,
            Self::Gentle => Resampler::Gentle,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum TimecodeChoice {
    /// If all stems carry one; the default
    Auto,
    /// Never
    Off,
}

impl TimecodeChoice {
    pub(super) fn timecode(self) -> Timecode {
        match self {
            Self::Auto => Timecode::Auto,
            Self::Off => Timecode::Off,
        }
    }
}

fn sample_rate(text: &str) -> Result<SampleRate, String> {
    let hz: u32 = text.parse().map_err(|_| "not a whole number of hertz".to_owned())?;
    SampleRate::new(hz).map_err(|error| error.to_string())
}

fn master_name(text: &str) -> Result<String, String> {
    name_problem(text).map_or_else(|| Ok(text.to_owned()), |problem| Err(format!("it {problem}")))
}

fn artist(text: &str) -> Result<String, String> {
    tag_problem(text).map_or_else(|| Ok(text.to_owned()), |problem| Err(format!("it {problem}")))
}

/// Returns true if a path looks like that of a session file: a likely slip.
fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ["toml", "json"].iter().any(|document| ending.eq_ignore_ascii_case(document)))
}

/// Returns the session's problems as a failure, if it has any.
pub(super) fn check(session: &Session) -> Result<(), Failure> {
    let problems = session.problems();
    if problems.is_empty() { Ok(()) } else { Err(SessionErrors { origin: "the session".into(), problems }.into()) }
}

impl AlignChoice {
    fn mode(self) -> AlignMode {
        match self {
            Self::Auto => AlignMode::Auto,
            Self::Recordings => AlignMode::Recordings,
            Self::Microphones => AlignMode::Microphones,
            Self::Off => AlignMode::Off,
        }
    }
}

/// Returns the session of a document, or of stems without one.
pub(super) fn session_of(
    stems: &[PathBuf],
    document: Option<&Path>,
    align: Option<AlignChoice>,
    timecode: Option<TimecodeChoice>,
    quiet: bool,
) -> Result<Session, Failure> {
    let mut session = match document {
        Some(path) if is_standard(path) => {
            Session::parse(&read_text(MAX_DOCUMENT_BYTES)?, Path::new("standard input"))?
        }
        Some(path) => Session::load(path)?,
        None => Session::from_stems(&stems::expand(stems, quiet)?),
    };
    if let Some(document) = stems.iter().find(|stem| is_document(stem)) {
        let name = document.display();
        return Err(Failure::Usage(format!("{name} is a session file, not a stem; use --session {name}")));
    }
    align_as(&mut session, align, timecode);
    Ok(session)
}

/// Sets what flags set.
fn align_as(session: &mut Session, align: Option<AlignChoice>, timecode: Option<TimecodeChoice>) {
    if let Some(align) = align {
        session.align.mode = align.mode();
    }
    if let Some(timecode) = timecode {
        session.align.timecode = timecode.timecode();
    }
}

impl RenderArguments {
    /// Returns the keys that flags set: all that have a flag where there is no document.
    fn flags(&self) -> Vec<flags::Flag> {
        let flags = [
            (self.target.is_some(), ("target", "--target")),
            (self.ceiling.is_some(), ("ceiling_dbtp", "--ceiling")),
            (self.max_limiting.is_some(), ("max_limiting_db", "--max-limiting")),
            (self.rate.is_some(), ("sample_rate_hz", "--rate")),
            (self.start.is_some(), ("start_s", "--start")),
            (self.end.is_some(), ("end_s", "--end")),
            (self.tail.is_some(), ("tail_s", "--tail")),
            (self.shape.is_some(), ("shape", "--shape")),
            (self.seed.is_some(), ("seed", "--seed")),
        ];
        flags.into_iter().filter(|(given, _)| *given || self.session.is_none()).map(|(_, flag)| flag).collect()
    }

    fn session(&self, files: &mut Files<'_>) -> Result<Session, Failure> {
        let document = self.session.as_deref();
        let mut session = match document.map(|document| urls::session(document, files)).transpose()?.flatten() {
            Some(mut session) => {
                align_as(&mut session, self.align, self.timecode);
                session
            }
            None => session_of(&files.local(&self.stems)?, document, self.align, self.timecode, self.quiet)?,
        };
        if let Some(target) = self.target {
            session.master.target = target;
        }
        if let Some(ceiling) = self.ceiling {
            session.master.ceiling_dbtp = Some(ceiling);
        }
        if let Some(limit) = self.max_limiting {
            session.master.max_limiting_db = limit;
        }
        if let Some(style) = self.limiter_style {
            session.master.limiter_style = match style {
                StyleChoice::Clean => LimiterStyle::Clean,
                StyleChoice::Balanced => LimiterStyle::Balanced,
                StyleChoice::Loud => LimiterStyle::Loud,
            };
        }
        if let Some(name) = &self.name {
            session.output.name = Some(name.clone());
            session.output.title = None;
        }
        session.output.artist = self.artist.clone().or(session.output.artist);
        if let Some(format) = self.format {
            session.output.format = match format {
                FormatChoice::Wav16 => OutputFormat::Wav16,
                FormatChoice::Wav24 => OutputFormat::Wav24,
                FormatChoice::Wav32f => OutputFormat::Wav32f,
                FormatChoice::Flac16 => OutputFormat::Flac16,
                FormatChoice::Flac24 => OutputFormat::Flac24,
                FormatChoice::Opus => OutputFormat::Opus,
            };
        }
        session.master.strict |= self.strict;
        session.sample_rate_hz = self.rate.or(session.sample_rate_hz);
        session.resampler = self.resampler.map_or(session.resampler, ResamplerChoice::resampler);
        session.time.start_s = self.start.or(session.time.start_s);
        session.time.end_s = self.end.or(session.time.end_s);
        session.time.tail_s = self.tail.or(session.time.tail_s);
        session.output.dither &= !self.no_dither;
        session.output.shape = self.shape.map_or(session.output.shape, ShapeChoice::shape);
        session.output.seed = self.seed.unwrap_or(session.output.seed);
        Ok(session)
    }
}

pub(super) fn run(arguments: &RenderArguments) -> Result<(), Failure> {
    interrupt::install();
    let stores = Stores::new()?;
    let out = arguments.out.as_deref().map(|out| Output::open(out, &stores, arguments.force)).transpose()?;
    let mut files = stores.files(arguments.quiet || arguments.json)?;
    let (session, flags) = (arguments.session(&mut files)?, arguments.flags());
    if arguments.session.is_none() {
        flags::check(&session, &flags)?;
    }
    let epoch = std::env::var(origination::VARIABLE).ok();
    let origination = origination::choose(arguments.origination_date, epoch.as_deref()).map_err(Failure::Usage)?;
    let (started, timer) = (Timestamp::now(), Instant::now());
    let clock = || {
        serde_json::json!({
            "started_at": started.to_string(),
            "finished_at": Timestamp::now().to_string(),
            "elapsed_s": timer.elapsed().as_secs_f64(),
        })
    };
    let mut render = Render::new(session)
        .origination(origination)
        .pictures(arguments.png)
        .mix_only(arguments.mix_only)
        .stems(arguments.stem_files)
        .inputs(arguments.session.as_slice())
        .force(arguments.force)
        .clock(&clock);
    if let Some(frames) = arguments.chunk_frames {
        render = render.chunk_frames(frames as usize);
    }
    if arguments.dry_run {
        let out = out.as_ref().filter(|out| out.is_local()).map(Output::folder);
        let shown = dry_run::run(render, out, (arguments.json, arguments.quiet));
        return shown.map_err(|failure| flags::named(failure, &flags));
    }
    let mut display = ProgressDisplay::new(arguments.quiet || arguments.json);
    let render = render.on_progress(|progress| {
        display.show(progress);
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let rendered = match &out {
        Some(out) => render.to_folder(out.folder()).map_err(Failure::from),
        None => to_stdout::run(render),
    };
    if rendered.is_ok() {
        display.finished();
    } else {
        drop(display);
    }
    let Rendered { report, files: written, .. } = rendered.map_err(|failure| flags::named(failure, &flags))?;
    let result = out.map_or(Ok(None), |out| out.publish(&written, &files))?;
    let written = match &result {
        Some(result) => result.files.iter().map(|file| PathBuf::from(&file.url)).collect(),
        None => written,
    };
    let missed = report.master.note.as_ref().filter(|_| report.session.master.strict);
    if arguments.json {
        let mut document = serde_json::json!({ "ok": missed.is_none(), "files": written, "report": report });
        if let Some(result) = &result {
            document["result"] = serde_json::json!(result);
        }
        if let Some(note) = missed {
            document["error"] = note.clone().into();
        }
        print(&files.inputs.named(&format!("{document:#}\n")))?;
    } else {
        for warning in &report.warnings {
            terminal::warn(&files.inputs.named(warning));
        }
        plan_text::print_report(&report);
        if let Some(note) = missed.filter(|_| arguments.quiet) {
            terminal::fail(&one_line(note));
        }
        if !arguments.quiet && !arguments.stdout {
            show(&reported(&report, &written, timer.elapsed().as_secs_f64()))?;
        }
    }
    // The reason has been printed, as a warning or an error, or in the document.
    if missed.is_some() { Err(Failure::Reported) } else { Ok(()) }
}

/// Returns the text for people at the end.
fn reported(report: &Report, files: &[PathBuf], elapsed_s: f64) -> String {
    let mut lines: Vec<String> = report.summary.iter().map(|line| one_line(line).into_owned()).collect();
    lines.push(format!("Rendered in {elapsed_s:.1} s{}.", speed(report.output.duration_s / elapsed_s.max(1e-3))));
    lines.extend(files.iter().map(|file| format!("  {}", shown(file))));
    lines.join("\n") + "\n"
}

/// Returns the speed of a render in words, from the length of its output over its time; nothing
/// where the two are much alike.
fn speed(times: f64) -> String {
    match times {
        2.0.. => format!(", {times:.0} times faster than it plays"),
        0.5.. => String::new(),
        _ => format!(", {:.0} times slower than it plays", 1.0 / times),
    }
}
