// What the tests install is named to the byte, and from no particular registry.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const read = (name) => JSON.parse(fs.readFileSync(path.join(__dirname, name), 'utf8'));
const manifest = read('package.json');
const lock = read('package-lock.json');
const locked = Object.entries(lock.packages).filter(([where]) => where !== '');

test('every tool is asked for in one exact version, which is the locked one', () => {
  for (const [name, version] of Object.entries(manifest.devDependencies)) {
    assert.match(version, /^\d+\.\d+\.\d+(-\w+)?$/, name);
    assert.strictEqual(lock.packages[`node_modules/${name}`].version, version, name);
  }
});

test('every locked package has its checksum and names no address', () => {
  assert.ok(locked.length > 10);
  for (const [where, entry] of locked) {
    assert.match(entry.integrity, /^sha512-/, where);
    assert.strictEqual(entry.resolved, undefined, where);
  }
});

test('no locked package runs a script when it is installed', () => {
  for (const [where, entry] of locked) assert.ok(!entry.hasInstallScript, where);
});

test('all of them run with the node that Debian 12 has', () => {
  const least = (range) => Math.min(...[...range.matchAll(/\d+/g)].slice(0, 1).map(Number));
  for (const [where, entry] of locked) {
    if (entry.engines?.node) assert.ok(least(entry.engines.node) <= 18, `${where}: ${entry.engines.node}`);
  }
});
