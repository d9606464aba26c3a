//! Time at which a recording began, from the `bext` chunk of a broadcast wave: EBU Tech 3285 v2,
//! 2.3.

use crate::units::SampleRate;
use serde::Serialize;

/// Bytes of the chunk up to the end of its time reference.
pub(in crate::io) const LENGTH: usize = 346;
/// Seconds per day: a reference counts from midnight, so a longer one is not a time.
pub(in crate::io) const DAY_S: u64 = 86_400;

/// The time fields of a `bext` chunk, as they are written there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimeStamp {
    /// `TimeReference`: the first frame of the file, counted from midnight in frames at the file's
    /// rate. Many programs write 0 for an unknown time.
    pub reference_frames: u64,
    /// `OriginationDate`, `yyyy-mm-dd` with any separator; empty where none is written.
    pub origination_date: String,
    /// `OriginationTime`, `hh:mm:ss` with any separator; empty where none is written.
    pub origination_time: String,
}

impl TimeStamp {
    /// Reads the first bytes of the chunk's data; `None` when the chunk is too short to hold a
    /// time.
    pub(in crate::io) fn parse(bext: &[u8], big_endian: bool) -> Option<Self> {
        let fields = bext.get(..LENGTH)?;
        let text = |range: std::ops::Range<usize>| -> String {
            let characters = fields[range].iter().take_while(|&&byte| byte != 0);
            characters.map(|&byte| if byte.is_ascii_graphic() { char::from(byte) } else { ' ' }).collect()
        };
        // Two words, the lower one first in either byte order.
        let word = |at: usize| {
            let bytes = [fields[at], fields[at + 1], fields[at + 2], fields[at + 3]];
            u64::from(if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
        };
        Some(Self {
            reference_frames: word(338) | word(342) << 32,
            origination_date: text(320..330).trim().to_owned(),
            origination_time: text(330..338).trim().to_owned(),
        })
    }

    /// Returns the reference where it can be a time: less than a day and more than 0, which means
    /// «not known» in most files.
    pub(in crate::io) fn plausible(&self, rate: SampleRate) -> Option<u64> {
        let day = u64::from(rate.hz()) * DAY_S;
        Some(self.reference_frames).filter(|frames| (1..day).contains(frames))
    }

    /// Returns the seconds from midnight to the time of origination; `None` where it is not a time.
    pub fn origination_s(&self) -> Option<u32> {
        let [hours, minutes, seconds] = numbers(&self.origination_time)?;
        (hours < 24 && minutes < 60 && seconds < 60).then_some((hours * 60 + minutes) * 60 + seconds)
    }

    /// Returns the day of origination, in days from a fixed one; `None` where it is not a date.
    pub fn origination_day(&self) -> Option<i64> {
        let [year, month, day] = numbers(&self.origination_date)?;
        if !((1..=9_999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)) {
            return None;
        }
        // Years begin in March here, so that the leap day is the last of them.
        let (year, month) = (i64::from(year), i64::from(month));
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        Some(year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + i64::from(day))
    }
}

/// Returns the three numbers of a date or a time.
fn numbers(text: &str) -> Option<[u32; 3]> {
    let mut parts = text.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().ok());
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::output::wav::BroadcastExtension;

    fn stamp(reference: u64, date: &str, time: &str) -> TimeStamp {
        let written = BroadcastExtension {
            time_reference: reference,
            origination_date: date.into(),
            origination_time: time.into(),
            ..BroadcastExtension::default()
        };
        TimeStamp::parse(&written.to_bytes(), false).unwrap()
    }

    #[test]
    fn what_was_written_is_read_again() {
        let got = stamp(5_000_000_000, "2024-02-29", "23:59:58");
        assert_eq!(got.reference_frames, 5_000_000_000);
        assert_eq!(got.origination_s(), Some(86_398));
        assert_eq!(TimeStamp::parse(&[0; LENGTH - 1], false), None);
    }

    #[test]
    fn zero_and_a_day_or_more_are_not_times() {
        let rate = SampleRate::new(48_000).unwrap();
        let day = 48_000 * DAY_S;
        let plausible = |reference| stamp(reference, "", "").plausible(rate);
        assert_eq!([plausible(0), plausible(1), plausible(day - 1)], [None, Some(1), Some(day - 1)]);
        assert_eq!([plausible(day), plausible(u64::MAX)], [None, None]);
    }

    #[test]
    fn days_are_counted_over_months_and_leap_years() {
        let day = |date| stamp(0, date, "").origination_day();
        let between = |a, b| day(b).unwrap() - day(a).unwrap();
        assert_eq!(between("2023-12-31", "2024-01-01"), 1);
        assert_eq!(between("2024-02-28", "2024:03:01"), 2);
        assert_eq!(between("2023-02-28", "2023/03/01"), 1);
        assert_eq!(between("1999-12-31", "2026-11-27"), 9_828);
        assert_eq!([day(""), day("2024-13-01"), day("0000-00-00"), day("20240101")], [None; 4]);
    }

    #[test]
    fn a_time_of_origination_that_is_no_time_is_not_taken_for_one() {
        let second = |time| stamp(0, "", time).origination_s();
        assert_eq!([second("10.00.01"), second("00:00:00")], [Some(36_001), Some(0)]);
        assert_eq!([second("24:00:00"), second("ab:cd:ef"), second("")], [None; 3]);
    }
}
