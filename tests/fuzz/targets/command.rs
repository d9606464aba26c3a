//! Any bytes as texts of a client of the live socket: a request or a reason.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mixdown_service::ClientMessage;

fuzz_target!(|bytes: &[u8]| {
    for text in bytes.split(|byte| *byte == b'\n') {
        let _ = ClientMessage::parse(text);
    }
});
