//! Scores: quantised notes, MIDI, MusicXML, piano rolls.
