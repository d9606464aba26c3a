//! Stems in memory: the same bits, checks and errors as files.

use crate::program_runs::TestFolder;
use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::io::{DecodeError, Fold, MemoryStem, MemoryStemError, StemReader, Strides};
use mixdown_engine::prelude::*;
use mixdown_engine::units::SampleRate;
use mixdown_fixtures::signals;
use std::fs;
use std::io::{self, Read};

fn rate() -> SampleRate {
    SampleRate::new(44_100).unwrap()
}

fn channel(seed: u64) -> Vec<f32> {
    signals::pink_noise(seed, 0.2, 60_000)
}

fn mixed(tracks: Vec<Track>) -> (AudioBuffer, Report) {
    let mut session = Session { tracks, ..Session::default() };
    session.sample_rate_hz = Some(SampleRate::new(48_000).unwrap());
    Render::new(session).target(Target::Lufs(-20.0)).to_memory().unwrap()
}

fn opened(stem: MemoryStem) -> Result<(), DecodeError> {
    StemReader::open_source(&Track::from_memory("a", stem).source(), Fold::Stereo).map(drop)
}

fn refusal(stem: MemoryStem) -> String {
    let tracks = vec![Track::from_memory("pad", stem)];
    let session = Session { tracks, ..Session::default() };
    Render::new(session).to_memory().err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn stems_from_memory_and_files_give_the_same_bits() {
    let folder = TestFolder::new();
    let (left, right) = (channel(1), channel(2));
    folder.write_wav("a.wav", 44_100, &[&left, &right]);
    let flac = mixdown_fixtures::path("stems/band/bass.flac");
    let files = mixed(vec![Track::new(folder.path("a.wav")), Track::new(&flac)]);

    let interleaved: Vec<f32> = left.iter().zip(&right).flat_map(|(left, right)| [*left, *right]).collect();
    // Frames apart by three samples, channels in the other order.
    let padded: Vec<f32> = left.iter().zip(&right).flat_map(|(left, right)| [*right, *left, f32::NAN]).collect();
    let planar: Vec<f32> = left.iter().chain(&right).copied().collect();
    let swapped = Strides { frames: left.len(), channels: 2, frame_stride: 3, channel_stride: 1 };
    let sources = [
        MemoryStem::from_planar(rate(), &[&left, &right]).unwrap(),
        MemoryStem::from_strided(rate(), &interleaved, Strides::interleaved(left.len(), 2)).unwrap(),
        MemoryStem::from_strided(rate(), &planar, Strides::planar(left.len(), 2)).unwrap(),
        MemoryStem::from_bytes(fs::read(folder.path("a.wav")).unwrap()),
    ];
    for stem in sources {
        let bass = MemoryStem::from_reader(fs::File::open(&flac).unwrap()).unwrap();
        let memory = mixed(vec![Track::from_memory("a", stem), Track::from_memory("bass", bass)]);
        for side in 0..2 {
            let bits = |audio: &AudioBuffer| audio.channel(side).iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert!(bits(&memory.0) == bits(&files.0), "side {side}");
        }
        assert_eq!(memory.1.tracks[1].blake3, files.1.tracks[1].blake3);
    }
    let swapped = MemoryStem::from_strided(rate(), &padded, swapped).unwrap();
    assert_eq!(swapped, MemoryStem::from_planar(rate(), &[&right, &left]).unwrap());
}

#[test]
fn a_mix_from_memory_is_written_and_leaves_files_of_its_name_alone() {
    let folder = TestFolder::new();
    // The name of a stem in memory is not a file, even where one of that name exists.
    fs::write(folder.path("a"), "not audio").unwrap();
    let stem = MemoryStem::from_planar(rate(), &[&channel(3)]).unwrap();
    let session = Session { tracks: vec![Track::from_memory("a", stem)], ..Session::default() };
    assert_eq!(session.problems(), []);
    let rendered = Render::new(session).to_folder(folder.path("mix")).unwrap();
    assert!(rendered.report.master.verified && folder.path("mix/final_mix.wav").exists());
    assert_eq!(rendered.report.tracks[0].name, "a");
    let report = fs::read_to_string(folder.path("mix/report.json")).unwrap();
    assert!(!report.contains("memory"), "a report names the stem and holds no sample of it");
}

#[test]
fn the_same_stem_twice_is_warned_about() {
    let stem = MemoryStem::from_planar(rate(), &[&channel(4)]).unwrap();
    let tracks = vec![Track::from_memory("a", stem.clone()), Track::from_memory("b", stem)];
    let (_, report) = mixed(tracks);
    assert!(report.warnings.iter().any(|warning| warning.contains("plays the same stem")), "{:?}", report.warnings);
}

#[test]
fn bad_samples_are_refused_as_those_of_a_file_are() {
    let mut samples = channel(5);
    let stem = |samples: &[f32]| MemoryStem::from_planar(rate(), &[samples]).unwrap();
    assert!(matches!(opened(stem(&[])), Err(DecodeError::NoAudio { .. })));
    assert!(matches!(opened(stem(&[0.5])), Err(DecodeError::TooShort { .. })));
    assert!(matches!(opened(MemoryStem::from_bytes([])), Err(DecodeError::Empty { .. })));
    assert!(matches!(opened(MemoryStem::from_bytes(*b"not audio, by any means")), Err(DecodeError::NotAudio { .. })));
    samples[30_000] = f32::NAN;
    let nan = refusal(stem(&samples));
    assert!(nan.contains("pad") && nan.contains("0.680272 s"), "{nan}");
    samples[30_000] = 1e9;
    assert!(refusal(stem(&samples)).contains("pad"), "beyond 40 dBFS");
    let cut = fs::read(mixdown_fixtures::path("stems/band/bass.flac")).unwrap();
    let (audio, report) = mixed(vec![Track::from_memory("a", MemoryStem::from_bytes(&cut[..cut.len() / 2]))]);
    assert!(audio.frames() > 0 && report.tracks[0].read.truncated.is_some(), "named, as for a file");
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let samples = [0.0; 10];
    let strided = |frames, channels, frame_stride, channel_stride| {
        MemoryStem::from_strided(rate(), &samples, Strides { frames, channels, frame_stride, channel_stride })
    };
    assert!(strided(5, 2, 2, 1).is_ok() && strided(2, 5, 1, 2).is_ok());
    let beyond = MemoryStemError::Strides { channel: 1, frame: 5, samples: 10 };
    assert_eq!(strided(6, 2, 2, 1), Err(beyond));
    assert!(matches!(strided(usize::MAX, 2, usize::MAX, 3), Err(MemoryStemError::Strides { .. })));
    assert_eq!(strided(5, 0, 1, 1), Err(MemoryStemError::Channels { channels: 0 }));
    assert_eq!(MemoryStem::from_planar(rate(), &[]), Err(MemoryStemError::Channels { channels: 0 }));
    let lengths = MemoryStemError::Lengths { channel: 1, frames: 9, first: 10 };
    assert_eq!(MemoryStem::from_planar(rate(), &[&samples, &samples[1..]]), Err(lengths));
    // One sample repeated four billion times: no slice is that long, a stride of 0 is.
    assert!(matches!(strided(1 << 30, 1, 0, 0), Err(MemoryStemError::Size { .. })));
}

/// Fails after a few bytes, as a connection that breaks.
struct Broken(usize);

impl Read for Broken {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::Error::new(io::ErrorKind::ConnectionReset, "the connection broke"));
        }
        let count = self.0.min(out.len());
        self.0 -= count;
        Ok(count)
    }
}

#[test]
fn a_reader_that_fails_in_the_middle_gives_no_stem() {
    let error = MemoryStem::from_reader(Broken(10_000)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}
