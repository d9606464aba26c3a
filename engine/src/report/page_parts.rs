//! Parts that pages share: the head of the document, figures in large print, tables.

use super::palette::page_colours;
use std::fmt::Write as _;

const STYLE: &str = include_str!("page.css");

/// Returns a page up to its content. `title` is HTML already; `style` follows the rules that all
/// pages share.
pub fn opening(title: &str, style: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"generator\" content=\"mixdown\">\
         <title>{title}</title><link rel=\"icon\" href=\"data:,\">\
         <style>{}{STYLE}{style}</style></head>\n<body><main>\n",
        page_colours()
    )
}

/// Returns an entry of a list of class `figures`; all text is HTML already.
pub fn figure(name: &str, value: &str, unit: &str, note: &str) -> String {
    format!("<div><dt>{name}</dt><dd>{value}<small>{unit}</small></dd><dd class=\"note\">{note}</dd></div>")
}

/// Returns a table: heads, then rows of cells that are HTML already.
pub fn table(class: &str, heads: &[&str], rows: &[Vec<String>]) -> String {
    let mut out = format!("<div class=\"wide\"><table class=\"{class}\"><thead><tr>");
    for head in heads {
        let _ = write!(out, "<th>{head}</th>");
    }
    out += "</tr></thead><tbody>";
    for row in rows {
        out += "<tr>";
        for (head, cell) in heads.iter().zip(row) {
            let _ = write!(out, "<td data-head=\"{head}\"><div>{cell}</div></td>");
        }
        out += "</tr>";
    }
    out + "</tbody></table></div>"
}
