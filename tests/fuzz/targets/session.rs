//! Any text as a session document, TOML and JSON: a session or a list of problems.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mixdown_engine::session::Session;
use std::path::Path;

fuzz_target!(|text: &str| {
    for name in ["mix.toml", "mix.json"] {
        if let Ok(session) = Session::parse(text, Path::new(name)) {
            let _ = session.to_toml();
        }
    }
});
