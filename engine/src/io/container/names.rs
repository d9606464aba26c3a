//! Names of formats of files that cannot be read, for error messages.

use super::mp4;

/// First bytes of formats that are not read.
const NOT_READ: &[(&[u8], &str)] = &[
    (b"wvpk", "WavPack"),
    (b"MAC ", "Monkey's Audio"),
    (b"DSD ", "DSF (DSD)"),
    (b"FRM8", "DSDIFF (DSD)"),
    (b"TTA1", "True Audio"),
    (b"TTA2", "True Audio"),
    (b"MPCK", "Musepack"),
    (b"MP+", "Musepack"),
    (b"OFR ", "OptimFROG"),
    (b"ajkg", "Shorten"),
    (b"LA0", "Lossless Audio"),
    (b"MThd", "MIDI"),
    (b"MMMD", "SMAF"),
    (b"RMID", "MIDI"),
    (b"#!AMR", "AMR"),
    (b"#!SILK", "SILK"),
    (b"\x02#!SILK", "SILK"),
    (b"riff\x2e\x91\xcf\x11", "Sony Wave64"),
    (b"dns.", "little-endian AU"),
    (b"Creative Voice File", "Creative Voice (VOC)"),
    (b"NIST_1A", "NIST SPHERE"),
    (b"\x64\xa3\x01\x00", "IRCAM"),
    (b"\x64\xa3\x02\x00", "IRCAM"),
    (b"\x64\xa3\x03\x00", "IRCAM"),
    (b"\x64\xa3\x04\x00", "IRCAM"),
    (b"\x00\x01\xa3\x64", "IRCAM"),
    (b"\x00\x02\xa3\x64", "IRCAM"),
    (b"\x00\x03\xa3\x64", "IRCAM"),
    (b"\x00\x04\xa3\x64", "IRCAM"),
    (b"SOUND SAMPLE DATA ", "SampleVision"),
    (b"2BIT", "AVR"),
    (b"fap ", "Paris Audio File"),
    (b" paf", "Paris Audio File"),
    (b"\x30\x26\xb2\x75", "Windows Media (ASF)"),
    (b".RMF", "RealMedia"),
    (b".ra\xfd", "RealAudio"),
    (b"\x0b\x77", "AC-3"),
    (b"\x77\x0b", "AC-3"),
    (b"\x7f\xfe\x80\x01", "DTS"),
    (b"\xfe\x7f\x01\x80", "DTS"),
    (b"\x1f\xff\xe8\x00", "DTS"),
    (b"\xff\x1f\x00\xe8", "DTS"),
    (b"DTSHDHDR", "DTS-HD"),
    (b"\x00\x00\x01\xba", "an MPEG programme stream"),
    (b"\x00\x00\x01\xb3", "MPEG video"),
    (b"\x06\x0e\x2b\x34", "MXF"),
    (b"FLV\x01", "Flash video"),
    (b"ADIF", "AAC in ADIF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "GIF image"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (b"Rar!", "RAR archive"),
    (b"\x7fELF", "a program"),
    (b"%PDF", "a PDF document"),
];
/// First bytes of formats that are supported, for files that are damaged.
const READ: &[(&[u8], &str)] = &[
    (b"fLaC", "FLAC"),
    (b"OggS", "Ogg"),
    (b"RIFF", "RIFF"),
    (b"RIFX", "RIFX"),
    (b"RF64", "RF64"),
    (b"BW64", "BW64"),
    (b"FORM", "IFF"),
    (b".snd", "Sun AU"),
    (b"caff", "CAF"),
    (b"\x1a\x45\xdf\xa3", "Matroska"),
    (b"ID3", "MP3 with an ID3 tag"),
];

/// Returns the end of the sentence «this file …» for a file of a known but unsupported format. No
/// decoder may search it for sync words.
pub(in crate::io) fn known_but_not_read(head: &[u8]) -> Option<String> {
    let named = NOT_READ.iter().find(|(magic, _)| head.starts_with(magic)).map(|&(_, name)| name);
    let form = match (head.get(..4), head.get(8..12)) {
        (Some(b"RIFF" | b"RIFX" | b"RF64" | b"BW64" | b"FORM"), Some(b"WAVE" | b"AIFF" | b"AIFC")) => None,
        (Some(b"RIFF" | b"RIFX"), Some(b"AVI ")) => Some("AVI video"),
        (Some(b"RIFF"), Some(b"WEBP")) => Some("a WebP image"),
        (Some(b"RIFF"), Some(b"RMID")) => Some("MIDI in RIFF"),
        (Some(b"RIFF"), Some(b"sfbk")) => Some("a SoundFont"),
        (Some(b"RIFF"), Some(b"CDXA")) => Some("a CD-ROM XA file"),
        (Some(b"FORM"), Some(b"8SVX" | b"16SV")) => Some("IFF 8SVX"),
        (Some(b"FORM"), Some(b"MAUD")) => Some("IFF MAUD"),
        (Some(b"RIFF" | b"RIFX" | b"FORM"), Some(_)) => Some("RIFF or IFF without audio"),
        _ => None,
    };
    // Packets of 188 bytes, every one with this first byte.
    let is_stream = [0, 188, 376].iter().all(|&at| head.get(at) == Some(&0x47));
    let name = named.or(form).or(is_stream.then_some("an MPEG transport stream"))?;
    Some(format!("is {name}, which is not read here"))
}

/// Returns the same for a file of uncompressed audio in a supported format, whose header could not
/// be read.
pub(in crate::io) fn broken(head: &[u8]) -> Option<String> {
    let only_pcm = [&b"RIFF"[..], b"RIFX", b"RF64", b"BW64", b"FORM", b".snd"];
    only_pcm.iter().any(|magic| head.starts_with(magic)).then(|| describe(head))
}

/// Returns the name of a container whose offsets count from the start of the file, so that no tag
/// may precede it.
pub(in crate::io) fn never_tagged(head: &[u8]) -> Option<&'static str> {
    let containers = [&b"RIFF"[..], b"RIFX", b"RF64", b"BW64", b"FORM", b".snd", b"caff", b"\x1a\x45\xdf\xa3"];
    let named = READ.iter().find(|(magic, _)| head.starts_with(magic) && containers.contains(magic));
    named.map(|&(_, name)| name).or(mp4::is_box(head).then_some("MP4"))
}

/// Returns the end of the sentence «this file …» for a file that no reader took, from its first
/// bytes.
pub(in crate::io) fn describe(head: &[u8]) -> String {
    if head.len() > 8 && &head[4..8] == b"ftyp" {
        return "is an MP4 file that is damaged or holds no audio".into();
    }
    if let Some(what) = known_but_not_read(head) {
        return what;
    }
    if let Some((_, name)) = READ.iter().find(|(magic, _)| head.starts_with(magic)) {
        return format!("begins as {name} but is damaged or breaks off in its header");
    }
    let is_text =
        std::str::from_utf8(head).is_ok_and(|text| text.chars().all(|c| !c.is_control() || c.is_whitespace()));
    if is_text { "is a text file, not audio".into() } else { "is in no audio format that is known here".into() }
}

/// Returns the codec of an Ogg stream that has no decoder, from the first page.
pub(in crate::io) fn ogg_codec(head: &[u8]) -> Option<&'static str> {
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
        assert_eq!(describe(b"RIFF\x10\0\0\0AVI LIST"), "is AVI video, which is not read here");
        assert_eq!(known_but_not_read(b"RIFX\0\0\0\x10WAVEfmt "), None);
        assert_eq!(describe(b"dear diary,\ntoday"), "is a text file, not audio");
        assert_eq!(describe(&[0, 1, 2, 3, 200, 201]), "is in no audio format that is known here");
    }
}
