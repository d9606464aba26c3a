//! The contract of engines, held by the engine of one machine.

use super::contract::{self, Subject};
use super::contract_library;
use super::server::TestServer;
use std::net::SocketAddr;

impl Subject for TestServer {
    fn address(&self) -> SocketAddr {
        Self::address(self)
    }

    fn kill_and_restart(&mut self) {
        Self::kill_and_restart(self);
    }
}

/// Returns a service that works its queue.
fn service() -> TestServer {
    TestServer::with(&["--workers", "2"])
}

#[test]
fn a_mix_goes_from_queue_to_result() {
    contract::a_mix_goes_from_queue_to_result(&service());
}

#[test]
fn a_key_is_one_job() {
    contract::a_key_is_one_job(&service());
}

#[test]
fn a_running_mix_can_be_cancelled_and_retried() {
    contract::a_running_mix_can_be_cancelled_and_retried(&service());
}

#[test]
fn an_unknown_job_is_refused() {
    contract::an_unknown_job_is_refused(&service());
}

#[test]
fn a_cleanup_runs_as_a_job() {
    contract::a_cleanup_runs_as_a_job(&service());
}

#[test]
fn a_kill_of_the_service_loses_nothing() {
    contract::a_kill_of_the_service_loses_nothing(&mut service());
}

#[test]
fn a_song_is_analysed_after_its_upload() {
    contract_library::a_song_is_analysed_after_its_upload(&service());
}

#[test]
fn an_analysis_can_be_cancelled_and_retried() {
    contract_library::an_analysis_can_be_cancelled_and_retried(&service());
}

#[test]
fn a_separation_without_its_program_fails_with_a_cause() {
    contract_library::a_separation_without_its_program_fails_with_a_cause(&service());
}

#[test]
fn a_chain_splits_analyses_transcribes_and_mixes() {
    contract_library::a_chain_splits_analyses_transcribes_and_mixes(&service());
}

#[test]
fn the_stems_of_a_session_are_analysed() {
    contract_library::the_stems_of_a_session_are_analysed(&service());
}
