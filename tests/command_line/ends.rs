//! Ends of runs: by a signal, or before they begin.

use super::prepared_folder;
use serde_json::Value;
#[cfg(unix)]
use {crate::program_runs::signal, rustix::process::Signal, std::io::Read, std::process::Stdio};

#[cfg(unix)]
#[test]
fn a_signal_sets_the_exit_code() {
    let folder = prepared_folder();
    for (with, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut command = folder.command();
        command.args(["play", "a.wav", "--null", "--loop", "0-1", "--align", "off"]);
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        // Signals are handled before the stems are opened.
        let mut begun = [0; 8];
        child.stderr.as_mut().unwrap().read_exact(&mut begun).unwrap();
        signal(&child, with);
        assert_eq!(child.wait().unwrap().code(), Some(code));
    }
}

#[test]
fn a_dry_run_prints_the_plan_and_writes_nothing() {
    let folder = prepared_folder();
    let before = folder.names("");
    let run = folder.run("render a.wav b.wav ./a.wav --out mix --dry-run");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("nothing was written") && run.stdout.contains("begins at"), "{}", run.stdout);
    assert!(run.stderr.contains("the same file"), "{}", run.stderr);
    let run = folder.run("render a.wav b.wav --dry-run --json");
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&document["dry_run"], &document["sample_rate_hz"]), (&Value::Bool(true), &Value::from(48_000)));
    assert_eq!(document["tracks"][1]["stem"]["codec"], "pcm_f32le");
    assert_eq!(document["alignment"]["stems"].as_array().unwrap().len(), 2);
    assert_eq!(folder.names(""), before);
    let run = folder.run("render a.wav gone.wav --dry-run");
    assert_eq!(run.code, Some(1));
    // A dry run refuses the same inputs as a render.
    std::fs::copy(folder.path("a.wav"), folder.path("final_mix.wav")).unwrap();
    assert_eq!(folder.run("render a.wav final_mix.wav --out . --dry-run").code, Some(1));
}
