//! Distances of the matched designs from their prototypes, up to 20 kHz at 44.1 and 48 kHz.
//! `cargo test -p mixdown-engine --lib matched -- --nocapture` prints them.

use super::*;
use crate::dsp::biquad::{Design, Slope};
use std::f64::consts::FRAC_1_SQRT_2;

const RATES_HZ: [u32; 2] = [44_100, 48_000];

/// Returns the largest distance in decibels from 20 Hz to 20 kHz where the prototype is above a
/// level, and that below 10 kHz.
fn distance_db(sections: &Sections, prototype: &[Factor], rate: SampleRate, above_db: f64) -> (f64, f64) {
    let mut largest = (0.0_f64, 0.0_f64);
    for step in 0..=300 {
        let hz = 20.0 * 1_000.0_f64.powf(f64::from(step) / 300.0);
        let wanted: f64 = prototype.iter().map(|factor| factor.magnitude(radians(hz, rate))).product();
        if 20.0 * wanted.log10() > above_db {
            let found: f64 = sections.iter().map(|section| section.magnitude(hz, rate)).product();
            let off_db = (20.0 * (found / wanted).log10()).abs();
            largest.0 = largest.0.max(off_db);
            largest.1 = if hz < 10_000.0 { largest.1.max(off_db) } else { largest.1 };
        }
    }
    largest
}

/// Prints the largest distance of the default design beside that of the cookbook.
fn print(name: &str, rate: SampleRate, matched: (f64, f64), cookbook: (f64, f64)) {
    println!("{name}, {rate}: {:.4} dB, below 10 kHz {:.4}; cookbook {:.2}", matched.0, matched.1, cookbook.0);
}

#[test]
fn bells_follow_their_prototypes() {
    let mut worst = (0.0_f64, 0.0_f64);
    for rate in RATES_HZ.map(|hz| SampleRate::new(hz).unwrap()) {
        for frequency_hz in [30.0, 300.0, 1_000.0, 2_000.0, 4_000.0, 7_000.0, 10_000.0, 12_000.0, 15_000.0, 18_000.0] {
            for gain_db in [-12.0, -6.0, -1.0, 2.0, 6.0, 12.0] {
                for q in [0.3, 0.7, 1.0, 2.0, 4.0] {
                    let bell = BellBand { q, ..BellBand::new(frequency_hz, gain_db) };
                    let prototype = [bell.prototype(rate)];
                    let off = distance_db(&bell.design(rate).unwrap(), &prototype, rate, f64::MIN);
                    worst = (worst.0.max(off.0), worst.1.max(off.1));
                    if (q, gain_db) == (1.0, 6.0) {
                        let plain = BellBand { design: Design::Cookbook, ..bell }.design(rate).unwrap();
                        let plain = distance_db(&plain, &prototype, rate, f64::MIN);
                        print(&format!("bell {frequency_hz} Hz +6 dB q 1"), rate, off, plain);
                    }
                }
            }
        }
    }
    println!("bells, worst: {:.4} dB, below 10 kHz {:.4}", worst.0, worst.1);
    assert!(worst.0 < 0.035 && worst.1 < 0.035, "{worst:?}");
}

#[test]
fn shelves_follow_their_prototypes() {
    let mut worst = 0.0_f64;
    for rate in RATES_HZ.map(|hz| SampleRate::new(hz).unwrap()) {
        for frequency_hz in [80.0, 500.0, 2_000.0, 5_000.0, 8_000.0, 10_000.0, 14_000.0, 18_000.0] {
            for gain_db in [-12.0, -6.0, -1.0, 2.0, 6.0, 12.0] {
                for q in [0.4, FRAC_1_SQRT_2, 1.0, 2.0] {
                    let shelf = ShelfBand { q, ..ShelfBand::new(frequency_hz, gain_db) };
                    let (low, high) = (shelf.low_prototype(rate), shelf.high_prototype(rate));
                    let low = distance_db(&shelf.design_low(rate).unwrap(), &[low], rate, f64::MIN);
                    let off = distance_db(&shelf.design_high(rate).unwrap(), &[high], rate, f64::MIN);
                    worst = worst.max(low.0).max(off.0);
                    if (q, gain_db) == (FRAC_1_SQRT_2, 6.0) {
                        let plain = ShelfBand { design: Design::Cookbook, ..shelf }.design_high(rate).unwrap();
                        let plain = distance_db(&plain, &[high], rate, f64::MIN);
                        print(&format!("high shelf {frequency_hz} Hz +6 dB"), rate, off, plain);
                    }
                }
            }
        }
    }
    println!("shelves, worst: {worst:.4} dB");
    // Most stay within 0.03 dB. The worst is resonant (q 2) at 18 kHz, with a root beyond Nyquist.
    assert!(worst < 0.12, "{worst}");
}

#[test]
fn butterworth_filters_of_every_order_follow_their_prototypes() {
    let mut worst = [0.0_f64; 2];
    for rate in RATES_HZ.map(|hz| SampleRate::new(hz).unwrap()) {
        for slope in Slope::CHOICES {
            for cutoff_hz in [30.0, 300.0, 1_000.0, 3_000.0, 6_000.0, 10_000.0, 15_000.0, 20_000.0] {
                for (side, pass) in [Pass::High, Pass::Low].into_iter().enumerate() {
                    let slope_db_per_octave = Slope::try_from(slope).unwrap();
                    let settings = PassFilter { slope_db_per_octave, ..PassFilter::new(cutoff_hz) };
                    let prototype = butterworth_prototype(pass, &settings, rate);
                    let design = |design| {
                        let settings = PassFilter { design, ..settings };
                        match pass {
                            Pass::High => settings.design_high_pass(rate).unwrap(),
                            Pass::Low => settings.design_low_pass(rate).unwrap(),
                        }
                    };
                    let off = distance_db(&design(Design::Matched), &prototype, rate, -40.0);
                    worst[side] = worst[side].max(off.0);
                    if cutoff_hz == 10_000.0 {
                        let plain = distance_db(&design(Design::Cookbook), &prototype, rate, -40.0);
                        let name = ["high", "low"][side];
                        print(&format!("{name}-pass 10 kHz {slope} dB/oct"), rate, off, plain);
                    }
                }
            }
        }
    }
    println!("high-passes, worst: {:.4} dB; low-passes {:.4} dB", worst[0], worst[1]);
    // 24 dB per octave is the worst low-pass: a fit of higher degree is not stable there.
    assert!(worst[0] < 0.035 && worst[1] < 0.13, "{worst:?}");
}

#[test]
fn every_setting_within_its_range_gives_a_stable_filter_near_its_prototype() {
    for rate in [8_000, 44_100, 192_000].map(|hz| SampleRate::new(hz).unwrap()) {
        for share in [0.000_1, 0.01, 0.2, 0.5, 0.8, 0.95, 0.999] {
            for gain_db in [-48.0, -20.0, -0.1, 0.1, 3.0, 20.0, 48.0] {
                for q in [0.05, 0.3, 1.0, 10.0, 100.0] {
                    let frequency_hz = (share * rate.nyquist_hz()).max(1.0);
                    let bell = BellBand { q, ..BellBand::new(frequency_hz, gain_db) };
                    let shelf = ShelfBand { q, ..ShelfBand::new(frequency_hz, gain_db) };
                    let cases = [
                        (bell.design(rate), bell.prototype(rate)),
                        (shelf.design_low(rate), shelf.low_prototype(rate)),
                        (shelf.design_high(rate), shelf.high_prototype(rate)),
                    ];
                    for (kind, (sections, prototype)) in cases.into_iter().enumerate() {
                        let sections = sections.unwrap();
                        assert!(sections.iter().all(Coefficients::is_stable));
                        for step in 1..=60 {
                            let hz = rate.nyquist_hz() * 0.9 * 0.001_f64.powf(f64::from(60 - step) / 60.0);
                            let wanted = prototype.magnitude(radians(hz, rate));
                            let found: f64 = sections.iter().map(|section| section.magnitude(hz, rate)).product();
                            let off_db = (20.0 * (found / wanted).log10()).abs();
                            let name = format!("{kind} {frequency_hz} Hz {gain_db} dB q {q} at {rate}");
                            assert!(off_db < 0.5, "{name}: {off_db} dB at {hz} Hz");
                        }
                    }
                }
            }
        }
    }
}
