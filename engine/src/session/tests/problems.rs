//! Every kind of problem is found, with its line, its place and the accepted values.

use super::*;
use crate::dsp::Insert;

/// Returns the problems of a document that names `a.wav` and `b.wav`, which both exist.
fn toml(text: &str) -> Vec<String> {
    Folder::with(&["a.wav", "b.wav"]).problems("mix.toml", text)
}

const TRACK: &str = "[[tracks]]\nfile = 'a.wav'\n";

fn with_track(text: &str) -> Vec<String> {
    toml(&format!("{TRACK}{text}"))
}

#[test]
fn several_problems_are_listed_at_once_with_their_lines_in_toml() {
    let text = r#"sample_rate_hz = 44100

[[tracks]]
file = "vox.wav"
gain_db = 0

[[tracks]]
file = "a.wav"
name = "bass"
inserts = [
  { type = "gain", gain_db = -3 },
  { type = "low_pass", cutoff_hz = 30000 },
]
sends = [{ to = "verb", gain_bd = -6 }]

[master]
ceiling_dbtp = 3
"#;
    let folder = Folder::with(&["a.wav"]);
    let errors = folder.parse("mix.toml", text).unwrap_err();
    assert_eq!(
        folder.short(&errors.to_string()),
        format!(
            "{}: 5 problems\n  \
             line 4, track \"vox\": vox.wav: no such file\n  \
             line 12, track \"bass\", insert 2: cutoff_hz = 30000 is above Nyquist (22050 Hz at 44100 Hz)\n  \
             line 14, track \"bass\", send 1: unknown key \"gain_bd\"; did you mean \"gain_db\"?\n  \
             line 14, track \"bass\", send 1: to = \"verb\": there are no buses\n  \
             line 17, master: ceiling_dbtp = 3 is out of range (-20 to 0)",
            folder.path("mix.toml").display()
        )
    );
}

#[test]
fn several_problems_are_listed_at_once_with_their_lines_in_json() {
    let text = r#"{
  "sample_rate_hz": 44100,
  "tracks": [
    { "file": "vox.wav", "gain_db": "loud" },
    {
      "file": "a.wav",
      "name": "bass",
      "inserts": [
        { "type": "low_pass", "cutoff_hz": 30000 }
      ]
    }
  ],
  "master": {
    "ceiling_dbtp": 3
  }
}"#;
    let folder = Folder::with(&["a.wav"]);
    assert_eq!(
        folder.problems("mix.json", text),
        [
            "line 4, track \"vox\": gain_db = \"loud\" is not a number (-120 to 60)",
            "line 4, track \"vox\": vox.wav: no such file",
            "line 9, track \"bass\", insert 1: cutoff_hz = 30000 is above Nyquist (22050 Hz at 44100 Hz)",
            "line 14, master: ceiling_dbtp = 3 is out of range (-20 to 0)",
        ]
    );
}

#[test]
fn the_numbers_of_inserts_are_those_of_the_document_when_one_before_is_wrong() {
    let text = "inserts = [{ type = 'bell' }, { type = 'low_pass', cutoff_hz = 30000 }]\n[master]\n";
    assert_eq!(
        toml(&format!("sample_rate_hz = 44100\n{TRACK}{text}")),
        [
            "line 4, track \"a\", insert 1: frequency_hz is missing",
            "line 4, track \"a\", insert 1: gain_db is missing",
            "line 4, track \"a\", insert 2: cutoff_hz = 30000 is above Nyquist (22050 Hz at 44100 Hz)",
        ]
    );
}

#[test]
fn a_document_without_tracks_is_refused() {
    assert_eq!(toml(""), ["line 1: there are no tracks: add [[tracks]] with a file"]);
    assert_eq!(toml("tracks = []"), ["line 1: there are no tracks: add [[tracks]] with a file"]);
}

#[test]
fn what_is_only_misspelt_is_not_missing_as_well() {
    assert_eq!(toml("[[track]]\nfile = 'a.wav'"), ["line 1: unknown key \"track\"; did you mean \"tracks\"?"]);
    assert_eq!(toml("[[tracks]]\nfil = 'a.wav'"), ["line 2, track 1: unknown key \"fil\"; did you mean \"file\"?"]);
    assert_eq!(
        with_track("output = 'drums'\n[[bus]]\nname = 'drums'"),
        ["line 4: unknown key \"bus\"; did you mean \"buses\"?"]
    );
    assert_eq!(
        with_track("output = 'drums'\n[[buses]]\nnam = 'drums'"),
        ["line 5, bus 1: unknown key \"nam\"; did you mean \"name\"?"]
    );
}

#[test]
fn a_key_that_resembles_none_is_answered_with_all() {
    assert_eq!(with_track("[align]\nzzz = 1"), ["line 4, align: unknown key \"zzz\"; there are mode, timecode"]);
}

#[test]
fn wrong_types_are_named_with_what_is_accepted() {
    assert_eq!(
        with_track(
            "name = 3\ngain_db = true\nmute = 1\npan_law = 1.5\ninserts = 4\nsends = [1]\n\
             [time]\nstart_s = 1979-05-27\n[align]\nmode = []"
        ),
        [
            "line 3, track \"a\": name = 3 is not text in quotes",
            "line 4, track \"a\": gain_db = true is not a number (-120 to 60)",
            "line 5, track \"a\": mute = 1 is not true or false",
            "line 6, track \"a\": pan_law = 1.5 is not one of \"auto\", \"constant_power_0_db\", \"constant_power\", \
             \"linear\", \"minus_4_5_db\", \"balance\"",
            "line 7, track \"a\": inserts = 4 is not a list",
            "line 8, track \"a\", send 1: it = 1 is not a table",
            "line 10, time: start_s = 1979-05-27 is not a finite number (0 to 86400)",
            "line 12, align: mode = […] is not one of \"auto\", \"recordings\", \"microphones\", \"off\"",
        ]
    );
    assert_eq!(
        with_track("[master]\ninserts = ['gain']\n"),
        ["line 4, master, insert 1: it = \"gain\" is not a table"]
    );
    assert_eq!(toml("master = 3\ntracks = [{ file = 'a.wav' }]"), ["line 1: master = 3 is not a table"]);
}

#[test]
fn the_document_itself_must_be_a_table() {
    let folder = Folder::with(&[]);
    assert_eq!(folder.problems("mix.json", "[1]"), ["line 1: the document = […] is not a table"]);
    assert_eq!(folder.problems("mix.json", "  "), ["line 1: this is not JSON: it is empty"]);
}

#[test]
fn choices_are_listed_and_the_nearest_is_named() {
    let types = Insert::TYPES.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    assert_eq!(
        with_track(
            "inserts = [{ type = 'highpass', cutoff_hz = 80 }, { cutoff_hz = 80 }]\n[output]\nformat = 'wave24'"
        ),
        [
            &format!(
                "line 3, track \"a\", insert 1: type = \"highpass\" is not one of {types}; did you mean \"high_pass\"?"
            ),
            &format!("line 3, track \"a\", insert 2: type is missing: one of {types}"),
            "line 5, output: format = \"wave24\" is not one of \"wav16\", \"wav24\", \"wav32f\", \"flac16\", \"flac24\", \"opus\"; did you mean \"wav24\"?",
        ]
    );
    assert_eq!(
        with_track("[master]\ntarget = 'spotfy'\nceiling_dbtp = 'of'"),
        [
            "line 4, master: target = \"spotfy\" is not one of \"spotify\", \"apple\", \"youtube\", \"ebu-r128\", \
             \"atsc-a85\", \"aes-td1008\", \"podcast\", \"none\" or a number (-40 to -5); did you mean \"spotify\"?",
            "line 5, master: ceiling_dbtp = \"of\" is not \"off\" or a number (-20 to 0); did you mean \"off\"?",
        ]
    );
    assert_eq!(
        with_track("inserts = [{ type = 'high_pass', cutoff_hz = 80, slope_db_per_octave = 20 }]"),
        ["line 3, track \"a\", insert 1: slope_db_per_octave = 20 is not one of 6, 12, 18, 24, 30, 36, 42, 48"]
    );
}

#[test]
fn ranges_are_kept_at_their_edges() {
    assert_eq!(
        with_track("gain_db = 60.001\npan = -1.5\nwidth = 2.5\ndelay_ms = -1\n[output]\nseed = -1"),
        [
            "line 3, track \"a\": gain_db = 60.001 is out of range (-120 to 60)",
            "line 4, track \"a\": pan = -1.5 is out of range (-1 to 1)",
            "line 5, track \"a\": width = 2.5 is out of range (0 to 2)",
            "line 6, track \"a\": delay_ms = -1 is out of range (0 to 10000)",
            "line 8, output: seed = -1 is out of range (0 to 9223372036854775807)",
        ]
    );
    let edges = format!("{TRACK}gain_db = 60\npan = -1\nwidth = 0\n[output]\nseed = 9223372036854775807");
    Folder::with(&["a.wav"]).parse("mix.toml", &edges).unwrap();
}

#[test]
fn whole_numbers_may_be_written_with_a_zero_fraction_but_no_other() {
    let folder = Folder::with(&["a.wav"]);
    let session = folder.parse("mix.toml", &format!("sample_rate_hz = 48000.0\n{TRACK}")).unwrap();
    assert_eq!(session.sample_rate_hz.map(crate::units::SampleRate::hz), Some(48_000));
    assert_eq!(
        folder.problems("mix.toml", &format!("sample_rate_hz = 44100.5\n{TRACK}")),
        ["line 1: sample_rate_hz = 44100.5 is not a whole number (1000 to 768000)"]
    );
    assert_eq!(
        folder.problems("mix.toml", &format!("{TRACK}[output]\nseed = 9223372036854775808")),
        ["line 4, output: seed = 9223372036854775808 is out of range (0 to 9223372036854775807)"]
    );
}

#[test]
fn numbers_that_are_not_finite_are_problems() {
    assert_eq!(
        with_track("gain_db = nan\npan = -inf\ndelay_ms = 1e400\n[master]\ntarget = inf"),
        [
            "line 3, track \"a\": gain_db = nan is not a finite number (-120 to 60)",
            "line 4, track \"a\": pan = -inf is not a finite number (-1 to 1)",
            "line 5, track \"a\": delay_ms = 1e400 is not a finite number (0 to 10000)",
            "line 7, master: target = inf is not a finite number (-40 to -5)",
        ]
    );
    let json = r#"{ "tracks": [{ "file": "a.wav", "gain_db": null, "pan": 1e999, "name": null }] }"#;
    assert_eq!(
        Folder::with(&["a.wav"]).problems("mix.json", json),
        [
            "line 1, track \"a\": gain_db is not a finite number (-120 to 60)",
            "line 1, track \"a\": pan = 1e999 is not a finite number (-1 to 1)",
            "line 1, track \"a\": name = null is not text in quotes",
        ]
    );
}

#[test]
fn only_schema_1_is_read() {
    let problems = toml(&format!("schema = 2\n{TRACK}"));
    assert_eq!(problems, ["line 1: schema = 2 is not 1, the only choice"]);
    Folder::with(&["a.wav"]).parse("mix.toml", &format!("schema = 1\n{TRACK}")).unwrap();
}

#[test]
fn a_folder_is_not_a_stem() {
    let folder = Folder::with(&[]);
    std::fs::create_dir(folder.path("stems")).unwrap();
    assert_eq!(
        folder.problems("mix.toml", "[[tracks]]\nfile = 'stems'"),
        ["line 2, track \"stems\": stems: is a folder, not a file"]
    );
    assert_eq!(toml("[[tracks]]\nfile = ''"), ["line 2, track 1: file is empty"]);
}

#[test]
fn names_are_unique_given_or_taken_from_the_file() {
    assert_eq!(
        with_track(
            "[[tracks]]\nfile = 'b.wav'\nname = 'a'\n[[buses]]\nname = 'x'\n[[buses]]\nname = 'x'\n[[buses]]\nname = 'master'"
        ),
        [
            "line 5, track \"a\": the name \"a\" is taken by number 1: give each its own name",
            "line 9, bus \"x\": the name \"x\" is taken by number 1: give each its own name",
            "line 11, bus \"master\": a bus cannot be called \"master\"",
        ]
    );
}

#[test]
fn routes_to_nowhere_are_named_with_the_nearest_bus() {
    assert_eq!(
        with_track(
            "output = 'drumz'\nsends = [{ to = 'drum' }, { to = 'master' }]\n[[buses]]\nname = 'drums'\noutput = 'mastr'"
        ),
        [
            "line 3, track \"a\": output = \"drumz\": there is no such bus; did you mean \"drums\"?",
            "line 4, track \"a\", send 1: to = \"drum\": there is no such bus; did you mean \"drums\"?",
            "line 4, track \"a\", send 2: to = \"master\": there is no such bus; to reach the master, use output",
            "line 7, bus \"drums\": output = \"mastr\": there is no such bus; did you mean \"master\"?",
        ]
    );
}

#[test]
fn circles_of_buses_are_named() {
    assert_eq!(
        with_track(
            "[[buses]]\nname = 'drums'\nsends = [{ to = 'verb' }]\n\
             [[buses]]\nname = 'verb'\noutput = 'drums'\n\
             [[buses]]\nname = 'echo'\noutput = 'echo'\n\
             [[buses]]\nname = 'fine'\noutput = 'verb'"
        ),
        [
            "line 3, bus \"drums\": is routed in a circle: drums → verb → drums",
            "line 9, bus \"echo\": is routed in a circle: echo → echo",
        ]
    );
}

#[test]
fn a_bus_that_is_fed_twice_is_no_circle() {
    let text = format!(
        "{TRACK}[[buses]]\nname = 'a'\noutput = 'c'\nsends = [{{ to = 'b' }}, {{ to = 'c' }}]\n\
         [[buses]]\nname = 'b'\noutput = 'c'\n[[buses]]\nname = 'c'"
    );
    Folder::with(&["a.wav"]).parse("mix.toml", &text).unwrap();
}

#[test]
fn an_end_before_the_start_is_refused() {
    assert_eq!(with_track("[time]\nstart_s = 10\nend_s = 10"), ["line 5, time: end_s = 10 is not after start_s = 10"]);
    assert_eq!(with_track("[time]\nend_s = 0"), ["line 4, time: end_s = 0 is not after start_s = 0"]);
}

#[test]
fn shaping_a_file_that_is_not_rounded_is_refused() {
    assert_eq!(
        with_track("[output]\nformat = 'wav32f'\nshape = true"),
        ["line 5, output: shape = true does nothing to wav32f, which is not rounded: leave it out, or choose wav16 \
          or wav24"]
    );
}

#[test]
fn frequencies_are_checked_wherever_inserts_stand() {
    let text = format!(
        "{TRACK}inserts = [{{ type = 'notch', frequency_hz = 20000 }}]\n\
         [[buses]]\nname = 'x'\ninserts = [{{ type = 'bell', frequency_hz = 24000, gain_db = 1 }}]\n\
         [master]\ninserts = [{{ type = 'all_pass', frequency_hz = 10 }}, {{ type = 'low_shelf', frequency_hz = 30000, gain_db = 1 }}]"
    );
    let session = Folder::with(&["a.wav"]).parse("mix.toml", &text).unwrap();
    let rate = |hz| crate::units::SampleRate::new(hz).unwrap();
    let found = |hz| session.check_rate(rate(hz)).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        found(48_000),
        [
            "bus \"x\", insert 1: frequency_hz = 24000 is above Nyquist (24000 Hz at 48000 Hz)",
            "master, insert 2: frequency_hz = 30000 is above Nyquist (24000 Hz at 48000 Hz)",
        ]
    );
    assert_eq!(found(96_000), Vec::<String>::new());
    assert_eq!(found(32_000).len(), 3);
}

#[test]
fn text_that_is_not_toml_or_json_is_refused_with_every_place() {
    assert_eq!(
        toml("[[tracks]]\nfile = 'a.wav\n\npan = = 3\n"),
        [
            "line 2: this is not TOML: invalid literal string, expected `'`",
            "line 4: this is not TOML: extra `=`, expected nothing",
        ]
    );
    let json = Folder::with(&[]).problems("mix.json", "{\n  \"tracks\": [1,]\n}");
    assert_eq!(json, ["line 2: this is not JSON: Trailing commas are not allowed"]);
}

#[test]
fn a_key_given_twice_is_refused() {
    let json = "{ \"tracks\": [{ \"file\": \"a.wav\",\n\"pan\": 0,\n\"pan\": 1 }] }";
    assert_eq!(Folder::with(&["a.wav"]).problems("mix.json", json), ["line 3, track \"a\": \"pan\" is given twice"]);
    assert_eq!(with_track("pan = 0\npan = 1"), ["line 4: this is not TOML: duplicate key"]);
}

#[test]
fn documents_of_any_depth_and_size_are_answered() {
    let folder = Folder::with(&["a.wav"]);
    for deep in [100, 100_000] {
        let toml = format!("x = {}{}", "[".repeat(deep), "]".repeat(deep));
        assert!(!folder.problems("mix.toml", &toml).is_empty());
        assert!(!folder.problems("mix.json", &format!("{{\"x\": {}", "[{\"a\":".repeat(deep))).is_empty());
    }
    assert!(!folder.problems("mix.toml", &format!("{}.b = 1", vec!["a"; 5_000].join("."))).is_empty());
    let large = " ".repeat(MAX_DOCUMENT_BYTES + 1);
    assert_eq!(folder.problems("mix.toml", &large), ["larger than 16777216 bytes"]);
    let many = format!("tracks = [{}]", "{ file = 'a.wav' },".repeat(MAX_TRACKS + 1));
    assert_eq!(folder.problems("mix.toml", &many), ["line 1: tracks has 1001 items, more than 1000"]);
}

#[test]
fn a_message_shows_no_more_than_a_hundred_problems() {
    let text = (0..150).fold(TRACK.to_owned(), |text, n| text + &format!("zz{n} = 1\n"));
    let errors = Folder::with(&["a.wav"]).parse("mix.toml", &text).unwrap_err();
    let message = errors.to_string();
    assert_eq!(errors.problems.len(), 150);
    assert!(message.contains(": 150 problems\n") && message.ends_with("\n  and 50 more"), "{message}");
    assert_eq!(message.lines().count(), 102);
}

#[test]
fn a_hostile_document_is_answered_within_seconds() {
    let unknown = |letter: &str, count: usize| {
        (0..count).fold(String::new(), |text, n| text + letter + &n.to_string() + " = 1\n")
    };
    let track = |n: usize| format!("[[tracks]]\nfile = 'a.wav'\nname = 't{n}'\n{}", unknown("y", 200));
    let text = unknown("z", 300_000) + &(0..MAX_TRACKS).map(track).collect::<Vec<_>>().concat();
    let start = std::time::Instant::now();
    let problems = toml(&text);
    // A debug build on a busy machine takes about a second; work in the square of the size would
    // take an hour.
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    assert_eq!(problems.len(), 1_001);
    assert_eq!(problems[1_000], "more than 1000 problems: the rest is not listed");
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_that_names_it() {
    let folder = Folder::with(&[]);
    let error = Session::load(&folder.path("none.toml")).unwrap_err().to_string();
    assert!(error.contains("none.toml: 1 problem\n  cannot be read: "), "{error}");
    std::fs::write(folder.path("latin1.toml"), b"# caf\xe9").unwrap();
    let error = Session::load(&folder.path("latin1.toml")).unwrap_err().to_string();
    assert!(error.ends_with("not UTF-8 text"), "{error}");
}

#[test]
fn a_session_that_a_program_built_is_checked_like_a_document() {
    let folder = Folder::with(&["a.wav"]);
    let mut session = Session { tracks: vec![Track::new(folder.path("a.wav"))], ..Session::default() };
    assert_eq!(session.problems(), []);
    session.tracks[0].gain_db = f64::NAN;
    session.tracks[0].output = "drums".into();
    session.master.ceiling_dbtp = Some(Ceiling::Dbtp(3.0));
    session.master.target = Target::Lufs(-50.0);
    session.output.seed = u64::MAX;
    let problems = session.problems().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        problems,
        [
            "track \"a\": gain_db is not a finite number (-120 to 60)",
            "master: target = -50 is out of range (-40 to -5)",
            "master: ceiling_dbtp = 3 is out of range (-20 to 0)",
            "output: seed = 18446744073709551615 is out of range (0 to 9223372036854775807)",
            "track \"a\": output = \"drums\": there are no buses",
        ]
    );
}

#[cfg(unix)]
#[test]
fn a_stem_whose_name_is_not_unicode_is_named() {
    use std::os::unix::ffi::OsStrExt;
    let file = Path::new(std::ffi::OsStr::from_bytes(b"caf\xe9.wav"));
    let session = Session { tracks: vec![Track::new(file)], ..Session::default() };
    assert_eq!(session.problems()[0].message, "caf\u{fffd}.wav: the file's name is not Unicode: rename it");
}
