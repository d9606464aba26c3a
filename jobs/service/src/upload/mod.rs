//! Uploads: a body streamed into a part, decoded, and put in its place.

mod finish;
mod hold;
mod jobs;
mod part;
mod range;
mod receive;
mod request;

pub(crate) use jobs::{check_session_idle, check_stem_idle};
pub(crate) use part::Part;
pub(crate) use range::ContentRange;
pub(crate) use receive::{UPLOAD_OFFSET, check_room, receive, stream, too_large};
pub(crate) use request::{Received, Upload, upload_key};
