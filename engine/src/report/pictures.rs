//! The same plots as PNG files: waveform, spectrogram, loudness.

use super::page::Drawn;
use super::palette::picture_style;
use super::plot::{MARGIN_LEFT, MARGIN_TOP, Plot, WIDTH};
use super::raster::{heat_map, rgb_png};
use super::{PICTURES, frequency_plots, time_plots};
use resvg::tiny_skia::{Color, FilterQuality, Pixmap, PixmapPaint, PremultipliedColorU8, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use std::sync::Arc;

/// Dots for each unit of a drawing.
const SCALE: f32 = 2.0;

/// Returns the pictures, each with its file name.
pub fn pictures(drawn: &Drawn<'_>) -> Vec<(&'static str, Vec<u8>)> {
    let Drawn { report, waveform, spectrum, master, .. } = drawn;
    let heat = frequency_plots::Heat::new(report, spectrum);
    let mut tall = frequency_plots::spectrogram(report, spectrum, &heat);
    tall.height = 400.0;
    let plots = [
        (PICTURES[0], time_plots::waveform(report, waveform), None),
        (PICTURES[1], tall, Some(&heat)),
        (PICTURES[2], time_plots::loudness(report, master), None),
    ];
    plots.into_iter().filter_map(|(name, plot, heat)| Some((name, png(&plot, heat)?))).collect()
}

/// Returns a plot as a PNG; `None` if there is no area to draw on, which no plot causes.
pub(super) fn png(plot: &Plot, heat: Option<&frequency_plots::Heat>) -> Option<Vec<u8>> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    let options = Options { fontdb: Arc::new(fonts), font_family: "DejaVu Sans".into(), ..Options::default() };
    let tree = Tree::from_str(&plot.svg(&picture_style()), &options).ok()?;
    let (width, height) = plot.size();
    let mut picture = Pixmap::new((width as f32 * SCALE) as u32, (height as f32 * SCALE) as u32)?;
    picture.fill(Color::WHITE);
    if let Some(heat) = heat {
        draw_heat(&mut picture, plot, heat)?;
    }
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut picture.as_mut());
    // The ground is opaque, so that premultiplied colours are plain ones.
    let dots: Vec<u8> = picture.pixels().iter().flat_map(|dot| [dot.red(), dot.green(), dot.blue()]).collect();
    Some(rgb_png(&dots, picture.width() as usize, picture.height() as usize))
}

/// Draws the raster of a spectrogram where its plot will be.
fn draw_heat(picture: &mut Pixmap, plot: &Plot, heat: &frequency_plots::Heat) -> Option<()> {
    let mut raster = Pixmap::new(heat.columns as u32, heat.rows as u32)?;
    let colours = heat_map();
    for (dot, level) in raster.pixels_mut().iter_mut().zip(&heat.levels) {
        let [red, green, blue] = colours[usize::from(*level)];
        *dot = PremultipliedColorU8::from_rgba(red, green, blue, 255)?;
    }
    // Drawn into a field of the plot's size first, which cuts what stands out at its ends.
    let mut field = Pixmap::new((WIDTH as f32 * SCALE) as u32, (plot.height as f32 * SCALE) as u32)?;
    let (across, down) = (heat.width / heat.columns as f64, plot.height / heat.rows as f64);
    let place =
        Transform::from_row(across as f32, 0.0, 0.0, down as f32, heat.left as f32, 0.0).post_scale(SCALE, SCALE);
    let paint = PixmapPaint { quality: FilterQuality::Bilinear, ..PixmapPaint::default() };
    field.draw_pixmap(0, 0, raster.as_ref(), &paint, place, None);
    let (left, top) = ((MARGIN_LEFT as f32 * SCALE) as i32, (MARGIN_TOP as f32 * SCALE) as i32);
    picture.draw_pixmap(left, top, field.as_ref(), &PixmapPaint::default(), Transform::identity(), None);
    Some(())
}
