//! Macros that make types and constants of the rows of the table.

/// Emits [`LiveLevels`](super::LiveLevels) from the rows under `live`, and
/// [`MeterRow`](super::MeterRow), [`MeterSeries`](super::MeterSeries) and
/// [`SERIES`](super::SERIES) from all rows.
macro_rules! series_readings {
    (live { $($live:tt)+ } offline { $($offline:tt)* }) => {
        series_readings!(@live $($live)+);
        series_readings!(@all $($live)+ $($offline)*);
    };
    (@live $(
        $(#[doc = $doc:literal])+
        $key:ident: $cell:ident { of: $of:expr, $($column:ident: $entry:expr),+ $(,)? }
    )+) => {
        /// Levels of a strip at one moment, not rounded; `None` where there is no reading.
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub struct LiveLevels {
            $($(#[doc = $doc])+ pub $key: Option<f64>,)+
        }

        impl LiveLevels {
            /// Returns the levels of an interval. Audio thread.
            pub(crate) fn new(interval: &Interval<'_>) -> Self {
                let [$($key,)+ ..] = &SERIES;
                Self { $($key: ($key.of)(interval),)+ }
            }

            /// Returns the levels, each with its row of the table, in its order.
            pub fn iter(&self) -> impl Iterator<Item = (&'static SeriesReading, Option<f64>)> {
                SERIES.iter().zip([$(self.$key),+])
            }
        }
    };
    (@all $(
        $(#[doc = $doc:literal])+
        $key:ident: $cell:ident { of: $of:expr, $($column:ident: $entry:expr),+ $(,)? }
    )+) => {
        /// Readings over time, in the order of documents. Levels are `None` where there is no
        /// reading; the audio up to the end of the interval counts.
        pub const SERIES: [SeriesReading; [$(stringify!($key)),+].len()] = [$(
            SeriesReading {
                key: stringify!($key),
                doc: concat!($($doc),+).trim_ascii(),
                $($column: $entry,)+
                of: $of,
                value: |row, rounding| SeriesValue::from(row.$key.value(rounding)),
                ..SeriesReading::PLAIN
            },
        )+];

        /// Readings of one interval.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct MeterRow {
            $($(#[doc = $doc])+ pub $key: $cell,)+
        }

        impl MeterRow {
            /// Bytes in a file.
            pub(crate) const BYTES: usize = 0 $(+ $cell::BYTES)+;

            pub(in crate::meter) fn new(interval: &Interval<'_>) -> Self {
                let [$($key),+] = &SERIES;
                Self { $($key: $cell::new(($key.of)(interval), $key.rounding),)+ }
            }

            /// Appends the form in a file.
            pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
                $(bytes.extend(self.$key.to_bytes());)+
            }

            /// Returns the row of which this is the form in a file.
            pub(crate) fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
                let mut rest = &bytes[..];
                Self { $($key: $cell::from_bytes(next_bytes(&mut rest)),)+ }
            }
        }

        /// Readings over time. Value i of each vector covers the time from i to i + 1 intervals;
        /// the last interval may be shorter. Values are rounded, `None` (JSON `null`) where there
        /// is no reading: f32 holds that and takes half the memory. A vector is empty where a
        /// document of an older version lacks it.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct MeterSeries {
            /// Milliseconds between values: 100.
            pub interval_ms: u32,
            $($(#[doc = $doc])+ #[serde(default)] pub $key: Vec<series_value!($cell)>,)+
        }

        impl MeterSeries {
            /// Returns the rows as columns.
            pub fn from_rows(rows: &[MeterRow]) -> Self {
                let [$($key),+] = &SERIES;
                Self {
                    interval_ms: INTERVAL_MS,
                    $($key: rows.iter().map(|row| row.$key.value($key.rounding)).collect(),)+
                }
            }
        }
    };
}

/// Emits [`IntervalMeters`](super::IntervalMeters) from the list of meters.
macro_rules! interval_meters {
    ($($name:ident: $meter:ty),+ $(,)?) => {
        /// Meters that run at every interval, each in a file of its own.
        #[derive(Clone, Debug)]
        pub(crate) struct IntervalMeters {
            $($name: $meter,)+
        }

        impl IntervalMeter for IntervalMeters {
            fn new(rate: SampleRate, channels: usize) -> Self {
                Self { $($name: IntervalMeter::new(rate, channels),)+ }
            }

            fn reset(&mut self) {
                $(self.$name.reset();)+
            }

            fn observe(&mut self, part: &Block<'_>) {
                $(self.$name.observe(part);)+
            }

            fn end_interval(&mut self, levels: &IntervalLevels) {
                $(self.$name.end_interval(levels);)+
            }
        }
    };
}

/// The type of a cell's value.
macro_rules! series_value {
    (Level) => { Option<f32> };
    (Linear) => { f64 };
}

/// Emits [`Measurement`](super::Measurement) and [`SUMMARY`](super::SUMMARY) from the rows.
macro_rules! summary_readings {
    ($(
        $(#[doc = $doc:literal])+
        $key:ident: $type:ty { of: $of:expr, $($column:ident: $entry:expr),+ $(,)? }
    )+) => {
        /// Readings of a whole programme, in the order of documents.
        pub const SUMMARY: [SummaryReading; [$(stringify!($key)),+].len()] = [$(
            SummaryReading {
                key: stringify!($key),
                doc: concat!($($doc),+).trim_ascii(),
                $($column: $entry,)+
                value: |measurement| SummaryValue::from(&measurement.$key),
                ..SummaryReading::PLAIN
            },
        )+];

        /// Result of a measurement. A reading that does not exist (silence, too short, one channel)
        /// is `None`, JSON `null`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct Measurement {
            $($(#[doc = $doc])+ pub $key: $type,)+
        }

        impl Measurement {
            /// Returns the readings of a programme. Allocates.
            pub(in crate::meter) fn new(whole: &Whole<'_>) -> Self {
                $(let $key: fn(&Whole<'_>) -> $type = $of;)+
                Self { $($key: $key(whole),)+ }
            }

            /// Returns the readings as written to documents, each rounded to the decimals of its
            /// row of the table.
            #[must_use]
            pub fn rounded(&self) -> Self {
                let [$($key),+] = &SUMMARY;
                Self { $($key: Round::round(&self.$key, $key.decimals),)+ }
            }
        }
    };
}

pub(super) use {interval_meters, series_readings, series_value, summary_readings};
