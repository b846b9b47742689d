// What a Docker engine would find out, as far as it can be found out without one.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');

const source = process.env.HEALD_SOURCE_DIR;
const build = process.env.HEALD_BINARY_DIR;
const read = (name) => fs.readFileSync(path.join(source, name), 'utf8');

// One instruction a line, in two stages.
const lines = read('packaging/Dockerfile').replace(/^\s*#.*\n/gm, '').replace(/\\\n/g, ' ').split('\n').filter((line) => line.trim());
const last = lines.map((line) => line.startsWith('FROM ')).lastIndexOf(true);
const buildStage = lines.slice(0, last);
const runStage = lines.slice(last);
const words = (list, instruction) => list.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1).trim());

const installed = new Set(runStage.join('\n').match(/--no-install-recommends\s+([^&]*)/)[1].trim().split(/\s+/));

const output = (program, args) => execFileSync(program, args, { encoding: 'utf8' });

// The packages of the libraries that a program names itself; what those need, apt knows.
function packagesOf(program) {
  const needed = [...output('readelf', ['-d', program]).matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
  const paths = new Map([...output('ldd', [program]).matchAll(/(\S+) => (\/\S+)/g)].map(([, name, file]) => [name, file]));
  // Sanitizers and the like belong to the build that is tested, not to the release; the loader to libc6.
  const wanted = needed.filter((name) => !/^(lib(a|t|ub)san|ld-linux)/.test(name));
  return wanted.map((name) => {
    // /lib is a link to /usr/lib; dpkg knows a file by one of both names.
    const file = paths.get(name).replace(/^\/usr/, '');
    for (const candidate of [file, `/usr${file}`]) {
      try {
        return output('dpkg', ['-S', candidate]).split(':')[0];
      } catch {
        continue;
      }
    }
    return assert.fail(`no package has ${name}`);
  });
}

test('the image has the package of every library that heald and healdctl are linked with, and no other library', () => {
  const wanted = new Set(['heald', 'healdctl'].flatMap((name) => packagesOf(path.join(build, name))));
  assert.ok(wanted.size > 8, [...wanted].join(' '));
  const tools = ['ca-certificates', 'tini', 'tzdata'];
  assert.deepStrictEqual([...installed].sort(), [...wanted, ...tools].sort());
});

test('what the build copies is there, and what it runs is what scripts/run does', () => {
  for (const name of words(buildStage, 'COPY').map((line) => line.split(/\s+/)[0])) assert.ok(fs.existsSync(path.join(source, name)), name);
  const runs = words(buildStage, 'RUN').join(' && ').split(' && ');
  for (const command of ['scripts/packages build', 'cmake --preset release', 'cmake --build --preset release']) {
    assert.ok(runs.some((run) => run === command || run.startsWith(`${command} -D`)), command);
    assert.ok(read('scripts/run').includes(command), `scripts/run: ${command}`);
  }
});

test('what the build needs is not kept from it', () => {
  const kept = read('.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  for (const name of kept) assert.ok(fs.existsSync(path.join(source, name)), name);
  const needed = read('CMakeLists.txt').match(/add_subdirectory\((\w+)\)/g).map((text) => text.slice(17, -1)).filter((name) => !['tests', 'bench'].includes(name));
  for (const name of [...needed, 'CMakeLists.txt', 'CMakePresets.json', 'cmake', 'include', 'scripts/packages']) assert.ok(kept.includes(name), name);
  for (const line of words(runStage, 'COPY')) {
    for (const [, name] of line.matchAll(/\/src\/(?!build\/)(\S+)/g)) assert.ok(kept.includes(name), name);
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
