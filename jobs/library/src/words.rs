//! Words of texts: letters and digits, without case and accents.

/// Returns the words of a text in order, folded: `Café-Loop 2` has `cafe`, `loop` and `2`.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            // A combining accent, as in decomposed text.
            '\u{300}'..='\u{36f}' => {}
            'æ' => word.push_str("ae"),
            'œ' => word.push_str("oe"),
            'ß' => word.push_str("ss"),
            letter if letter.is_alphanumeric() => word.push(without_accent(letter)),
            _ if word.is_empty() => {}
            _ => found.push(std::mem::take(&mut word)),
        }
    }
    if !word.is_empty() {
        found.push(word);
    }
    found
}

/// Returns the base letter of a lower Latin letter with an accent.
fn without_accent(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' | 'ħ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ǒ' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ŧ' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ǔ' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

/// Returns folded text of words with one space between them.
pub(crate) fn folded(text: &str) -> String {
    words(text).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_signs_do_not_count() {
        assert_eq!(words("Café-Loop_2 (ÜBER)"), ["cafe", "loop", "2", "uber"]);
        assert_eq!(words("Cafe\u{301}"), words("café"));
        assert_eq!(words("Straße Ærø İ"), ["strasse", "aero", "i"]);
        assert_eq!(words("東京 ドラム"), ["東京", "ドラム"]);
        assert!(words("\"*()- ' ").is_empty());
    }
}
