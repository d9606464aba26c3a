//! Memory of a group of processes.

use std::fs;
use std::path::Path;

/// Bytes of a kibibyte, the unit of `VmRSS`.
const KIBIBYTE: u64 = 1_024;

/// Returns the resident memory of all processes of a group, in bytes.
pub(super) fn resident_bytes(group: u32) -> u64 {
    let Ok(entries) = fs::read_dir("/proc") else { return 0 };
    let is_process = |name: &std::ffi::OsStr| name.as_encoded_bytes().iter().all(u8::is_ascii_digit);
    let folders = entries.flatten().filter(|entry| is_process(&entry.file_name())).map(|entry| entry.path());
    folders.filter(|folder| group_of(folder) == Some(group)).filter_map(|folder| resident(&folder)).sum()
}

/// Returns the group of a process: the third field after the name, which is in parentheses.
fn group_of(folder: &Path) -> Option<u32> {
    let stat = fs::read_to_string(folder.join("stat")).ok()?;
    stat[stat.rfind(')')? + 1..].split_whitespace().nth(2)?.parse().ok()
}

fn resident(folder: &Path) -> Option<u64> {
    let status = fs::read_to_string(folder.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kibibytes| kibibytes * KIBIBYTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_of_this_process_has_memory_and_an_unused_one_has_none() {
        let group = group_of(Path::new("/proc/self")).unwrap();
        assert!(resident_bytes(group) > 100_000);
        assert_eq!(resident_bytes(u32::MAX), 0);
    }
}
