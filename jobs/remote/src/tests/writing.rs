//! Sending and publishing, with faults.

use super::server::{Fault, Server};
use super::{client, keep_on, noise, read};
use mixdown_orders::{OrderError, Remote};
use std::ops::ControlFlow;

const URL: &str = "s3://b/out/result.json";
const PATH: &str = "/b/out/result.json";

/// Sends bytes from a file to `s3://b/a.wav`.
fn send(server: &Server, bytes: &[u8]) -> Result<(), OrderError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    client(server).send("s3://b/a.wav", file.path(), &mut keep_on)
}

#[test]
fn small_and_large_files_arrive_whole_whatever_fails_on_the_way() {
    let large = noise(12 << 20);
    for bytes in [&b""[..], b"small", &large] {
        for fault in [None, Some(Fault::Status(500)), Some(Fault::LostAnswer)] {
            let server = Server::new();
            if let Some(fault) = fault {
                server.fail("PUT", "a.wav", fault, 2);
            }
            send(&server, bytes).unwrap();
            assert!(server.get("/b/a.wav").unwrap() == bytes, "{} bytes, {fault:?}", bytes.len());
            assert_eq!(server.bucket().loose_parts(), 0);
        }
    }
}

#[test]
fn a_transfer_that_fails_leaves_no_object_and_no_parts() {
    let large = noise(12 << 20);
    for (status, temporary) in [(500, true), (403, false)] {
        let server = Server::new();
        server.fail("PUT", "partNumber=2", Fault::Status(status), 1_000);
        let error = send(&server, &large).unwrap_err();
        assert_eq!(error.is_temporary(), temporary, "{error}");
        assert_eq!((server.paths().len(), server.bucket().loose_parts()), (0, 0), "{status}");
        server.fail("PUT", "a.wav", Fault::Status(status), 1_000);
        assert_eq!(send(&server, b"small").unwrap_err().is_temporary(), temporary);
        assert_eq!(server.paths().len(), 0);
    }
}

#[test]
fn an_object_is_created_once() {
    let server = Server::new();
    let client = client(&server);
    assert!(client.create(URL, b"first", &mut keep_on).unwrap());
    assert!(!client.create(URL, b"second", &mut keep_on).unwrap());
    assert_eq!(server.get(PATH).unwrap(), b"first");
}

#[test]
fn an_object_is_replaced_while_it_has_its_tag() {
    let server = Server::new();
    let client = client(&server);
    client.create(URL, b"first", &mut keep_on).unwrap();
    let tag = read(&client, URL).unwrap().1.unwrap();
    assert!(client.replace(URL, &tag, b"second", &mut keep_on).unwrap());
    assert!(!client.replace(URL, &tag, b"third", &mut keep_on).unwrap());
    assert_eq!(server.get(PATH).unwrap(), b"second");
    client.remove(URL).unwrap();
    client.remove(URL).unwrap();
    let tag = "\"gone\"";
    assert!(!client.replace(URL, tag, b"fourth", &mut keep_on).unwrap());
    assert_eq!(server.paths(), [""; 0]);
}

#[test]
fn a_lost_answer_is_asked_for_again_and_finds_its_own_object() {
    let server = Server::new();
    server.fail("PUT", "result.json", Fault::LostAnswer, 1);
    assert!(!client(&server).create(URL, b"first", &mut keep_on).unwrap());
    assert_eq!(server.get(PATH).unwrap(), b"first");
}

#[test]
fn a_creation_that_a_server_fails_or_refuses_stores_nothing() {
    for (status, times, stored) in [(500, 2, true), (500, 1_000, false), (403, 1, false), (412, 1, false)] {
        let server = Server::new();
        server.fail("PUT", "result.json", Fault::Status(status), times);
        match client(&server).create(URL, b"first", &mut keep_on) {
            Ok(created) => assert_eq!((created, status == 412), (stored, !stored)),
            Err(error) => assert_eq!((error.is_temporary(), stored), (status == 500, false), "{error}"),
        }
        assert_eq!(server.get(PATH).is_some(), stored, "{status}");
    }
}

#[test]
fn a_stop_during_a_large_transfer_leaves_nothing() {
    let server = Server::new();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), noise(11 << 20)).unwrap();
    server.fail("PUT", "partNumber=2", Fault::Slow(std::time::Duration::from_secs(1)), 1);
    let stop = &mut |bytes: u64| if bytes > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let stopped = client(&server).send("s3://b/a.wav", file.path(), stop);
    assert!(matches!(stopped, Err(OrderError::Stopped)));
    assert_eq!((server.paths().len(), server.count("DELETE", "uploadId")), (0, 1));
}
