//! The date in the master's `bext` chunk: blank, so that bytes repeat, unless a flag or
//! `SOURCE_DATE_EPOCH` names one.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

/// Variable that reproducible builds set: seconds since 1970, UTC.
pub(super) const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// Reads `YYYY-MM-DD`, or with a time `YYYY-MM-DDThh:mm:ss`.
pub(super) fn parse(text: &str) -> Result<DateTime, String> {
    let date = |error| format!("neither YYYY-MM-DD nor YYYY-MM-DDThh:mm:ss: {error}");
    match text.len() {
        0..=10 => text.parse::<Date>().map(|date| date.to_datetime(civil::Time::midnight())).map_err(date),
        _ => text.parse::<DateTime>().map_err(date),
    }
}

/// Returns the date to write: the flag's, else the variable's, else none.
pub(super) fn choose(flag: Option<DateTime>, variable: Option<&str>) -> Result<Option<(String, String)>, String> {
    let chosen = match (flag, variable) {
        (Some(date), _) => Some(date),
        (None, None | Some("")) => None,
        (None, Some(text)) => {
            let wrong =
                || format!("{VARIABLE} = {text:?} is not a number of seconds since 1970; correct it or unset it");
            let seconds: i64 = text.parse().map_err(|_| wrong())?;
            let time = Timestamp::from_second(seconds).map_err(|_| wrong())?;
            Some(time.to_zoned(TimeZone::UTC).datetime())
        }
    };
    Ok(chosen.map(|date| (date.strftime("%Y-%m-%d").to_string(), date.strftime("%H:%M:%S").to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::unnecessary_wraps)] // What it is compared with is an option.
    fn text(date: &str, time: &str) -> Option<(String, String)> {
        Some((date.into(), time.into()))
    }

    #[test]
    fn the_flag_overrides_the_variable() {
        let flag = parse("2026-03-01").unwrap();
        assert_eq!(choose(Some(flag), Some("0")).unwrap(), text("2026-03-01", "00:00:00"));
        assert_eq!(choose(None, Some("86399")).unwrap(), text("1970-01-01", "23:59:59"));
        assert_eq!(choose(None, None).unwrap(), None);
        assert_eq!(choose(Some(parse("2026-03-01T12:30:05").unwrap()), None).unwrap(), text("2026-03-01", "12:30:05"));
    }

    #[test]
    fn invalid_dates_are_refused() {
        assert!(parse("yesterday").is_err() && parse("2026-02-30").is_err() && parse("2026-02-03T25:00:00").is_err());
        assert!(choose(None, Some("soon")).unwrap_err().contains("SOURCE_DATE_EPOCH"));
    }
}
