//! A loaded model, and its runs on threads of their own.

use super::contract::{check, is_output, output_shape};
use crate::SeparateError;
use rten_tensor::Tensor;
use rten_tensor::prelude::*;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Time between two looks at a run.
const LOOK: Duration = Duration::from_millis(40);

/// A model that fits the contract.
#[derive(Debug)]
pub(super) struct Model {
    graph: rten::Model,
    input_shape: Vec<usize>,
}

impl Model {
    /// Reads a file; the ending `.onnx` identifies its form.
    ///
    /// # Errors
    /// The reason why it cannot be used.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        // Else a folder or a pipe would be waited for.
        if !path.metadata().map_err(|error| error.to_string())?.is_file() {
            return Err("not a file".into());
        }
        let owned = path.to_path_buf();
        // A panic in the reader ends its thread alone.
        let read = thread::spawn(move || rten::Model::load_file(owned)).join();
        let graph = read.map_err(|_| NOT_ONNX)?.map_err(|error| format!("{NOT_ONNX} ({error})"))?;
        // An empty file is a model without anything.
        if graph.input_ids().is_empty() && graph.output_ids().is_empty() {
            return Err(NOT_ONNX.into());
        }
        let input_shape = check(&graph)?;
        Ok(Self { graph, input_shape })
    }

    /// Returns the parts of a segment, one channel after the other.
    fn separate(&self, samples: Vec<f32>) -> Result<Vec<f32>, String> {
        let input = Tensor::from_data(&self.input_shape, samples);
        let output = self.graph.run_one(input.into(), None).map_err(|error| error.to_string())?;
        let stems: Tensor<f32> = output.try_into().map_err(|_| "its output does not consist of 32-bit floats")?;
        if !is_output(stems.shape()) {
            let sizes: Vec<String> = stems.shape().iter().map(usize::to_string).collect();
            return Err(format!("its output is {}, not {}", sizes.join(" × "), output_shape()));
        }
        Ok(stems.to_vec())
    }
}

/// Cause of the refusal of a file without a graph that can be read.
const NOT_ONNX: &str = "not an ONNX model that this version can run";

/// Runs a model on one segment, and calls `look` until it is done. A run cannot be interrupted:
/// once `look` fails, the run ends on its own thread, and its result is dropped.
///
/// # Errors
/// The error of `look`; inside, the reason why the model failed.
pub(super) fn run(
    model: &Arc<Model>,
    samples: &[f32],
    mut look: impl FnMut() -> Result<(), SeparateError>,
) -> Result<Result<Vec<f32>, String>, SeparateError> {
    look()?;
    let (done, ended) = channel();
    let (model, samples) = (model.clone(), samples.to_vec());
    thread::spawn(move || {
        // The receiver may have given up waiting.
        let _ = done.send(model.separate(samples));
    });
    loop {
        match ended.recv_timeout(LOOK) {
            Ok(result) => return Ok(result),
            Err(RecvTimeoutError::Timeout) => look()?,
            // A panic has ended the thread.
            Err(RecvTimeoutError::Disconnected) => return Ok(Err("it ended abnormally".into())),
        }
    }
}
