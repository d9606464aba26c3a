//! Sentences about events of a live engine.

use mixdown_engine::live::Event;
use mixdown_engine::session::Track;

/// Returns the warning about an event, if it needs one.
pub fn warning(event: &Event, tracks: &[Track]) -> Option<String> {
    let name = |track: &usize| tracks.get(*track).map_or("?".into(), Track::title);
    match event {
        Event::StemFailed { track, message } => {
            Some(format!("track {:?} is silent from here on: {message}", name(track)))
        }
        Event::Starved { track, .. } => {
            Some(format!("track {:?} was read too slowly and paused for a moment", name(track)))
        }
        Event::Silenced { track, .. } => {
            Some(format!("track {:?} gave samples that are no numbers and is silent", name(track)))
        }
        Event::Reset { .. } => Some("the mix was no number any more; everything was reset".into()),
        Event::Refused { message, .. } => Some(message.clone()),
        Event::DeviceChanged { message } => Some(format!("the device has changed: {message}")),
        Event::DeviceLost { message } => Some(format!("the device is lost: {message}")),
        // Others are shown elsewhere, or not at all.
        _ => None,
    }
}
