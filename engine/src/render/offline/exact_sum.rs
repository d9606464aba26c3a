//! Check for exact sums: mixes made of the quantisation steps of their stems, which can be written
//! without rounding.

use crate::io::StemInfo;
use crate::mix::{Matrix, fader};
use crate::render::plan::Plan;
use crate::session::{AuxSend, Target};

/// Returns true if every sample that reaches the limiter is a sum of whole steps of the output's
/// format. This requires stems stored in no more bits, at the mix's rate, at unity, muted or with
/// inverted polarity. It also requires that there are no inserts and no loudness target.
///
/// Such a sum needs no rounding, and therefore no dither; samples reduced by the limiter do.
pub(crate) fn is_exact(plan: &Plan) -> bool {
    let session = plan.session();
    let bits = u32::from(session.output.format.samples().bits());
    !session.output.format.samples().is_float()
        && session.master.target == Target::None
        && session.master.inserts.is_empty()
        && plan.stems().iter().enumerate().all(|(index, stem)| is_exact_stem(plan, index, stem, bits))
        && session.buses.iter().all(|bus| {
            let matrix = Matrix::of_bus(bus).scaled(fader(bus.gain_db, bus.mute));
            bus.inserts.is_empty() && is_whole(matrix) && are_whole(&bus.sends)
        })
}

fn is_exact_stem(plan: &Plan, index: usize, stem: &StemInfo, bits: u32) -> bool {
    let track = &plan.session().tracks[index];
    let time_map = plan.placement(index).retiming.time_map;
    let matrix = Matrix::of_track(track, stem.layout.count()).scaled(fader(track.gain_db, track.mute));
    whole_bits(stem).is_some_and(|stored| stored <= bits)
        && stem.fold.is_none()
        && stem.sample_rate == plan.sample_rate()
        && time_map.is_shift()
        && time_map.start.fract() == 0.0
        && track.inserts.is_empty()
        && is_whole(matrix)
        && are_whole(&track.sends)
}

/// Returns the bits of a stored sample, if samples are stored as integers.
fn whole_bits(stem: &StemInfo) -> Option<u32> {
    stem.bits.filter(|_| !stem.codec.starts_with("pcm_f"))
}

/// Returns true if the gains only keep, omit or invert samples.
fn is_whole(matrix: Matrix) -> bool {
    matrix.gains().iter().all(|gain| [-1.0, 0.0, 1.0].contains(gain))
}

fn are_whole(sends: &[AuxSend]) -> bool {
    sends.iter().all(|send| send.gain_db == 0.0)
}
