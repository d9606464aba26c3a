//! The form of a model's input and output, as far as its file states it.

use super::{CHANNELS, PART_COUNT, SEGMENT_FRAMES};
use rten::{DataType, Dimension, NodeInfo, ValueType};

/// Shape of the input, without the first dimension of 1.
const INPUT: [usize; 2] = [CHANNELS, SEGMENT_FRAMES];
/// Shape of the output, without the first dimension of 1.
const OUTPUT: [usize; 3] = [PART_COUNT, CHANNELS, SEGMENT_FRAMES];

/// Checks input and output of a model. Returns the shape with which the input is passed; sizes that
/// the file leaves open are those of the contract.
///
/// # Errors
/// A description of the first difference.
pub(super) fn check(model: &rten::Model) -> Result<Vec<usize>, String> {
    let [input] = *model.input_ids() else {
        return Err(format!("it has {} inputs, not one: the waveform", model.input_ids().len()));
    };
    let [output] = *model.output_ids() else {
        return Err(format!("it has {} outputs, not one: the parts", model.output_ids().len()));
    };
    let stated = |id| model.node_info(id).ok_or("its graph is not complete".to_owned());
    let rank = checked("input", &stated(input)?, &INPUT)?;
    checked("output", &stated(output)?, &OUTPUT)?;
    Ok(if rank == Some(INPUT.len()) { INPUT.to_vec() } else { [&[1], &INPUT[..]].concat() })
}

/// Returns true if an output has the shape of the contract.
pub(super) fn is_output(shape: &[usize]) -> bool {
    shape == OUTPUT || shape.strip_prefix(&[1]) == Some(&OUTPUT[..])
}

/// Returns the shape of the output for messages.
pub(super) fn output_shape() -> String {
    sizes(&OUTPUT.map(Dimension::Fixed))
}

/// Checks the element type and the shape of one value, and returns the number of its dimensions.
fn checked(what: &str, info: &NodeInfo<'_>, expected: &[usize]) -> Result<Option<usize>, String> {
    let wanted = sizes(&expected.iter().copied().map(Dimension::Fixed).collect::<Vec<_>>());
    if info.dtype() != Some(ValueType::Tensor(DataType::Float)) {
        return Err(format!("its {what} does not consist of 32-bit floats"));
    }
    let Some(shape) = info.shape() else { return Ok(None) };
    let fits = |size: &Dimension, expected: usize| match size {
        Dimension::Fixed(size) => *size == expected,
        Dimension::Symbolic(_) => true,
    };
    let inner = match shape.len().checked_sub(expected.len()) {
        Some(0) => &shape[..],
        Some(1) if fits(&shape[0], 1) => &shape[1..],
        _ => &[],
    };
    let is_right = inner.len() == expected.len() && inner.iter().zip(expected).all(|(size, at)| fits(size, *at));
    is_right.then_some(Some(shape.len())).ok_or_else(|| format!("its {what} is {}, not {wanted}", sizes(&shape)))
}

fn sizes(shape: &[Dimension]) -> String {
    let size = |size: &Dimension| match size {
        Dimension::Fixed(size) => size.to_string(),
        Dimension::Symbolic(_) => "?".into(),
    };
    if shape.is_empty() { "one number".into() } else { shape.iter().map(size).collect::<Vec<_>>().join(" × ") }
}
