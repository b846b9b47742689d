#!/usr/bin/env node
// What the dashboards cost: every question that Grafana asks for them, put to a Prometheus that holds a fleet, with the time and the
// size of each answer.
//
//   bench/dashboards.js [--hosts 500] [--checks 10] [--hours 6] [--step 60] [--story mixed] [--keep] [--heald build/dev/heald]
//   bench/dashboards.js --prometheus URL,PID,END     the same questions again, to one that --keep has left running
//   bench/dashboards.js --rules [--days 30] […]      not the dashboards, but the rules of alerts/, with so many days of what they record
//
// The hosts are copies of three real healds (calm, failing, dormant) that are scraped while it happens to them; and one more has
// --one checks (1000). --story calm, failing or dormant: what most of them tell. --keep leaves Prometheus running until Enter.
'use strict';
const path = require('node:path');
const { parseArgs } = require('node:util');
const fleet = require('../tests/dashboards/fleet.js');

const source = path.join(__dirname, '..');
const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '500' }, checks: { type: 'string', default: '10' }, one: { type: 'string', default: '1000' },
    hours: { type: 'string', default: '6' }, step: { type: 'string', default: '60' }, story: { type: 'string', default: 'mixed' },
    keep: { type: 'boolean', default: false }, heald: { type: 'string', default: path.join(source, 'build/dev/heald') },
    scrapes: { type: 'string', default: '120' }, prometheus: { type: 'string' },
    rules: { type: 'boolean', default: false }, days: { type: 'string', default: '30' },
  },
});
const number = (name) => Number(values[name]);

// How many of 100 hosts tell which story.
const kShares = { mixed: { dormant: 10, failing: 15 }, calm: {}, failing: { failing: 8 }, dormant: { dormant: 3, failing: 8 } };

function hostsOf(tapes) {
  const share = kShares[values.story];
  const hosts = [];
  for (let i = 0; i < number('hosts'); ++i) {
    // Spread evenly; one host alone tells the story itself.
    const place = number('hosts') === 1 ? -1 : (i * 37) % 100;
    let story = place < (share.dormant ?? 0) ? 'dormant' : place < (share.dormant ?? 0) + (share.failing ?? 0) ? 'failing' : 'calm';
    if (number('hosts') === 1) story = values.story === 'mixed' ? 'dormant' : values.story;
    hosts.push({
      tape: tapes[story],
      labels: [['cluster', i % 3 === 0 ? 'us-1' : 'eu-1'], ['job', 'heald'], ['instance', `web-${String(i + 1).padStart(3, '0')}:9469`]],
      delay: number('hosts') === 1 ? 0 : ((i * 61) % 100) / 400,
      downAt: values.story !== 'calm' && i % 211 === 210 ? 0.93 : Infinity,
    });
  }
  if (!values.rules) for (const cluster of ['us-1', 'eu-1']) hosts.push({ ofJob: true, tape: fleet.kOfJob(tapes.calm), labels: [['cluster', cluster], ['job', 'heald']] });
  if (tapes.big) hosts.push({ tape: tapes.big, labels: [['cluster', 'eu-1'], ['job', 'heald'], ['instance', 'big-1:9469']] });
  return hosts;
}

// Puts every question, and prints what each costs.
async function measure(prometheus, end, most) {
  let slowest = 0, dearest = 0, largest = 0;
  for (const dashboard of fleet.dashboards(source)) {
    // The dashboard of one host is asked about the one with the most.
    const chosen = dashboard.uid === 'heald-host' ? { instance: most } : {};
    let bytes = JSON.stringify(dashboard).length, ms = 0, cpu = 0;
    console.log(`\n${dashboard.title}`);
    console.log(`${'ms'.padStart(7)} ${'CPU ms'.padStart(7)} ${'bytes'.padStart(9)} ${'series'.padStart(7)}  panel`);
    for (const { what, of, call, parameters } of fleet.questions(dashboard, { hours: number('hours'), end, chosen })) {
      const answer = await prometheus.ask(call, parameters);
      const series = answer.status !== 'success' ? answer.error : Array.isArray(answer.data) ? answer.data.length : answer.data.result.length;
      console.log(`${answer.ms.toFixed(0).padStart(7)} ${String(answer.cpu).padStart(7)} ${String(answer.bytes).padStart(9)} ${String(series).padStart(7)}  ${what} (${of})`);
      bytes += answer.bytes;
      ms += answer.ms;
      cpu += answer.cpu;
      slowest = Math.max(slowest, answer.ms);
      dearest = Math.max(dearest, answer.cpu);
    }
    console.log(`${ms.toFixed(0).padStart(7)} ${String(cpu).padStart(7)} ${String(bytes).padStart(9)}          all, with the dashboard itself`);
    largest = Math.max(largest, bytes);
  }
  console.log(`\nslowest answer ${(slowest / 1000).toFixed(2)} s (2 s at most; ${(dearest / 1000).toFixed(2)} s of CPU time), ` +
    `largest dashboard ${(largest / 1e6).toFixed(2)} MB (2 MB at most)`);
}

// Evaluates the rules, and prints what each group and the dearest rules cost. What else the machine does makes the time longer, and
// the CPU time hardly: so each rule is asked once more, alone.
async function measureRules(prometheus) {
  const groups = await prometheus.evaluate([path.join(source, 'alerts/heald.rules.yml')]);
  const all = [];
  console.log(`\n${'ms'.padStart(7)} ${'CPU ms'.padStart(7)} ${'every'.padStart(6)}  group`);
  let share = 0;
  for (const { group, interval, ms, rules } of groups) {
    let cpu = 0;
    for (const { name, query, error } of rules) {
      const answer = await prometheus.ask('query', { query });
      all.push({ name, cpu: answer.cpu, error: error || answer.error || '' });
      cpu += answer.cpu;
    }
    console.log(`${ms.toFixed(0).padStart(7)} ${String(cpu).padStart(7)} ${`${interval} s`.padStart(6)}  ${group}`);
    share += cpu / 1000 / interval;
  }
  console.log(`\n${'CPU ms'.padStart(7)}  the dearest rules`);
  for (const { name, cpu, error } of all.sort((a, b) => b.cpu - a.cpu).slice(0, 12)) console.log(`${String(cpu).padStart(7)}  ${name} ${error}`);
  console.log(`\n${(100 * share).toFixed(1)} % of one core, ${(prometheus.memory() / 1e6).toFixed(0)} MB of memory`);
}

async function main() {
  const most = number('one') > 0 ? 'big-1:9469' : 'web-001:9469';
  if (values.prometheus) {
    const [url, pid, end] = values.prometheus.split(',');
    return measure(new fleet.Prometheus(url, Number(pid)), Number(end), most);
  }
  const tapes = {};
  await Promise.all(['calm', 'failing', 'dormant'].map(async (story) => {
    tapes[story] = await fleet.record(values.heald, { story, checks: number('checks'), scrapes: number('scrapes') });
  }));
  if (number('one') > 0) tapes.big = await fleet.record(values.heald, { story: 'dormant', checks: number('one'), scrapes: 30, pause: 1500 });
  // The rules record it themselves.
  if (values.rules) for (const tape of Object.values(tapes)) fleet.dropRecorded(tape);
  const prometheus = await fleet.Prometheus.start({ days: values.rules ? number('days') : 2 });
  try {
    const began = Date.now();
    const hosts = hostsOf(tapes);
    // Rules are evaluated for the present moment, which has to be there for as long as that takes.
    const end = values.rules ? began + 3600e3 : began;
    if (values.rules) {
      const recorded = await fleet.recordHistory(prometheus, hosts, { days: number('days'), step: 120, until: end - number('hours') * 3600e3 });
      console.log(`${recorded.series} recorded series, ${(recorded.samples / 1e6).toFixed(1)} million samples of ${values.days} days`);
    }
    const written = await fleet.replay(prometheus, hosts, { hours: number('hours'), step: number('step'), end });
    console.log(`${number('hosts')} hosts with ${number('checks')} checks each${tapes.big ? `, one with ${number('one')}` : ''}: ${written.series} series, ` +
      `${(written.samples / 1e6).toFixed(1)} million samples of ${number('hours')} h every ${number('step')} s, written in ${Math.round((Date.now() - began) / 1000)} s`);
    if (values.rules) await measureRules(prometheus);
    else await measure(prometheus, written.end, most);
    if (values.keep) {
      console.log(`until Enter: --prometheus ${prometheus.url},${prometheus.process.pid},${written.end}`);
      await new Promise((done) => process.stdin.once('data', done));
    }
  } finally {
    await prometheus.stop();
  }
}

main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
