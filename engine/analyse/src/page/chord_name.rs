//! Chords as musicians write them, from Harte's notation (Harte et al., ISMIR 2005).

/// Kinds of chords that differ in colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChordKind {
    /// With a major third.
    Major,
    /// With a minor third and a pure fifth.
    Minor,
    /// Diminished, augmented, suspended, and all others.
    Other,
    /// No chord.
    None,
}

/// Letters and semitones of the scale of C.
const SCALE: [(char, i32); 7] = [('C', 0), ('D', 2), ('E', 4), ('F', 5), ('G', 7), ('A', 9), ('B', 11)];

/// Returns the kind of a label.
pub(super) fn kind(label: &str) -> ChordKind {
    let quality = quality(label);
    match label {
        "N" | "X" | "" => ChordKind::None,
        _ if quality.starts_with("min") => ChordKind::Minor,
        _ if quality.is_empty() || quality.starts_with("maj") || quality.starts_with(|c: char| c.is_ascii_digit()) => {
            ChordKind::Major
        }
        _ => ChordKind::Other,
    }
}

/// Returns a label in short: `A:min7` as `Am7`, `C:maj/3` as `C/E`; nothing for no chord.
pub(super) fn short_name(label: &str) -> String {
    if kind(label) == ChordKind::None {
        return String::new();
    }
    let (root, quality) = (label.split([':', '/']).next().unwrap_or_default(), quality(label));
    let suffix = match quality {
        "maj" => "",
        "maj6" => "6",
        "min" => "m",
        "min6" => "m6",
        "min7" => "m7",
        "min9" => "m9",
        "minmaj7" => "m(maj7)",
        "hdim7" => "m7b5",
        other => other,
    };
    let bass = label.split_once('/').map_or(String::new(), |(_, degree)| {
        format!("/{}", note_of_degree(root, degree).unwrap_or_else(|| degree.to_owned()))
    });
    format!("{root}{suffix}{bass}")
}

/// Returns the part between root and bass.
fn quality(label: &str) -> &str {
    let chord = label.split('/').next().unwrap_or_default();
    chord.split_once(':').map_or("", |(_, quality)| quality)
}

/// Returns the note on a degree of a chord, such as `b3`, spelt with the letter that the degree
/// has: the third of C is an E of some kind.
fn note_of_degree(root: &str, degree: &str) -> Option<String> {
    let letter = SCALE.iter().position(|(letter, _)| root.starts_with(*letter))?;
    let number = degree.trim_start_matches(['b', '#']);
    let step = number.parse::<usize>().ok().filter(|step| (1..=13).contains(step))? - 1;
    let accidentals = |text: &str| text.matches('#').count() as i32 - text.matches('b').count() as i32;
    let wanted = SCALE[letter].1 + accidentals(root) + SCALE[step % 7].1 + accidentals(degree);
    let (name, natural) = SCALE[(letter + step) % 7];
    let shift = (wanted - natural + 6).rem_euclid(12) - 6;
    let sign = if shift < 0 { "b" } else { "#" };
    Some(format!("{name}{}", sign.repeat(shift.unsigned_abs() as usize)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_read_as_musicians_write_them() {
        for (label, name) in [
            ("C:maj", "C"),
            ("F#", "F#"),
            ("A:min7", "Am7"),
            ("B:hdim7", "Bm7b5"),
            ("G:7", "G7"),
            ("D:sus4", "Dsus4"),
            ("N", ""),
            ("C:maj/3", "C/E"),
            ("D:maj/3", "D/F#"),
            ("C:min/b3", "Cm/Eb"),
            ("Bb:maj/5", "Bb/F"),
            ("G:7/b7", "G7/F"),
            ("C#:maj/3", "C#/E#"),
            ("E/bad", "E/bad"),
        ] {
            assert_eq!(short_name(label), name, "{label}");
        }
    }

    #[test]
    fn thirds_decide_the_kind() {
        use ChordKind::{Major, Minor, None, Other};
        let kinds =
            ["C", "G:7", "E:maj7/3", "A:min", "A:minmaj7", "B:dim", "B:hdim7", "D:sus4", "C:(1,5)", "N"].map(kind);
        assert_eq!(kinds, [Major, Major, Major, Minor, Minor, Other, Other, Other, Other, None]);
    }
}
