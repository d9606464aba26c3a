//! The contract of engines, held by the engine over Temporal: `mixdown-temporal serve`, a worker,
//! and mixdown itself.

use crate::client::Request;
use crate::contract::{self, Subject};
use crate::contract_library;
use crate::harness::{Bench, Running};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;

/// A service with its Temporal server and one worker.
struct Served {
    address: SocketAddr,
    /// Ends before the worker and the server.
    service: Running,
    worker: Running,
    bench: Bench,
}

impl Served {
    fn new() -> Self {
        let bench = Bench::new();
        let worker = bench.worker_of(&mixdown(), 2);
        let (service, address) = serve(&bench);
        Self { address, service, worker, bench }
    }
}

impl Subject for Served {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn kill_and_restart(&mut self) {
        self.service.0.kill().unwrap();
        self.service.0.wait().unwrap();
        (self.service, self.address) = serve(&self.bench);
    }
}

/// Frames of a song whose analysis takes some seconds.
const WORK_OF_SECONDS: u32 = 4_000_000;

#[test]
#[ignore = "needs a Temporal server and mixdown: .ci/temporal"]
fn another_worker_takes_over_an_analysis_and_its_answer_is_recorded_once() {
    let bench = Bench::new();
    let (worker, (service, address)) = (bench.worker_of(&mixdown(), 1), serve(&bench));
    let served = Served { address, service, worker, bench };
    let song = crate::wav(WORK_OF_SECONDS, 5);
    let request = Request::new(served.address, "POST", "/api/audio");
    let uploaded = request.send_song(&[("long.wav", &song)]).data();
    let job = uploaded["job_id"].as_str().unwrap();
    contract::seen(&served, job, |data| data["progress"].as_u64() > Some(1));
    let _second = served.bench.worker_of(&mixdown(), 1);
    served.worker.signal("KILL");
    let data = contract::ended(&served, job);
    assert_eq!((&data["state"], &data["attempt"]), (&json!("complete"), &json!(1)), "{data}");
    let audio = contract::get(&served, &format!("/api/audio/{}", uploaded["audio_file_id"].as_str().unwrap()));
    assert_eq!(audio.data()["status"], "completed");
    let answers = served.bench.folder.path().join("media/library/.answers");
    assert_eq!(std::fs::read_dir(answers).unwrap().count(), 0, "nothing is left of both attempts");
}

/// Returns the program mixdown.
fn mixdown() -> PathBuf {
    std::env::var_os("MIXDOWN_PROGRAM").expect("MIXDOWN_PROGRAM names mixdown; see .ci/temporal").into()
}

/// Starts the service; returns its address, too.
fn serve(bench: &Bench) -> (Running, SocketAddr) {
    let mut command = bench.program();
    command.arg("--mixdown").arg(mixdown()).args(["serve", "--bind", "127.0.0.1:0", "--json"]);
    command.args(["--media", &bench.path("media"), "--storage", &bench.path("storage")]);
    let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let started: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let address = started["address"].as_str().unwrap().strip_prefix("http://").unwrap().parse().unwrap();
    (Running(process), address)
}

#[test]
#[ignore = "needs a Temporal server and mixdown: .ci/temporal"]
fn a_mix_goes_from_queue_to_result() {
    contract::a_mix_goes_from_queue_to_result(&Served::new());
}

#[test]
#[ignore = "needs a Temporal server and mixdown: .ci/temporal"]
fn a_key_is_one_job() {
    contract::a_key_is_one_job(&Served::new());
}

#[test]
#[ignore = "needs a Temporal server and mixdown: .ci/temporal"]
fn a_running_mix_can_be_cancelled_and_retried() {
    contract::a_running_mix_can_be_cancelled_and_retried(&Served::new());
}

#[test]
#[ignore = "needs a Temporal server and mixdown: .ci/temporal"]
fn an_unknown_job_is_refused() {
    contract::an_unknown_job_is_refused(&Served::new());
}

#[test]
#[ignore = "needs a Temporal server and mixdown: .ci/temporal"]
fn a_cleanup_runs_as_a_job() {
    contract::a_cleanup_runs_as_a_job(&Served::new());
}

#[test]
#[ignore = "needs a Temporal server and mixdown: .ci/temporal"]
fn a_kill_of_the_service_loses_nothing() {
    contract::a_kill_of_the_service_loses_nothing(&mut Served::new());
}

#[test]
#[ignore = "needs a Temporal server and mixdown: .ci/temporal"]
fn a_song_is_analysed_after_its_upload() {
    contract_library::a_song_is_analysed_after_its_upload(&Served::new());
}

#[test]
#[ignore = "needs a Temporal server and mixdown: .ci/temporal"]
fn an_analysis_can_be_cancelled_and_retried() {
    contract_library::an_analysis_can_be_cancelled_and_retried(&Served::new());
}

#[test]
#[ignore = "needs a Temporal server and mixdown: .ci/temporal"]
fn a_separation_without_its_program_fails_with_a_cause() {
    contract_library::a_separation_without_its_program_fails_with_a_cause(&Served::new());
}

#[test]
#[ignore = "needs a Temporal server and mixdown: .ci/temporal"]
fn a_chain_splits_analyses_transcribes_and_mixes() {
    contract_library::a_chain_splits_analyses_transcribes_and_mixes(&Served::new());
}

#[test]
#[ignore = "needs a Temporal server and mixdown: .ci/temporal"]
fn the_stems_of_a_session_are_analysed() {
    contract_library::the_stems_of_a_session_are_analysed(&Served::new());
}
