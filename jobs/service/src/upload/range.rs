//! `Content-Range` of an upload's part.

use crate::error::{ApiError, Code};

/// The place of a part in its upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentRange {
    /// `bytes A-B/TOTAL`: the part from byte A to the byte before `end`.
    Part {
        /// First byte.
        start: u64,
        /// Byte after the last one.
        end: u64,
        /// Bytes of the whole.
        total: u64,
    },
    /// `bytes */TOTAL`: no bytes; an upload that has all of them is completed.
    Complete {
        /// Bytes of the whole.
        total: u64,
    },
}

impl ContentRange {
    /// Parses a header.
    ///
    /// # Errors
    /// `BAD_CONTENT_RANGE`.
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        let bad = || {
            let way = "write bytes FIRST-LAST/TOTAL, or bytes */TOTAL to complete an upload";
            ApiError::new(Code::BadContentRange, format!("Content-Range {text:?} is not that of a part: {way}"))
        };
        let number = |digits: &str| {
            let digits = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
            digits.and_then(|digits| digits.parse::<u64>().ok()).ok_or_else(bad)
        };
        let (range, total) =
            text.trim().strip_prefix("bytes ").and_then(|rest| rest.split_once('/')).ok_or_else(bad)?;
        let total = number(total)?;
        if range == "*" {
            return Ok(Self::Complete { total });
        }
        let (first, last) = range.split_once('-').ok_or_else(bad)?;
        let (start, last) = (number(first)?, number(last)?);
        if start > last || last >= total {
            return Err(bad());
        }
        Ok(Self::Part { start, end: last + 1, total })
    }

    /// Returns the bytes of the whole.
    pub(crate) fn total(self) -> u64 {
        match self {
            Self::Part { total, .. } | Self::Complete { total } => total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_part_within_its_total_is_taken() {
        let part = |start, end, total| ContentRange::Part { start, end, total };
        assert_eq!(ContentRange::parse("bytes 0-9/100").unwrap(), part(0, 10, 100));
        assert_eq!(ContentRange::parse("bytes 99-99/100").unwrap(), part(99, 100, 100));
        assert_eq!(ContentRange::parse("bytes */100").unwrap(), ContentRange::Complete { total: 100 });
        for wrong in [
            "",
            "bytes",
            "bytes 0-9/*",
            "bytes 9-0/100",
            "bytes 0-100/100",
            "bytes -9/100",
            "bytes +0-9/100",
            "bytes 0-9",
            "frames 0-9/100",
            "bytes 0-99999999999999999999/100",
            "bytes 0-18446744073709551615/18446744073709551615",
        ] {
            assert_eq!(ContentRange::parse(wrong).unwrap_err().code(), Code::BadContentRange, "{wrong:?}");
        }
    }
}
