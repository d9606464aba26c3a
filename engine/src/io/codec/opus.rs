//! Decoder of Opus packets to planar f32 at 48 kHz (RFC 6716, RFC 8251).

use super::opus_head::{OpusHead, RATE_HZ, VORBIS_ORDER};
use crate::audio::Queue;
use opus_pure::{ChannelLayout as StreamLayout, OpusDecoder, OpusMSDecoder};

/// The longest packet, 120 ms at 48 kHz (RFC 6716 §3.2.5).
const MAX_FRAMES: usize = 5_760;

enum Decoder {
    Single(Box<OpusDecoder>),
    Multi(Box<OpusMSDecoder>),
}

/// Decoder of the packets of one stream.
pub(in crate::io) struct OpusStream {
    decoder: Decoder,
    head: OpusHead,
    interleaved: Vec<f32>,
}

impl OpusStream {
    /// Builds a decoder for a header, or returns the reason why there is none.
    pub(in crate::io) fn new(head: OpusHead) -> Result<Self, String> {
        let decoder = if head.family == 0 {
            Decoder::Single(Box::new(OpusDecoder::new(RATE_HZ as i32, head.channels).map_err(|e| e.to_string())?))
        } else {
            let usual = StreamLayout::surround(head.channels, 1).map_err(|e| e.to_string())?;
            let mut table = vec![usual.nb_streams as u8, usual.nb_coupled_streams as u8];
            table.extend_from_slice(&usual.mapping);
            if !head.table.starts_with(&table) {
                return Err("an unusual channel mapping".into());
            }
            Decoder::Multi(Box::new(OpusMSDecoder::new(RATE_HZ as i32, head.channels, 1).map_err(|e| e.to_string())?))
        };
        let interleaved = vec![0.0; MAX_FRAMES * head.channels];
        Ok(Self { decoder, head, interleaved })
    }

    pub(in crate::io) fn head(&self) -> &OpusHead {
        &self.head
    }

    /// Decodes one packet onto the end of the queue. Returns the number of frames, or `None` if it
    /// is corrupt.
    pub(in crate::io) fn decode(&mut self, packet: &[u8], queue: &mut Queue) -> Option<usize> {
        // An empty packet requests concealment of a loss; here a loss is counted, not hidden.
        if packet.is_empty() {
            return None;
        }
        let decoded = match &mut self.decoder {
            Decoder::Single(decoder) => decoder.decode(packet, MAX_FRAMES, &mut self.interleaved),
            Decoder::Multi(decoder) => decoder.decode(packet, MAX_FRAMES, &mut self.interleaved),
        };
        let frames = decoded.ok().filter(|&frames| frames <= MAX_FRAMES)?;
        let channels = self.head.channels;
        let order = if self.head.family == 1 { VORBIS_ORDER[channels - 1] } else { &[0, 1] };
        for (slice, &coded) in queue.append(frames).zip(order) {
            let samples = self.interleaved.iter().skip(coded).step_by(channels);
            slice.iter_mut().zip(samples).for_each(|(out, &sample)| *out = sample * self.head.gain);
        }
        Some(frames)
    }
}
