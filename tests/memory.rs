//! The memory of a render depends on the number of its tracks, not on their length.

use crate::program_runs::TestFolder;
use std::fmt::Write as _;
use std::time::Duration;

const RATE_HZ: u32 = 8_000;
const TRACKS: usize = 4;

/// Writes a WAV file of one channel: a hum whose level rises and falls.
fn write_stem(folder: &TestFolder, name: &str, minutes: u32) {
    let format = hound::SampleFormat::Int;
    let spec = hound::WavSpec { channels: 1, sample_rate: RATE_HZ, bits_per_sample: 16, sample_format: format };
    let mut writer = hound::WavWriter::create(folder.path(name), spec).unwrap();
    let mut samples = writer.get_i16_writer(minutes * 60 * RATE_HZ);
    for frame in 0..minutes * 60 * RATE_HZ {
        let swell = frame / 100 % 1_000;
        samples.write_sample(((frame % 50) as i16 - 25) * swell as i16 / 4);
    }
    samples.flush().unwrap();
    writer.finalize().unwrap();
}

/// Returns the largest resident memory of a render of all data files, in KB.
fn peak_kb(folder: &TestFolder, minutes: u32) -> u64 {
    let stem = format!("{minutes}.wav");
    write_stem(folder, &stem, minutes);
    let mut session =
        String::from("[align]\nmode = \"off\"\n[master]\ntarget = \"none\"\n[[buses]]\nname = \"band\"\n");
    for track in 0..TRACKS {
        let _ =
            write!(session, "[[tracks]]\nname = \"t{track}\"\nfile = \"{stem}\"\ngain_db = -40.0\noutput = \"band\"\n");
    }
    folder.write("mix.toml", session.as_bytes());
    let mut command = folder.command();
    // One thread: the number of the allocator's memory pools then does not depend on chance.
    command.env("RAYON_NUM_THREADS", "1");
    let mut child = command.args(["render", "--session", "mix.toml", "--quiet", "--out", "mix"]).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        // The figure never falls; its rise in the last milliseconds, when files get their names,
        // does not count.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.map_or(peak, |line| line.trim().trim_end_matches(" kB").parse().unwrap());
        if let Some(ended) = child.try_wait().unwrap() {
            assert!(ended.success());
            return peak;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn ten_times_the_length_takes_no_more_memory() {
    let folder = TestFolder::new();
    let (short, long) = (peak_kb(&folder, 10), peak_kb(&folder, 100));
    assert!(short > 4_000, "{short} KB: no program is that small");
    // 0.4 MB for the powers of one strip while its loudness is measured, and the rest for variation
    // of the allocator. The master's readings, its pixels and the powers of sum and file would be
    // 4.5 MB more, readings of a strip 3 MB each.
    assert!(long < short + 2_000, "{short} KB for 10 minutes, {long} for 100");
}
