//! Counters, for people and for Prometheus.

use crate::kinds::Kinds;
use crate::store::{Counters, Overview, Store, StoreError};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Returns the entries of a map by type, in the order of the registry; those of unknown types last.
fn by_type<'a, T>(kinds: &Kinds, map: &'a BTreeMap<String, T>) -> Vec<(&'a str, &'a T)> {
    let place = |name: &str| kinds.iter().position(|kind| kind.name() == name).unwrap_or(usize::MAX);
    let mut entries: Vec<_> = map.iter().map(|(name, value)| (name.as_str(), value)).collect();
    entries.sort_by_key(|(name, _)| place(name));
    entries
}

/// Returns the numbers of jobs by type and state, in the order of a job's life.
fn by_state<'a>(kinds: &Kinds, overview: &'a Overview) -> Vec<(&'a str, Vec<(&'static str, u64)>)> {
    let states = kinds.states();
    let counts = |counted: &'a BTreeMap<&'static str, u64>| {
        states.iter().filter_map(|state| Some((state.name(), *counted.get(state.name())?))).collect()
    };
    by_type(kinds, &overview.jobs).into_iter().map(|(kind, counted)| (kind, counts(counted))).collect()
}

/// Returns jobs by type and state, and the counters so far.
///
/// # Errors
/// When records or counters cannot be read at all.
pub fn stats_document(store: &Store) -> Result<Value, StoreError> {
    let (overview, counters, kinds) = (store.listing.overview()?, store.journal.counters()?, &store.settings().kinds);
    let jobs = by_state(kinds, &overview).into_iter().map(|(kind, states)| {
        let states = states.into_iter().map(|(state, count)| (state.to_owned(), count.into()));
        (kind.to_owned(), Value::Object(states.collect()))
    });
    let ended = by_type(kinds, &counters.ended).into_iter().map(|(kind, ends)| {
        let ends = ends
            .iter()
            .map(|(life, (count, seconds))| (life.name().to_owned(), json!({ "count": count, "seconds": seconds })));
        (kind.to_owned(), Value::Object(ends.collect()))
    });
    let mean = by_type(kinds, &counters.completed)
        .into_iter()
        .map(|(kind, (count, seconds))| (kind.to_owned(), json!(seconds / (*count).max(1) as f64)));
    Ok(json!({
        "jobs": Value::Object(jobs.collect()),
        "unreadable": overview.unreadable,
        "jobs_deleted": counters.jobs_deleted,
        "results_deleted": counters.results_deleted,
        "bytes_freed": counters.bytes_freed,
        "rescues": counters.rescues,
        "quarantined": counters.quarantined,
        "ended": Value::Object(ended.collect()),
        "mean_completion_s": Value::Object(mean.collect()),
        "deleted_by_day": counters.deleted_by_day,
    }))
}

/// Returns the same in Prometheus' text format.
///
/// # Errors
/// When records or counters cannot be read at all.
pub fn prometheus(store: &Store) -> Result<String, StoreError> {
    Ok(text(&store.settings().kinds, &store.listing.overview()?, &store.journal.counters()?))
}

fn text(kinds: &Kinds, overview: &Overview, counters: &Counters) -> String {
    let mut text = String::new();
    let mut metric = |name: &str, kind: &str, help: &str, samples: &[(String, f64)]| {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in samples {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    };
    let of = |value: u64| vec![(String::new(), value as f64)];
    let jobs: Vec<_> = by_state(kinds, overview)
        .into_iter()
        .flat_map(|(kind, states)| {
            let labels = move |state| format!("{{type=\"{kind}\",state=\"{state}\"}}");
            states.into_iter().map(move |(state, count)| (labels(state), count as f64))
        })
        .collect();
    metric("mixdown_jobs", "gauge", "Jobs that have a record.", &jobs);
    metric("mixdown_job_records_unreadable", "gauge", "Records that cannot be read.", &of(overview.unreadable));
    metric("mixdown_jobs_deleted_total", "counter", "Jobs cleared away.", &of(counters.jobs_deleted));
    metric("mixdown_results_deleted_total", "counter", "Results cleared away.", &of(counters.results_deleted));
    metric("mixdown_bytes_freed_total", "counter", "Bytes of results freed.", &of(counters.bytes_freed));
    metric("mixdown_rescues_total", "counter", "Jobs taken from workers that were gone.", &of(counters.rescues));
    metric("mixdown_records_quarantined_total", "counter", "Records set aside.", &of(counters.quarantined));
    let by_day = counters.deleted_by_day.iter().flat_map(|(day, states)| {
        states.iter().map(move |(state, count)| (format!("{{day=\"{day}\",state=\"{state}\"}}"), *count as f64))
    });
    metric("mixdown_jobs_deleted_by_day", "gauge", "Jobs cleared away on a day (UTC).", &by_day.collect::<Vec<_>>());
    let _ = writeln!(text, "# HELP mixdown_job_completion_seconds Time from a job's submission to its completion.");
    let _ = writeln!(text, "# TYPE mixdown_job_completion_seconds summary");
    for (kind, (count, seconds)) in by_type(kinds, &counters.completed) {
        let _ = writeln!(text, "mixdown_job_completion_seconds_sum{{type=\"{kind}\"}} {seconds}");
        let _ = writeln!(text, "mixdown_job_completion_seconds_count{{type=\"{kind}\"}} {count}");
    }
    let _ = writeln!(text, "# HELP mixdown_job_duration_seconds Time from a job's last start to its end.");
    let _ = writeln!(text, "# TYPE mixdown_job_duration_seconds summary");
    for (kind, states) in by_type(kinds, &counters.ended) {
        for (state, (count, seconds)) in states {
            let labels = format!("{{type=\"{kind}\",state=\"{state}\"}}");
            let _ = writeln!(text, "mixdown_job_duration_seconds_sum{labels} {seconds}");
            let _ = writeln!(text, "mixdown_job_duration_seconds_count{labels} {count}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::Life;

    #[test]
    fn every_metric_is_declared_once() {
        let mut overview = Overview::default();
        overview.jobs.entry("cleanup".into()).or_default().insert("running", 1);
        overview.jobs.entry("mix".into()).or_default().extend([("complete", 3), ("mixing", 2)]);
        let mut counters = Counters { rescues: 2, ..Counters::default() };
        counters.ended.entry("mix".into()).or_default().insert(Life::Error, (4, 2.5));
        counters.completed.insert("mix".into(), (2, 5.0));
        counters.deleted_by_day.entry(jiff::civil::date(2026, 1, 2)).or_default().insert(Life::Complete, 7);
        let text = text(&Kinds::standard(), &overview, &counters);
        assert!(text.contains("mixdown_jobs_deleted_by_day{day=\"2026-01-02\",state=\"complete\"} 7\n"), "{text}");
        assert!(text.contains("mixdown_job_completion_seconds_count{type=\"mix\"} 2\n"), "{text}");
        let jobs: Vec<_> = text.lines().filter(|line| line.starts_with("mixdown_jobs{")).collect();
        let expected = [("mix", "mixing", 2), ("mix", "complete", 3), ("cleanup", "running", 1)];
        let expected =
            expected.map(|(kind, state, n)| format!("mixdown_jobs{{type=\"{kind}\",state=\"{state}\"}} {n}"));
        assert_eq!(jobs, expected, "in the order of types and of a job's life");
        assert!(text.contains("mixdown_rescues_total 2\n"));
        assert!(text.contains("mixdown_job_duration_seconds_sum{type=\"mix\",state=\"error\"} 2.5\n"));
        for line in text.lines() {
            assert!(line.starts_with("# ") || line.split(' ').nth(1).is_some_and(|value| value.parse::<f64>().is_ok()));
        }
        let declared: Vec<_> = text.lines().filter(|line| line.starts_with("# TYPE")).collect();
        assert_eq!(declared.len(), declared.iter().collect::<std::collections::HashSet<_>>().len());
    }
}
