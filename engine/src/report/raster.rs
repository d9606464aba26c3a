//! Rasters for pages: spectrogram, phase scope and chroma as PNG in a data URI.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// From silence to the loudest, evenly spaced: dark blue, violet, red, orange, pale yellow.
/// Lightness rises all the way, so that it reads without colour vision too.
const HEAT: [[u8; 3]; 7] =
    [[10, 10, 32], [43, 20, 94], [101, 26, 128], [168, 46, 116], [224, 83, 79], [250, 145, 52], [252, 243, 187]];

/// Levels under a plot, row by row from the top: 255 is the brightest of the heat map.
#[derive(Clone, Debug, PartialEq)]
pub struct Raster {
    /// Columns × rows levels.
    pub levels: Vec<u8>,
    /// Columns.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// Left edge in the units of a drawing's width; parts beyond the drawing are cut.
    pub left: f64,
    /// Width in the same units.
    pub width: f64,
    /// Top edge as a share of the plot's height; pages take 0.
    pub top: f64,
    /// Height as a share of the plot's height; pages take 1.
    pub height: f64,
}

impl Raster {
    /// Returns the raster as the image of a plot on a page; `None` without levels.
    pub fn image(&self) -> Option<(String, f64, f64)> {
        let png = || indexed_png(&self.levels, self.columns, self.rows, &heat_map());
        (self.columns > 0 && self.rows > 0).then(|| (data_uri(&png()), self.left, self.width))
    }
}

/// Returns a colour for every level, 0 to 255.
pub(super) fn heat_map() -> Vec<[u8; 3]> {
    let shade = |level: usize| {
        let position = level as f64 / 255.0 * (HEAT.len() - 1) as f64;
        let (index, share) = ((position.floor() as usize).min(HEAT.len() - 2), position.fract());
        let share = if level == 255 { 1.0 } else { share };
        let mix = |part: usize| f64::from(HEAT[index][part]) * (1.0 - share) + f64::from(HEAT[index + 1][part]) * share;
        [mix(0).round() as u8, mix(1).round() as u8, mix(2).round() as u8]
    };
    (0..256).map(shade).collect()
}

/// Returns levels, row by row, as a PNG in which 256 colours stand for them. No more than
/// `width × height` levels are taken.
pub(super) fn indexed_png(levels: &[u8], width: usize, height: usize, palette: &[[u8; 3]]) -> Vec<u8> {
    encode(levels, width, height, png::ColorType::Indexed, Some(palette.concat()))
}

/// Returns dots of one colour whose opacity is the level, row by row, as a PNG.
pub(super) fn tinted_png(levels: &[u8], width: usize, height: usize, colour: [u8; 3]) -> Vec<u8> {
    let dots: Vec<u8> = levels.iter().flat_map(|level| [colour[0], colour[1], colour[2], *level]).collect();
    encode(&dots, width, height, png::ColorType::Rgba, None)
}

/// Returns dots of red, green and blue, row by row, as a PNG.
pub(super) fn rgb_png(dots: &[u8], width: usize, height: usize) -> Vec<u8> {
    encode(dots, width, height, png::ColorType::Rgb, None)
}

fn encode(bytes: &[u8], width: usize, height: usize, colour: png::ColorType, palette: Option<Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width as u32, height as u32);
    encoder.set_color(colour);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    if let Some(palette) = palette {
        encoder.set_palette(palette);
    }
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(bytes));
    // Memory takes any number of bytes; sizes that do not fit leave an empty picture.
    if written.is_err() {
        out.clear();
    }
    out
}

/// Returns a PNG as text for an `href`.
pub(super) fn data_uri(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(png))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_png_comes_back_from_its_bytes() {
        let levels: Vec<u8> = (0..12).map(|x| x * 20).collect();
        let bytes = indexed_png(&levels, 4, 3, &heat_map());
        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        let mut image = vec![0; 12];
        let info = reader.next_frame(&mut image).unwrap();
        assert_eq!((info.width, info.height, image), (4, 3, levels));
        assert!(data_uri(&bytes).starts_with("data:image/png;base64,iVBOR"));
    }

    #[test]
    fn the_heat_map_rises_from_dark_to_light() {
        let lightness = |c: &[u8; 3]| 0.21 * f64::from(c[0]) + 0.72 * f64::from(c[1]) + 0.07 * f64::from(c[2]);
        let map = heat_map();
        assert_eq!((map.len(), map[0], map[255]), (256, HEAT[0], HEAT[6]));
        // Rounding to whole steps.
        assert!(map.windows(2).all(|two| lightness(&two[1]) >= lightness(&two[0]) - 0.5));
    }
}
