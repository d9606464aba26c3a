//! Opening a file: probes the container, chooses the track, makes its decoder, gathers the header's
//! facts.

use super::aac::{self, AAC_LC_ONLY, AAC_MONO_OR_STEREO};
use super::make::{check_sizes, make_codec, short_name, stored_bits};
use super::media::Media;
use super::{Codec, Facts, PacketDecoder, guarded, unsupported};
use crate::audio::Queue;
use crate::io::DecodeError;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::container::header::{ContainerHeader, Header};
use crate::io::container::timing::{StreamTiming, TrackDetails};
use crate::io::container::{Container, demuxed, names};
use crate::io::stem::StemSource;
use crate::units::SampleRate;
use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::path::Path;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_VORBIS};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::meta::MetadataOptions;

/// A file that a demuxer has opened.
struct Demuxed<'a> {
    path: &'a Path,
    format: Box<dyn FormatReader>,
    container: &'static dyn Container,
    /// Name of the container in errors.
    name: &'static str,
    header: ContainerHeader,
}

impl PacketDecoder {
    /// Opens the file, chooses its audio track and decodes up to the first good packet, which is
    /// left in the queue. Also returns the number of packets lost before it.
    pub(in crate::io) fn open(
        source: &StemSource,
        file: StemBytes,
        len: u64,
        header: Header,
        span: Range<u64>,
    ) -> Result<(Self, Queue, Facts, u64), DecodeError> {
        let path = source.path();
        let Header { first_bytes: head, container: mut header } = header;
        let edits = std::mem::take(&mut header.edits);
        let media = Media::new(file, len, span, edits, header.forward_only)
            .map_err(|error| DecodeError::from_io(path, &error))?;
        let (wrapped_in, breaks_off) = (media.wrapped_in, media.breaks_off);
        let demuxed = Demuxed::probe(path, media, header, &head)?;
        let track = demuxed.choose_track(&head)?;
        let details = demuxed.container.track(&mut source.open()?.0, len, track.id);
        let params = demuxed.checked_params(&track, details.as_ref())?;
        let (codec, codec_name) = demuxed.codec(params, details.as_ref())?;

        let opus_head = match &codec {
            Codec::Opus(stream) => Some(stream.head().clone()),
            Codec::Symphonia(_) | Codec::Pcm(..) => None,
        };
        let Demuxed { format, container, name, header, .. } = demuxed;
        let mut decoder = Self::new(path, format, container, codec, track.id, breaks_off);
        if params.codec == CODEC_ID_AAC && decoder.has_sbr()? {
            return Err(unsupported(path, name, aac::HE_AAC.into(), AAC_LC_ONLY));
        }
        let (queue, layout, lost) = decoder.first_packet(&track, opus_head.as_ref())?;
        let sample_rate = SampleRate::new(decoder.rate_hz)
            .map_err(|_| DecodeError::Rate { path: path.into(), rate_hz: decoder.rate_hz })?;
        decoder.follow_stamps(&track);
        let bits = stored_bits(params, &codec_name);
        let bits_a_frame = u64::from(bits.unwrap_or(0)) * layout.count() as u64;
        let timing = StreamTiming {
            rate_hz: decoder.rate_hz,
            is_pcm: codec_name.starts_with("pcm_"),
            is_vorbis: params.codec == CODEC_ID_VORBIS,
            pre_skip: opus_head.map(|head| head.pre_skip),
            delay: track.delay,
            padding: track.padding,
            frames: track.num_frames,
            missing_frames: header.missing_bytes.saturating_mul(8).checked_div(bits_a_frame).unwrap_or(0),
            start: track.start_ts.get(),
            first_packet: decoder.last_frames,
        };
        let facts = Facts {
            container: wrapped_in.unwrap_or_else(|| container.reported(name)),
            codec: codec_name,
            sample_rate,
            layout,
            bits,
            plan: timing.plan(container, details.as_ref()),
        };
        Ok((decoder, queue, facts, lost))
    }

    fn new(
        path: &Path,
        format: Box<dyn FormatReader>,
        container: &'static dyn Container,
        codec: Codec,
        track: u32,
        breaks_off: bool,
    ) -> Self {
        Self {
            path: path.to_path_buf(),
            rules: container.row().packets,
            format,
            codec,
            ahead: VecDeque::new(),
            track,
            rate_hz: 0,
            channels: 0,
            frames_a_tick: 1.0,
            last_frames: 0,
            cut_to_duration: false,
            cut: 0,
            least_gap: None,
            next_tick: None,
            common: None,
            breaks_off,
        }
    }

    /// Sets how the times of packets are used, once the first has been decoded.
    fn follow_stamps(&mut self, track: &Track) {
        let in_frames = self.frames_a_tick == 1.0;
        self.least_gap = self.rules.least_gap.filter(|_| in_frames);
        let has_no_length = track.num_frames.is_none_or(|frames| frames == 0);
        self.cut_to_duration = self.rules.ends_by_duration && has_no_length && in_frames;
    }
}

impl<'a> Demuxed<'a> {
    /// Finds the demuxer of a file that begins with `head`.
    fn probe(path: &'a Path, media: Media, header: ContainerHeader, head: &[u8]) -> Result<Self, DecodeError> {
        let stream = media.into_stream();
        let probed = guarded(path, || {
            let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
            symphonia::default::get_probe().probe(&Hint::new(), stream, format, metadata)
        })?;
        let format = match (probed, header.name, &header.codec) {
            (Ok(format), ..) => format,
            (Err(Error::Unsupported(reason)), Some(name), Some(codec)) => {
                return Err(unsupported(path, name, codec.clone(), reason));
            }
            (Err(error), ..) => return Err(not_read(path, &error, head)),
        };
        let info = format.format_info();
        let (name, found) = (header.name.unwrap_or(info.short_name), demuxed(info.format));
        if found.is_some_and(|container| container.row().frame_header.is_some()) && names::has_magic(head) {
            // Sync words found by chance behind the magic bytes of something else.
            return Err(DecodeError::NotAudio { path: path.into(), what: names::describe(head) });
        }
        match found {
            Some(container) => Ok(Self { path, format, container, name, header }),
            None => Err(unsupported(path, name, "any codec".into(), "the container is not read here")),
        }
    }

    /// Returns the default audio track, else the first audio track, else the first track.
    fn choose_track(&self, head: &[u8]) -> Result<Track, DecodeError> {
        let tracks = self.format.tracks();
        let first_audio = || tracks.iter().find(|track| track.track_type() == Some(TrackType::Audio));
        let chosen = self.format.default_track(TrackType::Audio).or_else(first_audio).or_else(|| tracks.first());
        chosen.cloned().ok_or_else(|| {
            let codec = names::codec_in(head).unwrap_or("of its streams");
            unsupported(self.path, self.name, codec.into(), "no decoder for it")
        })
    }

    /// Returns the parameters of a track's codec. Refuses impossible sizes, and what is not read.
    fn checked_params<'t>(
        &self,
        track: &'t Track,
        details: Option<&TrackDetails>,
    ) -> Result<&'t AudioCodecParameters, DecodeError> {
        let refused = |codec, reason| Err(unsupported(self.path, self.name, codec, reason));
        let Some(CodecParameters::Audio(params)) = &track.codec_params else {
            return refused(self.stored_name(details), "no decoder for it");
        };
        check_sizes(self.path, params)?;
        if let Some(reason) = details.and_then(|details| details.refused) {
            return refused(short_name(params).unwrap_or_else(|| self.stored_name(details)), reason);
        }
        let config = params.extra_data.as_deref().filter(|_| params.codec == CODEC_ID_AAC);
        match config.and_then(aac::kind_in_config) {
            Some(kind) => refused(kind.into(), AAC_LC_ONLY),
            None => Ok(params),
        }
    }

    /// Makes the decoder and returns it with its name.
    fn codec(
        &self,
        params: &AudioCodecParameters,
        details: Option<&TrackDetails>,
    ) -> Result<(Codec, String), DecodeError> {
        guarded(self.path, || make_codec(params))?.map_err(|reason| {
            let reason = if params.codec == CODEC_ID_AAC { AAC_MONO_OR_STEREO.into() } else { reason };
            let codec = short_name(params).unwrap_or_else(|| self.stored_name(details));
            unsupported(self.path, self.name, codec, reason)
        })
    }

    /// Returns the name of the codec, as the file spells it.
    fn stored_name(&self, details: Option<&TrackDetails>) -> String {
        let stored = details.and_then(|details| details.codec.clone());
        stored.or_else(|| self.header.codec.clone()).unwrap_or_else(|| "of its audio".into())
    }
}

/// Builds the error for a file that no container reader took.
fn not_read(path: &Path, error: &Error, head: &[u8]) -> DecodeError {
    match error {
        Error::IoError(error) if error.kind() != io::ErrorKind::UnexpectedEof => DecodeError::from_io(path, error),
        Error::DecodeError(reason) | Error::LimitError(reason) => DecodeError::damaged(path, *reason),
        _ => match names::codec_in(head) {
            Some(codec) => unsupported(path, "ogg", codec.into(), "its header is of a kind that is not read here"),
            None => DecodeError::NotAudio { path: path.into(), what: names::describe(head) },
        },
    }
}
