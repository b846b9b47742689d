// Ten pages stay open while a busy heald is killed and restarted under them: what they and it keep in memory, and whether they miss anything.
//   NODE_PATH=build/npm/node_modules HEALD_BINARY_DIR=build/dev node tests/page/soak.js [MINUTES]
// A day of a busy heald is some 50,000 entries of the history; this makes as many in ten minutes.
'use strict';
const fs = require('node:fs');
const { Heald, Browser, assert, settled, until } = require('./harness.js');

const minutes = Number(process.argv[2] ?? 10);
const kPages = ['/', '/lanes', '/checks', '/history', '/map', '/governor/heal-service-0', '/remedy/heal-service-1', '/check/service-2', '/history?kind=human', '/lanes?span=86400000'];
const kServices = 50;
const kConfig = `
healing: {storm_brake: {max_unhealthy_percent: 100}}
detection: {max_concurrent: 20}
checks:
${Array.from({ length: kServices }, (_, i) => `  - {name: service-${i}, file: {path: "@DIR@/service-${i}"}, interval: 1s}`).join('\n')}
remedies:
${Array.from({ length: kServices }, (_, i) => `  - {name: heal-service-${i}, when: {check: service-${i}}, exec: {command: [/bin/touch, "@DIR@/service-${i}"]}, verify: {after: 1s, within: 2s}}`).join('\n')}
`;

const mebi = (bytes) => `${(bytes / 1048576).toFixed(1)} MiB`;

// After a collection of garbage, so that what is left is what is kept.
async function heapOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes } = await session.send('Memory.getDOMCounters');
  await session.detach();
  return { usedSize, nodes };
}

const daemonOf = (heald) => Number(/^VmRSS:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${heald.process.pid}/status`, 'utf8'))[1]) * 1024;

async function tell(when, heald, pages) {
  const heaps = [];
  for (const page of pages) heaps.push(await heapOf(page));
  const { newest } = await heald.api('GET', '/api/history?limit=1');
  const sizes = heaps.map((heap) => heap.usedSize);
  console.log(`${when}: ${newest} entries; pages ${mebi(Math.min(...sizes))} to ${mebi(Math.max(...sizes))} of heap, ${Math.max(...heaps.map((heap) => heap.nodes))} nodes at most; heald ${mebi(daemonOf(heald))}`);
  return { newest, largest: Math.max(...sizes) };
}

// Checks fail and are healed, and four people act without a rest.
function busy(heald) {
  let on = true;
  const one = async (who) => {
    for (let i = who; on; i += 4) {
      heald.drop(`service-${i % kServices}`);
      const name = `heal-service-${(i * 7) % kServices}`;
      await heald.api('POST', `/api/remedies/${name}/pause`, { for: '1m', reason: `number ${i}` }).catch(() => {});
      await heald.api('POST', `/api/remedies/${name}/unpause`).catch(() => {});
      await heald.api('POST', `/api/governors/${name}/reset`, {}).catch(() => {});
    }
  };
  const work = Promise.all([0, 1, 2, 3].map(one));
  return () => { on = false; return work; };
}

async function main() {
  const [browser, heald] = await Promise.all([Browser.start(), Heald.start(kConfig, { files: Array.from({ length: kServices }, (_, i) => `service-${i}`) })]);
  try {
    const pages = [];
    for (const view of kPages) pages.push(await browser.open(heald, view, { mayLose: true }));
    const first = await tell('begin', heald, pages);
    const end = Date.now() + minutes * 60_000;
    let done = busy(heald);
    for (let part = 1; part <= 4; part++) {
      const until = end - (4 - part) * (minutes * 15_000);
      while (Date.now() < until) await new Promise((go) => setTimeout(go, 500));
      if (part < 4) {
        await done();
        await heald.end('SIGKILL');
        for (const page of pages) await page.getByText('Not connected').waitFor();
        await heald.run();
        for (const page of pages) await page.getByText('Not connected').waitFor({ state: 'detached' });
        done = busy(heald);
      }
      await tell(['after a quarter, killed once', 'middle, killed twice', 'after three quarters, killed three times', 'end'][part - 1], heald, pages);
    }
    await done();

    // A laptop that slept: frozen for a while in which much happens, then thawed.
    const session = await pages[0].context().newCDPSession(pages[0]);
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await pages[0].context().setOffline(true);
    for (let i = 0; i < 200; i++) await heald.api('POST', '/api/remedies/heal-service-0/pause', { for: '1m', reason: `asleep ${i}` });
    await pages[0].context().setOffline(false);
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await pages[0].locator('.event', { hasText: 'asleep 199' }).first().waitFor();
    console.log('the page that slept has caught up');

    const last = await tell('at rest', heald, pages);
    const { entries } = await heald.api('GET', '/api/history?limit=1');
    await until('every page knows the newest entry', async () => {
      await settled(pages[3]);
      return await pages[3].locator(`a.what[href="#/entry/${entries[0].id}"]`).count() > 0;
    });
    console.log(`${last.newest - first.newest} entries were told in ${minutes} minutes; no page has missed the last`);
    for (const page of pages) assert.deepStrictEqual(page.faults, []);
  } finally {
    await Promise.all([browser.stop(), heald.stop()]);
  }
}

main();
