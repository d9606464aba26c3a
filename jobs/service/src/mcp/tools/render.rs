//! `render`: stems or a session document in, master out.

use super::super::tool::{McpTool, OnProgress, Workshop};
use super::check_session::load;
use mixdown_engine::render::{Phase, Progress, Render as EngineRender};
use mixdown_engine::session::{AlignMode, Session, Target};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The phases of a render, in order.
const PHASES: [Phase; 6] =
    [Phase::Loading, Phase::Aligning, Phase::Mixing, Phase::Mastering, Phase::Verifying, Phase::Exporting];

/// The tool.
pub(in crate::mcp) struct Render;

/// Its arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct Arguments {
    /// The path of a session document, TOML or JSON; or else `stems`.
    session: Option<PathBuf>,
    /// Audio files, summed at unity; or else `session`.
    #[serde(default)]
    stems: Vec<PathBuf>,
    /// The folder for the files; it is created.
    out: PathBuf,
    /// Integrated loudness of the master, in LUFS, in the place of the session's own.
    target_lufs: Option<f64>,
    /// The stems to move into time with each other, in the place of the session's own setting.
    align: Option<AlignMode>,
}

impl McpTool for Render {
    type Arguments = Arguments;

    const NAME: &str = "render";
    const DESCRIPTION: &str = "Mixes stems, or the mix that a session document describes, into a master at a loudness \
        target under a true-peak ceiling. Writes final_mix.wav, a report and data for pictures to a folder. Replaces \
        only files that mixdown wrote.";
    const READS_ONLY: bool = false;

    fn run(workshop: &Workshop, arguments: Arguments, on_progress: OnProgress<'_>) -> Result<Value, String> {
        let out = workshop.roots.folder(&arguments.out)?;
        let session = session(workshop, &arguments)?;
        let inputs: Vec<PathBuf> =
            arguments.session.iter().filter_map(|path| workshop.roots.existing(path).ok()).collect();
        let mut render = EngineRender::new(session).inputs(&inputs).on_progress(|progress: Progress| {
            let phase = serde_json::to_value(progress.phase).unwrap_or_default();
            on_progress(overall(progress), phase.as_str().unwrap_or_default())
        });
        if let Some(target_lufs) = arguments.target_lufs {
            render = render.target(Target::Lufs(target_lufs));
        }
        render.check_outputs(&out).map_err(|error| error.to_string())?;
        let rendered = render.to_folder(&out).map_err(|error| error.to_string())?;
        let (report, master) = (&rendered.report, &rendered.report.master);
        Ok(json!({
            "files": rendered.files,
            "summary": report.summary,
            "warnings": report.warnings,
            "verified": master.verified,
            "note": master.note,
            "gain_db": master.gain_db,
            "measured": master.written,
        }))
    }
}

fn session(workshop: &Workshop, arguments: &Arguments) -> Result<Session, String> {
    let mut session = match (&arguments.session, &arguments.stems[..]) {
        (Some(path), []) => load(workshop, path)?,
        (None, [_, ..]) => {
            let stems =
                arguments.stems.iter().map(|stem| workshop.roots.existing(stem)).collect::<Result<Vec<_>, _>>()?;
            Session::from_stems(&stems)
        }
        _ => return Err("either session or stems is needed".into()),
    };
    if let Some(align) = arguments.align {
        session.align.mode = align;
    }
    Ok(session)
}

/// Returns the progress over all phases, each counted alike.
fn overall(Progress { phase, fraction }: Progress) -> f64 {
    let index = PHASES.iter().position(|known| *known == phase).unwrap_or(0);
    (index as f64 + fraction) / PHASES.len() as f64
}
