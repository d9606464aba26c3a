//! Tracks with keys in an offline mix: their inserts run with the sum, in the order of the routing,
//! while their next input is read.

use super::chunk::MixChunk;
use super::strip_meter::StripMeter;
use crate::meter::ProgrammeMeter;
use crate::mix::{MixTracks, Strip, StripOutputs, TrackStrip};
use crate::render::clip::Clip;

/// The late tracks, by their index in the session.
pub(crate) struct LateTracks(Vec<Option<LateTrack>>);

struct LateTrack {
    strip: Strip,
    meter: Option<StripMeter>,
}

/// All tracks of a chunk: those that are ready, and the late ones.
pub(crate) struct ChunkTracks<'a> {
    outputs: &'a [StripOutputs],
    late: &'a mut LateTracks,
}

impl LateTracks {
    /// Takes the strips of late tracks, and their meters. Allocates.
    pub(crate) fn take(tracks: &mut [TrackStrip<Clip>], meters: &mut [Option<StripMeter>]) -> Self {
        let late = |(track, meter): (&mut TrackStrip<Clip>, &mut Option<StripMeter>)| {
            let strip = track.take_late_strip()?;
            Some(LateTrack { strip, meter: meter.take() })
        };
        Self(tracks.iter_mut().zip(meters).map(late).collect())
    }

    /// Runs a sum over all tracks of a chunk.
    pub(crate) fn with(&mut self, chunk: &mut MixChunk, mix: impl FnOnce(&mut ChunkTracks<'_>)) {
        self.exchange(&mut chunk.outputs);
        mix(&mut ChunkTracks { outputs: &chunk.outputs, late: self });
        self.exchange(&mut chunk.outputs);
        for (index, late) in self.0.iter_mut().enumerate() {
            if let Some(LateTrack { meter: Some(meter), .. }) = late {
                let output = chunk.outputs[index].first(false, chunk.rendered);
                meter.observe(&output, chunk.position, chunk.track_ends[index]);
            }
        }
    }

    fn exchange(&mut self, outputs: &mut [StripOutputs]) {
        for (late, outputs) in self.0.iter_mut().zip(outputs) {
            if let Some(late) = late {
                late.strip.swap_outputs(outputs);
            }
        }
    }

    /// Returns the meters of late tracks, each with its index in the session.
    pub(crate) fn meters(&mut self) -> impl Iterator<Item = (usize, &mut ProgrammeMeter)> {
        let meters = self.0.iter_mut().enumerate();
        meters.filter_map(|(index, late)| Some((index, &mut late.as_mut()?.meter.as_mut()?.meter)))
    }

    /// Returns the meter of each track, if it is late and measured.
    pub(crate) fn into_meters(self) -> impl Iterator<Item = Option<StripMeter>> {
        self.0.into_iter().map(|late| late.and_then(|late| late.meter))
    }
}

impl MixTracks for ChunkTracks<'_> {
    fn outputs(&self, index: usize) -> &StripOutputs {
        self.late.0[index].as_ref().map_or(&self.outputs[index], |late| late.strip.outputs())
    }

    fn late_mut(&mut self, index: usize) -> Option<&mut Strip> {
        self.late.0[index].as_mut().map(|late| &mut late.strip)
    }
}
