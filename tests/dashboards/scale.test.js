// No answer grows with the fleet: every question of the dashboards, put to a Prometheus that holds 60 hosts with 10 checks each, has
// a bounded number of series, and a dashboard a bounded number of bytes. How long it takes with 500: bench/dashboards.js.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const path = require('node:path');
const fleet = require('./fleet');

const kHosts = 60;
const kHours = 6;
// What a table shows at most; and the longest of everything else: twenty rows of a state timeline, or the words of a guard.
const kRows = 100, kSeries = 30;

test('no answer grows with the number of hosts, and a dashboard is at most 2 MB', async (t) => {
  const heald = path.join(process.env.HEALD_BINARY_DIR, 'heald');
  const tape = await fleet.record(heald, { story: 'dormant', scrapes: 40, pause: 250 });
  const prometheus = await fleet.Prometheus.start();
  try {
    const hosts = Array.from({ length: kHosts }, (_, i) => ({
      tape, labels: [['cluster', `c${i % 2}`], ['job', 'heald'], ['instance', `host-${i}:9469`]], downAt: i % 3 === 2 ? 0.9 : undefined,
    }));
    for (const cluster of ['c0', 'c1']) hosts.push({ ofJob: true, tape: fleet.kOfJob(tape), labels: [['cluster', cluster], ['job', 'heald']] });
    // As many points as a dashboard asks for are there with a sample every ten minutes, which costs less.
    const { end } = await fleet.replay(prometheus, hosts, { hours: kHours, step: 300 });
    for (const dashboard of fleet.dashboards(process.env.HEALD_SOURCE_DIR)) {
      let bytes = JSON.stringify(dashboard).length;
      const chosen = dashboard.uid === 'heald-host' ? { instance: 'host-0:9469' } : {};
      for (const { what, of, call, parameters } of fleet.questions(dashboard, { hours: kHours, end, chosen })) {
        const answer = await prometheus.ask(call, parameters);
        const where = `${dashboard.uid}: ${what}\n${parameters.query}`;
        assert.strictEqual(answer.status, 'success', `${where}: ${answer.error}`);
        bytes += answer.bytes;
        if (of === 'variable') continue;
        const series = answer.data.result.length;
        assert.ok(series <= (of === 'table' ? kRows : kSeries), `${series} series, ${where}`);
      }
      t.diagnostic(`${dashboard.uid}: ${bytes} bytes`);
      assert.ok(bytes < 2e6, `${dashboard.uid}: ${bytes} bytes`);
    }

    // The hosts that are there have to be found by the tables, or the bounds would say nothing.
    const [fleetDashboard] = fleet.dashboards(process.env.HEALD_SOURCE_DIR).filter(({ uid }) => uid === 'heald-overview');
    const rows = {}, recorded = {};
    for (const { what, of, call, parameters } of fleet.questions(fleetDashboard, { hours: kHours, end, chosen: {} })) {
      if (/weeks$|30 days$/.test(what)) recorded[what] = (await prometheus.ask(call, parameters)).data.result.length;
      if (of === 'table' || of === 'stat') rows[what] = (await prometheus.ask(call, parameters)).data.result;
    }
    assert.ok(['Success ratio, over weeks', 'Ended without a human, over weeks'].every((title) => recorded[title] === 6), JSON.stringify(recorded));
    assert.strictEqual(recorded['Least available checks, 30 days'], 10);
    assert.strictEqual(rows.Healds[0].value[1], '40');
    assert.strictEqual(rows['Healds down'][0].value[1], '20');
    assert.strictEqual(rows['Dormant governors'][0].value[1], '40');
    assert.strictEqual(rows.Dormant.length, 40);
    assert.deepStrictEqual([...new Set(rows.Dormant.map(({ metric }) => metric.team))], ['platform']);
    assert.deepStrictEqual([...new Set(rows.Dormant.map(({ metric }) => metric.triggered_by))], ['automatic']);
    assert.strictEqual(rows['Healds that are not healthy'].length, 60);
    // At least one check of each host; on a slow machine others time out, too.
    const unhealthy = new Set(rows.Unhealthy.map(({ metric }) => metric.instance));
    assert.strictEqual(unhealthy.size, 40, JSON.stringify(rows.Unhealthy));
  } finally {
    await prometheus.stop();
  }
});
