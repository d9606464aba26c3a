//! Stems that carry time references, through a whole render.

use crate::program_runs::{TestFolder, read_wav};
use serde_json::Value;

/// Renders the two stems, of which the second was recorded 22 050 frames after the first.
fn rendered(folder: &TestFolder, more: &str) -> (Vec<f32>, Value) {
    let stems = ["bext_10h.wav", "bext_10h_500ms.wav"].map(|name| mixdown_fixtures::path("formats").join(name));
    let mut command = folder.command();
    command.arg("render").args(&stems).args(["--out", "mix", "--target", "none", "--ceiling", "off"]);
    command.args(["--format", "wav32f", "--align", "off", "--quiet", "--force"]).args(more.split_whitespace());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report = serde_json::from_slice(&std::fs::read(folder.path("mix/report.json")).unwrap()).unwrap();
    (read_wav(&folder.path("mix/final_mix.wav")).swap_remove(0), report)
}

#[test]
fn stems_begin_at_their_time_references_unless_off() {
    let folder = TestFolder::new();
    let stem = |name: &str| read_wav(&mixdown_fixtures::path("formats").join(name)).swap_remove(0);
    let (first, second) = (stem("bext_10h.wav"), stem("bext_10h_500ms.wav"));
    let sum_at = |start: usize| -> Vec<f32> {
        let sample = |stem: &[f32], at: Option<usize>| at.and_then(|at| stem.get(at)).copied().unwrap_or(0.0);
        let end = first.len().max(start + second.len());
        (0..end).map(|at| sample(&first, Some(at)) + sample(&second, at.checked_sub(start))).collect()
    };
    for (more, start, used) in [("", 22_050, true), ("--timecode off", 0, false)] {
        let (mix, report) = rendered(&folder, more);
        let expected = sum_at(start);
        assert_eq!(mix.len(), expected.len(), "{more}");
        assert!(mix.iter().zip(&expected).all(|(got, expected)| (got - expected).abs() < 1e-6), "{more}");
        assert_eq!(report["timecode"]["used"], used, "{report:#}");
        assert!(report["timecode"]["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
    }
}
