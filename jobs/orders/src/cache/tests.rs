//! The cache: its limit, its lock, and processes that die.

use super::{Cache, Download, Entry, Scratch};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

fn fill(cache: &Cache, scratch: &Scratch, bytes: &[u8]) -> String {
    let name = blake3::hash(bytes).to_hex().to_string();
    let mut download = Download::start(scratch, &format!("{name}.part")).unwrap();
    download.write_all(bytes).unwrap();
    let hash = download.finish(cache, &scratch.folder().join(&name)).unwrap();
    assert_eq!(hash, name);
    hash
}

fn has(root: &Path, hash: &str) -> bool {
    root.join("objects").join(hash).exists()
}

#[test]
fn objects_that_were_used_least_recently_leave_first() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 250).unwrap();
    let scratch = cache.scratch().unwrap();
    let age = |hash: &str, hours: u64| {
        let file = fs::File::options().append(true).open(folder.path().join("objects").join(hash)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(3_600 * hours)).unwrap();
    };
    let (one, two) = (fill(&cache, &scratch, &[1; 100]), fill(&cache, &scratch, &[2; 100]));
    for (hash, url) in [(&one, "s3://b/1"), (&two, "s3://b/2")] {
        cache.record(url, &Entry { tag: "t".into(), blake3: hash.clone() }).unwrap();
    }
    age(&one, 3);
    age(&two, 2);
    assert!(cache.take(&one, &scratch.folder().join("again")).unwrap());
    let three = fill(&cache, &scratch, &[3; 100]);
    assert_eq!([&one, &two, &three].map(|hash| has(folder.path(), hash)), [true, false, true]);
    assert_eq!((cache.known("s3://b/2"), cache.known("s3://b/1").unwrap().blake3), (None, one));
    assert_eq!(fs::read_dir(folder.path().join("index")).unwrap().count(), 1);
    // An order that uses an object keeps it.
    assert_eq!(fs::read(scratch.folder().join(&two)).unwrap(), [2; 100]);
}

#[test]
fn an_object_beyond_the_limit_serves_its_order_alone() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 10).unwrap();
    let scratch = cache.scratch().unwrap();
    let hash = fill(&cache, &scratch, &[7; 100]);
    assert!(!has(folder.path(), &hash));
    assert_eq!(fs::read(scratch.folder().join(&hash)).unwrap(), [7; 100]);
    assert!(!cache.take(&hash, &scratch.folder().join("again")).unwrap());
}

#[test]
fn files_of_a_dead_process_are_removed_and_those_of_a_living_one_stay() {
    let folder = tempfile::tempdir().unwrap();
    let living = Cache::open(folder.path(), 1 << 20).unwrap().scratch().unwrap();
    let dead = folder.path().join("scratch/0190-dead");
    fs::create_dir(&dead).unwrap();
    fs::write(dead.join("half.part"), b"x").unwrap();
    fs::write(dead.with_extension("lock"), b"").unwrap();
    Cache::open(folder.path(), 1 << 20).unwrap();
    assert!(!dead.exists() && living.folder().exists());
    let left = living.folder().to_path_buf();
    drop(living);
    assert!(!left.exists());
    assert_eq!(fs::read_dir(folder.path().join("scratch")).unwrap().count(), 0);
}

/// Set for processes that this test starts of itself.
const CHILD: &str = "MIXDOWN_ORDERS_CACHE_OF_CHILD";

#[test]
fn two_processes_share_a_cache() {
    const ROUNDS: u8 = 60;
    let work = |root: &Path| {
        // Room for three objects: each process removes those of the other all the time.
        let cache = Cache::open(root, 3_000).unwrap();
        let scratch = cache.scratch().unwrap();
        for round in 0..ROUNDS {
            let bytes = [round % 8; 1_000];
            let hash = blake3::hash(&bytes).to_hex().to_string();
            let place = scratch.folder().join(format!("{round}"));
            if !cache.take(&hash, &place).unwrap() {
                let mut download = Download::start(&scratch, "part").unwrap();
                download.write_all(&bytes).unwrap();
                download.finish(&cache, &place).unwrap();
            }
            assert_eq!(fs::read(&place).unwrap(), bytes);
        }
    };
    if let Some(root) = std::env::var_os(CHILD) {
        return work(Path::new(&root));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut children: Vec<_> = (0..2)
        .map(|_| {
            std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "cache::tests::two_processes_share_a_cache"])
                .env(CHILD, folder.path())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    work(folder.path());
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let objects: Vec<_> = fs::read_dir(folder.path().join("objects")).unwrap().map(Result::unwrap).collect();
    assert!((1..=3).contains(&objects.len()), "{} objects", objects.len());
    for object in objects {
        let hash = super::hash(&object.path()).unwrap();
        assert_eq!(object.file_name().to_string_lossy(), hash);
    }
}
