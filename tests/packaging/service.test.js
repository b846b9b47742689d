// heald.service as it is shipped, on a real systemd with D-Bus and polkit: as its user, in its sandbox, with credentials of systemd, and
// with remedies that restart a service.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync, spawnSync } = require('node:child_process');

const source = process.env.HEALD_SOURCE_DIR;
const build = process.env.HEALD_BINARY_DIR;
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'heald-service-'));
test.after(() => fs.rmSync(work, { recursive: true, force: true }));

// How exposed systemd finds a unit, as a number: 0 is a locked box, 10 a root shell.
function exposure(...files) {
  const unit = path.join(work, 'exposure', 'heald.service');
  fs.mkdirSync(path.dirname(unit), { recursive: true });
  fs.writeFileSync(unit, files.map((name) => fs.readFileSync(path.join(source, 'packaging', name), 'utf8')).join('\n'));
  const said = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], { encoding: 'utf8' });
  return Number(said.match(/Overall exposure level for heald\.service: ([\d.]+)/)[1]);
}

test('systemd finds the unit, as it is shipped, exposed by 2.0 at most', () => {
  const of = exposure('heald.service');
  assert.ok(of <= 2.0, `${of}`);
  assert.ok(fs.readFileSync(path.join(source, 'packaging/heald.service'), 'utf8').includes(`says ${of}\n`), 'the unit says so itself');
});

test('with root.conf it is as exposed as that says', () => {
  assert.ok(fs.readFileSync(path.join(source, 'packaging/root.conf'), 'utf8').includes(`says ${exposure('heald.service', 'root.conf')} with this`));
});

test('what is left of the sandbox has its reason beside it', () => {
  const lines = fs.readFileSync(path.join(source, 'packaging/heald.service'), 'utf8').split('\n');
  const sandbox = lines.slice(lines.indexOf('# --- Sandbox ---') + 1, lines.indexOf('[Install]'));
  // Lines that say one thing together stand below one comment.
  const alone = sandbox.filter((line, i) => /^[A-Z]\w+=/.test(line) && sandbox.slice(0, i).reverse().find((above) => !/^[A-Z]\w+=/.test(above)) === '');
  assert.deepStrictEqual(alone, []);
});

test('what the unit runs is heald itself, or there in every Debian: /bin/kill is not', () => {
  const unit = fs.readFileSync(path.join(source, 'packaging/heald.service'), 'utf8');
  const programs = [...unit.matchAll(/^Exec\w+=[-+!:@]*(\S+)/gm)].map(([, program]) => program);
  assert.deepStrictEqual([...new Set(programs)].sort(), ['/bin/sh', '/usr/bin/heald']);
});

// The rule by itself, with what polkit gives it.
function asked(user, verb, unit, id = 'org.freedesktop.systemd1.manage-units') {
  let answer;
  const polkit = { Result: { YES: 'yes', NOT_HANDLED: undefined }, addRule: (rule) => { answer = rule({ id, lookup: (name) => ({ verb, unit })[name] }, { user }); } };
  new Function('polkit', fs.readFileSync(path.join(source, 'packaging/heald.rules'), 'utf8'))(polkit);
  return answer === 'yes';
}

test('polkit lets heald, and nobody else, do to services what remedies do', () => {
  for (const verb of ['start', 'stop', 'restart', 'reload']) {
    assert.ok(asked('heald', verb, 'web.service'));
    assert.ok(!asked('www-data', verb, 'web.service'));
    assert.ok(!asked('heald', verb, 'web.service', 'org.freedesktop.systemd1.manage-unit-files'));
    assert.ok(!asked('heald', verb, 'reboot.target'));
  }
  assert.ok(!asked('heald', 'kill', 'web.service'));
  assert.ok(!asked('heald', 'set-property', 'web.service'));
});

const needs = ['/usr/bin/unshare', '/lib/systemd/systemd', '/usr/bin/dbus-daemon', '/usr/lib/polkit-1/polkitd'].filter((name) => !fs.existsSync(name));
const skip = process.getuid() !== 0 ? 'needs root, for namespaces' : needs.length ? `there is no ${needs}` : false;

const configuration = `
web: {metrics_address: 127.0.0.1:9469}
checks:
  - {name: victim, interval: 1s, unhealthy_after: 1, systemd: {unit: victim.service}}
remedies:
  - {name: restart-victim, when: {check: victim}, systemd: {unit: victim.service, action: restart, settle: 100ms}}
`;
const dropIn = `[Service]
StandardOutput=file:/mnt/heald.log
StandardError=file:/mnt/heald.log
LoadCredential=web.yml:/etc/heald/web.yml
LoadCredential=server.crt:/etc/heald/server.crt
LoadCredential=server.key:/etc/heald/server.key
ExecStart=
ExecStart=/usr/bin/heald --config.file=/etc/heald/heald.yml --web.config.file=\${CREDENTIALS_DIRECTORY}/web.yml
`;
const begin = `
systemd-sysusers /usr/lib/sysusers.d/heald.conf
chmod 600 /etc/heald/server.key
start() { systemctl --job-mode=ignore-dependencies start "$@"; }
start dbus.socket dbus.service && start polkit.service victim.service || exit 3
mkdir -p /var/lib/heald && echo old >/var/lib/heald/of-root && chmod 700 /var/lib/heald
start heald.service || { cat /mnt/heald.log; exit 4; }
grep -E '^(Uid|CapEff|CapAmb|NoNewPrivs):' /proc/$(systemctl show heald.service -p MainPID --value)/status
curl -sS --cacert /etc/heald/server.crt https://localhost:9469/-/healthy
cat /etc/heald/server.key >/dev/null && setpriv --reuid=heald --regid=heald --clear-groups cat /etc/heald/server.key 2>/dev/null && echo "the key can be read"
stat -c '%U %a %n' /var/lib/heald /var/lib/heald/of-root /var/lib/heald/control.token
for _ in $(seq 300); do healdctl status | grep -q 'has no result yet' || break; sleep 0.1; done
healdctl status | head -1
systemctl kill -s KILL victim.service 2>/dev/null
for _ in $(seq 300); do
  grep -qE 'attempt (succeeded|failed)' /mnt/heald.log && break
  sleep 0.1
done
systemctl is-active victim.service
`;

// What the script says on a host with these units.
function host(name, files, script = begin) {
  const folder = path.join(work, name);
  fs.mkdirSync(folder);
  const given = { 'heald.yml': configuration, 'try.conf': dropIn, 'victim.service': '[Service]\nExecStart=/bin/sleep infinity\n',
    'web.yml': 'tls_server_config: {cert_file: server.crt, key_file: server.key}\n', script };
  for (const [file, text] of Object.entries(given)) fs.writeFileSync(path.join(folder, file), text);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', path.join(folder, 'server.key'), '-out', path.join(folder, 'server.crt')], { stdio: 'ignore' });
  const pairs = [
    [path.join(build, 'heald'), '/usr/bin/heald'], [path.join(build, 'healdctl'), '/usr/bin/healdctl'],
    [path.join(source, 'packaging/heald.service'), '/etc/systemd/system/heald.service'],
    [path.join(source, 'packaging/heald.conf.sysusers'), '/usr/lib/sysusers.d/heald.conf'],
    ...['heald.yml', 'web.yml', 'server.key', 'server.crt'].map((file) => [path.join(folder, file), `/etc/heald/${file}`]),
    [path.join(folder, 'try.conf'), '/etc/systemd/system/heald.service.d/try.conf'],
    [path.join(folder, 'victim.service'), '/etc/systemd/system/victim.service'],
    ...files,
  ];
  const ran = spawnSync(path.join(source, 'tests/packaging/systemd-host'), [folder, path.join(folder, 'script'), ...pairs.map(([from, to]) => `${from}=${to}`)],
    { encoding: 'utf8', timeout: 120000, killSignal: 'SIGKILL' });
  const read = (file) => (fs.existsSync(path.join(folder, file)) ? fs.readFileSync(path.join(folder, file), 'utf8') : '');
  return { said: read('output'), log: read('heald.log'), all: `${ran.stdout}${ran.stderr}\n${read('output')}\n${read('heald.log')}` };
}
const rules = [path.join(source, 'packaging/heald.rules'), '/usr/share/polkit-1/rules.d/50-heald.rules'];

test('heald runs as its user with credentials of systemd, and restarts a service through polkit', { skip }, () => {
  const { said, all } = host('user', [rules]);
  assert.match(said, /^Uid:\t(?!0)(\d+)\t\1\t\1\t\1$/m, all);
  assert.match(said, /^CapEff:\t0000000000002000$/m, 'ping, and nothing else of root');
  assert.match(said, /^NoNewPrivs:\t1$/m);
  assert.match(said, /heald is healthy/, all); // over TLS, with a key that is root's alone
  assert.doesNotMatch(said, /the key can be read/);
  assert.match(said, /^heald 700 \/var\/lib\/heald$/m, all);
  assert.match(said, /^heald \d+ \/var\/lib\/heald\/of-root$/m, 'what a heald that was root has left');
  assert.match(said, /^heald 600 \/var\/lib\/heald\/control.token$/m);
  assert.match(said, /is healthy: everything is quiet/, all); // root needs no token
  assert.match(said, /^active$/m, all);
});

test('without the rule polkit lets heald restart nothing, and heald says why', { skip }, () => {
  const { said, log, all } = host('no-rule', []);
  assert.match(said, /^failed$/m, all);
  assert.match(log, /msg="attempt failed".*heald's user may not do this; a rule of polkit can let it/, all);
});

test('with root.conf heald is root, with what remedies need of it', { skip }, () => {
  const { said, all } = host('root', [[path.join(source, 'packaging/root.conf'), '/etc/systemd/system/heald.service.d/root.conf']]);
  assert.match(said, /^Uid:\t0\t0\t0\t0$/m, all);
  assert.match(said, /^CapAmb:\t0+$/m);
  assert.match(said, /^active$/m, all);
});
