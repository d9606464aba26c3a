//! Session documents whose paths are relative to their folder.

use super::prepared_folder;
use std::fs;

#[test]
fn a_session_names_its_stems_from_its_own_folder() {
    let folder = prepared_folder();
    fs::create_dir_all(folder.path("sub/in")).unwrap();
    fs::copy(folder.path("a.wav"), folder.path("sub/in/c.wav")).unwrap();
    for (out, stems) in
        [("sub/mix.toml", "a.wav sub/in/c.wav"), ("new/deep/mix.json", "./a.wav sub/../b.wav"), ("mix.toml", "a.wav")]
    {
        let run = folder.run(&format!("session {stems} -o {out}"));
        assert_eq!(run.code, Some(0), "{out}: {}", run.stderr);
        let run = folder.run(&format!("render -s {out} --dry-run --align off"));
        assert_eq!(run.code, Some(0), "{out}: {}", run.stderr);
        let text = fs::read_to_string(folder.path(out)).unwrap();
        assert!(!text.contains(&folder.path("").display().to_string()), "relative: {text}");
        assert_eq!(text.starts_with('{'), out.ends_with("json"));
    }
    let run = folder.run("session a.wav -o mix.yaml");
    assert!(run.code == Some(2) && run.stderr.contains("TOML or JSON"), "{}", run.stderr);
    assert!(!folder.path("mix.yaml").exists());
}

#[test]
fn all_unreadable_stems_are_listed_at_once() {
    let folder = prepared_folder();
    folder.write("text.wav", b"not audio at all, whatever its name says");
    folder.write("empty.wav", b"");
    folder.write(
        "mix.toml",
        b"[[tracks]]\nfile = \"text.wav\"\n[[tracks]]\nfile = \"gone.wav\"\n[[tracks]]\nfile = \"empty.wav\"\n",
    );
    for arguments in ["render text.wav a.wav gone.wav empty.wav --out x", "render -s mix.toml --out x"] {
        let run = folder.run(arguments);
        assert_eq!(run.code, Some(1));
        for name in ["text.wav", "gone.wav", "empty.wav", "3 problems"] {
            assert!(run.stderr.contains(name), "{name}: {}", run.stderr);
        }
        assert!(!run.stderr.contains("a.wav: "), "{}", run.stderr);
    }
}
