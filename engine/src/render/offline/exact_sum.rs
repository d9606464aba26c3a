//! Whether a mix is made of the very steps that its stems are stored in, so that it can be written
//! without rounding.

use crate::io::StemInfo;
use crate::mix::{Matrix, fader};
use crate::render::plan::Plan;
use crate::session::{AuxSend, Target};

/// Returns whether every sample that reaches the limiter is a sum of whole steps of the output's
/// format: stems stored in no more bits, at the mix's rate, at unity or muted or with inverted
/// polarity, without inserts and without a loudness target.
///
/// Such a sum needs no rounding, and so no dither; what the limiter turns down does.
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
    let warp = plan.placement(index).retiming.warp;
    let matrix = Matrix::of_track(track, stem.layout.count()).scaled(fader(track.gain_db, track.mute));
    whole_bits(stem).is_some_and(|stored| stored <= bits)
        && stem.fold.is_none()
        && stem.sample_rate == plan.sample_rate()
        && warp.is_shift()
        && warp.start.fract() == 0.0
        && track.inserts.is_empty()
        && is_whole(matrix)
        && are_whole(&track.sends)
}

/// The bits of a stored sample, where samples are stored as whole numbers.
fn whole_bits(stem: &StemInfo) -> Option<u32> {
    stem.bits.filter(|_| !stem.codec.starts_with("pcm_f"))
}

/// Whether what goes through the gains is kept, left out or turned over, and nothing else.
fn is_whole(matrix: Matrix) -> bool {
    matrix.gains().iter().all(|gain| [-1.0, 0.0, 1.0].contains(gain))
}

fn are_whole(sends: &[AuxSend]) -> bool {
    sends.iter().all(|send| send.gain_db == 0.0)
}
