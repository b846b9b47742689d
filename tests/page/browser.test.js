// The admin page in Debian's chromium, against the real heald. Each story has a heald of its own, unless it only looks.
'use strict';
const test = require('node:test');
const crypto = require('node:crypto');
const fs = require('node:fs');
const { spawn } = require('node:child_process');
const { Heald, Browser, Etcd, assert, axeFindings, go, overflow, proxyOf, settled, until } = require('./harness.js');

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
    exec: {command: [/bin/sh, -c, "test -e @DIR@/repaired && touch @DIR@/web || { echo port 8080 in use; echo as process 4711; exit 1; }"]}
    verify: {after: 1s, within: 2s}
  - name: heal-database
    when: {check: database}
    exec: {command: [/bin/touch, "@DIR@/database"]}
    verify: {after: 1s, within: 2s}
`;
const kWell = ['web', 'database', 'queue'];
const kViews = ['/', '/lanes', '/checks', '/history', '/map', '/governor/main', '/remedy/heal-web', '/check/web', '/entry/1', '/nothing'];

let browser;
let calm; // for who only looks
test.before(async () => {
  [browser, calm] = await Promise.all([Browser.start(), Heald.start(kConfig, { files: kWell })]);
  await healthy(calm);
});
test.after(async () => {
  await browser?.stop();
  await calm?.stop();
});

const health = (heald, name, is) => until(`${name} is ${is}`, async () => (await heald.api('GET', `/api/checks/${name}`)).health === is);
const healthy = async (heald) => { for (const name of kWell) await health(heald, name, 'healthy'); };

// What a failure in CI has to tell.
async function scene(heald, pages) {
  const status = await heald.api('GET', '/api/status').catch((failure) => ({ failure: String(failure) }));
  const seen = await Promise.all(pages.map((page) => page.evaluate(() => `${location.hash}: ${document.title}: ${document.querySelector('main')?.innerText.slice(0, 1500)}`).catch(String)));
  return `\nheald: ${JSON.stringify({ ...status.selfHealing, circuitBreakers: status.circuitBreakers?.slice(0, 5), failure: status.failure })}\n${seen.join('\n')}\nlog: ${heald.log().slice(-1500)}`;
}

const together = [];
// Many at a time: much of a story is waiting for checks.
test('stories', { concurrency: 8 }, (t) => Promise.all(together.map(({ name, run }) => t.test(name, run))));

// A story: `open` gives it pages, in which nothing may have gone wrong at its end. One that measures time is told alone.
function story(name, { config = kConfig, files = kWell, shared = false, alone = false }, tell) {
  const run = async () => {
    const heald = shared ? calm : await Heald.start(config, { files });
    const pages = [];
    const open = async (hash, options = {}) => {
      const page = await browser.open(heald, hash, options);
      pages.push(page);
      return page;
    };
    try {
      if (config.includes('name: queue') && files === kWell) await healthy(heald);
      await tell({ heald, open });
      for (const page of pages) assert.deepStrictEqual(page.faults, []);
    } catch (failure) {
      failure.message += await scene(heald, pages);
      throw failure;
    } finally {
      for (const page of pages) await page.context().close();
      if (!shared) await heald.stop();
    }
  };
  if (alone) test(name, run);
  else together.push({ name, run });
}

// heal-web has failed once, and waits.
async function failOnce(heald) {
  heald.drop('web');
  return heald.told({ kind: 'attempt', event: 'failed', governor: 'main' });
}

// In each view nothing that axe-core finds, and nothing beside the screen.
async function lookAround(page, views, how) {
  for (const view of views) {
    await go(page, view);
    assert.deepStrictEqual(await axeFindings(page, how), [], view);
    assert.ok((await overflow(page)) <= 0, `${view} is wider than the screen`);
  }
}

// Presses, reads the sentence, gives the reason, and waits for the answer.
async function act(page, button, { reason, answer, first, within = page } = {}) {
  await within.getByRole('button', { name: button, exact: true }).first().click();
  const dialog = page.getByRole('dialog');
  assert.ok((await dialog.locator('p').first().textContent()).length > 20, 'it says what it will do');
  await first?.(dialog);
  if (reason) {
    assert.ok(await dialog.locator('button[type=submit]').isDisabled(), 'it needs a reason');
    await dialog.locator('textarea').fill(reason);
  }
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

async function namedToken(heald, name, role) {
  const token = crypto.randomBytes(32).toString('hex');
  await heald.api('POST', '/api/tokens', { name, role, sha256: crypto.createHash('sha256').update(token).digest('hex') });
  return token;
}

story('a calm heald: every view is in order', { shared: true }, async ({ open }) => {
  const page = await open('/');
  assert.strictEqual(await page.locator('h1').textContent(), 'Healthy');
  assert.match(await page.title(), /^healthy · heald/);
  await lookAround(page, kViews);
});

story('a failure that health has overtaken is told, and is no problem that the tab counts', {}, async ({ heald, open }) => {
  await failOnce(heald);
  heald.put('web');
  await health(heald, 'web', 'healthy');
  const page = await open('/');
  const card = page.locator('.problem', { hasText: 'main' });
  await card.getByText('After lasting health its failures are cleared').waitFor();
  assert.match(await page.title(), /^healthy · heald/);
});

story('the token leaves the address bar, and is kept for the tab alone', { shared: true }, async ({ heald, open }) => {
  const page = await open('/governor/main');
  assert.strictEqual(page.url(), `${heald.url}#/governor/main`);
  const [cookies, kept, inTab] = await page.evaluate(() => [document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage)]);
  assert.strictEqual(cookies, '');
  assert.ok(!kept.includes(heald.token) && inTab.includes(heald.token));
  await page.getByRole('button', { name: 'role: admin' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'role: admin' }).waitFor();
  const policy = (await fetch(heald.url)).headers.get('content-security-policy');
  assert.match(policy, /^default-src 'self'; frame-ancestors 'none'$/);
});

story('every role: what it may not do is there, and says which role it needs', {}, async ({ heald, open }) => {
  await failOnce(heald);
  for (const role of ['read', 'alerts', 'operate']) {
    const page = await open('/remedy/heal-web', { token: await namedToken(heald, role, role), mayLose: role === 'alerts' });
    await page.getByRole('button', { name: `role: ${role}` }).waitFor();
    await page.getByText(role === 'operate' ? 'as process 4711' : 'is shown with a token of the role').first().waitFor();
    await go(page, '/');
    await page.getByRole('button', { name: 'Reload configuration' }).click();
    await page.getByRole('dialog').getByText('needs a token with the role admin').waitFor();
    await page.getByRole('dialog').getByText(`yours is ${role}`).waitFor();
    assert.strictEqual(await page.getByRole('dialog').locator('button[type=submit]').count(), 0);
    await page.keyboard.press('Escape');
    if (role === 'operate') await act(page, 'Run check', { within: page.locator('.problem') });
  }
  const page = await open('/', { token: '' });
  await page.getByRole('button', { name: 'Pause everything' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('needs a token with the role operate').waitFor();
  assert.strictEqual(await dialog.locator('button[type=submit]').count(), 0);
  await dialog.locator('input[type=password]').fill('guess');
  await dialog.getByRole('button', { name: 'Use it' }).click();
  await dialog.getByText('This token is not valid').waitFor();
  await dialog.locator('input[type=password]').fill(heald.token);
  await dialog.getByRole('button', { name: 'Use it' }).click();
  await dialog.locator('textarea').waitFor();
});

story('from red to green with the page alone', {}, async ({ heald, open }) => {
  const page = await open('/');
  heald.drop('web');
  const card = page.locator('.problem', { hasText: 'main' });
  for (const words of ['The next attempt', 'web is unhealthy: connection refused', 'port 8080 in use', /backoff after \d of 10 consecutive failures/]) {
    await card.getByText(words).first().waitFor();
  }
  await lookAround(page, ['/', '/lanes', '/governor/main', '/remedy/heal-web']);
  await page.getByText('as process 4711').first().waitFor();

  await go(page, '/');
  await act(page, 'Retry now', { reason: 'freed the port <b>', answer: /retry|wait|attempt/i, first: (d) => d.locator('#action-name').fill('alice') });
  const told = await heald.told({ kind: 'human', event: 'retry', governor: 'main' });
  assert.strictEqual(told.message, 'freed the port <b>');
  assert.match(told.actor, /as alice \(page\)/);
  await until('it has failed again', async () => (await heald.governor('main')).consecutiveFailures > 1);

  await go(page, '/governor/main');
  await act(page, 'Make dormant', { reason: 'it makes it worse' });
  await heald.told({ kind: 'human', event: 'dormant', message: 'it makes it worse' });
  await page.getByText('Before you resume').waitFor();
  assert.deepStrictEqual(await axeFindings(page), []);
  await go(page, '/');
  await page.getByRole('heading', { name: 'Dormant', level: 1 }).waitFor();
  assert.match(await page.locator('.problem.critical').textContent(), /the disk has room/);
  assert.deepStrictEqual(await axeFindings(page), []);

  heald.put('repaired');
  await act(page, 'Resume', { reason: 'the port is free' });
  await heald.told({ kind: 'human', event: 'resume', message: 'the port is free' });
  await until('heald is healthy', async () => (await heald.api('GET', '/api/status')).selfHealing.status === 'healthy');
  await page.getByRole('heading', { name: 'Healthy', level: 1 }).waitFor({ timeout: 10_000 }); // before it would ask without an event
  assert.strictEqual((await heald.governor('main')).consecutiveFailures, 0);
});

story('every other action reaches the store and the history', {}, async ({ heald, open }) => {
  const page = await open('/');
  await act(page, 'Pause everything', { reason: 'moving racks', first: async (d) => {
    await d.getByRole('button', { name: '15 min' }).click();
    await d.getByText('It ends at').waitFor();
  } });
  await heald.told({ kind: 'pause', event: 'paused', remedy: null, message: 'moving racks' });
  await page.getByRole('heading', { name: 'Everything is paused' }).waitFor();
  assert.deepStrictEqual(await axeFindings(page), []);
  await act(page, 'End every pause', { within: page.locator('.banner') });
  await heald.told({ kind: 'pause', event: 'unpaused' });

  const row = page.locator('.switch', { hasText: 'preventive healing' });
  for (const [button, event] of [['Switch off', 'off'], ['Switch on', 'on']]) {
    await act(page, button, { reason: `turn it ${event}`, within: row });
    await heald.told({ kind: 'flag', event, message: `turn it ${event}` });
  }
  await act(page, 'Reload configuration');
  await heald.told({ kind: 'reload', event: 'reloaded' });
  await act(page, 'Make everything dormant', { reason: 'maintenance' });
  const dormant = async () => (await heald.api('GET', '/api/status')).selfHealing.dormantGovernors.length;
  const all = await dormant();
  assert.ok(all > 1);
  await act(page, 'Resume all', { reason: 'it is over' });
  assert.strictEqual(await dormant(), 0);

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
});

const kBreaker = kConfig.replace('backoff: {base: 2m}', 'backoff: {base: 5m}\n    breaker: {failure_threshold: 1, open_for: 1h, permanent_open_conditions: []}');
story('a breaker is reset, and one that is PERMANENT_OPEN by force', { config: kBreaker }, async ({ heald, open }) => {
  await failOnce(heald);
  const page = await open('/governor/main');
  await act(page, 'Reset breaker');
  await heald.told({ kind: 'human', event: 'reset', governor: 'main' });
  heald.configure(kBreaker.replace('permanent_open_conditions: []', 'permanent_open_conditions: [port 8080 in use]'));
  await heald.api('POST', '/-/reload');
  await heald.api('POST', '/api/governors/main/retry', { reason: 'it will be worse' });
  await until('it is PERMANENT_OPEN', async () => (await heald.governor('main')).state === 'PERMANENT_OPEN');
  await act(page, 'Force reset', { first: (d) => d.getByText('find the cause first').waitFor() });
  await until('it is CLOSED', async () => (await heald.governor('main')).state === 'CLOSED');
});

story('an answer that is lost is asked for again under the same key, and done once', {}, async ({ heald, open }) => {
  const page = await open('/', { mayLose: true });
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
  await dialog.getByText('it may have been done or not').waitFor();
  await dialog.getByRole('button', { name: 'Ask again' }).click();
  await dialog.locator('.note.good').waitFor();
  assert.strictEqual(keys.length, 2);
  assert.strictEqual(keys[0], keys[1]);
  const { entries } = await heald.api('GET', '/api/history?kind=pause');
  assert.strictEqual(entries.filter((e) => e.message === 'once').length, 1);
});

story('a refusal is shown, and can be tried again', {}, async ({ open }) => {
  const page = await open('/', { mayLose: true });
  await page.getByRole('button', { name: 'Pause everything' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('#action-for').fill('9999d');
  await dialog.locator('textarea').fill('too long');
  await dialog.locator('button[type=submit]').click();
  await dialog.locator('.note.bad').waitFor();
  assert.match(await dialog.locator('.note.bad').textContent(), /9999d|30d/);
  await dialog.locator('#action-for').fill('5m');
  await dialog.locator('button[type=submit]').click();
  await dialog.locator('.note.good').waitFor();
});

story('what if it fails from now on: the engine says, and nothing is changed', { shared: true }, async ({ heald, open }) => {
  const before = await heald.governor('main');
  const page = await open('/governor/main');
  await page.getByRole('button', { name: 'it fails from now on' }).click();
  await page.locator('.what-if .answer').getByText('would fail').waitFor();
  assert.ok((await page.locator('.ghost .attempt.failed').count()) > 1);
  assert.strictEqual((await heald.governor('main')).attempts, before.attempts);
  assert.match(await page.locator('.what-if').textContent(), /Nobody else does anything/);
});

story('the store is down: it says so, and comes back', {}, async ({ heald, open }) => {
  const page = await open('/');
  const lock = spawn('sqlite3', [heald.file('heald.db')], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    lock.stdin.write("BEGIN IMMEDIATE;\nSELECT 'locked';\n");
    await new Promise((go) => lock.stdout.once('data', go));
    await heald.api('POST', '/api/pause', { for: '1m', reason: 'is there a disk?' });
    await page.getByRole('heading', { name: 'The store is unavailable: nothing starts' }).waitFor();
    assert.deepStrictEqual(await axeFindings(page), []);
  } finally {
    lock.kill('SIGKILL');
  }
  await page.getByRole('heading', { name: 'The store is unavailable: nothing starts' }).waitFor({ state: 'detached' });
});

story('heald is killed and comes back: the page says so, and has missed nothing', {}, async ({ heald, open }) => {
  const page = await open('/history', { mayLose: true });
  await heald.end('SIGKILL');
  await page.getByText('Not connected').waitFor();
  assert.match(await page.title(), /^\(not connected\)/);
  assert.deepStrictEqual(await axeFindings(page), []);
  await heald.run();
  await heald.api('POST', '/api/pause', { for: '1m', reason: 'while nobody looked' });
  await page.getByText('Not connected').waitFor({ state: 'detached' });
  await page.locator('.event', { hasText: 'while nobody looked' }).first().waitFor();
  await page.locator('.event', { hasText: 'heald started' }).first().waitFor();
});

story('what could not be read is read when heald answers again', {}, async ({ heald, open }) => {
  const page = await open('/history', { mayLose: true });
  await page.route('**/api/history?*', (route) => route.abort());
  await page.reload();
  await page.getByText('Failed to fetch').waitFor();
  await heald.end('SIGKILL');
  await page.unroute('**/api/history?*');
  await heald.run();
  await until('both starts are told', async () => await page.locator('.event', { hasText: 'heald started' }).count() === 2);
  await page.getByText('Failed to fetch').waitFor({ state: 'detached' });
});

story('a laptop that was offline catches up', {}, async ({ heald, open }) => {
  const page = await open('/', { mayLose: true });
  await page.context().setOffline(true);
  await heald.api('POST', '/api/pause', { for: '1m', reason: 'while it slept' });
  await page.context().setOffline(false);
  await page.getByRole('heading', { name: 'Everything is paused' }).waitFor();
  await page.locator('.event', { hasText: 'while it slept' }).first().waitFor();
});

story('everything by keyboard', { shared: true }, async ({ open }) => {
  const page = await open('/');
  const key = (name) => page.keyboard.press(name);
  await key('Tab');
  assert.strictEqual(await page.evaluate(() => document.activeElement.textContent), 'Skip to content');
  await key('?');
  await page.getByRole('dialog').getByText('earlier, later').waitFor();
  await key('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
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
});

story('to a screen reader lanes are a table', { shared: true }, async ({ open }) => {
  const page = await open('/lanes');
  await page.getByRole('button', { name: /quiet governor/ }).click();
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'main', exact: true }) });
  await row.waitFor();
  assert.match(await row.textContent(), /\d+ healed, \d+ failed/);
});

story('a lane shows beside now what budget is left', {}, async ({ heald, open }) => {
  await failOnce(heald);
  const { circuitBreakers } = await heald.api('GET', '/api/status');
  const main = circuitBreakers.find((g) => g.name === 'main');
  const least = main.budgets.filter((b) => b.left < b.attempts).reduce((a, b) => (b.left < a.left ? b : a));
  assert.ok(least.left >= 0 && least.left < least.attempts);
  const page = await open('/lanes');
  await page.locator('.lane .left', { hasText: /budget \d+/ }).first().waitFor();
  await page.getByText(new RegExp(`budget left: \\d+ of ${least.attempts} in `)).first().waitFor({ state: 'attached' });
  await go(page, '/governor/main');
  await page.getByText('Budget left', { exact: true }).waitFor();
  await page.locator('dd', { hasText: new RegExp(`\\d+ of ${least.attempts} in `) }).first().waitFor();
});

story('times are local with UTC at hand, and numbers as the reader writes them', { shared: true }, async ({ heald, open }) => {
  const { entries: [entry] } = await heald.api('GET', '/api/history?limit=1&before=2');
  const page = await open('/entry/1', { locale: 'de-DE', timezoneId: 'Asia/Kolkata' });
  const local = new Intl.DateTimeFormat('de-DE', { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: 'Asia/Kolkata' });
  await page.locator('aside').getByText(local.format(new Date(entry.time))).waitFor();
  await page.locator('aside').getByText(entry.time).waitFor();
  await page.keyboard.press('u');
  const utc = new Intl.DateTimeFormat('de-DE', { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: 'UTC' });
  await page.locator('aside').getByText(utc.format(new Date(entry.time))).first().waitFor();
  await go(page, '/checks');
  await page.locator('.check-row .num', { hasText: /^\d+(,\d+)?\s%$/ }).first().waitFor();
});

story('nothing moves for who wants no motion', { shared: true }, async ({ open }) => {
  const page = await open('/lanes', { reducedMotion: 'reduce' });
  const moving = await page.evaluate(() => {
    const box = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    box.innerHTML = '<g class="attempt running"><circle r="5"/></g>';
    document.body.append(box);
    return getComputedStyle(box.querySelector('circle')).animationName;
  });
  assert.strictEqual(moving, 'none');
});

story('a selection has an address, which says what was in the way', {}, async ({ heald, open }) => {
  const failed = await failOnce(heald);
  const at = new Date(Date.parse(failed.time) + 100).toISOString();
  const page = await open(`/lanes?sel=main&at=${encodeURIComponent(at)}`);
  const picked = page.getByRole('region', { name: 'Selection' });
  await picked.getByText(/guard backoff: backoff after failure \d/).waitFor();
  await picked.locator('tr.fails', { hasText: 'backoff' }).waitFor();
});

story('the history is searched, filtered and exported as JSON lines', {}, async ({ heald, open }) => {
  await heald.api('POST', '/api/governors/main/dormant', { reason: 'the port is taken' });
  const reason = 'The "port" is free <i>';
  await heald.api('POST', '/api/governors/main/resume', { reason });
  const page = await open('/history');
  await page.getByRole('button', { name: 'human', exact: true }).click();
  await page.getByLabel('Search the history').fill('"PORT" is free <');
  await until('one fits', async () => (await page.locator('.event').count()) === 1);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as JSON lines' }).click()]);
  const lines = fs.readFileSync(await file.path(), 'utf8').trim().split('\n');
  assert.strictEqual(lines.length, 1);
  assert.strictEqual(JSON.parse(lines[0]).message, reason);
  await page.locator('.event .what').click();
  await page.getByRole('heading', { name: 'Reason' }).waitFor();
  await page.getByText(reason, { exact: true }).waitFor();
});

story('what is far back in the history is found, and the page says how far it has searched', { files: [] }, async ({ heald, open }) => {
  await heald.end('SIGKILL');
  const sql = `INSERT INTO history (id, wall_ns, bytes, kind, governor, remedy, check_name, entry)
    WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 31000)
    SELECT i, (unixepoch() - 40000 + i) * 1000000000, 100, 'check', '', '', 'queue', '{"event":"healthy","message":"' || CASE i WHEN 1500 THEN 'needle' ELSE 'hay' END || '"}' FROM n;`;
  await new Promise((go) => spawn('sqlite3', [heald.file('heald.db'), sql], { stdio: 'inherit' }).on('exit', go));
  await heald.run();
  const page = await open('/history?text=needle');
  await page.locator('.event', { hasText: 'needle' }).waitFor();
  await page.getByText(/^1 entry/).waitFor();
});

story('of several replicas the page says which acts, and lets another one act', { shared: true }, async () => {
  const etcd = await Etcd.start();
  const healds = [];
  const pages = [];
  const open = async (heald) => {
    const page = await browser.open(heald, '/', { mayLose: true });
    pages.push(page);
    return page;
  };
  try {
    healds.push(await Heald.start(kConfig, { files: kWell, etcd }));
    await until('the first acts', async () => (await healds[0].api('GET', '/api/replicas')).leads);
    healds.push(await Heald.start(kConfig, { files: kWell, etcd }));
    await until('both are known', async () => (await healds[1].api('GET', '/api/replicas')).replicas.length === 2);
    const [first, second] = [await open(healds[0]), await open(healds[1])];
    const names = await Promise.all(healds.map(async (heald) => (await heald.api('GET', '/api/replicas')).name));
    await second.getByRole('heading', { name: `This replica stands by: ${names[0]} acts` }).waitFor();
    await second.getByRole('link', { name: `Open ${names[0]}` }).waitFor();
    assert.strictEqual(await second.locator('.problem').count(), 0, 'a standby lists no problems: it cannot tell');
    assert.strictEqual(await second.locator('h1').textContent(), 'Healthy');
    assert.deepStrictEqual(await axeFindings(second), []);
    const card = first.locator('section.card', { has: first.getByRole('heading', { name: 'Replicas', exact: true }) });
    await card.getByText('stands by').waitFor();
    await act(first, 'Let another replica act', { reason: 'the machine gets a new kernel' });
    await until('the second acts', async () => (await healds[1].api('GET', '/api/replicas').catch(() => ({}))).leads);
    await second.reload();
    await settled(second);
    await second.locator('section.card', { has: second.getByRole('heading', { name: 'Replicas', exact: true }) }).getByText('(this one)').waitFor();
    assert.strictEqual(await second.getByText('This replica stands by').count(), 0);
  } finally {
    for (const page of pages) await page.context().close();
    await Promise.all(healds.map((heald) => heald.stop()));
    await etcd.stop();
  }
});

story('a phone: every view fits into 360 px', { shared: true }, async ({ open }) => {
  const page = await open('/', { width: 360, height: 740, hasTouch: true, isMobile: true });
  await lookAround(page, kViews, { contrast: false });
  await page.setViewportSize({ width: 320, height: 640 }); // 1280 px at 400%
  for (const view of kViews) {
    await go(page, view);
    assert.ok((await overflow(page)) <= 0, `${view} at 320 px`);
  }
});

story('a view that breaks says so, and the others go on', { shared: true }, async ({ open }) => {
  const page = await open('/checks');
  await page.route('**/api/settings', (route) => route.fulfill({ json: { checks: null, remedies: [], governors: [] } }));
  await go(page, '/check/web');
  await page.getByRole('heading', { name: 'This view is broken' }).waitFor();
  await page.keyboard.press('3');
  await page.getByRole('heading', { name: 'Checks', level: 1 }).waitFor();
});

story('behind a proxy with a path', {}, async ({ heald, open }) => {
  const proxy = await proxyOf(heald);
  try {
    const page = await open('/', { base: proxy.url });
    await act(page, 'Pause everything', { reason: 'through the proxy' });
    await page.getByRole('heading', { name: 'Everything is paused' }).waitFor();
    await heald.api('POST', '/api/unpause');
    await page.getByRole('heading', { name: 'Everything is paused' }).waitFor({ state: 'detached' });
    await page.reload();
    await settled(page);
  } finally {
    proxy.stop();
  }
});

const alert = (status, instance) => ({
  version: '4', status,
  alerts: [{ status, labels: { alertname: 'Down', instance }, startsAt: '2026-01-01T00:00:00Z', ...(status === 'resolved' ? { endsAt: new Date().toISOString() } : {}), fingerprint: '0123456789abcdef' }],
});
const kAlerts = `
governors:
  heal-target: {backoff: {base: 5m}}
remedies:
  - name: heal-target
    when: {alert: {alertname: Down}}
    target: instance
    exec: {command: [/bin/sh, -c, "echo no route to db-1; exit 1"]}
    governor: heal-target
    verify: {within: 1s}
`;

story('an alert: its episodes, what was tried, and the settings of its remedy', { config: kAlerts }, async ({ heald, open }) => {
  await heald.api('POST', '/api/alerts', alert('firing', 'db-1'));
  await heald.told({ kind: 'attempt', event: 'failed', remedy: 'heal-target' });
  const page = await open('/remedy/heal-target');
  await page.getByRole('link', { name: 'Down' }).first().click();
  await page.getByRole('heading', { name: 'Down', level: 1 }).waitFor();
  await page.getByText('no route to db-1').first().waitFor();
  for (const words of ['1 failed', 'alertname="Down"', /heald\.yml:\d+/, 'heal-target@db-1']) await page.getByText(words).first().waitFor();
  await lookAround(page, ['/alert/0123456789abcdef', '/remedy/heal-target', `/governor/${encodeURIComponent('heal-target@db-1')}`]);
  await go(page, '/alert/0123456789abcdef');
  await heald.api('POST', '/api/alerts', alert('resolved', 'db-1'));
  await page.locator('h1 .badge', { hasText: 'resolved' }).waitFor();
});

// Names in the configuration are letters, digits and . _ -; targets and everything that is said come from outside.
const kBad = '<img src=x onerror=alert(1)>';
story('hostile targets and messages are text, and break nothing', { config: `
checks:
  - name: web
    exec: {command: [/bin/sh, -c, "echo '<script>alert(1)</script> ${'x'.repeat(900)}'; exit 2"]}
    interval: 1s
    metric_labels: {team: "<svg onload=alert(1)>"}
remedies:
  - name: heal-web
    when: {check: web}
    exec: {command: [/bin/sh, -c, "echo '${kBad}'; exit 1"]}
    verify: {after: 1s, within: 1s}
  - name: heal-target
    when: {alert: {alertname: Down}}
    target: instance
    exec: {command: [/bin/false]}
` }, async ({ heald, open }) => {
  await heald.api('POST', '/api/governors/heal-web/dormant', { reason: `${kBad}"'` });
  await heald.api('POST', '/api/alerts', alert('firing', kBad));
  await heald.told({ kind: 'alert', event: 'firing' });
  const page = await open('/');
  page.on('dialog', () => page.faults.push('it executed'));
  await page.getByText('<script>alert(1)</script>').first().waitFor();
  for (const view of ['/', '/lanes', '/checks', '/history', '/map', '/check/web', '/governor/heal-web', '/remedy/heal-web', '/remedy/heal-target', '/alert/0123456789abcdef',
    '/entry/2', '/entry/%3Cb%3E', `/governor/${encodeURIComponent(`heal-target@${kBad}`)}`, '/check/%E0%A4%A', '/nothing/<b>']) {
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await go(page, view);
      assert.ok((await overflow(page)) <= 0, `${view} at ${width}`);
    }
    assert.strictEqual(await page.locator('main img, main script, main b script').count(), 0);
  }
});

story('observe mode cannot be overlooked', { config: `healing: {mode: observe}\n${kConfig}` }, async ({ open }) => {
  const page = await open('/lanes');
  await page.getByText('Observe mode: heald decides and counts, but does nothing').first().waitFor();
  assert.deepStrictEqual(await axeFindings(page), []);
});

const kMany = Array.from({ length: 5000 }, (_, i) => `service-${i}`);
story('5,000 governors and checks: it is there 300 ms after the answer, and filters as one types', { config: `
checks:
${kMany.map((s) => `  - {name: ${s}, env: {file: "@DIR@/heald.yml"}, interval: 1h}`).join('\n')}
remedies:
${kMany.map((s) => `  - {name: heal-${s}, when: {check: ${s}}, exec: {command: [/bin/true]}}`).join('\n')}
`, alone: true }, async ({ open }) => {
  const page = await open('/lanes');
  // On a machine that others use, or that is slower than one on which this loop takes 30 ms, it may take longer alike.
  const took = [];
  for (let before = -1; took.length < 5 && !took.some((ms) => ms < 300);) {
    const one = await until('it has measured', () => page.evaluate(({ last, usual }) => {
      const found = performance.getEntriesByName('heald status to picture').at(-1);
      if (!found || found.startTime === last) return null;
      const begun = performance.now();
      for (let i = 0, map = new Map(); i < 150_000; i++) map.set(`service-${i}`, { i });
      return { at: found.startTime, ms: found.duration / Math.max(1, (performance.now() - begun) / usual) };
    }, { last: before, usual: 30 }));
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
  await page.locator('.row', { hasText: 'heal-service-0' }).first().waitFor();
  assert.ok((await page.locator('.row').count()) < 120, 'only what can be seen is there');
  await go(page, '/checks');
  await page.getByLabel('Filter checks').fill('service-77');
  await page.locator('.check-row', { hasText: 'service-777' }).first().waitFor();
});
