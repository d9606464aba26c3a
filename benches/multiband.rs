//! The multiband compressor, stereo-linked, with all bands at rest and all of them compressing.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, spec};
use mixdown_engine::dsp::dynamics::multiband::{Bands, MultibandSettings};
use mixdown_engine::process::Stage;

fn multiband(criterion: &mut Criterion) {
    for count in Bands::CHOICES {
        for (name, threshold_db) in [("idle", 0.0), ("reducing", -50.0)] {
            let settings = MultibandSettings {
                bands: Bands::try_from(count).expect("the number is one of the choices"),
                threshold_1_db: threshold_db,
                ratio_1: 4.0,
                threshold_2_db: threshold_db,
                ratio_2: 4.0,
                threshold_3_db: threshold_db,
                ratio_3: 4.0,
                threshold_4_db: threshold_db,
                ratio_4: 4.0,
                threshold_5_db: threshold_db,
                ratio_5: 4.0,
                ..MultibandSettings::default()
            };
            let mut processor = settings.build(&spec()).expect("the settings are within range");
            bench_processor(criterion, &format!("multiband/{count} bands, {name}"), 0.2, &mut *processor);
        }
    }
}

criterion_group!(benches, multiband);
criterion_main!(benches);
