//! Files of the library's stems.

use crate::error::{ApiError, Code};
use crate::library::Shared;
use mixdown_library::StemRecord;
use std::fs::File;
use std::path::PathBuf;

/// Opens the file of a stem. Blocks.
///
/// # Errors
/// `STEM_MISSING` if it is no longer there, or an error of the disk.
pub(crate) fn open_stem(library: &Shared, record: &StemRecord) -> Result<(File, PathBuf), ApiError> {
    let path = record.place.resolve(library.media());
    match File::open(&path) {
        Ok(file) if file.metadata().is_ok_and(|data| data.is_file()) => Ok((file, path)),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(ApiError::from_io(&error, &error)),
        _ => Err(ApiError::new(Code::StemMissing, format!("the file of stem {} is missing", record.stem_id))),
    }
}

/// Returns the path of a stem's waveform.
pub(crate) fn waveform_path(library: &Shared, record: &StemRecord, samples_per_pixel: u32) -> PathBuf {
    let name = format!("{}.{samples_per_pixel}.dat", record.blake3);
    library.media().join("library").join(".waveforms").join(name)
}
