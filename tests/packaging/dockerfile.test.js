// What a Docker engine would find out, as far as it can be found out without one.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const source = process.env.HEALD_SOURCE_DIR;
const read = (name) => fs.readFileSync(path.join(source, name), 'utf8');

// One instruction a line, in two stages.
const lines = read('packaging/Dockerfile').replace(/^\s*#.*\n/gm, '').replace(/\\\n/g, ' ').split('\n').filter((line) => line.trim());
const last = lines.map((line) => line.startsWith('FROM ')).lastIndexOf(true);
const buildStage = lines.slice(0, last);
const runStage = lines.slice(last);
const words = (list, instruction) => list.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1).trim());

const installed = new Set(runStage.join('\n').match(/--no-install-recommends\s+([^&]*)/)[1].trim().split(/\s+/));

test('the image is built from the package, which brings the libraries, and beside it there are only tools', () => {
  assert.deepStrictEqual([...installed].sort(), ['/tmp/heald_*.deb', 'ca-certificates', 'systemd-standalone-sysusers', 'systemd-standalone-tmpfiles', 'tini']);
  assert.match(read('packaging/debian/control'), /^Depends: \$\{shlibs:Depends\}, \$\{misc:Depends\}, tzdata$/m);
});

test('what the build copies is there, and it is made by scripts/package', () => {
  for (const name of words(buildStage, 'COPY').map((line) => line.split(/\s+/)[0])) assert.ok(fs.existsSync(path.join(source, name)), name);
  assert.deepStrictEqual(words(buildStage, 'RUN'), ['scripts/packages package', 'scripts/package']);
});

test('what the build needs is not kept from it', () => {
  const kept = read('.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  for (const name of kept) assert.ok(fs.existsSync(path.join(source, name)), name);
  const needed = read('CMakeLists.txt').match(/add_subdirectory\((\w+)\)/g).map((text) => text.slice(17, -1)).filter((name) => !['tests', 'bench'].includes(name));
  // What cmake --install takes comes from there, too.
  const rules = read('cmake/HealdInstall.cmake');
  const taken = [...rules.matchAll(/install\((?:FILES|DIRECTORY) ((?:[\w./]+ )+?)DESTINATION/g)].flatMap(([, names]) => names.trim().split(' '));
  assert.ok(taken.includes('docs') && taken.includes('mixin.libsonnet'), taken.join(' '));
  const folders = taken.map((name) => (fs.existsSync(path.join(source, name)) ? name.split('/')[0] : null)).filter((name) => name);
  for (const name of [...needed, ...folders, 'CMakeLists.txt', 'CMakePresets.json', 'CHANGELOG.md', 'cmake', 'include', 'packaging', 'scripts/package', 'scripts/packages']) {
    assert.ok(kept.includes(name), name);
  }
  for (const line of words(runStage, 'COPY')) {
    for (const [, name] of line.matchAll(/\/src\/(?!build\/)(\S+)/g)) assert.ok(kept.includes(name.split('/')[0]), name);
  }
});

test('it runs as the numeric user that the chart names, with heald as its only process besides tini', () => {
  const values = read('helm/heald/values.yaml');
  const [user, group] = words(runStage, 'USER').at(-1).split(':');
  assert.ok(values.includes(`runAsUser: ${user}\n`) && values.includes(`runAsGroup: ${group}\n`), `${user}:${group}`);
  assert.deepStrictEqual(JSON.parse(words(runStage, 'ENTRYPOINT')[0]), ['/usr/bin/tini', '--', '/usr/bin/heald']);
  assert.deepStrictEqual(JSON.parse(words(runStage, 'CMD')[0]), ['--config.file=/etc/heald/heald.yml']);
  assert.deepStrictEqual(words(runStage, 'HEALTHCHECK'), ['NONE']);
  assert.deepStrictEqual(words(runStage, 'ENV'), ['STATE_DIRECTORY=/var/lib/heald']);
});

test('image, chart and CMake have one version', () => {
  const version = read('CMakeLists.txt').match(/project\(heald VERSION (\S+)/)[1];
  assert.match(read('packaging/Dockerfile'), new RegExp(`image.version="${version}"`));
  assert.match(read('helm/heald/Chart.yaml'), new RegExp(`^version: ${version}\\nappVersion: ${version}$`, 'm'));
});
