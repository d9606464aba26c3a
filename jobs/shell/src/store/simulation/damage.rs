//! Damaged records: set aside, counted, never an obstacle to others, never trusted with impossible
//! contents.

use super::harness::Simulation;
use super::rng::Rng;
use crate::job::{Life, Lookup, Record};
use crate::store::{Disk, Scope};
use std::io::Read;

/// Returns the bytes of a complete job's record.
fn bytes_of(scene: &Simulation, record: &Record) -> Vec<u8> {
    let mut bytes = Vec::new();
    let path = scene.store.layout().record(&record.session_id, &record.job_id);
    scene.disk.open(&path).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn complete(scene: &mut Simulation) -> Record {
    let job = scene.submit("song", Some("key".into())).unwrap();
    scene.run_next().unwrap();
    scene.store.records.read(&job).unwrap()
}

#[test]
fn a_truncated_record_is_quarantined_alone() {
    let mut scene = Simulation::new();
    let record = complete(&mut scene);
    let (bytes, path) = (bytes_of(&scene, &record), scene.store.layout().record(&record.session_id, &record.job_id));
    // The last byte is the newline, and not part of the record.
    for length in 0..bytes.len() - 1 {
        scene.disk.remove_file(&path).unwrap();
        scene.disk.write_new(&path, &bytes[..length]).unwrap();
        assert!(matches!(scene.store.look_up(record.job_id.as_str()), Lookup::Corrupt(_)), "{length}");
        let aside = scene.store.recovery.set_aside(&record.session_id, &record.job_id).unwrap();
        assert!(aside, "{length}");
        assert!(matches!(scene.store.look_up(record.job_id.as_str()), Lookup::Corrupt(_)), "{length}");
        scene.disk.write_new(&path, &bytes).unwrap();
    }
    assert_eq!(scene.store.quarantine.quarantined(&record.session_id).unwrap(), bytes.len() - 1);
    scene.disk.remove_file(&path).unwrap();
    scene.disk.write_new(&path, &bytes[..9]).unwrap();
    scene.submit("song", None).unwrap();
    let repaired = scene.store.recovery.repair(&Scope::ALL);
    assert_eq!((repaired.quarantined, repaired.records), (1, 1));
    assert_eq!(scene.run_next().unwrap().unwrap().life, Life::Complete);
}

#[test]
fn ten_thousand_flipped_bits_are_found_or_harmless() {
    let mut scene = Simulation::new();
    let record = complete(&mut scene);
    let (bytes, kinds) = (bytes_of(&scene, &record), &scene.store.settings().kinds);
    let (mut dice, mut found) = (Rng::new(1), 0);
    for _ in 0..10_000 {
        let mut flipped = bytes.clone();
        let bit = dice.next_u64() as usize % (bytes.len() * 8);
        flipped[bit / 8] ^= 1 << (bit % 8);
        match Record::parse(&flipped, &record.session_id, &record.job_id, kinds) {
            // A record that can still be read has the same essential fields: one bit does not turn
            // a state into another.
            Ok(read) => {
                assert_eq!((read.life, read.progress), (record.life, 100));
                assert!(read.result.is_some() && read.error.is_none() && read.lease.is_none());
                assert_eq!(Record::parse(&read.to_bytes(), &record.session_id, &record.job_id, kinds).unwrap(), read);
            }
            Err(_) => found += 1,
        }
    }
    println!("flipped bits: 10000; found: {found}; harmless: {}", 10_000 - found);
    assert!(found > 1_000);
}
