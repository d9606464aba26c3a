// Shows the document of the API. No other machine is asked, and texts never become markup.

const METHODS = ["get", "put", "post", "patch", "delete"];

/** Creates an element with attributes and children; strings become text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Creates a paragraph whose parts between back-quotes are code. */
function prose(text, name = "p") {
  const parts = text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
  return element(name, {}, ...parts);
}

/** Returns a table, or null without rows. */
function table(heads, rows) {
  if (rows.length === 0) return null;
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  const body = rows.map((cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, cell))));
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
}

/** Returns the name of a schema's type. */
function typeOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.type === "array") return `list of ${typeOf(schema.items)}`;
  const several = schema.oneOf ?? schema.anyOf;
  if (several) return several.map(typeOf).join(" or ");
  return [schema.type ?? "any"].flat().join(" or ") + (schema.format ? ` (${schema.format})` : "");
}

/** Returns the schema that a reference leads to. */
function resolved(schema, all) {
  if (!schema?.$ref) return schema;
  return schema.$ref.slice(2).split("/").reduce((place, part) => place?.[part], all);
}

/** Shows the fields of a schema, and those of its parts one level down. */
function fields(schema, all, depth = 0) {
  const found = resolved(schema, all);
  const rows = Object.entries(found?.properties ?? {}).map(([name, field]) => {
    const needed = found.required?.includes(name) ? "" : ", optional";
    const cell = element("div", {}, prose(resolved(field, all)?.description ?? field.description ?? "", "span"));
    const inner = depth < 2 ? fields(field.items ?? field, all, depth + 1) : null;
    if (inner) cell.append(inner);
    return [element("code", {}, name), typeOf(field) + needed, cell];
  });
  return table(["field", "type", "meaning"], rows);
}

/** Shows one content of a request or an answer. */
function content(contents, all) {
  return Object.entries(contents ?? {}).flatMap(([kind, { schema }]) => [
    element("p", {}, element("code", {}, kind), ` ${typeOf(schema)}`),
    fields(schema, all),
  ]).filter((part) => part !== null);
}

/** Shows a route. */
function route(method, path, operation, all) {
  const inner = element("div");
  if (operation.description) operation.description.split("\n\n").forEach((text) => inner.append(prose(text)));
  const parameters = (operation.parameters ?? []).map((one) => [
    element("code", {}, one.name), one.in, typeOf(one.schema), prose(one.description ?? "", "span"),
  ]);
  const shown = table(["parameter", "in", "type", "meaning"], parameters);
  if (shown) inner.append(element("h3", {}, "Parameters"), shown);
  if (operation.requestBody) {
    inner.append(element("h3", {}, "Request"), ...content(operation.requestBody.content, all));
  }
  inner.append(element("h3", {}, "Answers"));
  for (const [status, answer] of Object.entries(operation.responses ?? {})) {
    const found = resolved(answer, all);
    const line = prose(found.description ?? "");
    line.prepend(element("strong", {}, status), " ");
    inner.append(line, ...(status === "default" ? [] : content(found.content, all)));
  }
  const summary = element(
    "summary", {},
    element("span", { class: "method" }, method.toUpperCase()),
    element("code", { class: "path" }, path),
    element("span", { class: "what" }, operation.summary ?? ""),
  );
  return element("details", { class: "route" }, summary, inner);
}

/** Shows the whole document. */
function show(all) {
  document.getElementById("version").textContent = all.info.version;
  document.getElementById("about").replaceWith(prose(all.info.description));
  const routes = Object.entries(all.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ method, path, operation: item[method] })));
  for (const tag of all.tags) {
    const own = routes.filter(({ operation }) => operation.tags?.[0] === tag.name);
    if (own.length === 0) continue;
    document.getElementById("groups").append(element("a", { href: `#${tag.name}` }, tag.name));
    document.getElementById("routes").append(
      element("h2", { id: tag.name }, tag.name),
      prose(tag.description),
      ...own.map(({ method, path, operation }) => route(method, path, operation, all)),
    );
  }
}

try {
  const answer = await fetch("/api/openapi.json");
  const all = await answer.json();
  if (!answer.ok) throw new Error(all.message);
  show(all);
} catch (error) {
  document.getElementById("about").textContent = `The document cannot be shown: ${error.message}`;
}
