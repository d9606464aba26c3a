//! Same inputs and same session yield the same bytes, for any number of threads and any chunk size.

use crate::program_runs::TestFolder;
use mixdown_fixtures::golden;
use serde_json::Value;
use std::fs;

const FILES: [&str; 7] =
    ["final_mix.wav", "meters.json", "report.html", "report.json", "spectrum.json", "waveform.dat", "waveform.json"];

/// Returns the bytes of a file; of the report, all but the one key that may depend on the clock.
fn contents(folder: &TestFolder, subfolder: &str, name: &str) -> Vec<u8> {
    let bytes = fs::read(folder.path(subfolder).join(name)).unwrap();
    if name != "report.json" {
        return bytes;
    }
    let mut report: Value = serde_json::from_slice(&bytes).unwrap();
    let clock = report.as_object_mut().unwrap().insert("clock".into(), Value::Null);
    assert!(clock.is_some_and(|clock| clock["finished_at"].is_string()));
    serde_json::to_vec(&report).unwrap()
}

#[test]
fn files_do_not_depend_on_threads_or_chunk_size() {
    for session in ["every_insert", "two_stems", "six_stems"] {
        let folder = TestFolder::new();
        for (subfolder, threads, chunk) in
            [("one", "1", "4096"), ("two", "2", "4096"), ("seven", "7", "1000"), ("big", "2", "65536")]
        {
            let mut command = folder.command();
            command.env("RAYON_NUM_THREADS", threads).args([
                "render",
                "--quiet",
                "--out",
                subfolder,
                "--chunk-frames",
                chunk,
            ]);
            let run = command.arg("--session").arg(golden::session_path(session)).output().unwrap();
            assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
            assert_eq!(folder.names(subfolder), FILES);
            for name in FILES {
                assert!(
                    contents(&folder, "one", name) == contents(&folder, subfolder, name),
                    "{session}: {name} differs with {threads} threads and chunks of {chunk}"
                );
            }
        }
    }
}
