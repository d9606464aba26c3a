//! Macro behind the list of all inserts.

/// Declares [`Insert`](super::Insert) from rows of its documentation, variant, name in sessions and
/// settings.
///
/// `filter` names the method of the settings that designs [`Sections`](super::biquad::Sections),
/// instead of [`Stage`](crate::process::Stage). `keyed` names the [`Key`](super::Key) among the
/// settings of a [`KeyedStage`](crate::process::KeyedStage). `laws` names the function that gives
/// their [`LawCase`](super::laws::LawCase)s where it is not `laws`.
macro_rules! inserts {
    ($(
        $(#[$about:meta])*
        $variant:ident(
            $name:literal, $settings:ty $(, filter = $design:ident)? $(, keyed = $key:ident)? $(, laws = $laws:ident)?
        );
    )*) => {
        /// One processor of a chain, named by its `type`.
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::schemars::JsonSchema)]
        #[serde(tag = "type")]
        #[non_exhaustive]
        pub enum Insert {
            $(
                $(#[$about])*
                #[serde(rename = $name)]
                $variant($settings),
            )*
        }

        impl<'de> ::serde::Deserialize<'de> for Insert {
            fn deserialize<D: ::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let mut from = <dyn ::erased_serde::Deserializer<'_>>::erase(from);
                read(&mut from).map_err(::serde::de::Error::custom)
            }
        }

        /// Reads an insert. One copy of this code serves all formats: it is large.
        fn read(from: &mut dyn ::erased_serde::Deserializer<'_>) -> Result<Insert, ::erased_serde::Error> {
            #[derive(::serde::Deserialize)]
            #[serde(tag = "type", remote = "Insert")]
            enum Tagged {
                $(
                    #[serde(rename = $name)]
                    $variant($settings),
                )*
            }
            Tagged::deserialize(from)
        }

        impl Insert {
            /// Names of all types, as sessions write them, in the order of the list.
            pub const TYPES: &'static [&'static str] = &[$($name),*];

            /// Returns the name of the type, as sessions write it.
            pub fn type_name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)*
                }
            }

            /// Returns the settings of all types with which the laws are checked.
            #[doc(hidden)]
            pub fn law_cases() -> Vec<$crate::dsp::laws::LawCase<Self>> {
                let mut cases = Vec::new();
                $(
                    let of_type = inserts!(@laws $settings $(, $laws)?);
                    cases.extend(of_type.into_iter().map(|case| case.map(Self::$variant)));
                )*
                cases
            }

            /// Returns the name of the track or bus whose signal its detector measures; `None`
            /// where that is its own input.
            pub fn key(&self) -> Option<&str> {
                match self {
                    $(Self::$variant(settings) => inserts!(@key settings $(, $key)?),)*
                }
            }

            fn settings(&self) -> &dyn Settings {
                match self {
                    $(Self::$variant(settings) => settings,)*
                }
            }

            fn kind(&self, rate: SampleRate) -> Kind<'_> {
                match self {
                    $(Self::$variant(settings) => inserts!(@kind settings, rate $(, filter = $design)? $(, keyed = $key)?),)*
                }
            }
        }
    };

    (@key $settings:ident) => {{
        let _ = $settings;
        None
    }};
    (@key $settings:ident, $key:ident) => { $settings.$key.name() };

    (@laws $settings:ty) => { <$settings>::laws() };
    (@laws $settings:ty, $laws:ident) => { <$settings>::$laws() };

    (@kind $settings:ident, $rate:ident) => { Kind::Other($settings) };
    (@kind $settings:ident, $rate:ident, keyed = $key:ident) => { Kind::Keyed($settings) };
    (@kind $settings:ident, $rate:ident, filter = $design:ident) => { Kind::Filter($settings.$design($rate)) };
}
pub(super) use inserts;
