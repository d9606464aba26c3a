//! Goldens: renders of sessions on real stems, kept and compared.

use mixdown_engine::dsp::Insert;
use mixdown_engine::render::Render;
use mixdown_engine::session::Session;
use mixdown_fixtures::golden::{self, GoldenRender, Scalars};
use std::collections::BTreeSet;

fn matches_its_golden(name: &str) {
    let session = Session::load(&golden::session_path(name)).unwrap();
    let (audio, report) = Render::new(session).to_memory().unwrap();
    let written = &report.master.written;
    let render = GoldenRender {
        sample_rate_hz: report.output.sample_rate_hz,
        left: audio.channel(0),
        right: audio.channel(1),
        scalars: Scalars {
            sample_peak_dbfs: written.sample_peak_dbfs.unwrap(),
            true_peak_dbtp: written.true_peak_dbtp.unwrap(),
            integrated_lufs: written.integrated_lufs.unwrap(),
        },
        engine_version: report.engine_version,
    };
    assert!(report.master.verified || report.master.note.is_some(), "{name}: {:?}", report.master);
    golden::compare(name, &render).unwrap();
}

#[test]
fn two_recorded_stems_render_as_before() {
    matches_its_golden("two_stems");
}

#[test]
fn six_stems_with_faders_and_a_bus_render_as_before() {
    matches_its_golden("six_stems");
}

#[test]
fn a_session_with_every_insert_renders_as_before() {
    matches_its_golden("every_insert");
}

#[test]
fn filters_of_the_matched_design_render_as_before() {
    matches_its_golden("matched_filters");
}

#[test]
fn dynamics_with_later_defaults_render_as_before() {
    matches_its_golden("present_dynamics");
}

#[test]
fn styles_of_the_limiter_render_as_before() {
    matches_its_golden("limiter_styles");
}

#[test]
fn centred_and_panned_mono_stems_render_as_before() {
    matches_its_golden("mono_stems");
}

/// Returns the types of all inserts of a golden's session.
fn types(name: &str) -> BTreeSet<&'static str> {
    let Session { tracks, buses, master, .. } = Session::load(&golden::session_path(name)).unwrap();
    let chains = tracks.iter().map(|track| &track.inserts).chain(buses.iter().map(|bus| &bus.inserts));
    chains.chain([&master.inserts]).flatten().map(Insert::type_name).collect()
}

/// A type that `every_insert` lacks has a golden of its name, so that those before it stay.
#[test]
fn every_type_of_insert_is_in_a_golden_and_renders_as_before() {
    let every = types("every_insert");
    for name in Insert::TYPES.iter().filter(|name| !every.contains(*name)) {
        assert!(types(name).contains(name), "the golden {name} lacks its insert");
        matches_its_golden(name);
    }
}
