//! `mixdown library add`.

use super::analyse::{analyse_song, pending_song};
use super::folder::LibraryArguments;
use super::output::table;
use crate::cli::outcome::{Failure, print_json, show};
use crate::cli::{stems, terminal};
use clap::Args;
use mixdown_library::{Added, Library, Target, analysis_job};
use serde_json::json;
use std::path::PathBuf;

/// Analyse the stems of one song, and add them to the library.
///
/// The files stay where they are and as they are: the library records their paths. Stems with the
/// same content as those of a known song are that song, which is shown.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown library add drums.wav bass.wav vox.wav --name \"Song 1\" --tag dry
  mixdown library add song-1/ --json
  mixdown library add loops/ --each")]
pub(in crate::cli) struct AddArguments {
    /// The stems of one song; of a folder, its audio files.
    #[arg(value_name = "STEM", required = true)]
    stems: Vec<PathBuf>,
    /// The name of the song; that of the first file's folder if absent.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A tag for each stem; repeat it for several.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Take each file as a song of its own.
    #[arg(long)]
    each: bool,
    /// Let a job analyse the song; `mixdown jobs run` or `mixdown serve` works it.
    #[arg(long)]
    queue: bool,
    /// Add the song again even if its content is known.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    pub(super) library: LibraryArguments,
}

pub(super) fn run(arguments: &AddArguments) -> Result<(), Failure> {
    let mut paths = stems::expand(&arguments.stems, arguments.library.folders.quiet)?;
    for path in &mut paths {
        *path = std::path::absolute(&*path).map_err(|error| Failure::Other(format!("{}: {error}", path.display())))?;
    }
    let mut library = arguments.library.open()?;
    let is_quiet = arguments.library.folders.quiet || arguments.library.folders.json;
    let songs: Vec<&[PathBuf]> = if arguments.each { paths.chunks(1).collect() } else { vec![&paths] };
    let mut documents = Vec::new();
    for files in songs {
        let mut song = if arguments.queue { pending_song(files)? } else { analyse_song(files, is_quiet)? };
        if let Some(name) = &arguments.name {
            song.name.clone_from(name);
        }
        for stem in &mut song.stems {
            stem.tags.extend(arguments.tags.iter().cloned());
        }
        let added = if arguments.force { library.add_forced(&song)? } else { library.add(&song)? };
        let job_id = if arguments.queue && added.is_new { Some(queue(arguments, &mut library, &added)?) } else { None };
        let records = added.stem_ids.iter().map(|id| Ok(library.get(id)?.record));
        let records = records.collect::<Result<Vec<_>, Failure>>()?;
        if !arguments.library.folders.json {
            if !added.is_new {
                terminal::print_note(&format!("the library has these stems already: {}", added.audio_file_id));
            }
            show(&table(&records))?;
            if let Some(job) = &job_id {
                terminal::print_note(&format!("job {job} will analyse it; mixdown jobs run works the queue"));
            }
        }
        let mut document = json!({
            "ok": true,
            "audio_file_id": added.audio_file_id,
            "is_new": added.is_new,
            "stems": records,
        });
        if arguments.queue {
            document["job_id"] = json!(job_id);
        }
        documents.push(document);
    }
    match (arguments.library.folders.json, arguments.each) {
        (false, _) => Ok(()),
        (true, false) => print_json(&documents[0]),
        (true, true) => print_json(&json!({ "ok": true, "songs": documents })),
    }
}

/// Queues the analysis of a song that was added. Returns the id of the job.
fn queue(arguments: &AddArguments, library: &mut Library, added: &Added) -> Result<String, Failure> {
    let store = arguments.library.folders.store()?;
    let session = added.audio_file_id.parse().map_err(|error| Failure::Other(format!("{error}")))?;
    let database = arguments.library.database.as_deref().map(std::path::absolute).transpose();
    let database = database.map_err(|error| Failure::Other(format!("--library: {error}")))?;
    let stem = |id: &String| -> Result<_, Failure> {
        let record = library.get(id)?.record;
        Ok((record.place.resolve(library.media_root()), record.blake3, id.clone(), false))
    };
    let stems = added.stem_ids.iter().map(stem).collect::<Result<Vec<_>, _>>()?;
    let job = analysis_job(session, &Target::Audio { id: added.audio_file_id.clone(), database }, stems);
    Ok(store.submit(job, &[])?.record.job_id.to_string())
}
