//! Chain of second-order sections on one or two channels, run as lanes. Sections × channels run at
//! once, each section one frame behind the one before it.

use super::coefficients::Coefficients;
use super::group::LANES;
use super::group::SectionGroup;
use crate::audio::BlockMut;
use crate::process::{Processor, TRACKS_PER_BATCH, Tail, same_kind};

/// Sections in series on every channel. Direct form II transposed, f64 memory.
#[derive(Clone, Debug)]
pub struct Cascade {
    groups: Vec<SectionGroup>,
    sections: usize,
    channels: usize,
    tail: u64,
}

impl Cascade {
    /// Creates a cascade of the given sections. Control thread; allocates.
    ///
    /// # Panics
    /// When `channels` is neither 1 nor 2.
    pub fn new(sections: &[Coefficients], channels: usize) -> Self {
        assert!(channels == 1 || channels == 2, "a cascade runs on 1 or 2 channels, not {channels}");
        let groups = sections.chunks(LANES / channels).map(|part| SectionGroup::new(part, channels)).collect();
        let tail = sections.iter().map(Coefficients::ring_frames).sum();
        Self { groups, sections: sections.len(), channels, tail }
    }

    /// Returns the number of sections.
    pub fn sections(&self) -> usize {
        self.sections
    }

    /// Continues one section with the memory of a section of another cascade with as many channels.
    /// Audio thread.
    pub fn adopt_section(&mut self, section: usize, old: &Self, old_section: usize) {
        let group = LANES / self.channels;
        for channel in 0..self.channels.min(old.channels) {
            let memory = old.groups[old_section / group].memory(old_section % group, channel);
            self.groups[section / group].set_memory(section % group, channel, memory);
        }
    }

    /// Runs four cascades, each on its own block; all blocks have the same length. The bits are
    /// those of running them one after the other, in less time where they are alike. Audio thread.
    pub fn process_batch(cascades: &mut [&mut Self; TRACKS_PER_BATCH], blocks: &mut [BlockMut<'_>; TRACKS_PER_BATCH]) {
        if cascades.iter().any(|cascade| cascade.groups.len() != cascades[0].groups.len()) {
            return cascades.iter_mut().zip(blocks).for_each(|(cascade, block)| cascade.process(block));
        }
        for group in 0..cascades[0].groups.len() {
            let mut groups = cascades.each_mut().map(|cascade| &mut cascade.groups[group]);
            SectionGroup::process_batch(&mut groups, blocks);
        }
    }
}

impl Processor for Cascade {
    fn latency(&self) -> u64 {
        0
    }

    fn tail(&self) -> Tail {
        Tail::Frames(self.tail)
    }

    fn reset(&mut self) {
        self.groups.iter_mut().for_each(SectionGroup::reset);
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        for group in &mut self.groups {
            group.process(block);
        }
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        if let Some(old) = same_kind::<Self>(old)
            && (old.sections, old.channels) == (self.sections, self.channels)
        {
            (0..self.sections).for_each(|section| self.adopt_section(section, old, section));
        }
    }

    fn gain_reduction_db(&self) -> f64 {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;
    use crate::dsp::biquad::{BellBand, PassFilter, Slope};
    use crate::simd::twin::assert_same_bits;
    use crate::units::SampleRate;
    use mixdown_fixtures::signals;

    /// Runs one section after another, one channel after another: the plain twin.
    fn plain(sections: &[Coefficients], samples: &[f32]) -> Vec<f32> {
        let mut wide: Vec<f64> = samples.iter().map(|&x| f64::from(x)).collect();
        for c in sections {
            let (mut s1, mut s2) = (0.0, 0.0);
            for x in &mut wide {
                let y = c.b0 * *x + s1;
                s1 = c.b1 * *x - c.a1 * y + s2;
                s2 = c.b2 * *x - c.a2 * y;
                *x = y;
            }
        }
        wide.into_iter().map(|x| x as f32).collect()
    }

    fn sections(count: usize) -> Vec<Coefficients> {
        let rate = SampleRate::new(48_000).unwrap();
        let slope_db_per_octave = Slope::try_from(48).unwrap();
        let mut all = PassFilter { slope_db_per_octave, ..PassFilter::new(80.0) }.design_high_pass(rate).unwrap();
        for k in 0..8 {
            let bell = BellBand { q: 1.1, ..BellBand::new(100.0 * 1.7_f64.powi(k), 3.5 - f64::from(k)) };
            all.extend(bell.design(rate).unwrap());
        }
        all.truncate(count);
        all
    }

    #[test]
    fn cascade_matches_its_plain_twin_to_the_bit() {
        let left = signals::white_noise(1, 0.9, 1_000);
        let right = signals::pink_noise(2, 0.3, 1_000);
        for count in 1..=9 {
            let sections = sections(count);
            for block_frames in [1, 2, 3, 5, 64, 1_000] {
                for channels in [1, 2] {
                    let mut cascade = Cascade::new(&sections, channels);
                    let mut audio = AudioBuffer::from_channels(&[left.clone(), right.clone()][..channels]);
                    for start in (0..1_000).step_by(block_frames) {
                        let end = (start + block_frames).min(1_000);
                        cascade.process(&mut audio.block_mut().slice_mut(start..end));
                    }
                    // More sections than one group holds pass through f32 between the groups.
                    if count <= LANES / channels {
                        let name = format!("dsp/biquad: {count} sections, {channels} channels, blocks {block_frames}");
                        for (channel, input) in [&left, &right][..channels].iter().enumerate() {
                            assert_same_bits(&name, audio.channel(channel), &plain(&sections, input));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn cascades_side_by_side_give_the_bits_of_each_alone() {
        // Alike, with fewer and more sections than a group, unlike, and mono; blocks that end
        // anywhere, some shorter than the chain.
        for (counts, channels) in
            [([4; 4], 2), ([2, 1, 2, 2], 2), ([3, 4, 4, 3], 2), ([7; 4], 2), ([2, 4, 6, 1], 2), ([4; 4], 1)]
        {
            let mut alone = counts.map(|count| Cascade::new(&sections(count), channels));
            let mut together = alone.clone();
            let noise = |track: u64| (0..channels as u64).map(move |c| signals::white_noise(9 * track + c, 0.9, 6_000));
            let mut expected: [_; TRACKS_PER_BATCH] =
                std::array::from_fn(|track| AudioBuffer::from_channels(&noise(track as u64).collect::<Vec<_>>()));
            let mut audio = expected.clone();
            alone.iter_mut().zip(&mut expected).for_each(|(cascade, audio)| cascade.process(&mut audio.block_mut()));
            let mut start = 0;
            for frames in [0, 1, 2, 3, 4, 5, 11, 12, 64, 1_000, 4_000, 898] {
                let mut blocks = audio.each_mut().map(AudioBuffer::block_mut);
                let mut parts = blocks.each_mut().map(|block| block.slice_mut(start..start + frames));
                Cascade::process_batch(&mut together.each_mut(), &mut parts);
                start += frames;
            }
            assert_eq!(start, 6_000);
            let name = format!("dsp/biquad: batch of {counts:?} sections, {channels} channels");
            let samples = |audio: &[AudioBuffer]| -> Vec<Vec<f32>> {
                let planes = |audio: &AudioBuffer| (0..channels).map(|c| audio.channel(c).to_vec()).collect::<Vec<_>>();
                audio.iter().flat_map(planes).collect()
            };
            assert_same_bits(&name, &samples(&audio), &samples(&expected));
        }
    }

    #[test]
    fn what_rings_out_comes_to_rest_and_never_to_denormal_numbers() {
        // Full-scale noise, then silence: at 80 Hz and eight sections, ten seconds would fall to
        // 10⁻³⁰⁸ and stay there.
        let mut signal = signals::white_noise(1, 1.0, 1_000);
        signal.resize(480_000, 0.0);
        let mut cascade = Cascade::new(&sections(8), 1);
        cascade.process(&mut BlockMut::mono(&mut signal));
        assert!(cascade.groups.iter().all(SectionGroup::at_rest));
        let quietest = signal.iter().filter(|x| **x != 0.0).fold(f32::MAX, |low, x| low.min(x.abs()));
        assert!(quietest >= f32::MIN_POSITIVE, "{quietest:e}");
        assert_eq!(signal[479_999], 0.0);
    }
}
