// What is checked in of the admin page is what its sources make.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const zlib = require('node:zlib');
const { execFileSync } = require('node:child_process');

const source = process.env.HEALD_SOURCE_DIR;
const web = path.join(source, 'web');

test('web/dist is what web/build.mjs makes of web/src', () => {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'heald-page-'));
  try {
    execFileSync(process.execPath, [path.join(web, 'build.mjs'), made]);
    const dist = path.join(web, 'dist');
    assert.deepStrictEqual(fs.readdirSync(made).sort(), fs.readdirSync(dist).sort(), 'run: node web/build.mjs');
    for (const name of fs.readdirSync(made)) {
      assert.ok(fs.readFileSync(path.join(made, name)).equals(fs.readFileSync(path.join(dist, name))), `${name}: run node web/build.mjs`);
    }
  } finally {
    fs.rmSync(made, { recursive: true });
  }
});

test('its types fit', () => {
  execFileSync(process.execPath, [path.join(source, 'build/npm/node_modules/typescript/bin/tsc'), '-p', web], { stdio: 'inherit' });
});

test('it is at most 60 KB, packed', () => {
  const dist = path.join(web, 'dist');
  const sizes = fs.readdirSync(dist).map((name) => zlib.gzipSync(fs.readFileSync(path.join(dist, name)), { level: 9 }).length);
  assert.ok(sizes.reduce((a, b) => a + b) <= 60 * 1024, String(sizes));
});

test('it asks nobody but heald, and makes text of what it is told', () => {
  for (const name of fs.readdirSync(path.join(web, 'src'))) {
    const text = fs.readFileSync(path.join(web, 'src', name), 'utf8').replace('http://www.w3.org/2000/svg', '');
    assert.doesNotMatch(text, /https?:\/\//, name);
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/, name);
    assert.doesNotMatch(text, /document\.cookie/, name);
  }
});
