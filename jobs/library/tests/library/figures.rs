//! Figures on 100 000 stems: `MIXDOWN_FIGURES=1 cargo test --release -p mixdown-library figures --
//! --nocapture`.

use crate::common::hash;
use mixdown_library::{
    Descriptors, Library, Mode, MusicalKey, NewSong, NewStem, Place, Query, SongAnalysis, Sort, StemType,
};
use std::path::Path;
use std::time::{Duration, Instant};

/// Songs of five stems.
const SONGS: usize = 20_000;

/// Numbers of a fixed sequence.
struct Sequence(u64);

impl Sequence {
    /// Returns the next number below a bound.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// Returns the next number of a range.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.below(1 << 24) as f64 / (1 << 24) as f64
    }
}

/// Returns a song with words, tags and descriptors of a fixed sequence.
fn song(number: usize, sequence: &mut Sequence) -> NewSong {
    let id = Library::new_id();
    let types = [StemType::Drums, StemType::Bass, StemType::Vocals, StemType::Other, StemType::Centre];
    let name = format!("Loop sample{number:05} w{} w{}", sequence.below(3_000), sequence.below(3_000));
    let stems = types.into_iter().enumerate().map(|(index, stem_type)| {
        let mut stem =
            NewStem::new(stem_type, Place::media(&id, &format!("{stem_type}.wav")), hash(number * 5 + index));
        stem.tags = vec!["everywhere".into(), format!("tag {}", sequence.below(100))];
        stem.favourite = sequence.below(50) == 0;
        stem.descriptors = Descriptors {
            integrated_lufs: Some(sequence.between(-40.0, -5.0)),
            rms_dbfs: Some(sequence.between(-50.0, -10.0)),
            sample_peak_dbfs: Some(sequence.between(-20.0, 0.0)),
            true_peak_dbtp: Some(sequence.between(-20.0, 1.0)),
            crest_db: Some(sequence.between(3.0, 25.0)),
            spectral_centroid_hz: Some(sequence.between(50.0, 9_000.0)),
            spectral_bandwidth_hz: Some(sequence.between(50.0, 5_000.0)),
            spectral_rolloff_hz: Some(sequence.between(100.0, 15_000.0)),
            zero_crossing_rate: Some(sequence.between(0.001, 0.5)),
            onset_rate_hz: Some(sequence.between(0.0, 12.0)),
            silence_share: Some(sequence.between(0.0, 1.0)),
            duration_s: Some(sequence.between(1.0, 300.0)),
            chroma: Some(std::array::from_fn(|_| sequence.between(0.0, 1.0))),
        };
        stem
    });
    let stems = stems.collect();
    let mode = if sequence.below(2) == 0 { Mode::Major } else { Mode::Minor };
    let beats: Vec<f64> = (0..400).map(|beat| f64::from(beat) * 0.5).collect();
    let analysis = SongAnalysis {
        bpm: Some(sequence.between(60.0, 180.0)),
        key: Some(MusicalKey::new(sequence.below(12) as u8, mode)),
        beats: Some(beats.into()),
        ..SongAnalysis::default()
    };
    NewSong { audio_file_id: Some(id), name, analysis, stems, ..NewSong::default() }
}

/// Returns the processor time of this thread, which other programs do not lengthen; Linux only.
fn processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0))
}

/// Elapsed time and processor time.
type Cost = (Duration, Duration);

/// Returns the cost of a call.
fn cost<T>(call: impl FnOnce() -> T) -> Cost {
    let (start, processor_start) = (Instant::now(), processor());
    call();
    (start.elapsed(), processor().saturating_sub(processor_start))
}

/// Returns the medians of several costs.
fn median(costs: impl Iterator<Item = Cost>) -> Cost {
    let (mut elapsed, mut processor): (Vec<_>, Vec<_>) = costs.unzip();
    elapsed.sort_unstable();
    processor.sort_unstable();
    (elapsed[elapsed.len() / 2], processor[processor.len() / 2])
}

/// Returns the median cost of a call on a library newly opened.
fn fresh<T>(folder: &Path, call: impl Fn(&mut Library) -> T) -> Cost {
    median((0..9).map(|_| {
        let mut library = Library::open(folder, None).unwrap();
        cost(|| call(&mut library))
    }))
}

#[test]
fn figures() {
    if std::env::var_os("MIXDOWN_FIGURES").is_none() {
        return;
    }
    let folder = tempfile::tempdir_in(std::env::var("MIXDOWN_FIGURES_FOLDER").unwrap_or(".".into())).unwrap();
    let mut library = Library::open(folder.path(), None).unwrap();
    let mut sequence = Sequence(1);
    let songs: Vec<NewSong> = (0..SONGS).map(|number| song(number, &mut sequence)).collect();
    let many_a_call =
        cost(|| songs[..SONGS - 1_000].chunks(200).for_each(|some| drop(library.add_many(some).unwrap())));
    let rate = |time: Duration| (SONGS - 1_000) as f64 * 5.0 / time.as_secs_f64();
    println!("add 200 songs a call: {:.0} stems/s, by processor time {:.0}", rate(many_a_call.0), rate(many_a_call.1));
    let one_a_call = cost(|| songs[SONGS - 1_000..].iter().for_each(|song| drop(library.add(song).unwrap())));
    let rate = |time: Duration| 5_000.0 / time.as_secs_f64();
    println!("add one song a call: {:.0} stems/s, by processor time {:.0}", rate(one_a_call.0), rate(one_a_call.1));
    let start = Instant::now();
    drop(library);
    println!("close: {:?}", start.elapsed());
    let start = Instant::now();
    let mut library = Library::open(folder.path(), None).unwrap();
    println!("open: {:?}", start.elapsed());
    let id = library.search(&Query { offset: 50_000, limit: 1, ..Query::default() }).unwrap().stems[0].stem_id.clone();
    let text = |text: &str| Query { text: Some(text.into()), ..Query::default() };
    let queries = [
        ("all", Query::default()),
        ("offset 99 000", Query { offset: 99_000, ..Query::default() }),
        ("type", Query { types: vec![StemType::Drums], ..Query::default() }),
        ("key", Query { keys: vec!["C# major".parse().unwrap()], ..Query::default() }),
        ("bpm", Query { bpm: Some((70.0, 170.0)), ..Query::default() }),
        ("favourite by name", Query { favourite: Some(true), sort: Sort::Name, ..Query::default() }),
        ("by bpm", Query { sort: Sort::Bpm, ..Query::default() }),
        ("tag of all", Query { tags: vec!["everywhere".into()], ..Query::default() }),
        ("tag of 1 %", Query { tags: vec!["tag 7".into()], ..Query::default() }),
        ("text of all", text("loop")),
        ("text, one letter", text("l")),
        ("text, 20 000 words", text("sample")),
        ("text, three words", text("loop wav stems")),
        ("text of 20 %", text("drums")),
        ("text, rare", text("sample01234")),
        ("text, w1", text("w1")),
        ("compatible", Query { compatible_with: Some(id.clone()), ..Query::default() }),
        ("similar", Query { similar_to: Some(id.clone()), ..Query::default() }),
        (
            "similar, compatible, type, text",
            Query {
                similar_to: Some(id.clone()),
                compatible_with: Some(id.clone()),
                types: vec![StemType::Bass],
                ..text("loop")
            },
        ),
    ];
    for (name, query) in &queries {
        let opened = fresh(folder.path(), |library| library.search(query).unwrap().total);
        let total = library.search(query).unwrap().total;
        let again = median((0..9).map(|_| cost(|| library.search(query).unwrap())));
        println!("{name}: total {total}, opened {opened:.1?}, again {again:.1?} (elapsed, processor)");
        // A bound for any machine; the figures themselves are printed.
        assert!(opened.1 < Duration::from_millis(100), "{name}: {opened:?}");
    }
    println!("stats, opened: {:.1?}", fresh(folder.path(), |library| library.stats().unwrap().stems));
    let start = Instant::now();
    let scanned = library.scan().unwrap();
    println!("scan of {} stems: {:?}", scanned.stems, start.elapsed());
    assert_eq!(scanned.stems, SONGS * 5);
}
