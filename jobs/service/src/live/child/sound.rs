//! Sound as bytes.

use super::super::request::SampleForm;
use mixdown_engine::audio::Block;

/// Writes the number of the first frame, then interleaved samples, little-endian. 16-bit samples
/// are rounded to the nearest, without dither.
pub(super) fn encode(first_frame: u64, block: &Block<'_>, form: SampleForm, bytes: &mut Vec<u8>) {
    bytes.clear();
    bytes.extend(first_frame.to_le_bytes());
    for (left, right) in block.channel(0).iter().zip(block.channel(1)) {
        for sample in [*left, *right] {
            match form {
                SampleForm::Float => bytes.extend(sample.to_le_bytes()),
                SampleForm::Int16 => {
                    let level = (f64::from(sample) * 32_768.0).round().clamp(-32_768.0, 32_767.0);
                    bytes.extend((level as i16).to_le_bytes());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_interleaved_behind_the_number() {
        let (samples, mut bytes) = ([0.5, -1.0, 2.0, 1.5 / 32_768.0], Vec::new());
        let block = Block::new(&samples, 2, 2, 2);
        encode(513, &block, SampleForm::Float, &mut bytes);
        let expected: Vec<u8> = [0.5_f32, 2.0, -1.0, 1.5 / 32_768.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        assert_eq!((&bytes[..8], &bytes[8..]), (&[1, 2, 0, 0, 0, 0, 0, 0][..], &expected[..]));
        encode(0, &block, SampleForm::Int16, &mut bytes);
        let expected: Vec<u8> = [16_384_i16, 32_767, -32_768, 2].iter().flat_map(|x| x.to_le_bytes()).collect();
        assert_eq!(&bytes[8..], expected);
    }
}
