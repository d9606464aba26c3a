//! A bound on what a form makes the service remember.

use axum::body::Body;
use axum::extract::Request;
use futures_util::StreamExt;
use std::io::{Error, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Largest number of bytes of a form that may have come without a piece of a file: a head of a
/// part, a field, or what arrived ahead.
const MOST: usize = 64 << 20;

/// Bytes of a form that came since its last piece of a file.
#[derive(Clone, Debug, Default)]
pub(in crate::routes) struct Unread(Arc<AtomicUsize>);

impl Unread {
    /// Returns the request with a body that ends in an error once too much of it is unread.
    pub(in crate::routes) fn counted(&self, request: Request) -> Request {
        let unread = Arc::clone(&self.0);
        request.map(|body| {
            Body::from_stream(body.into_data_stream().map(move |piece| {
                let piece = piece.map_err(Error::other)?;
                let sum = unread.fetch_add(piece.len(), Ordering::Relaxed) + piece.len();
                if sum > MOST {
                    Err(Error::new(ErrorKind::InvalidData, "a head or field is too long"))
                } else {
                    Ok(piece)
                }
            }))
        })
    }

    /// Forgets what came, since a piece of a file was read.
    pub(in crate::routes) fn reset(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_endless_head_ends_in_an_error() {
        let pieces = futures_util::stream::repeat_with(|| Ok::<_, Error>(vec![b'x'; 1 << 20]));
        let unread = Unread::default();
        let mut body = unread.counted(Request::new(Body::from_stream(pieces))).into_body().into_data_stream();
        for _ in 0..64 {
            assert!(body.next().await.unwrap().is_ok());
        }
        assert!(body.next().await.unwrap().is_err());
        unread.reset();
        assert!(body.next().await.unwrap().is_ok());
    }
}
