//! Loops compiled for several instruction sets, and what their kernels share.
//!
//! A kernel `x.rs` is plain code. Where intrinsics are faster, `x_avx2.rs` or `x_avx512.rs` beside
//! it has a twin that gives the same bits, held by a test. Both import the file with their state.

#[cfg(target_arch = "x86_64")]
pub(crate) mod transpose;

/// Compiles a function for AVX-512, AVX2, AVX and the baseline of the target. The processor decides
/// at run time.
macro_rules! vectorised {
    ($($function:tt)*) => {
        #[multiversion::multiversion(targets(
            "x86_64+avx512f+avx512vl+avx512dq+avx512bw",
            "x86_64+avx2",
            "x86_64+avx"
        ))]
        $($function)*
    };
}
pub(crate) use vectorised;
