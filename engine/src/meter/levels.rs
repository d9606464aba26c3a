//! Single pass over channels that computes all levels but the peaks: K-weighted energy, sums,
//! squares, products.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use super::k_weighting::KCoefficients;
use super::level_state::ChannelSums;
use super::level_state::LevelLanes;
use super::level_state::LevelSums;
use super::reading::finite;
#[cfg(target_arch = "x86_64")]
use crate::process::TRACKS_PER_BATCH;
use crate::simd::vectorised;

impl ChannelSums {
    pub(super) fn plus(&self, other: &Self) -> Self {
        Self {
            plain: self.plain + other.plain,
            squares: self.squares + other.squares,
            products: self.products + other.products,
        }
    }
}

impl<const N: usize> LevelLanes<N> {
    pub(super) fn new() -> Self {
        Self {
            input: [[0.0; N]; 2],
            shelved: [[0.0; N]; 2],
            weighted: [[0.0; N]; 2],
            energy: [0.0; N],
            sums: LevelSums { plain: [0.0; N], squares: [0.0; N], products: [0.0; N] },
        }
    }

    /// Adds channels of one length. Audio thread.
    pub(super) fn run(&mut self, k: &KCoefficients, input: [&[f32]; N]) {
        if self.rests_on(&input) {
            return;
        }
        run(self, k, input);
    }

    /// Returns true if this input leaves everything as it is.
    fn rests_on(&self, input: &[&[f32]]) -> bool {
        self.at_rest() && input.iter().all(|channel| silent(channel))
    }

    fn at_rest(&self) -> bool {
        let memory = self.input.iter().chain(&self.shelved).chain(&self.weighted).flatten();
        memory.copied().all(|sample| sample == 0.0)
    }

    /// Returns the weighted energy since the last call. Memory that has decayed below −500 dB is
    /// set to 0, so that digital silence costs no denormal arithmetic. Called at fixed places in
    /// the stream, so that the bits do not depend on how the input is split.
    pub(super) fn take_energy(&mut self, weights: &[f64]) -> f64 {
        let memory = self.input.iter_mut().chain(&mut self.shelved).chain(&mut self.weighted).flatten();
        memory.filter(|sample| sample.abs() < 1e-25).for_each(|sample| *sample = 0.0);
        let energy = self.energy.iter().zip(weights).map(|(energy, weight)| energy * weight).sum();
        self.energy = [0.0; N];
        energy
    }

    /// Returns the sums of a channel since they were last taken.
    pub(super) fn sums(&self, lane: usize) -> ChannelSums {
        let LevelSums { plain, squares, products } = &self.sums;
        ChannelSums { plain: plain[lane], squares: squares[lane], products: products[lane] }
    }

    /// Returns the same sums, and sets them to 0.
    pub(super) fn take_sums(&mut self, lane: usize) -> ChannelSums {
        let sums = self.sums(lane);
        (self.sums.plain[lane], self.sums.squares[lane], self.sums.products[lane]) = (0.0, 0.0, 0.0);
        sums
    }
}

#[cfg(target_arch = "x86_64")]
impl LevelLanes<2> {
    /// Runs as [`LevelLanes::run`] does for four pairs of channels of one length, to the same bits,
    /// in one register.
    pub(super) fn run_batch(
        simd: pulp::x86::V4,
        k: &KCoefficients,
        mut four: [&mut Self; TRACKS_PER_BATCH],
        input: [[&[f32]; 2]; TRACKS_PER_BATCH],
    ) {
        if four.iter().zip(&input).all(|(lanes, pair)| lanes.rests_on(pair)) {
            return;
        }
        super::levels_avx512::run(simd, k, &mut four, input);
    }
}

vectorised! {
    /// Runs the plain loop.
    fn run<const N: usize>(lanes: &mut LevelLanes<N>, k: &KCoefficients, input: [&[f32]; N]) {
        let frames = input[0].len();
        let input = input.map(|channel| &channel[..frames]);
        // Local copies stay in registers for the length of the loop.
        let LevelLanes { input: [mut x1, mut x2], shelved: [mut y1, mut y2], weighted: [mut z1, mut z2], .. } = *lanes;
        let LevelLanes { mut energy, sums: LevelSums { mut plain, mut squares, mut products }, .. } = *lanes;
        for frame in 0..frames {
            let x = input.map(|channel| f64::from(finite(channel[frame])));
            let (mut y, mut z) = ([0.0; N], [0.0; N]);
            // Indexed, so that the lanes of one frame become vector arithmetic.
            for lane in 0..N {
                y[lane] = k.shelf.next(x[lane], [x1[lane], x2[lane]], [y1[lane], y2[lane]]);
                z[lane] = k.high_pass.next(y[lane], [y1[lane], y2[lane]], [z1[lane], z2[lane]]);
                energy[lane] += z[lane] * z[lane];
                plain[lane] += x[lane];
                squares[lane] += x[lane] * x[lane];
                products[lane] += x[lane] * x[N - 1 - lane];
            }
            ((x1, x2), (y1, y2), (z1, z2)) = ((x, x1), (y, y1), (z, z1));
        }
        let sums = LevelSums { plain, squares, products };
        *lanes = LevelLanes { input: [x1, x2], shelved: [y1, y2], weighted: [z1, z2], energy, sums };
    }
}

fn silent(channel: &[f32]) -> bool {
    channel.iter().all(|x| *x == 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::k_weighting::Section;
    use crate::simd::twin::assert_same_bits;
    #[cfg(target_arch = "x86_64")]
    use crate::simd::twin::assert_twin;
    use crate::units::SampleRate;
    use mixdown_fixtures::signals::{pink_noise, white_noise};

    #[test]
    fn the_loop_equals_its_formulas_frame_by_frame_bit_for_bit() {
        let k = KCoefficients::design(SampleRate::new(48_000).unwrap());
        let mut channels = [pink_noise(1, 0.3, 1_003), white_noise(2, 1.2, 1_003)];
        channels[1][40..43].copy_from_slice(&[f32::NAN, f32::INFINITY, f32::MAX]);
        let mut lanes = LevelLanes::<2>::new();
        lanes.run(&k, channels.each_ref().map(Vec::as_slice));
        for lane in 0..2 {
            let at = |rows: &[f64], n: usize, back: usize| n.checked_sub(back).map_or(0.0, |n| rows[n]);
            let x: Vec<f64> = channels[lane].iter().map(|x| f64::from(finite(*x))).collect();
            let section = |section: &Section, x: &[f64]| {
                let Section { b, a } = section;
                let mut y: Vec<f64> = Vec::new();
                for n in 0..x.len() {
                    let fed = b[0] * x[n] + b[1] * at(x, n, 1) + b[2] * at(x, n, 2);
                    y.push(fed - a[1] * at(&y, n, 2) - a[0] * at(&y, n, 1));
                }
                y
            };
            let z = section(&k.high_pass, &section(&k.shelf, &x));
            let sum = |x: &[f64], of: fn(f64) -> f64| x.iter().fold(0.0, |sum, x| sum + of(*x));
            let found = [lanes.energy[lane], lanes.sums.plain[lane], lanes.sums.squares[lane]];
            let expected = [sum(&z, |z| z * z), sum(&x, |x| x), sum(&x, |x| x * x)];
            assert_same_bits("meter/levels: sums", &found, &expected);
            let weighted = lanes.weighted.map(|row| row[lane]);
            assert_same_bits("meter/levels: memory", &weighted, &[z[1_002], z[1_001]]);
        }
    }

    /// Runs four pairs of channels in parts of all lengths. Returns the values of each pair.
    #[cfg(target_arch = "x86_64")]
    fn run_parts(
        run: impl Fn(&KCoefficients, [&mut LevelLanes<2>; TRACKS_PER_BATCH], [[&[f32]; 2]; TRACKS_PER_BATCH]),
    ) -> [[[f64; 2]; 10]; TRACKS_PER_BATCH] {
        let k = KCoefficients::design(SampleRate::new(44_100).unwrap());
        let mut channels: Vec<_> = (0..8).map(|seed| pink_noise(seed, 0.3, 3_000)).collect();
        channels[2] = vec![0.0; 3_000];
        channels[5] = white_noise(9, 1.2, 3_000);
        channels[6][40..44].copy_from_slice(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX]);
        channels[7][41] = -1e30;
        let mut four = [LevelLanes::<2>::new(); TRACKS_PER_BATCH];
        let mut start = 0;
        for frames in [1, 7, 8, 9, 441, 0, 2_000, 534] {
            let input: [[&[f32]; 2]; TRACKS_PER_BATCH] =
                std::array::from_fn(|pair| [0, 1].map(|side| &channels[2 * pair + side][start..start + frames]));
            run(&k, four.each_mut(), input);
            start += frames;
        }
        assert_eq!(start, 3_000);
        assert!(four.iter().all(|lanes| lanes.energy[1] > 0.0 && lanes.sums.products[0] == lanes.sums.products[1]));
        four.map(|LevelLanes { input: [a, b], shelved: [c, d], weighted: [e, f], energy, sums }| {
            [a, b, c, d, e, f, energy, sums.plain, sums.squares, sums.products]
        })
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn four_pairs_together_equal_one_after_the_other_bit_for_bit() {
        assert_twin(
            "meter/levels_avx512",
            &[()],
            |()| run_parts(|k, four, input| four.into_iter().zip(input).for_each(|(pair, input)| pair.run(k, input))),
            |simd, ()| run_parts(|k, four, input| LevelLanes::run_batch(simd, k, four, input)),
        );
    }
}
