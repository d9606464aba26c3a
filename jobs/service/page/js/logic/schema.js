/** Reading of the session's JSON Schema into fields of a form. */

/**
 * @typedef {object} Field
 * @property {string} key
 * @property {'number'|'choice'|'boolean'|'text'} kind
 * @property {boolean} required
 * @property {any} fallback default of the schema
 * @property {string} hint
 * @property {number} [min]
 * @property {number} [max]
 * @property {boolean} [whole]
 * @property {any[]} [choices]
 * @property {string} [none] words for the empty choice among names
 *
 * @typedef {{type: string, description: string, fields: Field[]}} InsertKind
 */

/** @param {any} schema @param {any} root @returns {any} */
function resolve(schema, root) {
  if (!schema?.$ref) return schema ?? {};
  const found =
    schema.$ref
      .replace(/^#\//, '')
      .split('/')
      .reduce((/** @type {any} */ at, /** @type {string} */ key) => at?.[key], root) ?? {};
  const { $ref: _, ...beside } = schema;
  return { ...resolve(found, root), ...beside };
}

/** @param {any} schema @returns {any[]|null} */
function choicesOf(schema) {
  if (Array.isArray(schema.enum)) return schema.enum;
  const list = schema.oneOf ?? schema.anyOf;
  if (!Array.isArray(list)) return null;
  const all = list.flatMap((/** @type {any} */ one) =>
    one.const !== undefined ? [one.const] : (one.enum ?? [undefined]),
  );
  return all.includes(undefined) ? null : all;
}

/** First sentence alone: the rest stands in the reference. @param {string} text */
const short = (text) => text.replaceAll('\n', ' ').replaceAll('`', '');

/**
 * Returns the fields of an object in the schema.
 * @param {any} object
 * @param {any} root
 * @param {string[]} [without] keys that stand elsewhere
 * @returns {Field[]}
 */
export function fieldsOf(object, root, without = []) {
  const required = new Set(object.required ?? []);
  /** @type {Field[]} */
  const fields = [];
  for (const [key, raw] of Object.entries(object.properties ?? {})) {
    if (key === 'type' || without.includes(key)) continue;
    const schema = resolve(raw, root);
    const base = { key, required: required.has(key), fallback: schema.default, hint: short(schema.description ?? '') };
    const choices = choicesOf(schema);
    if (choices) fields.push({ ...base, kind: 'choice', choices });
    else if (schema.type === 'boolean') fields.push({ ...base, kind: 'boolean' });
    else if (schema.type === 'string') fields.push({ ...base, kind: 'text' });
    else if (schema.type === 'number' || schema.type === 'integer') {
      fields.push({
        ...base,
        kind: 'number',
        min: schema.minimum ?? 0,
        max: schema.maximum ?? 1,
        whole: schema.type === 'integer',
      });
    }
  }
  return fields;
}

/**
 * Returns the kinds of inserts.
 * @param {any} root the session's schema
 * @returns {InsertKind[]}
 */
export function insertKinds(root) {
  const insert = resolve(root?.$defs?.Insert, root);
  const list = insert.oneOf ?? insert.anyOf ?? [];
  return list.map((/** @type {any} */ raw) => {
    const one = resolve(raw, root);
    const type = resolve(one.properties?.type, root);
    return {
      type: type.const ?? type.enum?.[0] ?? '',
      description: short(one.description ?? ''),
      fields: fieldsOf(one, root),
    };
  });
}

/** Values that an insert begins with where the schema has no default: audible, and harmless. */
const BEGINNINGS = /** @type {Record<string, Record<string, number|string>>} */ ({
  high_pass: { cutoff_hz: 80 },
  low_pass: { cutoff_hz: 12000 },
  bell: { frequency_hz: 1000, gain_db: 0 },
  low_shelf: { frequency_hz: 120, gain_db: 0 },
  high_shelf: { frequency_hz: 8000, gain_db: 0 },
  notch: { frequency_hz: 1000 },
  all_pass: { frequency_hz: 1000 },
  compressor: { threshold_db: -20, ratio: 2 },
  gate: { threshold_db: -60 },
  gain: { gain_db: 0 },
  delay: { time_ms: 350 },
  de_esser: { threshold_db: -30 },
  dynamic_bell: { frequency_hz: 3000, threshold_db: -30 },
  ducker: { key: '' },
});

/**
 * Returns a new insert.
 * @param {InsertKind} kind
 * @returns {import('./session.js').Insert}
 */
export function newInsert(kind) {
  /** @type {import('./session.js').Insert} */
  const insert = { type: kind.type };
  for (const { key, required, min, fallback, choices } of kind.fields) {
    if (required) insert[key] = BEGINNINGS[kind.type]?.[key] ?? fallback ?? choices?.[0] ?? min ?? 0;
  }
  // A delay that is mixed in whole would take the sound itself away.
  if (kind.type === 'delay') Object.assign(insert, { mix: 0.3 });
  return insert;
}

/**
 * Returns the place of a value on a slider, 0 to 1; wide ranges are logarithmic.
 * @param {Field} field
 * @param {number} value
 */
export function toSlider({ min = 0, max = 1 }, value) {
  const share = min > 0 && max / min > 100 ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  return Math.min(1, Math.max(0, share));
}

/**
 * Returns the value of a place on a slider, rounded to what can be read.
 * @param {Field} field
 * @param {number} share 0 to 1
 */
export function fromSlider({ min = 0, max = 1, whole }, share) {
  const value = min > 0 && max / min > 100 ? min * (max / min) ** share : min + share * (max - min);
  if (whole) return Math.round(value);
  const digits = max - min > 1000 || Math.abs(value) >= 100 ? 0 : max - min > 20 ? 1 : 2;
  return Math.min(max, Math.max(min, Number(value.toFixed(digits))));
}
