//! The mixer, drawn: strips side by side, the master at the right, the transport above.

use super::mixer::{Mixer, StripView};
use crate::cli::number::{fixed, signed};
use mixdown_engine::live::Motion;
use mixdown_engine::meter::{Label, SeriesReading};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

/// Columns of a strip, and of the master.
const STRIP: u16 = 9;
const MASTER: u16 = 34;
/// Lines of a strip besides its meter.
const STRIP_LINES: u16 = 5;
/// The lowest level that a meter shows, in dBFS.
const FLOOR_DBFS: f64 = -60.0;

/// Parts of a cell.
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

const KEYS: [&str; 12] = [
    "left right   select a strip",
    "up down      fader by 1 dB; with shift, or + and -, by 0.1 dB",
    "r            fader to 0 dB",
    "[ ]          pan",
    "m s p        mute, solo, polarity",
    "b            bypass the strip's inserts",
    "space        play, pause",
    ", .          5 s back, 5 s on",
    "home         to the beginning",
    "l            loop 8 s around here, or no longer",
    "? h          these keys",
    "q            quit",
];

/// Draws everything into a terminal of any size.
pub(super) fn draw(mixer: &Mixer, area: Rect, buffer: &mut Buffer) {
    let plain = Style::default();
    put(buffer, area, 0, 0, &transport(mixer), plain.add_modifier(Modifier::BOLD));
    if area.height > 3
        && let Some(strip) = mixer.strips.get(mixer.selected)
    {
        let which = format!("{} of {}   {}", mixer.selected + 1, mixer.strips.len(), strip.name);
        put(buffer, area, 0, 1, &which, plain.fg(Color::DarkGray));
    }
    let bottom = area.height.saturating_sub(1);
    if bottom > 0 {
        put(buffer, area, 0, bottom, &mixer.message, plain.fg(Color::Yellow));
    }
    if area.height < 4 {
        return;
    }
    let body = Rect { x: area.x, y: area.y + 2, width: area.width, height: area.height - 3 };
    if mixer.help {
        for (line, text) in (0..).zip(KEYS) {
            put(buffer, body, 2, line, text, plain);
        }
        return;
    }
    let master = if area.width >= MASTER + STRIP { MASTER } else { 0 };
    let shown = usize::from((area.width - master) / STRIP).max(1);
    // The selected strip is always among those that there is room for.
    let first = (mixer.selected + 1).saturating_sub(shown);
    for (column, (index, strip)) in (0..).zip(mixer.strips.iter().enumerate().skip(first).take(shown)) {
        let x = body.x + column * STRIP;
        let room = Rect { x, width: STRIP.min(area.right().saturating_sub(x)), ..body };
        draw_strip(strip, index == mixer.selected, room, buffer);
    }
    if master > 0 {
        let room = Rect { x: area.right() - MASTER, width: MASTER, ..body };
        draw_master(mixer, room, buffer);
    }
}

fn transport(mixer: &Mixer) -> String {
    let time = |frames: u64| {
        let seconds = mixer.rate.seconds(frames);
        format!("{}:{:04.1}", (seconds / 60.0) as u64, seconds % 60.0)
    };
    let motion = match mixer.motion {
        Motion::Still => "paused",
        Motion::Rolling => "playing",
        Motion::Cueing => "seeking",
    };
    let length = mixer.length.map(|length| format!(" of {}", time(length))).unwrap_or_default();
    let looped = mixer.loop_range.map(|(start, end)| format!("   loop {} to {}", time(start), time(end)));
    let starved = if mixer.starvations > 0 { format!("   starved {}", mixer.starvations) } else { String::new() };
    let (at, looped) = (time(mixer.position), looped.unwrap_or_default());
    format!("{motion:<8}{at}{length}{looped}   load {:.0} %{starved}", mixer.load * 100.0)
}

fn draw_strip(strip: &StripView, selected: bool, area: Rect, buffer: &mut Buffer) {
    let plain = Style::default();
    let title = if selected { plain.add_modifier(Modifier::REVERSED) } else { plain.add_modifier(Modifier::BOLD) };
    let name: String = strip.name.chars().take(usize::from(STRIP) - 1).collect();
    put(buffer, area, 0, 0, &format!("{name:<8}"), title);
    let height = area.height.saturating_sub(STRIP_LINES);
    draw_meter(strip, Rect { y: area.y + 1, height, ..area }, buffer);
    let below = height + 1;
    put(buffer, area, 0, below, &format!("{:>6}dB", signed(strip.gain_db, 1)), plain);
    put(buffer, area, 0, below + 1, &pan_text(strip.pan), plain);
    let switches = [
        ("M", strip.mute, Color::Red),
        ("S", strip.solo, Color::Yellow),
        ("P", strip.inverted, Color::Magenta),
        ("B", strip.bypassed, Color::Cyan),
    ];
    for (column, (letter, on, colour)) in (0..).zip(switches) {
        let style = if on { plain.fg(Color::Black).bg(colour) } else { plain.fg(Color::DarkGray) };
        put(buffer, area, 2 * column, below + 2, letter, style);
    }
    if strip.reduction_db > 0.05 {
        put(buffer, area, 0, below + 3, &format!("GR{:5.1}", strip.reduction_db), plain.fg(Color::Cyan));
    }
}

fn pan_text(pan: f64) -> String {
    let percent = (pan.abs() * 100.0).round();
    match pan {
        pan if pan < 0.0 => format!("  L{percent:.0}"),
        pan if pan > 0.0 => format!("  R{percent:.0}"),
        _ => "  C".into(),
    }
}

/// Draws RMS as a solid bar, the peak above it lighter, and the held peak as a line.
fn draw_meter(strip: &StripView, area: Rect, buffer: &mut Buffer) {
    let lines = f64::from(area.height);
    let share = |level: Option<f64>| level.map_or(0.0, |level| (1.0 - level / FLOOR_DBFS).clamp(0.0, 1.0) * lines);
    let (rms, peak, held) = (share(strip.rms_dbfs), share(strip.peak_dbfs), share(strip.held_dbfs));
    for line in 0..area.height {
        // Counted from below; this cell covers the level from `from` to `from + 1`.
        let from = f64::from(area.height - 1 - line);
        let level_db = FLOOR_DBFS * (1.0 - (from + 0.5) / lines);
        let colour = match level_db {
            level if level > -3.0 => Color::Red,
            level if level > -12.0 => Color::Yellow,
            _ => Color::Green,
        };
        let text = if rms > from + 0.5 {
            "████"
        } else if peak > from + 0.5 {
            "▒▒▒▒"
        } else if held > from && held <= from + 1.0 {
            "────"
        } else {
            continue;
        };
        put(buffer, area, 1, line, text, Style::default().fg(colour));
    }
}

fn draw_master(mixer: &Mixer, area: Rect, buffer: &mut Buffer) {
    let plain = Style::default();
    let master = &mixer.master;
    put(buffer, area, 0, 0, "master", plain.add_modifier(Modifier::BOLD));
    // Levels, then the reduction, then ratios.
    let shown = master.levels.iter().filter_map(|(reading, value)| Some((reading, reading.live?, value)));
    let (levels, ratios): (Vec<_>, Vec<_>) = shown.partition(|(reading, ..)| !reading.unit.is_empty());
    let text = |(reading, label, value): &(&SeriesReading, Label, Option<f64>)| {
        let none = if reading.unit.is_empty() { "-" } else { "-inf" };
        let value = value.map_or(none.into(), |value| fixed(value, usize::from(label.decimals)));
        format!("{:<12}{value:>6} {}", label.text, reading.unit)
    };
    let mut lines: Vec<String> = levels.iter().map(text).collect();
    lines.push(format!("reduction   {:>6} dB", fixed(master.reduction_db, 1)));
    lines.extend(ratios.iter().map(text));
    for (line, text) in (1..).zip(&lines) {
        put(buffer, area, 0, line, text, plain);
    }
    let top = lines.len() as u16 + 2;
    let height = area.height.saturating_sub(top + 1);
    // Two bands per column.
    for (column, pair) in (0..).zip(master.spectrum_dbfs.chunks_exact(2)) {
        let level = f64::from(pair[0].max(pair[1]));
        let filled = (1.0 - level / -90.0).clamp(0.0, 1.0) * f64::from(height);
        for line in 0..height {
            let part = (filled - f64::from(height - 1 - line)).clamp(0.0, 1.0);
            put(buffer, area, column, top + line, EIGHTHS[(part * 8.0) as usize], plain.fg(Color::Blue));
        }
    }
    put(buffer, area, 0, top + height, "20 Hz            1k          20k", plain.fg(Color::DarkGray));
}

/// Writes text at a place of an area, as far as it is inside.
fn put(buffer: &mut Buffer, area: Rect, x: u16, y: u16, text: &str, style: Style) {
    let inside = area.intersection(buffer.area);
    if x < inside.width && y < inside.height {
        buffer.set_stringn(inside.x + x, inside.y + y, text, usize::from(inside.width - x), style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::play::mixer::tests::mixer;
    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    fn drawn(mixer: &Mixer, width: u16, height: u16) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        draw(mixer, area, &mut buffer);
        (0..height).map(|y| (0..width).map(|x| buffer[(x, y)].symbol()).collect()).collect()
    }

    #[test]
    fn a_strip_shows_its_name_its_fader_and_its_meter() {
        let (mut mixer, ..) = mixer();
        (mixer.strips[1].gain_db, mixer.strips[1].pan) = (-3.5, 0.25);
        (mixer.strips[1].peak_dbfs, mixer.strips[1].rms_dbfs) = (Some(-6.0), Some(-30.0));
        let lines = drawn(&mixer, 80, 24);
        assert!(lines[0].starts_with("paused  0:00.0 of 0:"), "{}", lines[0]);
        assert!(lines[1].starts_with("1 of 2   drums"), "{}", lines[1]);
        assert!(lines[2].contains("drums") && lines[2].contains("bass") && lines[2].contains("master"));
        assert!(lines.iter().any(|line| line.contains("-3.5dB")) && lines.iter().any(|line| line.contains("R25")));
        let column = |text: &str| lines.iter().filter(|line| line.contains(text)).count();
        // Sixteen lines for 60 dB: half of them for -30 dBFS, and fourteen and a half for -6.
        assert_eq!((column("████"), column("▒▒▒▒")), (8, 6), "{lines:#?}");
        mixer.key(KeyEvent::new(KeyCode::Char('?'), KeyModifiers::NONE));
        assert!(drawn(&mixer, 80, 24).iter().any(|line| line.contains("mute, solo, polarity")));
    }

    #[test]
    fn the_selected_strip_is_shown_with_its_whole_name() {
        let (mut mixer, ..) = mixer();
        let strip = mixer.strips[0].clone();
        mixer.strips = vec![strip; 40];
        for (index, strip) in mixer.strips.iter_mut().enumerate() {
            strip.name = format!("a long name, {} of it", index + 1);
        }
        (mixer.selected, mixer.strips[24].gain_db) = (24, -7.5);
        for width in [9, 20, 80, 120] {
            let lines = drawn(&mixer, width, 24);
            assert!(
                lines[1].starts_with(&"25 of 40   a long name, 25 of it"[..usize::from(width.min(32))]),
                "{lines:#?}"
            );
            assert!(lines.iter().any(|line| line.contains("-7.5dB")), "{lines:#?}");
        }
    }

    #[test]
    fn no_terminal_is_too_small_or_too_large() {
        let (mut mixer, ..) = mixer();
        for (width, height) in [(1, 1), (2, 3), (5, 20), (20, 5), (44, 10), (80, 24), (200, 50)] {
            for selected in 0..2 {
                mixer.selected = selected;
                let lines = drawn(&mixer, width, height);
                assert_eq!(lines.len(), usize::from(height));
            }
        }
    }
}
