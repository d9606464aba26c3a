//! Inserts in order, as one processor; neighbouring filters run together as one cascade.

use crate::audio::BlockMut;
use crate::dsp::Insert;
use crate::dsp::biquad::{Cascade, Sections};
use crate::process::{BuildError, ProcessSpec, Processor, Stage, Tail};
use thiserror::Error;

/// An insert that cannot be built, with its place in the chain.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("insert {position}: {source}")]
pub struct ChainError {
    /// Counted from 1.
    pub position: usize,
    /// What is wrong with it.
    pub source: BuildError,
}

/// A chain of processors.
#[derive(Default)]
pub struct Chain {
    processors: Vec<Box<dyn Processor>>,
}

impl Chain {
    /// Builds the inserts in order. Control thread; allocates.
    ///
    /// # Errors
    /// The first insert that cannot be built.
    pub fn build(inserts: &[Insert], spec: &ProcessSpec) -> Result<Self, ChainError> {
        let mut chain = Self { processors: Vec::new() };
        let mut filters = Sections::new();
        for (index, insert) in inserts.iter().enumerate() {
            let place = |source| ChainError { position: index + 1, source };
            if let Some(sections) = insert.sections(spec.sample_rate).map_err(place)? {
                filters.extend(sections);
            } else {
                chain.push_filters(&mut filters, spec);
                chain.processors.push(insert.build(spec).map_err(place)?);
            }
        }
        chain.push_filters(&mut filters, spec);
        Ok(chain)
    }

    fn push_filters(&mut self, filters: &mut Sections, spec: &ProcessSpec) {
        if !filters.is_empty() {
            self.processors.push(Box::new(Cascade::new(filters, spec.channels)));
            filters.clear();
        }
    }
}

impl Processor for Chain {
    fn latency(&self) -> u64 {
        self.processors.iter().map(|processor| processor.latency()).sum()
    }

    fn tail(&self) -> Tail {
        self.processors.iter().map(|processor| processor.tail()).fold(Tail::Frames(0), |sum, tail| match (sum, tail) {
            (Tail::Frames(a), Tail::Frames(b)) => Tail::Frames(a + b),
            _ => Tail::Infinite,
        })
    }

    fn reset(&mut self) {
        self.processors.iter_mut().for_each(|processor| processor.reset());
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        for processor in &mut self.processors {
            processor.process(block);
        }
    }
}
