//! Second decoder for Vorbis of more than two channels, and for other streams that symphonia
//! decodes wrongly; see [`Setup`].

mod setup;

use self::setup::{Setup, headers};
use super::opus_head::VORBIS_ORDER;
use lewton::audio::{PreviousWindowRight, read_audio_packet_generic};
use lewton::header::{IdentHeader, SetupHeader, read_header_ident, read_header_setup};
use symphonia::core::audio::{AsGenericAudioBufferRef, AudioBuffer, AudioMut, GenericAudioBufferRef};
use symphonia::core::codecs::CodecInfo;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, FinalizeResult};
use symphonia::core::errors::{Error, Result};
use symphonia::core::packet::PacketRef;

/// Adapter of lewton to the interface of symphonia's decoders.
pub(in crate::io) struct Vorbis {
    /// symphonia's own decoder, which has checked the headers and names the channels.
    first: Box<dyn AudioDecoder>,
    ident: IdentHeader,
    setup: SetupHeader,
    modes: Setup,
    window: PreviousWindowRight,
    decoded: AudioBuffer<f32>,
}

impl Vorbis {
    /// Returns a decoder to replace symphonia's, or symphonia's own where that is right.
    ///
    /// # Errors
    /// When the headers cannot be read.
    pub(in crate::io) fn or_first(first: Box<dyn AudioDecoder>) -> Result<Box<dyn AudioDecoder>> {
        let private = first.codec_params().extra_data.clone().unwrap_or_default();
        let wrong = || Error::DecodeError("vorbis: headers cannot be followed");
        let (ident, setup) = headers(&private).ok_or_else(wrong)?;
        let channels = *ident.get(11).ok_or_else(wrong)?;
        let modes = Setup::read(setup, channels).ok_or_else(wrong)?;
        if modes.is_plain {
            return Ok(first);
        }
        let ident = read_header_ident(ident).map_err(|_| wrong())?;
        let sizes = (ident.blocksize_0, ident.blocksize_1);
        let setup = read_header_setup(setup, ident.audio_channels, sizes).map_err(|_| wrong())?;
        let decoded = AudioBuffer::new(first.last_decoded().spec().clone(), 1 << ident.blocksize_1);
        Ok(Box::new(Self { first, ident, setup, modes, window: PreviousWindowRight::new(), decoded }))
    }
}

impl AudioDecoder for Vorbis {
    fn reset(&mut self) {
        self.window = PreviousWindowRight::new();
    }

    fn codec_info(&self) -> &CodecInfo {
        self.first.codec_info()
    }

    fn codec_params(&self) -> &AudioCodecParameters {
        self.first.codec_params()
    }

    fn decode_ref(&mut self, packet: &PacketRef<'_>) -> Result<GenericAudioBufferRef<'_>> {
        self.decoded.clear();
        let is_first = self.window.is_empty();
        let planes: Vec<Vec<f32>> = read_audio_packet_generic(&self.ident, &self.setup, packet.data, &mut self.window)
            .map_err(|_| Error::DecodeError("vorbis: packet cannot be decoded"))?;
        // The first block primes the overlap. As symphonia does, half of it is returned, which the
        // trim plan leaves out.
        let is_long = is_first && self.modes.is_long(packet.data).unwrap_or(false);
        let block = if is_long { self.ident.blocksize_1 } else { self.ident.blocksize_0 };
        let frames = if is_first { 1 << block >> 1 } else { planes.first().map_or(0, Vec::len) };
        if frames > 1 << self.ident.blocksize_1 {
            return Err(Error::DecodeError("vorbis: block is too long"));
        }
        self.decoded.render_uninit(Some(frames));
        let order = VORBIS_ORDER.get(planes.len().wrapping_sub(1)).copied().unwrap_or_default();
        for (channel, &coded) in order.iter().enumerate() {
            if let Some(plane) = self.decoded.plane_mut(channel) {
                plane.fill(0.0);
                plane.iter_mut().zip(&planes[coded]).for_each(|(out, &sample)| *out = sample);
            }
        }
        Ok(self.decoded.as_generic_audio_buffer_ref())
    }

    fn finalize(&mut self) -> FinalizeResult {
        self.first.finalize()
    }

    fn last_decoded(&self) -> GenericAudioBufferRef<'_> {
        self.decoded.as_generic_audio_buffer_ref()
    }
}
