import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { oneValue, shortName } from '../js/logic/inserts.js';
import { insertKinds, newInsert } from '../js/logic/schema.js';

/** Kinds of inserts, from the session's schema in the document of the service. */
function kinds() {
  const text = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8');
  const prefix = '#/components/schemas/SessionDocument/';
  const document = JSON.parse(text.replaceAll(prefix, '#/'));
  return insertKinds(document.components.schemas.SessionDocument);
}

test('each insert has a form with ranges and choices', () => {
  const all = kinds();
  assert.ok(all.length >= 20, `${all.length}`);
  for (const { type, fields } of all) {
    assert.ok(fields.length > 0, type);
    for (const field of fields) {
      assert.ok(field.hint, `${type}: ${field.key}`);
      if (field.kind === 'number') assert.ok(Number(field.min) < Number(field.max), `${type}: ${field.key}`);
      if (field.kind === 'choice') assert.ok((field.choices ?? []).includes(field.fallback), `${type}: ${field.key}`);
    }
  }
  const fieldsOf = (/** @type {string} */ type) => all.find((kind) => kind.type === type)?.fields.length;
  assert.equal(fieldsOf('saturator'), 5);
  assert.equal(fieldsOf('transient_shaper'), 4);
  assert.equal(fieldsOf('multiband'), 31);
  assert.equal(fieldsOf('dynamic_bell'), 8);
});

test('a new insert has its required values within their ranges, and words for its chip', () => {
  for (const kind of kinds()) {
    const insert = newInsert(kind);
    for (const { key, required, min, max } of kind.fields.filter((field) => field.kind === 'number')) {
      if (required) assert.ok(insert[key] >= Number(min) && insert[key] <= Number(max), `${kind.type}: ${key}`);
    }
    assert.ok(shortName(insert).length <= 11, kind.type);
    assert.equal(typeof oneValue(insert), 'string', kind.type);
  }
});
