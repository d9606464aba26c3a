//! A folder of sessions and orders, as the orders of a batch.

use crate::Failure;
use crate::order::{Limits, OrderInput, is_id, refuse_twins};
use mixdown_orders::SCHEMA;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Returns the orders of a folder, sorted by their files. Sessions become orders of the kind `mix`
/// with a subfolder of `out`. A document that is not valid becomes an order as well, which fails
/// alone.
///
/// # Errors
/// [`Failure::Refused`] for a folder that cannot be read or has no session, and for twins.
pub(crate) fn orders(folder: &Path, out: &Path, batch: &str, limits: Limits) -> Result<Vec<OrderInput>, Failure> {
    let refuse = |error: &dyn std::fmt::Display| Failure::Refused(format!("{}: {error}", folder.display()));
    let folder = std::path::absolute(folder).map_err(|error| refuse(&error))?;
    let out = std::path::absolute(out).map_err(|error| refuse(&error))?;
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).map_err(|error| refuse(&error))? {
        let path = entry.map_err(|error| refuse(&error))?.path();
        let name = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            let sessions = ["session.toml", "session.json"].map(|file| path.join(file));
            let folder_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            found.extend(sessions.into_iter().find(|file| file.is_file()).map(|file| (file, folder_name)));
        } else if path.extension().is_some_and(|ending| ending == "toml" || ending == "json") {
            let name = name(&path);
            found.push((path, name));
        }
    }
    if found.is_empty() {
        return Err(refuse(&"no *.toml, *.json, or folder with a session.toml or session.json"));
    }
    found.sort();
    let orders: Vec<OrderInput> = found.iter().map(|(file, name)| order(file, name, &out, batch, limits)).collect();
    refuse_twins(&orders)?;
    Ok(orders)
}

/// Returns the order of a file: the one that it holds, or a mix of the session that it is.
fn order(file: &Path, name: &str, out: &Path, batch: &str, limits: Limits) -> OrderInput {
    let folder = file.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let held = fs::read_to_string(file).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
    if let Some(order) = held.filter(|value| value["schema"] == SCHEMA)
        && order["order_id"].as_str().is_some_and(is_id)
    {
        return OrderInput { order, folder, limits };
    }
    let name: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '-' })
        .collect();
    let order = json!({
        "schema": SCHEMA,
        "order_id": format!("{batch}.{name}"),
        "kind": "mix",
        "session": file.display().to_string(),
        "out": out.join(&name).display().to_string(),
    });
    OrderInput { order, folder, limits }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { attempts: 3, time_s: 60 };

    #[test]
    fn sessions_become_orders_and_orders_stay_as_they_are() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        fs::write(path("b one.toml"), "").unwrap();
        fs::write(path("a.json"), json!({ "schema": SCHEMA, "order_id": "own", "out": "o" }).to_string()).unwrap();
        fs::write(path("broken.json"), "{").unwrap();
        fs::write(path("notes.txt"), "").unwrap();
        fs::create_dir_all(path("song")).unwrap();
        fs::write(path("song/session.toml"), "").unwrap();
        let orders = orders(root.path(), &path("out"), "night", LIMITS).unwrap();
        let ids: Vec<&str> = orders.iter().map(OrderInput::id).collect();
        assert_eq!(ids, ["own", "night.b-one", "night.broken", "night.song"]);
        assert_eq!(orders[1].order["out"], json!(path("out/b-one")));
        assert_eq!(orders[3].order["session"], json!(path("song/session.toml")));
        assert!(mixdown_orders::Order::parse(&orders[3].order.to_string()).is_ok());
    }

    #[test]
    fn twins_and_empty_folders_are_refused() {
        let root = tempfile::tempdir().unwrap();
        let refusal = || orders(root.path(), root.path(), "x", LIMITS).unwrap_err().to_string();
        assert!(refusal().contains("session.toml"));
        for name in ["a b.toml", "a-b.toml"] {
            fs::write(root.path().join(name), "").unwrap();
        }
        assert!(refusal().contains("x.a-b"), "{}", refusal());
    }
}
