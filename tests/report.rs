//! Files that describe a render: the page, the pictures, and data that agree with the file beside
//! them.

use crate::program_runs::{Run, TestFolder};
use mixdown_fixtures::{golden, path, signals};
use serde_json::Value;
use std::fs;

fn read(folder: &TestFolder, name: &str) -> String {
    fs::read_to_string(folder.path(name)).unwrap()
}

fn json(folder: &TestFolder, name: &str) -> Value {
    serde_json::from_str(&read(folder, name)).unwrap()
}

/// Renders two real stems, louder than full scale allows.
fn loud(folder: &TestFolder, out: &str, more: &[&str]) -> Run {
    let mut command = folder.command();
    command.arg("render").args([path("stems/band/drums.flac"), path("stems/band/bass.flac")]);
    command.args(["--out", out, "--quiet"]).args(more);
    command.output().unwrap().into()
}

#[test]
fn mix_only_writes_the_same_bytes() {
    let folder = TestFolder::new();
    assert_eq!(loud(&folder, "mix", &["--png"]).code, Some(0));
    let master = fs::read(folder.path("mix/final_mix.wav")).unwrap();
    assert_eq!(folder.names("mix").len(), 10);
    folder.write("mix/notes.txt", b"mine");
    let run = loud(&folder, "mix", &["--mix-only", "--json", "--force"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(folder.names("mix"), ["final_mix.wav", "notes.txt"]);
    assert!(fs::read(folder.path("mix/final_mix.wav")).unwrap() == master, "the bytes differ");
    let text: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(text["files"].as_array().unwrap().len(), 1);
    let report = &text["report"];
    assert_eq!(report["master"]["verified"], true);
    assert!(report["master"]["written"]["integrated_lufs"].is_number());
    assert_eq!((&report["tracks"][0]["measured"], &report["tracks"][0]["blake3"]), (&Value::Null, &Value::Null));
    assert_eq!(loud(&folder, "mix", &["--mix-only", "--png"]).code, Some(2));
}

#[test]
fn the_page_is_complete_and_self_contained() {
    let folder = TestFolder::new();
    assert_eq!(loud(&folder, "mix", &["--target", "-10"]).code, Some(0));
    let page = read(&folder, "mix/report.html");
    for part in [
        "Waveform",
        "Spectrogram",
        "Loudness",
        "momentary",
        "short-term",
        "integrated",
        "target −10.0",
        "True peaks",
        "ceiling −1.0",
        "Gain reduction",
        "Correlation",
        "Average spectrum",
        "pink noise",
        "Phase scope",
        "Tracks",
        "Share of the mix",
        "Confidence",
        "Inputs",
        "Trimmed",
        "The limiter worked",
        "prefers-color-scheme:dark",
        "nothing reaches full scale",
        "drums",
        "bass.flac",
    ] {
        assert!(page.contains(part), "{part} is missing");
    }
    // The player reads the master beside the page; nothing else is fetched.
    let inside = page.replacen("src=\"final_mix.wav\"", "", 1);
    for outside in ["http:", "https:", "src=", "@import", "url("] {
        assert!(!inside.contains(outside), "{outside} reaches out");
    }
    assert!(!page.contains("NaN") && !page.contains("inf "), "a number means nothing");
}

#[test]
fn values_stay_whole_and_the_page_has_one_minus_sign() {
    let folder = TestFolder::new();
    assert_eq!(loud(&folder, "mix", &[]).code, Some(0));
    let page = read(&folder, "mix/report.html");
    let inside = page.split("<script").next().unwrap();
    assert!(inside.contains("measures −14.0 LUFS (target −14.0)") && !inside.contains("-14.0"));
    for unit in [" <small>LUFS</small>", " <small>dBTP</small>", " <small>Hz</small>", " dB", " %"] {
        let whole = inside.matches("<span class=\"value\">").count();
        assert!(whole > 10 && inside.contains(&format!("{unit}</span>")), "{unit}");
    }
    assert!(inside.contains("<td data-head=\"Format\"><div>flac, 16 bits</div>"), "flac in flac");
    assert!(inside.contains(".value{white-space:nowrap}") && inside.contains("<div class=\"wide\"><table"));
}

#[test]
fn the_page_of_four_minutes_is_below_two_megabytes() {
    let folder = TestFolder::new();
    // The number of columns, points and rows depends on the length alone; a low rate saves time.
    let noise = signals::pink_noise(1, 0.1, 240 * 8_000);
    folder.write_wav("song.wav", 8_000, &[&noise, &signals::pink_noise(2, 0.1, 240 * 8_000)]);
    let run = folder.run("render song.wav --out mix --quiet --align off");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let bytes = fs::metadata(folder.path("mix/report.html")).unwrap().len();
    assert!(bytes < 2_000_000, "{bytes}");
}

#[test]
fn hostile_names_are_shown_and_never_run() {
    let folder = TestFolder::new();
    let name = "<img src=x onerror=alert(1)>&\"'.wav";
    let noise = signals::pink_noise(1, 0.1, 48_000);
    folder.write_wav(name, 48_000, &[&noise, &noise]);
    let title = "</script><script>alert(2)</script>";
    let session = format!("[[tracks]]\nfile = {}\nname = '{title}'\n", Value::String(name.into()));
    folder.write("mix.toml", session.as_bytes());
    let run = folder.run("render --session mix.toml --out mix --quiet");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let page = read(&folder, "mix/report.html");
    assert!(!page.contains("<img") && !page.contains("<script>alert"), "a name became markup");
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;.wav"));
    assert!(page.contains("&lt;/script&gt;&lt;script&gt;alert(2)&lt;/script&gt;"));
}

#[test]
fn the_page_repeats_byte_for_byte() {
    let folder = TestFolder::new();
    for (out, frames) in [("a", "64"), ("b", "10000")] {
        assert_eq!(loud(&folder, out, &["--chunk-frames", frames]).code, Some(0));
    }
    for name in ["report.html", "meters.json", "spectrum.json", "waveform.dat", "final_mix.wav"] {
        let bytes = |out: &str| fs::read(folder.path(out).join(name)).unwrap();
        assert!(bytes("a") == bytes("b"), "{name}");
    }
}

#[test]
fn a_bus_has_a_row_and_meters() {
    let folder = TestFolder::new();
    let mut command = folder.command();
    command.args(["render", "--quiet", "--out", "mix", "--session"]).arg(golden::session_path("six_stems"));
    assert!(command.status().unwrap().success());
    let page = read(&folder, "mix/report.html");
    assert!(page.contains("<h2>Buses</h2>") && page.contains("<b>rhythm</b>"));
    let (meters, report) = (json(&folder, "mix/meters.json"), json(&folder, "mix/report.json"));
    let bus = &meters["buses"][0];
    assert_eq!((&bus["name"], meters["buses"].as_array().map(Vec::len)), (&"rhythm".into(), Some(1)));
    assert_eq!(bus["summary"], report["buses"][0]["measured"]);
    // Twelve seconds, and the 3 ms by which the last stem is delayed, in steps of 100 ms.
    assert_eq!(bus["series"]["peak_dbfs"].as_array().map(Vec::len), Some(121));
    assert_eq!(loud(&folder, "plain", &[]).code, Some(0));
    assert!(!read(&folder, "plain/report.html").contains("<h2>Buses</h2>"));
}

#[test]
fn gain_reduction_over_time_agrees_with_the_report() {
    let folder = TestFolder::new();
    assert_eq!(loud(&folder, "mix", &["--target", "-10"]).code, Some(0));
    let (meters, report) = (json(&folder, "mix/meters.json"), json(&folder, "mix/report.json"));
    let series: Vec<f64> = serde_json::from_value(meters["master"]["gain_reduction_db"].clone()).unwrap();
    assert_eq!(series.len(), meters["master"]["series"]["peak_dbfs"].as_array().unwrap().len());
    let most = series.iter().copied().fold(0.0, f64::max);
    let limiter = &report["master"]["limiter"];
    // Rounded to 0.01.
    assert!((most - limiter["max_reduction_db"].as_f64().unwrap()).abs() <= 0.0051, "{most} for {limiter}");
    assert!(most > 1.0);
    // Ten intervals per second: the limiter acted in at least as large a share of them as of
    // frames.
    let share = series.iter().filter(|reduction| **reduction > 0.1).count() as f64 / series.len() as f64;
    let reported = limiter["share_of_time"].as_f64().unwrap();
    assert!(reported > 0.0 && reported <= share + 0.01, "{reported} for {share}");
    for key in ["target_lufs", "ceiling_dbtp", "gain_db", "verified"] {
        assert!(!report["master"][key].is_null(), "{key}");
    }
    for measured in ["before", "predicted", "written"] {
        assert!(
            report["master"][measured]["integrated_lufs"].is_f64()
                && report["master"][measured]["true_peak_dbtp"].is_f64()
        );
    }
}

#[test]
fn the_waveform_is_that_of_the_written_file() {
    let folder = TestFolder::new();
    for format in ["wav16", "wav24", "wav32f"] {
        assert_eq!(loud(&folder, format, &["--format", format]).code, Some(0));
        for ending in ["dat", "json"] {
            let drawn = folder.run(&format!("waveform {format}/final_mix.wav -o again.{ending} --split-channels"));
            assert_eq!(drawn.code, Some(0), "{}", drawn.stderr);
            let written = fs::read(folder.path(format).join(format!("waveform.{ending}"))).unwrap();
            assert!(fs::read(folder.path(&format!("again.{ending}"))).unwrap() == written, "{format}, {ending}");
        }
    }
}

#[test]
fn clipping_is_marked_and_silence_has_a_page_too() {
    let folder = TestFolder::new();
    let square = signals::square(48_000.0, 100.0, 1.2, 48_000);
    folder.write_wav("hot.wav", 48_000, &[&square, &square]);
    folder.write_wav("silence.wav", 48_000, &[&vec![0.0; 4_800], &vec![0.0; 4_800]]);
    assert_eq!(folder.run("render hot.wav --target none --ceiling off --quiet --out hot").code, Some(0));
    let page = read(&folder, "hot/report.html");
    assert!(page.contains("touches full scale") && page.contains("beyond full scale"), "no clip marks");
    let run = folder.run("render silence.wav --out quiet --quiet --png");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let page = read(&folder, "quiet/report.html");
    assert!(page.contains("silent, or too short to have a loudness") && !page.contains("NaN"));
}

#[test]
fn pictures_are_written_on_request_and_are_png() {
    let folder = TestFolder::new();
    assert_eq!(loud(&folder, "plain", &[]).code, Some(0));
    assert!(!folder.names("plain").iter().any(|name| name.contains(".png")));
    assert_eq!(loud(&folder, "mix", &["--png"]).code, Some(0));
    for name in ["waveform.png", "spectrogram.png", "loudness.png"] {
        let bytes = fs::read(folder.path("mix").join(name)).unwrap();
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n", "{name}");
        let width = u32::from_be_bytes(bytes[16..20].try_into().unwrap());
        assert!(width > 1_500 && bytes.len() > 10_000, "{name}: {width}, {}", bytes.len());
    }
}

#[test]
fn the_date_in_bext_is_blank_unless_given() {
    let folder = TestFolder::new();
    let tone = signals::sine(48_000.0, 440.0, 0.3, 0.0, 48_000);
    folder.write_wav("a.wav", 48_000, &[&tone, &tone]);
    let render = |out: &str, flags: &[&str], epoch: Option<&str>| -> Run {
        let mut command = folder.command();
        command.args(["render", "a.wav", "--quiet", "--out", out]).args(flags).env_remove("SOURCE_DATE_EPOCH");
        command.envs(epoch.map(|epoch| ("SOURCE_DATE_EPOCH", epoch))).output().unwrap().into()
    };
    // EBU Tech 3285: date and time begin 320 bytes into the chunk.
    let date = |out: &str| {
        let bytes = fs::read(folder.path(out).join("final_mix.wav")).unwrap();
        let chunk = bytes.windows(4).position(|four| four == b"bext").unwrap() + 8;
        bytes[chunk + 320..chunk + 338].to_vec()
    };
    assert_eq!(render("blank", &[], None).code, Some(0));
    assert_eq!(date("blank"), [0; 18]);
    assert_eq!(render("epoch", &[], Some("86399")).code, Some(0));
    assert_eq!(date("epoch"), b"1970-01-0123:59:59");
    assert_eq!(render("flag", &["--origination-date", "2026-03-01"], Some("0")).code, Some(0));
    assert_eq!(date("flag"), b"2026-03-0100:00:00");
    let run = render("wrong", &[], Some("soon"));
    assert_eq!((run.code, run.stderr.contains("SOURCE_DATE_EPOCH")), (Some(2), true), "{}", run.stderr);
    assert_eq!(render("wrong", &["--origination-date", "soon"], None).code, Some(2));
}

#[test]
fn the_page_shows_each_shift_and_its_direction() {
    let folder = TestFolder::new();
    let source = signals::pink_noise(6, 0.2, 480_000);
    let silence = vec![0.0; 2_000];
    folder.write_wav("a.wav", 48_000, &[&[&silence[..1_000], source.as_slice()].concat()]);
    folder.write_wav("trimmed.wav", 48_000, &[&[silence.as_slice(), &source[..479_000]].concat()]);
    assert_eq!(folder.run("render a.wav trimmed.wav --out one --quiet --align recordings").code, Some(0));
    let report = json(&folder, "one/report.json");
    let stem = &report["alignment"]["stems"][1];
    assert_eq!((stem["decision"].as_str(), stem["late_samples"].as_f64()), (Some("moved"), Some(1_000.0)), "{stem}");
    assert_eq!(stem["correlation"]["values"].as_array().unwrap().len(), 97);
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("loses 0.021 s of silence at its start"), "{warnings}");
    let page = read(&folder, "one/report.html");
    assert!(page.contains("moved 20.83 ms (1000.00 samples) earlier"), "the move is shown");
    assert_eq!(page.matches("<svg class=\"peak\"").count(), 2, "both have a picture of the correlation");

    // Parts with sound are not cut: all other stems are delayed instead.
    folder.write_wav("b.wav", 48_000, &[&source]);
    folder.write_wav(
        "first.wav",
        48_000,
        &[&[signals::white_noise(3, 0.1, 1_000), source[..479_000].to_vec()].concat()],
    );
    assert_eq!(folder.run("render b.wav first.wav --out two --quiet --align recordings").code, Some(0));
    let report = json(&folder, "two/report.json");
    assert_eq!(report["alignment"]["stems"][1]["late_samples"].as_f64(), Some(1_000.0), "{}", report["alignment"]);
    assert!(report["warnings"].to_string().contains("everything begins 0.021 s later"), "{}", report["warnings"]);
    assert_eq!(report["tracks"][0]["start_frame"].as_u64(), Some(1_000));
}
