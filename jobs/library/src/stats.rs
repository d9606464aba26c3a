//! Counts of the whole library.

use crate::facet::{self, Facet};
use crate::{Error, Library, MusicalKey, Query, Sort, StemRecord, StemType, blocks};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use std::collections::BTreeMap;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Counts of the whole library.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stats {
    /// All stems.
    pub stems: usize,
    /// All audio files.
    pub audio_files: usize,
    /// Favourites.
    pub favourites: usize,
    /// Stems of each type that occurs, in the order of types.
    pub by_type: Vec<Counted<StemType>>,
    /// Stems of each key that occurs, in the order of keys; null for those without one.
    pub by_key: Vec<Counted<Option<MusicalKey>>>,
    /// Stems added on each day with any, by universal time, in order.
    pub by_day: Vec<Counted<Date>>,
    /// The stems that were used most, at most ten, the most used first.
    pub most_used: Vec<StemRecord>,
}

/// A value, and the number of stems that have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Counted<T> {
    /// The value.
    pub value: T,
    /// The number of stems.
    pub stems: usize,
}

impl Library {
    /// Returns counts of the whole library.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn stats(&mut self) -> Result<Stats, Error> {
        let mut stats = self.read(|connection| {
            let (mut types, mut keys, mut days) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
            let (mut stems, mut favourites) = (0, 0);
            blocks::each::<{ facet::WIDTH }>(connection, "facet_blocks", |_, bytes| {
                let Some(facet) = Facet::unpack(bytes) else { return };
                stems += 1;
                favourites += usize::from(facet.favourite);
                *types.entry(facet.stem_type).or_insert(0) += 1;
                *keys.entry(facet.key).or_insert(0) += 1;
                *days.entry(facet.created.div_euclid(DAY)).or_insert(0) += 1;
            })?;
            let audio_files: i64 = connection.query_row("SELECT count(*) FROM songs", (), |row| row.get(0))?;
            let type_of = |number: u8| StemType::ALL.get(usize::from(number)).copied();
            let day =
                |number: i64| Some(Timestamp::from_microsecond(number * DAY).ok()?.to_zoned(TimeZone::UTC).date());
            Ok(Stats {
                stems,
                audio_files: audio_files as usize,
                favourites,
                by_type: counted(types, type_of),
                by_key: counted(keys, |number| Some(MusicalKey::from_index(number))),
                by_day: counted(days, day),
                most_used: Vec::new(),
            })
        })?;
        let used = Query { sort: Sort::Uses, limit: 10, ..Query::default() };
        stats.most_used = self.search(&used)?.stems;
        stats.most_used.retain(|stem| stem.uses > 0);
        Ok(stats)
    }
}

/// Returns counts with their values, in order.
fn counted<K, T>(counts: BTreeMap<K, usize>, value: impl Fn(K) -> Option<T>) -> Vec<Counted<T>> {
    counts.into_iter().filter_map(|(key, stems)| Some(Counted { value: value(key)?, stems })).collect()
}
