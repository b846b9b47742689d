// Pictures of the admin page, light and dark, of a heald that has had a bad hour. From the root of the repository, with a build:
//   NODE_PATH=build/npm/node_modules HEALD_BINARY_DIR=build/dev node tests/page/screenshots.js [FOLDER]
// Into docs/images/admin-page; with a folder all there are, of phones, wide screens and dialogs too, to be looked at.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { Heald, Browser, go, settled, until } = require('./harness.js');
const { withPalette } = require('./palette_png.js');

const everything = process.argv[2] !== undefined;
const folder = process.argv[2] ?? path.join(__dirname, '../../docs/images/admin-page');

const says = (name, good, bad, code = 2) => `exec: {command: [/bin/sh, -c, "test -e @DIR@/${name} && echo '${good}' || { echo '${bad}'; exit ${code}; }"]}`;
const kConfig = `
healing: {storm_brake: {max_unhealthy_percent: 80}}
governors:
  web:
    backoff: {base: 8m, max: 20m}
    breaker: {failure_threshold: 4, open_for: 5m}
    resume_conditions: [the release is rolled back or mended, a human resumes it with a reason]
  payments:
    backoff: {base: 1m}
    max_consecutive_failures: 3
    resume_conditions: [the provider's keys are valid again, one payment by hand has succeeded]
checks:
  - {name: database, ${says('database', 'accepting connections, 41 of 200 in use', 'no response')}, interval: 2s, metric_labels: {team: storage}}
  - {name: web, ${says('web', 'status 200', 'status 503: connection to 10.0.4.17:8080 refused')}, interval: 2s, depends_on: [database], metric_labels: {team: shop}}
  - {name: payments, ${says('payments', 'authorised in 120 ms', '401 unauthorized: the API key is not valid')}, interval: 2s, depends_on: [database], metric_labels: {team: payments}}
  - {name: search, ${says('search', 'status green, 3 nodes', 'status red')}, interval: 2s, depends_on: [database]}
  - {name: queue-length, ${says('queue', 'OK - 12 messages', 'WARNING - 412 messages are waiting', 1)}, interval: 2s, monitor_only: true}
  - {name: certificate, ${says('certificate', 'valid for another 62 days', 'expires in 6 days', 1)}, interval: 2s, monitor_only: true}
  - {name: root-disk, ${says('disk', '38% used', '97% used')}, interval: 2s}
  - {name: mail-relay, ${says('mail', '220 ready', 'timeout')}, interval: 2s, depends_on: [root-disk]}
remedies:
  - name: restart-web
    when: {check: web}
    governor: web
    exec: {command: [/bin/sh, -c, "echo 'web.service: address 0.0.0.0:8080 already in use'; echo 'held by process 4711 (web-2026.11.2)'; exit 1"]}
    verify: {after: 1s, within: 2s}
  - name: renew-payment-key
    when: {check: payments}
    governor: payments
    exec: {command: [/bin/sh, -c, "echo 'the provider says: account suspended'; exit 1"]}
    verify: {after: 1s, within: 2s}
  - {name: restart-search, when: {check: search}, exec: {command: [/bin/touch, "@DIR@/search"]}, verify: {after: 1s, within: 2s}}
  - {name: free-disk, when: {check: root-disk}, exec: {command: [/bin/touch, "@DIR@/disk"]}, verify: {after: 1s, within: 2s}}
  - {name: restart-mail, when: {check: mail-relay}, exec: {command: [/bin/touch, "@DIR@/mail"]}, verify: {after: 1s, within: 2s}}
  - name: drain-node
    when: {alert: {alertname: NodeNotReady}}
    target: instance
    exec: {command: [/bin/sh, -c, "echo 'node-17: 3 pods cannot be moved: their disk budget is used up'; exit 1"]}
`;
const kWell = ['database', 'web', 'payments', 'search', 'certificate', 'disk', 'mail'];

// What has happened before heald was started for the pictures, as heald writes it.
function past(heald) {
  const now = Date.now();
  const rows = [];
  const at = (minutes, kind, event, { governor = '', remedy = '', check = '', ...more } = {}) =>
    rows.push([(now - minutes * 60e3) * 1e6, kind, governor, remedy, check, JSON.stringify({ event, ...more })]);
  at(20160, 'heald', 'started', { details: { version: '0.1.0' } });
  const healed = (minutes, check, remedy, attempt, took = 0.4) => {
    at(minutes, 'check', 'unhealthy', { check, message: 'no answer within 10 s', details: { was: 'healthy', status: 'critical' } });
    at(minutes - 0.1, 'attempt', 'started', { governor: remedy, remedy, check, attempt, message: 'status critical', details: { step: 1 } });
    at(minutes - took, 'attempt', 'succeeded', { governor: remedy, remedy, check, attempt, message: 'healthy again', details: { duration: 9000, backoff: 0 } });
    at(minutes - took, 'check', 'healthy', { check, message: 'recovered', details: { was: 'unhealthy', status: 'ok' } });
  };
  for (const [i, minutes] of [9000, 7350, 4100, 2700, 1500, 300, 43].entries()) healed(minutes, 'search', 'restart-search', i + 1);
  for (const [i, minutes] of [6000, 1800, 51].entries()) healed(minutes, 'root-disk', 'free-disk', i + 1, 2);
  healed(3200, 'mail-relay', 'restart-mail', 1, 1);
  at(38, 'human', 'run_check', { check: 'certificate', actor: 'token control from 127.0.0.1 as bo@ops-2' });
  at(33, 'pause', 'paused', { remedy: 'restart-mail', actor: 'token control from 127.0.0.1 as bo@ops-2', message: 'new relay goes live', details: { until: new Date(now - 21 * 60e3).toISOString() } });
  at(21, 'pause', 'over', { remedy: 'restart-mail', message: 'new relay goes live' });
  const text = (value) => `'${value.replaceAll("'", "''")}'`;
  rows.sort((a, b) => a[0] - b[0]);
  const sql = `DELETE FROM history; ${rows.map(([ns, kind, ...texts], i) => `INSERT INTO history (id, wall_ns, bytes, kind, governor, remedy, check_name, entry) VALUES (${i + 1}, ${ns}, 200, ${text(kind)}, ${texts.map(text).join(', ')});`).join('\n')}`;
  inStore(heald, sql);
}

function inStore(heald, sql) {
  const made = spawnSync('sqlite3', ['-cmd', '.timeout 10000', heald.file('heald.db')], { input: sql, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
}

const human = { for: '30m', reason: 'switch replacement in rack 4' };

async function badHour(heald) {
  await heald.end('SIGTERM');
  past(heald);
  await heald.run();
  await until('all is healthy', async () => (await heald.api('GET', '/api/checks')).checks.filter((c) => c.health === 'healthy').length >= 7);
  const { newest } = await heald.api('GET', '/api/history?limit=1');
  const begun = Date.now();
  heald.drop('search');
  heald.drop('payments');
  await heald.told({ kind: 'attempt', event: 'failed', governor: 'payments' });
  for (let failures = 1; !(await heald.governor('payments')).isDormant; failures++) {
    await heald.api('POST', '/api/governors/payments/retry', { reason: failures === 1 ? 'rotated the key at the provider' : 'the new key is in place' });
    await until('it has failed again', async () => { const g = await heald.governor('payments'); return g.isDormant || (g.consecutiveFailures > failures && !g.inFlight.length); });
  }
  heald.drop('web');
  await heald.told({ kind: 'attempt', event: 'failed', governor: 'web' });
  await heald.api('POST', '/api/governors/web/retry', { reason: 'killed the old process' });
  await until('it has failed twice', async () => (await heald.governor('web')).consecutiveFailures === 2);
  await heald.api('POST', '/api/alerts', { version: '4', status: 'firing', alerts: [{ status: 'firing', labels: { alertname: 'NodeNotReady', instance: 'node-17' }, startsAt: new Date(Date.now() - 90e3).toISOString(), fingerprint: '8f3a1c22d0b94e17' }] });
  await heald.told({ kind: 'attempt', event: 'failed', remedy: 'drain-node' });
  await heald.told({ kind: 'attempt', event: 'succeeded', remedy: 'restart-search' });
  // What took seconds is told as if it had taken 24 minutes.
  const now = Date.now();
  inStore(heald, `UPDATE history SET wall_ns = ${now}000000 - (${now}000000 - wall_ns) * ${Math.round((24 * 60e3) / (now - begun))} WHERE id > ${newest} AND wall_ns < ${now}000000`);
}

async function main() {
  fs.mkdirSync(folder, { recursive: true });
  const [browser, heald, quiet] = await Promise.all([
    Browser.start(), Heald.start(kConfig, { files: kWell }), Heald.start(kConfig, { files: [...kWell, 'queue'] }),
  ]);
  const shoot = async (page, name) => {
    await settled(page);
    fs.writeFileSync(path.join(folder, `${name}.png`), withPalette(await page.screenshot({ animations: 'disabled' })));
    console.log(`${name}.png`);
  };
  try {
    await badHour(heald);
    const { entries } = await heald.api('GET', '/api/history?kind=attempt&limit=50');
    const failed = entries.find((e) => e.event === 'failed' && e.governor === 'payments').id;
    const views = {
      now: '/', lanes: '/lanes', checks: '/checks', history: '/history', dependencies: '/map', governor: '/governor/web', remedy: '/remedy/restart-web',
      check: '/check/search', alert: '/alert/8f3a1c22d0b94e17', entry: `/entry/${failed}`,
    };
    for (const theme of ['light', 'dark']) {
      const sizes = everything ? { '': [1280, 900], '-phone': [360, 740], '-wide': [2200, 1100] } : { '': [1280, 900] };
      for (const [size, [width, height]] of Object.entries(sizes)) {
        const page = await browser.open(heald, '/', { theme, width, height, locale: 'en-GB' });
        for (const [name, view] of Object.entries(views)) {
          await go(page, view);
          if (name === 'governor') {
            await page.getByRole('button', { name: 'it fails from now on' }).click();
            await page.locator('.what-if .answer').getByText('would fail').waitFor();
          }
          await shoot(page, `${name}-${theme}${size}`);
          if (everything && size === '-phone') {
            await page.evaluate(() => scrollTo(0, 700));
            await shoot(page, `${name}-${theme}${size}-2`);
            await page.evaluate(() => scrollTo(0, 0));
          }
        }
        if (everything && size !== '-wide') {
          await go(page, '/');
          await page.getByRole('button', { name: 'Resume', exact: true }).first().click();
          await shoot(page, `dialog-${theme}${size}`);
          await page.keyboard.press('Escape');
          await page.keyboard.press('?');
          await shoot(page, `keys-${theme}${size}`);
          await page.keyboard.press('Escape');
          await page.keyboard.press('a');
          await shoot(page, `token-${theme}${size}`);
          await page.keyboard.press('Escape');
          await go(page, `/lanes?sel=payments&at=${encodeURIComponent(new Date().toISOString())}`);
          await shoot(page, `selection-${theme}${size}`);
        }
        await page.context().close();
      }
      const page = await browser.open(quiet, '/', { theme, width: 1280, height: 900, locale: 'en-GB' });
      await shoot(page, `calm-${theme}`);
      if (everything) {
        await quiet.api('POST', '/api/pause', human);
        await page.getByRole('heading', { name: 'Everything is paused' }).waitFor();
        await shoot(page, `paused-${theme}`);
        await quiet.api('POST', '/api/unpause');
        await quiet.end('SIGKILL');
        await page.getByText('Not connected').waitFor();
        await shoot(page, `not-connected-${theme}`);
        await quiet.run();
      }
      await page.context().close();
    }
  } finally {
    await Promise.all([browser.stop(), heald.stop(), quiet.stop()]);
  }
}

main();
