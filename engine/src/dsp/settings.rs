//! Settings of inserts, each stated once by [`settings!`]: key, type, default, range and meaning.

use crate::process::{BuildError, check_frequency, check_range};
use crate::units::SampleRate;
use serde::{Deserialize, Deserializer};
use std::ops::RangeInclusive;

/// A number among the settings of an insert.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NumberSetting {
    /// Key, as a session file spells it. It ends in the unit.
    pub(crate) key: &'static str,
    pub(crate) value: f64,
    /// Accepted values.
    pub(crate) range: RangeInclusive<f64>,
}

impl NumberSetting {
    /// Returns true if it is a frequency, which the sample rate bounds too.
    pub(crate) fn is_frequency(&self) -> bool {
        self.key.ends_with("_hz")
    }

    /// Checks a frequency against the sample rate; 0 is accepted where the range begins there and
    /// stands for none.
    ///
    /// # Errors
    /// [`BuildError::OutOfRange`] or [`BuildError::AboveNyquist`].
    pub(crate) fn check_rate(&self, rate: SampleRate) -> Result<(), BuildError> {
        let is_off = self.value == 0.0 && self.range.contains(&0.0);
        if self.is_frequency() && !is_off { check_frequency(self.key, self.value, rate) } else { Ok(()) }
    }

    fn check(&self, rate: SampleRate) -> Result<(), BuildError> {
        self.check_rate(rate)?;
        check_range(self.key, self.value, *self.range.start(), *self.range.end())
    }
}

/// A type that [`settings!`] declares.
pub(crate) trait Settings {
    /// Returns the numbers, in the order of their declaration.
    fn numbers(&self) -> Vec<NumberSetting>;

    /// Checks each number against its range, frequencies against the sample rate first.
    ///
    /// # Errors
    /// [`BuildError::OutOfRange`] or [`BuildError::AboveNyquist`] for the first that does not fit.
    fn check(&self, rate: SampleRate) -> Result<(), BuildError> {
        self.numbers().iter().try_for_each(|number| number.check(rate))
    }
}

/// Reads a setting that is present, so that a wrong type is an error and not an absent setting.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Declares the settings of an insert. A line gives `key: type = default, in range;` below its
/// documentation, which sessions, their schema and docs/session.md show. Without a default the
/// setting is required; without a range its type limits it.
///
/// ```text
/// settings! {
///     /// Settings of the shelf.
///     pub struct ShelfSettings;
///
///     /// Gain, in decibels.
///     gain_db: f64, in -48.0..=48.0;
///     /// Quality factor.
///     q: f64 = 0.7, in 0.05..=100.0;
/// }
/// ```
///
/// This gives the struct, serde, JSON Schema, [`Settings`], and `new` from the required settings,
/// or `Default` where there are none. `pub struct ShelfSettings without Copy;` declares settings
/// with text among them.
macro_rules! settings {
    ($(#[$about:meta])* pub struct $name:ident; $($lines:tt)*) => {
        settings! { @sort [$(#[$about])* #[derive(Copy)] $name] [] [] $($lines)* }
    };
    ($(#[$about:meta])* pub struct $name:ident without Copy; $($lines:tt)*) => {
        settings! { @sort [$(#[$about])* $name] [] [] $($lines)* }
    };

    // Collects all settings, and those without a default once more.
    (@sort $head:tt [$($all:tt)*] $required:tt
        $(#[$about:meta])* $key:ident: $type:ty = $default:expr $(, in $range:expr)?; $($rest:tt)*
    ) => {
        settings! {
            @sort $head [$($all)* {[$(#[$about])*] $key [$type] [$default] [$($range)?]}] $required $($rest)*
        }
    };
    (@sort $head:tt [$($all:tt)*] [$($required:tt)*]
        $(#[$about:meta])* $key:ident: $type:ty $(, in $range:expr)?; $($rest:tt)*
    ) => {
        settings! {
            @sort $head
            [$($all)* {[$(#[$about])*] $key [$type] [] [$($range)?]}] [$($required)* $key: $type,] $($rest)*
        }
    };

    (@sort [$(#[$head:meta])* $name:ident]
        [$({[$(#[$about:meta])*] $key:ident [$type:ty] [$($default:expr)?] [$($range:expr)?]})*] $required:tt
    ) => {
        $(#[$head])*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub struct $name {
            $(
                $(#[$about])*
                $(#[schemars(default, extend("default" = $default))])?
                $(#[schemars(range(min = *($range).start(), max = *($range).end()))])?
                pub $key: $type,
            )*
        }

        settings! { @new $name $required [$($key [$($default)?])*] }

        impl $crate::dsp::settings::Settings for $name {
            fn numbers(&self) -> Vec<$crate::dsp::settings::NumberSetting> {
                let all = [$(settings!(@number self $key [$($range)?])),*];
                all.into_iter().flatten().collect()
            }
        }

        // Derived defaults are paths in text, which a macro cannot write: an absent setting is
        // filled in here.
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                #[derive(::serde::Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Given {
                    $(
                        #[serde(default, deserialize_with = "crate::dsp::settings::present")]
                        $key: Option<$type>,
                    )*
                }
                let given = Given::deserialize(from)?;
                Ok(Self { $($key: settings!(@given given $key [$($default)?])),* })
            }
        }
    };

    (@new $name:ident [] [$($key:ident [$default:expr])*]) => {
        impl Default for $name {
            fn default() -> Self {
                Self { $($key: $default),* }
            }
        }
    };
    (@new $name:ident [$($required:ident: $type:ty,)*] [$($key:ident [$($default:expr)?])*]) => {
        impl $name {
            /// Creates settings from the required ones; the others have their defaults.
            pub fn new($($required: $type),*) -> Self {
                Self { $($key: settings!(@or $key [$($default)?])),* }
            }
        }
    };

    (@or $key:ident []) => { $key };
    (@or $key:ident [$default:expr]) => { $default };

    (@number $self:ident $key:ident []) => { None };
    (@number $self:ident $key:ident [$range:expr]) => {
        Some($crate::dsp::settings::NumberSetting { key: stringify!($key), value: $self.$key, range: $range })
    };

    (@given $given:ident $key:ident []) => {
        $given.$key.ok_or_else(|| ::serde::de::Error::missing_field(stringify!($key)))?
    };
    (@given $given:ident $key:ident [$default:expr]) => { $given.$key.unwrap_or($default) };
}
pub(crate) use settings;

#[cfg(test)]
#[allow(unreachable_pub)] // The macro declares public types.
mod tests {
    use super::*;
    use serde_json::json;

    settings! {
        /// Settings of a test.
        pub struct TestSettings;

        /// Level, in decibels.
        level_db: f64, in -10.0..=10.0;
        /// Frequency, in hertz.
        tone_hz: f64 = 100.0, in 50.0..=200.0;
        /// Switch.
        on: bool = true;
    }

    settings! {
        /// Settings that need nothing.
        pub struct OptionalSettings;

        /// Level, in decibels.
        level_db: f64 = 3.0, in -10.0..=10.0;
    }

    fn read(value: serde_json::Value) -> Result<TestSettings, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn absent_settings_have_their_defaults_in_code_and_in_documents() {
        let settings = TestSettings { level_db: 1.0, tone_hz: 100.0, on: true };
        assert_eq!(TestSettings::new(1.0), settings);
        assert_eq!(read(json!({ "level_db": 1 })), Ok(settings));
        assert_eq!(OptionalSettings::default(), OptionalSettings { level_db: 3.0 });
        assert_eq!(serde_json::to_value(settings).unwrap(), json!({ "level_db": 1.0, "tone_hz": 100.0, "on": true }));
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_name() {
        assert_eq!(read(json!({})).unwrap_err(), "missing field `level_db`");
        assert!(read(json!({ "level_db": 1, "lvel_db": 1 })).unwrap_err().contains("unknown field `lvel_db`"));
        // Null is a wrong type and not an absent setting.
        assert!(read(json!({ "level_db": 1, "tone_hz": null })).unwrap_err().contains("expected f64"));
    }

    #[test]
    fn a_frequency_is_bounded_by_its_range_and_by_nyquist() {
        let problem = |tone_hz, rate_hz| {
            let rate = SampleRate::new(rate_hz).unwrap();
            TestSettings { tone_hz, ..TestSettings::new(0.0) }.check(rate).map_err(|error| error.to_string())
        };
        assert_eq!(problem(200.0, 1_000), Ok(()));
        assert_eq!(problem(49.0, 8_000), Err("tone_hz = 49 is out of range (50 to 200)".into()));
        assert_eq!(problem(600.0, 1_000), Err("tone_hz = 600 is above Nyquist (500 Hz at 1000 Hz)".into()));
    }

    #[test]
    fn the_schema_has_each_setting_with_its_range_and_default() {
        let schema = schemars::schema_for!(TestSettings).to_value();
        let level = json!({
            "description": "Level, in decibels.", "type": "number", "format": "double", "minimum": -10.0, "maximum": 10.0
        });
        assert_eq!(schema["properties"]["level_db"], level);
        assert_eq!(schema["properties"]["tone_hz"]["default"], json!(100.0));
        assert_eq!(schema["properties"]["on"]["default"], json!(true));
        assert_eq!(schema["required"], json!(["level_db"]));
        assert_eq!(schema["additionalProperties"], json!(false));
    }
}
