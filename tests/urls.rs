//! URLs in the place of files.

#[cfg(feature = "cloud")]
mod cloud;

use crate::program_runs::TestFolder;
use mixdown_fixtures::path;
use std::fs;

#[test]
fn a_file_url_is_a_path() {
    let folder = TestFolder::new();
    fs::copy(path("stems/band/bass.flac"), folder.path("bass line.flac")).unwrap();
    let url = |name: &str| format!("file://{}", folder.path(name).display());
    let run = folder.run(&format!("render {} --out {} -q", url("bass%20line.flac"), url("out")));
    assert_eq!((run.code, &*run.stderr), (Some(0), ""));
    assert!(folder.names("out").contains(&"final_mix.wav".to_owned()));
    let run = folder.run(&format!("measure {} --json", url("out/final_mix.wav")));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let run = folder.run(&format!("measure {}", url("none.wav")));
    assert!(run.code == Some(1) && run.stderr.contains("none.wav: no such file"), "{}", run.stderr);
}

#[cfg(not(feature = "cloud"))]
#[test]
fn a_program_without_clients_names_the_feature() {
    let folder = TestFolder::new();
    fs::copy(path("stems/band/bass.flac"), folder.path("bass.flac")).unwrap();
    fs::write(folder.path("mix.toml"), "[[tracks]]\nfile = \"s3://b/a.wav\"\n").unwrap();
    for arguments in [
        "render s3://b/a.wav --out x",
        "render bass.flac --out gs://b/x",
        "render --session mix.toml --out x",
        "render --session az://b/mix.toml --out x",
        "measure https://h/a.wav?sig=secret",
        "align bass.flac http://h/a.wav",
    ] {
        let run = folder.run(arguments);
        assert_eq!(run.code, Some(1), "{arguments}");
        assert!(run.stderr.contains("feature cloud") && !run.stderr.contains("secret"), "{}", run.stderr);
        assert_eq!(folder.names("."), ["bass.flac", "mix.toml"], "{arguments}");
    }
}
