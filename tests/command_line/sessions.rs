//! Session documents whose paths are relative to their folder.

use super::place;
use std::fs;

#[test]
fn a_session_names_its_stems_from_its_own_folder() {
    let place = place();
    fs::create_dir_all(place.path("sub/in")).unwrap();
    fs::copy(place.path("a.wav"), place.path("sub/in/c.wav")).unwrap();
    for (out, stems) in
        [("sub/mix.toml", "a.wav sub/in/c.wav"), ("new/deep/mix.json", "./a.wav sub/../b.wav"), ("mix.toml", "a.wav")]
    {
        let run = place.run(&format!("session {stems} -o {out}"));
        assert_eq!(run.code, Some(0), "{out}: {}", run.stderr);
        let run = place.run(&format!("render -s {out} --dry-run --align off"));
        assert_eq!(run.code, Some(0), "{out}: {}", run.stderr);
        let text = fs::read_to_string(place.path(out)).unwrap();
        assert!(!text.contains(&place.path("").display().to_string()), "relative: {text}");
        assert_eq!(text.starts_with('{'), out.ends_with("json"));
    }
    let run = place.run("session a.wav -o mix.yaml");
    assert!(run.code == Some(2) && run.stderr.contains("TOML or JSON"), "{}", run.stderr);
    assert!(!place.path("mix.yaml").exists());
}

#[test]
fn missing_and_unreadable_stems_are_told_in_one_round() {
    let place = place();
    place.write("text.wav", b"not audio at all, whatever its name says");
    place.write("empty.wav", b"");
    place.write(
        "mix.toml",
        b"[[tracks]]\nfile = \"text.wav\"\n[[tracks]]\nfile = \"gone.wav\"\n[[tracks]]\nfile = \"empty.wav\"\n",
    );
    for arguments in ["render text.wav a.wav gone.wav empty.wav --out x", "render -s mix.toml --out x"] {
        let run = place.run(arguments);
        assert_eq!(run.code, Some(1));
        for name in ["text.wav", "gone.wav", "empty.wav", "3 problems"] {
            assert!(run.stderr.contains(name), "{name}: {}", run.stderr);
        }
        assert!(!run.stderr.contains("a.wav: "), "{}", run.stderr);
    }
}
