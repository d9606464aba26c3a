//! Help, completions, the manual, colours.

use super::prepared_folder;
use crate::program_runs::TestFolder;
use std::fs;

/// Returns every command that the help lists below one, such as `jobs submit`, that one excluded.
fn commands_below(folder: &TestFolder, command: &str) -> Vec<String> {
    let help = folder.run(&format!("{command} --help")).stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A description that is wrapped is indented further.
    let names = listed.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    let paths = names.filter(|name| *name != "help").map(|name| format!("{command} {name}").trim_start().to_owned());
    paths.flat_map(|path| [vec![path.clone()], commands_below(folder, &path)].concat()).collect()
}

/// Returns every command of the program.
fn commands(folder: &TestFolder) -> Vec<String> {
    let commands = commands_below(folder, "");
    for known in ["render", "jobs", "jobs submit"] {
        assert!(commands.iter().any(|command| command == known), "{known} is missing in {commands:?}");
    }
    commands
}

#[test]
fn every_command_is_helped_with_in_both_spellings() {
    let folder = TestFolder::new();
    for command in commands(&folder) {
        let run = folder.run(&format!("help {command}"));
        assert_eq!(run.code, Some(0), "{command}: {}", run.stderr);
        assert_eq!(folder.run(&format!("{command} --help")).stdout, run.stdout, "{command}");
    }
    assert!(folder.run("help jobs submit").stdout.contains("--session-id"));
    assert!(folder.run("measure --help").stdout.contains("sixteen times"));
}

#[test]
fn every_command_has_an_example_of_itself() {
    let folder = TestFolder::new();
    for command in commands(&folder) {
        let help = folder.run(&format!("{command} --help")).stdout;
        let (_, examples) = help.split_once("\nExample").unwrap_or_else(|| panic!("{command}: {help}"));
        assert!(examples.contains(&format!("mixdown {command} ")), "{command}: {examples}");
    }
    let help = folder.run("--help").stdout;
    assert!(
        help.split_once("\nExamples:\n").is_some_and(|(_, examples)| examples.contains("mixdown render ")),
        "{help}"
    );
}

#[test]
fn shells_get_completions_that_know_every_command() {
    let folder = TestFolder::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let run = folder.run(&format!("completions {shell}"));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let commands = commands(&folder);
        let names = commands.iter().filter_map(|command| command.split(' ').next_back());
        for word in names.chain(["tolerance-db", "mix-only"]) {
            assert!(run.stdout.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(folder.run("completions tcsh").code, Some(2));
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let folder = TestFolder::new();
    let run = folder.run("man --out man1");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let names = folder.names("man1");
    for command in commands(&folder) {
        assert!(names.contains(&format!("mixdown-{}.1", command.replace(' ', "-"))), "{command}: {names:?}");
    }
    assert!(names.contains(&"mixdown.1".into()), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("render-child")), "{names:?}");
    assert!(fs::read_to_string(folder.path("man1/mixdown-render.1")).unwrap().contains("mix\\-only"));
    assert_eq!(folder.run("man --out man1").code, Some(0), "its own pages are replaced");
    folder.write("man1/mixdown-render.1", b"mine");
    assert_eq!(folder.run("man --out man1").code, Some(1));
}

#[test]
fn colours_follow_the_flag_and_are_off_in_a_pipe() {
    let folder = prepared_folder();
    for (arguments, coloured) in [
        ("render gone.wav --out x", false),
        ("render gone.wav --out x --color always", true),
        ("--color=always render gone.wav --out x", true),
        ("render gone.wav --out x --color never", false),
        ("render --wrong --color always", true),
        ("render --wrong", false),
    ] {
        assert_eq!(folder.run(arguments).stderr.contains('\u{1b}'), coloured, "{arguments}");
    }
    assert_eq!(folder.run("render gone.wav --out x --color blue").code, Some(2));
}

#[test]
fn verbose_lines_describe_a_render() {
    let folder = prepared_folder();
    let run = folder.run("render a.wav b.wav --align off --out mix -v");
    assert!(run.stderr.contains("a: wav pcm_f32le, 48000 Hz, stereo, 1.000 s, begins at 0.000 s"), "{}", run.stderr);
    folder.write("a.flac", &fs::read(mixdown_fixtures::path("stems/band/bass.flac")).unwrap());
    let run = folder.run("render a.flac --dry-run");
    assert!(run.stdout.contains("a: flac, ") && !run.stdout.contains("flac flac"), "{}", run.stdout);
    let run = folder.run("-v play a.wav --freewheel --duration 0.1");
    assert!(run.stderr.contains("a: wav pcm_f32le"), "{}", run.stderr);
}

#[test]
fn measurements_come_as_comma_separated_values() {
    let folder = prepared_folder();
    fs::rename(folder.path("b.wav"), folder.path("b,b.wav")).unwrap();
    let run = folder.run("measure a.wav b,b.wav --csv");
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(lines[0].starts_with("path,sample_rate,channels,frames,duration_s,integrated_lufs,"), "{}", lines[0]);
    assert!(
        lines[1].starts_with("a.wav,48000,2,48000,1.0,") && lines[2].starts_with("\"b,b.wav\",48000,1,"),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 3);
    let run = folder.run("measure a.wav --csv --series");
    assert!(run.code == Some(2) && run.stderr.contains("--series requires --json"), "{}", run.stderr);
}

#[test]
fn every_command_has_verbose_lines() {
    let folder = TestFolder::new();
    for command in commands(&folder) {
        let help = folder.run(&format!("{command} --help")).stdout;
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains("render and play name every stem") && help.contains("-q wins"), "{command}: {help}");
    }
}
