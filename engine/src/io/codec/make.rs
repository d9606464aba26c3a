//! Decoders by the codec that a demuxer names, and checks of the sizes that it claims.

use super::Codec;
use super::mp3::Mp3;
use super::opus::OpusStream;
use super::opus_head::OpusHead;
use super::pcm::Pcm;
use super::vorbis::Vorbis;
use crate::audio::ChannelLayout;
use crate::io::DecodeError;
use std::path::Path;
use symphonia::core::audio::{AudioSpec, Channels};
use symphonia::core::codecs::audio::well_known::{CODEC_ID_MP3, CODEC_ID_OPUS, CODEC_ID_VORBIS};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoderOptions};
use symphonia::core::errors::Error;

/// No codec packs more frames together: FLAC's largest block has 65 535, ALAC's here 65 536.
const MAX_PACKET_FRAMES: u64 = 65_536;

/// Refuses claims that a decoder would reserve memory for before it has seen a packet.
pub(super) fn check_sizes(path: &Path, params: &AudioCodecParameters) -> Result<(), DecodeError> {
    let channels = params.channels.as_ref().map_or(1, Channels::count);
    if !(1..=ChannelLayout::MAX_CHANNELS).contains(&channels) {
        return Err(DecodeError::Channels { path: path.into(), channels });
    }
    match params.max_frames_per_packet {
        Some(frames) if frames > MAX_PACKET_FRAMES => {
            Err(DecodeError::damaged(path, format!("its header names packets of {frames} frames")))
        }
        _ => Ok(()),
    }
}

/// Makes a decoder and returns it with its name; otherwise the reason.
pub(super) fn make_codec(params: &AudioCodecParameters) -> Result<(Codec, String), String> {
    if params.codec == CODEC_ID_OPUS {
        let head = OpusHead::parse(params.extra_data.as_deref().unwrap_or_default())?;
        return Ok((Codec::Opus(Box::new(OpusStream::new(head)?)), "opus".into()));
    }
    // Trimming is done once, by the plan of `container::timing`; see there.
    let options = AudioDecoderOptions::default().gapless(false);
    let codec = symphonia::default::get_codecs().make_audio_decoder(params, &options).map_err(|error| match error {
        Error::Unsupported(reason) | Error::DecodeError(reason) | Error::LimitError(reason) => reason.to_string(),
        other => other.to_string(),
    })?;
    let name = codec.codec_info().short_name.to_string();
    // symphonia's decoder has checked the header; samples that need no shifting are converted
    // without it.
    if let (Some(coding), Some(rate_hz), Some(channels)) = (Pcm::of(params), params.sample_rate, &params.channels) {
        return Ok((Codec::Pcm(coding, AudioSpec::new(rate_hz, channels.clone())), name));
    }
    let codec = match params.codec {
        CODEC_ID_MP3 => Box::new(Mp3::new(codec)),
        CODEC_ID_VORBIS => Vorbis::or_first(codec).map_err(|error| error.to_string())?,
        _ => codec,
    };
    Ok((Codec::Symphonia(codec), name))
}

/// Returns the name of a codec that has a decoder.
pub(super) fn short_name(params: &AudioCodecParameters) -> Option<String> {
    if params.codec == CODEC_ID_OPUS {
        return Some("opus".into());
    }
    let registered = symphonia::default::get_codecs().get_audio_decoder(params.codec)?;
    Some(registered.codec.info.short_name.to_string())
}

/// Returns the bits of a stored sample, for codecs without loss.
pub(super) fn stored_bits(params: &AudioCodecParameters, codec: &str) -> Option<u32> {
    match codec {
        // The magic cookie holds the depth in its sixth byte; CAF wraps it in 24 bytes of boxes.
        "alac" => {
            let cookie = params.extra_data.as_deref()?;
            let depth = if cookie.len() >= 48 { cookie.get(29) } else { cookie.get(5) };
            depth.copied().map(u32::from)
        }
        "pcm_alaw" | "pcm_mulaw" => None,
        "flac" => params.bits_per_sample,
        pcm if pcm.starts_with("pcm_") => params.bits_per_sample.filter(|&bits| bits > 0),
        _ => None,
    }
}
