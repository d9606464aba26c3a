//! Time at which a stem was recorded: the time reference of a broadcast wave.

use super::stem;

#[test]
fn the_time_reference_of_a_broadcast_wave_is_known_and_a_file_without_one_has_none() {
    let ten = stem("bext_10h.wav").info;
    assert_eq!(ten.time_reference, Some(36_000 * 44_100));
    assert_eq!(stem("bext_10h_500ms.wav").info.time_reference, Some(36_000 * 44_100 + 22_050));
    let stamp = ten.time_stamp.unwrap();
    assert_eq!((&*stamp.origination_date, stamp.origination_s()), ("2024-01-01", Some(36_000)));
    let plain = stem("click.wav").info;
    assert_eq!((plain.time_reference, plain.time_stamp), (None, None));
}
