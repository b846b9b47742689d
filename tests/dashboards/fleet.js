// A fleet for Prometheus: what real healds said while something happened to them, copied to many hosts and stretched over
// hours, and written by remote write; and the queries of the dashboards, as Grafana asks them.
'use strict';
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(what, look, seconds = 60) {
  for (const end = Date.now() + 1000 * seconds; ;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await sleep(50);
  }
}

const kTeams = { api: 'payments', gateway: 'payments', queue: 'platform', database: 'platform', cache: 'shop', search: 'shop',
  uploads: 'shop', mailer: 'growth', disk: 'platform', certificates: 'platform' };
const kNames = Object.keys(kTeams);
// Of more checks than names: api, …, certificates, api-2, …
const nameOf = (i) => kNames[i % kNames.length] + (i < kNames.length ? '' : `-${Math.floor(i / kNames.length) + 1}`);

// The real daemon, with checks that look whether a file is there. The remedy of one whose name is in `broken` fails, others put the file
// back. Nobody heals the certificates.
class Heald {
  constructor(binary, checks, broken) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heald-fleet-'));
    const names = Array.from({ length: checks }, (_, i) => nameOf(i));
    const config = [
      'web: {control_address: 127.0.0.1:0, metrics_address: 127.0.0.1:0}',
      `store: {path: ${this.folder}/heald.db}`,
      `detection: {interval: ${checks > 100 ? '5s' : '500ms'}}`,
      'governor_defaults:',
      '  backoff: {base: 200ms, max: 3s}',
      '  breaker: {open_for: 1s}',
      '  budgets: [{attempts: 24, per: 1h}, {attempts: 48, per: 24h}]',
      '  reset_after: 4s',
      'checks:',
      ...names.map((name) => `  - {name: ${name}, file: {path: ${this.folder}/${name}}, metric_labels: {team: ${kTeams[name.split('-')[0]]}}}`),
      'remedies:',
      ...names.filter((name) => !name.startsWith('certificates')).map((name) =>
        `  - {name: restart-${name}, when: {check: ${name}}, governor: ${name}, verify: {after: 0}, ` +
        `exec: {command: [/bin/sh, -c, '${broken.includes(name) ? 'echo "no space left"; exit 1' : `sleep 0.1; touch ${this.folder}/${name}`}']}}`),
      'governors:',
      ...names.filter((name) => !name.startsWith('certificates')).map((name) =>
        `  ${name}: ${name === 'queue' ? '{backoff: {base: 2s, max: 30s}}' : '{}'}`),
    ].join('\n');
    fs.writeFileSync(path.join(this.folder, 'heald.yml'), config);
    for (const name of names) this.mend(name);
    this.process = spawn(binary, ['--config.file', path.join(this.folder, 'heald.yml')], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.log = '';
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', (text) => { this.log += text; });
  }

  async ready() {
    const port = (what) => this.log.match(`msg="${what} listener" address=127.0.0.1:(\\d+)`)?.[1];
    await until(`heald: ${this.log}`, () => port('control') && port('metrics'));
    this.control = `http://127.0.0.1:${port('control')}`;
    this.metrics = `http://127.0.0.1:${port('metrics')}/metrics`;
    this.token = fs.readFileSync(path.join(this.folder, 'control.token'), 'utf8').trim();
    return this;
  }
  lose(name) { fs.rmSync(path.join(this.folder, name), { force: true }); }
  mend(name) { fs.writeFileSync(path.join(this.folder, name), ''); }
  async post(call, body) {
    const answer = await fetch(this.control + call, {
      method: 'POST', headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${call}: ${answer.status} ${await answer.text()}`);
  }
  async dormant(governor) {
    await until(`${governor} to be dormant`, async () => (await this.scrape()).includes(`heald_dormant{governor="${governor}"} 1`), 120);
  }
  async scrape() { return (await fetch(this.metrics)).text(); }
  async stop() {
    if (this.process.exitCode === null) {
      const ended = new Promise((done) => this.process.once('exit', done));
      this.process.kill('SIGTERM');
      await ended;
    }
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

// What happens, by part of the time. `t` is the daemon.
const kHealing = [[0.15, (t) => t.lose('cache')], [0.35, (t) => t.lose('mailer')], [0.55, (t) => t.lose('uploads')], [0.7, (t) => t.lose('cache')],
  [0.85, (t) => t.lose('search')]];
const kFlapping = [0.2, 0.32, 0.44, 0.56, 0.68, 0.8, 0.92].flatMap((at) => [[at, (t) => t.lose('certificates')], [at + 0.05, (t) => t.mend('certificates')]]);
const kStories = {
  calm: { broken: [], events: kHealing },
  failing: { broken: ['queue'], events: [...kHealing, ...kFlapping, [0.3, (t) => t.lose('queue')]] },
  dormant: {
    broken: ['database'],
    events: [...kHealing, [0.2, (t) => t.lose('database')], [0.6, (t) => t.dormant('database')],
      [0.1, (t) => t.post('/api/governors/search/dormant', { reason: 'the index is rebuilt' })],
      [0.3, (t) => t.post('/api/governors/search/resume', { reason: 'the index is there' })],
      [0.78, (t) => t.post('/api/remedies/restart-uploads/pause', { for: '2h', reason: 'a new disk' })]],
  },
};

// Scrapes of one daemon: for each series its labels and a value for each scrape (NaN where it was not there).
class Tape {
  constructor(scrapes) {
    this.scrapes = scrapes;
    this.times = [];  // ms since 1970
    this.series = new Map();
  }

  add(text) {
    const at = this.times.length;
    this.times.push(Date.now());
    for (const line of text.split('\n')) {
      if (line === '' || line[0] === '#') continue;
      const space = line.lastIndexOf(' ');
      const key = line.slice(0, space);
      let series = this.series.get(key);
      if (!series) {
        this.series.set(key, series = { labels: labelsOf(key), values: new Float64Array(this.scrapes).fill(NaN) });
        series.kind = kindOf(series.labels[0][1]);
      }
      const word = line.slice(space + 1);
      series.values[at] = word === '+Inf' ? Infinity : word === '-Inf' ? -Infinity : Number(word);
    }
  }
}

// A tape of series that rules record, beside a real one: {labels, value}, each all the while.
function recordedBeside({ scrapes, times }, series) {
  const tape = new Tape(scrapes);
  tape.times = times;
  for (const { labels, value } of series) tape.series.set(JSON.stringify(labels), { labels, values: new Float64Array(scrapes).fill(value), kind: 'plain' });
  return tape;
}

// What rules record of the checks of a heald, within the same tape: of weeks in which one of ten was not always well.
function addRecorded(tape) {
  const checks = [...tape.series.values()].filter(({ labels }) => labels[0][1] === 'heald_check_executions_total');
  for (const [i, { labels: [, check] }] of checks.entries()) {
    const label = [['check', check[1]]];
    const one = recordedBeside(tape, [
      ...['1d', '7d', '30d'].map((window, w) => (
        { labels: [['__name__', `instance_check:heald_check_availability:ratio${window}`], ...label], value: i % 10 === 3 ? 1 - (i % 7 + 1) / (100 * (w + 1)) : 1 })),
      { labels: [['__name__', 'instance_check:heald_check_error_budget:burnrate1h'], ...label], value: i % 10 === 3 ? (i % 7 + 1) / 3 : 0 },
    ]);
    for (const [key, series] of one.series) tape.series.set(key, series);
  }
  return tape;
}

function dropRecorded(tape) {
  for (const [key, { labels }] of tape.series) if (labels[0][1].includes(':')) tape.series.delete(key);
}

// What rules record of a job.
const kOfJob = (tape) => recordedBeside(tape, [
  { labels: [['__name__', 'job:heald_healing_success:ratio1d']], value: 0.88 },
  { labels: [['__name__', 'job:heald_healing_success:ratio7d']], value: 0.91 },
  { labels: [['__name__', 'job:heald_healing_success:ratio30d']], value: 0.93 },
  { labels: [['__name__', 'job:heald_incidents_without_human:ratio1d']], value: 0.97 },
  { labels: [['__name__', 'job:heald_incidents_without_human:ratio7d']], value: 0.98 },
  { labels: [['__name__', 'job:heald_incidents_without_human:ratio30d']], value: 0.985 },
  { labels: [['__name__', 'job_kind:heald_time_to_heal_seconds:p50_7d'], ['kind', 'file']], value: 21 },
  { labels: [['__name__', 'job_kind:heald_time_to_heal_seconds:p90_7d'], ['kind', 'file']], value: 74 },
]);

function labelsOf(key) {
  const brace = key.indexOf('{');
  const labels = [['__name__', brace < 0 ? key : key.slice(0, brace)]];
  if (brace >= 0) for (const [, name, value] of key.slice(brace).matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)) labels.push([name, value.replace(/\\(.)/g, '$1')]);
  return labels;
}

// When time is stretched, moments move and lengths of time grow.
function kindOf(name) {
  if (/_timestamp_seconds$|start_time_seconds$/.test(name)) return 'moment';
  if (/_(uptime|interval|backoff_delay)_seconds$/.test(name)) return 'length';
  return 'plain';
}

// Plays a story with a real daemon, and scrapes it all the while.
async function record(binary, { story, checks = 10, scrapes = 120, pause = 400 }) {
  const { broken, events } = kStories[story];
  const heald = new Heald(binary, checks, broken);
  try {
    await heald.ready();
    const tape = new Tape(scrapes);
    const rest = [...events].sort((a, b) => a[0] - b[0]);
    for (const start = Date.now(); tape.times.length < scrapes;) {
      while (rest.length > 0 && rest[0][0] <= tape.times.length / scrapes) await rest.shift()[1](heald);
      tape.add(await heald.scrape());
      await sleep(Math.max(0, start + pause * tape.times.length - Date.now()));
    }
    return addRecorded(tape);
  } finally {
    await heald.stop();
  }
}

// Prometheus with nothing but what is written to it.
class Prometheus {
  constructor(url, pid) { Object.assign(this, { url, process: { pid } }); }
  // `days` of history are one block, so that Prometheus does not compact while it is measured.
  static async start({ days = 2 } = {}) {
    const self = new Prometheus();
    self.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heald-prometheus-'));
    self.port = await new Promise((done) => {
      const server = net.createServer().listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => done(port)); });
    });
    fs.writeFileSync(path.join(self.folder, 'prometheus.yml'), '');
    self.process = spawn('prometheus', [`--config.file=${self.folder}/prometheus.yml`, `--storage.tsdb.path=${self.folder}/data`,
      `--web.listen-address=127.0.0.1:${self.port}`, '--web.enable-remote-write-receiver', `--storage.tsdb.retention.time=${days + 2}d`, '--log.level=error',
      ...(days > 2 ? [`--storage.tsdb.min-block-duration=${days + 2}d`, `--storage.tsdb.max-block-duration=${days + 2}d`] : [])],
    { stdio: ['ignore', 'ignore', 'pipe'] });
    self.log = '';
    self.process.stderr.on('data', (text) => { self.log += text; });
    self.url = `http://127.0.0.1:${self.port}`;
    await until('Prometheus', () => fetch(`${self.url}/-/ready`).then((answer) => answer.ok, () => false));
    return self;
  }
  async stop() {
    if (this.process.exitCode === null) {
      const ended = new Promise((done) => this.process.once('exit', done));
      this.process.kill('SIGTERM');
      await ended;
    }
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
  async write(message) {
    const answer = await fetch(`${this.url}/api/v1/write`, {
      method: 'POST', body: snappy(message),
      headers: { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf', 'x-prometheus-remote-write-version': '0.1.0' },
    });
    if (!answer.ok) throw new Error(`remote write: ${answer.status} ${await answer.text()}`);
  }
  // Loads rules, and waits until every group was evaluated: [{group, interval, ms, rules: [{name, query, error}]}].
  async evaluate(files) {
    fs.writeFileSync(path.join(this.folder, 'prometheus.yml'), `rule_files: ${JSON.stringify(files)}\n`);
    const began = Date.now();
    this.process.kill('SIGHUP');
    const groups = await until('the rules to be evaluated', async () => {
      const found = (await (await fetch(`${this.url}/api/v1/rules`)).json()).data.groups;
      return found.length > 0 && found.every((group) => Date.parse(group.lastEvaluation) > began) && found;
    }, 600);
    return groups.map(({ name, interval, evaluationTime, rules }) => ({
      group: name, interval, ms: 1000 * evaluationTime,
      rules: rules.map(({ name: rule, query, lastError }) => ({ name: rule, query, error: lastError })),
    }));
  }
  memory() { return 1024 * Number(fs.readFileSync(`/proc/${this.process.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]); }
  // CPU time that Prometheus has used, in ms.
  cpu() {
    const [user, system] = fs.readFileSync(`/proc/${this.process.pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).map(Number);
    return 10 * (user + system);  // USER_HZ is 100
  }
  // {status, error, data, ms, cpu, bytes}
  async ask(call, parameters) {
    const before = this.cpu();
    const start = process.hrtime.bigint();
    const answer = await fetch(`${this.url}/api/v1/${call}?${new URLSearchParams(parameters)}`);
    const text = await answer.text();
    const ms = Number(process.hrtime.bigint() - start) / 1e6;
    const { status, error, data } = JSON.parse(text);
    return { status, error, data, ms, cpu: this.cpu() - before, bytes: Buffer.byteLength(text) };
  }
}

// The block format, with nothing compressed.
function snappy(bytes) {
  const head = [];
  for (let n = bytes.length; ; n >>>= 7) { head.push(n > 127 ? (n & 127) | 128 : n); if (n < 128) break; }
  const pieces = [Buffer.from(head)];
  for (let at = 0; at < bytes.length; at += 65536) {
    const piece = bytes.subarray(at, at + 65536);
    pieces.push(Buffer.from([61 << 2, (piece.length - 1) & 255, (piece.length - 1) >> 8]), piece);
  }
  return Buffer.concat(pieces);
}

// A WriteRequest of Prometheus' remote write.
class Message {
  constructor() { this.buffer = Buffer.allocUnsafe(1 << 20); this.clear(); }
  clear() { this.length = 0; }
  values = new Float64Array(4096);
  room(bytes) {
    if (this.length + bytes <= this.buffer.length) return;
    this.buffer = Buffer.concat([this.buffer.subarray(0, this.length)], Math.max(2 * this.buffer.length, this.length + bytes));
  }
  varint(n) { while (n > 127) { this.buffer[this.length++] = (n % 128) | 128; n = Math.floor(n / 128); } this.buffer[this.length++] = n; }
  // `encoded` are the labels, `times` their encoded moments; `valueAt(i)` is NaN where there is no sample.
  series(encoded, times, valueAt) {
    const values = this.values;
    let size = encoded.length, any = false;
    for (let i = 0; i < times.length; ++i) {
      values[i] = valueAt(i);
      if (Number.isNaN(values[i])) continue;
      any = true;
      size += 2 + 9 + times[i].length;
    }
    if (!any) return;
    this.room(size + 16);
    this.buffer[this.length++] = 0x0a;
    this.varint(size);
    encoded.copy(this.buffer, this.length);
    this.length += encoded.length;
    for (let i = 0; i < times.length; ++i) {
      if (Number.isNaN(values[i])) continue;
      const time = times[i];
      this.buffer[this.length++] = 0x12;
      this.buffer[this.length++] = 9 + time.length;
      this.buffer[this.length++] = 0x09;
      this.length = this.buffer.writeDoubleLE(values[i], this.length);
      for (let j = 0; j < time.length; ++j) this.buffer[this.length++] = time[j];
    }
  }
  bytes() { return this.buffer.subarray(0, this.length); }
}

function varint(n) {
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128);
  bytes.push(n);
  return Buffer.from(bytes);
}
const field = (tag, bytes) => Buffer.concat([Buffer.from([tag]), varint(bytes.length), bytes]);
const encodedLabels = (labels) => Buffer.concat([...labels].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([name, value]) =>
  field(0x0a, Buffer.concat([field(0x0a, Buffer.from(name)), field(0x12, Buffer.from(value))]))));
const encodedTime = (ms) => Buffer.concat([Buffer.from([0x10]), varint(ms)]);

// Writes the hosts ({tape, labels, delay, downAt}; `ofJob` is none, but what is recorded of a job) as if they had been scraped every `step` seconds for `hours` until `end` (ms):
// each tape is stretched over that time, begins after `delay` (a part of it), and the host is down from `downAt` on.
async function replay(prometheus, hosts, { hours, step, end = Date.now() }) {
  const span = hours * 3600e3;
  const start = end - span;
  const moments = [];
  for (let at = start; at <= end; at += 1000 * step) moments.push(Math.round(at));
  const perWindow = Math.max(1, Math.floor(1800 / step));  // Prometheus takes nothing that is older than an hour
  const up = [['__name__', 'up']];
  const message = new Message();
  let samples = 0, series = 0;
  for (let from = 0; from < moments.length; from += perWindow) {
    const window = moments.slice(from, from + perWindow);
    const times = window.map(encodedTime);
    for (const host of hosts) {
      const { tape, labels, delay = 0, downAt = Infinity } = host;
      host.encoded ??= [up, ...[...tape.series.values()].map((one) => one.labels)].map((of) => encodedLabels([...of, ...labels]));
      const scale = span / (tape.times[tape.times.length - 1] - tape.times[0]);
      const first = tape.times[0] / 1000;
      const moved = (value) => (value === 0 || !Number.isFinite(value) ? value
        : (start + delay * span) / 1000 + (value < first ? value - first : (value - first) * (scale)));
      const at = window.map((moment) => {
        const part = (moment - start) / span;
        if (part >= downAt) return -1;
        return Math.max(0, Math.min(tape.scrapes - 1, Math.floor((part - delay) * tape.scrapes)));
      });
      message.clear();
      if (!host.ofJob) message.series(host.encoded[0], times, (i) => (at[i] < 0 ? 0 : 1));
      if (from === 0) series += tape.series.size + 1;
      let next = 1;
      for (const one of tape.series.values()) {
        const value = { plain: (v) => v, length: (v) => v * scale, moment: moved }[one.kind];
        message.series(host.encoded[next++], times, (i) => (at[i] < 0 ? NaN : value(one.values[at[i]])));
        samples += window.length;
      }
      await prometheus.write(message.bytes());
    }
  }
  return { samples, series, start, end };
}

// Writes what the rules about days have recorded of these hosts, every `step` seconds of the `days` until `until` (ms). One check of
// twenty is unhealthy now and then, all others never.
async function recordHistory(prometheus, hosts, { days, step, until: last }) {
  const first = last - days * 86400e3;
  const moments = [];
  for (let at = first; at < last; at += 1000 * step) moments.push(Math.round(at));
  const series = [];
  for (const { tape, labels } of hosts) {
    for (const { labels: of } of tape.series.values()) {
      const label = (name) => of.find(([key]) => key === name);
      if (of[0][1] === 'heald_check_executions_total') {
        series.push({ days, encoded: encodedLabels([['__name__', 'instance_check:heald_check_unhealthy:ratio_rate1h'], label('check'), ...labels]) });
      } else if (of[0][1] === 'heald_healing_successes_total') {
        series.push({ days: 7, encoded: encodedLabels([['__name__', 'instance_remedy:heald_healing_successes:increase1h'], label('remedy'), label('governor'), ...labels]) });
      }
    }
  }
  const message = new Message();
  let samples = 0;
  for (let from = 0; from < moments.length; from += 2048) {
    const window = moments.slice(from, from + 2048);
    const times = window.map(encodedTime);
    for (const [i, one] of series.entries()) {
      if (last - window[window.length - 1] > one.days * 86400e3) continue;
      message.series(one.encoded, times, (at) => (i % 20 === 0 && (from + at + i) % 700 < 30 ? ((from + at) % 30) / 30 : 0));
      samples += window.length;
      if (message.length > 4e6 || i === series.length - 1) { await prometheus.write(message.bytes()); message.clear(); }
    }
    if (message.length > 0) { await prometheus.write(message.bytes()); message.clear(); }
  }
  return { samples, series: series.length };
}

// ------------------------------------------------------------------------------------------------ what Grafana asks

const kRounded = [[10, 10], [15, 10], [35, 20], [75, 50], [150, 100], [350, 200], [750, 500], [1500, 1000], [3500, 2000], [7500, 5000],
  [12500, 10000], [17500, 15000], [25000, 20000], [45000, 30000], [90000, 60000], [210000, 120000], [450000, 300000], [750000, 600000],
  [1050000, 900000], [1500000, 1200000], [2700000, 1800000], [5400000, 3600000], [9000000, 7200000]];
const milliseconds = (text) => Number.parseInt(text, 10) * { s: 1000, m: 60000, h: 3600000 }[text.slice(-1)];
// As @grafana/data rounds an interval.
const rounded = (ms) => (kRounded.find(([limit]) => ms < limit) ?? [0, 10800000])[1];

// The step, and what Grafana puts in the place of its variables, of a query over `hours` in a panel of a window 1,600 pixels wide.
function stepOf(panel, target, hours) {
  const width = Math.min(panel.maxDataPoints ?? Infinity, Math.round(panel.gridPos.w * 1600 / 24));
  const least = Math.max(milliseconds(panel.interval ?? '15s'), milliseconds(target.interval ?? '15s'));
  const step = Math.max(rounded(hours * 3600e3 / width), least);
  return { step, rate: Math.max(step + milliseconds(target.interval ?? '15s'), 4 * milliseconds(target.interval ?? '15s')) };
}

function filled(promql, { chosen = {}, step, rate, hours }) {
  return promql.replace(/\$(__\w+|\w+)/g, (_, name) => {
    if (name === '__rate_interval') return `${rate / 1000}s`;
    if (name === '__interval') return `${step / 1000}s`;
    if (name === '__range') return `${hours * 3600}s`;
    return chosen[name] ?? '.*';
  });
}

// Every question of a dashboard, for Prometheus.ask: {what, of, call, parameters}.
function questions(dashboard, { hours, end, chosen }) {
  const found = [];
  const range = { start: (end - hours * 3600e3) / 1000, end: end / 1000 };
  for (const panel of dashboard.panels) {
    for (const target of panel.targets ?? []) {
      const { step, rate } = stepOf(panel, target, hours);
      const query = filled(target.expr, { chosen, step, rate, hours });
      found.push({
        what: panel.title, of: panel.type, rows: panel.type === 'table' ? 100 : undefined,
        ...(target.instant ? { call: 'query', parameters: { query, time: range.end } }
          : { call: 'query_range', parameters: { query, step: step / 1000, start: Math.floor(range.start * 1000 / step) * step / 1000, end: Math.floor(range.end * 1000 / step) * step / 1000 } }),
      });
    }
  }
  for (const annotation of dashboard.annotations.list.filter((one) => one.expr)) {
    const step = Math.max(rounded(hours * 3600e3 / 100), 60000);
    const query = filled(annotation.expr, { chosen, step, rate: Math.max(step + 60000, 240000), hours });
    found.push({ what: `mark: ${annotation.name}`, of: 'annotation', call: 'query_range', parameters: { query, step: step / 1000, ...range } });
  }
  for (const variable of dashboard.templating.list.filter((one) => one.type === 'query')) {
    const [, metric, label] = variable.query.query.match(/^label_values\((.*), (\w+)\)$/);
    found.push({ what: `variable: ${variable.name}`, of: 'variable', call: `label/${label}/values`, parameters: { 'match[]': filled(metric, { chosen, hours }), ...range } });
  }
  return found;
}

const dashboards = (source) => fs.readdirSync(path.join(source, 'dashboards')).filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(fs.readFileSync(path.join(source, 'dashboards', name), 'utf8')));

module.exports = { Heald, record, replay, recordHistory, kOfJob, dropRecorded, Prometheus, questions, dashboards, kStories };
