// The real heald and Debian's chromium.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { chromium } = require('playwright-core');

const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const kPatience = 45_000;

// Everything waits for a condition, so this is only how long a failure takes, on a machine that is busy with others.
async function until(what, look) {
  const end = Date.now() + kPatience;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`it did not come to this: ${what}`);
    await new Promise((go) => setTimeout(go, 50));
  }
}

class Heald {
  // @DIR@ in the configuration is a folder of its own.
  static async start(config, { files = [], etcd = null } = {}) {
    const heald = new Heald();
    heald.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heald-page-'));
    heald.port = 0;
    heald.store = etcd ? `, etcd: {endpoints: ['${etcd.url}'], lease: 3s, name: ${path.basename(heald.dir)}, url: 'http://127.0.0.1:1'}` : '';
    heald.configure(config);
    for (const name of files) heald.put(name);
    await heald.run();
    await until('it answers', async () => (await heald.api('GET', '/api/status').catch(() => null))?.selfHealing);
    return heald;
  }

  file(name) { return path.join(this.dir, name); }
  put(name, text = '') { fs.writeFileSync(this.file(name), text); }
  drop(name) { fs.rmSync(this.file(name), { force: true }); }
  configure(config) { this.put('heald.yml', `store: {path: '${this.dir}/heald.db'${this.store}}\n${config.replaceAll('@DIR@', this.dir)}`); }

  async run() {
    let log = '';
    this.process = spawn(path.join(process.env.HEALD_BINARY_DIR, 'heald'), [
      `--config.file=${this.file('heald.yml')}`, `--web.control-address=127.0.0.1:${this.port}`, '--web.metrics-address=127.0.0.1:0',
    ], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', (data) => { if (log.length < 1e6) log += data; });
    this.log = () => log;
    const found = await until('the control listener is there', () => {
      if (this.process.exitCode !== null) throw new Error(log);
      return /msg="control listener" address=\S+?:(\d+)/.exec(log);
    });
    this.port = Number(found[1]);
  }

  get url() { return `http://127.0.0.1:${this.port}/`; }
  get token() { return fs.readFileSync(this.file('control.token'), 'utf8').trim(); }

  async api(method, call, body) {
    const answer = await fetch(new URL(call, this.url), {
      method, body: body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${this.token}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
    });
    return answer.json();
  }
  async governor(name) { return this.api('GET', `/api/governors/${encodeURIComponent(name)}`); }
  // The newest entry of the history like this, after the one with the number.
  async told(like, after = 0) {
    return until(`the history tells of ${JSON.stringify(like)}`, async () => {
      const { entries } = await this.api('GET', '/api/history?limit=200');
      return entries.find((e) => e.id > after && Object.entries(like).every(([key, value]) => (value instanceof RegExp ? value.test(e[key] ?? '') : e[key] === value)));
    });
  }

  async end(signal) {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = new Promise((go) => this.process.once('exit', go));
    this.process.kill(signal);
    await gone;
  }
  async stop() {
    await this.end('SIGTERM');
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

// The real etcd, of one member.
class Etcd {
  static async start() {
    const etcd = new Etcd();
    etcd.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heald-page-etcd-'));
    const [client, peer] = await Promise.all([freePort(), freePort()]);
    etcd.url = `http://127.0.0.1:${client}`;
    etcd.process = spawn('etcd', ['--data-dir', etcd.dir, '--listen-client-urls', etcd.url, '--advertise-client-urls', etcd.url,
      '--listen-peer-urls', `http://127.0.0.1:${peer}`, '--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`,
      '--initial-cluster', `default=http://127.0.0.1:${peer}`, '--log-level', 'error'], { stdio: 'ignore' });
    await until('etcd answers', () => fetch(`${etcd.url}/health`).then((answer) => answer.ok, () => false));
    return etcd;
  }
  async stop() {
    const gone = new Promise((go) => this.process.once('exit', go));
    this.process.kill('SIGKILL');
    await gone;
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

// One that nobody listens on at this moment: etcd has to be told its ports.
async function freePort() {
  const server = net.createServer();
  await new Promise((go) => server.listen(0, '127.0.0.1', go));
  const { port } = server.address();
  await new Promise((go) => server.close(go));
  return port;
}

// To try a page that is not compiled into heald yet: HEALD_PAGE=web/dist has the browser take it from there.
async function usePage(context, folder) {
  const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
  await context.route((url) => url.pathname.endsWith('/') || url.pathname.includes('/assets/'), (route) => {
    const name = path.basename(new URL(route.request().url()).pathname.replace(/\/$/, '/index.html').replace(/^\/heald\/?$/, '/index.html'));
    return route.fulfill({ path: path.join(folder, name), contentType: types[path.extname(name)], headers: { 'Content-Security-Policy': "default-src 'self'; frame-ancestors 'none'" } });
  });
}

class Browser {
  static async start() {
    const browser = new Browser();
    browser.chromium = await chromium.launch({ executablePath: '/usr/bin/chromium-headless-shell', args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
    return browser;
  }
  stop() { return this.chromium.close(); }

  // A page of its own reader; with the control token unless said otherwise. What goes wrong in it is in page.faults.
  async open(heald, hash = '/', { theme = 'light', width = 1280, height = 900, token = heald.token, base = heald.url, mayLose = false, ...more } = {}) {
    const context = await this.chromium.newContext({ viewport: { width, height }, colorScheme: theme, ...more });
    if (process.env.HEALD_PAGE) await usePage(context, process.env.HEALD_PAGE);
    const page = await context.newPage();
    page.setDefaultTimeout(kPatience);
    page.faults = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !(mayLose && /Failed to load resource|ERR_/.test(message.text()))) page.faults.push(message.text());
    });
    page.on('pageerror', (error) => page.faults.push(String(error.stack)));
    page.on('request', (request) => { if (!/^(http:\/\/127\.0\.0\.1:|blob:)/.test(request.url())) page.faults.push(`it asked ${request.url()}`); });
    await page.goto(token ? `${base}#token=${encodeURIComponent(token)}&to=${encodeURIComponent(hash)}` : `${base}#${hash}`);
    await settled(page);
    return page;
  }
}

// The view is there with what it has asked for, and painted.
async function settled(page) {
  await until('the view is there', () => page.evaluate(async () => {
    await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
    return document.querySelector('main h1') && !document.querySelector('main [aria-busy=true]');
  }));
}

async function go(page, hash) {
  await page.evaluate((to) => { location.hash = to; }, hash);
  await settled(page);
}

// What axe-core finds in the light and in the dark, one line each. It is given to the page beside its policy, as a browser's
// tools would be. Of the other theme only the contrast is another; it is half of the work, and the same at every width.
async function axeFindings(page, { contrast = true } = {}) {
  if (!await page.evaluate(() => Boolean(window.axe))) await page.evaluate(axe);
  const look = (options) => page.evaluate(async (how) => {
    const found = await window.axe.run(document, { resultTypes: ['violations'], ...how });
    return found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 160)).slice(0, 3).join(' | ')}`);
  }, options);
  if (!contrast) return look({ rules: { 'color-contrast': { enabled: false } } });
  const light = await look({});
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await look({ runOnly: ['color-contrast'] });
  await page.emulateMedia({ colorScheme: 'light' });
  return [...light, ...dark.map((line) => `dark: ${line}`)];
}

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

// A proxy that puts heald below /heald/.
async function proxyOf(heald) {
  const server = http.createServer((asked, answered) => {
    if (!asked.url.startsWith('/heald/')) { answered.writeHead(404); answered.end(); return; }
    const on = http.request({ host: '127.0.0.1', port: heald.port, path: asked.url.slice('/heald'.length), method: asked.method, headers: { ...asked.headers, host: '127.0.0.1' } },
      (answer) => { answered.writeHead(answer.statusCode, answer.headers); answer.pipe(answered); });
    on.on('error', () => answered.destroy());
    answered.on('close', () => on.destroy());
    asked.pipe(on);
  });
  await new Promise((go) => server.listen(0, '127.0.0.1', go));
  return { url: `http://127.0.0.1:${server.address().port}/heald/`, stop: () => { server.closeAllConnections(); server.close(); } };
}

module.exports = { Heald, Browser, Etcd, assert, axeFindings, go, overflow, proxyOf, settled, until };
