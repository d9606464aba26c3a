//! Warnings on the terminal.

use super::prepared_folder;
use mixdown_fixtures::signals;
use std::fs;

#[test]
fn doubtful_stems_are_warned_of() {
    let folder = prepared_folder();
    fs::copy(folder.path("a.wav"), folder.path("copy.wav")).unwrap();
    let noise = signals::pink_noise(5, 0.2, 48_000);
    let hot: Vec<f32> = noise.iter().map(|x| x * 40.0).collect();
    let cut: Vec<f32> = noise.iter().map(|x| (x * 40.0).clamp(-1.0, 1.0)).collect();
    folder.write_wav("silent.wav", 48_000, &[&vec![0.0; 48_000]]);
    folder.write_wav("hot.wav", 48_000, &[&hot]);
    folder.write_wav("cut.wav", 48_000, &[&cut]);
    folder.write_wav("six.wav", 48_000, &[&noise, &noise, &noise, &noise, &noise, &noise]);
    folder.write_wav("other-rate.wav", 44_100, &[&noise]);
    for (stems, expected) in [
        ("a.wav b.wav ./a.wav", "the same file as track \"a\""),
        ("a.wav b.wav copy.wav", "a copy of the same file as track \"a\""),
        ("a.wav silent.wav", "track \"silent\" is silent all the way"),
        ("a.wav hot.wav", "track \"hot\" peaks at +"),
        ("a.wav cut.wav", "samples at full scale"),
        ("a.wav six.wav", "folded to stereo"),
        ("a.wav other-rate.wav", "the highest, 48000 Hz, is taken"),
    ] {
        let run = folder.run(&format!("render {stems} --align off --out mix --end 1"));
        assert_eq!(run.code, Some(0), "{stems}: {}", run.stderr);
        let warned = run.stderr.lines().filter(|line| line.starts_with("warning: ") && line.contains(expected)).count();
        assert_eq!(warned, 1, "{stems}: {}", run.stderr);
    }
    // Noise has a DC offset; tones that end with a whole period have none.
    for (name, hz) in [("low.wav", 220.0), ("high.wav", 997.0)] {
        folder.write_wav(name, 48_000, &[&signals::sine(48_000.0, hz, 0.2, 0.0, 48_000)]);
    }
    let is_calm = |stderr: &str| !stderr.contains("warning:");
    let run = folder.run("render low.wav high.wav --align off --out mix");
    assert!(run.code == Some(0) && is_calm(&run.stderr), "{}", run.stderr);
    // A muted track is silent on purpose, and two parts of one file are two on purpose.
    folder.write("mix.toml", b"align.mode = \"off\"\n[[tracks]]\nfile = \"low.wav\"\n[[tracks]]\nfile = \"silent.wav\"\nmute = true\n[[tracks]]\nfile = \"low.wav\"\nname = \"later\"\nstart_s = 0.5\n");
    let run = folder.run("render -s mix.toml --out mix");
    assert!(run.code == Some(0) && is_calm(&run.stderr), "{}", run.stderr);
}

#[test]
fn quiet_commands_show_errors_and_no_warnings() {
    let folder = prepared_folder();
    let bytes = fs::read(folder.path("a.wav")).unwrap();
    folder.write("cut.wav", &bytes[..bytes.len() / 2]);
    folder.write("text.wav", b"not audio at all, whatever its name says");
    for arguments in [
        "render cut.wav a.wav a.wav --align off --out mix",
        "render cut.wav a.wav a.wav --align off --dry-run",
        "play a.wav a.wav --align off --freewheel --duration 0.1",
        "session text.wav",
        "measure cut.wav",
    ] {
        assert!(folder.run(arguments).stderr.contains("warning: "), "{arguments}");
        for more in ["--quiet", "-q -v"] {
            let run = folder.run(&format!("{arguments} {more}"));
            assert_eq!((run.code, &*run.stderr), (Some(0), ""), "{arguments} {more}");
        }
    }
    let run = folder.run("render a.wav --start 100 --out x -q");
    assert!(run.code == Some(1) && run.stderr.contains("the session ends at"), "{}", run.stderr);
    // A problem with exit code 1 is an error.
    let run = folder.run("render a.wav --target -5 --max-limiting 0 --strict --out x -q");
    assert!(run.code == Some(1) && run.stderr.starts_with("mixdown: "), "{:?} {}", run.code, run.stderr);
}

#[test]
fn a_session_of_other_files_is_written_with_a_warning() {
    let folder = prepared_folder();
    folder.write("text.wav", b"not audio at all, whatever its name says");
    let run = folder.run("session a.wav text.wav");
    assert!(run.code == Some(0) && run.stdout.contains("text.wav"), "{}", run.stdout);
    assert_eq!(run.stderr.matches("warning: ").count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("text.wav: ") && run.stderr.contains("would fail"), "{}", run.stderr);
}

#[test]
fn a_start_beyond_the_end_names_the_sessions_end() {
    let folder = prepared_folder();
    let run = folder.run("render a.wav --start 100 --out x");
    assert!(run.stderr.contains("the session ends at 1.000 s") && run.stderr.contains("100.000 s"), "{}", run.stderr);
    assert_eq!(run.code, Some(1));
}

#[cfg(unix)]
#[test]
fn names_cannot_move_the_cursor() {
    let folder = prepared_folder();
    for arguments in [&["measure", "no\u{1b}[31m.wav"][..], &["render", "no\u{1b}[31m.wav", "--out", "x"]] {
        let out = folder.command().args(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(!out.status.success() && !text.contains('\u{1b}') && text.contains("\\u{1b}"), "{text:?}");
    }
    // Neither escapes nor line ends, in any output.
    let (name, shown) = ("no\u{1b}[31m\nwarning: x.wav", "no\\u{1b}[31m\\nwarning: x.wav");
    fs::copy(folder.path("a.wav"), folder.path(name)).unwrap();
    fs::create_dir(folder.path("stems")).unwrap();
    fs::copy(folder.path("a.wav"), folder.path("stems").join(name)).unwrap();
    let subfolder = "out\nside";
    for arguments in [
        &["measure", name][..],
        &["align", name, "b.wav"],
        &["align", name, "b.wav", "--write", subfolder],
        &["render", name, "b.wav", "--align", "off", "--out", subfolder, "-v"],
        &["render", name, "b.wav", "--dry-run"],
        &["play", "stems", "--align", "off", "--freewheel", "--duration", "0.1", "-v"],
        &["man", "--out", subfolder],
    ] {
        let out = folder.command().args(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned();
        assert!(out.status.success(), "{arguments:?}: {text}");
        let expected = if arguments[0] == "man" { "out\\nside" } else { shown };
        let shown = text.contains(expected) || text.contains(&expected.replace(".wav", ""));
        assert!(!text.contains('\u{1b}') && shown, "{arguments:?}: {text:?}");
        assert!(!text.lines().any(|line| line.starts_with("warning: x") || line.starts_with("side")), "{text}");
    }
    for arguments in [
        &["measure", "no\nfile.wav"][..],
        &["align", "no\nfile.wav", "b.wav"],
        &["render", "no\nfile.wav", "--out", "x"],
        &["play", "no\nfile.wav", "--null"],
        &["session", "no\nfile.wav"],
        &["waveform", "no\nfile.wav", "-o", "x.dat"],
        &["diff", "no\nfile.wav", "b.wav"],
        &["jobs", "submit", "no\nfile.wav", "b.wav", "--session-id", "song"],
        &["render", "b.wav", "--out", "x", "--target", "no\nfile.wav"],
    ] {
        let out = folder.command().args(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(!out.status.success() && text.contains("no\\nfile.wav"), "{arguments:?}: {text:?}");
        assert!(!text.lines().any(|line| line.starts_with("file.wav")), "{arguments:?}: {text:?}");
    }
    // The parser of arguments leaves escapes out.
    let out = folder.command().args(["render", "--no\u{1b}[31m"]).output().unwrap();
    assert!(!out.status.success() && !out.stderr.contains(&0x1b), "{:?}", out.stderr);
}
