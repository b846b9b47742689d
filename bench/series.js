#!/usr/bin/env node
// What a scrape costs: the series of each family, of a heald with so many checks, each with a remedy and a governor (of ten checks, one
// has none).
//
//   bench/series.js [--checks 10,150,1000] [--heald build/dev/heald]
'use strict';
const path = require('node:path');
const { parseArgs } = require('node:util');
const fleet = require('../tests/dashboards/fleet.js');

const { values } = parseArgs({
  options: { checks: { type: 'string', default: '10,150,1000' }, heald: { type: 'string', default: path.join(__dirname, '../build/dev/heald') } },
});

async function main() {
  const sizes = values.checks.split(',').map(Number);
  const families = new Map();
  const totals = sizes.map(() => ({ series: 0, bytes: 0 }));
  for (const [column, checks] of sizes.entries()) {
    const heald = new fleet.Heald(values.heald, checks, []);
    try {
      const text = await (await heald.ready()).scrape();
      let family = '';
      for (const line of text.split('\n')) {
        if (line.startsWith('# TYPE ')) family = line.split(' ')[2];
        if (line === '' || line[0] === '#') continue;
        if (!families.has(family)) families.set(family, sizes.map(() => 0));
        ++families.get(family)[column];
        ++totals[column].series;
      }
      totals[column].bytes = Buffer.byteLength(text);
    } finally {
      await heald.stop();
    }
  }
  const row = (cells, name) => console.log(`${cells.map((cell) => String(cell).padStart(8)).join(' ')}  ${name}`);
  row(sizes, 'checks');
  for (const [name, counts] of [...families].sort((a, b) => b[1][sizes.length - 1] - a[1][sizes.length - 1])) row(counts, name);
  row(totals.map(({ series }) => series), 'all series');
  row(totals.map(({ bytes }) => `${(bytes / 1000).toFixed(0)} kB`), 'a scrape');
}

main().catch((error) => { console.error(error); process.exit(1); });
