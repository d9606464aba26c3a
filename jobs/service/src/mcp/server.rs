//! The server: requests in, results and progress out.

use super::roots::Roots;
use super::tool::{Entry, Workshop};
use super::tools::TOOLS;
use mixdown_shell::store::Store;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult,
    PaginatedRequestParams, ProgressNotificationParam, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::transport::io::stdio;
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::mpsc::{Receiver, channel};

/// Guidance for agents.
const INSTRUCTIONS: &str = "Mixes audio stems into a master, measures loudness, and puts recordings in time. Paths are \
    relative to the server's root folder, or absolute within it. A session document (TOML or JSON) describes a mix; \
    check_session reports its problems before render writes files.";
/// Reports of progress that wait at most; more are left out.
const WAITING: usize = 16;

/// A failure of the server.
#[derive(Debug, Error)]
pub enum McpError {
    /// The runtime cannot be started.
    #[error("cannot start: {0}")]
    Runtime(std::io::Error),
    /// The client does not speak the protocol.
    #[error("the client does not follow the protocol: {0}")]
    Protocol(String),
}

/// Serves a client on standard input and output until it leaves.
///
/// # Errors
/// When the runtime cannot be started, or the client does not open a session.
pub fn serve(roots: Roots, store: Store) -> Result<(), McpError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(McpError::Runtime)?;
    let tools = Tools { workshop: Arc::new(Workshop { roots, store }) };
    let served = runtime.block_on(async {
        let running = tools.serve(stdio()).await.map_err(|error| McpError::Protocol(error.to_string()))?;
        running.waiting().await.map_err(|error| McpError::Protocol(error.to_string()))
    });
    // A thread may still read standard input.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served.map(drop)
}

/// The tools of a client.
struct Tools {
    workshop: Arc<Workshop>,
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("mixdown", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools: Result<Vec<_>, String> = TOOLS.iter().map(|tool| (tool.describe)()).collect();
        tools.map(ListToolsResult::with_all_items).map_err(|error| ErrorData::internal_error(error, None))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = TOOLS.iter().find(|tool| tool.name == request.name) else {
            return Err(ErrorData::invalid_params(format!("there is no tool {:?}", request.name), None));
        };
        let arguments = request.arguments.unwrap_or_default();
        let (sender, receiver) = channel::<(f64, String)>(WAITING);
        let (workshop, cancelled) = (Arc::clone(&self.workshop), context.ct.clone());
        let Entry { run, .. } = *tool;
        let work = tokio::task::spawn_blocking(move || {
            run(&workshop, arguments, &|fraction, phrase| {
                let _ = sender.try_send((fraction, phrase.to_owned()));
                if cancelled.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
        });
        // The channel closes when the work ends.
        report(&context, receiver).await;
        let result = work.await.unwrap_or_else(|_| Err("the tool failed; its input breaks the engine".into()));
        Ok(match result {
            Ok(value) => CallToolResult::structured(value),
            Err(reason) => CallToolResult::error(vec![ContentBlock::text(reason)]),
        }
        .into())
    }
}

/// Sends progress to a client that wants it.
async fn report(context: &RequestContext<RoleServer>, mut progress: Receiver<(f64, String)>) {
    let token = context.meta.get_progress_token();
    let mut last = -1.0;
    while let Some((fraction, phrase)) = progress.recv().await {
        // The protocol has progress increase.
        if fraction <= last {
            continue;
        }
        last = fraction;
        if let Some(token) = token.clone() {
            let progress = ProgressNotificationParam::new(token, fraction).with_total(1.0).with_message(phrase);
            let _ = context.peer.notify_progress(progress).await;
        }
    }
}
