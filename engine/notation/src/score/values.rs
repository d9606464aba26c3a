//! Note values: lengths in ticks as notes that exist, cut where beats must be seen.

use super::{Metre, TICKS_PER_QUARTER};

/// A type of note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Whole note.
    Whole,
    /// Half note.
    Half,
    /// Quarter note.
    Quarter,
    /// Eighth note.
    Eighth,
    /// Sixteenth note.
    Sixteenth,
}

impl ValueType {
    /// Returns the name that MusicXML gives it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Half => "half",
            Self::Quarter => "quarter",
            Self::Eighth => "eighth",
            Self::Sixteenth => "16th",
        }
    }
}

/// The value of a note or rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// Length in ticks.
    pub ticks: i64,
    /// Type.
    pub kind: ValueType,
    /// True with a dot.
    pub dotted: bool,
    /// True as part of a triplet: three in the time of two.
    pub triplet: bool,
}

impl Value {
    const fn new(ticks: i64, kind: ValueType, dotted: bool) -> Self {
        Self { ticks, kind, dotted, triplet: false }
    }
}

const Q: i64 = TICKS_PER_QUARTER;

/// Values without tuplets, the longest first.
const PLAIN: [Value; 9] = [
    Value::new(6 * Q, ValueType::Whole, true),
    Value::new(4 * Q, ValueType::Whole, false),
    Value::new(3 * Q, ValueType::Half, true),
    Value::new(2 * Q, ValueType::Half, false),
    Value::new(3 * Q / 2, ValueType::Quarter, true),
    Value::new(Q, ValueType::Quarter, false),
    Value::new(3 * Q / 4, ValueType::Eighth, true),
    Value::new(Q / 2, ValueType::Eighth, false),
    Value::new(Q / 4, ValueType::Sixteenth, false),
];

/// Values in a triplet, which fill a quarter.
const TRIPLETS: [Value; 2] = [
    Value { ticks: 2 * Q / 3, kind: ValueType::Quarter, dotted: false, triplet: true },
    Value { ticks: Q / 3, kind: ValueType::Eighth, dotted: false, triplet: true },
];

/// Returns the first value of a span that starts `start` ticks into a bar and lasts `ticks`; the
/// rest follows tied, or as another rest. `in_triplet` states that the beat at `start` is divided
/// in three. Both must lie on the grid of their beats.
pub(super) fn first_value(start: i64, ticks: i64, metre: Metre, is_rest: bool, in_triplet: bool) -> Value {
    let group = metre.group_ticks();
    let (within, to_next) = (start.rem_euclid(group), group - start.rem_euclid(group));
    let fits = |limit: i64| PLAIN.into_iter().find(|value| value.ticks <= limit).unwrap_or(PLAIN[PLAIN.len() - 1]);
    if within == 0 && ticks >= group {
        return whole_groups(start, ticks, group, is_rest);
    }
    if in_triplet {
        let left = ticks.min(to_next);
        return TRIPLETS.into_iter().find(|value| value.ticks <= left).unwrap_or(TRIPLETS[1]);
    }
    if !metre.is_compound() {
        let is_syncopated = !is_rest && within == Q / 2 && ticks == Q;
        return fits(if is_syncopated { Q } else { ticks.min(to_next) });
    }
    // Eighths stay visible: what starts between two of them ends at the next.
    let between = within % (Q / 2);
    fits(if between == 0 { ticks.min(to_next) } else { ticks.min(Q / 2 - between) })
}

/// Returns the value of a span from a beat on that lasts a beat or more. Rests of two beats start
/// where bars have their halves.
fn whole_groups(start: i64, ticks: i64, group: i64, is_rest: bool) -> Value {
    let groups = ticks / group;
    let index = start / group;
    let lasts = |value: &Value| {
        let of_groups = value.ticks / group;
        let is_dotted_pair = !is_rest && group == Q && ticks == 3 * Q / 2 && value.ticks == ticks;
        let is_whole = value.ticks % group == 0 && of_groups <= groups;
        is_dotted_pair || is_whole && (!is_rest || of_groups != 3 && index % of_groups == 0)
    };
    PLAIN.into_iter().find(lasts).unwrap_or(PLAIN[5])
}

#[cfg(test)]
mod tests {
    use super::super::Feel;
    use super::*;

    fn values(metre: Metre, start: i64, ticks: i64, is_rest: bool) -> Vec<(i64, &'static str, bool)> {
        let (mut at, end, mut found) = (start, start + ticks, Vec::new());
        while at < end {
            let value = first_value(at, end - at, metre, is_rest, false);
            found.push((value.ticks, value.kind.name(), value.dotted));
            at += value.ticks;
        }
        assert_eq!(at, end);
        found
    }

    #[test]
    fn beats_are_seen() {
        let common = Metre::new(4, 100.0, Feel::Straight);
        assert_eq!(values(common, 0, 96, false), [(96, "whole", false)]);
        assert_eq!(values(common, 6, 36, false), [(18, "eighth", true), (18, "eighth", true)]);
        assert_eq!(values(common, 12, 24, false), [(24, "quarter", false)]);
        assert_eq!(values(common, 12, 24, true), [(12, "eighth", false), (12, "eighth", false)]);
        assert_eq!(values(common, 0, 36, false), [(36, "quarter", true)]);
        assert_eq!(values(common, 0, 36, true), [(24, "quarter", false), (12, "eighth", false)]);
        assert_eq!(values(common, 24, 48, false), [(48, "half", false)]);
        assert_eq!(values(common, 24, 48, true), [(24, "quarter", false), (24, "quarter", false)]);
        assert_eq!(values(common, 24, 72, true), [(24, "quarter", false), (48, "half", false)]);
        let seven = Metre::new(7, 100.0, Feel::Straight);
        assert_eq!(values(seven, 0, 168, false), [(144, "whole", true), (24, "quarter", false)]);
    }

    #[test]
    fn compound_beats_are_dotted() {
        let compound = Metre::new(2, 80.0, Feel::Triple);
        assert_eq!(values(compound, 0, 72, false), [(72, "half", true)]);
        assert_eq!(values(compound, 0, 36, true), [(36, "quarter", true)]);
        assert_eq!(values(compound, 12, 24, false), [(24, "quarter", false)]);
        assert_eq!(values(compound, 6, 30, false), [(6, "16th", false), (24, "quarter", false)]);
        assert_eq!(values(compound, 24, 48, false), [(12, "eighth", false), (36, "quarter", true)]);
    }
}
