//! One audio track, packet by packet: lost packets become silence, gaps between stamps are filled.

use super::aac::SbrSearch;
use super::opus_head::{self, OpusHead};
use super::planes::{append, checked_layout};
use super::{Codec, DecodeStep, guarded, unsupported};
use crate::audio::{ChannelLayout, Queue};
use crate::io::DecodeError;
use crate::io::container::PacketRules;
use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatReader, Track};
use symphonia::core::packet::Packet;

/// Most frames of silence per lost packet: 120 ms at the highest rate, more than any codec packs.
const MAX_LOST: u64 = 92_160;
/// Most seconds of silence that replace one gap.
const MAX_GAP_S: i64 = 5;
/// Frames of leading silence for packets lost before the first good one.
const MAX_LOST_LEAD: u64 = 1 << 20;

/// Packets that may follow the last audible one.
const MAX_PADDING_PACKETS: usize = 4;

/// One audio track of one file.
pub(in crate::io) struct PacketDecoder {
    pub(super) path: PathBuf,
    pub(super) rules: PacketRules,
    pub(super) format: Box<dyn FormatReader>,
    pub(super) codec: Codec,
    /// Packets read before their turn, and how the file ends where that was reached.
    pub(super) ahead: VecDeque<Result<Packet, Option<String>>>,
    pub(super) track: u32,
    pub(super) rate_hz: u32,
    pub(super) channels: usize,
    /// Frames per tick of the container's clock.
    pub(super) frames_a_tick: f64,
    pub(super) last_frames: u64,
    /// True if a packet's stated duration, not the header, determines where the audio ends.
    pub(super) cut_to_duration: bool,
    pub(super) cut: u64,
    /// Least gap between the stamps of packets that means that some are missing; `None` where
    /// packets carry no time in frames.
    pub(super) least_gap: Option<i64>,
    /// When the next packet is due, in ticks.
    pub(super) next_tick: Option<i64>,
    /// Fields that all packets' headers must have in common.
    pub(super) common: Option<[u8; 3]>,
    /// True if the file is known to end before its stream does.
    pub(super) breaks_off: bool,
}

impl PacketDecoder {
    /// Returns the frames left out at the end because of a packet's stated duration.
    pub(in crate::io) fn cut(&self) -> u64 {
        self.cut
    }

    /// Reads past the length that the header names. Returns a sentence if more follows than the
    /// encoder's last padding.
    pub(in crate::io) fn beyond(&mut self) -> Result<Option<String>, DecodeError> {
        if !self.rules.may_continue {
            return Ok(None);
        }
        for _ in 0..MAX_PADDING_PACKETS {
            match self.packet()? {
                Ok(_) => {}
                Err(end) => return Ok(end.filter(|end| *end == second_stream())),
            }
        }
        Ok(Some("the file continues after the length that its header names; only that much was read".into()))
    }

    /// Returns true if every sample is sure to be a number, and none is subnormal.
    pub(in crate::io) fn is_integer(&self) -> bool {
        matches!(&self.codec, Codec::Pcm(coding, _) if coding.is_integer())
    }

    /// Decodes the next packet onto the end of the queue.
    pub(in crate::io) fn next(&mut self, queue: &mut Queue) -> Result<DecodeStep, DecodeError> {
        let packet = match self.packet()? {
            Ok(packet) => packet,
            Err(end) => return Ok(DecodeStep::End(end)),
        };
        let gap = self.fill_gap(&packet, queue);
        let path = &self.path;
        let frames = match &mut self.codec {
            Codec::Opus(stream) => guarded(path, || stream.decode(&packet.data, queue))?,
            Codec::Pcm(coding, _) => Some(coding.append(&packet.data, self.channels, queue)),
            Codec::Symphonia(codec) => match guarded(path, || codec.decode(&packet))? {
                Ok(buffer) => {
                    let spec = buffer.spec();
                    if spec.rate() != self.rate_hz || spec.channels().count() != self.channels {
                        let (rate, channels) = (spec.rate(), spec.channels().count());
                        return Ok(DecodeStep::End(Some(format!(
                            "the audio changes to {rate} Hz and {channels} channels in the middle; only what comes before was read"
                        ))));
                    }
                    Some(append(&buffer, queue))
                }
                Err(Error::ResetRequired) => return Ok(DecodeStep::End(Some(second_stream()))),
                Err(_) if self.common.is_some() && self.rules.common_of(&packet.data) != self.common => {
                    return Ok(DecodeStep::End(Some(
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
            return Ok(DecodeStep::Lost);
        };
        self.last_frames = frames as u64;
        if self.cut_to_duration && (1..frames as u64).contains(&stated) {
            queue.drop_last(frames - stated as usize);
            self.cut += frames as u64 - stated;
        }
        Ok(if gap { DecodeStep::Lost } else { DecodeStep::Decoded })
    }

    /// Inserts silence where a container stamps its packets and some are missing, so that the rest
    /// stays in time.
    fn fill_gap(&mut self, packet: &Packet, queue: &mut Queue) -> bool {
        let due = self.next_tick.replace(packet.pts.get().saturating_add_unsigned(packet.block_dur().get()));
        let (Some(due), Some(least)) = (due, self.least_gap) else { return false };
        let gap = packet.pts.get().saturating_sub(due);
        let gap = if gap < least { 0 } else { gap.min(i64::from(self.rate_hz) * MAX_GAP_S) };
        queue.append(gap as usize).for_each(|channel| channel.fill(0.0));
        gap > 0
    }

    /// Finds out rate and channels from the first packet that decodes.
    pub(super) fn first_packet(
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
                    (queue, head.layout(), opus_head::RATE_HZ, frames)
                }
                (Codec::Pcm(coding, spec), _) => {
                    let layout = checked_layout(path, spec)?;
                    let mut queue = Queue::new(layout.count());
                    let frames = coding.append(&packet.data, layout.count(), &mut queue);
                    (queue, layout, spec.rate(), Some(frames))
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
            self.common = self.rules.common_of(&packet.data);
            if let Some(base) = track.time_base {
                let base = (f64::from(base.numer.get()), f64::from(base.denom.get()));
                self.frames_a_tick = base.0 * f64::from(rate_hz) / base.1;
            }
            // If the first frames are missing, the position of the next one shows how many.
            let late = packet.pts.get();
            if self.rules.counts_from_start
                && lost == 0
                && late > 0
                && track.num_frames.is_some_and(|frames| frames > late as u64)
            {
                (lost, lost_ticks) = (1, late as f64);
            }
            let lead = ((lost_ticks * self.frames_a_tick) as u64).min(MAX_LOST_LEAD);
            return Ok((if lead > 0 { queue.led_by_silence(lead as usize) } else { queue }, layout, lost));
        }
    }

    /// Looks at the first packets of an AAC stream for spectral band replication that nothing
    /// announces.
    pub(super) fn has_sbr(&mut self) -> Result<bool, DecodeError> {
        let mut search = SbrSearch::default();
        let mut seen = VecDeque::new();
        let has_sbr = loop {
            seen.push_back(self.packet()?);
            match &seen[seen.len() - 1] {
                Ok(packet) => {
                    if let Some(has_sbr) = search.look(&packet.data) {
                        break has_sbr;
                    }
                }
                Err(_) => break search.at_end(),
            }
        };
        self.ahead = seen;
        Ok(has_sbr)
    }

    /// Returns the next packet of the track; otherwise how the file ends.
    fn packet(&mut self) -> Result<Result<Packet, Option<String>>, DecodeError> {
        if let Some(packet) = self.ahead.pop_front() {
            return Ok(packet);
        }
        loop {
            let format = &mut self.format;
            match guarded(&self.path, || format.next_packet())? {
                Ok(Some(packet)) if packet.track_id == self.track => return Ok(Ok(packet)),
                Ok(Some(_)) => {}
                Ok(None) if self.breaks_off => return Ok(Err(Some("the file breaks off".into()))),
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

fn second_stream() -> String {
    "another stream follows the first in the same file; only the first was read".into()
}
