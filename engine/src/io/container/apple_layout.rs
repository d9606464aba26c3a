//! Apple's `AudioChannelLayout`, as CAF (`chan`), AIFF (`CHAN`) and `QuickTime` (`chan`) store it:
//! CoreAudioBaseTypes.h.

use crate::audio::Channel::{
    self, Centre, CentreSurround, Left, LeftOfCentre, LeftRear, LeftSurround, LeftWide, Lfe, Other, Right,
    RightOfCentre, RightRear, RightSurround, RightWide, TopCentre, TopFrontCentre, TopFrontLeft, TopFrontRight,
    TopRearCentre, TopRearLeft, TopRearRight, TopSideLeft, TopSideRight,
};
use crate::audio::ChannelLayout;

/// Longest layout read: a header, and a description for each of the most channels supported.
pub(in crate::io) const MAX_BYTES: usize = 12 + 20 * ChannelLayout::MAX_CHANNELS;
const USE_DESCRIPTIONS: u32 = 0;
const USE_BITMAP: u32 = 1 << 16;

/// Layouts that are identified by their tag: number of the tag, channels.
const TAGS: &[(u32, &[Channel])] = &[
    (108, &[Left, Right, LeftSurround, RightSurround]),
    (109, &[Left, Right, LeftSurround, RightSurround, Centre]),
    (110, &[Left, Right, LeftSurround, RightSurround, Centre, CentreSurround]),
    (113, &[Left, Right, Centre]),
    (114, &[Centre, Left, Right]),
    (115, &[Left, Right, Centre, CentreSurround]),
    (116, &[Centre, Left, Right, CentreSurround]),
    (117, &[Left, Right, Centre, LeftSurround, RightSurround]),
    (118, &[Left, Right, LeftSurround, RightSurround, Centre]),
    (119, &[Left, Centre, Right, LeftSurround, RightSurround]),
    (120, &[Centre, Left, Right, LeftSurround, RightSurround]),
    (121, &[Left, Right, Centre, Lfe, LeftSurround, RightSurround]),
    (122, &[Left, Right, LeftSurround, RightSurround, Centre, Lfe]),
    (123, &[Left, Centre, Right, LeftSurround, RightSurround, Lfe]),
    (124, &[Centre, Left, Right, LeftSurround, RightSurround, Lfe]),
    (125, &[Left, Right, Centre, Lfe, LeftSurround, RightSurround, CentreSurround]),
    (126, &[Left, Right, Centre, Lfe, LeftSurround, RightSurround, LeftOfCentre, RightOfCentre]),
    (127, &[Centre, LeftOfCentre, RightOfCentre, Left, Right, LeftSurround, RightSurround, Lfe]),
    (128, &[Left, Right, Centre, Lfe, LeftSurround, RightSurround, LeftRear, RightRear]),
    (129, &[Left, Right, LeftSurround, RightSurround, Centre, Lfe, LeftOfCentre, RightOfCentre]),
    (131, &[Left, Right, CentreSurround]),
    (132, &[Left, Right, LeftSurround, RightSurround]),
    (133, &[Left, Right, Lfe]),
    (134, &[Left, Right, Lfe, CentreSurround]),
    (135, &[Left, Right, Lfe, LeftSurround, RightSurround]),
    (136, &[Left, Right, Centre, Lfe]),
    (137, &[Left, Right, Centre, Lfe, CentreSurround]),
    (138, &[Left, Right, LeftSurround, RightSurround, Lfe]),
    (139, &[Left, Right, LeftSurround, RightSurround, Centre, CentreSurround]),
    (140, &[Left, Right, LeftSurround, RightSurround, Centre, LeftRear, RightRear]),
    (141, &[Centre, Left, Right, LeftSurround, RightSurround, CentreSurround]),
    (142, &[Centre, Left, Right, LeftSurround, RightSurround, CentreSurround, Lfe]),
    (143, &[Centre, Left, Right, LeftSurround, RightSurround, LeftRear, RightRear]),
];

/// Returns the layout, if it names as many channels as there are. `None` for one or two channels,
/// which need no names.
pub(in crate::io) fn parse(bytes: &[u8], channels: usize) -> Option<ChannelLayout> {
    let word = |at: usize| bytes.get(at..at + 4).map(|word| u32::from_be_bytes([word[0], word[1], word[2], word[3]]));
    let (tag, bitmap, count) = (word(0)?, word(4)?, word(8)?);
    if channels <= 2 {
        return None;
    }
    match tag {
        USE_DESCRIPTIONS if count as usize == channels => {
            let labels: Option<Vec<u32>> = (0..channels).map(|index| word(12 + 20 * index)).collect();
            Some(ChannelLayout::new(labels?.into_iter().map(of_label).collect()))
        }
        USE_DESCRIPTIONS => None,
        USE_BITMAP => Some(ChannelLayout::of_mask(bitmap, channels)),
        tag => {
            let (_, named) = TAGS.iter().find(|(number, _)| *number == tag >> 16)?;
            (named.len() == channels).then(|| ChannelLayout::new(named.to_vec()))
        }
    }
}

/// Returns a loudspeaker by its label. Labels 5 and 6 are the surrounds of a layout with one pair;
/// labels 10 and 11 are those at the sides.
fn of_label(label: u32) -> Channel {
    match label {
        1 | 38 => Left,
        2 | 39 => Right,
        3 | 42 => Centre,
        4 | 37 => Lfe,
        5 | 10 => LeftSurround,
        6 | 11 => RightSurround,
        7 => LeftOfCentre,
        8 => RightOfCentre,
        9 | 44 => CentreSurround,
        12 => TopCentre,
        13 => TopFrontLeft,
        14 => TopFrontCentre,
        15 => TopFrontRight,
        16 | 52 => TopRearLeft,
        17 | 53 => TopRearCentre,
        18 | 54 => TopRearRight,
        33 => LeftRear,
        34 => RightRear,
        35 => LeftWide,
        36 => RightWide,
        49 => TopSideLeft,
        51 => TopSideRight,
        _ => Other,
    }
}
