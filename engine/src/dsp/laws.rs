//! Settings with which the laws of every processor (`tests/laws`) are checked. Each insert states
//! its own beside its settings.

/// One set of settings, with the properties that the laws expect of its processor.
#[derive(Clone, Debug, PartialEq)]
pub struct LawCase<S> {
    /// The settings.
    pub settings: S,
    /// True if the processor changes nothing but the delay.
    pub neutral: bool,
    /// Intended delay of an effect, beyond its latency, in milliseconds.
    pub late_ms: f64,
    /// Analytic response, of a linear processor.
    pub response: Option<Response>,
    /// Largest distance from the response on the analogue frequency axis, in decibels. `None`
    /// stands for the axis of the bilinear transform, and 0.01 dB.
    pub analogue_within_db: Option<f64>,
    /// True if the insert is also added and removed during a tone, where nothing else may sound.
    pub exchanged: bool,
}

/// Analytic response of a linear processor: that of its analogue prototype. Where the bilinear
/// transform maps the frequency axis, both agree at `hz`.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// The same gain at all frequencies.
    Flat {
        /// Gain, in decibels.
        gain_db: f64,
    },
    /// Butterworth low-pass.
    LowPass {
        /// Cutoff, in hertz.
        hz: f64,
        /// Order: 6 dB per octave each.
        order: i32,
    },
    /// Butterworth high-pass.
    HighPass {
        /// Cutoff, in hertz.
        hz: f64,
        /// Order: 6 dB per octave each.
        order: i32,
    },
    /// Second order: a quotient of polynomials in s, with s = j at `hz`.
    Biquad {
        /// Frequency of the prototype, in hertz.
        hz: f64,
        /// Coefficients of s², s and 1 above the line.
        above: [f64; 3],
        /// Coefficients of s², s and 1 below the line.
        below: [f64; 3],
    },
    /// Dry signal and echoes: 1 − m + m·z / (1 − f·z), with z a delay in whole frames.
    Echo {
        /// Delay, in milliseconds.
        time_ms: f64,
        /// Feedback f.
        feedback: f64,
        /// Mix m.
        mix: f64,
    },
}

impl<S> LawCase<S> {
    /// Creates a case of a processor that is neither neutral nor linear.
    pub fn new(settings: S) -> Self {
        Self { settings, neutral: false, late_ms: 0.0, response: None, analogue_within_db: None, exchanged: false }
    }

    /// Returns the case of a processor that changes nothing but the delay.
    #[must_use]
    pub fn neutral(self) -> Self {
        Self { neutral: true, ..self }
    }

    /// Returns the case of an effect with a delay beyond its latency, in milliseconds.
    #[must_use]
    pub fn late(self, late_ms: f64) -> Self {
        Self { late_ms, ..self }
    }

    /// Returns the case of a linear processor.
    #[must_use]
    pub fn linear(self, response: Response) -> Self {
        Self { response: Some(response), ..self }
    }

    /// Returns the case of a linear processor that follows its prototype on the analogue axis,
    /// within so many decibels.
    #[must_use]
    pub fn analogue(self, response: Response, within_db: f64) -> Self {
        Self { response: Some(response), analogue_within_db: Some(within_db), ..self }
    }

    /// Returns the case of an insert that is also added and removed during a tone.
    #[must_use]
    pub fn exchanged(self) -> Self {
        Self { exchanged: true, ..self }
    }

    /// Returns the case with its settings as another type.
    pub fn map<T>(self, of: impl FnOnce(S) -> T) -> LawCase<T> {
        let Self { settings, neutral, late_ms, response, analogue_within_db, exchanged } = self;
        LawCase { settings: of(settings), neutral, late_ms, response, analogue_within_db, exchanged }
    }
}
