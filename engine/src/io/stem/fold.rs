//! Many channels to two, by the downmix of ITU-R BS.775.

use crate::audio::{Block, BlockMut, Channel, ChannelLayout};
use std::f32::consts::FRAC_1_SQRT_2;

/// Treatment of the channels of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fold {
    /// Mono stays mono, stereo stays stereo; more are folded to stereo by ITU-R BS.775-4, annex 4,
    /// table 2.
    #[default]
    Stereo,
    /// All channels as they are, as a meter needs them.
    Keep,
}

/// Weights into left and right for every stored channel.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::io) struct FoldMatrix {
    weights: Vec<(f32, f32)>,
}

/// Returns the weights of one loudspeaker. BS.775 covers L, R, C and the surrounds. The LFE channel
/// is left out, as in the recommendation: its use is optional, so it must not carry anything
/// needed. The rest is mixdown's extension. Loudspeakers left or right of the middle feed their own
/// side alone, in front at unity, elsewhere at −3 dB. Those in the middle of the rear, above or
/// below feed both sides at −6 dB.
fn weights(channel: Channel) -> (f32, f32) {
    use Channel as C;
    match channel {
        C::Left | C::LeftOfCentre => (1.0, 0.0),
        C::Right | C::RightOfCentre => (0.0, 1.0),
        // An unnamed position is treated as the centre: no side can be preferred.
        C::Centre | C::Other => (FRAC_1_SQRT_2, FRAC_1_SQRT_2),
        C::Lfe => (0.0, 0.0),
        C::LeftSurround
        | C::LeftRear
        | C::LeftWide
        | C::TopFrontLeft
        | C::TopSideLeft
        | C::TopRearLeft
        | C::BottomFrontLeft => (FRAC_1_SQRT_2, 0.0),
        C::RightSurround
        | C::RightRear
        | C::RightWide
        | C::TopFrontRight
        | C::TopSideRight
        | C::TopRearRight
        | C::BottomFrontRight => (0.0, FRAC_1_SQRT_2),
        C::CentreSurround | C::TopCentre | C::TopFrontCentre | C::TopRearCentre | C::BottomFrontCentre => (0.5, 0.5),
    }
}

impl FoldMatrix {
    /// Builds the fold that a layout needs: `None` for mono and stereo.
    pub(in crate::io) fn new(layout: &ChannelLayout, fold: Fold) -> Option<Self> {
        if fold == Fold::Keep || layout.count() <= 2 {
            return None;
        }
        Some(Self { weights: layout.channels().iter().map(|&channel| weights(channel)).collect() })
    }

    /// Returns the fold as one sentence, for the report.
    pub(in crate::io) fn sentence(layout: &ChannelLayout) -> String {
        use Channel as C;
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
        if has(&[C::LeftOfCentre, C::RightOfCentre]) {
            parts.push("left and right of centre to their side");
        }
        if has(&[C::LeftWide, C::RightWide]) {
            parts.push("wides at −3 dB to their side");
        }
        let upper =
            [C::TopFrontLeft, C::TopFrontRight, C::TopSideLeft, C::TopSideRight, C::TopRearLeft, C::TopRearRight];
        if has(&upper) || has(&[C::BottomFrontLeft, C::BottomFrontRight]) {
            parts.push("heights at −3 dB to their side");
        }
        if has(&[C::TopCentre, C::TopFrontCentre, C::TopRearCentre, C::BottomFrontCentre]) {
            parts.push("heights in the middle at −6 dB to both sides");
        }
        if has(&[Channel::Other]) {
            parts.push("channels without a known position at −3 dB to both sides");
        }
        if has(&[Channel::Lfe]) {
            parts.push("LFE left out");
        }
        format!("{} channels folded to stereo by ITU-R BS.775: {}", layout.count(), parts.join(", "))
    }

    /// Sums the stored channels of `source` into the two of `out`, which has as many frames.
    pub(in crate::io) fn apply(&self, source: &Block<'_>, out: &mut BlockMut<'_>) {
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
        // One frame per channel: frame c holds 1 in channel c alone.
        let channels: Vec<Vec<f32>> = (0..6).map(|c| (0..6).map(|f| f32::from(u8::from(f == c))).collect()).collect();
        let mut out = AudioBuffer::new(2, 6);
        fold.apply(&AudioBuffer::from_channels(&channels).block(), &mut out.block_mut());
        // BS.775-4, annex 4, table 2, 3/2 to 2/0: L' = L + 0.7071 C + 0.7071 LS. Stored order: L R
        // C LFE LS RS.
        let k = 0.707_106_77;
        assert_eq!(out.channel(0), [1.0, 0.0, k, 0.0, k, 0.0]);
        assert_eq!(out.channel(1), [0.0, 1.0, k, 0.0, 0.0, k]);
        assert!(FoldMatrix::sentence(&layout).contains("LFE left out"));
    }

    #[test]
    fn what_stands_left_or_right_of_the_middle_folds_to_its_own_side() {
        // Every loudspeaker that a mask can name, in the order of its bits.
        let layout = ChannelLayout::of_mask(0x3_ffff, 18);
        let fold = FoldMatrix::new(&layout, Fold::Stereo).unwrap();
        let side = |&(left, right): &(f32, f32)| match (left > 0.0, right > 0.0) {
            (true, false) => 'L',
            (false, true) => 'R',
            (both, _) => {
                if both {
                    'B'
                } else {
                    '-'
                }
            }
        };
        let sides: String = fold.weights.iter().map(side).collect();
        // FL FR FC LFE BL BR FLC FRC BC SL SR TC TFL TFC TFR TBL TBC TBR
        assert_eq!(sides, "LRB-LRLRBLRBLBRLBR");
        assert_eq!(fold.weights[6], (1.0, 0.0), "left of centre is a front channel");
    }

    #[test]
    fn mono_and_stereo_need_no_fold_and_keep_never_folds() {
        assert_eq!(FoldMatrix::new(&ChannelLayout::mono(), Fold::Stereo), None);
        assert_eq!(FoldMatrix::new(&ChannelLayout::stereo(), Fold::Stereo), None);
        assert_eq!(FoldMatrix::new(&ChannelLayout::usual(8), Fold::Keep), None);
    }
}
