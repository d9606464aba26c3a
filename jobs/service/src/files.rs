//! Answers that are files: ranges and preconditions of RFC 9110.

use crate::error::{ApiError, Code};
use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_MATCH, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, LAST_MODIFIED, RANGE,
};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use http_range_header::parse_range_header;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::ops::RangeInclusive;
use std::time::SystemTime;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

/// Bytes of a file that are in memory at once.
const BUFFER: usize = 64 << 10;

/// An open file for an answer.
#[derive(Debug)]
pub(crate) struct FileReply {
    file: File,
    bytes: u64,
    modified: SystemTime,
    etag: String,
    content_type: &'static str,
}

impl FileReply {
    /// Creates an answer. The entity tag is strong, with its quotes.
    ///
    /// # Errors
    /// When the system does not return the file's metadata.
    pub(crate) fn new(file: File, etag: String, content_type: &'static str) -> std::io::Result<Self> {
        let data = file.metadata()?;
        Ok(Self { bytes: data.len(), modified: data.modified()?, file, etag, content_type })
    }

    /// Answers a GET or HEAD request with these headers.
    pub(crate) fn respond(self, request: &HeaderMap) -> Response {
        match self.outcome(request) {
            Outcome::Changed => {
                ApiError::new(Code::Precondition, "the file is not the one that the request expects").into_response()
            }
            Outcome::Same => (StatusCode::NOT_MODIFIED, self.headers()).into_response(),
            Outcome::Beyond => ApiError::new(Code::RangeUnsatisfiable, format!("the file has {} bytes", self.bytes))
                .header(CONTENT_RANGE, format!("bytes */{}", self.bytes))
                .into_response(),
            Outcome::Whole => self.body(StatusCode::OK, None),
            Outcome::Part(range) => self.body(StatusCode::PARTIAL_CONTENT, Some(range)),
        }
    }

    fn headers(&self) -> [(HeaderName, String); 4] {
        [
            (ETAG, self.etag.clone()),
            (LAST_MODIFIED, httpdate::fmt_http_date(self.modified)),
            (ACCEPT_RANGES, "bytes".into()),
            // Kept, and compared by its tag before each use.
            (CACHE_CONTROL, "private, no-cache".into()),
        ]
    }

    fn body(mut self, status: StatusCode, range: Option<RangeInclusive<u64>>) -> Response {
        let (start, end) = range.as_ref().map_or((0, self.bytes), |range| (*range.start(), range.end() + 1));
        if let Err(error) = self.file.seek(SeekFrom::Start(start)) {
            return ApiError::from_io(&error, &error).into_response();
        }
        let headers = self.headers();
        let content = [(CONTENT_TYPE, self.content_type.to_owned()), (CONTENT_LENGTH, (end - start).to_string())];
        let range = range.map(|_| [(CONTENT_RANGE, format!("bytes {start}-{}/{}", end - 1, self.bytes))]);
        let reader = tokio::fs::File::from_std(self.file).take(end - start);
        let body = Body::from_stream(ReaderStream::with_capacity(reader, BUFFER));
        let mut response = (status, headers, content, body).into_response();
        for (name, value) in range.into_iter().flatten() {
            // Digits and signs are valid in headers.
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    /// Returns the outcome of the preconditions, in the order of RFC 9110, section 13.2.2.
    fn outcome(&self, request: &HeaderMap) -> Outcome {
        let date = |name| header(request, &name).and_then(|text| httpdate::parse_http_date(text).ok());
        // Dates in headers have whole seconds.
        let modified = httpdate::parse_http_date(&httpdate::fmt_http_date(self.modified)).unwrap_or(self.modified);
        if let Some(tags) = header(request, &IF_MATCH) {
            if !matches_tag(tags, &self.etag, false) {
                return Outcome::Changed;
            }
        } else if date(IF_UNMODIFIED_SINCE).is_some_and(|since| modified > since) {
            return Outcome::Changed;
        }
        if let Some(tags) = header(request, &IF_NONE_MATCH) {
            if matches_tag(tags, &self.etag, true) {
                return Outcome::Same;
            }
        } else if date(IF_MODIFIED_SINCE).is_some_and(|since| modified <= since) {
            return Outcome::Same;
        }
        let same = header(request, &IF_RANGE).is_none_or(|validator| {
            validator == self.etag || httpdate::parse_http_date(validator).is_ok_and(|date| date == modified)
        });
        match header(request, &RANGE).filter(|_| same) {
            Some(range) => self.part(range),
            None => Outcome::Whole,
        }
    }

    /// Returns the part of a range; more than one range, or another unit, gives the whole file.
    fn part(&self, range: &str) -> Outcome {
        let Ok(parsed) = parse_range_header(range) else { return Outcome::Whole };
        if parsed.ranges.len() != 1 {
            return Outcome::Whole;
        }
        match parsed.validate(self.bytes).ok().and_then(|mut ranges| ranges.pop()) {
            Some(range) => Outcome::Part(range),
            None => Outcome::Beyond,
        }
    }
}

/// Outcome of the preconditions of a request.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Changed,
    Same,
    Beyond,
    Whole,
    Part(RangeInclusive<u64>),
}

/// Returns a header as text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Returns true if a list of entity tags has this one, or is `*`.
pub(crate) fn matches_tag(list: &str, etag: &str, weak: bool) -> bool {
    list.trim() == "*"
        || list.split(',').map(str::trim).any(|tag| tag == etag || weak && tag.strip_prefix("W/") == Some(etag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn outcome(headers: &[(HeaderName, &str)]) -> Outcome {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[0; 100]).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_millis(1_500)).unwrap();
        let reply = FileReply::new(file, "\"abc\"".into(), "audio/wav").unwrap();
        reply.outcome(&headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect())
    }

    #[test]
    fn ranges_follow_the_standard() {
        assert_eq!(outcome(&[]), Outcome::Whole);
        assert_eq!(outcome(&[(RANGE, "bytes=0-9")]), Outcome::Part(0..=9));
        assert_eq!(outcome(&[(RANGE, "bytes=90-")]), Outcome::Part(90..=99));
        assert_eq!(outcome(&[(RANGE, "bytes=-10")]), Outcome::Part(90..=99));
        assert_eq!(outcome(&[(RANGE, "bytes=90-1000")]), Outcome::Part(90..=99));
        assert_eq!(outcome(&[(RANGE, "bytes=100-")]), Outcome::Beyond);
        for whole in ["bytes=0-1,5-6", "bytes=9-0x", "frames=0-1", "bytes=", ""] {
            assert_eq!(outcome(&[(RANGE, whole)]), Outcome::Whole, "{whole}");
        }
    }

    #[test]
    fn preconditions_follow_the_standard() {
        let (early, second, late) =
            ("Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:01 GMT", "Thu, 01 Jan 1970 00:00:02 GMT");
        assert_eq!(outcome(&[(IF_MATCH, "\"abc\", \"d\"")]), Outcome::Whole);
        assert_eq!(outcome(&[(IF_MATCH, "*")]), Outcome::Whole);
        assert_eq!(outcome(&[(IF_MATCH, "W/\"abc\"")]), Outcome::Changed, "a strong comparison");
        assert_eq!(outcome(&[(IF_UNMODIFIED_SINCE, early)]), Outcome::Changed);
        assert_eq!(outcome(&[(IF_UNMODIFIED_SINCE, second)]), Outcome::Whole);
        assert_eq!(outcome(&[(IF_NONE_MATCH, "\"d\", W/\"abc\"")]), Outcome::Same);
        assert_eq!(outcome(&[(IF_NONE_MATCH, "\"d\""), (IF_MODIFIED_SINCE, late)]), Outcome::Whole);
        assert_eq!(outcome(&[(IF_MODIFIED_SINCE, second)]), Outcome::Same);
        assert_eq!(outcome(&[(RANGE, "bytes=0-0"), (IF_RANGE, "\"abc\"")]), Outcome::Part(0..=0));
        assert_eq!(outcome(&[(RANGE, "bytes=0-0"), (IF_RANGE, "\"d\"")]), Outcome::Whole);
        assert_eq!(outcome(&[(RANGE, "bytes=0-0"), (IF_RANGE, second)]), Outcome::Part(0..=0));
    }
}
