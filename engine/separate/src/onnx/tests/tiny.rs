//! A tiny model as the bytes of its ONNX file, which is a protocol buffer.
//!
//! Field numbers are those of `onnx.proto3`. The graph: `first` (an operator of one input) on the
//! waveform, a convolution of kernel 1 that mixes both channels into eight, and a reshape.

use super::super::{CHANNELS, PART_COUNT, SEGMENT_FRAMES};

/// Element types of ONNX.
pub(super) const FLOAT: u64 = 1;
pub(super) const INT64: u64 = 7;
pub(super) const DOUBLE: u64 = 11;

/// Gains of left and right in both channels of each part; the parts sum to the song.
pub(super) const GAINS: [[[f32; CHANNELS]; CHANNELS]; PART_COUNT] =
    [[[0.5, 0.0], [0.0, 0.5]], [[0.3, 0.1], [0.0, 0.2]], [[0.2, 0.0], [0.1, 0.1]], [[0.0, -0.1], [-0.1, 0.2]]];

/// Properties of the model.
#[derive(Clone)]
pub(super) struct Tiny {
    pub(super) inputs: usize,
    pub(super) first: &'static str,
    pub(super) input_type: u64,
    /// Stated sizes; `None` is open.
    pub(super) input: Vec<Option<usize>>,
    pub(super) output_type: u64,
    pub(super) output: Vec<Option<usize>>,
    /// Sizes of the reshape.
    pub(super) stems: Vec<i64>,
}

impl Default for Tiny {
    /// A model that fits the contract.
    fn default() -> Self {
        let sizes = [PART_COUNT, CHANNELS, SEGMENT_FRAMES];
        Self {
            inputs: 1,
            first: "Identity",
            input_type: FLOAT,
            input: [1, CHANNELS, SEGMENT_FRAMES].map(Some).to_vec(),
            output_type: FLOAT,
            output: [&[Some(1)], &sizes.map(Some)[..]].concat(),
            stems: vec![1, PART_COUNT as i64, CHANNELS as i64, SEGMENT_FRAMES as i64],
        }
    }
}

impl Tiny {
    /// Returns the content of the file.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let weights: Vec<u8> = GAINS.iter().flatten().flatten().flat_map(|gain| gain.to_le_bytes()).collect();
        let stems: Vec<u8> = self.stems.iter().flat_map(|size| size.to_le_bytes()).collect();
        let kernel = [("kernel_shape", &[1][..]), ("strides", &[1]), ("dilations", &[1]), ("pads", &[0, 0])];
        let mut graph = [
            node(self.first, &["mix"], "same", &[]),
            node("Conv", &["same", "gains"], "eight", &kernel),
            node("Reshape", &["eight", "sizes"], "stems", &[]),
            text(2, "tiny"),
            tensor("gains", FLOAT, &[(PART_COUNT * CHANNELS) as u64, CHANNELS as u64, 1], &weights),
            tensor("sizes", INT64, &[self.stems.len() as u64], &stems),
            value(12, "stems", self.output_type, &self.output),
        ]
        .concat();
        for name in &["mix", "more"][..self.inputs] {
            graph.extend(value(11, name, self.input_type, &self.input));
        }
        let version = message(8, &[text(1, ""), number(2, 17)].concat());
        [number(1, 8), message(7, &graph), version].concat()
    }
}

/// A node with attributes that are lists of integers.
fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[(&str, &[u64])]) -> Vec<u8> {
    const INTS: u64 = 7;
    let inputs = inputs.iter().flat_map(|name| text(1, name));
    let attributes = attributes.iter().flat_map(|(name, values)| {
        let values = values.iter().flat_map(|value| number(8, *value));
        message(5, &text(1, name).into_iter().chain(values).chain(number(20, INTS)).collect::<Vec<u8>>())
    });
    let named = inputs.chain(text(2, output)).chain(text(4, operator));
    message(1, &named.chain(attributes).collect::<Vec<u8>>())
}

fn tensor(name: &str, element: u64, sizes: &[u64], raw: &[u8]) -> Vec<u8> {
    let sizes = sizes.iter().flat_map(|size| number(1, *size));
    message(5, &sizes.chain(number(2, element)).chain(text(8, name)).chain(message(9, raw)).collect::<Vec<u8>>())
}

fn value(field: u64, name: &str, element: u64, sizes: &[Option<usize>]) -> Vec<u8> {
    let size = |size: &Option<usize>| message(1, &size.map_or_else(|| text(2, "n"), |size| number(1, size as u64)));
    let shape: Vec<u8> = sizes.iter().flat_map(size).collect();
    let tensor = message(1, &[number(1, element), message(2, &shape)].concat());
    message(field, &[text(1, name), message(2, &tensor)].concat())
}

fn text(field: u64, content: &str) -> Vec<u8> {
    message(field, content.as_bytes())
}

fn message(field: u64, content: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
}

fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
