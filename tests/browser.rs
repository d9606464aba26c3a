//! The page in a real browser, where `MIXDOWN_BROWSER=1` states that one is installed: no error on
//! its console, and a picture to look at.

use crate::program_runs::TestFolder;
use mixdown_fixtures::path;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Returns the first Chromium on the path; with the flag set, its absence is a failure.
fn browser() -> PathBuf {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    let found =
        NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file());
    found.expect(
        "MIXDOWN_BROWSER=1, but no Chromium is on the path; install it (apt-get install chromium) or unset the flag",
    )
}

/// Opens a page without a window.
fn open(page: &Path, more: &[String]) -> Output {
    let profile = tempfile::tempdir().unwrap();
    Command::new(browser())
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--enable-logging=stderr",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(more)
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap()
}

/// Returns the page's messages on the console.
fn console(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stderr).lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect()
}

#[test]
fn the_page_opens_in_a_browser_without_an_error() {
    if env::var_os("MIXDOWN_BROWSER").is_none_or(|flag| flag != "1") {
        return;
    }
    let folder = TestFolder::new();
    let mut command = folder.command();
    command.arg("render").args([path("stems/feelings/guitar.ogg"), path("stems/feelings/band.ogg")]);
    assert!(command.args(["--out", "mix", "--quiet", "--target", "-11"]).output().unwrap().status.success());
    let page = fs::canonicalize(folder.path("mix/report.html")).unwrap();

    // A page with an error proves that errors are noticed.
    folder.write("wrong.html", b"<script>undefined_name()</script>");
    let wrong = open(&fs::canonicalize(folder.path("wrong.html")).unwrap(), &["--dump-dom".into()]);
    assert_eq!(console(&wrong).len(), 1, "{}", String::from_utf8_lossy(&wrong.stderr));

    let dom = open(&page, &["--dump-dom".into()]);
    assert_eq!(console(&dom), Vec::<String>::new());
    // The script gives every plot over time its cursor.
    assert_eq!(String::from_utf8_lossy(&dom.stdout).matches("class=\"cursor\"").count(), 8);

    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    fs::create_dir_all(&pictures).unwrap();
    for (name, size, scheme) in [("light", "1200,2900", "1"), ("dark", "1200,2900", "0"), ("narrow", "500,4200", "1")] {
        let picture = pictures.join(format!("report-{name}.png"));
        let _ = fs::remove_file(&picture);
        let flags = [
            format!("--window-size={size}"),
            format!("--blink-settings=preferredColorScheme={scheme}"),
            format!("--screenshot={}", picture.display()),
        ];
        let shot = open(&page, &flags);
        assert_eq!(console(&shot), Vec::<String>::new());
        let bytes = fs::metadata(&picture).map_or(0, |picture| picture.len());
        assert!(bytes > 100_000, "{name}: {bytes} bytes: the page is all but empty");
        println!("look at {}", picture.display());
    }
}
