//! Effect of services that normalise loudness on a master.

use super::Report;
use super::markup::number;
use crate::meter::Measurement;

/// Treatment by a service of a master that is softer than its level.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Softer {
    /// Turned up, as far as the true peak stays below this, in dBTP.
    Up(f64),
    /// Left as it is.
    Stays,
    /// Refused: the level is a requirement, with this tolerance in LU either way.
    Refused(f64),
}

/// A service and its level.
#[derive(Clone, Copy, Debug)]
struct Service {
    name: &'static str,
    /// Integrated loudness, in LUFS.
    level_lufs: f64,
    softer: Softer,
}

/// As the services and AES TD1008 state them for single tracks; they state no date and change their
/// figures.
const SERVICES: [Service; 6] = [
    Service { name: "Spotify", level_lufs: -14.0, softer: Softer::Up(-1.0) },
    Service { name: "Apple Music", level_lufs: -16.0, softer: Softer::Up(-1.0) },
    Service { name: "YouTube", level_lufs: -14.0, softer: Softer::Stays },
    Service { name: "Tidal", level_lufs: -14.0, softer: Softer::Stays },
    Service { name: "Amazon Music", level_lufs: -14.0, softer: Softer::Stays },
    Service { name: "Podcasts (Apple)", level_lufs: -16.0, softer: Softer::Refused(1.0) },
];

/// Returns one row per service: its name, its level and its effect; nothing for a master without
/// loudness.
pub(super) fn rows(report: &Report) -> Vec<Vec<String>> {
    let written = &report.master.written;
    let rows = SERVICES.iter().filter_map(|service| {
        let effect = service.effect(written)?;
        Some(vec![format!("<b>{}</b>", service.name), number(service.level_lufs, 0), effect])
    });
    rows.collect()
}

impl Service {
    /// Returns the effect of the service on a file with these readings; `None` without loudness.
    fn effect(&self, written: &Measurement) -> Option<String> {
        let up_db = self.level_lufs - written.integrated_lufs?;
        let down = || format!("turned down by {} dB", number(-up_db, 1));
        Some(match self.softer {
            Softer::Refused(within_lu) if up_db.abs() <= within_lu => "taken as it is".into(),
            Softer::Refused(_) if up_db > 0.0 => format!("{} LU too soft for its demands", number(up_db, 1)),
            Softer::Refused(_) => format!("{} LU too loud for its demands", number(-up_db, 1)),
            _ if up_db.abs() < 0.05 => "played as it is".into(),
            _ if up_db < 0.0 => down(),
            Softer::Stays => format!("played as it is, {} LU below its level", number(up_db, 1)),
            Softer::Up(ceiling_dbtp) => {
                let available_db = written.true_peak_dbtp.map_or(up_db, |peak| (ceiling_dbtp - peak).max(0.0));
                let gain_db = up_db.min(available_db);
                let ceiling = number(ceiling_dbtp, 0);
                match up_db - gain_db {
                    0.0 => format!("turned up by {} dB", number(gain_db, 1)),
                    short if gain_db < 0.05 => format!(
                        "played as it is, {} LU below its level: its peaks stand at {ceiling} dBTP",
                        number(short, 1)
                    ),
                    short => format!(
                        "turned up by {} dB, to peaks of {ceiling} dBTP, {} LU below its level",
                        number(gain_db, 1),
                        number(short, 1)
                    ),
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::ChannelLayout;
    use crate::meter::ProgrammeMeter;
    use crate::units::SampleRate;

    fn effects(lufs: f64, dbtp: f64) -> Vec<String> {
        let meter = ProgrammeMeter::new(SampleRate::new(48_000).unwrap(), &ChannelLayout::stereo());
        let written = Measurement { integrated_lufs: Some(lufs), true_peak_dbtp: Some(dbtp), ..meter.measurement() };
        SERVICES.iter().map(|service| service.effect(&written).unwrap()).collect()
    }

    #[test]
    fn services_turn_down_and_turn_up_to_the_peaks() {
        let loud = effects(-9.0, -1.0);
        assert_eq!((&*loud[0], &*loud[1]), ("turned down by 5.0 dB", "turned down by 7.0 dB"));
        assert_eq!(loud[5], "7.0 LU too loud for its demands");
        let soft = effects(-20.0, -4.0);
        assert_eq!(soft[0], "turned up by 3.0 dB, to peaks of −1 dBTP, 3.0 LU below its level");
        assert_eq!(soft[2], "played as it is, 6.0 LU below its level");
        assert_eq!(effects(-20.0, -10.0)[0], "turned up by 6.0 dB");
        assert_eq!(effects(-20.0, -0.5)[0], "played as it is, 6.0 LU below its level: its peaks stand at −1 dBTP");
        assert_eq!(effects(-15.5, -3.0)[5], "taken as it is");
    }
}
