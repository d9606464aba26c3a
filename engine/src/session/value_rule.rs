//! Values that a schema accepts: choices, a range of numbers, text, or true and false.

use super::document_tree::{Data, DocNode, plain};
use super::problem::did_you_mean;
use serde_json::{Number, Value};

/// All values that a schema without tables and lists accepts.
#[derive(Default)]
pub(super) struct ValueRule {
    choices: Vec<&'static Value>,
    number: Option<NumberRange>,
    text: Option<TextLength>,
    flag: bool,
}

#[derive(Clone, Copy)]
struct NumberRange {
    min: &'static Value,
    max: &'static Value,
    whole: bool,
}

#[derive(Clone, Copy)]
struct TextLength {
    min: usize,
    max: usize,
}

impl ValueRule {
    /// Reads a schema, and the alternatives within it.
    pub(super) fn from(schema: &'static Value) -> Self {
        let mut accepts = Self::default();
        accepts.add(schema);
        accepts
    }

    /// Accepts a few constants.
    pub(super) fn one_of(choices: impl Iterator<Item = &'static Value>) -> Self {
        Self { choices: choices.collect(), ..Self::default() }
    }

    fn add(&mut self, schema: &'static Value) {
        let length = |key: &str| schema[key].as_u64().map(|length| length as usize);
        for alternatives in [&schema["oneOf"], &schema["anyOf"]] {
            alternatives.as_array().into_iter().flatten().for_each(|schema| self.add(schema));
        }
        if let Some(only) = schema.get("const") {
            self.choices.push(only);
        } else if let Some(choices) = schema["enum"].as_array() {
            self.choices.extend(choices);
        } else {
            match schema["type"].as_str() {
                Some(kind @ ("number" | "integer")) => {
                    let (min, max) = (&schema["minimum"], &schema["maximum"]);
                    self.number = Some(NumberRange { min, max, whole: kind == "integer" });
                }
                Some("string") => {
                    let (min, max) = (length("minLength").unwrap_or(0), length("maxLength").unwrap_or(usize::MAX));
                    self.text = Some(TextLength { min, max });
                }
                Some("boolean") => self.flag = true,
                _ => {}
            }
        }
    }

    /// Returns the value if it is accepted, whole numbers as such. Otherwise returns the problem as
    /// text that follows its key.
    pub(super) fn check(&self, node: &DocNode) -> Result<Data, String> {
        if let Some(choice) = self.choices.iter().find(|choice| same(choice, &node.data)) {
            return Ok(DocNode::from_value(choice).data);
        }
        match (&node.data, self.number, self.text) {
            (Data::Flag(_), ..) if self.flag => Ok(node.data.clone()),
            (Data::Number(number), Some(range), _) => range.check(number),
            (Data::Text(text), _, Some(length)) => length.check(text).map(|()| node.data.clone()),
            // A program's value that JSON cannot represent arrives as null.
            (Data::Null, Some(range), _) => Err(format!("is not a finite number ({})", range.bounds())),
            (Data::Other(_), Some(range), _) => {
                Err(format!("= {} is not a finite number ({})", node.shown(), range.bounds()))
            }
            (Data::Text(text), ..) => {
                let hint = did_you_mean(text, self.choices.iter().filter_map(|choice| choice.as_str()));
                Err(format!("= {} is not {}{hint}", node.shown(), self.expected()))
            }
            _ => Err(format!("= {} is not {}", node.shown(), self.expected())),
        }
    }

    /// Returns true if any text is accepted.
    pub(super) fn is_free_text(&self) -> bool {
        self.text.is_some()
    }

    /// Returns the accepted values, in words.
    pub(super) fn expected(&self) -> String {
        let choices = self.choices.iter().map(ToString::to_string).collect::<Vec<_>>();
        let choices = match choices.as_slice() {
            [] => None,
            [only] if self.number.is_none() => Some(format!("{only}, the only choice")),
            [only] => Some(only.clone()),
            _ => Some(format!("one of {}", choices.join(", "))),
        };
        let number = self
            .number
            .map(|range| format!("a {}number ({})", if range.whole { "whole " } else { "" }, range.bounds()));
        let text = self.text.map(|_| "text in quotes".to_owned());
        let flag = self.flag.then(|| "true or false".to_owned());
        [choices, number, text, flag].into_iter().flatten().collect::<Vec<_>>().join(" or ")
    }
}

fn same(choice: &Value, data: &Data) -> bool {
    match data {
        Data::Text(text) => choice.as_str() == Some(text),
        Data::Number(number) => choice.is_number() && choice.as_f64() == number.as_f64(),
        Data::Flag(flag) => choice.as_bool() == Some(*flag),
        _ => false,
    }
}

impl NumberRange {
    /// Returns the range in words.
    fn bounds(&self) -> String {
        let shown = |bound: &Value, open: &str| bound.as_number().map_or_else(|| open.to_owned(), plain);
        format!("{} to {}", shown(self.min, "any"), shown(self.max, "any"))
    }

    fn check(&self, number: &Number) -> Result<Data, String> {
        let shown = plain(number);
        let out_of_range = || Err(format!("= {shown} is out of range ({})", self.bounds()));
        let float = number.as_f64().unwrap_or(f64::NAN);
        let above = self.min.as_f64().is_none_or(|min| float >= min);
        let below = self.max.as_f64().is_none_or(|max| float <= max);
        if !self.whole {
            return if above && below { Ok(Data::Number(number.clone())) } else { out_of_range() };
        }
        match whole(number) {
            Some(_) if !(above && below) => out_of_range(),
            // Beyond 2^53 only whole numbers distinguish neighbours.
            Some(whole) if self.max.as_u64().is_some_and(|max| whole > i128::from(max)) => out_of_range(),
            Some(whole) => i64::try_from(whole).map(|whole| Data::Number(whole.into())).or_else(|_| out_of_range()),
            None => Err(format!("= {shown} is not a whole number ({})", self.bounds())),
        }
    }
}

/// Returns a number without a fraction as an integer, written `48000` or `48000.0`.
fn whole(number: &Number) -> Option<i128> {
    number.as_i128().or_else(|| {
        let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
        Some(float as i128)
    })
}

impl TextLength {
    fn check(self, text: &str) -> Result<(), String> {
        let length = text.chars().count();
        match length {
            0 if self.min > 0 => Err("is empty".into()),
            _ if length > self.max => Err(format!("is longer than {} characters", self.max)),
            _ => Ok(()),
        }
    }
}
