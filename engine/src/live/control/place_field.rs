//! Field of `solo` and `polarity` that names their strip: `place`, or `track` with a title, as
//! before buses had these switches.

use super::strip_name::StripName;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize)]
struct PlaceField<'a> {
    place: &'a StripName,
}

/// Both names of the field, of which one is given.
#[derive(Deserialize)]
struct PlaceOrTrack {
    place: Option<StripName>,
    track: Option<String>,
}

/// Writes `place`.
pub(super) fn serialize<S: Serializer>(place: &StripName, to: S) -> Result<S::Ok, S::Error> {
    PlaceField { place }.serialize(to)
}

/// Reads `place` or `track`.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<StripName, D::Error> {
    match PlaceOrTrack::deserialize(from)? {
        PlaceOrTrack { place: Some(place), track: None } => Ok(place),
        PlaceOrTrack { place: None, track: Some(title) } => Ok(StripName::Track(title)),
        PlaceOrTrack { place: None, track: None } => Err(D::Error::missing_field("place")),
        PlaceOrTrack { place: Some(_), track: Some(_) } => {
            Err(D::Error::custom("`place` and `track` exclude each other"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::control::command::{Command, Timed};
    use crate::session::Polarity;
    use serde_json::{Value, from_value, json, to_value};

    fn read(command: Value) -> Result<Timed, String> {
        from_value(command).map_err(|error| error.to_string())
    }

    #[test]
    fn a_strip_is_named_by_place_and_a_track_as_in_version_0_1_0() {
        let (vox, drums) = (StripName::Track("vox".into()), StripName::Bus("drums".into()));
        for (strip, old, place) in [
            (&vox, Some(json!("vox")), json!({ "track": "vox" })),
            // Not the master.
            (&StripName::Track("master".into()), Some(json!("master")), json!({ "track": "master" })),
            (&drums, None, json!({ "bus": "drums" })),
            (&StripName::Master, None, json!("master")),
        ] {
            let solo = Timed::at(7, Command::Solo { place: strip.clone(), solo: true });
            let written = json!({ "at": 7, "command": "solo", "place": place, "solo": true });
            assert_eq!((to_value(&solo).unwrap(), read(written.clone())), (written, Ok(solo.clone())));
            let polarity = Timed::now(Command::Polarity { place: strip.clone(), polarity: Polarity::Inverted });
            let written = json!({ "command": "polarity", "place": place, "polarity": "inverted" });
            assert_eq!((to_value(&polarity).unwrap(), read(written.clone())), (written, Ok(polarity.clone())));
            let Some(title) = old else { continue };
            assert_eq!(read(json!({ "at": 7, "command": "solo", "track": title, "solo": true })), Ok(solo));
            assert_eq!(read(json!({ "command": "polarity", "track": title, "polarity": "inverted" })), Ok(polarity));
        }
    }

    #[test]
    fn a_command_names_one_strip() {
        assert_eq!(read(json!({ "command": "solo", "solo": true })), Err("missing field `place`".into()));
        let both = json!({ "command": "solo", "track": "vox", "place": { "bus": "drums" }, "solo": true });
        assert_eq!(read(both), Err("`place` and `track` exclude each other".into()));
    }
}
