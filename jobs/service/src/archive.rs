//! Zip archives as answers, made while they are sent: neither memory nor the disk holds one.

use axum::body::{Body, Bytes};
use futures_util::stream;
use rawzip::ZipArchiveWriter;
use rawzip::time::UtcDateTime;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::time::SystemTime;
use tokio::sync::mpsc;

/// Bytes of a piece of an answer.
const PIECE: usize = 64 << 10;
/// Pieces that wait for a slow client.
const WAITING: usize = 4;
/// Length from which archives have the wider fields of Zip64.
const ZIP64: u64 = u32::MAX as u64;

/// A file of an archive.
#[derive(Debug)]
pub(crate) struct Entry<R = File> {
    /// Its name, a plain one.
    pub(crate) name: String,
    /// Its length in bytes.
    pub(crate) bytes: u64,
    /// Time of its last change.
    pub(crate) modified: SystemTime,
    /// Its content.
    pub(crate) content: R,
}

/// Returns the length of an archive in bytes; `None` if it may need Zip64.
///
/// # Errors
/// When a name is too long for an archive.
pub(crate) fn length(entries: &[Entry]) -> io::Result<Option<u64>> {
    // Nothing is compressed: an archive of empty files has all that is added to theirs.
    let empty =
        |entry: &Entry| Entry { name: entry.name.clone(), bytes: 0, modified: entry.modified, content: io::empty() };
    let added = pack(entries.iter().map(empty), Vec::new())?.len() as u64;
    let whole = entries.iter().fold(added, |sum, entry| sum.saturating_add(entry.bytes));
    Ok((whole < ZIP64).then_some(whole))
}

/// Returns the body of an answer that is an archive of these files. A thread reads them as fast as
/// the client takes the pieces; a file that cannot be read cuts the answer.
pub(crate) fn body(entries: Vec<Entry>) -> Body {
    let (sender, mut receiver) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let pieces = BufWriter::with_capacity(PIECE, Pieces(sender.clone()));
        let packed = pack(entries, pieces).and_then(|mut pieces| pieces.flush());
        if let Err(error) = packed {
            // A client that has left takes no error either.
            let _ = sender.blocking_send(Err(error));
        }
    });
    Body::from_stream(stream::poll_fn(move |context| receiver.poll_recv(context)))
}

/// Writes an archive, and returns what it was written to.
fn pack<R: Read, W: Write>(entries: impl IntoIterator<Item = Entry<R>>, out: W) -> io::Result<W> {
    let mut archive = ZipArchiveWriter::new(out);
    for Entry { name, bytes, modified, content } in entries {
        let seconds = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let modified = UtcDateTime::from_unix(seconds.try_into().unwrap_or(0));
        let (mut file, config) = archive.new_file(&name).last_modified(modified).start().map_err(io::Error::other)?;
        let mut data = config.wrap(&mut file);
        if io::copy(&mut content.take(bytes), &mut data)? < bytes {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let (_, sums) = data.finish().map_err(io::Error::other)?;
        file.finish(sums).map_err(io::Error::other)?;
    }
    archive.finish().map_err(io::Error::other)
}

/// Sends what is written as pieces of an answer.
struct Pieces(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map_err(|_| io::Error::from(ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use std::io::Seek;
    use std::time::Duration;

    fn entry(name: &str, content: &[u8], bytes: u64) -> Entry {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        file.rewind().unwrap();
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        Entry { name: name.into(), bytes, modified, content: file }
    }

    #[tokio::test]
    async fn an_archive_has_the_files_the_length_and_the_sums_that_it_names() {
        let long: Vec<u8> = (0..3 * PIECE + 7).map(|n| (n % 251) as u8).collect();
        let entries = vec![entry("final_mix.wav", &long, long.len() as u64), entry("größe.json", b"{}", 2)];
        let length = length(&entries).unwrap();
        let bytes = to_bytes(body(entries), 1 << 24).await.unwrap();
        assert_eq!(Some(bytes.len() as u64), length);
        let archive = rawzip::ZipArchive::from_slice(&bytes).unwrap();
        let mut found = Vec::new();
        for header in archive.entries() {
            let header = header.unwrap();
            let name = String::from_utf8(header.file_path().as_ref().to_vec()).unwrap();
            let file = archive.get_entry(header.wayfinder()).unwrap();
            let mut content = Vec::new();
            file.verifying_reader(file.data()).read_to_end(&mut content).unwrap();
            found.push((name, content));
        }
        assert_eq!(found, [("final_mix.wav".into(), long), ("größe.json".into(), b"{}".to_vec())]);
    }

    #[tokio::test]
    async fn a_file_that_is_shorter_than_stated_cuts_the_answer() {
        assert!(to_bytes(body(vec![entry("a.wav", b"abc", 4)]), 1 << 24).await.is_err());
    }

    #[test]
    fn the_length_of_a_large_archive_is_left_open() {
        assert_eq!(length(&[entry("a.wav", b"", ZIP64)]).unwrap(), None);
    }
}
