/** Merge patches (RFC 7396) and three-way merges of documents. */

/** @typedef {{path: string[], theirs: any, mine: any}} Clash */

/** @param {any} value */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Returns true if two documents are the same, whatever the order of their keys.
 * @param {any} a
 * @param {any} b
 * @returns {boolean}
 */
export function same(a, b) {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => same(item, b[at]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

/**
 * Returns the merge patch that turns one document into another.
 * @param {{[key: string]: any}} from
 * @param {{[key: string]: any}} to
 * @returns {{[key: string]: any}}
 */
export function diff(from, to) {
  /** @type {{[key: string]: any}} */
  const patch = {};
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) patch[key] = null;
  for (const [key, value] of Object.entries(to)) {
    if (same(from[key], value)) continue;
    patch[key] = isObject(from[key]) && isObject(value) ? diff(from[key], value) : structuredClone(value);
  }
  return patch;
}

/**
 * Returns a document with a merge patch put on it.
 * @param {any} document
 * @param {any} patch
 * @returns {any}
 */
export function apply(document, patch) {
  if (!isObject(patch)) return structuredClone(patch);
  const result = isObject(document) ? structuredClone(document) : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = apply(result[key], value);
  }
  return result;
}

/** Returns what identifies an entry of a list, or undefined. @param {any} entry */
function identity(entry) {
  if (!isObject(entry)) return undefined;
  return entry.name ?? entry.file ?? entry.to;
}

/** Returns the identities of all entries where each has one of its own. @param {any[]} list */
function identities(list) {
  const names = list.map(identity);
  return names.includes(undefined) || new Set(names).size !== names.length ? null : names;
}

/**
 * Merges two lists of named entries: tracks, buses, sends.
 * @param {any[]} base @param {any[]} theirs @param {any[]} mine
 * @param {string[]} path @param {Clash[]} clashes
 */
function mergeLists(base, theirs, mine, path, clashes) {
  const [was, there, here] = [identities(base), identities(theirs), identities(mine)];
  if (!was || !there || !here) return null;
  const moved = (/** @type {any[]} */ names) =>
    !same(
      was.filter((name) => names.includes(name)),
      names.filter((name) => was.includes(name)),
    );
  const [order, other] = moved(here) ? [here, there] : [there, here];
  const merged = [];
  for (const name of [...order, ...other.filter((name) => !order.includes(name))]) {
    const at = (/** @type {any[]} */ list, /** @type {any[]} */ names) => list[names.indexOf(name)];
    const [b, t, m] = [at(base, was), at(theirs, there), at(mine, here)];
    const value = mergeAt(b, t, m, [...path, name], clashes);
    if (value !== undefined) merged.push(value);
  }
  return merged;
}

/**
 * Merges one place of three documents; on a clash, mine stays.
 * @param {any} base @param {any} theirs @param {any} mine
 * @param {string[]} path @param {Clash[]} clashes
 * @returns {any}
 */
function mergeAt(base, theirs, mine, path, clashes) {
  if (same(theirs, mine) || same(base, theirs)) return mine;
  if (same(base, mine)) return theirs;
  if (isObject(theirs) && isObject(mine)) {
    /** @type {{[key: string]: any}} */
    const merged = {};
    for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
      const value = mergeAt(isObject(base) ? base[key] : undefined, theirs[key], mine[key], [...path, key], clashes);
      if (value !== undefined) merged[key] = value;
    }
    return merged;
  }
  if (Array.isArray(theirs) && Array.isArray(mine)) {
    const merged = mergeLists(Array.isArray(base) ? base : [], theirs, mine, path, clashes);
    if (merged) return merged;
  }
  clashes.push({ path, theirs, mine });
  return mine;
}

/**
 * Merges two documents that were made from the same one. Where both changed one place differently,
 * mine stays and the clash is listed.
 * @param {any} base @param {any} theirs @param {any} mine
 * @returns {{merged: any, clashes: Clash[]}}
 */
export function threeWay(base, theirs, mine) {
  /** @type {Clash[]} */
  const clashes = [];
  const merged = structuredClone(mergeAt(base, theirs, mine, [], clashes));
  return { merged, clashes };
}
