// The dashboards against a JSON Schema that is made from Grafana's own types (npm: @grafana/schema), in which no key
// is allowed that Grafana does not know.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const Ajv = require('ajv').default;
const { createGenerator } = require('ts-json-schema-generator');

const source = process.env.HEALD_SOURCE_DIR;

// Beside the packages, where TypeScript looks for them.
const types = path.join(source, 'build/npm/dashboard-schema.ts');
fs.copyFileSync(path.join(__dirname, 'schema.ts'), types);
const schema = createGenerator({ path: types, type: '*', skipTypeCheck: true }).createSchema('*');

const ajv = new Ajv({ allErrors: true, strict: false });
ajv.addSchema(schema, 'grafana');
const isDashboard = ajv.getSchema('grafana#/definitions/Dashboard');
const kinds = Object.keys(schema.definitions.Panels.properties);
const isPanel = Object.fromEntries(
  kinds.map((kind) => [kind, ajv.getSchema(`grafana#/definitions/Panels/properties/${kind}`)]));

// What is wrong, one line each; nothing for a good one.
function complaints(dashboard) {
  const found = [];
  const look = (validate, value, where) => {
    if (validate(value)) return;
    for (const e of validate.errors) {
      found.push(`${where}${e.instancePath}: ${e.message} ${JSON.stringify(e.params)}`);
    }
  };
  look(isDashboard, { ...dashboard, panels: dashboard.panels.map(({ type }) => ({ type })) }, '');
  for (const panel of dashboard.panels) {
    if (isPanel[panel.type]) look(isPanel[panel.type], panel, panel.title);
  }
  return found;
}

const folder = path.join(source, 'dashboards');
const files = fs.readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'));

test('every dashboard is one by Grafana\'s own types', () => {
  assert.strictEqual(files.length, 5);
  for (const name of files) assert.deepStrictEqual(complaints(read(name)), [], name);
});

// The schema would be worth nothing if it let these pass.
const mistakes = {
  'a key that Grafana does not know': (d) => { d.refersh = '1m'; },
  'a panel of an unknown kind': (d) => { d.panels[0].type = 'graph'; },
  'an option that the kind of panel does not have': (d) => { d.panels.find((p) => p.type === 'stat').options.colourMode = 'value'; },
  'a field option of another kind of panel': (d) => { d.panels.find((p) => p.type === 'state-timeline').fieldConfig.defaults.custom.drawStyle = 'bars'; },
  'a colour mode that does not exist': (d) => { d.panels.find((p) => p.type === 'timeseries').fieldConfig.defaults.color.mode = 'shade'; },
  'a query without its letter': (d) => { delete d.panels.find((p) => p.targets).targets[0].refId; },
  'a place in the grid that is no number': (d) => { d.panels[0].gridPos.w = '12'; },
  'a variable of an unknown kind': (d) => { d.templating.list[1].type = 'label'; },
  'an annotation without a data source': (d) => { delete d.annotations.list[1].datasource; },
  'a threshold without a colour': (d) => { delete d.panels.find((p) => p.type === 'stat').fieldConfig.defaults.thresholds.steps[0].color; },
};
for (const [name, make] of Object.entries(mistakes)) {
  test(`${name} is found`, () => {
    const dashboard = read('heald-host.json');
    make(dashboard);
    assert.notDeepStrictEqual(complaints(dashboard), []);
  });
}
