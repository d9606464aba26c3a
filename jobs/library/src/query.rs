//! Searches and their results.

use crate::{Error, MusicalKey, Status, StemRecord, StemType};
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// The order of a search's results; what is not known comes last in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Time of creation.
    #[default]
    Created,
    /// Name, by its first 16 bytes without case and accents.
    Name,
    /// Tempo.
    Bpm,
    /// Key: major ones from C to B, then minor ones.
    Key,
    /// Type.
    Type,
    /// Integrated loudness.
    Loudness,
    /// Count of uses.
    Uses,
}

impl Sort {
    /// All orders.
    pub const ALL: [Self; 7] =
        [Self::Created, Self::Name, Self::Bpm, Self::Key, Self::Type, Self::Loudness, Self::Uses];

    /// Returns the name of the order.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Name => "name",
            Self::Bpm => "bpm",
            Self::Key => "key",
            Self::Type => "type",
            Self::Loudness => "loudness",
            Self::Uses => "uses",
        }
    }

    /// Returns whether large values come first unless the search states it.
    fn is_descending(self) -> bool {
        matches!(self, Self::Created | Self::Loudness | Self::Uses)
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Sort {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|sort| sort.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::invalid("sort", format!("{text:?} is not a valid order: {names}"))
        })
    }
}

/// A search: stems that match every filter given.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// One of these types; any if empty.
    pub types: Vec<StemType>,
    /// One of these keys; any if empty.
    pub keys: Vec<MusicalKey>,
    /// Tempo from and to, both included, in beats a minute.
    pub bpm: Option<(f64, f64)>,
    /// Words of name, path and tags: all of them, each as the begin of a word.
    ///
    /// Case, accents and signs do not count.
    pub text: Option<String>,
    /// True if it is a favourite.
    pub favourite: Option<bool>,
    /// The state of the analysis.
    pub status: Option<Status>,
    /// All of these tags, letter by letter.
    pub tags: Vec<String>,
    /// Stems of this audio file.
    pub audio_file: Option<String>,
    /// Stems that mix with this one: in a related key, and with a tempo that a stretch of up to 6 %
    /// brings to its tempo, half or double.
    pub compatible_with: Option<String>,
    /// Stems that mix with music of this key and this tempo, by the rule of `compatible_with`.
    pub fits: Option<(Option<MusicalKey>, Option<f64>)>,
    /// Order by the distance of the sound from that of this stem.
    pub similar_to: Option<String>,
    /// The order; without effect beside `similar_to`.
    pub sort: Sort,
    /// True if large values come first; for times, loudness and uses they do if absent.
    pub descending: Option<bool>,
    /// The largest number of results, up to 1000.
    pub limit: usize,
    /// Results before the first one that is returned.
    pub offset: usize,
    /// Begin after this stem, the [`Page::next`] of the page before.
    pub after: Option<String>,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            types: Vec::new(),
            keys: Vec::new(),
            bpm: None,
            text: None,
            favourite: None,
            status: None,
            tags: Vec::new(),
            audio_file: None,
            compatible_with: None,
            fits: None,
            similar_to: None,
            sort: Sort::default(),
            descending: None,
            limit: 50,
            offset: 0,
            after: None,
        }
    }
}

impl Query {
    /// Returns whether large values come first.
    pub(crate) fn is_descending(&self) -> bool {
        self.descending.unwrap_or(self.sort.is_descending())
    }

    /// Refuses ranges and limits that no search can have.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub(crate) fn check(&self) -> Result<(), Error> {
        if !(1..=1000).contains(&self.limit) {
            return Err(Error::invalid("limit", format!("{} is not from 1 to 1000", self.limit)));
        }
        match self.bpm {
            Some((low, high)) if low.is_nan() || high.is_nan() || low > high => {
                Err(Error::invalid("bpm", format!("{low}..{high} is not a valid range")))
            }
            _ => Ok(()),
        }
    }
}

/// A page of a search's results.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page {
    /// Stems that match, on all pages.
    pub total: usize,
    /// The stems of this page.
    pub stems: Vec<StemRecord>,
    /// The value of [`Query::after`] for the next page; `None` on the last one.
    pub next: Option<String>,
}
