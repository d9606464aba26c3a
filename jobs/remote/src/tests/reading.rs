//! Reading, with faults.

use super::server::{Fault, Server};
use super::{SECRET, client, client_with, keep_on, noise, read};
use mixdown_orders::{Fetched, OrderError, Remote, Sink};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

const URL: &str = "s3://b/a.wav";

#[test]
fn an_object_is_read_with_its_tag_and_not_again_while_it_has_it() {
    let server = Server::new();
    server.put("/b/songs/a%20b.wav", b"bytes");
    let client = client(&server);
    let (bytes, tag) = read(&client, "s3://b/songs/a b.wav").unwrap();
    assert_eq!(bytes, b"bytes");
    let mut again = Vec::new();
    let known = client.read("s3://b/songs/a%20b.wav", tag.as_deref(), &mut again, &mut keep_on);
    assert_eq!((known.unwrap(), again.len()), (Fetched::Unchanged, 0));
    server.put("/b/songs/a%20b.wav", b"other");
    let changed = client.read("s3://b/songs/a%20b.wav", tag.as_deref(), &mut again, &mut keep_on);
    assert!(matches!(changed.unwrap(), Fetched::Whole { .. }) && again == b"other");
}

#[test]
fn servers_that_fail_for_a_while_are_tried_again() {
    for (fault, times) in [(Fault::Status(500), 3), (Fault::Status(503), 2), (Fault::LostAnswer, 2), (Fault::Cut, 2)] {
        let server = Server::new();
        let bytes = noise(300_000);
        server.put("/b/a.wav", &bytes);
        server.fail("GET", "a.wav", fault, times);
        assert!(read(&client(&server), URL).unwrap().0 == bytes, "{fault:?}");
        assert_eq!(server.count("GET", "a.wav"), times + 1, "{fault:?}");
    }
}

#[test]
fn servers_that_keep_failing_are_given_up_for_now() {
    for (fault, named) in
        [(Fault::Status(500), "status 500: Injected: As planned."), (Fault::LostAnswer, ""), (Fault::Cut, "")]
    {
        let server = Server::new();
        server.put("/b/a.wav", &noise(100_000));
        server.fail("GET", "a.wav", fault, 1_000);
        let error = read(&client(&server), URL).unwrap_err();
        assert!(matches!(&error, OrderError::Network { url, .. } if url == URL), "{error:?}");
        assert!(error.is_temporary() && error.to_string().contains(named), "{error}");
        assert!(server.count("GET", "a.wav") <= 12, "{fault:?}: {}", server.count("GET", "a.wav"));
    }
}

#[test]
fn a_silent_server_is_given_up_and_one_that_is_merely_slow_is_not() {
    let server = Server::new();
    server.put("/b/a.wav", b"bytes");
    server.fail("GET", "a.wav", Fault::Slow(Duration::from_millis(600)), 1);
    let client = client(&server);
    assert_eq!(read(&client, URL).unwrap().0, b"bytes");
    assert_eq!(server.count("GET", "a.wav"), 1);
    server.fail("GET", "a.wav", Fault::Slow(Duration::from_secs(4)), 1);
    assert_eq!(read(&client, URL).unwrap().0, b"bytes");
    assert_eq!(server.count("GET", "a.wav"), 3);
}

#[test]
fn an_object_that_changes_during_its_transfer_is_read_anew() {
    struct Changing<'a>(&'a Server, Vec<u8>, usize);
    impl Write for Changing<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.put("/b/a.wav", b"the later bytes");
            self.1.write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    impl Sink for Changing<'_> {
        fn restart(&mut self) -> io::Result<()> {
            self.2 += 1;
            self.1.clear();
            Ok(())
        }
    }
    let server = Server::new();
    server.put("/b/a.wav", &noise(200_000));
    server.fail("GET", "a.wav", Fault::Cut, 1);
    let mut sink = Changing(&server, Vec::new(), 0);
    client(&server).read(URL, None, &mut sink, &mut keep_on).unwrap();
    assert_eq!((&*sink.1, sink.2), (&b"the later bytes"[..], 1));
}

#[test]
fn refusals_are_final_and_without_secrets() {
    for (status, named) in [(403, "403"), (401, "401"), (400, "400")] {
        let server = Server::new();
        server.put("/b/a.wav", b"bytes");
        server.fail("GET", "a.wav", Fault::Status(status), 1_000);
        let error = read(&client(&server), URL).unwrap_err();
        assert!(matches!(&error, OrderError::Refused { url, .. } if url == URL), "{error:?}");
        assert!(error.to_string().contains(named) && !error.to_string().contains("SECRET"), "{error}");
        assert_eq!(server.count("GET", "a.wav"), 1, "{status}");
    }
}

#[test]
fn what_is_not_there_is_named() {
    let server = Server::new();
    let missing = read(&client(&server), URL).unwrap_err();
    assert!(matches!(&missing, OrderError::Missing { file } if file == URL), "{missing:?}");
    let error = read(&client(&server), "s3://other/a.wav").unwrap_err();
    assert!(error.to_string().contains("NoSuchBucket") && !error.is_temporary(), "{error}");
    // A closed port may be that of a server that is being started again.
    let nobody = client_with(&server, &[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]);
    let error = read(&nobody, URL).unwrap_err();
    assert!(error.is_temporary() && error.to_string().contains("refused"), "{error}");
    assert!(!error.to_string().contains(SECRET), "{error}");
}

#[test]
fn plain_http_must_be_allowed() {
    let server = Server::new();
    let error = read(&client_with(&server, &[("AWS_ALLOW_HTTP", "false")]), URL).unwrap_err();
    assert!(error.to_string().contains("AWS_ALLOW_HTTP") && !error.is_temporary(), "{error}");
}

#[test]
fn servers_are_read_with_the_signature_of_the_url() {
    let server = Server::new();
    server.put("/b/a b.wav", b"bytes");
    server.put("/b/a%20b.wav", b"bytes");
    let url = format!("http://{}/b/a%20b.wav?X-Amz-Signature=secret", server.address);
    assert_eq!(read(&client(&server), &url).unwrap().0, b"bytes");
    assert_eq!(server.count("GET", "/b/a%20b.wav?X-Amz-Signature=secret"), 1);
    server.fail("GET", "a%20b.wav", Fault::Status(403), 1);
    let error = read(&client(&server), &url).unwrap_err();
    assert!(error.to_string().contains("403") && !error.to_string().contains("secret"), "{error}");
}

#[test]
fn a_stop_ends_a_transfer_soon() {
    let server = Server::new();
    server.put("/b/a.wav", b"bytes");
    server.fail("GET", "a.wav", Fault::Slow(Duration::from_secs(20)), 1);
    let (started, mut calls) = (Instant::now(), 0);
    let stopped = client(&server).read(URL, None, &mut Vec::new(), &mut |_| {
        calls += 1;
        if calls > 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(stopped, Err(OrderError::Stopped)));
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_full_disk_is_named_as_such() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    impl Sink for Full {
        fn restart(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let server = Server::new();
    server.put("/b/a.wav", b"bytes");
    let error = client(&server).read(URL, None, &mut Full, &mut keep_on).unwrap_err();
    assert_eq!((error.code(), error.is_temporary()), ("disk_full", true));
    assert_eq!(server.count("GET", "a.wav"), 1);
}
