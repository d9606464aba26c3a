//! MPEG layer 3, with a second decoder for frames that the first one does not take.
//!
//! symphonia 0.6.1 refuses joint-stereo granules whose channels have different block types (#556),
//! which encoders write. From the first such frame on, nanomp3 decodes. It first receives the
//! frames before it, so that its memory is that of a decoder that ran from the start. The two
//! differ by rounding alone.

use nanomp3_core::{Decoder as Second, MAX_SAMPLES_PER_FRAME};
use std::collections::VecDeque;
use symphonia::core::audio::{AsGenericAudioBufferRef, Audio, AudioBuffer, AudioMut, GenericAudioBufferRef};
use symphonia::core::codecs::CodecInfo;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, FinalizeResult};
use symphonia::core::errors::{Error, Result};
use symphonia::core::packet::PacketRef;

/// Frames kept to make the second decoder ready. It needs two, and those that hold their main data:
/// at 8 kbit/s up to thirty.
const KEPT: usize = 40;
/// symphonia's error for frames that it does not take.
const BLOCK_TYPES: &str = "mpa: stereo channel pair block_type mismatch";

/// A decoder for the packets of one stream.
pub(in crate::io) struct Mp3 {
    first: Box<dyn AudioDecoder>,
    second: Option<Box<Second>>,
    recent: VecDeque<Vec<u8>>,
    interleaved: Vec<f32>,
    decoded: AudioBuffer<f32>,
}

impl Mp3 {
    /// Builds on symphonia's own decoder.
    pub(in crate::io) fn new(first: Box<dyn AudioDecoder>) -> Self {
        Self {
            first,
            second: None,
            recent: VecDeque::with_capacity(KEPT),
            interleaved: vec![0.0; MAX_SAMPLES_PER_FRAME],
            decoded: AudioBuffer::default(),
        }
    }

    /// Keeps a packet for the second decoder.
    fn remember(&mut self, data: &[u8]) {
        let mut kept = if self.recent.len() < KEPT { Vec::new() } else { self.recent.pop_front().unwrap_or_default() };
        kept.clear();
        kept.extend_from_slice(data);
        self.recent.push_back(kept);
    }

    /// Starts the second decoder at the position of the first.
    fn change_over(&mut self) {
        let mut second = Box::new(Second::new());
        for packet in self.recent.drain(..) {
            // Data missing before the first of these packets no longer matters to the last.
            let _ = second.decode(&packet, &mut self.interleaved);
        }
        self.decoded = AudioBuffer::new(self.first.last_decoded().spec().clone(), MAX_SAMPLES_PER_FRAME / 2);
        self.second = Some(second);
    }

    fn decode_second(&mut self, data: &[u8]) -> Result<GenericAudioBufferRef<'_>> {
        self.decoded.clear();
        let frame = self.second.as_mut().map(|second| second.decode(data, &mut self.interleaved).1);
        let Some(Ok(frame)) = frame else { return Err(Error::DecodeError("mpa: frame cannot be decoded")) };
        let channels = usize::from(frame.channels.num());
        if channels != self.decoded.spec().channels().count() || frame.sample_rate != self.decoded.spec().rate() {
            return Err(Error::DecodeError("mpa: rate or channels change"));
        }
        self.decoded.render_uninit(Some(frame.samples_produced));
        for channel in 0..channels {
            if let Some(plane) = self.decoded.plane_mut(channel) {
                let samples = self.interleaved.iter().skip(channel).step_by(channels);
                plane.iter_mut().zip(samples).for_each(|(out, &sample)| *out = sample);
            }
        }
        Ok(self.decoded.as_generic_audio_buffer_ref())
    }
}

impl AudioDecoder for Mp3 {
    fn reset(&mut self) {
        self.first.reset();
        self.second = None;
        self.recent.clear();
    }

    fn codec_info(&self) -> &CodecInfo {
        self.first.codec_info()
    }

    fn codec_params(&self) -> &AudioCodecParameters {
        self.first.codec_params()
    }

    fn decode_ref(&mut self, packet: &PacketRef<'_>) -> Result<GenericAudioBufferRef<'_>> {
        if self.second.is_none() {
            match self.first.decode_ref(packet).map(|_| ()) {
                Err(Error::DecodeError(BLOCK_TYPES)) => self.change_over(),
                result => {
                    self.remember(packet.data);
                    return result.map(|()| self.first.last_decoded());
                }
            }
        }
        self.decode_second(packet.data)
    }

    fn finalize(&mut self) -> FinalizeResult {
        self.first.finalize()
    }

    fn last_decoded(&self) -> GenericAudioBufferRef<'_> {
        if self.second.is_some() { self.decoded.as_generic_audio_buffer_ref() } else { self.first.last_decoded() }
    }
}
