//! Containers and codecs to planar f32: the one file that knows symphonia.

use super::header::Header;
use super::opus::{self, OpusHead, OpusStream};
use super::patch::PatchedFile;
use super::queue::Queue;
use super::riff::WaveHeader;
use super::trim::{Container, Extent};
use super::{DecodeError, mkv, mp4, sniff};
use crate::audio::{Channel, ChannelLayout};
use crate::units::SampleRate;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use symphonia::core::audio::conv::IntoSample;
use symphonia::core::audio::sample::Sample;
use symphonia::core::audio::{Audio, AudioBuffer, AudioSpec, Channels, GenericAudioBufferRef, Position};
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_OPUS, CODEC_ID_VORBIS};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatId, FormatOptions, FormatReader, Track, TrackType, well_known};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;

/// Bytes read from the disk at once.
const READ_AHEAD: usize = 256 * 1024;
/// Silence stands in for at most this many frames a lost packet: 120 ms at the highest rate, more than any codec packs.
const MAX_LOST: u64 = 92_160;
/// Seconds of silence that stand in for one gap.
const MAX_GAP_S: i64 = 5;
/// Frames of leading silence for packets lost before the first good one.
const MAX_LOST_LEAD: u64 = 1 << 20;

/// What is known once the first packet has been decoded.
pub(super) struct Facts {
    pub(super) container: &'static str,
    pub(super) codec: String,
    pub(super) sample_rate: SampleRate,
    pub(super) layout: ChannelLayout,
    pub(super) bits: Option<u32>,
    pub(super) extent: Extent,
}

/// What one step of decoding gave.
pub(super) enum Step {
    /// Frames were added to the queue.
    Decoded,
    /// A packet was corrupt: silence was added to the queue.
    Lost,
    /// Nothing follows; a sentence when that is not how the file should end.
    End(Option<String>),
}

enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    Opus(Box<OpusStream>),
}

/// One audio track of one file.
pub(super) struct Decoder {
    path: PathBuf,
    format: Box<dyn FormatReader>,
    codec: Codec,
    track: u32,
    rate_hz: u32,
    channels: usize,
    /// Frames a tick of the container's clock.
    frames_a_tick: f64,
    last_frames: u64,
    /// Whether a packet's stated duration, not the header, says where the audio ends.
    cut_to_duration: bool,
    cut: u64,
    /// Whether packets carry their time in frames.
    stamped: bool,
    /// When the next packet is due, in ticks.
    next_tick: Option<i64>,
    /// For MPEG audio: what every packet's header must agree on.
    mpeg_kind: Option<[u8; 3]>,
}

/// Packets that may follow the last audible one.
const MAX_PADDING_PACKETS: usize = 4;

struct Media {
    file: PatchedFile,
    len: u64,
    forward_only: bool,
}

impl Read for Media {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.file.read(out)
    }
}

impl Seek for Media {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
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

/// Runs foreign code; a panic in it becomes an error. The process's panic hook still runs first: a program that wants
/// silence sets its own.
fn guarded<T>(path: &Path, work: impl FnOnce() -> T) -> Result<T, DecodeError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        DecodeError::damaged(path, format!("the decoder gave up on it ({})", text.unwrap_or("no reason given")))
    })
}

impl Decoder {
    /// Opens the file, chooses its audio track and decodes up to the first good packet, which is left in the queue. The number of
    /// packets lost before it comes along.
    pub(super) fn open(
        path: &Path,
        file: File,
        len: u64,
        header: Header,
    ) -> Result<(Self, Queue, Facts, u64), DecodeError> {
        let Header { first_bytes: head, wave, aiff_frames, edits, missing_bytes, forward_only } = header;
        let wave = wave.as_ref();
        let file = PatchedFile::new(file, edits).map_err(|error| DecodeError::from_io(path, &error))?;
        let options = MediaSourceStreamOptions { buffer_len: READ_AHEAD };
        let stream = MediaSourceStream::new(Box::new(Media { file, len, forward_only }), options);
        let probed = guarded(path, || {
            let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
            symphonia::default::get_probe().probe(&Hint::new(), stream, format, metadata)
        })?;
        let format = match (probed, wave) {
            (Ok(format), _) => format,
            (Err(Error::Unsupported(reason)), Some(wave)) => {
                return Err(unsupported(path, wave.container, wave.codec_name(), reason));
            }
            (Err(error), _) => return Err(not_read(path, &error, &head)),
        };
        let container = container_of(format.format_info().format);
        let name = wave.map_or(format.format_info().short_name, |wave| wave.container);
        let Some(container) = container else {
            return Err(unsupported(path, name, "any codec".into(), "the container is not read here"));
        };
        let is_audio = |track: &&Track| track.track_type() == Some(TrackType::Audio);
        let first_audio = || format.tracks().iter().find(is_audio);
        let chosen = format.default_track(TrackType::Audio).or_else(first_audio).or_else(|| format.tracks().first());
        let Some(track) = chosen.cloned() else {
            let codec = sniff::ogg_codec(&head).unwrap_or("of its streams");
            return Err(unsupported(path, name, codec.into(), "no decoder for it"));
        };
        let side = || File::open(path).map_err(|error| DecodeError::from_io(path, &error));
        let edits = if container == Container::Mp4 { mp4::read_edits(&mut side()?, len, track.id) } else { None };
        let trims = if container == Container::Matroska { mkv::read_trims(&mut side()?, len, track.id) } else { None };
        let stored_name = || {
            let stored = edits.as_ref().and_then(|e| e.codec.clone()).or(trims.as_ref().and_then(|t| t.codec.clone()));
            stored.or(wave.map(WaveHeader::codec_name)).unwrap_or_else(|| "of its audio".into())
        };
        let Some(CodecParameters::Audio(params)) = &track.codec_params else {
            return Err(unsupported(path, name, stored_name(), "no decoder for it"));
        };
        let (codec, codec_name) = guarded(path, || make_codec(params))?
            .map_err(|reason| unsupported(path, name, short_name(params).unwrap_or_else(stored_name), reason))?;

        let opus_head = match &codec {
            Codec::Opus(stream) => Some(stream.head().clone()),
            Codec::Symphonia(_) => None,
        };
        let mut decoder = Self {
            path: path.to_path_buf(),
            format,
            codec,
            track: track.id,
            rate_hz: 0,
            channels: 0,
            frames_a_tick: 1.0,
            last_frames: 0,
            cut_to_duration: false,
            cut: 0,
            stamped: false,
            next_tick: None,
            mpeg_kind: None,
        };
        let (queue, layout, lost) = decoder.first_packet(&track, opus_head.as_ref())?;
        let sample_rate = SampleRate::new(decoder.rate_hz)
            .map_err(|_| DecodeError::Rate { path: path.into(), rate_hz: decoder.rate_hz })?;
        decoder.stamped = matches!(container, Container::Flac | Container::Ogg) && decoder.frames_a_tick == 1.0;
        decoder.cut_to_duration = container == Container::Mp4
            && track.num_frames.is_none_or(|frames| frames == 0)
            && decoder.frames_a_tick == 1.0;
        let bits = stored_bits(params, &codec_name);
        let extent = Extent {
            container,
            rate_hz: decoder.rate_hz,
            is_pcm: codec_name.starts_with("pcm_"),
            is_vorbis: params.codec == CODEC_ID_VORBIS,
            pre_skip: opus_head.map(|head| head.pre_skip),
            delay: track.delay,
            padding: track.padding,
            frames: match container {
                Container::Wave => wave.and_then(|wave| wave.frames),
                Container::Aiff => aiff_frames.or(track.num_frames),
                Container::Caf => {
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
        let facts = Facts { container: name_of(container, name), codec: codec_name, sample_rate, layout, bits, extent };
        Ok((decoder, queue, facts, lost))
    }

    /// Frames left out at the end because a packet's duration said so.
    pub(super) fn cut(&self) -> u64 {
        self.cut
    }

    /// What stands after the length that the header names: a sentence when it is more than the encoder's last padding.
    pub(super) fn beyond(&mut self) -> Result<Option<String>, DecodeError> {
        if !matches!(container_of(self.format.format_info().format), Some(Container::Ogg | Container::Mpeg)) {
            return Ok(None);
        }
        for _ in 0..MAX_PADDING_PACKETS {
            match self.packet()? {
                Ok(_) => {}
                Err(end) => return Ok(end.filter(|end| *end == second_stream())),
            }
        }
        Ok(Some("the file goes on after the length that its header names; only that much was read".into()))
    }

    /// Decodes the next packet onto the end of the queue.
    pub(super) fn next(&mut self, queue: &mut Queue) -> Result<Step, DecodeError> {
        let packet = match self.packet()? {
            Ok(packet) => packet,
            Err(end) => return Ok(Step::End(end)),
        };
        let gap = self.fill_gap(&packet, queue);
        let path = &self.path;
        let frames = match &mut self.codec {
            Codec::Opus(stream) => guarded(path, || stream.decode(&packet.data, queue))?,
            Codec::Symphonia(codec) => match guarded(path, || codec.decode(&packet))? {
                Ok(buffer) => {
                    let spec = buffer.spec();
                    if spec.rate() != self.rate_hz || spec.channels().count() != self.channels {
                        let (rate, channels) = (spec.rate(), spec.channels().count());
                        return Ok(Step::End(Some(format!(
                            "the audio changes to {rate} Hz and {channels} channels in the middle; only what comes before was read"
                        ))));
                    }
                    Some(append(&buffer, queue))
                }
                Err(Error::ResetRequired) => return Ok(Step::End(Some(second_stream()))),
                Err(_) if self.mpeg_kind.is_some_and(|kind| mpeg_kind(&packet.data) != Some(kind)) => {
                    return Ok(Step::End(Some(
                        "the sample rate or the number of channels changes; only what comes before was read".into(),
                    )));
                }
                Err(_) => None,
            },
        };
        let stated = packet.block_dur().get();
        let Some(frames) = frames else {
            let lost = if stated > 0 { (stated as f64 * self.frames_a_tick) as u64 } else { self.last_frames };
            queue.append(lost.min(MAX_LOST) as usize).for_each(|channel| channel.fill(0.0));
            return Ok(Step::Lost);
        };
        self.last_frames = frames as u64;
        if self.cut_to_duration && (1..frames as u64).contains(&stated) {
            queue.drop_last(frames - stated as usize);
            self.cut += frames as u64 - stated;
        }
        Ok(if gap { Step::Lost } else { Step::Decoded })
    }

    /// Where a container stamps its packets and some are missing, silence keeps what follows in time.
    fn fill_gap(&mut self, packet: &Packet, queue: &mut Queue) -> bool {
        let due = self.next_tick.replace(packet.pts.get().saturating_add_unsigned(packet.block_dur().get()));
        let Some(due) = due.filter(|_| self.stamped) else { return false };
        let gap = packet.pts.get().saturating_sub(due).clamp(0, i64::from(self.rate_hz) * MAX_GAP_S);
        queue.append(gap as usize).for_each(|channel| channel.fill(0.0));
        gap > 0
    }

    /// Finds out rate and channels from the first packet that decodes.
    fn first_packet(
        &mut self,
        track: &Track,
        head: Option<&OpusHead>,
    ) -> Result<(Queue, ChannelLayout, u64), DecodeError> {
        let (mut lost, mut lost_ticks) = (0, 0.0);
        loop {
            let packet = match self.packet()? {
                Ok(packet) => packet,
                Err(_) if lost > 0 => {
                    return Err(DecodeError::damaged(&self.path, format!("none of its {lost} packets can be decoded")));
                }
                Err(_) => return Err(DecodeError::NoAudio { path: self.path.clone() }),
            };
            let path = &self.path;
            let (queue, layout, rate_hz, frames) = match (&mut self.codec, head) {
                (Codec::Opus(stream), Some(head)) => {
                    let mut queue = Queue::new(head.channels);
                    let frames = guarded(path, || stream.decode(&packet.data, &mut queue))?;
                    (queue, head.layout(), opus::RATE_HZ, frames)
                }
                (Codec::Symphonia(codec), _) => match guarded(path, || codec.decode(&packet))? {
                    Ok(buffer) => {
                        let spec = buffer.spec();
                        let layout = checked_layout(path, spec)?;
                        let mut queue = Queue::new(layout.count());
                        let frames = append(&buffer, &mut queue);
                        (queue, layout, spec.rate(), Some(frames))
                    }
                    Err(Error::Unsupported(reason)) => {
                        return Err(unsupported(path, "it", codec.codec_info().short_name.into(), reason));
                    }
                    Err(_) => (Queue::new(1), ChannelLayout::mono(), 0, None),
                },
                (Codec::Opus(_), None) => return Err(DecodeError::damaged(path, "its Opus header is missing")),
            };
            let Some(frames) = frames else {
                (lost, lost_ticks) = (lost + 1, lost_ticks + packet.block_dur().get() as f64);
                continue;
            };
            (self.rate_hz, self.channels, self.last_frames) = (rate_hz, layout.count(), frames as u64);
            self.next_tick = Some(packet.pts.get().saturating_add_unsigned(packet.block_dur().get()));
            if container_of(self.format.format_info().format) == Some(Container::Mpeg) {
                self.mpeg_kind = mpeg_kind(&packet.data);
            }
            if let Some(base) = track.time_base {
                let base = (f64::from(base.numer.get()), f64::from(base.denom.get()));
                self.frames_a_tick = base.0 * f64::from(rate_hz) / base.1;
            }
            // A FLAC frame knows its place: when the first ones are gone, the next says how much is missing.
            let late = packet.pts.get();
            let is_flac = container_of(self.format.format_info().format) == Some(Container::Flac);
            if is_flac && lost == 0 && late > 0 && track.num_frames.is_some_and(|frames| frames > late as u64) {
                (lost, lost_ticks) = (1, late as f64);
            }
            let lead = ((lost_ticks * self.frames_a_tick) as u64).min(MAX_LOST_LEAD);
            return Ok((if lead > 0 { queue.led_by_silence(lead as usize) } else { queue }, layout, lost));
        }
    }

    /// The next packet of the track; else how the file ends.
    fn packet(&mut self) -> Result<Result<Packet, Option<String>>, DecodeError> {
        loop {
            let format = &mut self.format;
            match guarded(&self.path, || format.next_packet())? {
                Ok(Some(packet)) if packet.track_id == self.track => return Ok(Ok(packet)),
                Ok(Some(_)) => {}
                Ok(None) => return Ok(Err(None)),
                Err(Error::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Ok(Err(Some("the file breaks off in the middle of a packet".into())));
                }
                Err(Error::IoError(error)) => return Err(DecodeError::from_io(&self.path, &error)),
                Err(Error::ResetRequired) => return Ok(Err(Some(second_stream()))),
                Err(error) => return Ok(Err(Some(format!("what follows is damaged ({error})")))),
            }
        }
    }
}

/// Version, layer and rate, and whether it is mono, from an MPEG audio frame header.
fn mpeg_kind(packet: &[u8]) -> Option<[u8; 3]> {
    let header = packet.get(..4)?;
    Some([header[1] & 0x1e, header[2] & 0x0c, u8::from(header[3] >> 6 == 3)])
}

fn second_stream() -> String {
    "another stream follows the first in the same file; only the first was read".into()
}

fn unsupported(path: &Path, container: &str, codec: String, reason: impl Into<String>) -> DecodeError {
    DecodeError::Unsupported { path: path.into(), container: container.into(), codec, reason: reason.into() }
}

/// A file that no container reader took.
fn not_read(path: &Path, error: &Error, head: &[u8]) -> DecodeError {
    match error {
        Error::IoError(error) if error.kind() != io::ErrorKind::UnexpectedEof => DecodeError::from_io(path, error),
        Error::DecodeError(reason) | Error::LimitError(reason) => DecodeError::damaged(path, *reason),
        _ => match sniff::ogg_codec(head) {
            Some(codec) => unsupported(path, "ogg", codec.into(), "its header is of a kind that is not read here"),
            None => DecodeError::NotAudio { path: path.into(), what: sniff::describe(head) },
        },
    }
}

fn container_of(id: FormatId) -> Option<Container> {
    Some(match id {
        well_known::FORMAT_ID_WAVE => Container::Wave,
        well_known::FORMAT_ID_AIFF => Container::Aiff,
        well_known::FORMAT_ID_CAF => Container::Caf,
        well_known::FORMAT_ID_FLAC => Container::Flac,
        well_known::FORMAT_ID_MP1 | well_known::FORMAT_ID_MP2 | well_known::FORMAT_ID_MP3 => Container::Mpeg,
        well_known::FORMAT_ID_ADTS => Container::Adts,
        well_known::FORMAT_ID_OGG => Container::Ogg,
        well_known::FORMAT_ID_ISOMP4 => Container::Mp4,
        well_known::FORMAT_ID_MKV => Container::Matroska,
        _ => return None,
    })
}

/// The container as people call it.
fn name_of(container: Container, name: &str) -> &'static str {
    match container {
        Container::Wave if name == "rf64" => "rf64",
        Container::Wave if name == "bw64" => "bw64",
        Container::Wave => "wav",
        Container::Aiff => "aiff",
        Container::Caf => "caf",
        Container::Flac => "flac",
        Container::Mpeg if name == "mp2" => "mp2",
        Container::Mpeg if name == "mp1" => "mp1",
        Container::Mpeg => "mp3",
        Container::Adts => "adts",
        Container::Ogg => "ogg",
        Container::Mp4 => "mp4",
        Container::Matroska => "matroska",
    }
}

/// A decoder and its name; the reason when there is none.
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
    Ok((Codec::Symphonia(codec), name))
}

fn short_name(params: &AudioCodecParameters) -> Option<String> {
    if params.codec == CODEC_ID_OPUS {
        return Some("opus".into());
    }
    let registered = symphonia::default::get_codecs().get_audio_decoder(params.codec)?;
    Some(registered.codec.info.short_name.to_string())
}

/// Bits of a stored sample, for codecs without loss.
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

fn checked_layout(path: &Path, spec: &AudioSpec) -> Result<ChannelLayout, DecodeError> {
    let channels = spec.channels().count();
    if !(1..=ChannelLayout::MAX_CHANNELS).contains(&channels) {
        return Err(DecodeError::Channels { path: path.into(), channels });
    }
    Ok(match spec.channels() {
        _ if channels <= 2 => ChannelLayout::usual(channels),
        Channels::Positioned(positions) => {
            let sides = positions.intersects(Position::SIDE_LEFT | Position::SIDE_RIGHT);
            ChannelLayout::new(positions.iter().map(|position| channel_at(position, sides)).collect())
        }
        _ => ChannelLayout::usual(channels),
    })
}

fn channel_at(position: Position, has_sides: bool) -> Channel {
    match position {
        Position::FRONT_LEFT => Channel::Left,
        Position::FRONT_RIGHT => Channel::Right,
        Position::FRONT_CENTER => Channel::Centre,
        Position::LFE1 | Position::LFE2 => Channel::Lfe,
        Position::REAR_LEFT if has_sides => Channel::LeftRear,
        Position::REAR_RIGHT if has_sides => Channel::RightRear,
        Position::REAR_LEFT | Position::SIDE_LEFT => Channel::LeftSurround,
        Position::REAR_RIGHT | Position::SIDE_RIGHT => Channel::RightSurround,
        Position::REAR_CENTER => Channel::CentreSurround,
        _ => Channel::Other,
    }
}

/// Converts decoded planes to f32 onto the end of the queue; returns the frames.
fn append(buffer: &GenericAudioBufferRef<'_>, queue: &mut Queue) -> usize {
    fn planes<S: Sample + IntoSample<f32>>(buffer: &AudioBuffer<S>, queue: &mut Queue) {
        for (index, out) in queue.append(buffer.frames()).enumerate() {
            if let Some(plane) = buffer.plane(index) {
                out.iter_mut().zip(plane).for_each(|(out, &sample)| *out = sample.into_sample());
            }
        }
    }
    match buffer {
        GenericAudioBufferRef::U8(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::U16(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::U24(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::U32(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::S8(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::S16(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::S24(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::S32(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::F32(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::F64(buffer) => planes(buffer, queue),
    }
    buffer.frames()
}
