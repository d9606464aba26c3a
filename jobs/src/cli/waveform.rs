//! `mixdown waveform`: waveform data of one file, as audiowaveform writes it.

use super::Failure;
use super::destination::write_file;
use super::outcome::print_bytes;
use super::outputs::Outputs;
use super::standard_streams::{Inputs, is_standard};
use clap::{Args, ValueEnum};
use mixdown_engine::analysis::{Bits, DrawError, FileWaveform, draw_file};
use mixdown_engine::io::{OutputKind, format_names};
use std::path::PathBuf;

/// Write the waveform data of a file for peaks.js and its kin.
///
/// BBC audiowaveform version 2, binary or JSON by the ending of the output. The values are those
/// that audiowaveform writes for the same WAV, AIFF or FLAC file. Without --split-channels the
/// waveform is that of the mean of all channels.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown waveform final_mix.wav -o final_mix.dat
  mixdown waveform vox.flac -o vox.json --bits 8 --samples-per-pixel 512 --split-channels")]
pub(super) struct WaveformArguments {
    #[arg(value_name = "FILE", help = format!("The file: {}; - for standard input", format_names()))]
    file: PathBuf,
    /// The file to write; its ending sets the form: .dat is binary, .json is JSON. - is standard
    /// output, as JSON.
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// The form of what is written, whatever its name ends in.
    #[arg(long, value_enum, value_name = "FORM")]
    output_format: Option<Form>,
    /// Frames that one pixel stands for, 2 or more.
    #[arg(short = 'z', long, value_name = "FRAMES", default_value_t = 256, value_parser = clap::value_parser!(u32).range(2..=2_147_483_647))]
    samples_per_pixel: u32,
    /// Bits a value, 8 or 16.
    #[arg(short, long, value_name = "BITS", default_value = "16", value_parser = bits)]
    bits: Bits,
    /// One waveform a channel instead of one of their mean.
    #[arg(long)]
    split_channels: bool,
    /// Replace a file that is not waveform data, too; never the one that is read.
    #[arg(long)]
    force: bool,
    /// Print nothing but errors, as always.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Binary
    Dat,
    /// JSON
    Json,
}

fn bits(text: &str) -> Result<Bits, String> {
    match text {
        "8" => Ok(Bits::Eight),
        "16" => Ok(Bits::Sixteen),
        _ => Err("neither 8 nor 16".into()),
    }
}

pub(super) fn run(arguments: &WaveformArguments) -> Result<(), Failure> {
    let out = &arguments.output;
    let ending = out.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let json = match (arguments.output_format, ending.as_deref()) {
        (Some(form), _) => form == Form::Json,
        (None, Some("dat")) => false,
        (None, Some("json")) => true,
        _ if is_standard(out) => true,
        _ => return Err(Failure::Usage(format!("--output {}: end it in .dat or .json", out.display()))),
    };
    let kind = if json { OutputKind::WAVEFORM_JSON } else { OutputKind::WAVEFORM_DAT };
    let outputs = Outputs::new(arguments.force).reading([&arguments.file]);
    let file = Some(&**out).filter(|out| !is_standard(out));
    outputs.writing("--output", file, kind).check()?;
    let inputs = Inputs::new([&*arguments.file])?;
    let waveform = FileWaveform {
        samples_per_pixel: arguments.samples_per_pixel,
        bits: arguments.bits,
        split_channels: arguments.split_channels,
    };
    let data = draw_file(&inputs.file(&arguments.file), waveform).map_err(|error| match error {
        DrawError::Decode(error) => Failure::Other(inputs.reported(&error.to_string())),
        error => Failure::Usage(error.to_string()),
    })?;
    let mut bytes = Vec::new();
    let written = if json { data.write_json(&mut bytes) } else { data.write_dat(&mut bytes) };
    written.map_err(|source| Failure::Write { path: out.display().to_string(), source })?;
    if is_standard(out) {
        return print_bytes(&bytes);
    }
    write_file(out, "--output", &bytes)
}
