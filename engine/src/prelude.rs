//! The names that most programs need: `use mixdown_engine::prelude::*`.

pub use crate::audio::AudioBuffer;
pub use crate::dsp::Insert;
pub use crate::meter::Measurement;
pub use crate::render::{Phase, Progress, Render, RenderError, Rendered};
pub use crate::report::Report;
pub use crate::session::{Bus, Session, Target, Track};
