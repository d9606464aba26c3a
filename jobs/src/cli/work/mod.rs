//! `mixdown work`: one order, one process, for queues and batch services.

mod kinds;
mod lines;

use super::Failure;
use super::interrupt;
use super::outcome::print;
use super::standard_streams::{is_standard, read_text};
use super::urls::Stores;
use clap::Args;
use kinds::KINDS;
use lines::Lines;
use mixdown_orders::{Base, Order, OrderError, OrderResult, Worker, json_schema};
use std::fs;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Do one order, publish its result, and end.
///
/// For containers and batch services: an order names inputs and an output folder. Prints JSON
/// lines with the progress. The exit code is 0 when done, 1 when the order failed for good, and 75
/// when it should be tried again: a full disk, or a stop by SIGTERM.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown work order.json
  printenv ORDER | mixdown work -
  mixdown work --schema > order.schema.json")]
pub(super) struct WorkArguments {
    /// The order, a JSON file, or - for standard input; docs/orders.md describes it.
    #[arg(value_name = "ORDER", required_unless_present = "schema")]
    order: Option<PathBuf>,
    /// Print the JSON Schema of orders.
    #[arg(long, conflicts_with = "order")]
    schema: bool,
    /// Print only the last line: done, failed or returned.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

pub(super) fn run(arguments: &WorkArguments) -> Result<(), Failure> {
    let Some(path) = &arguments.order else {
        let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        return print(&format!("{:#}\n", json_schema(&kinds)));
    };
    interrupt::install();
    let text = if is_standard(path) { read_text(MAX_ORDER_BYTES)? } else { String::new() };
    let mut lines = Lines::new(arguments.quiet);
    match work(path, text, &mut lines) {
        Ok(result) => {
            lines.done(&result);
            Ok(())
        }
        Err(error) => {
            lines.failed(&error);
            Err(if error.is_temporary() { Failure::Again } else { Failure::Reported })
        }
    }
}

/// Most bytes of an order from standard input; a file has the limit of its parser.
const MAX_ORDER_BYTES: usize = 32 << 20;

/// Does the order in a file, or in the text of standard input.
fn work(path: &Path, text: String, lines: &mut Lines) -> Result<OrderResult, OrderError> {
    let (text, folder) = if is_standard(path) {
        (text, Path::new(""))
    } else {
        let text = fs::read_to_string(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => OrderError::Missing { file: path.display().to_string() },
            _ => OrderError::io(path, error),
        })?;
        (text, path.parent().unwrap_or(Path::new("")))
    };
    lines.order_id = Order::id_of(&text);
    let order = Order::parse(&text)?;
    // Absolute, as results state where their files are.
    let folder = std::path::absolute(Path::new(".").join(folder)).map_err(|error| OrderError::io(folder, error))?;
    let stores = Stores::new()?;
    let (cache, cache_bytes) = stores.cache.clone();
    let worker = Worker { kinds: KINDS, remote: stores.remote(), cache, cache_bytes };
    worker.perform(&order, &Base::Folder(folder), &mut |event| {
        lines.event(event);
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
}
