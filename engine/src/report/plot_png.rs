//! A plot as a PNG file of its own.

use super::lettering::outlined;
use super::palette::picture_style;
use super::plot::{MARGIN_LEFT, MARGIN_TOP, Plot, WIDTH};
use super::raster::{Raster, heat_map, rgb_png};
use resvg::tiny_skia::{Color, FilterQuality, Pixmap, PixmapPaint, PremultipliedColorU8, Transform};
use resvg::usvg::{Options, Tree};
use ttf_parser::Face;

/// Dots for each unit of a drawing.
const SCALE: f32 = 2.0;

/// Returns a plot as a PNG, 2 dots for each unit; `None` if there is no area to draw on.
pub fn png(plot: &Plot, raster: Option<&Raster>) -> Option<Vec<u8>> {
    let face = Face::parse(dejavu::sans::regular(), 0).ok()?;
    let tree = Tree::from_str(&outlined(&plot.svg(&picture_style()), &face), &Options::default()).ok()?;
    let (width, height) = plot.size();
    let mut picture = Pixmap::new((width as f32 * SCALE) as u32, (height as f32 * SCALE) as u32)?;
    picture.fill(Color::WHITE);
    if let Some(raster) = raster.filter(|raster| raster.columns > 0 && raster.rows > 0) {
        draw_raster(&mut picture, plot, raster)?;
    }
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut picture.as_mut());
    // The ground is opaque, so that premultiplied colours are plain ones.
    let dots: Vec<u8> = picture.pixels().iter().flat_map(|dot| [dot.red(), dot.green(), dot.blue()]).collect();
    Some(rgb_png(&dots, picture.width() as usize, picture.height() as usize))
}

/// Draws a raster where its plot will be.
fn draw_raster(picture: &mut Pixmap, plot: &Plot, raster: &Raster) -> Option<()> {
    let mut dots = Pixmap::new(raster.columns as u32, raster.rows as u32)?;
    let colours = heat_map();
    for (dot, level) in dots.pixels_mut().iter_mut().zip(&raster.levels) {
        let [red, green, blue] = colours[usize::from(*level)];
        *dot = PremultipliedColorU8::from_rgba(red, green, blue, 255)?;
    }
    // Drawn into a field of the plot's size first, which cuts what stands out at its ends.
    let (top, height) = (raster.top * plot.height, raster.height * plot.height);
    let mut field = Pixmap::new((WIDTH as f32 * SCALE) as u32, (height as f32 * SCALE) as u32)?;
    let (across, down) = (raster.width / raster.columns as f64, height / raster.rows as f64);
    let place =
        Transform::from_row(across as f32, 0.0, 0.0, down as f32, raster.left as f32, 0.0).post_scale(SCALE, SCALE);
    let paint = PixmapPaint { quality: FilterQuality::Bilinear, ..PixmapPaint::default() };
    field.draw_pixmap(0, 0, dots.as_ref(), &paint, place, None);
    let (left, top) = ((MARGIN_LEFT as f32 * SCALE) as i32, ((MARGIN_TOP + top) as f32 * SCALE) as i32);
    picture.draw_pixmap(left, top, field.as_ref(), &PixmapPaint::default(), Transform::identity(), None);
    Some(())
}
