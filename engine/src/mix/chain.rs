//! Inserts in order, as one processor; neighbouring filters run together as one cascade.

use super::key_plan::{ChainOutline, KeyPlan, KeyPoint};
use super::keyed_unit::KeyedUnit;
use super::routing::Node;
use crate::audio::{Block, BlockMut};
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
    /// Inserts with a key, whether the chain was built with their signals or without.
    keys: Vec<KeyPoint>,
}

/// A part that is processed on its own.
enum Unit {
    /// Neighbouring filters; for each section, its insert and its index within that insert.
    Filters(Cascade, Vec<(InsertId, usize)>),
    /// An insert whose detector measures another strip.
    Keyed(Box<KeyedUnit>, InsertId),
    Other(Box<dyn Processor>, InsertId),
}

impl Unit {
    fn processor(&self) -> &dyn Processor {
        match self {
            Self::Filters(cascade, _) => cascade,
            Self::Keyed(unit, _) => &**unit,
            Self::Other(processor, _) => &**processor,
        }
    }

    /// Returns the insert of an identity, without the delays of its key.
    fn insert(&self, id: InsertId) -> Option<&dyn Processor> {
        match self {
            Self::Keyed(unit, own) if *own == id => Some(unit.processor()),
            Self::Other(processor, own) if *own == id => Some(&**processor),
            _ => None,
        }
    }

    fn processor_mut(&mut self) -> &mut dyn Processor {
        match self {
            Self::Filters(cascade, _) => cascade,
            Self::Keyed(unit, _) => &mut **unit,
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
        Self::build_keyed(inserts, &[], spec)
    }

    /// Builds the inserts in order, with their keys; see [`Chain::build_with_ids`]. Control thread;
    /// allocates.
    ///
    /// # Errors
    /// When an insert cannot be built: the first of them.
    pub fn build_keyed(inserts: &[Insert], keys: &[KeyPlan], spec: &ProcessSpec) -> Result<Self, ChainError> {
        Self::build_with_ids((0..).zip(inserts), keys, spec)
    }

    /// Returns the latency and the keys of the inserts, as if nothing waited for a key.
    pub fn outline(&self) -> ChainOutline {
        ChainOutline { latency: self.latency() - self.waits(), keys: self.keys.clone() }
    }

    /// Returns the frames for which the signal waits for keys.
    fn waits(&self) -> u64 {
        let waits = self.units.iter().map(|unit| if let Unit::Keyed(unit, _) = unit { unit.wait() } else { 0 });
        waits.sum()
    }

    fn keyed(&mut self) -> impl Iterator<Item = &mut KeyedUnit> {
        self.units.iter_mut().filter_map(|unit| if let Unit::Keyed(unit, _) = unit { Some(&mut **unit) } else { None })
    }

    /// Returns the number of keys that are fed. Audio thread.
    pub fn fed_keys(&self) -> usize {
        self.units.iter().filter(|unit| matches!(unit, Unit::Keyed(..))).count()
    }

    /// Returns the strip of a key, by its index among those that are fed. Audio thread.
    pub fn key_source(&mut self, index: usize) -> Option<Node> {
        self.keyed().nth(index).map(|unit| unit.from())
    }

    /// Takes the key of the frames that are processed next, by its index among those that are fed.
    /// Audio thread.
    pub fn feed(&mut self, index: usize, key: &Block<'_>) {
        if let Some(unit) = self.keyed().nth(index) {
            unit.feed(key);
        }
    }

    /// Builds the inserts as [`Chain::build`] does, each with its identity. Those with a key have
    /// one of `keys` each, in order, and are fed by [`Chain::feed`]; beyond the end of `keys`, they
    /// measure their own input. Control thread; allocates.
    ///
    /// # Errors
    /// When an insert cannot be built: the first of them.
    pub fn build_with_ids<'a>(
        inserts: impl Iterator<Item = (InsertId, &'a Insert)>,
        keys: &[KeyPlan],
        spec: &ProcessSpec,
    ) -> Result<Self, ChainError> {
        let mut chain = Self::default();
        let mut filters = (Sections::new(), Vec::new());
        for (index, (id, insert)) in inserts.enumerate() {
            let at_position = |source| ChainError { position: index + 1, source };
            if let Some(sections) = insert.sections(spec.sample_rate).map_err(at_position)? {
                filters.1.extend((0..sections.len()).map(|section| (id, section)));
                filters.0.extend(sections);
            } else {
                chain.push_filters(&mut filters, spec);
                let plan = insert.key().and_then(|_| keys.get(chain.keys.len()));
                if let Some(key) = insert.key() {
                    chain.keys.push(KeyPoint { key: key.into(), before: chain.latency() - chain.waits() });
                }
                let keyed = match plan {
                    Some(plan) => insert.build_keyed(spec).map_err(at_position)?.map(|keyed| (keyed, *plan)),
                    None => None,
                };
                chain.units.push(match keyed {
                    Some((keyed, plan)) => Unit::Keyed(Box::new(KeyedUnit::new(keyed, plan, spec)), id),
                    None => Unit::Other(insert.build(spec).map_err(at_position)?, id),
                });
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
                    let same = old.units.iter().find_map(|unit| unit.insert(*id));
                    // A new insert receives a processor of another kind, and so recognises that it
                    // is new.
                    processor.inherit_state(same.unwrap_or(old));
                }
                Unit::Keyed(keyed, id) => {
                    let with_key = old.units.iter().find_map(|unit| match unit {
                        Unit::Keyed(old, other) if other == id => Some(old),
                        _ => None,
                    });
                    let same = old.units.iter().find_map(|unit| unit.insert(*id));
                    match with_key {
                        Some(old) => keyed.inherit_from(old),
                        None => keyed.inherit_state(same.unwrap_or(old)),
                    }
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
