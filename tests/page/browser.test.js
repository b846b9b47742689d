// The admin page in Debian's chromium, against the real heald.
'use strict';
const test = require('node:test');
const { spawn } = require('node:child_process');
const { Heald, Browser, assert, axeFindings, go, overflow, proxyOf, until } = require('./harness.js');

const looks = (name) => `exec: {command: [/bin/sh, -c, "test -e @DIR@/${name} && echo fine || { echo connection refused; exit 2; }"]}`;
const kConfig = `
governors:
  main:
    backoff: {base: 2m}
    resume_conditions: [the disk has room]
checks:
  - {name: web, ${looks('web')}, interval: 1s, depends_on: [database]}
  - {name: database, ${looks('database')}, interval: 1s}
  - {name: queue, ${looks('queue')}, interval: 1s, monitor_only: true}
remedies:
  - name: heal-web
    when: {check: web}
    governor: main
    exec: {command: [/bin/sh, -c, "test -e @DIR@/repaired && touch @DIR@/web || { echo port 8080 in use; exit 1; }"]}
    verify: {after: 1s, within: 2s}
  - name: heal-database
    when: {check: database}
    exec: {command: [/bin/touch, "@DIR@/database"]}
    verify: {after: 1s, within: 2s}
`;
const kViews = ['/', '/lanes', '/checks', '/history', '/map', '/governor/main', '/remedy/heal-web', '/check/web'];

const kWell = ['web', 'database', 'queue'];
const kTroubled = ['/', '/lanes', '/governor/main'];

let browser;
let heald;
test.before(async () => {
  browser = await Browser.start();
  heald = await Heald.start(kConfig, { files: kWell });
});
test.after(async () => {
  await browser?.stop();
  await heald?.stop();
});

const health = (name, is, h = heald) => until(`${name} is ${is}`, async () => (await h.api('GET', `/api/checks/${name}`)).health === is);

// Whatever a story has left behind: all checks are healthy, nothing is paused or dormant, and no failure is remembered.
test.beforeEach(async () => {
  heald.drop('repaired');
  for (const name of kWell) heald.put(name);
  await heald.api('POST', '/api/unpause');
  for (const name of kWell) await health(name, 'healthy');
  const { circuitBreakers } = await heald.api('GET', '/api/status');
  for (const g of circuitBreakers) {
    if (g.consecutiveFailures > 0 && !g.isDormant) await heald.api('POST', `/api/governors/${g.name}/dormant`, { reason: 'a new story' });
    if (g.consecutiveFailures > 0 || g.isDormant) await heald.api('POST', `/api/governors/${g.name}/resume`, { reason: 'a new story' });
  }
});

// heal-web has failed once, and waits.
async function failOnce() {
  const { newest } = await heald.api('GET', '/api/history?limit=1');
  heald.drop('web');
  return heald.told({ kind: 'attempt', event: 'failed', governor: 'main' }, newest);
}

// In each view, light and dark: nothing that axe-core finds, no error, nothing beside the screen.
async function lookAround(views = kViews) {
  for (const theme of ['light', 'dark']) {
    const page = await browser.open(heald, '/', { theme });
    for (const view of views) {
      await go(page, view);
      await page.waitForTimeout(60);
      assert.deepStrictEqual(await axeFindings(page), [], `${view} ${theme}`);
      assert.ok((await overflow(page)) <= 0, `${view} is wider than the screen`);
    }
    assert.deepStrictEqual(page.faults, []);
    await page.context().close();
  }
}

// Presses, reads the sentence, gives the reason, and waits for the answer.
async function act(page, button, { reason, answer, first } = {}) {
  await page.getByRole('button', { name: button, exact: true }).first().click();
  const dialog = page.getByRole('dialog');
  assert.ok((await dialog.locator('p').first().textContent()).length > 20, 'it says what it will do');
  await first?.(dialog);
  if (reason) await dialog.locator('textarea').fill(reason);
  await dialog.locator('button[type=submit]').click();
  const note = dialog.locator('.note:not(.warn)').first();
  await note.waitFor();
  const said = await note.textContent();
  assert.match(await note.getAttribute('class'), /good/, `${button}: ${said}`);
  if (answer) assert.match(said, answer);
  assert.strictEqual(await dialog.locator('button[type=submit]').count(), 0, 'it cannot be pressed twice');
  await dialog.getByRole('button', { name: 'Close' }).click();
  return said;
}

test('a calm heald: every view is in order', async () => {
  await lookAround();
  const page = await browser.open(heald);
  assert.strictEqual(await page.locator('h1').textContent(), 'Healthy');
  assert.match(await page.title(), /^healthy · heald/);
  await page.context().close();
});

test('a failure that health has overtaken is told, and is no problem that the tab counts', async () => {
  await failOnce();
  heald.put('web');
  await health('web', 'healthy');
  const page = await browser.open(heald);
  const card = page.locator('.problem', { hasText: 'main' });
  await card.getByText('After lasting health its failures are forgotten').waitFor();
  assert.match(await page.title(), /^healthy · heald/);
  await page.context().close();
});

test('the token leaves the address bar, and is kept for the tab alone', async () => {
  const page = await browser.open(heald, '/governor/main');
  assert.strictEqual(page.url(), `${heald.url}#/governor/main`);
  assert.deepStrictEqual(await page.evaluate(() => [document.cookie, Object.values(localStorage).join()]).then(([c, l]) => [c, l.includes('token')]), ['', false]);
  await page.getByRole('button', { name: 'may act' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'may act' }).waitFor();
  await page.context().close();
});

test('without a token everything can be seen, and what acts says which role it needs', async () => {
  const page = await browser.open(heald, '/', { token: false });
  await page.getByRole('button', { name: 'Pause everything' }).click();
  const dialog = page.getByRole('dialog');
  assert.match(await dialog.textContent(), /needs a token with the role operate/);
  assert.strictEqual(await dialog.locator('button[type=submit]').count(), 0);
  await dialog.locator('input[type=password]').fill('guess');
  await dialog.getByRole('button', { name: 'Use it' }).click();
  await dialog.getByText('does not know this token').waitFor();
  await dialog.locator('input[type=password]').fill(heald.token);
  await dialog.getByRole('button', { name: 'Use it' }).click();
  await dialog.locator('textarea').waitFor();
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('from red to green with the page alone', async () => {
  const page = await browser.open(heald);
  heald.drop('web');
  const card = page.locator('.problem', { hasText: 'main' });
  for (const words of ['The next attempt', 'web is unhealthy: connection refused', 'port 8080 in use', /backoff after \d of 10 consecutive failures/]) {
    await card.getByText(words).first().waitFor();
  }
  await lookAround(kTroubled);

  await act(page, 'Retry now', { reason: 'freed the port <b>', answer: /retry|wait|attempt/i, first: (d) => d.locator('#deed-name').fill('alice') });
  const told = await heald.told({ kind: 'human', event: 'retry', governor: 'main' });
  assert.strictEqual(told.message, 'freed the port <b>');
  assert.match(told.actor, /as alice \(page\)/);
  await until('it has failed again', async () => (await heald.governor('main')).consecutiveFailures > 1);

  await go(page, '/governor/main');
  await act(page, 'Make dormant', { reason: 'it makes it worse' });
  await heald.told({ kind: 'human', event: 'dormant', message: 'it makes it worse' });
  await go(page, '/');
  await page.getByRole('heading', { name: 'Dormant' }).waitFor();
  assert.match(await page.locator('.problem.critical').textContent(), /the disk has room/);
  await lookAround(kTroubled);

  heald.put('repaired');
  await act(page, 'Resume', { reason: 'the port is free' });
  await heald.told({ kind: 'human', event: 'resume', message: 'the port is free' });
  await page.getByRole('heading', { name: 'Healthy' }).waitFor();
  assert.strictEqual((await heald.governor('main')).consecutiveFailures, 0);
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('every other action reaches the store and the history', async () => {
  const page = await browser.open(heald);
  await act(page, 'Pause everything', { reason: 'moving racks', first: (d) => d.getByRole('button', { name: '15 min' }).click() });
  await heald.told({ kind: 'pause', event: 'paused', remedy: null, message: 'moving racks' });
  await page.getByRole('heading', { name: 'Everything is paused' }).waitFor();
  await lookAround(kTroubled);
  await page.locator('.banner').getByRole('button', { name: 'End every pause' }).click();
  await page.getByRole('dialog').locator('button[type=submit]').click();
  await heald.told({ kind: 'pause', event: 'unpaused' });
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();

  const row = page.locator('.switch', { hasText: 'preventive healing' });
  for (const [button, event] of [['Switch off', 'off'], ['Switch on', 'on']]) {
    await row.getByRole('button', { name: button }).click();
    await page.getByRole('dialog').locator('textarea').fill(`turn it ${event}`);
    await page.getByRole('dialog').locator('button[type=submit]').click();
    await heald.told({ kind: 'flag', event, message: `turn it ${event}` });
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  }
  await act(page, 'Reload configuration');
  await heald.told({ kind: 'reload', event: 'reloaded' });
  await act(page, 'Make everything dormant', { reason: 'maintenance' });
  await until('all are dormant', async () => (await heald.api('GET', '/api/status')).selfHealing.dormantGovernors.length === 3);
  await act(page, 'Resume all', { reason: 'it is over' });
  await until('none is dormant', async () => (await heald.api('GET', '/api/status')).selfHealing.dormantGovernors.length === 0);

  await go(page, '/remedy/heal-web');
  await act(page, 'Pause', { reason: 'a deploy' });
  await heald.told({ kind: 'pause', event: 'paused', remedy: 'heal-web', message: 'a deploy' });
  await act(page, 'End pause');
  await heald.told({ kind: 'pause', event: 'unpaused', remedy: 'heal-web' });
  await act(page, 'Request a run');
  await heald.told({ kind: 'human', event: 'run_remedy', remedy: 'heal-web' });
  await go(page, '/check/queue');
  await act(page, 'Run check');
  await heald.told({ kind: 'human', event: 'run_check', check: 'queue' });
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('an answer that is lost is asked for again under the same key, and done once', async () => {
  const page = await browser.open(heald, '/', { mayLose: true });
  const keys = [];
  await page.route('**/api/pause', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.continue();
    await route.fetch();
    return route.abort('connectionreset');
  });
  await page.getByRole('button', { name: 'Pause everything' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('textarea').fill('once');
  await dialog.locator('button[type=submit]').click();
  await dialog.getByText('not known whether').waitFor();
  await dialog.getByRole('button', { name: 'Ask again' }).click();
  await dialog.locator('.note.good').waitFor();
  assert.strictEqual(keys.length, 2);
  assert.strictEqual(keys[0], keys[1]);
  const { entries } = await heald.api('GET', '/api/history?kind=pause');
  assert.strictEqual(entries.filter((e) => e.message === 'once').length, 1);
  await heald.api('POST', '/api/unpause');
  await page.context().close();
});

test('a refusal is shown, and can be tried again', async () => {
  const page = await browser.open(heald);
  await page.getByRole('button', { name: 'Pause everything' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('#deed-for').fill('9999d');
  await dialog.locator('textarea').fill('too long');
  await dialog.locator('button[type=submit]').click();
  await dialog.locator('.note.bad').waitFor();
  assert.match(await dialog.locator('.note.bad').textContent(), /9999d|30d/);
  await dialog.locator('#deed-for').fill('5m');
  await dialog.locator('button[type=submit]').click();
  await dialog.locator('.note.good').waitFor();
  await heald.api('POST', '/api/unpause');
  await page.context().close();
});

test('what if it fails from now on: the engine says, and nothing is changed', async () => {
  const before = await heald.governor('main');
  const page = await browser.open(heald, '/governor/main');
  await page.getByRole('button', { name: 'it fails from now on' }).click();
  await page.locator('.what-if .answer').getByText('would fail').waitFor();
  assert.ok((await page.locator('.ghost .attempt.failed').count()) > 1);
  assert.strictEqual((await heald.governor('main')).attempts, before.attempts);
  assert.match(await page.locator('.what-if').textContent(), /Nobody else does anything/);
  await page.context().close();
});

test('the store is down: it says so, and comes back', async () => {
  const page = await browser.open(heald);
  const lock = spawn('sqlite3', [heald.file('heald.db')], { stdio: ['pipe', 'ignore', 'ignore'] });
  lock.stdin.write('BEGIN IMMEDIATE;\n');
  await page.getByRole('heading', { name: 'The store is unavailable: nothing starts' }).waitFor();
  await lookAround(kTroubled);
  lock.kill('SIGKILL');
  await page.getByRole('heading', { name: 'The store is unavailable: nothing starts' }).waitFor({ state: 'detached' });
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('heald is killed and comes back: the page says so, and has missed nothing', async () => {
  const page = await browser.open(heald, '/history', { mayLose: true });
  await heald.end('SIGKILL');
  await page.getByText('Not connected').waitFor();
  assert.match(await page.title(), /^\(not connected\)/);
  assert.deepStrictEqual(await axeFindings(page), []);
  await heald.run();
  await heald.api('POST', '/api/pause', { for: '1m', reason: 'while nobody looked' });
  await page.getByText('Not connected').waitFor({ state: 'detached' });
  await page.locator('.event', { hasText: 'while nobody looked' }).first().waitFor();
  await page.locator('.event', { hasText: 'heald started' }).first().waitFor();
  await heald.api('POST', '/api/unpause');
  await page.context().close();
});

test('everything by keyboard', async () => {
  const page = await browser.open(heald);
  const key = (name) => page.keyboard.press(name);
  await key('?');
  await page.getByRole('dialog').getByText('earlier, later').waitFor();
  await key('Escape');
  for (const [name, heading] of [['2', 'Lanes'], ['3', 'Checks'], ['4', 'History'], ['5', 'Dependencies']]) {
    await key(name);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
  }
  await key('3');
  await key('/');
  await page.keyboard.type('data');
  await page.locator('.check-row:not(.head)', { hasText: 'web' }).waitFor({ state: 'detached' });
  await key('Escape');
  await key('j');
  await key('Enter');
  await page.getByRole('heading', { name: 'database' }).first().waitFor();
  await key('2');
  await page.getByRole('heading', { name: 'Lanes', level: 1 }).waitFor();
  await key('+');
  assert.match(page.url(), /span=1800000/);
  await key('ArrowLeft');
  assert.match(page.url(), /end=/);
  await key('0');
  assert.doesNotMatch(page.url(), /end=/);
  await key('t');
  assert.strictEqual(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
  await page.context().close();
});

test('to a screen reader lanes are a table', async () => {
  const page = await browser.open(heald, '/lanes');
  await page.getByRole('button', { name: /quiet governor/ }).click().catch(() => {});
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'main', exact: true }) });
  await row.waitFor();
  assert.match(await row.textContent(), /\d+ healed, \d+ failed/);
  await page.context().close();
});

test('a selection has an address, which says what was in the way', async () => {
  const failed = await failOnce();
  const at = new Date(Date.parse(failed.time) + 100).toISOString();
  const page = await browser.open(heald, `/lanes?sel=main&at=${encodeURIComponent(at)}`);
  const picked = page.getByRole('region', { name: 'Selection' });
  await picked.getByText(/guard backoff: backoff after failure \d/).waitFor();
  await page.context().close();
});

test('the history is searched, filtered and exported as JSON lines', async () => {
  await heald.api('POST', '/api/governors/main/dormant', { reason: 'the port is taken' });
  const { newest } = await heald.api('GET', '/api/history?limit=1');
  const reason = `the port is free, ${newest}`;
  await heald.api('POST', '/api/governors/main/resume', { reason });
  const page = await browser.open(heald, '/history');
  await page.getByRole('button', { name: 'human', exact: true }).click();
  await page.getByLabel('Search the history').fill(reason);
  await until('one fits', async () => (await page.locator('.event').count()) === 1);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as JSON lines' }).click()]);
  const lines = require('node:fs').readFileSync(await file.path(), 'utf8').trim().split('\n');
  assert.strictEqual(lines.length, 1);
  assert.strictEqual(JSON.parse(lines[0]).message, reason);
  await page.context().close();
});

test('a phone: every view fits into 360 px', async () => {
  const page = await browser.open(heald, '/', { width: 360, height: 740, hasTouch: true, isMobile: true });
  for (const view of kViews) {
    await go(page, view);
    await page.waitForTimeout(60);
    assert.ok((await overflow(page)) <= 0, view);
    assert.deepStrictEqual(await axeFindings(page), [], view);
  }
  await page.context().close();
});

test('behind a proxy with a path', async () => {
  const proxy = await proxyOf(heald);
  try {
    const page = await browser.open(heald, '/', { base: proxy.url });
    await act(page, 'Pause everything', { reason: 'through the proxy' });
    await page.getByRole('heading', { name: 'Everything is paused' }).waitFor();
    await heald.api('POST', '/api/unpause');
    await page.getByRole('heading', { name: 'Everything is paused' }).waitFor({ state: 'detached' });
    assert.deepStrictEqual(page.faults, []);
    await page.context().close();
  } finally {
    proxy.stop();
  }
});

// Names in the configuration are letters, digits and . _ -; targets and everything that is said come from outside.
test('hostile targets and messages are text, and break nothing', async () => {
  const bad = '<img src=x onerror=alert(1)>';
  const hostile = await Heald.start(`
checks:
  - name: web
    exec: {command: [/bin/sh, -c, "echo '<script>alert(1)</script> ${'x'.repeat(900)}'; exit 2"]}
    interval: 1s
    metric_labels: {team: "<svg onload=alert(1)>"}
remedies:
  - name: heal-web
    when: {check: web}
    exec: {command: [/bin/sh, -c, "echo '${bad}'; exit 1"]}
    verify: {after: 1s, within: 1s}
  - name: heal-target
    when: {alert: {alertname: Down}}
    target: instance
    exec: {command: [/bin/false]}
`);
  try {
    await hostile.api('POST', '/api/governors/heal-web/dormant', { reason: `${bad}"'` });
    await hostile.api('POST', '/api/alerts', { version: '4', status: 'firing', alerts: [{ status: 'firing', labels: { alertname: 'Down', instance: bad }, startsAt: new Date().toISOString(), fingerprint: '0123456789abcdef' }] });
    for (const width of [1280, 360]) {
      const page = await browser.open(hostile, '/', { width });
      page.on('dialog', () => page.faults.push('it executed'));
      await page.getByText('<script>alert(1)</script>').first().waitFor();
      for (const view of ['/', '/lanes', '/checks', '/history', '/map', '/check/web', '/governor/heal-web', '/remedy/heal-web', '/remedy/heal-target',
        `/governor/${encodeURIComponent(`heal-target@${bad}`)}`, '/check/%E0%A4%A', '/nothing/<b>']) {
        await go(page, view);
        await page.waitForTimeout(50);
        assert.ok((await overflow(page)) <= 0, `${view} at ${width}`);
        assert.strictEqual(await page.locator('main img, main script, main b script').count(), 0);
      }
      assert.deepStrictEqual(page.faults, []);
      await page.context().close();
    }
  } finally {
    await hostile.stop();
  }
});

test('observe mode cannot be overlooked', async () => {
  const quiet = await Heald.start(`healing: {mode: observe}\n${kConfig}`);
  try {
    const page = await browser.open(quiet, '/lanes');
    await page.getByText('Observe mode: heald decides and counts, and does nothing').first().waitFor();
    await page.context().close();
  } finally {
    await quiet.stop();
  }
});

test('5,000 governors and checks: it is there 300 ms after the answer, and filters as one types', async () => {
  const n = 5000;
  const names = Array.from({ length: n }, (_, i) => `service-${i}`);
  const big = await Heald.start(`
checks:
${names.map((s) => `  - {name: ${s}, env: {file: "@DIR@/heald.yml"}, interval: 1h}`).join('\n')}
remedies:
${names.map((s) => `  - {name: heal-${s}, when: {check: ${s}}, exec: {command: [/bin/true]}}`).join('\n')}
`);
  try {
    const page = await browser.open(big, '/lanes');
    const took = [];
    // Each measurement replaces the one before; a tab that is looked at again asks again. The best of three: others use the machine.
    for (let before = -1; took.length < 3 && !took.some((ms) => ms < 300);) {
      const one = await until('it has measured', () => page.evaluate((last) => {
        const found = performance.getEntriesByName('heald status to picture').at(-1);
        return found && found.startTime !== last ? { at: found.startTime, ms: found.duration } : null;
      }, before));
      before = one.at;
      took.push(one.ms);
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    }
    assert.ok(Math.min(...took) < 300, `it took ${took} ms`);
    await page.getByRole('button', { name: /quiet governors/ }).click();
    await page.getByLabel('Filter governors').fill('4321');
    await page.locator('.row', { hasText: 'heal-service-4321' }).waitFor();
    assert.ok((await page.locator('.row').count()) < 10);
    await page.getByLabel('Filter governors').fill('');
    assert.ok((await page.locator('.row').count()) < 120, 'only what can be seen is there');
    await go(page, '/checks');
    await page.getByLabel('Filter checks').fill('service-77');
    await page.locator('.check-row', { hasText: 'service-777' }).first().waitFor();
    assert.deepStrictEqual(page.faults, []);
    await page.context().close();
  } finally {
    await big.stop();
  }
});
