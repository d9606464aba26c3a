//! Decoding: Ogg Vorbis and FLAC from the fixtures' stems, a 24-bit WAV file written here, and the
//! files that `MIXDOWN_DECODE` names (separated as in `PATH`).

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{BLOCK_FRAMES, elements, pink, write_wav};
use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::io::{Fold, StemReader};
use mixdown_engine::process::Source;
use std::path::Path;

fn read_all(path: &Path) -> usize {
    let mut stem = StemReader::open(path, Fold::Stereo).expect("the fixture can be read");
    let mut block = AudioBuffer::new(stem.channels(), BLOCK_FRAMES);
    let mut frames = 0;
    loop {
        let got = stem.read(&mut block.block_mut()).expect("the fixture can be decoded");
        frames += got;
        if got < BLOCK_FRAMES {
            return frames;
        }
    }
}

fn decode(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let wav = folder.path().join("noise.wav");
    write_wav(&wav, &pink(0.2, 480_000)).expect("a temporary file can be written");
    let mut group = criterion.benchmark_group("decode");
    group.sample_size(20);
    let mut files = vec![
        ("vorbis".to_owned(), mixdown_fixtures::path("stems/feelings/band.ogg")),
        ("flac".to_owned(), mixdown_fixtures::path("stems/band/drums.flac")),
        ("wav 24-bit".to_owned(), wav),
    ];
    let named = std::env::var_os("MIXDOWN_DECODE").unwrap_or_default();
    files.extend(std::env::split_paths(&named).map(|path| (path.to_string_lossy().replace('/', "_"), path)));
    for (name, path) in files {
        group.throughput(elements(read_all(&path)));
        group.bench_function(name, |bencher| bencher.iter(|| read_all(&path)));
    }
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
