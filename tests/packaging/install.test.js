// What cmake --install lays down: programs, unit, manuals, completions, alerts, dashboards, and what a program needs that has heald
// inside. The packages are made of it (scripts/package --check looks at those).
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync, spawn, spawnSync } = require('node:child_process');

const source = process.env.HEALD_SOURCE_DIR;
const build = process.env.HEALD_BINARY_DIR;
const run = (program, args, options = {}) => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...options });

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'heald-install-'));
const prefix = path.join(work, 'usr');
run('cmake', ['--build', build, '--target', 'heald', 'healdctl', 'libheald', 'manuals']);
run('cmake', ['--install', build, '--prefix', prefix]);
test.after(() => fs.rmSync(work, { recursive: true }));

const installed = run('find', [prefix, '-type', 'f', '-printf', '%P\n']).trim().split('\n');
const libdir = path.dirname(installed.find((name) => name.endsWith('/libheald.a')));
const pages = ['share/man/man8/heald.8', 'share/man/man1/healdctl.1', 'share/man/man5/heald.yml.5'];

test('every file that is promised is there', () => {
  const promised = [
    'bin/heald', 'bin/healdctl', ...pages,
    'lib/systemd/system/heald.service', 'lib/sysusers.d/heald.conf', 'lib/tmpfiles.d/heald.conf',
    'share/bash-completion/completions/heald', 'share/bash-completion/completions/healdctl',
    'share/zsh/site-functions/_healdctl', 'share/fish/vendor_completions.d/healdctl.fish',
    'share/heald/heald.schema.json', 'share/heald/alerts/heald.rules.yml', 'share/heald/alerts/alertmanager.yml',
    'share/heald/dashboards/heald-overview.json', 'share/heald/mixin.libsonnet',
    'share/doc/heald/README.md', 'share/doc/heald/docs/configuration.md', 'share/doc/heald/examples/heald.yml', 'share/doc/heald/examples/root.conf', 'share/polkit-1/rules.d/50-heald.rules',
    `${libdir}/libheald.a`, `${libdir}/pkgconfig/heald.pc`, `${libdir}/cmake/heald/healdConfig.cmake`,
    'share/doc/libheald-dev/examples/embedding/main.cc',
    ...fs.readdirSync(path.join(source, 'include/heald')).map((name) => `include/heald/${name}`),
  ];
  for (const name of promised) assert.ok(installed.includes(name), name);
  // A test or a private header has no place on another machine.
  assert.deepStrictEqual(installed.filter((name) => /_test\.|(^|\/)(core|engine|store)\//.test(name)), []);
});

test('man reads every page without a warning', () => {
  for (const page of pages) {
    const said = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', path.join(prefix, page)],
      { encoding: 'utf8', env: { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8', MANROFFSEQ: '' } });
    assert.strictEqual(said.status, 0, said.stderr);
    assert.strictEqual(said.stderr, '', page);
    assert.ok(said.stdout.split('\n').length > 40, page);
  }
});

test('the completions are what the shells can read', () => {
  const scripts = { bash: 'share/bash-completion/completions/healdctl', zsh: 'share/zsh/site-functions/_healdctl', fish: 'share/fish/vendor_completions.d/healdctl.fish' };
  for (const [shell, name] of Object.entries(scripts)) {
    if (shell !== 'bash' && spawnSync('which', [shell]).status !== 0) continue; // not everybody has them; scripts/packages test brings both
    run(shell, ['-n', path.join(prefix, name)]);
  }
});

test('bash completes commands, options and values', () => {
  const complete = (line) => {
    const words = line.split(' ');
    const script = `PATH=${prefix}/bin:$PATH; export HEALD_URL=http://127.0.0.1:1; source ${prefix}/share/bash-completion/completions/healdctl
      COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; compopt() { :; }; _healdctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', ['-c', script]).trim().split('\n');
  };
  assert.deepStrictEqual(complete('healdctl wat'), ['watch']);
  assert.deepStrictEqual(complete('healdctl run '), ['check', 'remedy']);
  assert.deepStrictEqual(complete('heald --log.level w'), ['warn']);
  assert.ok(complete('healdctl status --').includes('--problems'));
});

test('the unit names the programs where they are, and systemd finds nothing wrong with it', () => {
  const unit = fs.readFileSync(path.join(prefix, 'lib/systemd/system/heald.service'), 'utf8');
  const [, program] = unit.match(/^ExecStart=(\S+)/m);
  const cache = fs.readFileSync(path.join(build, 'CMakeCache.txt'), 'utf8');
  const [, configured] = cache.match(/^CMAKE_INSTALL_PREFIX:PATH=(.*)$/m);
  assert.strictEqual(program, path.join(configured, 'bin/heald'));
  const there = path.join(work, 'heald.service');
  fs.writeFileSync(there, unit.replaceAll(program, path.join(prefix, 'bin/heald')).replace(/^Documentation=.*$/m, ''));
  assert.strictEqual(run('systemd-analyze', ['verify', '--man=no', there]).trim(), '');
});

// Links what a program would link, against what is installed and nothing of the source.
const configuration = path.join(work, 'heald.yml');
function startsAndStops(program) {
  run(path.join(prefix, 'bin/healdctl'), ['config', 'init', '--port', '22', configuration]);
  return new Promise((resolve, reject) => {
    const child = spawn(program, [configuration], { env: { ...process.env, STATE_DIRECTORY: work } });
    let said = '';
    child.stdout.on('data', (data) => {
      said += data;
      if (said.includes('listens on')) child.kill('SIGTERM');
    });
    child.stderr.on('data', (data) => { said += data; });
    child.on('error', reject);
    child.on('exit', (code) => {
      fs.rmSync(configuration);
      if (code === 0) resolve(said);
      else reject(new Error(`${code}: ${said}`));
    });
  });
}

test('the embedding example is built with CMake against the installed files, starts and stops', async () => {
  const folder = path.join(work, 'by-cmake');
  const example = path.join(prefix, 'share/doc/libheald-dev/examples/embedding');
  run('cmake', ['-S', example, '-B', folder, '-G', 'Ninja', `-DCMAKE_PREFIX_PATH=${prefix}`]);
  run('cmake', ['--build', folder]);
  assert.match(await startsAndStops(path.join(folder, 'embedding')), /listens on 127\.0\.0\.1:\d+\nstopped\n/);
});

test('pkg-config says all that a program needs', () => {
  const env = { ...process.env, PKG_CONFIG_PATH: path.join(prefix, libdir, 'pkgconfig') };
  // --define-prefix: the file is below another prefix than it was configured for.
  const flags = run('pkg-config', ['--define-prefix', '--cflags', '--libs', 'heald'], { env }).trim().split(/\s+/);
  const program = path.join(work, 'by-pkg-config');
  run('g++', ['-std=c++20', path.join(source, 'packaging/embedding/main.cc'), '-o', program, ...flags]);
  assert.strictEqual(spawnSync(program).status, 2);
  const version = run('pkg-config', ['--modversion', 'heald'], { env }).trim();
  assert.ok(run(path.join(prefix, 'bin/heald'), ['--version']).startsWith(`heald ${version} `));
});

test('libheald-dev depends on what its CMake package looks for', () => {
  const listed = run(path.join(source, 'scripts/packages'), ['--list', 'dev']).trim().split('\n');
  const config = fs.readFileSync(path.join(prefix, libdir, 'pkgconfig/heald.pc'), 'utf8');
  const modules = config.match(/^Requires: (.*)$/m)[1].split(', ');
  const packages = modules.map((name) => run('dpkg', ['-S', `*/${name}.pc`]).split(':')[0]);
  for (const name of packages) assert.ok(listed.includes(name), `${name} is missing in scripts/packages`);
});
