//! Levels of song and residual: whole, per octave and per second.

mod bands;
mod energy;

pub(crate) use energy::rms_dbfs;

use crate::document::{Residual, Second};
use bands::BandMeter;
use energy::Energies;
use mixdown_engine::meter::rounded;
use mixdown_engine::units::SampleRate;

/// Measures the song against the sum of its parts, both fed in step.
pub(crate) struct ResidualMeter {
    rate: SampleRate,
    channels: usize,
    factor: f64,
    whole: Energies,
    as_written: Energies,
    seconds: Vec<Energies>,
    bands: Vec<BandMeter>,
    frame: u64,
    residual: Vec<f32>,
}

impl ResidualMeter {
    /// Creates a meter; `factor` takes the sum of the parts to the song.
    pub(crate) fn new(rate: SampleRate, channels: usize, factor: f64) -> Self {
        Self {
            rate,
            channels,
            factor,
            whole: Energies::default(),
            as_written: Energies::default(),
            seconds: Vec::new(),
            bands: (0..channels).map(|_| BandMeter::new(rate)).collect(),
            frame: 0,
            residual: Vec::new(),
        }
    }

    /// Takes a block of the song and of the sum of its parts: per channel, equally many samples.
    pub(crate) fn push(&mut self, song: &[&[f32]], sum: &[Vec<f64>]) {
        let frames = song.first().map_or(0, |samples| samples.len());
        let rate = u64::from(self.rate.hz());
        for channel in 0..self.channels {
            self.residual.clear();
            for (at, (song, sum)) in song[channel].iter().zip(&sum[channel]).enumerate() {
                let song = f64::from(*song);
                let residual = song - self.factor * sum;
                self.as_written.add(song, song - sum);
                let second = ((self.frame + at as u64) / rate) as usize;
                if second >= self.seconds.len() {
                    self.seconds.resize(second + 1, Energies::default());
                }
                self.seconds[second].add(song, residual);
                self.residual.push(residual as f32);
            }
            self.bands[channel].push(song[channel], &self.residual);
        }
        self.frame += frames as u64;
    }

    /// Returns the levels.
    pub(crate) fn finish(mut self) -> Residual {
        for second in &self.seconds {
            self.whole.merge(second);
        }
        let samples = |frames: u64| frames as f64 * self.channels as f64;
        let rate = u64::from(self.rate.hz());
        let seconds = self.seconds.iter().enumerate().map(|(at, energies)| {
            let start = at as u64 * rate;
            let frames = (self.frame - start).min(rate);
            Second { start_s: rounded(at as f64, 0), level: energies.level(samples(frames)) }
        });
        Residual {
            whole: self.whole.level(samples(self.frame)),
            as_written: self.as_written.level(samples(self.frame)),
            seconds: seconds.collect(),
            bands: bands::levels(self.bands, self.frame),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals;

    fn measured(song: &[f32], sum: &[f32], factor: f64) -> Residual {
        let mut meter = ResidualMeter::new(SampleRate::DEFAULT, 1, factor);
        for (song, sum) in song.chunks(1_000).zip(sum.chunks(1_000)) {
            meter.push(&[song], &[sum.iter().map(|sample| f64::from(*sample)).collect()]);
        }
        meter.finish()
    }

    #[test]
    fn a_residual_of_a_tenth_is_twenty_decibels_down_everywhere() {
        let song = signals::white_noise(1, 0.5, 120_000);
        let sum: Vec<f32> = song.iter().map(|sample| 0.9 * sample).collect();
        let residual = measured(&song, &sum, 1.0);
        assert_eq!((residual.whole.null_db, residual.as_written.null_db), (Some(-20.0), Some(-20.0)));
        assert_eq!(residual.seconds.len(), 3);
        assert!(residual.seconds.iter().all(|second| second.level.null_db == Some(-20.0)));
        assert_eq!(residual.bands.len(), 10);
        assert!(residual.bands.iter().all(|band| band.level.null_db == Some(-20.0)), "{:?}", residual.bands);
        let scaled = measured(&song, &sum, 1.0 / 0.9);
        assert!(scaled.whole.null_db < Some(-130.0) && scaled.as_written.null_db == Some(-20.0), "{scaled:?}");
    }

    #[test]
    fn a_residual_is_found_in_its_octave_and_its_second() {
        let song = signals::white_noise(1, 0.5, 192_000);
        let tone = signals::sine(48_000.0, 1_000.0, 0.1, 0.0, 48_000);
        let mut sum = song.clone();
        sum[96_000..144_000].iter_mut().zip(&tone).for_each(|(sample, tone)| *sample -= tone);
        let residual = measured(&song, &sum, 1.0);
        let loudest = |values: Vec<Option<f64>>| {
            let at = |index: usize| values[index].unwrap_or(-200.0);
            (0..values.len()).max_by(|one, other| at(*one).total_cmp(&at(*other)))
        };
        assert_eq!(loudest(residual.seconds.iter().map(|second| second.level.null_db).collect()), Some(2));
        let octave = loudest(residual.bands.iter().map(|band| band.level.residual_dbfs).collect()).unwrap();
        assert_eq!(residual.bands[octave].centre_hz, 1_000.0);
        // A quarter of the song has a sine of −23.01 dBFS.
        let level = residual.bands[octave].level.residual_dbfs.unwrap();
        assert!((level + 23.01 + 6.02).abs() < 0.05, "{level}");
        assert!(residual.seconds[0].level.null_db == Some(-200.0) && residual.seconds[0].level.residual_dbfs.is_none());
    }

    #[test]
    fn silence_has_no_null() {
        let residual = measured(&[0.0; 10], &[0.0; 10], 1.0);
        assert_eq!((residual.whole.song_dbfs, residual.whole.null_db), (None, None));
        let residual = measured(&[0.0; 10], &[0.5; 10], 1.0);
        assert_eq!((residual.whole.residual_dbfs, residual.whole.null_db), (Some(-6.02), None));
    }
}
