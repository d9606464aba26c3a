//! Two parts of a stem with 35 of 60 seconds in common, also of stems with a repeated take, clean
//! and under noise. They are found at the right delay or left, and never moved elsewhere.
//!
//! `MIXDOWN_HEAVY=1 cargo test -p mixdown-tests overlaps -- --nocapture` cuts each stem at many
//! places and prints the figures of docs/alignment.md.

use super::{aligned, mono};
use mixdown_engine::align::Decision;
use mixdown_fixtures::{alignment as make, signals, stems};

/// Results of many cuts.
#[derive(Debug, Default)]
struct Tally {
    right: usize,
    left: usize,
    wrong: Vec<String>,
}

/// Returns pseudo-random numbers from 0 to 1, the same each time.
fn drawn(seed: u64) -> [f64; 5] {
    let random = signals::white_noise(seed, 1.0, 5);
    std::array::from_fn(|n| f64::midpoint(f64::from(random[n]), 1.0).clamp(0.0, 1.0))
}

/// Cuts every stem `cuts` times into two parts with seven twelfths of their length in common. Where
/// `pasted`, a take of a tenth to a third of the stem is first pasted over another place. Where
/// `noisy`, the second part is under noise at 0 dB.
fn cut(cuts: u64, pasted: bool, noisy: bool) -> Tally {
    let mut tally = Tally::default();
    for (stem, name) in stems::all().enumerate() {
        let (whole, hz) = (mono(name), stems::rate_hz(name));
        for n in 0..cuts {
            let seed = 1_000 * stem as u64 + n;
            let [shorter, position, take, from, to] = drawn(seed);
            // From the full length of the stem to seven tenths of it.
            let length = (whole.len() as f64 * 12.0 / 17.0 * (1.0 - 0.3 * shorter)) as usize;
            let step = length * 5 / 12;
            let frames = (length as f64 * (0.1 + 0.23 * take)) as usize;
            let at = |share: f64| (share * (whole.len() - frames) as f64) as usize;
            let source = if pasted { make::pasted(&whole, at(from), frames, at(to)) } else { whole.clone() };
            let start = (position * (whole.len() - length - step) as f64) as usize;
            let first = &source[start..start + length];
            let second = source[start + step..start + step + length].to_vec();
            let second = if noisy { make::with_noise(&second, 0.0, seed) } else { second };
            let answer = aligned(&[first, &second], hz);
            let stem = &answer.stems[1];
            match stem.late_samples.filter(|_| stem.decision == Decision::Moved) {
                // Noise leaves an uncertainty of one sample.
                Some(late) if (late + step as f64).abs() <= if noisy { 1.0 } else { 0.02 } && stem.polarity == 1 => {
                    tally.right += 1;
                }
                Some(late) => tally.wrong.push(format!("{name}, cut {n}: {late}, not -{step}: {}", stem.reason)),
                None => tally.left += 1,
            }
        }
    }
    tally
}

/// Returns the number of cuts of every stem, usually or in a heavy run.
fn cuts(usually: u64, heavy: u64) -> u64 {
    if std::env::var_os("MIXDOWN_HEAVY").is_some() { heavy } else { usually }
}

#[test]
fn clean_parts_with_35_s_of_60_in_common_are_found() {
    let tally = cut(cuts(1, 20), false, false);
    println!("clean: {tally:?}");
    assert!(tally.wrong.is_empty(), "{tally:?}");
    assert!(tally.right >= 19 * tally.left, "{tally:?}");
}

#[test]
fn pasted_takes_are_moved_wrongly_below_one_in_1000() {
    for noisy in [false, true] {
        let tally = cut(cuts(1, 60), true, noisy);
        println!("a pasted take, noise {noisy}: {tally:?}");
        assert!(1_000 * tally.wrong.len() <= tally.right, "{tally:?}");
        assert!(tally.right >= tally.left, "too few are moved to tell: {tally:?}");
    }
}
