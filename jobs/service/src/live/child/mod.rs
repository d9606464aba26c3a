//! The engine's process. It receives its request and a client's texts on standard input, and sends
//! texts and sound on standard output, in frames. It ends with its input.

mod input;
mod levels;
mod loudness;
mod output;
mod pace;
mod paths;
mod player;
mod positions;
mod prepare;
mod ready;
mod sound;
mod strip_levels;

use super::frame::{self, Kind};
use super::request::EngineRequest;
use mixdown_shell::confine;
use output::Output;
use player::Player;
use std::io::stdin;

/// Largest request, in bytes: a session document and what stands around it.
const MAX_REQUEST: usize = 32 << 20;

/// Runs the process; returns true if it ended because its input did.
pub(crate) fn run() -> bool {
    // Before any thread starts: from here on the process ends with the service.
    confine::die_with_parent();
    let output = Output::standard();
    let request = match frame::read(&mut stdin().lock(), MAX_REQUEST) {
        Ok(Some(frame)) if frame.kind == Kind::Text => serde_json::from_slice::<EngineRequest>(&frame.payload).ok(),
        _ => None,
    };
    let Some(request) = request else {
        let _ = output.failed("the request to the engine cannot be read");
        return false;
    };
    // All threads start before memory runs short: a thread that dies while it starts is waited for
    // forever.
    rayon::broadcast(|_| ());
    let messages = input::start();
    confine::limit_memory(request.memory_mb);
    let played = prepare::prepare(&request, &output).and_then(|prepared| {
        // The pipe breaks only when the service has left.
        Player::new(prepared, &request, output.clone()).run(&messages).map_err(|error| error.to_string())
    });
    match played {
        Ok(()) => true,
        Err(reason) => {
            let _ = output.failed(&reason);
            false
        }
    }
}
