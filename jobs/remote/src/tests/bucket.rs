//! The objects of a small S3 server, in memory.

use super::message::{Answer, Request};
use std::collections::{BTreeMap, BTreeSet};

/// Objects by path with the bucket, parts of uploads, and the only bucket there is.
#[derive(Default)]
pub(super) struct Bucket {
    pub(super) objects: BTreeMap<String, Vec<u8>>,
    /// By number of the upload and of the part.
    parts: BTreeMap<(usize, usize), Vec<u8>>,
    /// Uploads that take parts.
    open: BTreeSet<usize>,
    uploads: usize,
}

const NAME: &str = "/b/";

impl Bucket {
    pub(super) fn answer(&mut self, request: &Request) -> Answer {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        if !path.starts_with(NAME) && path != "/b" {
            return Answer::new(404, "<Error><Code>NoSuchBucket</Code><Message>No such bucket.</Message></Error>");
        }
        let number = |key: &str| {
            let pair = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{key}=")));
            pair.and_then(|value| value.parse::<usize>().ok())
        };
        match (&*request.method, number("uploadId")) {
            ("GET", _) => self.get(path, request),
            ("PUT", Some(upload)) if !self.open.contains(&upload) => {
                Answer::new(404, "<Error><Code>NoSuchUpload</Code></Error>")
            }
            ("PUT", Some(upload)) => {
                let part = number("partNumber").unwrap_or_default();
                self.parts.insert((upload, part), request.body.clone());
                Answer::new(200, "").with("etag", &format!("\"part-{part}\""))
            }
            ("PUT", None) => self.put(path, request),
            ("POST", None) if query.starts_with("delete") => {
                let text = String::from_utf8_lossy(&request.body).into_owned();
                let mut deleted = String::new();
                for key in text.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next()) {
                    self.objects.remove(&format!("{NAME}{key}"));
                    deleted += &format!("<Deleted><Key>{key}</Key></Deleted>");
                }
                Answer::new(200, &format!("<DeleteResult>{deleted}</DeleteResult>"))
            }
            ("POST", None) => {
                self.uploads += 1;
                self.open.insert(self.uploads);
                Answer::new(
                    200,
                    &format!(
                        "<InitiateMultipartUploadResult><UploadId>{}</UploadId></InitiateMultipartUploadResult>",
                        self.uploads
                    ),
                )
            }
            ("POST", Some(upload)) => {
                let bytes: Vec<u8> = self.taken(upload).concat();
                self.objects.insert(path.to_owned(), bytes);
                Answer::new(
                    200,
                    "<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>",
                )
            }
            ("DELETE", Some(upload)) => {
                self.taken(upload);
                Answer::new(204, "")
            }
            _ => Answer::new(405, ""),
        }
    }

    /// Returns the number of parts that belong to no object yet.
    pub(super) fn loose_parts(&self) -> usize {
        self.parts.len()
    }

    fn taken(&mut self, upload: usize) -> Vec<Vec<u8>> {
        self.open.remove(&upload);
        let later = self.parts.split_off(&(upload + 1, 0));
        let mut mine = self.parts.split_off(&(upload, 0));
        self.parts.extend(later);
        std::mem::take(&mut mine).into_values().collect()
    }

    fn tag(&self, path: &str) -> Option<String> {
        // FNV-1a.
        let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        let bytes = self.objects.get(path)?;
        Some(format!("\"{:x}\"", bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix)))
    }

    fn get(&self, path: &str, request: &Request) -> Answer {
        let (Some(bytes), Some(tag)) = (self.objects.get(path), self.tag(path)) else {
            return Answer::new(404, "<Error><Code>NoSuchKey</Code></Error>");
        };
        if request.header("if-none-match") == Some(&*tag) {
            return Answer::new(304, "").with("etag", &tag);
        }
        let range = request.header("range").and_then(|range| range.strip_prefix("bytes="));
        let range = range.and_then(|range| range.split_once('-'));
        let mut answer = Answer { status: 200, headers: Vec::new(), body: bytes.clone() };
        if let Some((first, last)) = range {
            let (first, last) = (first.parse::<usize>().unwrap(), last.parse::<usize>().unwrap());
            if last >= bytes.len() {
                return Answer::new(416, "<Error><Code>InvalidRange</Code></Error>");
            }
            answer.status = 206;
            answer.body = bytes[first..=last].to_vec();
            answer = answer.with("content-range", &format!("bytes {first}-{last}/{}", bytes.len()));
        }
        answer.with("etag", &tag).with("last-modified", "Sat, 01 Jan 2000 00:00:00 GMT")
    }

    fn put(&mut self, path: &str, request: &Request) -> Answer {
        let tag = self.tag(path);
        let refused = match (request.header("if-none-match"), request.header("if-match")) {
            (Some("*"), _) => tag.is_some(),
            (_, Some(known)) => tag.as_deref() != Some(known),
            _ => false,
        };
        if refused {
            return Answer::new(412, "<Error><Code>PreconditionFailed</Code></Error>");
        }
        self.objects.insert(path.to_owned(), request.body.clone());
        Answer::new(200, "").with("etag", &self.tag(path).unwrap_or_default())
    }
}
