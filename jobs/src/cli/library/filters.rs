//! Filters, orders and pages of searches.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use mixdown_library::{MusicalKey, Query, Sort, Status, StemType};

/// Filters of a search: a stem matches if all of them hold.
#[derive(Debug, Args)]
pub(super) struct FilterArguments {
    /// Words that begin words of name, path or tags, in any order.
    #[arg(long, value_name = "WORDS")]
    text: Option<String>,
    /// Only stems of this type; repeat it for several.
    #[arg(long = "type", value_name = "TYPE", value_parser = types())]
    types: Vec<StemType>,
    /// Only stems of songs in this key, such as "C# major", Dbm or 3B; repeat it for several.
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<MusicalKey>,
    /// Only stems of songs with this tempo: 120..130, 120.., ..130, or 120 for 119.5 to 120.5.
    #[arg(long, value_name = "RANGE", value_parser = tempos)]
    bpm: Option<(f64, f64)>,
    /// Only stems with this tag; repeat it for several, all of which must be there.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Only favourites.
    #[arg(long)]
    favourite: bool,
    /// Only stems whose analysis has this state.
    #[arg(long, value_name = "STATE", value_parser = states())]
    status: Option<Status>,
    /// Only stems of this audio file.
    #[arg(long, value_name = "ID")]
    audio_file: Option<String>,
    /// Only stems that mix with this one: in a related key, and with a tempo that a stretch of up
    /// to 6 % brings to its tempo, half or double.
    #[arg(long, value_name = "ID")]
    compatible_with: Option<String>,
    /// The stems that sound most like this one first.
    #[arg(long, value_name = "ID", conflicts_with = "sort")]
    similar_to: Option<String>,
}

/// Order and page of the results.
#[derive(Debug, Args)]
pub(super) struct PageArguments {
    /// The order; what is not known comes last.
    #[arg(long, value_name = "ORDER", default_value = "created", value_parser = sorts())]
    sort: Sort,
    /// Large values first; times, loudness and uses are in that order by themselves.
    #[arg(long)]
    descending: bool,
    /// Small values first.
    #[arg(long, conflicts_with = "descending")]
    ascending: bool,
    /// The most stems shown, 1 to 1000.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Stems to leave out before the first one shown.
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: usize,
}

impl PageArguments {
    /// Returns the search without filters.
    pub(super) fn query(&self) -> Query {
        let descending = (self.descending || self.ascending).then_some(self.descending);
        Query { sort: self.sort, descending, limit: self.limit, offset: self.offset, ..Query::default() }
    }
}

impl FilterArguments {
    /// Returns the search with these filters.
    pub(super) fn filter(&self, query: Query) -> Query {
        Query {
            text: self.text.clone(),
            types: self.types.clone(),
            keys: self.keys.clone(),
            bpm: self.bpm,
            tags: self.tags.clone(),
            favourite: self.favourite.then_some(true),
            status: self.status,
            audio_file: self.audio_file.clone(),
            compatible_with: self.compatible_with.clone(),
            similar_to: self.similar_to.clone(),
            ..query
        }
    }
}

/// Returns the parser of a type of stems.
fn types() -> impl TypedValueParser<Value = StemType> {
    PossibleValuesParser::new(StemType::ALL.iter().map(|one| one.name())).try_map(|name| name.parse::<StemType>())
}

/// Returns the parser of a state of an analysis.
fn states() -> impl TypedValueParser<Value = Status> {
    PossibleValuesParser::new(Status::ALL.iter().map(|one| one.name())).try_map(|name| name.parse::<Status>())
}

/// Returns the parser of an order.
fn sorts() -> impl TypedValueParser<Value = Sort> {
    PossibleValuesParser::new(Sort::ALL.map(Sort::name)).try_map(|name| name.parse::<Sort>())
}

/// Returns the range of tempos of a text.
fn tempos(text: &str) -> Result<(f64, f64), String> {
    let number = |text: &str, absent: f64| match text.trim() {
        "" => Ok(absent),
        text => text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0).ok_or(()),
    };
    let range = match text.split_once("..") {
        Some((low, high)) => number(low, 0.0).and_then(|low| Ok((low, number(high, f64::INFINITY)?))),
        None => number(text, f64::NAN).map(|bpm| (bpm - 0.5, bpm + 0.5)),
    };
    let range = range.ok().filter(|(low, high)| low <= high);
    range.ok_or_else(|| "a tempo such as 120, or a range such as 120..130, is required".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_tempos_may_be_open() {
        assert_eq!(tempos("120..130"), Ok((120.0, 130.0)));
        assert_eq!(tempos("120.5.."), Ok((120.5, f64::INFINITY)));
        assert_eq!(tempos("..90"), Ok((0.0, 90.0)));
        assert_eq!(tempos("128"), Ok((127.5, 128.5)));
        for wrong in ["", "x", "130..120", "120-130", "..x", "nan", "-5..3"] {
            assert!(tempos(wrong).is_err(), "{wrong}");
        }
    }
}
