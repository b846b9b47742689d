// values.yaml, its schema and the table in README.md say the same.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const yaml = require('yaml');
const { chart, read } = require('./chart');

const values = yaml.parseDocument(read('helm/heald/values.yaml'));
const schema = JSON.parse(read('helm/heald/values.schema.json'));
const readme = read('helm/heald/README.md');

const shown = (value) => (typeof value === 'string' && value !== '' ? value : JSON.stringify(value));

// A row for each key without keys below it; the comment above it is its meaning.
function rows(map, prefix = '') {
  return map.items.flatMap(({ key, value }) => {
    const name = prefix + key.value;
    if (yaml.isMap(value) && value.items.length > 0 && !value.flow) return rows(value, `${name}.`);
    const comment = (key.commentBefore ?? (key === map.items[0].key ? map.commentBefore : '') ?? '').split('\n');
    const meaning = comment.filter((line) => line.startsWith(' -- ')).at(-1)?.slice(4);
    assert.ok(meaning, `${name} has no meaning: a comment that begins with "# --"`);
    return [`| \`${name}\` | \`${shown(value.toJS(values))}\` | ${meaning} |`];
  });
}

function keysOf(object, prefix = '') {
  return Object.entries(object).flatMap(([key, value]) =>
    value && typeof value === 'object' && !Array.isArray(value) ? [prefix + key, ...keysOf(value, `${prefix}${key}.`)] : [prefix + key],
  );
}

const resolved = (node) => (node.$ref ? schema.definitions[node.$ref.replace('#/definitions/', '')] : node);

test('the table in README.md has every key, its default and its meaning, in the order of values.yaml', () => {
  const wanted = ['| key | default | meaning |', '|---|---|---|', ...rows(values.contents)];
  if (process.env.HEALD_WRITE) {
    const text = readme.replace(/\| key \| default \| meaning \|\n(\|.*\n)*/, `${wanted.join('\n')}\n`);
    fs.writeFileSync(path.join(chart, 'README.md'), text);
    return;
  }
  const found = readme.split('\n').filter((line) => line.startsWith('|'));
  assert.deepStrictEqual(found, wanted);
});

test('the schema knows every key of values.yaml', () => {
  const look = (object, node, prefix) => {
    for (const [key, value] of Object.entries(object)) {
      const below = resolved(node).properties?.[key];
      if (resolved(node).properties) assert.ok(below, `${prefix}${key} is not in the schema`);
      if (below && value && typeof value === 'object' && !Array.isArray(value)) look(value, below, `${prefix}${key}.`);
    }
  };
  look(values.toJS(), schema, '');
});

test('values.yaml has every key of the schema, but what Helm adds and what Kubernetes lets one add', () => {
  const top = Object.keys(schema.properties).filter((key) => key !== 'global');
  assert.deepStrictEqual(top.sort(), Object.keys(values.toJS()).sort());
  const present = new Set(keysOf(values.toJS()));
  for (const key of top) {
    if (['podSecurityContext', 'securityContext', 'resources', 'affinity', 'dnsConfig'].includes(key)) continue;
    for (const inner of Object.keys(resolved(schema.properties[key]).properties ?? {})) {
      assert.ok(present.has(`${key}.${inner}`), `${key}.${inner} has no default`);
    }
  }
});

test('no part of the schema takes keys that it does not name, but maps of names and objects of Kubernetes and heald', () => {
  const open = [];
  const look = (node, place) => {
    if (!node || typeof node !== 'object') return;
    if (node.properties && node.additionalProperties !== false) open.push(place);
    for (const [key, value] of Object.entries(node)) look(value, `${place}/${key}`);
  };
  look(schema, '');
  assert.deepStrictEqual(open, ['/definitions/named/items']);
  const asIs = Object.entries(schema.properties).filter(([, node]) => node.$ref === '#/definitions/object');
  assert.deepStrictEqual(asIs.map(([key]) => key), ['global', 'config']);
});
