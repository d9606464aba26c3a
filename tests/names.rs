//! Masters with a name of their own.

use crate::program_runs::TestFolder;
use mixdown_fixtures::signals;
use serde_json::Value;
use std::fs;

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|part| part == text)
}

#[test]
fn a_named_master_carries_its_name_everywhere() {
    let folder = TestFolder::new();
    fs::create_dir(folder.path("stems")).unwrap();
    folder.write_wav("stems/a.wav", 48_000, &[&signals::pink_noise(1, 0.1, 48_000)]);
    for (format, title, artist) in [
        ("wav24", b"INAM\x0d\0\0\0N\xc3\xa4cht? #1 %\0".as_slice(), b"IART\x03\0\0\0Me\0\0".as_slice()),
        ("wav32f", b"INAM\x0d\0\0\0N\xc3\xa4cht? #1 %\0", b"IART\x03\0\0\0Me\0\0"),
        ("flac16", b"TITLE=N\xc3\xa4cht? #1 %", b"ARTIST=Me"),
        ("opus", b"TITLE=N\xc3\xa4cht? #1 %", b"ARTIST=Me"),
    ] {
        let ending = ["wav", "flac", "opus"].into_iter().find(|ending| format.starts_with(ending)).unwrap();
        let file = format!("Nächt? #1 %.{ending}");
        let render = |_: usize| {
            let mut command = folder.command();
            command.args(["render", "stems", "--out", "stems", "--format", format, "--json"]);
            let output = command.args(["--name", "Nächt? #1 %", "--artist", "Me"]).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
            serde_json::from_slice::<Value>(&output.stdout).unwrap()
        };
        // The second time, the first master is left out as a stem and replaced as a result.
        for reported in [0, 1].map(render) {
            assert!(reported["files"][0].as_str().unwrap().ends_with(&file), "{}", reported["files"]);
            assert_eq!(reported["report"]["tracks"].as_array().unwrap().len(), 1);
            assert_eq!(reported["report"]["output"]["format"]["name"], "Nächt? #1 %");
        }
        let bytes = fs::read(folder.path("stems").join(&file)).unwrap();
        assert!(holds(&bytes, title) && holds(&bytes, artist), "{format}");
        assert!(!folder.path("stems/final_mix.wav").exists());
        let page = fs::read_to_string(folder.path("stems/report.html")).unwrap();
        assert!(page.contains("src=\"N%C3%A4cht%3F%20%231%20%25."), "{format}");
        assert!(page.contains("<h1>Nächt? #1 %."));
    }
}

#[test]
fn names_outside_the_folder_are_refused() {
    let folder = TestFolder::new();
    folder.write_wav("a.wav", 48_000, &[&signals::pink_noise(1, 0.1, 4_800)]);
    for wrong in ["", ".x", "../x", "a/b", "a\\b", "a\tb", "a\u{1b}[31m"] {
        let mut command = folder.command();
        let output = command.args(["render", "a.wav", "--out", "mix", "--name", wrong]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        let session = toml(wrong);
        folder.write("mix.toml", session.as_bytes());
        let run = folder.run("render --session mix.toml --out mix");
        assert!(run.code != Some(0) && run.stderr.contains("name"), "{wrong:?}: {}", run.stderr);
    }
    assert!(!folder.path("mix").exists());
    fs::create_dir(folder.path("mix")).unwrap();
    fs::copy(folder.path("a.wav"), folder.path("mix/b.wav")).unwrap();
    let run = folder.run("render a.wav --out mix --name b");
    assert_eq!(run.code, Some(1));
    assert_eq!(folder.run("render a.wav --out . --name a --force").code, Some(1), "an input is no output");
}

fn toml(name: &str) -> String {
    format!("[output]\nname = {}\n[[tracks]]\nfile = \"a.wav\"\n", serde_json::json!(name))
}

#[test]
fn the_page_of_a_silent_mix_shows_silence() {
    let folder = TestFolder::new();
    folder.write_wav("a.wav", 48_000, &[&vec![0.0; 96_000]]);
    let run = folder.run("render a.wav --out mix --rate 44100 --quiet");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let page = fs::read_to_string(folder.path("mix/report.html")).unwrap();
    assert!(!page.contains("bright is loud") && !page.contains("very wide") && !page.contains("the edge is"));
    assert!(page.contains("Phase scope: silence") && page.contains("none: the mix is silent"));
}
