//! The file of an upload in progress.

use crate::error::ApiError;
use crate::sessions::create_part;
use axum::body::Bytes;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

/// Bytes that are gathered before they are written.
const GATHERED: usize = 1 << 20;

/// A part that is being written. Writing and hashing block, so they run on threads for that.
pub(crate) struct Part {
    /// `None` while a thread has it.
    writer: Option<Writer>,
    gathered: Vec<u8>,
    /// Bytes so far, gathered ones included.
    pub(crate) length: u64,
    path: PathBuf,
}

struct Writer {
    file: File,
    /// The hash of all bytes; `None` where the beginning came with an earlier request.
    hasher: Option<blake3::Hasher>,
}

impl Part {
    /// Opens a part at its beginning, or at its end for more.
    pub(crate) fn open(path: PathBuf, from: u64) -> Result<Self, ApiError> {
        let file = create_part(&path, from > 0)?;
        let hasher = (from == 0).then(blake3::Hasher::new);
        Ok(Self { writer: Some(Writer { file, hasher }), gathered: Vec::new(), length: from, path })
    }

    /// Appends bytes.
    pub(crate) async fn push(&mut self, mut bytes: Bytes) -> Result<(), ApiError> {
        self.length += bytes.len() as u64;
        while !bytes.is_empty() {
            let room = GATHERED - self.gathered.len();
            let next = bytes.split_to(room.min(bytes.len()));
            self.gathered.extend_from_slice(&next);
            if self.gathered.len() == GATHERED {
                self.write(false).await?;
            }
        }
        Ok(())
    }

    /// Makes the bytes durable.
    pub(crate) async fn sync(&mut self) -> Result<(), ApiError> {
        self.write(true).await
    }

    /// Returns the hash of all bytes; `None` where it must be taken from the file.
    pub(crate) fn hash(&self) -> Option<String> {
        self.writer.as_ref()?.hasher.as_ref().map(|hasher| hasher.finalize().to_hex().to_string())
    }

    async fn write(&mut self, sync: bool) -> Result<(), ApiError> {
        let Some(mut writer) = self.writer.take() else {
            return Err(ApiError::new(crate::error::Code::Internal, "an earlier write of the upload failed"));
        };
        let mut gathered = std::mem::take(&mut self.gathered);
        let written = tokio::task::spawn_blocking(move || {
            writer.file.write_all(&gathered)?;
            if let Some(hasher) = &mut writer.hasher {
                hasher.update(&gathered);
            }
            if sync {
                writer.file.sync_all()?;
            }
            gathered.clear();
            Ok((writer, gathered))
        });
        let failed =
            |error: std::io::Error| ApiError::from_io(&error, &format_args!("{}: {error}", self.path.display()));
        let (writer, gathered) = match written.await {
            Ok(written) => written.map_err(failed)?,
            Err(error) => return Err(failed(std::io::Error::other(error))),
        };
        (self.writer, self.gathered) = (Some(writer), gathered);
        Ok(())
    }
}
