//! Texts of jobs without the paths on disk that they name.

use mixdown_shell::job::Record;
use mixdown_shell::store::Store;
use serde_json::Value;

/// Returns a text about a job with each path replaced by the name of its file.
pub(crate) fn without_paths(text: &str, record: Option<&Record>, store: &Store) -> String {
    if !text.contains(['/', '\\']) {
        return text.to_owned();
    }
    let mut text = text.to_owned();
    let mut stems: Vec<&str> = record.map(stems).unwrap_or_default();
    // A path may be the beginning of another.
    stems.sort_unstable_by_key(|path| std::cmp::Reverse(path.len()));
    for path in stems {
        text = text.replace(path, last_part(path));
    }
    for root in [store.layout().storage(), store.layout().media()] {
        let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
        for root in [absolute.as_path(), root] {
            let root = root.to_string_lossy();
            if root.len() > 1 {
                text = text.replace(&format!("{root}/"), "");
            }
        }
    }
    shortened(&text)
}

/// Returns the paths of a job's stems.
fn stems(record: &Record) -> Vec<&str> {
    let held = record.extra.get("stems").and_then(Value::as_array).into_iter().flatten();
    let tracks = record.extra.get("config").and_then(|config| config.get("tracks")).and_then(Value::as_array);
    let paths = held.filter_map(|stem| stem.get("path")?.as_str());
    let files = tracks.into_iter().flatten().filter_map(|track| track.get("file")?.as_str());
    paths.chain(files).filter(|path| path.contains(['/', '\\'])).collect()
}

fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Shortens every other word that looks like an absolute path.
fn shortened(text: &str) -> String {
    let is_edge = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '(' | ')' | '`');
    let shorten = |word: &str| {
        let is_path = word.starts_with('/') && word[1..].contains('/');
        if is_path { last_part(word.trim_end_matches('/')).to_owned() } else { word.to_owned() }
    };
    text.split_inclusive(is_edge)
        .map(|part| match part.char_indices().last() {
            Some((at, letter)) if is_edge(letter) => shorten(&part[..at]) + &part[at..],
            _ => shorten(part),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_shell::job::{JobId, NewJob};
    use mixdown_shell::kinds::Kinds;
    use mixdown_shell::settings::Settings;
    use serde_json::json;

    #[test]
    fn no_path_is_left() {
        let store = Store::open_read_only(Settings::at("/srv/media", "/srv/storage"));
        let mut job = NewJob::mix("s".parse().unwrap(), json!({ "tracks": [{ "file": "/home/a b/kick.wav" }] }));
        job.extra.insert("stems".into(), json!([{ "path": "/home/a b/kick.wav", "blake3": "" }]));
        let now = store.now();
        let record = job.into_record(Kinds::standard().get("mix").unwrap(), JobId::new(now), now, 3);
        let clean = |text: &str| without_paths(text, Some(&record), &store);
        assert_eq!(clean("/home/a b/kick.wav: cannot be read"), "kick.wav: cannot be read");
        assert_eq!(clean("/srv/storage/mix_outputs/s: full"), "mix_outputs/s: full");
        assert_eq!(clean("the file \"/tmp/x/y.wav\" and/or 1/2"), "the file \"y.wav\" and/or 1/2");
        assert_eq!(clean("no path"), "no path");
    }
}
