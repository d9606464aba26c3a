//! The client against `moto_server`, another implementation of S3, with faults in between. Runs
//! where `MIXDOWN_MOTO` names the program.

use super::server::{Fault, Server};
use super::{client, keep_on, noise, read};
use mixdown_orders::{Fetched, Remote, Replacement};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running `moto_server`.
struct Moto {
    process: Child,
    address: String,
}

impl Moto {
    /// Starts the program of `MIXDOWN_MOTO`; `None` without one.
    fn start() -> Option<Self> {
        let program = std::env::var_os("MIXDOWN_MOTO")?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        let moto = Self { process: command.spawn().unwrap(), address: format!("127.0.0.1:{port}") };
        let started = Instant::now();
        while TcpStream::connect(&moto.address).is_err() {
            assert!(started.elapsed() < Duration::from_secs(60), "moto_server does not start");
            std::thread::sleep(Duration::from_millis(100));
        }
        Some(moto)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn another_implementation_of_s3_agrees() {
    let Some(moto) = Moto::start() else { return };
    let server = Server::before(&moto.address);
    let client = client(&server);
    let error = read(&client, "s3://mixdown/a.wav").unwrap_err();
    assert!(error.to_string().contains("NoSuchBucket") && !error.is_temporary(), "{error}");
    // The bucket itself: a put of its bare path.
    let bucket = super::message::Request {
        method: "PUT".into(),
        target: "/mixdown".into(),
        headers: vec![("host".into(), moto.address.clone()), ("content-length".into(), "0".into())],
        body: Vec::new(),
    };
    assert_eq!(bucket.forward(&moto.address).unwrap().status, 200);
    assert_eq!(read(&client, "s3://mixdown/a.wav").unwrap_err().code(), "input_missing");

    let folder = tempfile::tempdir().unwrap();
    let bytes = noise(12 << 20);
    for (name, bytes) in [("large.wav", &bytes[..]), ("a b~ü.wav", b"small")] {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let url = format!("s3://mixdown/songs/{name}");
        server.fail("PUT", "songs", Fault::Status(500), 1);
        client.send(&url, &folder.path().join(name), &mut keep_on).unwrap();
        server.fail("GET", "songs", Fault::Cut, 1);
        let (stored, tag) = read(&client, &url).unwrap();
        assert!(stored == bytes, "{name}");
        let again = client.read(&url, tag.as_deref(), &mut Vec::new(), &mut keep_on).unwrap();
        assert_eq!(again, Fetched::Unchanged);
    }

    assert!(client.create("s3://mixdown/c", b"first", &mut keep_on).unwrap());
    assert!(!client.create("s3://mixdown/c", b"second", &mut keep_on).unwrap());
    let tag = read(&client, "s3://mixdown/c").unwrap().1.unwrap();
    assert!(client.replace("s3://mixdown/c", &tag, b"third", &mut keep_on).unwrap());
    assert!(!client.replace("s3://mixdown/c", &tag, b"fourth", &mut keep_on).unwrap());
    assert_eq!(read(&client, "s3://mixdown/c").unwrap().0, b"third");
    client.remove("s3://mixdown/c").unwrap();
    assert_eq!(read(&client, "s3://mixdown/c").unwrap_err().code(), "input_missing");

    let names = ["a b~ü.wav".to_owned()];
    for _ in 0..2 {
        server.fail("PUT", "result.json", Fault::LostAnswer, 1);
        let replacement = Replacement::begin("s3://mixdown/out", &client, false, &mut keep_on).unwrap();
        let result = replacement.publish("render", (folder.path(), &names), Some(&names[0]), &mut keep_on).unwrap();
        let stored = read(&client, "s3://mixdown/out/result.json").unwrap().0;
        assert_eq!(serde_json::from_slice::<mixdown_orders::OrderResult>(&stored).unwrap(), result);
        assert_eq!(read(&client, &result.files[0].url).unwrap().0, b"small");
        assert_eq!(read(&client, "s3://mixdown/out/a b~ü.wav").unwrap().0, b"small");
    }
}
