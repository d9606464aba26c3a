//! `mixdown notate`: the notes of stems as MIDI, MusicXML, JSON and piano roll.

mod kinds;
mod report;
pub(super) mod song;

use super::analyse::failure;
use super::outcome::{print_json, show};
use super::outputs::Outputs;
use super::progress::FilesProgress;
use super::standard_streams::{Inputs, is_standard};
use super::terminal::{self, one_line};
use super::{Failure, interrupt, stems};
use clap::{Args, ValueEnum};
use mixdown_analyse::notate::{Notation, Part, PartKind, PartRequest, notate, transcribe};
use mixdown_analyse::{SongAnalysis, analyse};
use mixdown_engine::io::{OutputKind, StagedFolder, format_names};
use mixdown_engine::render::RenderError;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Write down the notes of stems: MIDI, MusicXML, JSON and a piano roll for each.
///
/// NAME.mid has the notes as played, NAME.quantised.mid and NAME.musicxml have them in the bars of
/// the song, NAME.notes.json lists them, NAME.svg shows them. Without --song the stems are analysed
/// first, as one song that starts with their first sample.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown notate stems/ --out notes
  mixdown analyse stems/ -o song.json, and then
  mixdown notate stems/bass.wav --song song.json --out notes
  mixdown notate riff.wav --type bass --out notes --json")]
pub(super) struct NotateArguments {
    #[arg(
        value_name = "STEM",
        required = true,
        help = format!("The stems, or - for standard input: {}; of a folder, its audio files", format_names())
    )]
    stems: Vec<PathBuf>,
    /// The folder for the files; made if it is missing.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// The analysis of the song, as `mixdown analyse -o` writes it, instead of a new one.
    #[arg(long, value_name = "FILE")]
    song: Option<PathBuf>,
    /// The type of the stems, instead of that which their sound has: one for all, or one for each
    /// in their order, as in --type drums,bass,other.
    #[arg(long = "type", value_enum, value_name = "TYPE", value_delimiter = ',')]
    types: Vec<TypeChoice>,
    /// Print one JSON document on standard output, described in docs/notation.md.
    #[arg(long)]
    pub(super) json: bool,
    /// Replace files that mixdown did not write, too; never one that is read.
    #[arg(long)]
    force: bool,
    /// Print nothing but the result and errors.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

/// A type of stem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TypeChoice {
    /// A drum set: hits, on a staff without pitch.
    Drums,
    /// A bass: one note at a time, low.
    Bass,
    /// A voice.
    Vocals,
    /// Any other instrument, with chords.
    Other,
}

impl From<TypeChoice> for PartKind {
    fn from(choice: TypeChoice) -> Self {
        match choice {
            TypeChoice::Drums => Self::Drums,
            TypeChoice::Bass => Self::Bass,
            TypeChoice::Vocals => Self::Vocals,
            TypeChoice::Other => Self::Other,
        }
    }
}

pub(super) fn run(arguments: &NotateArguments) -> Result<(), Failure> {
    let paths = stems::expand(&arguments.stems, arguments.quiet)?;
    let names = names(&paths)?;
    let types = types(&arguments.types, paths.len())?;
    let files: Vec<_> = names.iter().flat_map(|name| kinds::files(&arguments.out, name)).collect();
    let mut outputs = Outputs::new(arguments.force).reading(&paths).reading(&arguments.song);
    for (path, kind) in &files {
        outputs = outputs.writing("--out", Some(path), *kind);
    }
    outputs.check()?;
    let given = arguments.song.as_deref().map(|path| song::read(path, path)).transpose()?;
    interrupt::install();
    let inputs = Inputs::new(paths.iter().map(|path| &**path))?;
    let readable: Vec<PathBuf> = paths.iter().map(|path| inputs.file(path)).collect();
    let paths: Vec<PathBuf> = paths.iter().map(|path| inputs.shown(path)).collect();
    let quiet = arguments.quiet || arguments.json;
    let mut analysis = match given {
        Some(analysis) => analysis,
        None => watched("Analysing", quiet, &inputs, |progress| analyse(&readable, progress))?,
    };
    if arguments.song.is_none() {
        for (stem, path) in analysis.stems.iter_mut().zip(&paths) {
            stem.path.clone_from(path);
        }
    }
    let (requests, mut warnings) = requests(&readable, &paths, &names, &types, &analysis, arguments.song.as_deref())?;
    let parts = watched("Transcribing", quiet, &inputs, |progress| transcribe(&requests, progress))?;
    let notation = notate(&parts, &analysis.song).map_err(|error| {
        let song = arguments.song.as_deref().unwrap_or(Path::new("the analysis"));
        Failure::Other(format!("{}: {error}", song.display()))
    })?;
    write(&arguments.out, &notation, &files)?;
    warnings.extend(notation.warnings.iter().cloned());
    for (path, part) in paths.iter().zip(&notation.parts) {
        warnings.extend(part.warnings.iter().map(|warning| format!("{}: {warning}", path.display())));
    }
    if arguments.json {
        print_json(&report::document(&paths, &parts, &notation, &warnings, &arguments.out))?;
    } else {
        show(&report::text(&paths, &parts, &notation))?;
    }
    for warning in &warnings {
        terminal::warn(&one_line(warning));
    }
    Ok(())
}

/// Runs work with progress, which an interrupt stops.
fn watched<T>(
    doing: &'static str,
    quiet: bool,
    inputs: &Inputs,
    work: impl FnOnce(Progress<'_>) -> Result<T, mixdown_analyse::AnalyseError>,
) -> Result<T, Failure> {
    let progress = FilesProgress::named(doing, 1, quiet);
    let share = progress.file();
    work(Box::new(move |fraction| {
        share.reached(fraction);
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }))
    .map_err(|error| failure(inputs, &error))
}

type Progress<'a> = Box<dyn FnMut(f64) -> ControlFlow<()> + Send + 'a>;

/// Returns the name of each stem's files: that of the stem, without its ending.
fn names(paths: &[PathBuf]) -> Result<Vec<String>, Failure> {
    names_or(paths, &vec![None; paths.len()])
}

/// Returns the name of each stem's files: the one given, else that of the stem without its ending.
pub(super) fn names_or(paths: &[PathBuf], given: &[Option<&str>]) -> Result<Vec<String>, Failure> {
    let mut names: Vec<String> = Vec::with_capacity(paths.len());
    for (path, given) in paths.iter().zip(given) {
        let name =
            if is_standard(path) { Some("stdin".into()) } else { path.file_stem().map(|name| name.to_string_lossy()) };
        let name = given.map(Into::into).or(name);
        let name = name.ok_or_else(|| Failure::Usage(format!("{}: not the name of a file", path.display())))?;
        // Compared as file systems without case do.
        if names.iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
            let path = path.display();
            return Err(Failure::Usage(format!(
                "{path}: its files would be those of another stem named {name}; rename one, or write them one by one"
            )));
        }
        names.push(name.into_owned());
    }
    Ok(names)
}

/// Returns the types that flags give to `stems` stems; none where the sound decides.
fn types(given: &[TypeChoice], stems: usize) -> Result<Vec<Option<PartKind>>, Failure> {
    match given {
        [] => Ok(vec![None; stems]),
        [one] => Ok(vec![Some((*one).into()); stems]),
        given if given.len() == stems => Ok(given.iter().map(|choice| Some((*choice).into())).collect()),
        given => Err(Failure::Usage(format!(
            "--type: {} types for {stems} stems; give one for all, or one for each",
            given.len()
        ))),
    }
}

/// Chooses the type of each stem, and warns of those that are not sure.
pub(super) fn requests(
    readable: &[PathBuf],
    paths: &[PathBuf],
    names: &[String],
    types: &[Option<PartKind>],
    analysis: &SongAnalysis,
    song: Option<&Path>,
) -> Result<(Vec<PartRequest>, Vec<String>), Failure> {
    let (mut requests, mut warnings) = (Vec::new(), Vec::new());
    for (index, path) in paths.iter().enumerate() {
        let kind = match (types[index], song) {
            (Some(kind), _) => kind,
            (None, song) => {
                let found = song::stem(analysis, path, song)?;
                if found.type_confidence < super::analyse::SURE {
                    let (path, kind) = (path.display(), &found.stem_type);
                    warnings.push(format!("{path}: taken as {kind}, which is not sure; --type decides"));
                }
                song::kind(found, song)?
            }
        };
        requests.push(PartRequest { path: readable[index].clone(), name: names[index].clone(), kind });
    }
    Ok((requests, warnings))
}

/// Writes all files; they appear together. Files of an earlier run that this one has not, such as
/// the score of a song that has lost its beats, are removed: they would not fit the others.
fn write(out: &Path, notation: &Notation, possible: &[(PathBuf, OutputKind)]) -> Result<(), Failure> {
    let failed = |error| Failure::Render(RenderError::from(error));
    let mut staged = StagedFolder::open(out).map_err(failed)?;
    for file in notation.parts.iter().flat_map(|part| &part.files) {
        staged.write(&file.name, &file.bytes).map_err(failed)?;
    }
    let written: Vec<&str> =
        notation.parts.iter().flat_map(|part| &part.files).map(|file| file.name.as_str()).collect();
    for (path, kind) in possible {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !written.contains(&&*name) && File::open(path).is_ok_and(kind.is_ours) {
            staged.retire(&name);
        }
    }
    if interrupt::requested() {
        return Err(Failure::Other("stopped; nothing was written".into()));
    }
    staged.commit().map(|_| ()).map_err(failed)
}

/// Returns the sounds of a stem: notes, or hits.
fn sounds(part: &Part) -> usize {
    part.notes.len() + part.hits.len()
}
