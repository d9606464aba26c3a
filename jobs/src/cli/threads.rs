//! The most threads that a setting may name.

use super::outcome::Failure;

/// More threads than this are a mistake: they would take the machine's memory and processes, and do
/// nothing faster.
const MOST: u64 = 1_024;

/// Refuses an absurd `RAYON_NUM_THREADS` before anything starts a thread.
pub(super) fn check() -> Result<(), Failure> {
    let requested = std::env::var("RAYON_NUM_THREADS").unwrap_or_default();
    if is_absurd(&requested) {
        return Err(Failure::Usage(format!(
            "RAYON_NUM_THREADS={requested}: at most {MOST} threads; unset it for one a processor"
        )));
    }
    Ok(())
}

/// Returns true for a number above [`MOST`]. The pool of threads ignores text that is not a number.
fn is_absurd(requested: &str) -> bool {
    let digits = !requested.is_empty() && requested.bytes().all(|byte| byte.is_ascii_digit());
    digits && requested.parse().map_or(true, |count: u64| count > MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_counts_are_refused_and_others_taken() {
        for (requested, refused) in [
            ("", false),
            ("0", false),
            ("64", false),
            ("1024", false),
            ("1025", true),
            ("100000", true),
            ("many", false),
        ] {
            assert_eq!(is_absurd(requested), refused, "{requested}");
        }
        assert!(is_absurd("99999999999999999999999"));
    }
}
