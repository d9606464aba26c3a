//! Names of formats of files that cannot be read, for error messages.

use super::{CONTAINERS, beginning, identified};

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
/// Those of them that are not searched for sync words behind a tag either.
const NEVER_STREAMS: &[&[u8]] = &[b"riff\x2e\x91", b"dns."];
/// Forms of RIFF and IFF files that are read: their bytes 8 to 11.
const READ_FORMS: [&[u8]; 3] = [b"WAVE", b"AIFF", b"AIFC"];

/// A stream that is recognised and refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io) struct Refusal {
    pub(in crate::io) container: &'static str,
    pub(in crate::io) codec: &'static str,
    pub(in crate::io) reason: &'static str,
}

/// Returns the names of all formats that are refused by name, without an article.
pub fn refused_formats() -> Vec<&'static str> {
    let in_containers = CONTAINERS.iter().flat_map(|container| container.row().refused);
    let mut names: Vec<&'static str> = NOT_READ.iter().chain(in_containers).map(|&(_, name)| name).collect();
    names.push(TRANSPORT_STREAM);
    let without_article = |name: &'static str| name.strip_prefix("an ").or(name.strip_prefix("a ")).unwrap_or(name);
    let mut bare: Vec<&str> = names.into_iter().map(without_article).collect();
    bare.sort_by_key(|name| name.to_lowercase());
    bare.dedup();
    bare
}

/// Name of packets of 188 bytes, every one with the same first byte.
const TRANSPORT_STREAM: &str = "an MPEG transport stream";

/// Returns the end of the sentence «this file …» for a file of a known but unsupported format. No
/// decoder may search it for sync words.
pub(in crate::io) fn known_but_not_read(head: &[u8]) -> Option<String> {
    let named = NOT_READ.iter().find(|(magic, _)| head.starts_with(magic)).map(|&(_, name)| name);
    let form = CONTAINERS.iter().find_map(|container| container.refuses(head));
    let is_stream = [0, 188, 376].iter().all(|&at| head.get(at) == Some(&0x47));
    let name = named.or(form).or(is_stream.then_some(TRANSPORT_STREAM))?;
    Some(format!("is {name}, which is not read here"))
}

/// Returns the name of the form of a RIFF or IFF file, where that is not read.
pub(in crate::io) fn refused_form(
    head: &[u8],
    refused: &'static [(&'static [u8], &'static str)],
) -> Option<&'static str> {
    let form = head.get(8..12).filter(|form| !READ_FORMS.contains(form))?;
    let named = refused.iter().find(|(kind, _)| *kind == form);
    Some(named.map_or("RIFF or IFF without audio", |&(_, name)| name))
}

/// Returns true if the first bytes of a file identify its format.
pub(in crate::io) fn has_magic(head: &[u8]) -> bool {
    identified(head).is_some() || is_never_a_stream(head)
}

/// Returns true for the first bytes of formats without streams that sync words could find.
pub(in crate::io) fn is_never_a_stream(head: &[u8]) -> bool {
    NEVER_STREAMS.iter().any(|magic| head.starts_with(magic))
}

/// Returns the name of a container whose offsets count from the start of the file, so that no tag
/// may precede it.
pub(in crate::io) fn never_tagged(head: &[u8]) -> Option<&'static str> {
    let container = beginning(head)?;
    if container.row().may_be_tagged { None } else { container.called(head) }
}

/// Returns the end of the sentence «this file …» for a file that no reader took, from its first
/// bytes.
pub(in crate::io) fn describe(head: &[u8]) -> String {
    if let Some(what) = known_but_not_read(head) {
        return what;
    }
    if let Some(what) = CONTAINERS.iter().find_map(|container| container.damaged(head)) {
        return what;
    }
    let is_text =
        std::str::from_utf8(head).is_ok_and(|text| text.chars().all(|c| !c.is_control() || c.is_whitespace()));
    if is_text { "is a text file, not audio".into() } else { "is in no audio format that is known here".into() }
}

/// Returns the codec that a head names and that has no decoder.
pub(in crate::io) fn codec_in(head: &[u8]) -> Option<&'static str> {
    CONTAINERS.iter().find_map(|container| container.codec_in(head))
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
