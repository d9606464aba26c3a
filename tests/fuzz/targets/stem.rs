//! Any bytes as a stem: an error or audio, never a panic outside the engine, never unbounded memory
//! or time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::io::{Fold, StemReader};
use mixdown_engine::process::Source;
use std::io::Write;

// The engine turns a decoder's panic into an error; the fuzzer's own hook would report it as a
// crash before that. A panic that leaves the engine still ends the run.
fuzz_target!(init: std::panic::set_hook(Box::new(|_| {})), |bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    file.write_all(bytes).expect("a temporary file can be written");
    let Ok(mut stem) = StemReader::open(file.path(), Fold::Stereo) else { return };
    let mut block = AudioBuffer::new(stem.channels(), 4_096);
    // Ten minutes at 48 kHz: more than a valid file of this size can contain.
    for _ in 0..7_000 {
        match stem.read(&mut block.block_mut()) {
            Ok(4_096) => {}
            _ => return,
        }
    }
});
