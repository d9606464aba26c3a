//! Names for files that cannot be read, so that an error can say what they are.

/// First bytes of formats that are known by name only.
const KNOWN: &[(&[u8], &str)] = &[
    (b"wvpk", "WavPack"),
    (b"MAC ", "Monkey's Audio"),
    (b"DSD ", "DSF (DSD)"),
    (b"FRM8", "DSDIFF (DSD)"),
    (b"TTA1", "True Audio"),
    (b"MPCK", "Musepack"),
    (b"MP+", "Musepack"),
    (b"MThd", "MIDI"),
    (b".snd", "Sun AU"),
    (b"#!AMR", "AMR"),
    (b"riff\x2e\x91\xcf\x11", "Sony Wave64"),
    (b"\x30\x26\xb2\x75", "Windows Media (ASF)"),
    (b"\x0b\x77", "AC-3"),
    (b"fLaC", "FLAC"),
    (b"OggS", "Ogg"),
    (b"RIFF", "RIFF"),
    (b"FORM", "IFF"),
    (b"caff", "CAF"),
    (b"\x1a\x45\xdf\xa3", "Matroska"),
    (b"ID3", "MP3 with an ID3 tag"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"%PDF", "a PDF document"),
];

/// How many of these formats can be read when they are whole.
const READABLE: &[&str] = &["FLAC", "Ogg", "RIFF", "IFF", "CAF", "Matroska", "MP3 with an ID3 tag"];

/// The end of the sentence «this file …» for a file that no reader took, from its first bytes.
pub(super) fn describe(head: &[u8]) -> String {
    if head.len() > 8 && &head[4..8] == b"ftyp" {
        return "is an MP4 file that is damaged or holds no audio".into();
    }
    if let Some(&(_, name)) = KNOWN.iter().find(|(magic, _)| head.starts_with(magic)) {
        return if READABLE.contains(&name) {
            format!("begins as {name} but is damaged or breaks off in its header")
        } else {
            format!("is {name}, which is not read here")
        };
    }
    let is_text =
        std::str::from_utf8(head).is_ok_and(|text| text.chars().all(|c| !c.is_control() || c.is_whitespace()));
    if is_text { "is a text file, not audio".into() } else { "is in no audio format that is known here".into() }
}

/// The codec of an Ogg stream that has no decoder, from the first page.
pub(super) fn ogg_codec(head: &[u8]) -> Option<&'static str> {
    [(&b"Speex   "[..], "speex"), (b"\x80theora", "theora (video)"), (b"CELT    ", "celt"), (b"OpusHead", "opus")]
        .into_iter()
        .find(|(magic, _)| head.windows(magic.len()).any(|window| window == *magic))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_its_name_where_it_has_one() {
        assert_eq!(describe(b"wvpk\0\0\0\0\0\0\0\0"), "is WavPack, which is not read here");
        assert_eq!(describe(b"dear diary,\ntoday"), "is a text file, not audio");
        assert_eq!(describe(&[0, 1, 2, 3, 200, 201]), "is in no audio format that is known here");
    }
}
