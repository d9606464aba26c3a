//! Output of a program: its end for error messages, and the progress in it.

use std::io::Read;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of the end that are kept, whatever the program prints.
const KEPT: usize = 4_096;
/// Lines of the end that are shown in an error.
const SHOWN_LINES: usize = 3;
/// Characters of the end that are shown in an error.
const SHOWN_LETTERS: usize = 600;

/// End of the output of a program, shared with the threads that read it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tail(Arc<Mutex<Vec<u8>>>);

impl Tail {
    /// Reads a stream to its end; `done` receives a mark then.
    pub(super) fn read(&self, mut stream: impl Read, done: &Sender<()>) {
        let mut chunk = [0; KEPT];
        loop {
            match stream.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => self.add(&chunk[..read]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        // The receiver may have given up waiting.
        let _ = done.send(());
    }

    fn add(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        let surplus = kept.len().saturating_sub(KEPT);
        kept.drain(..surplus);
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Returns the share that the last progress bar states, 0 to 1. Such bars begin with a
    /// percentage before a stroke: ` 12%|██`.
    pub(super) fn progress(&self) -> Option<f64> {
        let text = self.text();
        let before = &text[..text.rfind("%|")?];
        let digits = before.len() - before.bytes().rev().take_while(u8::is_ascii_digit).count();
        before[digits..].parse::<f64>().ok().map(|percent| (percent / 100.0).min(1.0))
    }

    /// Returns the last lines in one, without progress bars.
    pub(super) fn message(&self) -> String {
        let text = self.text();
        let lines: Vec<&str> =
            text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty() && !line.contains("%|")).collect();
        let shown = lines[lines.len().saturating_sub(SHOWN_LINES)..].join("; ");
        let surplus = shown.chars().count().saturating_sub(SHOWN_LETTERS);
        shown.chars().skip(surplus).map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    fn tail(output: &[u8]) -> Tail {
        let (done, ended) = channel();
        let tail = Tail::default();
        tail.read(output, &done);
        ended.recv().unwrap();
        tail
    }

    #[test]
    fn the_last_bar_is_the_progress() {
        assert_eq!(tail(b"").progress(), None);
        assert_eq!(tail(b"Separating track\n  0%|   | 0.0/9\r 12%|#  | 1.1/9").progress(), Some(0.12));
        assert_eq!(tail("100%|██████| 9/9 [00:03]\n".as_bytes()).progress(), Some(1.0));
        assert_eq!(tail(b"all %| of it").progress(), None);
    }

    #[test]
    fn a_message_is_the_last_lines_and_bounded() {
        assert_eq!(tail(b"a\nb\n\nc\r 10%|# |\rd\x1b[0m\n").message(), "b; c; d [0m");
        let flood = vec![b'x'; 1 << 20];
        assert_eq!(tail(&flood).message().len(), SHOWN_LETTERS);
        assert_eq!(tail(&[0xFF; 9_000]).message().chars().count(), SHOWN_LETTERS);
    }
}
