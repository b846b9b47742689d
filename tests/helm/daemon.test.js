// The real heald, started as the pod starts it: its arguments, variables, configuration, user and files.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { cases, heald, only, parse, render, run, workload } = require('./chart');

const build = process.env.HEALD_BINARY_DIR;
const root = process.getuid() === 0;
const user = 10001;

// What Kubernetes would fill in.
const kField = { 'metadata.namespace': 'apps', 'status.hostIP': '127.0.0.1', 'status.podIP': '127.0.0.1' };
const variables = (container) =>
  Object.fromEntries((container.env ?? []).map(({ name, value, valueFrom }) => [name, value ?? kField[valueFrom.fieldRef.fieldPath]]));

// A folder in the place of the pod's root: what is mounted there, with the owners and modes that the kubelet gives.
class Pod {
  constructor(objects) {
    this.objects = objects;
    this.container = heald(objects);
    this.folder = fs.mkdtempSync('/tmp/heald-pod-');
    fs.chmodSync(this.folder, 0o755);
    for (const program of ['heald', 'healdctl']) fs.copyFileSync(path.join(build, program), path.join(this.folder, program));
    const config = only(objects, 'ConfigMap', 'shop-heald-config').data['heald.yml'];
    this.write('etc/heald/heald.yml', this.moved(config), 0o644);
    this.mountToken();
    this.mountTls();
    this.mountTokens();
    fs.mkdirSync(this.path('var/lib/heald'), { recursive: true });
    this.give('var/lib/heald', 0o2775);
    this.write('dev/termination-log', '', 0o666);  // the kubelet's
  }

  path(name) {
    return path.join(this.folder, name);
  }
  write(name, text, mode) {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true });
    fs.writeFileSync(this.path(name), text);
    fs.chmodSync(this.path(name), mode);
  }
  // A text with the paths of the pod, as they are here.
  moved(text) {
    return text.replaceAll(/\/(run\/secrets|etc\/heald-web)\//g, (where) => this.path(`.${where}`));
  }
  // root's, with fsGroup as its group.
  give(name, mode) {
    if (root) fs.chownSync(this.path(name), 0, workload(this.objects).spec.template.spec.securityContext.fsGroup);
    fs.chmodSync(this.path(name), mode);
  }
  mountToken() {
    const volume = workload(this.objects).spec.template.spec.volumes.find((v) => v.name === 'token');
    if (!volume) return;
    const secret = only(this.objects, 'Secret', volume.secret.secretName);
    this.write('run/secrets/heald/token', Buffer.from(secret.data.token, 'base64'), 0o600);
    if (root) this.give('run/secrets/heald/token', volume.secret.defaultMode);
  }

  // Certificates that sign themselves, for the names of the Service and of this host.
  mountTls() {
    const web = this.objects.find((o) => o.kind === 'ConfigMap' && o.metadata.name === 'shop-heald-web')?.data ?? {};
    for (const [file, text] of Object.entries(web)) this.write(`etc/heald-web/${file}`, this.moved(text), 0o644);
    for (const { name, secret } of workload(this.objects).spec.template.spec.volumes.filter((v) => v.name.startsWith('tls-'))) {
      const at = (file) => this.path(`run/secrets/heald-${name}/${file}`);
      fs.mkdirSync(path.dirname(at('tls.key')), { recursive: true });
      const made = run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=heald',
        '-addext', 'subjectAltName=DNS:shop-heald.apps.svc,IP:127.0.0.1', '-keyout', at('tls.key'), '-out', at('tls.crt')]);
      assert.strictEqual(made.code, 0, made.errors);
      fs.copyFileSync(at('tls.crt'), at('ca.crt'));
      for (const { path: file } of secret.items) if (root) this.give(`run/secrets/heald-${name}/${file}`, secret.defaultMode);
    }
    if (!this.container.env.some(({ name }) => name === 'RUNTIME_DIRECTORY')) return;
    fs.mkdirSync(this.path('run/heald'), { recursive: true });
    if (root) this.give('run/heald', 0o2777);
  }

  // Secrets of the operator's: each holds its own name, many times.
  mountTokens() {
    const volume = workload(this.objects).spec.template.spec.volumes.find((v) => v.name === 'tokens');
    for (const { secret } of volume?.projected.sources ?? []) {
      const file = `run/secrets/heald-tokens/${secret.items[0].path}`;
      this.write(file, secret.name.repeat(10), 0o600);
      if (root) this.give(file, volume.projected.defaultMode);
    }
  }

  // A path or address of the pod as it is here.
  here(text) {
    return text.replace(/^(--[a-z.-]+=)?(\/(etc|var|run|dev)\/.*)$/, (_, flag, file) => (flag ?? '') + this.path(file)).replace(/=(0\.0\.0\.0|127\.0\.0\.1):\d+$/, '=$1:0');
  }
  get environment() {
    return Object.fromEntries(Object.entries(variables(this.container)).map(([name, value]) => [name, this.here(value)]));
  }
  get ids() {
    return root ? { uid: user, gid: workload(this.objects).spec.template.spec.securityContext.runAsGroup } : {};
  }

  start() {
    this.log = '';
    this.process = spawn(this.path('heald'), this.container.args.map((arg) => this.here(arg)), { env: this.environment, cwd: '/', ...this.ids });
    this.ended = new Promise((resolve) => this.process.on('exit', (code, signal) => resolve(code ?? signal)));
    this.process.stderr.on('data', (data) => (this.log += data));
  }
  // The address that a listener has been given, once it is in the log.
  async address(listener) {
    const deadline = Date.now() + 30000;
    for (;;) {
      const line = this.log.split('\n').find((text) => text.includes(`"${listener} listener"`));
      if (line) return JSON.parse(line).address.replace('0.0.0.0', '127.0.0.1');
      if (Date.now() > deadline || this.process.exitCode !== null) assert.fail(`no ${listener} listener:\n${this.log}`);
      await new Promise((resolve) => this.process.stderr.once('data', resolve).once('end', resolve));
    }
  }
  async stop() {
    if (!this.process) return undefined;
    this.process.kill('SIGTERM');
    return this.ended;
  }
  async remove() {
    if (this.process?.exitCode === null) this.process.kill('SIGKILL');
    await this.ended;
    fs.rmSync(this.folder, { recursive: true });
  }
  healdctl(args) {
    return run(this.path('healdctl'), args, { env: { ...this.environment, PATH: process.env.PATH }, ...this.ids });
  }
}

async function withPod(values, look) {
  const pod = new Pod(render([], values));
  try {
    await look(pod);
  } finally {
    await pod.remove();
  }
}

test('heald starts as the pod starts it, is ready, and takes what a human does with the token of the Secret', async () => {
  const config = { checks: [{ name: 'it', exec: { command: ['/bin/true'] }, interval: '1s' }] };
  await withPod({ config, token: { create: true } }, async (pod) => {
    pod.start();
    const control = `http://${await pod.address('control')}`;
    const metrics = `http://${await pod.address('metrics')}`;
    // The kubelet asks by the pod's address.
    const patient = ['-sf', '--retry', '30', '--retry-delay', '1'];
    const ready = run('curl', [...patient, '-H', 'Host: 10.1.2.3:9469', `${metrics}${pod.container.readinessProbe.httpGet.path}`]);
    assert.strictEqual(ready.output, 'heald is ready.\n', pod.log);
    const moved = pod.healdctl(['--url', control, 'flag', 'auto_healing', 'off', '--reason', 'a test']);
    assert.strictEqual(moved.code, 0, moved.output + moved.errors + pod.log);
    assert.match(pod.healdctl(['--url', control, 'status']).output, /auto.healing|disabled/i);
    assert.strictEqual(await pod.stop(), 0, pod.log);
    assert.deepStrictEqual(fs.readdirSync(pod.path('var/lib/heald')).filter((name) => name.includes('token')), []);
  });
});

test('a token of a Secret has its role, and no other', async () => {
  await withPod({ tokens: [{ name: 'oncall', role: 'operate', existingSecret: 'heald-oncall' }] }, async (pod) => {
    pod.start();
    const control = `http://${await pod.address('control')}`;
    const own = ['--url', control, '--token-file', pod.path('run/secrets/heald-tokens/oncall')];
    const moved = pod.healdctl([...own, 'flag', 'auto_healing', 'off', '--reason', 'a test']);
    assert.strictEqual(moved.code, 0, moved.output + moved.errors + pod.log);
    const refused = pod.healdctl([...own, 'reload']);
    assert.strictEqual(refused.code, 4);
    assert.match(refused.errors, /needs the role admin; token oncall has the role operate/);
    await pod.stop();
  });
});

test('over TLS both listeners are as the chart says: probes, other pods with a token, healdctl in the pod without anything', async () => {
  const tls = { metrics: { existingSecret: 'm' }, control: { existingSecret: 'c' } };
  const config = { checks: [{ name: 'it', exec: { command: ['/bin/true'] }, interval: '1s' }] };
  await withPod({ tls, config, tokens: [{ name: 'reader', role: 'read', existingSecret: 'a-secret-for-reading' }] }, async (pod) => {
    pod.start();
    const control = `https://${await pod.address('control')}`;
    const metrics = `https://${await pod.address('metrics')}`;
    // The kubelet verifies no certificate.
    assert.strictEqual(run('curl', ['-skf', '--retry', '30', '--retry-delay', '1', `${metrics}/-/ready`]).output, 'heald is ready.\n', pod.log);
    const ca = ['--ca-file', pod.path('run/secrets/heald-tls-control/tls.crt')];
    const status = (more) => run(pod.path('healdctl'), ['--url', control, ...ca, ...more, 'status'], { env: { PATH: process.env.PATH, HOME: pod.folder } });
    assert.strictEqual(status(['--token-file', pod.path('run/secrets/heald-tokens/reader')]).code, 0);
    assert.strictEqual(status([]).code, 4, 'reading needs a credential too');
    const inside = { ...pod.environment, PATH: process.env.PATH };
    delete inside.HEALD_TOKEN_FILE;
    const local = run(pod.path('healdctl'), ['--url', `unix:${pod.path('run/heald/control.sock')}`, 'flag', 'auto_healing', 'off', '--reason', 'a test'], { env: inside, ...pod.ids });
    assert.strictEqual(local.code, 0, local.errors + pod.log);
    // helm test, whose heald looks over TLS.
    const test = only(pod.objects, 'Pod').spec.containers[0];
    const [host, port] = metrics.slice('https://'.length).split(':');
    const script = pod.moved(test.args[0]).replaceAll('/tmp/control.sock', pod.path('control.sock'));
    pod.write('etc/heald-web/test.yml', fs.readFileSync(pod.path('etc/heald-web/test.yml'), 'utf8').replaceAll('/tmp/control.sock', pod.path('control.sock'))
      .replaceAll('127.0.0.1:3001', '127.0.0.1:0').replaceAll('127.0.0.1:9469', '127.0.0.1:0'), 0o644);
    const env = { PATH: `${pod.folder}:${process.env.PATH}`, HEALD_HOST: host, HEALD_PORT: port, STATE_DIRECTORY: pod.path('state-of-the-test') };
    // In a pod all ends with the script.
    const ask = () => run('bash', ['-euo', 'pipefail', '-c', `trap 'kill $(jobs -p)' EXIT\n${script}`], { stdio: ['ignore', 'pipe', 'pipe'], env });
    const good = ask();
    assert.strictEqual(good.code, 0, good.output + good.errors);
    assert.match(good.output, /metrics/);
    await pod.stop();
    assert.notStrictEqual(ask().code, 0);
  });
});

test('without a Secret the token is heald\'s own, beside the store, and lasts', async () => {
  await withPod({ token: { create: false } }, async (pod) => {
    const file = pod.path('var/lib/heald/control.token');
    pod.start();
    await pod.address('control');
    await pod.stop();
    const token = fs.readFileSync(file, 'utf8');
    assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600);
    pod.start();
    const control = `http://${await pod.address('control')}`;
    assert.strictEqual(pod.healdctl(['--url', control, 'reload']).code, 0, pod.log);
    assert.strictEqual(fs.readFileSync(file, 'utf8'), token);
    await pod.stop();
  });
});

test('what helm test asks is answered by a heald that runs, and by no other', async () => {
  await withPod({}, async (pod) => {
    const { command, args, env } = only(pod.objects, 'Pod').spec.containers[0];
    const stdio = ['ignore', 'pipe', 'pipe']; // a socket as stdin is a remote login for bash
    const ask = (port) => run(command[0], [...command.slice(1), ...args], { stdio, env: { PATH: process.env.PATH, HEALD_HOST: '127.0.0.1', HEALD_PORT: port } });
    assert.deepStrictEqual(env.map((e) => [e.name, e.value]), [['HEALD_HOST', 'shop-heald'], ['HEALD_PORT', '9469']]);
    pod.start();
    const ready = ['-sf', '--retry', '30', '--retry-delay', '1', `http://${await pod.address('metrics')}/-/ready`];
    assert.strictEqual(run('curl', ready).code, 0, pod.log);
    const port = (await pod.address('metrics')).split(':')[1];
    const result = ask(port);
    assert.strictEqual(result.code, 0, result.output + result.errors);
    assert.match(result.output, /^heald_build_info/m);
    await pod.stop();
    assert.notStrictEqual(ask(port).code, 0);
  });
});

test('a mistake in the configuration ends it, with its place in what Kubernetes shows of a container that ended', async () => {
  await withPod({ config: { checks: [{ name: 'it', tcp: { adress: 'x:1' } }] } }, async (pod) => {
    assert.strictEqual(pod.container.terminationMessagePolicy, 'FallbackToLogsOnError');
    pod.start();
    assert.strictEqual(await pod.ended, 1);
    assert.match(pod.log, /heald\.yml:\d+:\d+: checks\[0\]\.tcp.*adress/);
    assert.match(fs.readFileSync(pod.path('dev/termination-log'), 'utf8'), /^\S*heald\.yml:\d+:\d+: checks\[0\]\.tcp.*adress.*\n$/);
  });
});

test('healdctl accepts the configuration of every case, as the job before an upgrade asks it', () => {
  let count = 0;
  for (const file of cases) {
    const objects = render(['-f', file, '--set', 'fullnameOverride=shop-heald', '--set', 'configCheck.enabled=true']);
    const job = objects.find((o) => o.kind === 'Job');
    if (!job) continue;
    ++count;
    const container = job.spec.template.spec.containers[0];
    assert.deepStrictEqual(container.command, ['/usr/bin/healdctl', 'check-config', '--log.termination=/dev/termination-log', '/etc/heald/heald.yml']);
    const folder = fs.mkdtempSync('/tmp/heald-check-');
    try {
      const kept = objects.find((o) => o.metadata.name === 'shop-heald-check' && o.data);
      const text = kept.kind === 'Secret' ? Buffer.from(kept.data['heald.yml'], 'base64') : kept.data['heald.yml'];
      fs.writeFileSync(path.join(folder, 'heald.yml'), text);
      const args = [container.command[1], path.join(folder, 'heald.yml')];
      const result = run(path.join(build, 'healdctl'), args, { env: variables(container) });
      assert.strictEqual(result.code, 0, `${file}: ${result.output}${result.errors}`);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  }
  assert.strictEqual(count, cases.length - 1, 'all but the one with a ConfigMap of its own');
});
