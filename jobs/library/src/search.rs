//! Searches: one pass over the packed columns, then the rows of one page.

use crate::facet::{self, Facet};
use crate::first::{First, Match};
use crate::text::{self, Rows};
use crate::vector::{self, Distances, Vector};
use crate::{Error, Library, MusicalKey, Page, Query, Sort, StemRecord, blocks, store};
use rusqlite::Connection;

/// The largest stretch of a tempo that mixes.
const STRETCH: f64 = 0.06;

impl Library {
    /// Returns the stems that match a search, a page of them.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a query that no stem can match, or a page after a stem that does not
    /// match; [`Error::UnknownStem`] or [`Error::NothingToCompare`] for a reference;
    /// [`Error::Database`].
    pub fn search(&mut self, query: &Query) -> Result<Page, Error> {
        query.check()?;
        self.read(|connection| run(connection, query))
    }
}

/// Runs a search on one state of the database.
fn run(connection: &Connection, query: &Query) -> Result<Page, Error> {
    let filter = Filter::new(connection, query)?;
    let order = Order::new(connection, query)?;
    let after = query.after.as_deref().map(|stem_id| place_of(connection, stem_id, &filter, &order)).transpose()?;
    let end = query.offset.saturating_add(query.limit);
    let (mut total, mut left, mut first) = (0, 0, First::new(end));
    let mut statement = connection.prepare_cached(order.sql())?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let block: i64 = row.get(0)?;
        let facets = blocks::slots::<{ facet::WIDTH }>(row, 1, "facet_blocks", block)?;
        let vectors = if order.distances.is_some() {
            blocks::slots::<{ vector::WIDTH }>(row, 2, "vector_blocks", block)?.iter()
        } else {
            [].iter()
        };
        let mut vectors = vectors.map(Some).chain(std::iter::repeat(None));
        for (row, facet) in blocks::rows(block).zip(facets) {
            let vector = vectors.next().flatten();
            let Some(facet) = Facet::unpack(facet).filter(|facet| filter.has(row, facet)) else { continue };
            total += 1;
            let one = order.place(row, &facet, vector);
            if after.is_none_or(|after| one > after) {
                left += 1;
                first.add(one);
            }
        }
    }
    let mut stems = Vec::new();
    for (rank, row) in first.page(query.offset) {
        let mut record = store::record(connection, row.abs())?;
        record.distance = order.distances.as_ref().map(|_| f64::from(f32::from_bits(rank as u32)));
        stems.push(record);
    }
    let next = stems.last().filter(|_| end < left).map(|stem: &StemRecord| stem.stem_id.clone());
    Ok(Page { total, stems, next })
}

/// Returns the place of a stem that matches.
///
/// # Errors
/// [`Error::UnknownStem`]; [`Error::Invalid`] if it does not match.
fn place_of(connection: &Connection, stem_id: &str, filter: &Filter, order: &Order) -> Result<Match, Error> {
    let row = store::stem(connection, stem_id)?.0;
    let facet = blocks::one(connection, "facet_blocks", row)?.and_then(|bytes| Facet::unpack(&bytes));
    let facet = facet.filter(|facet| filter.has(row, facet));
    let facet = facet.ok_or_else(|| Error::invalid("after", format!("{stem_id} does not match the search")))?;
    let vector = blocks::one(connection, "vector_blocks", row)?;
    Ok(order.place(row, &facet, vector.as_ref()))
}

/// The order of a search.
struct Order {
    sort: Sort,
    is_descending: bool,
    /// Distances from the stem that others are compared with.
    distances: Option<Distances>,
}

impl Order {
    /// Returns the order of a query.
    ///
    /// # Errors
    /// [`Error::UnknownStem`], [`Error::NothingToCompare`], [`Error::Database`].
    fn new(connection: &Connection, query: &Query) -> Result<Self, Error> {
        let mut order = Self { sort: query.sort, is_descending: query.is_descending(), distances: None };
        let Some(stem_id) = &query.similar_to else { return Ok(order) };
        let (row, _) = store::stem(connection, stem_id)?;
        let reference = blocks::one::<{ vector::WIDTH }>(connection, "vector_blocks", row)?;
        let reference = reference.map(|bytes| Vector::unpack(&bytes)).filter(Vector::has_any);
        let reference = reference.ok_or_else(|| Error::NothingToCompare(stem_id.clone()))?;
        order.distances = Some(Distances::from(&reference));
        Ok(order)
    }

    /// Returns the statement that lists the blocks that the order reads.
    fn sql(&self) -> &'static str {
        match self.distances {
            None => "SELECT id, body FROM facet_blocks ORDER BY id",
            Some(_) => {
                "SELECT facet_blocks.id, facet_blocks.body, vector_blocks.body FROM facet_blocks \
                 LEFT JOIN vector_blocks ON vector_blocks.id = facet_blocks.id ORDER BY facet_blocks.id"
            }
        }
    }

    /// Returns the place of a stem: of equal ones the newest comes first in descending order.
    fn place(&self, row: i64, facet: &Facet, vector: Option<&[u8; vector::WIDTH]>) -> Match {
        match (&self.distances, vector) {
            // Floats that are not negative are in the order of their bits.
            (Some(distances), Some(bytes)) => (u128::from(distances.to(&Vector::unpack(bytes)).to_bits()), row),
            _ => (facet.rank(self.sort, self.is_descending), if self.is_descending { -row } else { row }),
        }
    }
}

/// The filters of a query, ready for a pass.
struct Filter {
    /// A bit for each type, or all.
    types: u32,
    /// A bit for each key; `None` for any, known or not.
    keys: Option<u32>,
    /// Tempos, one of which must hold; `None` for any, known or not.
    tempos: Vec<Vec<(f32, f32)>>,
    favourite: Option<bool>,
    status: Option<u8>,
    rows: Option<Rows>,
    /// The rows of references, which are not found themselves.
    references: Vec<i64>,
}

impl Filter {
    /// Returns the filters of a query.
    ///
    /// # Errors
    /// [`Error::UnknownStem`], [`Error::NothingToCompare`], [`Error::Database`].
    fn new(connection: &Connection, query: &Query) -> Result<Self, Error> {
        let types = query.types.iter().fold(0, |bits, one| bits | 1 << *one as u32);
        let mut filter = Self {
            types: if types == 0 { u32::MAX } else { types },
            keys: (!query.keys.is_empty()).then(|| bits(&query.keys)),
            tempos: query.bpm.iter().map(|(low, high)| vec![(*low as f32, *high as f32)]).collect(),
            favourite: query.favourite,
            status: query.status.map(|status| status as u8),
            rows: rows(connection, query)?,
            references: Vec::new(),
        };
        if let Some(stem_id) = &query.similar_to {
            filter.references.push(store::stem(connection, stem_id)?.0);
        }
        if let Some(stem_id) = &query.compatible_with {
            let (row, _) = store::stem(connection, stem_id)?;
            let record = store::record(connection, row)?;
            if record.key.is_none() && record.bpm.is_none() {
                return Err(Error::NothingToCompare(stem_id.clone()));
            }
            filter.references.push(row);
            filter.fit(record.key, record.bpm);
        }
        if let Some((key, bpm)) = query.fits {
            filter.fit(key, bpm);
        }
        Ok(filter)
    }

    /// Leaves only stems that mix with music of this key and this tempo.
    fn fit(&mut self, key: Option<MusicalKey>, bpm: Option<f64>) {
        if let Some(key) = key {
            self.keys = Some(bits(&key.related()) & self.keys.unwrap_or(u32::MAX));
        }
        if let Some(bpm) = bpm {
            let around = |bpm: f64| ((bpm * (1.0 - STRETCH)) as f32, (bpm * (1.0 + STRETCH)) as f32);
            self.tempos.push([bpm, bpm / 2.0, bpm * 2.0].map(around).to_vec());
        }
    }

    /// Returns whether a stem matches.
    fn has(&self, row: i64, facet: &Facet) -> bool {
        let in_any = |ranges: &Vec<(f32, f32)>| ranges.iter().any(|(low, high)| (*low..=*high).contains(&facet.bpm));
        self.types >> facet.stem_type & 1 == 1
            && self.keys.is_none_or(|keys| facet.key < 32 && keys >> facet.key & 1 == 1)
            && self.tempos.iter().all(in_any)
            && self.favourite.is_none_or(|favourite| favourite == facet.favourite)
            && self.status.is_none_or(|status| status == facet.status)
            && self.rows.as_ref().is_none_or(|rows| rows.has(row))
            && !self.references.contains(&row)
    }
}

/// Returns a bit for each key.
fn bits(keys: &[MusicalKey]) -> u32 {
    keys.iter().fold(0, |bits, key| bits | 1 << key.index())
}

/// Returns the rows that filters other than packed columns leave, or `None` for all.
fn rows(connection: &Connection, query: &Query) -> Result<Option<Rows>, Error> {
    let mut sets = Vec::new();
    if let Some(text) = query.text.as_deref().filter(|text| !text.trim().is_empty()) {
        sets.push(text::with_words(connection, text)?);
    }
    for tag in &query.tags {
        sets.push(text::with_tag(connection, tag)?);
    }
    if let Some(id) = &query.audio_file {
        let sql = "SELECT stems.id FROM songs JOIN stems ON stems.song = songs.id WHERE audio_file_id = ?1";
        sets.push(Rows::query(connection, sql, &[id])?);
    }
    let mut sets = sets.into_iter();
    let Some(mut all) = sets.next() else { return Ok(None) };
    sets.for_each(|set| all.keep(&set));
    Ok(Some(all))
}
