//! Frames between the service and an engine's process: a kind, a length, a payload.

use std::io::{self, Read, Write};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes before a payload: the kind, and the length as u32, little-endian.
const HEAD: usize = 5;

/// Contents of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// JSON that must arrive.
    Text = 1,
    /// JSON that may be left out for a slow client: levels, spectra, scopes.
    Reading = 2,
    /// The number of the first frame as u64, then samples, little-endian.
    Sound = 3,
    /// The reason why the process ends, as a sentence. Nothing follows.
    Failed = 4,
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The contents of the payload.
    pub kind: Kind,
    /// The payload.
    pub payload: Vec<u8>,
}

/// Kind and length of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    kind: Kind,
    length: usize,
}

impl Head {
    /// Parses the bytes before a payload of at most `limit` bytes.
    fn parse([kind, length @ ..]: [u8; HEAD], limit: usize) -> io::Result<Self> {
        let kind = match kind {
            1 => Kind::Text,
            2 => Kind::Reading,
            3 => Kind::Sound,
            4 => Kind::Failed,
            other => return Err(invalid(format!("a frame of the unknown kind {other}"))),
        };
        let length = u32::from_le_bytes(length) as usize;
        if length > limit {
            return Err(invalid(format!("a frame of {length} bytes; at most {limit} are allowed")));
        }
        Ok(Self { kind, length })
    }
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Returns a payload that was read, or the error for one that is cut short.
fn whole(head: Head, payload: Vec<u8>) -> io::Result<Frame> {
    if payload.len() < head.length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Frame { kind: head.kind, payload })
}

/// Reads the next frame, of at most `limit` bytes; `None` at the end.
///
/// # Errors
/// When the input fails, is cut within a frame, or has a frame of an unknown kind or length.
pub(crate) fn read(input: &mut impl Read, limit: usize) -> io::Result<Option<Frame>> {
    let mut head = [0; HEAD];
    // An end between two frames is not an error.
    if input.by_ref().take(1).read(&mut head[..1])? == 0 {
        return Ok(None);
    }
    input.read_exact(&mut head[1..])?;
    let head = Head::parse(head, limit)?;
    let mut payload = Vec::new();
    input.take(head.length as u64).read_to_end(&mut payload)?;
    whole(head, payload).map(Some)
}

/// Reads as [`read`] does, without blocking a thread.
///
/// # Errors
/// As [`read`].
pub(crate) async fn read_async(input: &mut (impl AsyncRead + Unpin + Send), limit: usize) -> io::Result<Option<Frame>> {
    let mut head = [0; HEAD];
    if input.read(&mut head[..1]).await? == 0 {
        return Ok(None);
    }
    input.read_exact(&mut head[1..]).await?;
    let head = Head::parse(head, limit)?;
    let mut payload = Vec::new();
    input.take(head.length as u64).read_to_end(&mut payload).await?;
    whole(head, payload).map(Some)
}

/// Returns the bytes before a payload; `None` for one that is too long for a frame.
pub(crate) fn head(kind: Kind, payload: &[u8]) -> Option<[u8; HEAD]> {
    let [a, b, c, d] = u32::try_from(payload.len()).ok()?.to_le_bytes();
    Some([kind as u8, a, b, c, d])
}

/// Writes a frame.
///
/// # Errors
/// When the output fails, or the payload has 4 GiB or more.
pub(crate) fn write(output: &mut impl Write, kind: Kind, payload: &[u8]) -> io::Result<()> {
    let head = head(kind, payload).ok_or_else(|| invalid("a payload of 4 GiB or more".into()))?;
    output.write_all(&head)?;
    output.write_all(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_as_they_were_written() {
        let mut bytes = Vec::new();
        let written = [(Kind::Text, &b"{}"[..]), (Kind::Sound, &[7; 300]), (Kind::Failed, &[])];
        for (kind, payload) in written {
            write(&mut bytes, kind, payload).unwrap();
        }
        let mut input = &bytes[..];
        for (kind, payload) in written {
            assert_eq!(read(&mut input, 300).unwrap(), Some(Frame { kind, payload: payload.to_vec() }));
        }
        assert_eq!(read(&mut input, 300).unwrap(), None);
    }

    #[test]
    fn wrong_kinds_lengths_and_cuts_are_errors() {
        for wrong in [&[0, 0, 0, 0, 0][..], &[5, 0, 0, 0, 0], &[1, 9, 0, 0, 0, 1], &[1, 2, 0], &[1, 2, 0, 0, 0, 1]] {
            assert!(read(&mut &*wrong, 8).is_err(), "{wrong:?}");
        }
    }
}
