//! The transforms of real samples and their inverses.

use mixdown_fft::RealPlanner;

#[test]
fn the_inverse_returns_the_samples_times_their_number() {
    let (mut planner, length) = (RealPlanner::new(), 48);
    let samples: Vec<f32> = (0..length).map(|index| (index as f32 * 0.7).sin()).collect();
    let (forward, inverse) = (planner.forward(length), planner.inverse(length));
    let (mut input, mut bins) = (samples.clone(), forward.make_output_vec());
    forward.process(&mut input, &mut bins).unwrap();
    let mut back = inverse.make_output_vec();
    inverse.process(&mut bins, &mut back).unwrap();
    for (back, sample) in back.iter().zip(&samples) {
        assert!((back / length as f32 - sample).abs() < 1e-6);
    }
}
