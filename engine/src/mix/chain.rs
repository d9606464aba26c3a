//! Inserts in order, as one processor; neighbouring filters run together as one cascade.

use crate::audio::BlockMut;
use crate::dsp::Insert;
use crate::dsp::biquad::{Cascade, Sections};
use crate::dsp::dynamics::Compressor;
use crate::process::{BuildError, ProcessSpec, Processor, Stage, TRACKS_PER_BATCH, Tail, same_kind_mut};
use thiserror::Error;

/// An insert that cannot be built, with its place in the chain.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("insert {position}: {source}")]
pub struct ChainError {
    /// Position, counted from 1.
    pub position: usize,
    /// The error.
    pub source: BuildError,
}

/// Identity of an insert, independent of its position and settings: live edits recognise it by
/// this.
pub type InsertId = u64;

/// A chain of processors.
#[derive(Default)]
pub struct Chain {
    units: Vec<Unit>,
}

/// A part that is processed on its own.
enum Unit {
    /// Neighbouring filters; for each section, its insert and its index within that insert.
    Filters(Cascade, Vec<(InsertId, usize)>),
    Other(Box<dyn Processor>, InsertId),
}

impl Unit {
    fn processor(&self) -> &dyn Processor {
        match self {
            Self::Filters(cascade, _) => cascade,
            Self::Other(processor, _) => &**processor,
        }
    }

    fn processor_mut(&mut self) -> &mut dyn Processor {
        match self {
            Self::Filters(cascade, _) => cascade,
            Self::Other(processor, _) => &mut **processor,
        }
    }
}

impl Chain {
    /// Builds the inserts in order. Control thread; allocates.
    ///
    /// # Errors
    /// When an insert cannot be built: the first of them.
    pub fn build(inserts: &[Insert], spec: &ProcessSpec) -> Result<Self, ChainError> {
        Self::build_with_ids((0..).zip(inserts), spec)
    }

    /// Builds the inserts as [`Chain::build`] does, each with its identity. Control thread;
    /// allocates.
    ///
    /// # Errors
    /// When an insert cannot be built: the first of them.
    pub fn build_with_ids<'a>(
        inserts: impl Iterator<Item = (InsertId, &'a Insert)>,
        spec: &ProcessSpec,
    ) -> Result<Self, ChainError> {
        let mut chain = Self { units: Vec::new() };
        let mut filters = (Sections::new(), Vec::new());
        for (index, (id, insert)) in inserts.enumerate() {
            let at_position = |source| ChainError { position: index + 1, source };
            if let Some(sections) = insert.sections(spec.sample_rate).map_err(at_position)? {
                filters.1.extend((0..sections.len()).map(|section| (id, section)));
                filters.0.extend(sections);
            } else {
                chain.push_filters(&mut filters, spec);
                chain.units.push(Unit::Other(insert.build(spec).map_err(at_position)?, id));
            }
        }
        chain.push_filters(&mut filters, spec);
        Ok(chain)
    }

    fn push_filters(&mut self, (sections, owners): &mut (Sections, Vec<(InsertId, usize)>), spec: &ProcessSpec) {
        if !sections.is_empty() {
            self.units.push(Unit::Filters(Cascade::new(sections, spec.channels), std::mem::take(owners)));
            sections.clear();
        }
    }

    /// Runs four chains, each on its own block of equal length. The result has the same bits as one
    /// chain after the other. It takes less time if they hold the same kinds of inserts in the same
    /// order. Audio thread.
    pub fn process_batch(chains: &mut [&mut Self; TRACKS_PER_BATCH], blocks: &mut [BlockMut<'_>; TRACKS_PER_BATCH]) {
        let longest = chains.iter().map(|chain| chain.units.len()).max().unwrap_or(0);
        for position in 0..longest {
            let units = chains.each_mut().map(|chain| chain.units.get_mut(position));
            let blocks = &mut *blocks;
            match units {
                [
                    Some(Unit::Filters(a, _)),
                    Some(Unit::Filters(b, _)),
                    Some(Unit::Filters(c, _)),
                    Some(Unit::Filters(d, _)),
                ] => Cascade::process_batch(&mut [a, b, c, d], blocks),
                [
                    Some(Unit::Other(a, _)),
                    Some(Unit::Other(b, _)),
                    Some(Unit::Other(c, _)),
                    Some(Unit::Other(d, _)),
                ] => {
                    process_other_batch([a, b, c, d].map(|processor| &mut **processor), blocks);
                }
                units => units.into_iter().zip(blocks).for_each(|(unit, block)| {
                    if let Some(unit) = unit {
                        unit.processor_mut().process(block);
                    }
                }),
            }
        }
    }

    /// Copies the state of each insert from the same one in another chain. Audio thread.
    fn inherit_from(&mut self, old: &Self) {
        for unit in &mut self.units {
            match unit {
                Unit::Other(processor, id) => {
                    let same = old.units.iter().find(|unit| matches!(unit, Unit::Other(_, other) if other == id));
                    // A new insert receives a processor of another kind, and so recognises that it
                    // is new.
                    processor.inherit_state(same.map_or(old, Unit::processor));
                }
                Unit::Filters(cascade, owners) => {
                    for (section, owner) in owners.iter().enumerate() {
                        for unit in &old.units {
                            if let Unit::Filters(old, owners) = unit
                                && let Some(same) = owners.iter().position(|other| other == owner)
                            {
                                cascade.adopt_section(section, old, same);
                            }
                        }
                    }
                }
            }
        }
    }
}

fn process_other_batch(
    mut processors: [&mut dyn Processor; TRACKS_PER_BATCH],
    blocks: &mut [BlockMut<'_>; TRACKS_PER_BATCH],
) {
    let compressors = processors.each_mut().map(|processor| same_kind_mut::<Compressor>(&mut **processor));
    if let [Some(a), Some(b), Some(c), Some(d)] = compressors {
        return Compressor::process_batch(&mut [a, b, c, d], blocks);
    }
    processors.into_iter().zip(blocks).for_each(|(processor, block)| processor.process(block));
}

impl Processor for Chain {
    fn latency(&self) -> u64 {
        self.units.iter().map(|unit| unit.processor().latency()).sum()
    }

    fn tail(&self) -> Tail {
        self.units.iter().map(|unit| unit.processor().tail()).fold(Tail::Frames(0), |sum, tail| match (sum, tail) {
            (Tail::Frames(a), Tail::Frames(b)) => Tail::Frames(a + b),
            _ => Tail::Infinite,
        })
    }

    fn reset(&mut self) {
        self.units.iter_mut().for_each(|unit| unit.processor_mut().reset());
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        for unit in &mut self.units {
            unit.processor_mut().process(block);
        }
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        if let Some(old) = crate::process::same_kind(old) {
            self.inherit_from(old);
        }
    }

    fn gain_reduction_db(&self) -> f64 {
        self.units.iter().map(|unit| unit.processor().gain_reduction_db()).sum()
    }
}
