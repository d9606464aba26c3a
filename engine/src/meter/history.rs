//! History of a meter, for callers that store it elsewhere: memory need not grow with the
//! programme.

use super::{MeterRow, ProgrammeMeter};

/// History of a meter with a series, one value per 100 ms since the history was last cleared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeterHistory<'a> {
    /// Complete rows of the series.
    pub rows: &'a [MeterRow],
    /// Weighted powers of gating blocks, from which integrated loudness is computed.
    pub gating_blocks: &'a [f64],
    /// Weighted powers of 3 s windows, from which loudness range is computed.
    pub range_windows: &'a [f64],
}

impl ProgrammeMeter {
    /// Returns the history. Audio thread: no allocation.
    pub fn history(&self) -> MeterHistory<'_> {
        MeterHistory {
            rows: self.rows.as_deref().unwrap_or_default(),
            gating_blocks: self.loudness.gating_blocks(),
            range_windows: self.loudness.range_windows(),
        }
    }

    /// Clears the history and keeps its memory. Readings of the whole then require
    /// [`ProgrammeMeter::measurement_with`]. Audio thread: no allocation.
    pub fn forget_history(&mut self) {
        self.rows.iter_mut().for_each(Vec::clear);
        self.loudness.forget_history();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{AudioBuffer, ChannelLayout};
    use crate::meter::{MeterSeries, integrated_power, loudness_range, power_lufs};
    use crate::process::Tap;
    use crate::units::SampleRate;
    use mixdown_fixtures::signals::{pink_noise, white_noise};

    #[test]
    fn what_was_given_up_and_what_is_held_make_the_readings_of_a_meter_that_never_forgot() {
        let (rate, stereo) = (SampleRate::new(11_025).unwrap(), ChannelLayout::stereo());
        let signal = AudioBuffer::from_channels(&[white_noise(1, 0.9, 120_007), pink_noise(2, 0.2, 120_007)]);
        for page in [1, 10, 47, 1_000] {
            let mut whole = ProgrammeMeter::with_series(rate, &stereo);
            let mut forgetful = ProgrammeMeter::with_room(rate, &stereo, page);
            let (mut rows, mut blocks, mut windows) = (Vec::new(), Vec::new(), Vec::new());
            for start in (0..120_007).step_by(1_000) {
                let block = signal.block().slice(start..120_007.min(start + 1_000));
                whole.observe(&block);
                forgetful.observe(&block);
                if forgetful.history().rows.len() >= page {
                    rows.extend(forgetful.history().rows);
                    blocks.extend(forgetful.history().gating_blocks);
                    windows.extend(forgetful.history().range_windows);
                    forgetful.forget_history();
                    assert_eq!(forgetful.history(), MeterHistory { rows: &[], gating_blocks: &[], range_windows: &[] });
                }
            }
            blocks.extend(forgetful.history().gating_blocks);
            windows.extend(forgetful.history().range_windows);
            let integrated_lufs = integrated_power(&blocks).and_then(power_lufs);
            let measured = forgetful.measurement_with(integrated_lufs, loudness_range(&windows));
            assert_eq!(measured, whole.measurement(), "pages of {page}");
            rows.extend(forgetful.into_rows());
            assert_eq!(MeterSeries::from_rows(&rows), whole.series(), "pages of {page}");
        }
    }
}
