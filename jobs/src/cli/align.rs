//! `mixdown align`: the delay of each stem with its confidence; the stems in time, if requested.

use super::number::{fixed, signed};
use super::outcome::{print, show};
use super::terminal::{one_line, shown};
use super::urls::Stores;
use super::{Failure, interrupt, stems};
use clap::{Args, ValueEnum};
use mixdown_engine::align::{Alignment, AlignmentSettings, Decision, Mode, PairSelection, StemAlignment};
use mixdown_engine::render::{
    AlignError, AlignedFolder, AlignedStem, AnalysedFile, ComparedFiles, StemsInMix, compare_files, find_in_mix,
    write_aligned,
};
use mixdown_engine::units::SampleRate;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Find out which stems are late against each other, and put them in time.
///
/// Compares every stem with every other. Stems that share a source (two microphones, a stem and its
/// processed copy, bleed) are put in time with each other. This is exact to fractions of a sample,
/// and covers drifting clocks and inverted polarity. Stems that share nothing are left, and so are
/// stems that fit at more than one offset.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown align boom.wav lavalier.wav --json
  mixdown align stems/*.wav --write in-time
  mixdown align drums.wav bass.wav vox.wav --to final.wav")]
pub(super) struct AlignArguments {
    /// The stems; of a folder, its audio files.
    #[arg(value_name = "STEM", required = true)]
    stems: Vec<PathBuf>,
    /// Find each stem inside this mix instead, with its gain there.
    #[arg(long, value_name = "MIX", conflicts_with = "reference")]
    to: Option<PathBuf>,
    /// The stems to move, of those that share a source.
    #[arg(
        short,
        long,
        alias = "align",
        value_enum,
        value_name = "MODE",
        default_value = "recordings",
        conflicts_with = "to"
    )]
    mode: ModeChoice,
    /// The stem that stays where it is; without it, the one that lets the fewest move.
    #[arg(long, value_name = "STEM")]
    reference: Option<PathBuf>,
    /// Write all stems into this folder, in time, as 32-bit float WAV.
    #[arg(short, long, value_name = "DIR")]
    write: Option<PathBuf>,
    /// With --write: replace files that mixdown did not write, too; never one that is read.
    #[arg(long)]
    force: bool,
    /// The largest offset to look for, in seconds; without it, any that lets two stems overlap.
    #[arg(long, value_name = "SECONDS", value_parser = positive)]
    max_offset: Option<f64>,
    /// The least chance, 0 to 1, that an offset must have of being right; without it, 0.99.
    #[arg(long, value_name = "CHANCE", value_parser = chance)]
    min_confidence: Option<f64>,
    /// The stems are known to be related: less evidence will do.
    #[arg(long)]
    assume_related: bool,
    /// Print one JSON document on standard output.
    #[arg(long)]
    pub(super) json: bool,
    /// Print nothing but errors.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ModeChoice {
    /// Recordings by devices that started on their own; stems of one session stay
    Auto,
    /// Copies of a sound as well, plain or processed
    Recordings,
    /// As recordings; microphones that bleed into each other follow the louder path
    Microphones,
}

impl ModeChoice {
    fn mode(self) -> Mode {
        match self {
            Self::Auto => Mode::Auto,
            Self::Recordings => Mode::Recordings,
            Self::Microphones => Mode::Microphones,
        }
    }
}

fn positive(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    if seconds > 0.0 && seconds.is_finite() { Ok(seconds) } else { Err("not above 0".to_owned()) }
}

fn chance(text: &str) -> Result<f64, String> {
    let chance: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=1.0).contains(&chance) { Ok(chance) } else { Err("not between 0 and 1".to_owned()) }
}

/// Result of a comparison, with the files compared.
struct Answer {
    /// All files compared; the mix first, where there is one.
    paths: Vec<PathBuf>,
    rate: SampleRate,
    alignment: Alignment,
    observed: Vec<AnalysedFile>,
    in_mix: Option<StemsInMix>,
}

pub(super) fn run(arguments: &AlignArguments) -> Result<(), Failure> {
    interrupt::install();
    let stores = Stores::new()?;
    let mut inputs = stores.files(arguments.quiet || arguments.json)?;
    let stems = stems::expand(&inputs.local(&arguments.stems)?, arguments.quiet)?;
    let mix = inputs.local(arguments.to.as_slice())?;
    let reference = inputs.local(arguments.reference.as_slice())?;
    let out = arguments.write.as_deref().map(|folder| AlignedFolder { folder, inputs: &mix, force: arguments.force });
    out.map_or(Ok(()), |out| out.check(&stems)).map_err(AlignError::from)?;
    let answer = compare(arguments, &stems, mix.first(), reference.first())?;
    let mut files = Vec::new();
    let mut begins_later_s = 0.0;
    if let Some(out) = &out {
        let stems = answer.stems().map(|n| AlignedStem {
            path: answer.paths[n].clone(),
            movement: answer.alignment.stems[n].movement(),
            first_sound: answer.observed[n].features.first_sound(),
        });
        (files, begins_later_s) = write_aligned(&stems.collect::<Vec<_>>(), answer.rate, out, &interrupt::requested)?;
    }
    if arguments.json {
        let mut document = answer.document();
        if arguments.write.is_some() {
            document["files"] = json!(files);
            document["begins_later_s"] = json!(begins_later_s);
        }
        return print(&inputs.inputs.named(&format!("{document:#}\n")));
    }
    if arguments.quiet {
        return Ok(());
    }
    let mut text = answer.reported(out.is_some());
    if begins_later_s > 0.0 {
        text += &format!("Everything begins {begins_later_s:.2} s later, so that no stem loses its first note.\n");
    }
    for (file, n) in files.iter().zip(answer.stems()) {
        text += &format!("  {}{}\n", shown(file), source(file, &answer.paths[n]));
    }
    show(&inputs.inputs.named(&text))
}

/// Returns the stem from which a file comes, where the file has another name.
fn source(file: &Path, stem: &Path) -> String {
    if file.file_name() == stem.file_name() { String::new() } else { format!(" <- {}", shown(stem)) }
}

/// Compares stems with each other, or with `mix`. `reference` is the stem that stays.
fn compare(
    arguments: &AlignArguments,
    stems: &[PathBuf],
    mix: Option<&PathBuf>,
    reference: Option<&PathBuf>,
) -> Result<Answer, Failure> {
    let mut paths = stems.to_vec();
    let mut settings = AlignmentSettings {
        mode: arguments.mode.mode(),
        max_offset_s: arguments.max_offset,
        min_confidence: arguments.min_confidence,
        assume_related: arguments.assume_related,
        reference: None,
    };
    if let Some(mix) = mix {
        paths.insert(0, mix.clone());
        let requested = settings.min_confidence;
        settings = AlignmentSettings { max_offset_s: arguments.max_offset, ..AlignmentSettings::in_mix() };
        settings.min_confidence = requested.or(settings.min_confidence);
    }
    if let Some(reference) = reference {
        let file = reference.canonicalize().ok();
        let same =
            |path: &PathBuf| path == reference || path.canonicalize().ok().is_some_and(|path| file == Some(path));
        let index = paths.iter().position(same).ok_or_else(|| {
            Failure::Usage(format!("--reference {}: not one of the stems; name one of them", reference.display()))
        })?;
        settings.reference = Some(index);
    }
    let pairs = if mix.is_some() { PairSelection::With(0) } else { PairSelection::All };
    let compared = compare_files(&paths, &settings, pairs, &interrupt::requested)?;
    let ComparedFiles { rate, alignment, files: observed, .. } = compared;
    let in_mix = match mix {
        Some(mix) => Some(find_in_mix(mix, stems, &alignment, rate, &interrupt::requested)?),
        None => None,
    };
    Ok(Answer { paths, rate, alignment, observed, in_mix })
}

impl Answer {
    /// Returns the numbers of the stems: all but the mix.
    fn stems(&self) -> std::ops::Range<usize> {
        usize::from(self.in_mix.is_some())..self.paths.len()
    }

    fn gain_db(&self, n: usize) -> Option<f64> {
        self.in_mix.as_ref().and_then(|mix| mix.gains_db.get(n.checked_sub(1)?).copied().flatten())
    }

    fn stem(&self, n: usize) -> Value {
        let StemAlignment {
            decision,
            reference,
            late_samples,
            late_uncertainty,
            polarity,
            drift_ppm,
            drift_changes,
            drift_uncertainty_ppm,
            confidence,
            correlation,
            reason,
            ..
        } = &self.alignment.stems[n];
        let mut stem = json!({
            "path": self.paths[n],
            "decision": decision,
            "late_samples": late_samples,
            "polarity": polarity,
            "drift_ppm": drift_ppm,
            "confidence": confidence,
            "reason": reason,
            "reference": reference.map(|reference| &self.paths[reference]),
            "late_uncertainty": late_uncertainty,
            "drift_uncertainty_ppm": drift_uncertainty_ppm,
            "drift_changes": drift_changes,
            "correlation": correlation,
        });
        if self.in_mix.is_some() {
            stem["gain_db"] = json!(self.gain_db(n));
        }
        stem
    }

    fn document(&self) -> Value {
        let stems: Vec<Value> = self.stems().map(|n| self.stem(n)).collect();
        let mut document = json!({
            "ok": true,
            "reference": self.alignment.reference.map(|reference| &self.paths[reference]),
            "sample_rate": self.rate,
            "stems": stems,
        });
        if let Some(in_mix) = &self.in_mix {
            document["mix"] = json!(self.paths[0]);
            document["residual"] = json!({ "total_db": in_mix.residual_db, "bands": in_mix.bands });
        }
        document
    }

    /// Returns the result as text for people; `written` is true if the stems were moved.
    fn reported(&self, written: bool) -> String {
        let mut text = String::new();
        for n in self.stems() {
            let stem = &self.alignment.stems[n];
            let done = match (stem.decision, written) {
                (Decision::Moved, true) => "moved",
                (Decision::Moved, false) => "late",
                (Decision::Left, _) => "left",
            };
            let late = stem.late_samples.map(|late| {
                let (late_ms, sure) = (late / self.rate.as_f64() * 1e3, stem.confidence * 100.0);
                format!(" ({} ms, {} % sure)", signed(late_ms, 3), fixed(sure, 1))
            });
            let gain = self.gain_db(n).map(|gain| format!(", {} dB in the mix", signed(gain, 2))).unwrap_or_default();
            let (path, reason) = (self.paths[n].display(), &stem.reason);
            let line = format!("{done:<5}  {path}: {reason}{}{gain}", late.unwrap_or_default());
            text += &(one_line(&line) + "\n");
        }
        if let Some(residual_db) = self.in_mix.as_ref().and_then(|mix| mix.residual_db) {
            text += &format!("The stems together leave {} dB of the mix.\n", fixed(residual_db, 1));
        }
        text
    }
}
