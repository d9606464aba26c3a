use super::{SongPicture, song_html, song_png};
use crate::{Confidence, KeyPart, LabelledSpan, SCHEMA, Song, SongAnalysis, Stem};
use mixdown_engine::io::{OutputGuard, OutputKind};
use std::path::PathBuf;

fn stem(path: &str, stem_type: &str, type_confidence: f64) -> Stem {
    Stem {
        path: PathBuf::from(path),
        stem_type: stem_type.into(),
        type_confidence,
        duration_s: 60.0,
        integrated_lufs: Some(-18.0),
        rms_dbfs: Some(-20.0),
        sample_peak_dbfs: Some(-3.0),
        true_peak_dbtp: Some(-2.8),
        crest_db: Some(17.0),
        spectral_centroid_hz: Some(1_500.0),
        spectral_bandwidth_hz: Some(900.0),
        spectral_rolloff_hz: Some(4_000.0),
        zero_crossing_rate: Some(0.1),
        onset_rate_hz: Some(2.5),
        silence_share: 0.13,
        warnings: Vec::new(),
    }
}

fn spans(duration_s: f64, step_s: f64, labels: &[&str]) -> Vec<LabelledSpan> {
    let count = (duration_s / step_s).ceil() as usize;
    let span = |(index, label): (usize, &&str)| LabelledSpan {
        start_s: index as f64 * step_s,
        end_s: ((index + 1) as f64 * step_s).min(duration_s),
        label: (*label).into(),
    };
    labels.iter().cycle().take(count).enumerate().map(span).collect()
}

fn answer(song: Song, stems: Vec<Stem>) -> SongAnalysis {
    SongAnalysis { ok: true, schema: SCHEMA.into(), song, stems }
}

/// Returns a song in four-four time with a beat every `beat_s`.
fn in_four(duration_s: f64, beat_s: f64) -> (SongAnalysis, SongPicture) {
    let beats_s: Vec<f64> = (0..(duration_s / beat_s).round() as usize).map(|beat| beat as f64 * beat_s).collect();
    let half = duration_s / 2.0;
    let song = Song {
        duration_s,
        tempo_bpm: Some(60.0 / beat_s),
        downbeats_s: beats_s.iter().step_by(4).copied().collect(),
        beats_s,
        beats_per_bar: Some(4),
        key: Some("C# major".into()),
        keys: vec![
            KeyPart { start_s: 0.0, end_s: half, key: "C# major".into() },
            KeyPart { start_s: half, end_s: duration_s, key: "D# major".into() },
        ],
        tuning_hz: Some(442.0),
        chords: spans(duration_s, beat_s, &["C#:maj", "F#:maj", "A#:min7", "N", "G#:7/3"]),
        sections: spans(duration_s, 20.0, &["A", "B", "A", "C"]),
        confidence: Confidence {
            tempo: 0.98,
            beats: 0.9,
            downbeats: 0.8,
            metre: 0.49,
            key: 0.7,
            chords: 0.6,
            sections: 0.3,
        },
        ..Song::default()
    };
    let wave = |index: usize| (-0.5 - 0.4 * (index as f32 * 0.05).sin(), 0.7);
    let tones =
        |index: usize| std::array::from_fn(|class| if (index / 8 + class).is_multiple_of(5) { 0.9 } else { 0.1 });
    let picture = SongPicture {
        waveform: (0..4_000).map(wave).collect(),
        chroma: (0..(duration_s * 10.0) as usize).map(tones).collect(),
        chroma_step_s: 0.1,
    };
    (answer(song, vec![stem("band/drums.wav", "drums", 0.97), stem("band/pad.wav", "other", 0.4)]), picture)
}

/// Returns the content of every element with this tag, its other markup taken out.
fn texts(page: &str, tag: &str) -> Vec<String> {
    let plain = |html: &str| html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    let ends = format!("</{tag}>");
    page.split(&format!("<{tag}"))
        .skip(1)
        .filter_map(|rest| Some(plain(rest.split_once('>')?.1.split(&ends).next()?)))
        .collect()
}

#[test]
fn the_page_has_the_answers_and_their_doubts() {
    let (analysis, picture) = in_four(60.0, 0.5);
    let page = song_html(&analysis, &picture);
    assert_eq!(texts(&page, "h1"), ["band"]);
    assert!(page.contains("<p>2 files · 1:00.0</p>"));
    let figures = texts(&page, "dd");
    let expected = [
        "120.0BPM",
        "98 % sure",
        "4beats a bar",
        "not sure",
        "C#major",
        "70 % sure",
        "442.0Hz",
        "8 cents sharp",
        "4different",
        "60 % sure",
        "3",
        "not sure",
    ];
    assert_eq!(figures, expected);
    assert_eq!(texts(&page, "h3")[..5], ["Waveform", "Sections", "Chords", "Keys", "Chroma"]);
    assert!(page.contains("120 beats, 30 bars<") && page.contains("3 sections, 2 different, not sure<"));
    assert!(page.contains("title=\"A#:min7, 0:01.0 to 0:01.5\"><b>A#m7</b>"));
    assert_eq!(page.matches("class=\"change\" d=\"M500 0v192\"").count(), 1);
    let cells = texts(&page, "td");
    assert_eq!(cells[..3], ["drums.wav", "drums", "97 % sure"]);
    assert_eq!(cells[9..12], ["pad.wav", "other", "not sure"]);
    assert_eq!(cells[3..9], ["−18.0 LUFS", "−2.8 dBTP", "17.0 dB", "1500 Hz", "2.5 a second", "13 %"]);
}

#[test]
fn text_from_outside_stays_text() {
    let hostile = "\"><script>alert('&')</script>\u{7}.wav";
    let (mut analysis, picture) = in_four(20.0, 0.5);
    let clean = song_html(&analysis, &picture);
    for stem in &mut analysis.stems {
        stem.path = PathBuf::from(format!("/a/{hostile}/{hostile}"));
        stem.stem_type = hostile.into();
        stem.warnings = vec![hostile.into()];
    }
    let song = &mut analysis.song;
    song.key = Some(hostile.into());
    for part in &mut song.keys {
        part.key = hostile.into();
    }
    for span in song.chords.iter_mut().chain(&mut song.sections) {
        span.label = hostile.into();
    }
    let page = song_html(&analysis, &picture);
    assert!(!page.contains("<script") && !page.contains("alert('") && !page.contains('\u{7}'));
    assert_eq!(page.matches("<td").count(), clean.matches("<td").count());
    assert!(page.matches("&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)").count() > 20);
    assert!(song_png(&analysis, &picture).is_some());
}

#[test]
fn nothing_on_the_page_needs_a_network_or_a_script() {
    let (analysis, picture) = in_four(20.0, 0.5);
    let page = song_html(&analysis, &picture);
    assert!(!page.contains("<script") && !page.contains("http:") && !page.contains("https:"));
    for name in ["src=\"", "href=\"", "url("] {
        let targets = page.split(name).skip(1);
        assert!(targets.clone().all(|target| target.starts_with("data:")), "{name}");
    }
}

#[test]
fn a_song_with_nothing_found_has_dashes() {
    for duration_s in [0.0, 12.0] {
        let mut silent = stem("silence.wav", "other", 0.0);
        (silent.integrated_lufs, silent.true_peak_dbtp, silent.onset_rate_hz) = (None, None, None);
        let song = Song { duration_s, ..Song::default() };
        let analysis = answer(song, vec![silent]);
        let page = song_html(&analysis, &SongPicture::default());
        assert_eq!(texts(&page, "h1"), ["silence.wav"]);
        assert_eq!(texts(&page, "dd").iter().filter(|text| *text == "–").count(), 6);
        let cells = texts(&page, "td");
        assert_eq!([&cells[2], &cells[3], &cells[4], &cells[7]], ["not sure", "–", "–", "–"]);
        assert_eq!((page.matches("none found").count(), page.matches("no beats found").count()), (6, 2));
        assert!(!page.contains("NaN") && !page.contains("inf"));
        assert!(song_png(&analysis, &SongPicture::default()).is_some());
    }
}

#[test]
fn ten_minutes_of_1500_beats_fit_a_megabyte() {
    let (analysis, picture) = in_four(600.0, 0.4);
    assert_eq!((analysis.song.beats_s.len(), analysis.song.chords.len()), (1_500, 1_500));
    let page = song_html(&analysis, &picture);
    assert!((100_000..1_000_000).contains(&page.len()), "{} bytes", page.len());
    assert!(page.contains("one bar in 2"));
}

#[test]
fn the_picture_is_two_dots_a_unit_and_coloured() {
    let (analysis, picture) = in_four(60.0, 0.5);
    let bytes = song_png(&analysis, &picture).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
    let mut dots = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut dots).unwrap();
    assert_eq!((info.width, info.height, info.color_type), (2_240, 1_180, png::ColorType::Rgb));
    let dot = |x: usize, y: usize| &dots[3 * (y * 2_240 + x)..][..3];
    // The first section in the first colour of parts, left of its letter.
    assert_eq!(dot(2 * 80 + 20, 2 * (56 + 160 + 14)), [0xbc, 0xd4, 0xf2]);
    // In the first columns C is strong and C# is weak.
    let row = |class: usize| 2 * 56 + 2 * 274 + 2 * 17 * (11 - class) + 17;
    assert!(dot(170, row(0)).iter().all(|part| *part > 40) && dot(170, row(1))[0] < 60);
}

#[test]
fn page_and_picture_may_be_written_again() {
    let (analysis, picture) = in_four(20.0, 0.5);
    let folder = tempfile::tempdir().unwrap();
    let (html, png) = (folder.path().join("song.html"), folder.path().join("song.png"));
    std::fs::write(&html, song_html(&analysis, &picture)).unwrap();
    std::fs::write(&png, song_png(&analysis, &picture).unwrap()).unwrap();
    let guard = OutputGuard::new(false);
    guard.check(&html, OutputKind::PAGE).unwrap();
    guard.check(&png, OutputKind::PICTURE).unwrap();
    assert!(guard.check(&png, OutputKind::PAGE).is_err());
}
