//! Power loss at every operation: no acknowledged change is lost. Each sync is needed: without it,
//! something is lost.

use super::harness::Simulation;
use super::rng::Rng;
use crate::store::SyncPoint;
use crate::store::fs::simulated::SimDisk;
use std::collections::HashSet;

/// Number of actions before the final power loss.
const ACTIONS: usize = 24;

/// Runs random actions with a power loss at one operation; returns the losses.
fn life(seed: u64, without: Option<SyncPoint>, checks: &mut u64) -> (Vec<String>, HashSet<SyncPoint>) {
    let mut dice = Rng::new(seed);
    let disk = SimDisk::new();
    if let Some(point) = without {
        disk.without(point);
    }
    let mut scene = Simulation::on(disk);
    scene.disk.lose_power_at(1 + seed * 7 % 600);
    for _ in 0..ACTIONS {
        if scene.act(&mut dice).is_err() {
            break;
        }
    }
    scene.restart(&mut dice);
    let losses = scene.losses();
    *checks += scene.checks;
    (losses, scene.disk.synced())
}

fn lives() -> u64 {
    if std::env::var_os("MIXDOWN_HEAVY").is_some() { 100_000 } else { 3_000 }
}

#[test]
fn a_power_loss_keeps_every_acknowledged_change() {
    let (mut checks, mut losses, mut passed) = (0, 0, HashSet::new());
    for seed in 0..lives() {
        let (lost, synced) = life(seed, None, &mut checks);
        passed.extend(synced);
        losses += lost.len();
        assert_eq!(lost, Vec::<String>::new(), "seed {seed}");
    }
    println!("power losses: {}; acknowledgements checked: {checks}; losses: {losses}", lives());
    assert_eq!(passed.len(), SyncPoint::ALL.len(), "every sync was passed");
}

#[test]
fn without_any_one_sync_something_is_lost() {
    for point in SyncPoint::ALL {
        let mut checks = 0;
        let found = (0..20_000).find_map(|seed| {
            let (lost, _) = life(seed, Some(point), &mut checks);
            lost.first().map(|loss| (seed, loss.clone()))
        });
        let Some((seed, loss)) = found else { panic!("{point:?} is not needed") };
        println!("without {point:?}: power loss {seed}: {loss}");
    }
}
