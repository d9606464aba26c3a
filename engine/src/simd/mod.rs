//! Loops compiled for several instruction sets, and what their kernels share.
//!
//! A kernel `x.rs` is plain code. Where intrinsics are faster, `x_avx2.rs` or `x_avx512.rs` beside
//! it has a twin that gives the same bits, held by a test. Both import the file with their state.

#[cfg(target_arch = "x86_64")]
pub(crate) mod transpose;
#[cfg(test)]
pub(crate) mod twin;

/// Compiles a function for AVX-512, AVX2, AVX and the baseline of the target. The processor decides
/// at run time.
///
/// A list before the function narrows the choice: `vectorised! { avx2, avx; fn … }`. The baseline
/// is always among it.
macro_rules! vectorised {
    (@targets [$($target:literal)*] [] $($function:tt)*) => {
        #[multiversion::multiversion(targets($($target),*))]
        $($function)*
    };
    (@targets [$($target:literal)*] [avx512 $($set:ident)*] $($function:tt)*) => {
        $crate::simd::vectorised! {
            @targets [$($target)* "x86_64+avx512f+avx512vl+avx512dq+avx512bw"] [$($set)*] $($function)*
        }
    };
    (@targets [$($target:literal)*] [avx2 $($set:ident)*] $($function:tt)*) => {
        $crate::simd::vectorised! { @targets [$($target)* "x86_64+avx2"] [$($set)*] $($function)* }
    };
    (@targets [$($target:literal)*] [avx $($set:ident)*] $($function:tt)*) => {
        $crate::simd::vectorised! { @targets [$($target)* "x86_64+avx"] [$($set)*] $($function)* }
    };
    ($($set:ident),+; $($function:tt)*) => {
        $crate::simd::vectorised! { @targets [] [$($set)*] $($function)* }
    };
    ($($function:tt)*) => {
        $crate::simd::vectorised! { avx512, avx2, avx; $($function)* }
    };
}
pub(crate) use vectorised;
