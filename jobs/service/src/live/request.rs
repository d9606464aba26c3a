//! The request to an engine's process.

use super::rendered::RenderedMix;
use mixdown_engine::session::Session;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Form of samples on the socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SampleForm {
    /// 32-bit float.
    #[default]
    Float,
    /// 16-bit integers, rounded to the nearest without dither.
    Int16,
}

impl SampleForm {
    /// Returns the bytes of a stereo frame.
    pub(crate) fn frame_bytes(self) -> usize {
        match self {
            Self::Float => 8,
            Self::Int16 => 4,
        }
    }
}

/// The last render of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LastRender {
    /// Its levels.
    pub mix: RenderedMix,
    /// The time of its end.
    pub rendered_at: Option<jiff::Timestamp>,
}

/// The request to an engine's process: its first frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct EngineRequest {
    /// The session document, with absolute paths of stems.
    pub session: Session,
    /// The last render of it, if any.
    pub render: Option<LastRender>,
    /// Form of the samples.
    pub form: SampleForm,
    /// Readings per second at first, 0 to 60.
    pub rate_hz: f64,
    /// Largest memory of the process, in MiB.
    pub memory_mb: u64,
}
