//! Uncompressed audio by hand-written headers: every container × coding × channels, and the
//! oddities that headers have.

use super::{file_of, read, refusal, stem};
use crate::audio::{Channel, ChannelLayout};
use crate::io::DecodeError;

/// Returns the samples of channel `c`: exact in every width from 8 bits on, all channels different.
fn wave(channels: usize, c: usize) -> Vec<f32> {
    (0..40).map(|frame| ((frame * (7 + 2 * channels) + 31 * c) % 255) as f32 / 128.0 - 0.992_187_5).collect()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Coding {
    Signed(usize),
    Unsigned8,
    Float(usize),
}

impl Coding {
    fn bytes(self) -> usize {
        match self {
            Self::Signed(bytes) | Self::Float(bytes) => bytes,
            Self::Unsigned8 => 1,
        }
    }

    fn word(self, sample: f32, big_endian: bool) -> Vec<u8> {
        // A whole number of 128ths of full scale.
        let eighth = (sample * 128.0) as i64;
        let mut bytes = match self {
            Self::Signed(bytes) => (eighth << (8 * bytes - 8)).to_le_bytes()[..bytes].to_vec(),
            Self::Unsigned8 => vec![(eighth + 128) as u8],
            Self::Float(4) => sample.to_le_bytes().to_vec(),
            Self::Float(_) => f64::from(sample).to_le_bytes().to_vec(),
        };
        if big_endian {
            bytes.reverse();
        }
        bytes
    }

    fn data(self, channels: usize, big_endian: bool) -> Vec<u8> {
        let planes: Vec<Vec<f32>> = (0..channels).map(|c| wave(channels, c)).collect();
        (0..40)
            .flat_map(|f| planes.iter().flat_map(move |p| self.word(p[f], big_endian)).collect::<Vec<u8>>())
            .collect()
    }
}

/// Numbers of a header, in its byte order.
struct Bytes(Vec<u8>, bool);

impl Bytes {
    fn new(big_endian: bool) -> Self {
        Self(Vec::new(), big_endian)
    }
    fn text(mut self, text: &[u8]) -> Self {
        self.0.extend_from_slice(text);
        self
    }
    fn number(mut self, value: u64, bytes: usize) -> Self {
        let mut number = value.to_le_bytes().to_vec();
        number.resize(bytes, 0);
        self.0.extend(if self.1 { number.into_iter().rev().collect() } else { number });
        self
    }
    fn chunk(self, id: &[u8], body: &[u8]) -> Self {
        let pad = &[0][..body.len() % 2];
        self.text(id).number(body.len() as u64, 4).text(body).text(pad)
    }
}

/// Content of a `fmt ` chunk.
struct Fmt {
    tag: u16,
    channels: usize,
    align: usize,
    bits: usize,
    extension: Option<(usize, u32, u64)>,
}

impl Fmt {
    fn of(coding: Coding, channels: usize) -> Self {
        let tag = if matches!(coding, Coding::Float(_)) { 3 } else { 1 };
        Self { tag, channels, align: coding.bytes() * channels, bits: 8 * coding.bytes(), extension: None }
    }

    fn bytes(&self, big_endian: bool) -> Vec<u8> {
        let tag = if self.extension.is_some() { 0xfffe } else { self.tag };
        let start = Bytes::new(big_endian).number(tag.into(), 2).number(self.channels as u64, 2).number(48_000, 4);
        let start =
            start.number(48_000 * self.align as u64, 4).number(self.align as u64, 2).number(self.bits as u64, 2);
        match self.extension {
            None => start.0,
            Some((valid, mask, cb_size)) => {
                let guid = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
                let more = start.number(cb_size, 2).number(valid as u64, 2).number(mask.into(), 4);
                more.number(self.tag.into(), 2).text(&guid).0
            }
        }
    }
}

fn riff(kind: &[u8], fmt: &Fmt, data: &[u8]) -> Vec<u8> {
    let big_endian = kind == b"RIFX";
    let ds64 = Bytes::new(false).number(0, 8).number(data.len() as u64, 8).number(0, 12).0;
    let chunks = Bytes::new(big_endian).text(b"WAVE");
    let chunks = if matches!(kind, b"RF64" | b"BW64") { chunks.chunk(b"ds64", &ds64) } else { chunks };
    let chunks = chunks.chunk(b"fmt ", &fmt.bytes(big_endian)).chunk(b"data", data).0;
    Bytes::new(big_endian).text(kind).number(chunks.len() as u64, 4).text(&chunks).0
}

fn aiff(kind: Option<&[u8; 4]>, bits: usize, channels: usize, frames: usize, data: &[u8]) -> Vec<u8> {
    // 48 000 as an extended float: 2^15 · 1.4648….
    let common = Bytes::new(true).number(channels as u64, 2).number(frames as u64, 4).number(bits as u64, 2);
    let common = common.number(0x400e, 2).number(0xbb80 << 48, 8);
    let (form, common) = match kind {
        Some(kind) => (b"AIFC", common.text(kind).number(0, 2).0),
        None => (b"AIFF", common.0),
    };
    let sound = Bytes::new(true).number(0, 8).text(data).0;
    let chunks = Bytes::new(true).text(form).chunk(b"COMM", &common).chunk(b"SSND", &sound).0;
    Bytes::new(true).text(b"FORM").number(chunks.len() as u64, 4).text(&chunks).0
}

fn au(encoding: u64, channels: usize, size: u64, data: &[u8]) -> Vec<u8> {
    let header = Bytes::new(true).text(b".snd").number(28, 4).number(size, 4).number(encoding, 4);
    header.number(48_000, 4).number(channels as u64, 4).number(0, 4).text(data).0
}

fn caf(coding: Coding, channels: usize, big_endian: bool, data: &[u8]) -> Vec<u8> {
    let flags = u64::from(matches!(coding, Coding::Float(_))) | if big_endian { 0 } else { 2 };
    let frame = (coding.bytes() * channels) as u64;
    let head = Bytes::new(true).text(b"caff").number(1 << 16, 4).text(b"desc").number(32, 8);
    let head = head.text(&48_000_f64.to_be_bytes()).text(b"lpcm").number(flags, 4).number(frame, 4).number(1, 4);
    let head = head.number(channels as u64, 4).number(8 * coding.bytes() as u64, 4);
    head.text(b"data").number(data.len() as u64 + 4, 8).number(0, 4).text(data).0
}

fn holds(bytes: &[u8], channels: usize, what: &str) -> Option<String> {
    let file = file_of(bytes);
    let got = read(file.path()).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(got.info.sample_rate.hz(), 48_000, "{what}");
    assert_eq!(got.channels.len(), channels, "{what}");
    for (c, plane) in got.channels.iter().enumerate() {
        assert_eq!(*plane, wave(channels, c), "{what}, channel {c}");
    }
    assert_eq!(got.outcome.truncated, None, "{what}");
    got.info.remarks.first().cloned()
}

const CHANNELS: [usize; 6] = [1, 2, 3, 6, 8, 32];

#[test]
fn every_container_coding_and_number_of_channels_gives_its_samples() {
    use Coding::{Float, Signed, Unsigned8};
    let mut files = 0;
    let mut check = |bytes: Vec<u8>, channels, what: String| {
        files += 1;
        assert_eq!(holds(&bytes, channels, &what), None, "{what}");
    };
    for channels in CHANNELS {
        for coding in [Unsigned8, Signed(2), Signed(3), Signed(4), Signed(5), Signed(8), Float(4), Float(8)] {
            for kind in [b"RIFF", b"RF64", b"BW64", b"RIFX"] {
                let data = coding.data(channels, kind == b"RIFX");
                let mut fmt = Fmt::of(coding, channels);
                check(riff(kind, &fmt, &data), channels, format!("{} {coding:?}", kind.escape_ascii()));
                fmt.extension = Some((fmt.bits, 0, 22));
                check(riff(kind, &fmt, &data), channels, format!("{} extensible {coding:?}", kind.escape_ascii()));
            }
        }
        for coding in [Signed(1), Signed(2), Signed(3), Signed(4), Float(4), Float(8)] {
            for big_endian in [false, true] {
                let data = coding.data(channels, big_endian);
                check(caf(coding, channels, big_endian, &data), channels, format!("caf {coding:?} {big_endian}"));
            }
        }
        let (be, le) = (|coding: Coding| coding.data(channels, true), |coding: Coding| coding.data(channels, false));
        for bytes in 1..=4 {
            let coding = Signed(bytes);
            check(aiff(None, 8 * bytes, channels, 40, &be(coding)), channels, format!("aiff {coding:?}"));
        }
        let kinds = [
            (b"NONE", Signed(2), true),
            (b"twos", Signed(2), true),
            (b"sowt", Signed(2), false),
            (b"sowt", Signed(3), false),
            (b"raw ", Unsigned8, true),
            (b"in24", Signed(3), true),
            (b"in32", Signed(4), true),
            (b"fl32", Float(4), true),
            (b"FL32", Float(4), true),
            (b"fl64", Float(8), true),
            (b"42ni", Signed(3), false),
            (b"23ni", Signed(4), false),
        ];
        for (kind, coding, big_endian) in kinds {
            let data = if big_endian { be(coding) } else { le(coding) };
            let bytes = aiff(Some(kind), 8 * coding.bytes(), channels, 40, &data);
            check(bytes, channels, format!("aifc {} {coding:?}", kind.escape_ascii()));
        }
        for (encoding, coding) in
            [(2, Signed(1)), (3, Signed(2)), (4, Signed(3)), (5, Signed(4)), (6, Float(4)), (7, Float(8))]
        {
            let data = be(coding);
            for size in [data.len() as u64, 0xffff_ffff, 0] {
                check(au(encoding, channels, size, &data), channels, format!("au {coding:?} of {size}"));
            }
        }
    }
    assert_eq!(files, 660);
}

#[test]
fn samples_in_wider_words_are_found_high_or_low() {
    // 24 bits in 4 bytes, with the frame as the block align.
    let high = Coding::Signed(4).data(2, false);
    let low: Vec<u8> =
        high.chunks(4).flat_map(|w| (i32::from_le_bytes([w[0], w[1], w[2], w[3]]) >> 8).to_le_bytes()).collect();
    for (data, what) in [(&high, "high"), (&low, "low")] {
        let fmt = Fmt { bits: 24, align: 8, ..Fmt::of(Coding::Signed(4), 2) };
        // These samples are multiples of 2^16 in 24 bits: one more bit shows which bytes are used.
        let mut data = data.clone();
        data[usize::from(what == "high")] |= 1;
        let file = file_of(&riff(b"RIFF", &fmt, &data));
        let got = read(file.path()).unwrap();
        assert_eq!(got.channels[0].len(), 40, "{what}");
        assert_eq!(got.channels[0][1..], wave(2, 0)[1..], "{what}");
        assert_eq!(got.channels[0][0], wave(2, 0)[0] + 1.0 / 8_388_608.0, "{what}");
        assert_eq!((got.info.bits, got.info.remarks.len()), (Some(24), 0), "{what}");
    }
    // 12 bits in 2 bytes and 20 in 3 are in the high bits.
    for (bits, bytes) in [(12, 2), (20, 3), (9, 2), (17, 3)] {
        let data = Coding::Signed(bytes).data(1, false);
        let fmt = Fmt { bits, ..Fmt::of(Coding::Signed(bytes), 1) };
        assert_eq!(holds(&riff(b"RIFF", &fmt, &data), 1, "odd bits"), None);
        let data = Coding::Signed(bytes).data(1, true);
        assert_eq!(holds(&aiff(None, bits, 1, 40, &data), 1, "odd bits in AIFF"), None);
    }
}

#[test]
fn a_frame_that_is_not_what_its_bits_make_is_told() {
    let fmt = |align| Fmt { align, ..Fmt::of(Coding::Signed(2), 2) };
    let data = Coding::Signed(2).data(2, false);
    for align in [0, 1, 2, 3, 5, 7] {
        let remark = holds(&riff(b"RIFF", &fmt(align), &data), 2, "align").expect("a remark");
        assert!(remark.contains(&format!("frames of {align} bytes")), "{remark}");
    }
    let wide = Coding::Signed(4).data(2, false);
    assert!(holds(&riff(b"RIFF", &fmt(8), &wide), 2, "wide").unwrap().contains("as it states"));
}

#[test]
fn a_wrong_size_of_the_extension_and_odd_masks_do_no_harm() {
    let data = Coding::Signed(2).data(6, false);
    let fmt = |mask, cb_size| Fmt { extension: Some((16, mask, cb_size)), ..Fmt::of(Coding::Signed(2), 6) };
    for mask in [0, 0x3f, 0x60f, 0x8000_0000, u32::MAX, 1, 0xc0, 0xfff0_0000] {
        for cb_size in [22, 0, 0xffff] {
            assert_eq!(holds(&riff(b"RIFF", &fmt(mask, cb_size), &data), 6, "mask"), None, "{mask:#x}");
        }
    }
    let layout = |mask| read(file_of(&riff(b"RIFF", &fmt(mask, 22), &data)).path()).unwrap().info.source_layout;
    assert_eq!(layout(0x8000_0000), ChannelLayout::usual(6), "all loudspeakers: none is named");
    assert_eq!(layout(0x60f), ChannelLayout::usual(6));
    let few = layout(0xc1);
    assert_eq!(few.channels()[..4], [Channel::Left, Channel::LeftOfCentre, Channel::RightOfCentre, Channel::Other]);
    let mut missing = riff(b"RIFF", &fmt(0, 22), &data);
    missing[44] = 9;
    assert!(matches!(refusal(&missing), DecodeError::Unsupported { .. }), "an unknown sub-format");
}

#[test]
fn aiff_sizes_that_were_never_filled_in_are_read_to_the_end() {
    let data = Coding::Signed(2).data(2, true);
    for frames in [40, 0] {
        let whole = aiff(None, 16, 2, frames, &data);
        let sound = whole.windows(4).position(|w| w == b"SSND").unwrap();
        for (form, ssnd) in [(true, false), (false, true), (true, true), (false, false)] {
            let mut bytes = whole.clone();
            if form {
                bytes[4..8].fill(0);
            }
            if ssnd {
                bytes[sound + 4..sound + 8].fill(0);
            }
            assert_eq!(holds(&bytes, 2, "aiff"), None, "{frames} {form} {ssnd}");
        }
    }
    // An offset before the first sample.
    let mut bytes = aiff(None, 16, 2, 40, &[&[9; 6][..], &data].concat());
    let sound = bytes.windows(4).position(|w| w == b"SSND").unwrap();
    bytes[sound + 11] = 6;
    assert_eq!(holds(&bytes, 2, "offset"), None);
}

#[test]
fn lists_that_claim_too_much_and_missing_pads_are_seen_through() {
    let data = Coding::Signed(2).data(2, false);
    let fmt = Fmt::of(Coding::Signed(2), 2).bytes(false);
    let child = Bytes::new(false).text(b"INFOINAM").number(900, 4).text(b"abcd").0;
    let long_child =
        Bytes::new(false).text(b"RIFF\0\0\0\0WAVE").chunk(b"fmt ", &fmt).chunk(b"LIST", &child).chunk(b"data", &data);
    assert_eq!(holds(&long_child.0, 2, "a long child"), None);
    let long_list =
        Bytes::new(false).text(b"RIFF\0\0\0\0WAVE").chunk(b"fmt ", &fmt).text(b"LIST").number(70_000, 4).text(b"INFO");
    assert_eq!(holds(&long_list.chunk(b"ISFT", b"mixr").chunk(b"data", &data).0, 2, "a long list"), None);
    let unpadded = Bytes::new(false).text(b"RIFF\0\0\0\0WAVE").text(b"note").number(3, 4).text(b"abc");
    assert_eq!(holds(&unpadded.chunk(b"fmt ", &fmt).chunk(b"data", &data).0, 2, "no pad"), None);
}

#[test]
fn audio_that_its_header_does_not_count_is_told() {
    let data = Coding::Signed(2).data(1, false);
    let mut bytes = riff(b"RIFF", &Fmt::of(Coding::Signed(2), 1), &data);
    bytes[40..44].copy_from_slice(&20_u32.to_le_bytes());
    let got = read(file_of(&bytes).path()).unwrap();
    assert_eq!(got.channels[0], wave(1, 0)[..10]);
    assert!(got.info.remarks[0].contains("60 bytes of something else"), "{:?}", got.info.remarks);
}

#[test]
fn what_is_merely_not_supported_is_not_called_damaged() {
    let data = [0; 4_000];
    for tag in [0x31, 0x55, 0x92, 0xff, 0x161, 0x2000, 0x674f, 0x9999] {
        let fmt = Fmt { tag, ..Fmt::of(Coding::Signed(2), 1) };
        for kind in [b"RIFF", b"RIFX"] {
            assert!(matches!(refusal(&riff(kind, &fmt, &data)), DecodeError::Unsupported { .. }), "{tag:#x}");
        }
    }
    assert!(matches!(refusal(&aiff(Some(b"MAC3"), 16, 1, 100, &data)), DecodeError::Unsupported { .. }));
    assert!(matches!(refusal(&au(23, 1, 4_000, &data)), DecodeError::Unsupported { .. }));
    let half = Fmt { tag: 3, ..Fmt::of(Coding::Signed(2), 1) };
    assert!(matches!(refusal(&riff(b"RIFF", &half, &data)), DecodeError::Unsupported { .. }));
}

#[test]
fn a_float_beyond_40_db_over_full_scale_is_refused_with_its_place() {
    let samples: Vec<u8> = (0..5_000).flat_map(|n| if n == 4_410 { -3e7_f32 } else { 0.1 }.to_le_bytes()).collect();
    let error = refusal(&riff(b"RIFF", &Fmt::of(Coding::Float(4), 1), &samples));
    assert!(matches!(error, DecodeError::TooLoud { frame: 4_410, channel: 0, .. }), "{error}");
    assert!(
        error.to_string().contains("sample 4410 of channel 1 (at 0.091875 s) is -3e7, more than +40 dBFS"),
        "{error}"
    );
}

#[test]
fn files_of_other_programs_have_their_right_values() {
    let peak_db = |name: &str| {
        let got = stem(name);
        let peak = got.channels.iter().flatten().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        assert_eq!((got.outcome.truncated, got.info.remarks.len()), (None, 0), "{name}");
        (got.channels[0].len() as f64 / got.info.sample_rate.as_f64(), 20.0 * f64::from(peak).log10())
    };
    // Lengths and peaks by FFmpeg, SoX or libsndfile; levels are given to 0.1 dB.
    let files = [
        ("mov_in24_be.mov", 0.25, -14.06),
        ("mov_fl32_be.mov", 0.25, -14.06),
        ("mov_in24_le.mov", 0.25, -14.06),
        ("high_24_in_32.wav", 12_000.0 / 44_100.0, -14.24),
        ("rifx.wav", 16_537.0 / 44_100.0, -12.04),
        ("alaw.caf", 0.75, -12.2),
    ];
    for (name, seconds, db) in files {
        let (got_s, got_db) = peak_db(name);
        assert!((got_s - seconds).abs() < 1e-4 && (got_db - db).abs() < 0.06, "{name}: {got_s} s, {got_db} dBFS");
    }
}

#[test]
fn a_tone_left_of_centre_folds_to_the_left_alone() {
    let got = super::read_with(&super::fixture("wide_7_1.wav"), crate::io::Fold::Stereo, 512).unwrap();
    assert!(got.channels[0].iter().any(|sample| sample.abs() > 0.05));
    assert!(got.channels[1].iter().all(|&sample| sample == 0.0));
    assert!(got.info.source_layout.channels().contains(&Channel::LeftOfCentre));
    assert!(got.info.fold.unwrap().contains("left and right of centre to their side"));
}

#[test]
fn kinds_that_are_not_read_are_refused_by_name_and_never_scanned_for_sync_words() {
    let mp3 = super::bytes_of("bare.mp3");
    let kinds: [(&[u8], &str); 9] = [
        (b"#!AMR\n", "AMR"),
        (b"MThd\0\0\0\x06", "MIDI"),
        (b"RIFF\x10\0\0\0AVI LIST", "AVI"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "WebP"),
        (b"FORM\0\0\0\x108SVXVHDR", "8SVX"),
        (b"NIST_1A\n   1024\n", "NIST"),
        (b"Creative Voice File\x1a", "VOC"),
        (b"\x7f\xfe\x80\x01", "DTS"),
        (b"riff\x2e\x91\xcf\x11", "Wave64"),
    ];
    for (magic, name) in kinds {
        let error = refusal(&[magic, &mp3].concat());
        assert!(matches!(&error, DecodeError::NotAudio { what, .. } if what.contains(name)), "{name}: {error}");
    }
}
