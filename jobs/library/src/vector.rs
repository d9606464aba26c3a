//! Vectors of descriptors, and distances between them.

use crate::Descriptors;

/// Numbers of a vector: eleven descriptors and twelve bins of chroma.
pub(crate) const DIMENSIONS: usize = 23;
/// Bytes of a packed vector.
pub(crate) const WIDTH: usize = DIMENSIONS * 2;

/// Numbers that are compared at a time, and their count with zeros behind.
const LANES: usize = 8;
const PADDED: usize = DIMENSIONS.next_multiple_of(LANES);

/// The number of what does not exist.
const MISSING: i16 = -1;
/// The number of the top of a range.
const TOP: f64 = 32_767.0;
/// Scale of the differences of a bin of chroma: all twelve weigh as much as three descriptors.
const CHROMA: f32 = 0.5;
/// Difference that counts where only the reference has a value: half of the range.
const UNKNOWN: f32 = 0.5;

/// Ranges of the descriptors, in the order of [`Descriptors::numbers`]; hertz by their logarithm.
const RANGES: [(f64, f64, bool); 11] = [
    (-70.0, 0.0, false),
    (-90.0, 0.0, false),
    (-60.0, 3.0, false),
    (-60.0, 3.0, false),
    (0.0, 30.0, false),
    (20.0, 20_000.0, true),
    (20.0, 20_000.0, true),
    (20.0, 20_000.0, true),
    (0.0001, 1.0, true),
    (0.0, 20.0, false),
    (0.0, 1.0, false),
];

/// A vector of numbers from 0 to the top of their range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Vector([i16; DIMENSIONS]);

impl Vector {
    /// Returns the vector of descriptors; values outside a range count as its end.
    ///
    /// The ranges are fixed, so distances do not depend on what else the library holds.
    pub(crate) fn new(descriptors: &Descriptors) -> Self {
        let mut vector = [MISSING; DIMENSIONS];
        for ((number, (_, value)), (low, high, is_log)) in vector.iter_mut().zip(descriptors.numbers()).zip(RANGES) {
            let Some(value) = value else { continue };
            let value = value.clamp(low, high);
            let share = if is_log { (value / low).ln() / (high / low).ln() } else { (value - low) / (high - low) };
            *number = (share * TOP).round() as i16;
        }
        if let Some(chroma) = descriptors.chroma {
            let top = chroma.iter().copied().fold(0.0, f64::max);
            if top > 0.0 {
                for (number, bin) in vector[11..].iter_mut().zip(chroma) {
                    *number = (bin / top * TOP).round() as i16;
                }
            }
        }
        Self(vector)
    }

    /// Returns whether any number exists.
    pub(crate) fn has_any(&self) -> bool {
        self.0.iter().any(|number| *number != MISSING)
    }

    /// Returns the packed vector.
    pub(crate) fn pack(&self) -> [u8; WIDTH] {
        let mut bytes = [0; WIDTH];
        for (pair, number) in bytes.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// Returns the vector of packed bytes.
    pub(crate) fn unpack(bytes: &[u8; WIDTH]) -> Self {
        let mut vector = [0; DIMENSIONS];
        for (number, pair) in vector.iter_mut().zip(bytes.chunks_exact(2)) {
            *number = i16::from_le_bytes([pair[0], pair[1]]);
        }
        Self(vector)
    }
}

/// Distances from one vector.
pub(crate) struct Distances {
    numbers: [f32; PADDED],
    /// Squared scale of each difference; 0 where the reference has no value.
    weights: [f32; PADDED],
    /// One over the sum of the weights.
    norm: f32,
}

impl Distances {
    /// Returns the distances from a vector, which has some number.
    pub(crate) fn from(reference: &Vector) -> Self {
        let (mut numbers, mut weights) = ([0.0; PADDED], [0.0; PADDED]);
        for (index, weight) in weights[..DIMENSIONS].iter_mut().enumerate() {
            numbers[index] = f32::from(reference.0[index]) / TOP as f32;
            let scale = if index < 11 { 1.0 } else { CHROMA };
            *weight = if reference.0[index] == MISSING { 0.0 } else { scale * scale };
        }
        let sum: f32 = weights.iter().sum();
        Self { numbers, weights, norm: 1.0 / sum.max(1e-9) }
    }

    /// Returns the distance of a vector: the weighted root mean square difference, 0 to 1.
    pub(crate) fn to(&self, other: &Vector) -> f32 {
        // Sums side by side, so that the loop becomes vectors.
        let mut sums = [0.0; LANES];
        for index in (0..PADDED).step_by(LANES) {
            for (lane, sum) in sums.iter_mut().enumerate() {
                let at = index + lane;
                let other = if at < DIMENSIONS { other.0[at] } else { MISSING };
                let difference = f32::from(other) * (1.0 / TOP as f32) - self.numbers[at];
                let difference = if other == MISSING { UNKNOWN } else { difference };
                *sum += self.weights[at] * difference * difference;
            }
        }
        (sums.iter().sum::<f32>() * self.norm).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(lufs: f64, centroid: f64, bin: usize) -> Descriptors {
        let mut chroma = [0.1; 12];
        chroma[bin] = 2.0;
        Descriptors {
            integrated_lufs: Some(lufs),
            spectral_centroid_hz: Some(centroid),
            chroma: Some(chroma),
            ..Descriptors::default()
        }
    }

    #[test]
    fn equal_sounds_have_no_distance_and_packing_keeps_it() {
        let vector = Vector::new(&sound(-20.0, 1_000.0, 3));
        assert_eq!(Vector::unpack(&vector.pack()), vector);
        assert_eq!(Distances::from(&vector).to(&vector), 0.0);
    }

    #[test]
    fn distances_grow_with_differences() {
        let from = Distances::from(&Vector::new(&sound(-20.0, 1_000.0, 3)));
        let at = |lufs, centroid, bin| from.to(&Vector::new(&sound(lufs, centroid, bin)));
        assert!(at(-21.0, 1_000.0, 3) < at(-30.0, 1_000.0, 3));
        assert!(at(-20.0, 1_100.0, 3) < at(-20.0, 4_000.0, 3));
        assert!(at(-20.0, 1_000.0, 3) < at(-20.0, 1_000.0, 4));
        // 7 dB of 70 is a tenth of one of two descriptors; chroma weighs as much as three.
        let expected = (0.1f32 * 0.1 / 5.0).sqrt();
        assert!((at(-27.0, 1_000.0, 3) - expected).abs() < 1e-4);
    }

    #[test]
    fn missing_values_of_the_reference_do_not_count_and_others_count_half() {
        let loud = Descriptors { integrated_lufs: Some(-20.0), ..Descriptors::default() };
        let from = Distances::from(&Vector::new(&loud));
        assert!(from.to(&Vector::new(&sound(-20.0, 1_000.0, 3))) < 1e-6);
        assert_eq!(from.to(&Vector::new(&Descriptors::default())), 0.5);
        assert!(!Vector::new(&Descriptors::default()).has_any());
    }

    #[test]
    fn zero_hertz_and_silent_chroma_are_legal() {
        let silent = Descriptors { spectral_centroid_hz: Some(0.0), chroma: Some([0.0; 12]), ..Descriptors::default() };
        let vector = Vector::new(&silent);
        assert_eq!(vector.0[5], 0);
        assert!(vector.0[11..].iter().all(|number| *number == MISSING));
    }
}
