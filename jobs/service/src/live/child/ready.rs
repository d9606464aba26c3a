//! The first text to a client.

use super::super::request::{EngineRequest, LastRender};
use super::pace::{BLOCK, MAX_AHEAD_S};
use super::prepare::Prepared;
use mixdown_engine::live::StripName;
use mixdown_engine::master::MasterTarget;
use mixdown_engine::session::Session;
use serde_json::{Value, json};

/// Returns the first text.
pub(super) fn ready(prepared: &Prepared, request: &EngineRequest) -> Value {
    let Prepared { live, plan, alignment, folders, .. } = prepared;
    let (session, rate) = (plan.session(), plan.sample_rate());
    let other = request.render.as_ref().and_then(|render| render.mix.other_stem(session));
    let other = other.map(|other| {
        let file = other.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        format!("the last render was of other stems: {file} {}; render again for the right loudness", other.difference)
    });
    let warnings: Vec<String> = plan.warnings().iter().map(|warning| folders.hide(warning)).chain(other).collect();
    json!({
        "event": "ready",
        "sample_rate": rate.hz(),
        "channels": 2,
        "block_frames": BLOCK,
        "max_credit_frames": rate.frames(MAX_AHEAD_S),
        "latency_frames": live.engine.latency(),
        "format": request.form,
        "gain": gain(session, request.render.as_ref()),
        "duration_s": plan.expected_frames().map(|frames| rate.seconds(frames)),
        "strips": strips(session).iter().map(|place| json!({ "place": place })).collect::<Vec<_>>(),
        "warnings": warnings,
        "alignment": alignment.as_ref().map_or(&[][..], |alignment| &alignment.stems),
    })
}

/// Returns the origin of the master's gain.
fn gain(session: &Session, render: Option<&LastRender>) -> Value {
    let Some(LastRender { mix, rendered_at }) = render else { return json!({ "from": "none" }) };
    let target = MasterTarget::of_session(session);
    json!({
        "from": "render",
        "gain_db": mix.gain_db(&target),
        "target_lufs": target.target_lufs,
        "rendered_at": rendered_at,
    })
}

/// Returns all strips: tracks, buses, the master.
pub(super) fn strips(session: &Session) -> Vec<StripName> {
    let tracks = session.tracks.iter().map(|track| StripName::Track(track.title().into_owned()));
    let buses = session.buses.iter().map(|bus| StripName::Bus(bus.name.clone()));
    tracks.chain(buses).chain([StripName::Master]).collect()
}
