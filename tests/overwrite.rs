//! No command destroys a file: neither its own inputs nor another program's files.

use crate::program_runs::{Run, TestFolder, read_wav};
use mixdown_fixtures::signals;
use std::fs;

/// Writes two stems, a session of them, and a waveform's input under a name that could be an
/// output.
fn prepared_folder() -> TestFolder {
    let folder = TestFolder::new();
    let (a, b) = (signals::pink_noise(1, 0.1, 48_000), signals::sine(48_000.0, 440.0, 0.3, 0.0, 48_000));
    folder.write_wav("a.wav", 48_000, &[&a, &a]);
    folder.write_wav("b.wav", 48_000, &[&b]);
    folder
        .write("mix.json", br#"{ "align": { "mode": "off" }, "tracks": [{ "file": "a.wav" }, { "file": "b.wav" }] }"#);
    folder
}

/// Runs a command that must be refused for `expected` and must leave every file unchanged.
fn refused(folder: &TestFolder, arguments: &str, expected: &str) -> Run {
    let before = files(folder);
    let run = folder.run(arguments);
    assert!(matches!(run.code, Some(1 | 2)), "{arguments}: {:?} {}{}", run.code, run.stdout, run.stderr);
    assert!(run.stderr.contains(expected), "{arguments}: {}", run.stderr);
    // No stem was opened, so no stage was begun.
    assert!(!run.stderr.contains('…'), "{arguments}: {}", run.stderr);
    assert!(files(folder) == before, "{arguments}: {:?}", folder.names(""));
    run
}

/// Returns every file below the folder with its bytes.
fn files(folder: &TestFolder) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.path("")];
    while let Some(subfolder) = folders.pop() {
        for entry in fs::read_dir(subfolder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if path.is_file() {
                all.push((path.clone(), fs::read(path).unwrap()));
            }
        }
    }
    all.sort();
    all
}

fn done(folder: &TestFolder, arguments: &str) -> Run {
    let run = folder.run(arguments);
    assert_eq!(run.code, Some(0), "{arguments}: {}{}", run.stdout, run.stderr);
    run
}

#[test]
fn no_command_overwrites_its_inputs_even_if_forced() {
    let folder = prepared_folder();
    fs::create_dir(folder.path("in")).unwrap();
    fs::copy(folder.path("a.wav"), folder.path("in/final_mix.wav")).unwrap();
    fs::create_dir(folder.path("data")).unwrap();
    fs::copy(folder.path("a.wav"), folder.path("data/spectrum.json")).unwrap();
    fs::copy(folder.path("a.wav"), folder.path("a.dat")).unwrap();
    folder.write("list.json", b"[]");
    folder.write("spectrum.json", br#"{ "tracks": [{ "file": "a.wav" }, { "file": "data/spectrum.json" }] }"#);
    let input = "one of the inputs";
    for arguments in [
        "session a.wav b.wav -o b.wav",
        "session a.wav b.wav -o ./in/../b.wav",
        "play a.wav --freewheel --wav a.wav",
        "play a.wav --freewheel --record a.wav",
        "play a.wav --freewheel --log a.wav",
        "play -s mix.json --freewheel --record mix.json",
        "play -s mix.json --freewheel --wav b.wav",
        "play a.wav --freewheel --replay list.json --log list.json",
        "waveform a.dat -o a.dat",
        "render a.wav in/final_mix.wav --out in",
        "render -s spectrum.json --out data",
        "align a.wav b.wav --write .",
        "align b.wav --to a.wav --write in/..",
    ] {
        let expected = if arguments.contains("--to") { "b.wav" } else { input };
        refused(&folder, arguments, expected);
        refused(&folder, &format!("{arguments} --force"), expected);
    }
    fs::create_dir(folder.path("doc")).unwrap();
    folder.write("doc/report.json", &fs::read(folder.path("mix.json")).unwrap());
    fs::copy(folder.path("a.wav"), folder.path("doc/a.wav")).unwrap();
    fs::copy(folder.path("b.wav"), folder.path("doc/b.wav")).unwrap();
    refused(&folder, "render -s doc/report.json --out doc --force", input);
    // A mix to which stems are aligned is an input too.
    fs::copy(folder.path("b.wav"), folder.path("in/b.wav")).unwrap();
    refused(&folder, "align b.wav --to in/b.wav --write in --force", input);
}

#[cfg(unix)]
#[test]
fn links_lead_to_the_files_that_are_read() {
    use std::os::unix::fs::symlink;
    let folder = prepared_folder();
    fs::hard_link(folder.path("a.wav"), folder.path("hard.dat")).unwrap();
    symlink("a.wav", folder.path("soft.json")).unwrap();
    fs::create_dir(folder.path("out")).unwrap();
    fs::hard_link(folder.path("b.wav"), folder.path("out/final_mix.wav")).unwrap();
    symlink("out", folder.path("link")).unwrap();
    for arguments in [
        "session a.wav -o soft.json",
        "session a.wav -o hard.dat",
        "waveform a.wav -o hard.dat",
        "waveform hard.dat -o soft.json",
        "render a.wav b.wav --out link",
        "play b.wav --freewheel --wav link/final_mix.wav",
    ] {
        refused(&folder, &format!("{arguments} --force"), "one of the inputs");
    }
    // A link that is not an input is followed, and stays.
    symlink("elsewhere.toml", folder.path("session.toml")).unwrap();
    folder.write("elsewhere.toml", b"old");
    done(&folder, "session a.wav -o session.toml --force");
    assert!(folder.path("session.toml").is_symlink());
    assert!(fs::read_to_string(folder.path("elsewhere.toml")).unwrap().contains("a.wav"));
}

#[test]
fn files_of_others_are_replaced_only_if_forced() {
    let folder = prepared_folder();
    fs::create_dir(folder.path("mix")).unwrap();
    let foreign = |name: &str| folder.write(name, &fs::read(folder.path("a.wav")).unwrap());
    for name in
        ["final_mix.wav", "waveform.dat", "waveform.json", "spectrum.json", "meters.json", "report.json", "report.html"]
    {
        let path = format!("mix/{name}");
        foreign(&path);
        refused(&folder, "render b.wav --out mix", &path.replace('/', std::path::MAIN_SEPARATOR_STR));
        fs::remove_file(folder.path(&path)).unwrap();
    }
    folder.write("mix/loudness.png", b"not a picture");
    refused(&folder, "render b.wav --out mix --png", "loudness.png");
    done(&folder, "render b.wav --out mix --quiet");
    done(&folder, "render b.wav --out mix --quiet");
    done(&folder, "render b.wav --out mix --quiet --png --force");
    done(&folder, "render b.wav --out mix --quiet --png");

    for (name, command) in [
        ("x.toml", "session a.wav -o x.toml"),
        ("x.dat", "waveform a.wav -o x.dat"),
        ("x.json", "waveform a.wav -o x.json"),
        ("x.wav", "play b.wav --freewheel --quiet --duration 0.1 --wav x.wav"),
        ("log.json", "play b.wav --freewheel --quiet --duration 0.1 --log log.json"),
        ("rec.toml", "play b.wav --freewheel --quiet --duration 0.1 --record rec.toml"),
        ("in/b.wav", "align a.wav b.wav --write in"),
    ] {
        fs::create_dir_all(folder.path("in")).unwrap();
        folder.write(name, b"{ \"mine\": true }");
        refused(&folder, command, "--force");
        done(&folder, &format!("{command} --force"));
        // A command replaces its own earlier output, except documents that are made to be edited.
        if ["x.toml", "rec.toml"].contains(&name) {
            refused(&folder, command, "--force");
        } else {
            done(&folder, command);
        }
    }
}

#[test]
fn an_earlier_master_is_not_mixed_into_the_next() {
    let folder = prepared_folder();
    done(&folder, "render a.wav b.wav --out . --quiet");
    let run = refused(&folder, "render a.wav b.wav final_mix.wav --out .", "master of an earlier render");
    assert!(run.stderr.contains("leave it out of the stems"), "{}", run.stderr);
    refused(&folder, "render a.wav b.wav final_mix.wav --out . --mix-only --force", "master of an earlier render");
    let run = done(&folder, "render a.wav final_mix.wav --out elsewhere --align off");
    assert!(run.stderr.contains("\"final_mix\" is a master that mixdown wrote"), "{}", run.stderr);
    // Aligned stems are stems.
    done(&folder, "align a.wav b.wav --write in-time");
    let run = done(&folder, "render in-time/a.wav in-time/b.wav --out from-aligned");
    assert!(!run.stderr.contains("is a master"), "{}", run.stderr);
}

#[test]
fn mix_only_keeps_an_earlier_report_unless_forced() {
    let folder = prepared_folder();
    done(&folder, "render b.wav --out mix --quiet --png");
    let run = refused(&folder, "render a.wav --out mix --mix-only", "report.json");
    assert!(run.stderr.contains("--force"), "{}", run.stderr);
    folder.write("mix/notes.txt", b"mine");
    done(&folder, "render a.wav --out mix --mix-only --quiet --force");
    assert_eq!(folder.names("mix"), ["final_mix.wav", "notes.txt"]);
    // Another program's file with a data file's name does not prevent a mix alone.
    folder.write("mix/report.html", b"<title>mine</title>");
    done(&folder, "render b.wav --out mix --mix-only --quiet --force");
    assert_eq!(fs::read(folder.path("mix/report.html")).unwrap(), b"<title>mine</title>");
}

#[test]
fn two_outputs_of_one_command_are_two_files() {
    let folder = prepared_folder();
    for arguments in ["--wav x --log x", "--wav x --record ./x", "--log new/x --record new/../new/x"] {
        let run = refused(&folder, &format!("play b.wav --freewheel {arguments} --force"), "name two files");
        assert_eq!(run.code, Some(2));
    }
    assert!(!folder.path("new").exists());
}

#[test]
fn unwritable_outputs_are_refused_before_reading() {
    let folder = prepared_folder();
    fs::create_dir(folder.path("folder.wav")).unwrap();
    fs::create_dir_all(folder.path("mix/report.html")).unwrap();
    let long = "x".repeat(300);
    for (arguments, expected) in [
        ("render b.wav --out a.wav".to_owned(), "not a folder"),
        ("render b.wav --out a.wav/below".to_owned(), "a.wav"),
        ("render b.wav --out mix".to_owned(), "report.html: is a folder"),
        (format!("render b.wav --out {long}"), "choose a shorter name"),
        ("play b.wav --freewheel --wav folder.wav".to_owned(), "is a folder"),
        ("play b.wav --freewheel --log a.wav/log.json".to_owned(), "part of the path is a file"),
        (format!("waveform b.wav -o {long}.dat"), "choose a shorter name"),
        ("session b.wav -o folder.wav".to_owned(), "is a folder"),
        (format!("align a.wav b.wav --write {long}"), "choose a shorter name"),
    ] {
        let run = refused(&folder, &arguments, expected);
        assert!(!run.stderr.contains("free space") && !run.stderr.contains(".part"), "{}", run.stderr);
    }
    // A name of the greatest length is written, whatever its temporary file is called.
    let fits = format!("{}.dat", "y".repeat(251));
    done(&folder, &format!("waveform b.wav -o {fits}"));
    // Missing folders are made.
    done(&folder, "session b.wav -o new/deep/mix.toml");
    done(&folder, "render b.wav --mix-only --quiet --out other/deep");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_without_permission_is_refused_at_once() {
    use std::os::unix::fs::PermissionsExt;
    if rustix::process::geteuid().is_root() {
        // The only thing forbidden to root is forbidden to all users: making files in /proc.
        let folder = prepared_folder();
        for arguments in [
            "render b.wav --out /proc/mix",
            "play b.wav --freewheel --wav /proc/x.wav",
            "session b.wav -o /proc/x.toml",
        ] {
            let run = refused(&folder, arguments, "cannot be written");
            assert!(!run.stderr.contains("free space"), "{}", run.stderr);
        }
        return;
    }
    let folder = prepared_folder();
    fs::create_dir(folder.path("ro")).unwrap();
    fs::set_permissions(folder.path("ro"), fs::Permissions::from_mode(0o555)).unwrap();
    for arguments in ["render b.wav --out ro", "play b.wav --freewheel --wav ro/x.wav", "align a.wav b.wav --write ro"]
    {
        let run = refused(&folder, arguments, "that you may write to");
        assert!(!run.stderr.contains("free space"), "{}", run.stderr);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn devices_and_pipes_are_written_in_place() {
    use std::os::unix::fs::FileTypeExt;
    let folder = prepared_folder();
    for arguments in [
        "play b.wav --freewheel --quiet --duration 0.1 --wav /dev/null",
        "play b.wav --freewheel --quiet --duration 0.1 --log /dev/null --record /dev/null",
        "session b.wav -o /dev/null",
    ] {
        done(&folder, arguments);
    }
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    let run = folder.run("session b.wav -o /dev/full");
    assert!(run.code == Some(1) && run.stderr.contains("free space"), "{}", run.stderr);
    rustix::fs::mknodat(
        rustix::fs::CWD,
        folder.path("pipe.wav"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    let pipe = folder.path("pipe.wav");
    let reader = std::thread::spawn(move || fs::read(pipe).unwrap());
    done(&folder, "play b.wav --freewheel --quiet --duration 0.1 --wav pipe.wav");
    folder.write("got.wav", &reader.join().unwrap());
    assert!(read_wav(&folder.path("got.wav"))[0].len() > 4_000);
    let out = folder.command().args(["session", "b.wav", "-o", "/dev/stdout"]).output().unwrap();
    assert!(out.status.success() && String::from_utf8_lossy(&out.stdout).contains("b.wav"));
}

#[test]
fn a_job_whose_result_would_replace_a_stem_is_refused() {
    let folder = prepared_folder();
    fs::create_dir_all(folder.path("storage/mix_outputs/song")).unwrap();
    fs::copy(folder.path("a.wav"), folder.path("storage/mix_outputs/song/final_mix.wav")).unwrap();
    let submit = "jobs submit storage/mix_outputs/song/final_mix.wav b.wav --storage storage --media media";
    let run = folder.run(&format!("{submit} --session-id song"));
    assert!(run.code == Some(1) && run.stderr.contains("one of the inputs"), "{}", run.stderr);
    done(&folder, &format!("{submit} --session-id other"));
}
