// What the chart makes is what Kubernetes takes: every case, every version, judged by Kubernetes' own schemas.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { cases, chart, helm, operator, pods, render, versions, workload } = require('./chart');
const { violations } = require('./restricted');
const { mistakes } = require('./schema');

const names = cases.map((file) => path.basename(file, '-values.yaml'));
// Every case in every version, with and without the Prometheus operator, each rendered once.
const renderings = [undefined, ...cases].flatMap((file) =>
  versions.flatMap((version) =>
    [[], operator].map((api) => ({
      where: { name: file ? path.basename(file, '-values.yaml') : 'defaults', version, api },
      objects: render([...(file ? ['-f', file] : []), '--kube-version', version, ...api]),
    })),
  ),
);
const each = (look) => {
  for (const { objects, where } of renderings) look(objects, where);
};

test('there is a case for each way to run it', () => {
  assert.deepStrictEqual(names.sort(), ['daemonset', 'everything', 'existing', 'gateway', 'host', 'least', 'replicas', 'text', 'tls']);
});

test('the schemas find a wrong type, a missing field and one that does not exist', () => {
  const broken = (change) => {
    const object = structuredClone(renderings[0].objects.find((o) => o.kind === 'Deployment'));
    change(object.spec.template.spec);
    return mistakes(object).join('\n');
  };
  assert.strictEqual(broken(() => {}), '');
  assert.match(broken((pod) => (pod.containers[0].imagePullPolicy = 7)), /imagePullPolicy must be string/);
  assert.match(broken((pod) => delete pod.containers[0].name), /name/);
  assert.match(broken((pod) => (pod.containers[0].livenessProbe.httpget = {})), /livenessProbe.httpget: no such field/);
});

test('every object of every case is valid in every version', () => {
  let count = 0;
  each((objects, where) => {
    for (const object of objects) {
      ++count;
      assert.deepStrictEqual(mistakes(object), [], `${JSON.stringify(where)} ${object.kind} ${object.metadata.name}`);
    }
  });
  assert.ok(count > 500, `${count} objects`);
});

test('every object has a name that Kubernetes takes, and is there once', () => {
  each((objects, where) => {
    const seen = new Set();
    for (const { kind, metadata } of objects) {
      const label = kind === 'ConfigMap' || kind === 'Secret' || kind === 'PersistentVolumeClaim' ? 253 : 63;
      assert.match(metadata.name, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, JSON.stringify(where));
      assert.ok(metadata.name.length <= label, metadata.name);
      assert.strictEqual(metadata.namespace, 'apps', `${kind} ${metadata.name}`);
      for (const [key, value] of Object.entries(metadata.labels)) {
        assert.strictEqual(typeof value, 'string', `${kind}: label ${key}`);
        assert.ok(value.length <= 63, `${kind}: label ${key}`);
      }
      assert.ok(!seen.has(`${kind}/${metadata.name}`), `${kind}/${metadata.name} twice`);
      seen.add(`${kind}/${metadata.name}`);
    }
  });
});

test('the longest and the strangest release names are cut and quoted', () => {
  for (const release of ['a'.repeat(53), 'true', 'a-1', `${'b'.repeat(40)}-${'c'.repeat(12)}`]) {
    for (const namespace of ['123', 'n'.repeat(63)]) {
      for (const object of render(operator, undefined, { release, namespace })) {
        assert.deepStrictEqual(mistakes(object), [], object.kind);
        assert.strictEqual(object.metadata.namespace, namespace);
        assert.strictEqual(object.metadata.labels['app.kubernetes.io/instance'], release);
        if (object.kind === 'Service') assert.ok(object.metadata.name.length <= 63);
      }
    }
  }
});

test('every pod but that of the host case is admitted by restricted pod security', () => {
  let count = 0;
  each((objects, where) => {
    for (const { where: pod, spec } of pods(objects)) {
      ++count;
      if (where.name === 'host') continue;
      assert.deepStrictEqual(violations(spec), [], `${JSON.stringify(where)} ${pod}`);
    }
  });
  assert.ok(count > 100, `${count} pods`);
});

test('the host case is not restricted, and the check says why', () => {
  const [{ spec }] = pods(render(['-f', cases.find((file) => file.includes('host-'))]));
  const found = violations(spec).join('\n');
  for (const word of ['hostNetwork', 'hostPID', 'store is a hostPath', 'runs as root', 'may run as root', 'adds KILL']) {
    assert.ok(found.includes(word), `${word} is not in:\n${found}`);
  }
});

test('every container has a read-only root', () => {
  each((objects) => {
    for (const { where, spec } of pods(objects)) {
      for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
        assert.strictEqual(container.securityContext.readOnlyRootFilesystem, true, `${where} ${container.name}`);
      }
    }
  });
});

test('only APIs that the version has are used', () => {
  each((objects, { version, api, name }) => {
    const minor = Number(version.split('.')[1]);
    for (const { apiVersion, kind } of objects) {
      if (kind === 'PodDisruptionBudget') assert.strictEqual(apiVersion, minor < 21 ? 'policy/v1beta1' : 'policy/v1', version);
      else assert.ok(!apiVersion.includes('beta'), `${kind} ${apiVersion}`);
    }
    const monitoring = objects.filter((o) => o.apiVersion.startsWith('monitoring.coreos.com/')).map((o) => o.kind);
    const asked = ['everything', 'daemonset'].includes(name);
    const wanted = name !== 'least' && (asked || api.length > 0) ? ['PrometheusRule', 'ServiceMonitor'] : [];
    assert.deepStrictEqual(monitoring.sort(), wanted, `${name} ${version}`);
  });
});

test('selectors are the same in every version of the chart and of the configuration, and find the pod', () => {
  const fixed = { 'app.kubernetes.io/name': 'heald', 'app.kubernetes.io/instance': 'shop', 'app.kubernetes.io/component': 'daemon' };
  each((objects, { name }) => {
    const { spec } = workload(objects);
    const expected = name === 'everything' ? { ...fixed, 'app.kubernetes.io/name': 'watcher' } : fixed;
    assert.deepStrictEqual(spec.selector.matchLabels, expected);
    for (const object of objects) {
      const selector = object.kind === 'Service' ? object.spec.selector : object.spec?.selector?.matchLabels ?? object.spec?.podSelector?.matchLabels;
      if (!selector) continue;
      assert.deepStrictEqual(selector, expected, object.kind);
      const labels = spec.template.metadata.labels;
      for (const [key, value] of Object.entries(selector)) assert.strictEqual(labels[key], value, object.kind);
    }
    for (const { where, metadata } of pods(objects)) {
      const isDaemon = where.startsWith('Deployment') || where.startsWith('DaemonSet');
      assert.strictEqual(metadata.labels['app.kubernetes.io/component'] === 'daemon', isDaemon, where);
    }
  });
});

test('helm lint finds nothing to say, and helm package takes every file that the templates read', () => {
  for (const file of [undefined, ...cases]) {
    const result = helm(['lint', '--strict', chart, ...(file ? ['-f', file] : [])]);
    assert.strictEqual(result.code, 0, result.output + result.errors);
  }
  const folder = fs.mkdtempSync('/tmp/heald-package-');
  try {
    const packed = helm(['package', chart, '-d', folder]);
    assert.strictEqual(packed.code, 0, packed.errors);
    const archive = path.join(folder, fs.readdirSync(folder)[0]);
    const fromArchive = helm(['template', 'shop', archive, '-n', 'apps', '--set', 'token.create=false', ...operator]);
    const fromFolder = helm(['template', 'shop', chart, '-n', 'apps', '--set', 'token.create=false', ...operator]);
    assert.strictEqual(fromArchive.output, fromFolder.output);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
