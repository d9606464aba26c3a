//! Comparison of the two forms of a kernel, number by number and bit for bit.

use std::fmt::{self, Display, Formatter};
#[cfg(target_arch = "x86_64")]
use {
    pulp::x86::{V3, V4},
    std::io::Write,
};

/// One number of a result. Its bits count: a NaN equals itself, and 0 differs from −0.
#[derive(Clone, Copy)]
pub(crate) enum Number {
    Single(f32),
    Double(f64),
    Whole(u64),
}

impl Number {
    fn bits(self) -> u64 {
        match self {
            Self::Single(x) => u64::from(x.to_bits()),
            Self::Double(x) => x.to_bits(),
            Self::Whole(x) => x,
        }
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Single(x) => write!(f, "{x:?}")?,
            Self::Double(x) => write!(f, "{x:?}")?,
            Self::Whole(x) => write!(f, "{x}")?,
        }
        write!(f, " ({:#x})", self.bits())
    }
}

/// Returns a hash of the bits of numbers (FNV-1a), which stands for bits of an earlier version.
pub(crate) fn bits_hash(numbers: impl IntoIterator<Item = Number>) -> String {
    let bytes = numbers.into_iter().flat_map(|number| number.bits().to_le_bytes());
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    format!("{hash:016x}")
}

/// Result of a kernel, as numbers in a fixed order.
pub(crate) trait Numbers {
    /// Appends each number.
    fn append_to(&self, numbers: &mut Vec<Number>);
}

macro_rules! numbers {
    ($($type:ty => $number:expr),*) => {
        $(impl Numbers for $type {
            fn append_to(&self, numbers: &mut Vec<Number>) {
                numbers.push($number(*self));
            }
        })*
    };
}
numbers! {
    f32 => Number::Single, f64 => Number::Double, u64 => Number::Whole, usize => |x| Number::Whole(x as u64)
}

impl<T: Numbers> Numbers for [T] {
    fn append_to(&self, numbers: &mut Vec<Number>) {
        for part in self {
            part.append_to(numbers);
        }
    }
}

impl<T: Numbers, const N: usize> Numbers for [T; N] {
    fn append_to(&self, numbers: &mut Vec<Number>) {
        self.as_slice().append_to(numbers);
    }
}

impl<T: Numbers> Numbers for Vec<T> {
    fn append_to(&self, numbers: &mut Vec<Number>) {
        self.as_slice().append_to(numbers);
    }
}

impl<A: Numbers, B: Numbers> Numbers for (A, B) {
    fn append_to(&self, numbers: &mut Vec<Number>) {
        self.0.append_to(numbers);
        self.1.append_to(numbers);
    }
}

/// Panics where a kernel's result differs from that of its plain form in a single bit. The message
/// names the kernel, the place of the first such number, and both numbers.
#[track_caller]
pub(crate) fn assert_same_bits(kernel: &str, found: &(impl Numbers + ?Sized), plain: &(impl Numbers + ?Sized)) {
    let (mut twin, mut expected) = (Vec::new(), Vec::new());
    found.append_to(&mut twin);
    plain.append_to(&mut expected);
    assert_eq!(twin.len(), expected.len(), "{kernel}: numbers of the twin and of the plain code");
    for (index, (twin, plain)) in twin.into_iter().zip(expected).enumerate() {
        assert!(twin.bits() == plain.bits(), "{kernel}, number {index}: {twin}, but {plain} by the plain code");
    }
}

/// An instruction set, as the token that proves it.
#[cfg(target_arch = "x86_64")]
pub(crate) trait InstructionSet: Copy {
    /// Name in messages.
    const NAME: &'static str;

    /// Returns the token where the processor has the instructions.
    fn detect() -> Option<Self>;
}

#[cfg(target_arch = "x86_64")]
impl InstructionSet for V3 {
    const NAME: &'static str = "AVX2";

    fn detect() -> Option<Self> {
        Self::try_new()
    }
}

#[cfg(target_arch = "x86_64")]
impl InstructionSet for V4 {
    const NAME: &'static str = "AVX-512";

    fn detect() -> Option<Self> {
        Self::try_new()
    }
}

/// Runs a kernel's plain form and its twin on each input, and compares them as [`assert_same_bits`]
/// does. Without the instruction set it prints that nothing was compared.
#[cfg(target_arch = "x86_64")]
#[track_caller]
pub(crate) fn assert_twin<S: InstructionSet, I, P: Numbers, T: Numbers>(
    kernel: &str,
    inputs: &[I],
    plain: impl Fn(&I) -> P,
    twin: impl Fn(S, &I) -> T,
) {
    assert!(!inputs.is_empty(), "{kernel}: no input");
    let Some(simd) = S::detect() else {
        let notice = format!("SKIPPED {kernel}: this processor has no {}\n", S::NAME);
        // Written directly: the harness swallows what a test that passes prints by macros.
        std::io::stderr().write_all(notice.as_bytes()).unwrap();
        return;
    };
    for (index, input) in inputs.iter().enumerate() {
        let name = format!("{kernel} on {}, input {index}", S::NAME);
        assert_same_bits(&name, &twin(simd, input), &plain(input));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_a_number_equals_itself() {
        assert_same_bits("kernel", &[f32::NAN, -0.0], &vec![f32::NAN, -0.0]);
    }

    #[test]
    #[should_panic(expected = "kernel, number 2: -0.0 (0x8000000000000000), but 0.0 (0x0) by the plain code")]
    fn a_difference_of_the_sign_of_zero_is_named_with_its_place() {
        assert_same_bits("kernel", &(1_usize, [2.0, -0.0]), &(1_usize, [2.0, 0.0]));
    }

    #[test]
    #[should_panic(expected = "kernel: numbers of the twin and of the plain code")]
    fn a_missing_number_is_a_difference() {
        assert_same_bits("kernel", &[1.0_f32], &[1.0_f32, 2.0]);
    }
}
