//! Orders of kind `mix`: a session, or stems at unity, rendered as `mixdown render` does.

use super::{failed, uses};
use crate::cli::urls::{name_inputs, place, tree};
use mixdown_engine::render::{Phase, Render, RenderError};
use mixdown_engine::session::{Session, SessionErrors};
use mixdown_orders::{OrderError, SessionText, Task, is_passing};

pub(super) fn run(task: &mut Task<'_, '_>) -> Result<(), OrderError> {
    uses(task, &["session"])?;
    let session = session(task)?;
    let folder = task.folder().to_path_buf();
    let render = Render::new(session).on_progress(|progress| {
        let (stage, message) = stage(progress.phase);
        task.watch(stage, progress.fraction, message)
    });
    let rendered = render.to_folder(&folder).map_err(|error| match &error {
        RenderError::Stopped(_) => OrderError::Stopped,
        RenderError::PremasterSpill(cause) | RenderError::MeterLog(cause) if is_passing(cause) => {
            OrderError::WorkAgain(error.to_string())
        }
        error => failed(error),
    })?;
    name_inputs(&folder, |text| task.named(text))?;
    let missed = rendered.report.master.note.filter(|_| rendered.report.session.master.strict);
    missed.map_or(Ok(()), |note| Err(OrderError::TargetMissed(note)))
}

/// Returns the session of the order, its files found on this machine.
fn session(task: &mut Task<'_, '_>) -> Result<Session, OrderError> {
    let Some((document, base)) = task.session()? else {
        if task.order().stems.is_empty() {
            return Err(OrderError::Document("a mix needs a session, or stems".into()));
        }
        return Ok(Session::from_stems(&task.stems()?));
    };
    let (document, shown) = match document {
        SessionText::Text { text, shown } => (tree(&text, &shown)?, shown),
        SessionText::Tree(document) => (document, "the session of the order".to_owned()),
    };
    let refuse = |problems| OrderError::Work(SessionErrors { origin: shown.into(), problems }.to_string());
    let mut session = Session::draft(&document).map_err(refuse)?;
    let places = session.tracks.iter().map(|track| place(&track.file, &base)).collect::<Result<Vec<_>, _>>()?;
    for (track, file) in session.tracks.iter_mut().zip(task.files(&places)?) {
        track.file = file;
    }
    Ok(session)
}

/// Returns the stage of an order that a phase of the render is, and its text for people.
fn stage(phase: Phase) -> (&'static str, &'static str) {
    match phase {
        Phase::Loading => ("loading", "Opening the stems"),
        Phase::Aligning => ("aligning", "Comparing the stems"),
        Phase::Mixing => ("mixing", "Mixing"),
        Phase::Mastering => ("mastering", "Bringing the mix to its loudness"),
        Phase::Verifying => ("verifying", "Measuring the written file"),
        _ => ("exporting", "Writing the other files"),
    }
}
