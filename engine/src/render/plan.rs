//! A prepared session: every stem opened, the rate chosen, every setting checked at that rate,
//! latencies balanced.

use super::clip::{Clip, ClipError, Placement};
use super::session_warnings;
use super::time_code::TimeCodes;
use crate::align::{Alignment, ClipShift};
use crate::io::{DecodeError, Fold, StemInfo, StemReader};
use crate::mix::{Chain, ChainError, ChainOutline, Routing, RoutingError};
use crate::process::{ProcessSpec, Processor, Tail};
use crate::resample::Retiming;
use crate::session::{Container, OutputFormat, Problem, Session, SessionErrors};
use crate::units::SampleRate;
use rayon::prelude::*;
use std::fmt::Write as _;
use thiserror::Error;

/// Errors of a session that cannot be rendered; all errors at once.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The session document is invalid.
    #[error(transparent)]
    Session(#[from] SessionErrors),
    /// Stems cannot be read.
    #[error("{}", list(.0))]
    Stems(Vec<DecodeError>),
    /// The connections are invalid.
    #[error(transparent)]
    Routing(#[from] RoutingError),
    /// An insert cannot be built.
    #[error("{place}, {problem}")]
    Insert {
        /// The track or bus, or the master.
        place: String,
        /// The insert, and the reason.
        problem: String,
    },
}

fn list(errors: &[DecodeError]) -> String {
    let mut text = String::new();
    if errors.len() > 1 {
        let _ = writeln!(text, "{} stems cannot be read", errors.len());
    }
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    text + &lines.join("\n")
}

impl PlanError {
    pub(super) fn insert(place: impl Into<String>, error: &ChainError) -> Self {
        Self::Insert { place: place.into(), problem: error.to_string() }
    }
}

/// A session ready to render.
#[derive(Clone, Debug)]
pub struct Plan {
    session: Session,
    rate: SampleRate,
    stems: Vec<StemInfo>,
    routing: Routing,
    tail: Tail,
    /// Place of each clip after alignment; none for the session's own place.
    moves: Vec<Option<ClipShift>>,
    time_codes: Option<TimeCodes>,
    warnings: Vec<String>,
}

impl Plan {
    /// Checks a session and opens its stems. Control thread; reads files.
    ///
    /// # Errors
    /// Every problem of the session at once; otherwise every stem that cannot be read; otherwise
    /// the problems at the session's rate.
    pub fn new(session: Session) -> Result<Self, PlanError> {
        refuse(session.problems())?;
        let opened: Vec<Result<StemInfo, DecodeError>> = session
            .tracks
            .par_iter()
            .map(|track| Ok(StemReader::open_source(&track.source(), Fold::Stereo)?.info().clone()))
            .collect();
        let mut stems = Vec::with_capacity(opened.len());
        let mut errors = Vec::new();
        for stem in opened {
            match stem {
                Ok(info) => stems.push(info),
                Err(error) => errors.push(error),
            }
        }
        if !errors.is_empty() {
            return Err(PlanError::Stems(errors));
        }
        let rate = session.sample_rate_hz.unwrap_or_else(|| rate_for(session.output.format, &stems));
        refuse(session.check_rate(rate))?;

        let time_codes = TimeCodes::find(session.align.timecode, &session.tracks, &stems);
        let moves = vec![None; stems.len()];
        let warnings = session_warnings::warnings(&session, &stems, rate);
        let mut plan = Self {
            session,
            rate,
            stems,
            routing: Routing::default(),
            tail: Tail::Frames(0),
            moves,
            time_codes,
            warnings,
        };
        plan.balance()?;
        Ok(plan)
    }

    /// Builds every chain once, for its latency and its tail.
    fn balance(&mut self) -> Result<(), PlanError> {
        const ANY_BLOCK: usize = 64;
        let session = &self.session;
        let (mut tracks, mut buses) = (Vec::new(), Vec::<ChainOutline>::new());
        let mut longest_track = 0;
        let mut rest = 0;
        for (index, track) in session.tracks.iter().enumerate() {
            let chain = Chain::build(&track.inserts, &self.spec(self.stems[index].layout.count(), ANY_BLOCK))
                .map_err(|error| PlanError::insert(format!("track {:?}", track.title()), &error))?;
            tracks.push(chain.outline());
            longest_track = longest_track.max(frames_of(chain.tail()));
        }
        for bus in &session.buses {
            let chain = Chain::build(&bus.inserts, &self.spec(2, ANY_BLOCK))
                .map_err(|error| PlanError::insert(format!("bus {:?}", bus.name), &error))?;
            buses.push(chain.outline());
            rest += frames_of(chain.tail());
        }
        let master = Chain::build(&session.master.inserts, &self.spec(2, ANY_BLOCK))
            .map_err(|error| PlanError::insert("master", &error))?;
        self.tail = Tail::Frames(longest_track.saturating_add(rest).saturating_add(frames_of(master.tail())));
        self.routing = Routing::new(session, &tracks, &buses, &master.outline())?;
        Ok(())
    }

    /// Returns the checked session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Returns the sample rate of the whole mix.
    pub fn sample_rate(&self) -> SampleRate {
        self.rate
    }

    /// Returns the stems, in session order.
    pub fn stems(&self) -> &[StemInfo] {
        &self.stems
    }

    /// Returns the connections.
    pub fn routing(&self) -> &Routing {
        &self.routing
    }

    /// Returns how long the inserts may ring after the last stem.
    pub fn tail(&self) -> Tail {
        self.tail
    }

    /// Returns the specification for building a processor.
    pub fn spec(&self, channels: usize, max_block: usize) -> ProcessSpec {
        ProcessSpec { sample_rate: self.rate, max_block, channels }
    }

    /// Returns the evaluation of the stems' time references; `None` if no stem has one. A track
    /// with a start there was placed by it.
    pub fn time_codes(&self) -> Option<&TimeCodes> {
        self.time_codes.as_ref()
    }

    /// Returns the place of a track's stem on the time line.
    pub fn placement(&self, index: usize) -> Placement {
        let (track, stem) = (&self.session.tracks[index], &self.stems[index]);
        let skip = stem.sample_rate.frames(track.trim_start_s);
        let trimmed_end = stem.sample_rate.frames(track.trim_end_s);
        let length = stem.frames.filter(|_| trimmed_end > 0).map(|frames| frames.saturating_sub(skip + trimmed_end));
        let start_s = self.time_codes.as_ref().and_then(|codes| codes.start_s(index)).unwrap_or(track.start_s);
        let start = self.rate.frames(start_s) + self.rate.frames(track.delay_ms / 1_000.0);
        let moved = self.moves[index].clone().unwrap_or(ClipShift { start, retiming: Retiming::NONE });
        let ClipShift { start, retiming } = moved;
        Placement { source: track.source(), skip, length, start, retiming, resampler: self.session.resampler }
    }

    /// Opens every stem as an input, in session order.
    ///
    /// # Errors
    /// When a stem can no longer be opened.
    pub fn open_clips(&self) -> Result<Vec<Clip>, ClipError> {
        (0..self.stems.len()).map(|index| Clip::open(&self.placement(index), self.rate)).collect()
    }

    /// Opens every stem as [`Plan::open_clips`] does, and hashes it while it is read.
    pub(super) fn open_hashed_clips(&self) -> Result<Vec<Clip>, ClipError> {
        (0..self.stems.len()).map(|index| Clip::open_hashed(&self.placement(index), self.rate)).collect()
    }

    /// Returns the session's expected length in frames, if every stem states its own.
    pub fn expected_frames(&self) -> Option<u64> {
        let end = |(index, stem): (usize, &StemInfo)| {
            let placement = self.placement(index);
            let frames = placement.length.or(stem.frames.map(|frames| frames.saturating_sub(placement.skip)))?;
            let ratio = self.rate.as_f64() / stem.sample_rate.as_f64();
            Some(placement.start + (frames as f64 * ratio).round() as u64)
        };
        self.stems.iter().enumerate().map(end).try_fold(0, |longest, end| Some(longest.max(end?)))
    }

    /// Moves clips according to an alignment. `first_sounds` are the session frames at which the
    /// sound of each stem starts. A stem that would begin before session time 0 loses the silence
    /// at its start. If it would lose sound, all stems are delayed instead.
    pub fn apply(&mut self, alignment: &Alignment, first_sounds: &[Option<u64>]) {
        let moves = alignment.moves();
        let delay = moves.iter().zip(first_sounds).map(|(by, sound)| by.room(*sound)).max().unwrap_or(0);
        if delay > 0 {
            self.warnings.push(format!(
                "everything begins {:.3} s later, so that the stem that had to move earlier keeps its first note",
                self.rate.seconds(delay)
            ));
        }
        let moved: Vec<Option<ClipShift>> =
            moves.iter().enumerate().map(|(index, by)| by.place(self.placement(index).start, delay)).collect();
        for (index, moved) in moved.iter().enumerate() {
            if let Some(cut) = moved.as_ref().map(|moved| moved.retiming.time_map.start).filter(|cut| *cut >= 1.0) {
                let (name, cut_s) = (self.session.tracks[index].title(), cut / self.rate.as_f64());
                self.warnings.push(format!("track {name:?} loses {cut_s:.3} s of silence at its start, to be in time"));
            }
        }
        self.moves = moved;
    }

    /// Adds a warning for the user.
    #[cfg(not(feature = "align"))]
    pub(super) fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// Returns warnings for the user, to be read before the mix is used.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

fn refuse(problems: Vec<Problem>) -> Result<(), SessionErrors> {
    if problems.is_empty() { Ok(()) } else { Err(SessionErrors { origin: "the session".into(), problems }) }
}

fn frames_of(tail: Tail) -> u64 {
    match tail {
        Tail::Frames(frames) => frames,
        Tail::Infinite => u64::MAX / 4,
    }
}

/// Returns the only rate of the format, or otherwise that of most stems.
fn rate_for(format: OutputFormat, stems: &[StemInfo]) -> SampleRate {
    if format.container() == Container::Opus { SampleRate::DEFAULT } else { most_common_rate(stems) }
}

/// Returns the rate of most stems; the higher one in a tie.
fn most_common_rate(stems: &[StemInfo]) -> SampleRate {
    let count = |rate: SampleRate| stems.iter().filter(|stem| stem.sample_rate == rate).count();
    let rates = stems.iter().map(|stem| stem.sample_rate);
    // A checked session has at least one track.
    rates.max_by_key(|&rate| (count(rate), rate)).unwrap_or(SampleRate::DEFAULT)
}
