//! Many channels to two, by the downmix of ITU-R BS.775.

use crate::audio::{Block, BlockMut, Channel, ChannelLayout};
use std::f32::consts::FRAC_1_SQRT_2;

/// What to do with the channels of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fold {
    /// Mono stays mono, stereo stays stereo; more are folded to stereo by ITU-R BS.775-4, annex 4, table 2.
    #[default]
    Stereo,
    /// All channels as they are: what a meter wants.
    Keep,
}

/// Weights into left and right for every stored channel.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FoldMatrix {
    weights: Vec<(f32, f32)>,
}

/// The weights of one loudspeaker. The LFE channel is left out, as the recommendation has it: its use is optional for the
/// listener, so nothing needed may be in it. A single rear channel is shared between both sides at −3 dB more.
fn weights(channel: Channel) -> (f32, f32) {
    match channel {
        Channel::Left => (1.0, 0.0),
        Channel::Right => (0.0, 1.0),
        // An unnamed position is treated as the centre: no side can be preferred.
        Channel::Centre | Channel::Other => (FRAC_1_SQRT_2, FRAC_1_SQRT_2),
        Channel::Lfe => (0.0, 0.0),
        Channel::LeftSurround | Channel::LeftRear => (FRAC_1_SQRT_2, 0.0),
        Channel::RightSurround | Channel::RightRear => (0.0, FRAC_1_SQRT_2),
        Channel::CentreSurround => (0.5, 0.5),
    }
}

impl FoldMatrix {
    /// The fold that a layout needs: none for mono and stereo.
    pub(super) fn new(layout: &ChannelLayout, fold: Fold) -> Option<Self> {
        if fold == Fold::Keep || layout.count() <= 2 {
            return None;
        }
        Some(Self { weights: layout.channels().iter().map(|&channel| weights(channel)).collect() })
    }

    /// The fold in one sentence, for the report.
    pub(super) fn sentence(layout: &ChannelLayout) -> String {
        let has = |wanted: &[Channel]| layout.channels().iter().any(|channel| wanted.contains(channel));
        let mut parts = Vec::new();
        if has(&[Channel::Centre]) {
            parts.push("centre at −3 dB to both sides");
        }
        if has(&[Channel::LeftSurround, Channel::RightSurround, Channel::LeftRear, Channel::RightRear]) {
            parts.push("surrounds at −3 dB to their side");
        }
        if has(&[Channel::CentreSurround]) {
            parts.push("rear centre at −6 dB to both sides");
        }
        if has(&[Channel::Other]) {
            parts.push("channels without a known position at −3 dB to both sides");
        }
        if has(&[Channel::Lfe]) {
            parts.push("LFE left out");
        }
        format!("{} channels folded to stereo by ITU-R BS.775: {}", layout.count(), parts.join(", "))
    }

    /// Sums the stored channels of `source` into the two of `out`; as many frames.
    pub(super) fn apply(&self, source: &Block<'_>, out: &mut BlockMut<'_>) {
        out.fill(0.0);
        let (left, right) = out.pair_mut();
        for (channel, &(to_left, to_right)) in self.weights.iter().enumerate() {
            let samples = source.channel(channel);
            for (weight, side) in [(to_left, &mut *left), (to_right, &mut *right)] {
                if weight != 0.0 {
                    side.iter_mut().zip(samples).for_each(|(sum, &sample)| *sum += weight * sample);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;

    #[test]
    fn each_channel_of_5_1_lands_where_bs_775_says() {
        let layout = ChannelLayout::usual(6);
        let fold = FoldMatrix::new(&layout, Fold::Stereo).unwrap();
        // One frame a channel: frame c holds 1 in channel c alone.
        let channels: Vec<Vec<f32>> = (0..6).map(|c| (0..6).map(|f| f32::from(u8::from(f == c))).collect()).collect();
        let mut out = AudioBuffer::new(2, 6);
        fold.apply(&AudioBuffer::from_channels(&channels).block(), &mut out.block_mut());
        // BS.775-4, annex 4, table 2, 3/2 to 2/0: L' = L + 0.7071 C + 0.7071 LS. Stored order: L R C LFE LS RS.
        let k = 0.707_106_77;
        assert_eq!(out.channel(0), [1.0, 0.0, k, 0.0, k, 0.0]);
        assert_eq!(out.channel(1), [0.0, 1.0, k, 0.0, 0.0, k]);
        assert!(FoldMatrix::sentence(&layout).contains("LFE left out"));
    }

    #[test]
    fn mono_and_stereo_need_no_fold_and_keep_never_folds() {
        assert_eq!(FoldMatrix::new(&ChannelLayout::mono(), Fold::Stereo), None);
        assert_eq!(FoldMatrix::new(&ChannelLayout::stereo(), Fold::Stereo), None);
        assert_eq!(FoldMatrix::new(&ChannelLayout::usual(8), Fold::Keep), None);
    }
}
