//! Problems of a session that flags cause, in the words of the flags.

use super::Failure;
use mixdown_engine::render::{PlanError, RenderError};
use mixdown_engine::session::{Problem, Session};

/// A key of a session and the flag that sets it.
pub(super) type Flag = (&'static str, &'static str);

/// Keys that only flags set where no document is given; problems of stems have other places.
const PLACES: [&str; 3] = ["time", "master", "output"];

/// Refuses a session without a document whose flags do not fit, with the problems of its stems in
/// the same list.
pub(super) fn check(session: &Session, flags: &[Flag]) -> Result<(), Failure> {
    let problems = session.problems();
    let (of_flags, others): (Vec<&Problem>, Vec<&Problem>) =
        problems.iter().partition(|problem| PLACES.contains(&&*problem.place));
    if of_flags.is_empty() {
        return Ok(());
    }
    let lines = of_flags.iter().map(|problem| in_words(&problem.message, flags));
    Err(Failure::Flags(lines.chain(others.iter().map(ToString::to_string)).collect()))
}

/// Returns the failure with flags in the place of the keys that they set.
pub(super) fn named(mut failure: Failure, flags: &[Flag]) -> Failure {
    if let Failure::Session(errors) | Failure::Render(RenderError::Plan(PlanError::Session(errors))) = &mut failure {
        for problem in errors.problems.iter_mut().filter(|problem| PLACES.contains(&&*problem.place)) {
            problem.message = in_words(&problem.message, flags);
        }
    }
    failure
}

fn in_words(message: &str, flags: &[Flag]) -> String {
    flags.iter().fold(message.to_owned(), |message, (key, flag)| {
        // A switch has no value.
        let message =
            message.replace(&format!("{key} = true"), flag).replace(&format!("{key} = "), &format!("{flag} "));
        // Some keys are words as well.
        if key.contains('_') { message.replace(key, flag) } else { message }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_the_flags_that_set_them() {
        let flags = [("start_s", "--start"), ("end_s", "--end"), ("shape", "--shape"), ("sample_rate_hz", "--rate")];
        for (message, expected) in [
            ("end_s = 3 is not after start_s = 5", "--end 3 is not after --start 5"),
            ("shape = true does nothing to opus: leave it out", "--shape does nothing to opus: leave it out"),
            ("leave sample_rate_hz out, or choose another format", "leave --rate out, or choose another format"),
        ] {
            assert_eq!(in_words(message, &flags), expected);
        }
    }
}
