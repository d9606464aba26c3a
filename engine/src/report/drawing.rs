//! Parts of the report's page and pictures, for other pages that look like it.

pub use super::markup::{area_path, clock_time, coordinate, escaped, number, reading, value};
pub use super::page_parts::{figure, opening, table};
pub use super::plot::{Key, Plot, Tick, WIDTH};
pub use super::plot_png::png;
pub use super::raster::Raster;
pub use super::time_axis::{MAX_POINTS, time_plot};
