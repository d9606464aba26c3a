//! Summary of every record for lists and counts, kept in one file. The records remain
//! authoritative: a line counts only while its record's file is the one that it was taken from.

use super::Listing;
use crate::job::{JobId, JobResult, Record, SessionId, State, position};
use crate::kinds::{Kind, Kinds};
use crate::store::locks::BRIEF;
use crate::store::parallel::{for_each, for_each_session};
use crate::store::{EntryKind, Stat, StoreError};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// First line of the file: another version may store other fields.
const HEADER: &str = concat!("mixdown summary 1 ", env!("CARGO_PKG_VERSION"));
/// Number of records read after which the file is rewritten.
const MANY: usize = 200;

/// Fields of a record for lists and counts.
#[derive(Clone, Debug)]
pub struct Outline {
    /// The job.
    pub job_id: JobId,
    /// Its session.
    pub session_id: SessionId,
    /// Its type.
    pub kind: Kind,
    /// Its state.
    pub state: State,
    /// Percent done.
    pub progress: u8,
    /// Time of submission.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
    /// Time of its end.
    pub finished_at: Option<Timestamp>,
    /// Its result.
    pub result: Option<JobResult>,
    /// The record without the data specific to its type, as JSON in one line.
    pub json: String,
}

/// The parts of a record's JSON that its outline has.
#[derive(Deserialize)]
struct Line {
    job_id: JobId,
    session_id: SessionId,
    #[serde(rename = "type")]
    kind: String,
    state: String,
    progress: u8,
    created_at: Timestamp,
    updated_at: Timestamp,
    finished_at: Option<Timestamp>,
    result: Option<JobResult>,
}

impl Outline {
    /// Creates the outline of a record.
    pub fn of(record: &Record) -> Self {
        let mut brief = record.clone();
        brief.extra.clear();
        let (state, mut json) = (brief.state(), serde_json::to_value(&brief).unwrap_or_default());
        json.as_object_mut().map(|fields| fields.remove("extra"));
        Self {
            job_id: brief.job_id,
            session_id: brief.session_id,
            kind: brief.kind,
            state,
            progress: brief.progress,
            created_at: brief.created_at,
            updated_at: brief.updated_at,
            finished_at: brief.finished_at,
            result: brief.result,
            json: json.to_string(),
        }
    }

    /// Reads an outline back from its JSON.
    fn parse(json: &str, kinds: &Kinds) -> Option<Self> {
        let Line { job_id, session_id, kind, state, progress, created_at, updated_at, finished_at, result } =
            serde_json::from_str(json).ok()?;
        let kind = kinds.get(&kind)?.clone();
        let (life, stage) = position(&kind, &state, None, kinds).ok()?;
        let state = State::of(&kind, life, stage);
        let json = json.to_owned();
        Some(Self { job_id, session_id, kind, state, progress, created_at, updated_at, finished_at, result, json })
    }
}

/// Distinguishes one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp(u64, u64, i128);

impl Stamp {
    fn of(stat: &Stat) -> Self {
        Self(stat.id, stat.bytes, stat.modified.as_nanosecond())
    }
}

/// Every job's outline.
#[derive(Debug, Default)]
pub(crate) struct Outlines {
    /// Outlines of readable records, in no order.
    pub(crate) jobs: Vec<Arc<Outline>>,
    /// Number of records of each session, readable or not.
    pub(crate) counts: HashMap<SessionId, usize>,
    /// Number of unreadable records.
    pub(crate) unreadable: u64,
}

type Lines = HashMap<JobId, (Stamp, Arc<Outline>)>;
/// An outline, with a stamp if it may be kept.
type Stamped = (Option<Stamp>, Arc<Outline>);

impl Listing {
    /// Returns the outlines of all jobs. Records that had to be read are kept for the next time, if
    /// there were many.
    pub(crate) fn outlines(&self, sessions: &[SessionId]) -> Result<Outlines, StoreError> {
        let (known, read) = (self.summary()?, AtomicUsize::new(0));
        let parts = for_each_session(sessions, |session| self.outlines_of(session, &known, &read));
        let (mut all, mut lines) = (Outlines::default(), Vec::new());
        for (session, found, unreadable) in parts {
            all.unreadable += unreadable;
            all.counts.insert(session, found.len() + unreadable as usize);
            for (stamp, outline) in found {
                all.jobs.push(Arc::clone(&outline));
                lines.extend(stamp.map(|stamp| (stamp, outline)));
            }
        }
        if read.into_inner() >= MANY && self.base.folder(&self.base.layout.index(), &[".shell"])?.is_some() {
            self.write_summary(&lines);
        }
        Ok(all)
    }

    /// Returns the outlines of one session, and the number of its unreadable records.
    fn outlines_of(&self, session: &SessionId, known: &Lines, read: &AtomicUsize) -> (SessionId, Vec<Stamped>, u64) {
        let (mut found, mut unreadable) = (Vec::new(), 0);
        let folder = self.base.layout.jobs(session);
        for job in self.index.jobs_of(session).unwrap_or_default() {
            // Before it is read: a later replacement has another stamp.
            let Ok(stat) = self.base.disk.stat(&folder.join(format!("{job}.json"))) else { continue };
            let stamp = Stamp::of(&stat);
            let fresh = known.get(&job).filter(|(known, outline)| *known == stamp && outline.session_id == *session);
            if let Some((_, outline)) = fresh {
                found.push((Some(stamp), Arc::clone(outline)));
                continue;
            }
            match self.records.read_in(session, &job) {
                Ok(record) => {
                    // A file that was just written may be written again in the same tick of the
                    // clock. A worker's last heartbeat is stored beside the record.
                    let rests = self.base.now().duration_since(stat.modified).abs() > SignedDuration::from_secs(1);
                    let keep = rests && stat.kind == EntryKind::File && !record.life.is_running();
                    read.fetch_add(usize::from(keep), Ordering::Relaxed);
                    found.push((keep.then_some(stamp), Arc::new(Outline::of(&record))));
                }
                Err(error) if error.is_missing() => {}
                Err(_) => unreadable += 1,
            }
        }
        (session.clone(), found, unreadable)
    }

    fn summary(&self) -> Result<Lines, StoreError> {
        let bytes = self.base.bytes(&self.base.layout.shell("summary"))?.unwrap_or_default();
        let text = String::from_utf8(bytes).unwrap_or_default();
        let Some(lines) = text.strip_prefix(HEADER) else { return Ok(Lines::new()) };
        let line = |line: &str| {
            let mut parts = line.splitn(4, ' ');
            let mut number = || parts.next()?.parse::<i128>().ok();
            let stamp = Stamp(number()?.try_into().ok()?, number()?.try_into().ok()?, number()?);
            let outline = Outline::parse(parts.next()?, &self.base.settings.kinds)?;
            Some((outline.job_id.clone(), (stamp, Arc::new(outline))))
        };
        let all: Vec<&str> = lines.lines().collect();
        let chunks: Vec<&[&str]> = all.chunks(2_000).collect();
        let parsed = for_each(&chunks, 0, |chunk| chunk.iter().filter_map(|text| line(text)).collect::<Vec<_>>());
        Ok(parsed.into_iter().flatten().collect())
    }

    fn write_summary(&self, lines: &[(Stamp, Arc<Outline>)]) {
        let Ok(Some(lock)) = self.base.lock("summary", "", BRIEF) else { return };
        let mut text = format!("{HEADER}\n");
        for (Stamp(id, bytes, modified), outline) in lines {
            text.push_str(&format!("{id} {bytes} {modified} {}\n", outline.json));
        }
        // If it cannot be written, the next reader reads the records.
        let _ = self.base.replace(&self.base.layout.shell("summary"), text.as_bytes(), None, Some(&lock));
    }
}
