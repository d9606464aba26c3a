//! Keys of inserts: those that name no strip, two, or themselves, and circles, all at once.

use super::*;

const STEMS: [&str; 3] = ["kick.wav", "bass.wav", "pad.wav"];

/// Returns the problems of a document, each with its pointer.
fn problems(text: &str) -> Vec<(String, String)> {
    let folder = Folder::with(&STEMS);
    let errors = folder.parse("mix.toml", text).expect_err("the document is wrong");
    errors.problems.into_iter().map(|problem| (problem.pointer, problem.message)).collect()
}

/// Returns a track with a ducker.
fn track(name: &str, key: &str, output: &str) -> String {
    format!(
        "[[tracks]]\nfile = '{name}.wav'\noutput = '{output}'\ninserts = [{{ type = 'gain', gain_db = 0 }}, \
         {{ type = 'ducker', key = '{key}' }}]\n"
    )
}

fn bus(name: &str, key: &str) -> String {
    format!(
        "[[buses]]\nname = '{name}'\ninserts = [{{ type = 'compressor', threshold_db = -20, ratio = 2, key = '{key}' }}]\n"
    )
}

fn owned(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(pointer, message)| ((*pointer).to_owned(), (*message).to_owned())).collect()
}

#[test]
fn keys_of_tracks_buses_and_the_master_are_accepted() {
    let master = "[master]\ninserts = [{ type = 'ducker', key = 'kick' }]\n";
    // A bus may be keyed by a track that feeds it, and a track by a bus that it does not feed.
    let tracks = [track("kick", "", "drums"), track("bass", "drums", "master"), track("pad", "bass", "master")];
    let text = tracks.concat() + &bus("drums", "kick") + master;
    let session = Folder::with(&STEMS).parse("mix.toml", &text).unwrap();
    assert_eq!(session.master.inserts[0].key(), Some("kick"));
    assert_eq!((session.tracks[0].inserts[1].key(), session.tracks[1].inserts[1].key()), (None, Some("drums")));
}

#[test]
fn every_unusable_key_is_listed_with_its_place() {
    let text = [
        track("kick", "kick", "master"),
        track("bass", "kik", "master"),
        track("pad", "master", "nowhere"),
        bus("bass", "pad"),
        bus("fx", "bass"),
    ]
    .concat();
    assert_eq!(
        problems(&text),
        owned(&[
            (
                "/tracks/0/inserts/1/key",
                "key = \"kick\" is the strip itself: leave key empty to measure the input of the insert"
            ),
            ("/tracks/1/inserts/1/key", "key = \"kik\": there is no such track or bus; did you mean \"kick\"?"),
            ("/tracks/2/output", "output = \"nowhere\": there is no such bus"),
            ("/tracks/2/inserts/1/key", "key = \"master\": the master cannot be a key, since every strip feeds it"),
            (
                "/buses/1/inserts/0/key",
                "key = \"bass\" is the name of a track and of a bus: give one of them another name"
            ),
        ])
    );
}

#[test]
fn circles_are_listed_with_all_that_they_pass_through() {
    // Two tracks that key each other.
    let text = [track("kick", "bass", "master"), track("bass", "kick", "master")].concat();
    assert_eq!(
        problems(&text),
        owned(&[("/tracks/1/inserts/1/key", "key = \"kick\" makes a circle: kick keys bass, bass keys kick")])
    );
    // A track keyed by the bus that it feeds, through another bus.
    let text =
        [track("kick", "all", "drums"), "[[buses]]\nname = 'drums'\noutput = 'all'\n[[buses]]\nname = 'all'\n".into()]
            .concat();
    assert_eq!(
        problems(&text),
        owned(&[(
            "/tracks/0/inserts/1/key",
            "key = \"all\" makes a circle: all keys kick, kick feeds drums, drums feeds all"
        )])
    );
    // A bus keyed by one that it feeds, next to a circle of buses alone.
    let text = [
        track("pad", "", "master"),
        "[[buses]]\nname = 'a'\noutput = 'b'\n\
         inserts = [{ type = 'ducker', key = 'b' }]\n[[buses]]\nname = 'b'\n\
         [[buses]]\nname = 'c'\noutput = 'c'\n"
            .into(),
    ]
    .concat();
    assert_eq!(
        problems(&text),
        owned(&[
            ("/buses/0/inserts/0/key", "key = \"b\" makes a circle: b keys a, a feeds b"),
            ("/buses/2", "is routed in a circle: c → c"),
        ])
    );
}
