//! Damaged copies of every small file, through every decoder: an error message or audio, in bounded
//! time and memory. A small round always runs; `MIXDOWN_HEAVY` runs 100 000 mutants.

use serde_json::Value;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

/// Mutants per round in CI, and in the heavy round.
const MUTANTS: (usize, usize) = (2_000, 100_000);
/// Mutants per process: an abort costs no more than these.
const A_PROCESS: usize = 1_000;

#[test]
fn no_mutant_crashes_or_hangs_the_program() {
    let heavy = std::env::var_os("MIXDOWN_HEAVY").is_some();
    let mutants = if heavy { MUTANTS.1 } else { MUTANTS.0 };
    let firsts: Vec<usize> = (0..mutants).step_by(A_PROCESS).collect();
    let (mut decoded, mut refused, mut slowest_s) = (0, 0, 0.0_f64);
    let mut panics: BTreeMap<String, (usize, String)> = BTreeMap::new();
    // Two at a time: each reads on one thread.
    for firsts in firsts.chunks(2) {
        let children: Vec<_> = firsts.iter().map(|first| (first, start(*first))).collect();
        for (first, child) in children {
            let output = child.wait_with_output().unwrap();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "mutants from {first}: {}: {errors}", output.status);
            let tally: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert!(tally["files"].as_u64().unwrap() > 40, "the fixtures are missing");
            decoded += tally["decoded"].as_u64().unwrap() as usize;
            refused += tally["refused"].as_u64().unwrap() as usize;
            slowest_s = slowest_s.max(tally["slowest_s"].as_f64().unwrap());
            for panic in tally["caught_panics"].as_array().unwrap() {
                let panic = panic.as_str().unwrap();
                let (mutant, cause) = panic.split_once(": ").unwrap();
                panics.entry(cause.to_owned()).or_insert((0, mutant.to_owned())).0 += 1;
            }
        }
    }
    println!("{mutants} mutants: {decoded} decoded, {refused} refused; the slowest took {slowest_s:.2} s");
    for (cause, (count, mutant)) in &panics {
        println!("{count} caught{cause}, first in {mutant}");
    }
    assert_eq!(decoded + refused, mutants);
}

fn start(first: usize) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_mutants-worker"))
        .args([first.to_string(), A_PROCESS.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}
