//! Opening a file: probes the container, chooses the track, makes its decoder, gathers the header's
//! facts.

use super::aac;
use super::mp3::Mp3;
use super::opus::{OpusHead, OpusStream};
use super::pcm::Pcm;
use super::vorbis::Vorbis;
use super::{Codec, Facts, PacketDecoder, guarded, unsupported};
use crate::audio::{ChannelLayout, Queue};
use crate::io::DecodeError;
use crate::io::bytes::patched::PatchedReader;
use crate::io::bytes::spliced::SplicedFile;
use crate::io::container::header::Header;
use crate::io::container::rewrapped::{self, Rewrapped};
use crate::io::container::timing::{StreamContainer, StreamTiming};
use crate::io::container::{matroska, mp4, names, programmes};
use crate::units::SampleRate;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use symphonia::core::audio::{AudioSpec, Channels};
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_MP3, CODEC_ID_OPUS, CODEC_ID_VORBIS};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatId, FormatOptions, Track, TrackType, well_known};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

/// No codec packs more frames together: FLAC's largest block has 65 535, ALAC's here 65 536.
const MAX_PACKET_FRAMES: u64 = 65_536;
/// Bytes read from the disk at once.
const READ_AHEAD: usize = 256 * 1024;

/// Reason for refusing another kind of AAC.
const AAC_LC_ONLY: &str = "of AAC, only AAC-LC is read: without its extensions the sound would be dull, or wrong";

/// Reason for refusing a header of AAC.
const AAC_MONO_OR_STEREO: &str = "of AAC, only mono and stereo in one of the standard's layouts is read";

/// View of a file that a demuxer reads.
struct Media {
    shown: Shown,
    len: u64,
    forward_only: bool,
}

enum Shown {
    Patched(PatchedReader),
    Spliced(SplicedFile),
}

impl Read for Media {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match &mut self.shown {
            Shown::Patched(file) => file.read(out),
            Shown::Spliced(file) => file.read(out),
        }
    }
}

impl Seek for Media {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.shown {
            Shown::Patched(file) => file.seek(to),
            Shown::Spliced(file) => file.seek(to),
        }
    }
}

impl MediaSource for Media {
    fn is_seekable(&self) -> bool {
        !self.forward_only
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len)
    }
}

impl PacketDecoder {
    /// Opens the file, chooses its audio track and decodes up to the first good packet, which is
    /// left in the queue. Also returns the number of packets lost before it.
    #[allow(clippy::too_many_lines)] // One pass over all containers; its parts share most values.
    pub(in crate::io) fn open(
        path: &Path,
        mut file: File,
        len: u64,
        header: Header,
        span: Range<u64>,
    ) -> Result<(Self, Queue, Facts, u64), DecodeError> {
        let Header { first_bytes: head, wave, edits, missing_bytes, forward_only, .. } = header;
        let wave = wave.as_ref();
        let from_io = |error| DecodeError::from_io(path, &error);
        let rewrapped = rewrapped::find(&mut file, len, &span).map_err(from_io)?;
        let wrapped_in = rewrapped.as_ref().map(|rewrapped| rewrapped.container);
        let breaks_off = rewrapped.as_ref().is_some_and(|rewrapped| rewrapped.breaks_off);
        let (shown, shown_len) = if let Some(Rewrapped { splice, .. }) = rewrapped {
            let len = splice.len();
            (Shown::Spliced(SplicedFile::new(file, splice)), len)
        } else {
            let len = span.end - span.start;
            (Shown::Patched(PatchedReader::new(file, span, edits).map_err(from_io)?), len)
        };
        let options = MediaSourceStreamOptions { buffer_len: READ_AHEAD };
        let stream = MediaSourceStream::new(Box::new(Media { shown, len: shown_len, forward_only }), options);
        let probed = guarded(path, || {
            let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
            symphonia::default::get_probe().probe(&Hint::new(), stream, format, metadata)
        })?;
        let format = match (probed, wave) {
            (Ok(format), _) => format,
            (Err(Error::Unsupported(reason)), Some(wave)) => {
                return Err(unsupported(path, wave.container, wave.codec.clone(), reason));
            }
            (Err(error), _) => return Err(not_read(path, &error, &head)),
        };
        let container = container_of(format.format_info().format);
        if matches!(container, Some(StreamContainer::Mpeg | StreamContainer::Adts)) && programmes::has_magic(&head) {
            // Sync words found by chance behind the magic bytes of something else.
            return Err(DecodeError::NotAudio { path: path.into(), what: names::describe(&head) });
        }
        let name = wave.map_or(format.format_info().short_name, |wave| wave.container);
        let Some(container) = container else {
            return Err(unsupported(path, name, "any codec".into(), "the container is not read here"));
        };
        let is_audio = |track: &&Track| track.track_type() == Some(TrackType::Audio);
        let first_audio = || format.tracks().iter().find(is_audio);
        let chosen = format.default_track(TrackType::Audio).or_else(first_audio).or_else(|| format.tracks().first());
        let Some(track) = chosen.cloned() else {
            let codec = names::ogg_codec(&head).unwrap_or("of its streams");
            return Err(unsupported(path, name, codec.into(), "no decoder for it"));
        };
        let side = || File::open(path).map_err(|error| DecodeError::from_io(path, &error));
        let edits =
            if container == StreamContainer::Mp4 { mp4::edits::read_edits(&mut side()?, len, track.id) } else { None };
        let trims = if container == StreamContainer::Matroska {
            matroska::read_trims(&mut side()?, len, track.id)
        } else {
            None
        };
        let stored_name = || {
            let stored = edits.as_ref().and_then(|e| e.codec.clone()).or(trims.as_ref().and_then(|t| t.codec.clone()));
            stored.or(wave.map(|wave| wave.codec.clone())).unwrap_or_else(|| "of its audio".into())
        };
        let Some(CodecParameters::Audio(params)) = &track.codec_params else {
            return Err(unsupported(path, name, stored_name(), "no decoder for it"));
        };
        check_sizes(path, params)?;
        if edits.as_ref().is_some_and(|edits| edits.has_other_speed) {
            let codec = short_name(params).unwrap_or_else(stored_name);
            return Err(unsupported(path, name, codec, "its edit list plays a part at another speed"));
        }
        let config = params.extra_data.as_deref().filter(|_| params.codec == CODEC_ID_AAC);
        if let Some(kind) = config.and_then(aac::kind_in_config) {
            return Err(unsupported(path, name, kind.into(), AAC_LC_ONLY));
        }
        let (codec, codec_name) = guarded(path, || make_codec(params))?.map_err(|reason| {
            let reason = if params.codec == CODEC_ID_AAC { AAC_MONO_OR_STEREO.into() } else { reason };
            unsupported(path, name, short_name(params).unwrap_or_else(stored_name), reason)
        })?;

        let opus_head = match &codec {
            Codec::Opus(stream) => Some(stream.head().clone()),
            Codec::Symphonia(_) | Codec::Pcm(..) => None,
        };
        let mut decoder = Self {
            path: path.to_path_buf(),
            container,
            format,
            codec,
            ahead: VecDeque::new(),
            track: track.id,
            rate_hz: 0,
            channels: 0,
            frames_a_tick: 1.0,
            last_frames: 0,
            cut_to_duration: false,
            cut: 0,
            least_gap: None,
            next_tick: None,
            mpeg_kind: None,
            breaks_off,
        };
        if params.codec == CODEC_ID_AAC && decoder.has_sbr()? {
            return Err(unsupported(path, name, aac::HE_AAC.into(), AAC_LC_ONLY));
        }
        let (queue, layout, lost) = decoder.first_packet(&track, opus_head.as_ref())?;
        let sample_rate = SampleRate::new(decoder.rate_hz)
            .map_err(|_| DecodeError::Rate { path: path.into(), rate_hz: decoder.rate_hz })?;
        decoder.follow_stamps(&track);
        let bits = stored_bits(params, &codec_name);
        let extent = StreamTiming {
            container,
            rate_hz: decoder.rate_hz,
            is_pcm: codec_name.starts_with("pcm_"),
            is_vorbis: params.codec == CODEC_ID_VORBIS,
            pre_skip: opus_head.map(|head| head.pre_skip),
            delay: track.delay,
            padding: track.padding,
            frames: match container {
                StreamContainer::Caf => {
                    let bits_a_frame = u64::from(bits.unwrap_or(0)) * layout.count() as u64;
                    let missing = missing_bytes.saturating_mul(8).checked_div(bits_a_frame).unwrap_or(0);
                    track.num_frames.map(|frames| frames.saturating_add(missing))
                }
                _ => track.num_frames,
            },
            start: track.start_ts.get(),
            first_packet: decoder.last_frames,
            mp4: edits,
            mkv: trims,
        };
        let facts = Facts {
            container: wrapped_in.unwrap_or_else(|| container.name(name)),
            codec: codec_name,
            sample_rate,
            layout,
            bits,
            extent,
        };
        Ok((decoder, queue, facts, lost))
    }

    /// Sets how the times of packets are used, once the first has been decoded.
    fn follow_stamps(&mut self, track: &Track) {
        self.least_gap = match self.container {
            StreamContainer::Flac => Some(1),
            // FFmpeg stamps some pages with a delay of a few hundred frames although nothing is
            // missing. A lost page held far more.
            StreamContainer::Ogg => Some(4_096),
            _ => None,
        }
        .filter(|_| self.frames_a_tick == 1.0);
        self.cut_to_duration = self.container == StreamContainer::Mp4
            && track.num_frames.is_none_or(|frames| frames == 0)
            && self.frames_a_tick == 1.0;
    }
}

/// Builds the error for a file that no container reader took.
fn not_read(path: &Path, error: &Error, head: &[u8]) -> DecodeError {
    match error {
        Error::IoError(error) if error.kind() != io::ErrorKind::UnexpectedEof => DecodeError::from_io(path, error),
        Error::DecodeError(reason) | Error::LimitError(reason) => DecodeError::damaged(path, *reason),
        _ => match names::ogg_codec(head) {
            Some(codec) => unsupported(path, "ogg", codec.into(), "its header is of a kind that is not read here"),
            None => DecodeError::NotAudio { path: path.into(), what: names::describe(head) },
        },
    }
}

fn container_of(id: FormatId) -> Option<StreamContainer> {
    Some(match id {
        well_known::FORMAT_ID_WAVE => StreamContainer::Wave,
        well_known::FORMAT_ID_AIFF => StreamContainer::Aiff,
        well_known::FORMAT_ID_CAF => StreamContainer::Caf,
        well_known::FORMAT_ID_FLAC => StreamContainer::Flac,
        well_known::FORMAT_ID_MP1 | well_known::FORMAT_ID_MP2 | well_known::FORMAT_ID_MP3 => StreamContainer::Mpeg,
        well_known::FORMAT_ID_ADTS => StreamContainer::Adts,
        well_known::FORMAT_ID_OGG => StreamContainer::Ogg,
        well_known::FORMAT_ID_ISOMP4 => StreamContainer::Mp4,
        well_known::FORMAT_ID_MKV => StreamContainer::Matroska,
        _ => return None,
    })
}

/// Refuses claims that a decoder would reserve memory for before it has seen a packet.
fn check_sizes(path: &Path, params: &AudioCodecParameters) -> Result<(), DecodeError> {
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
fn make_codec(params: &AudioCodecParameters) -> Result<(Codec, String), String> {
    if params.codec == CODEC_ID_OPUS {
        let head = OpusHead::parse(params.extra_data.as_deref().unwrap_or_default())?;
        return Ok((Codec::Opus(Box::new(OpusStream::new(head)?)), "opus".into()));
    }
    // Trimming is done once, by the plan in `trim`; see there.
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

fn short_name(params: &AudioCodecParameters) -> Option<String> {
    if params.codec == CODEC_ID_OPUS {
        return Some("opus".into());
    }
    let registered = symphonia::default::get_codecs().get_audio_decoder(params.codec)?;
    Some(registered.codec.info.short_name.to_string())
}

/// Returns the bits of a stored sample, for codecs without loss.
fn stored_bits(params: &AudioCodecParameters, codec: &str) -> Option<u32> {
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
