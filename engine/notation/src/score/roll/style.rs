//! Colours of a piano roll.

/// Style sheet: light, and dark where it is preferred.
pub(super) const STYLE: &str = "\
:root{--page:#fff;--row:#f1f3f5;--line:#cfd4da;--ink:#212529;--muted:#5c636a;--note:#1864ab}\
@media(prefers-color-scheme:dark){:root{--page:#16181b;--row:#1f2327;--line:#3d444b;--ink:#e9ecef;--muted:#a0a8b0;--note:#4dabf7}}\
text{font:11px system-ui,sans-serif;fill:var(--muted)}.title{font-size:16px;fill:var(--ink)}\
.name{text-anchor:end}.page{fill:var(--page)}.row{fill:var(--row)}.bar,.edge{stroke:var(--line);fill:none}\
.note{fill:var(--note)}";
