// Alerts, routes, messages and dashboards of the chart are those of alerts/ and dashboards/, with the addresses and
// commands of the release in the place of the examples, and nothing else changed.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const yaml = require('yaml');
const { cases, only, operator, parse, read, refusal, render, run, source } = require('./chart');

const everything = render(['-f', cases.find((file) => file.includes('everything'))]);
const rulesOf = (objects) => objects.find((o) => o.kind === 'PrometheusRule').spec;
const original = parse(read('alerts/heald.rules.yml'));
const rules = (spec) => spec.groups.flatMap((group) => group.rules);

function withFile(name, text, look) {
  const folder = fs.mkdtempSync('/tmp/heald-files-');
  try {
    const file = path.join(folder, name);
    fs.writeFileSync(file, text);
    look(file, folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test('the copies in the chart are the files in alerts/ and dashboards/ (else: scripts/chart-files)', () => {
  const result = run(path.join(source, 'scripts/chart-files'), ['--check']);
  assert.strictEqual(result.code, 0, result.output + result.errors);
});

// The mixin with these settings: what the chart has to come to as well.
function mixin(config, field) {
  const program = `((import '${source}/mixin.libsonnet') + {_config+:: std.parseJson(std.extVar('config'))
    + {alerts: std.mergePatch($._config.alerts, std.get(std.parseJson(std.extVar('config')), 'alerts', {}))}}).${field}`;
  const result = run('jsonnet', ['--ext-str', `config=${JSON.stringify(config)}`, '-e', program.replace('$._config.alerts', `(import '${source}/alerts/lib/config.libsonnet')._config.alerts`)]);
  assert.strictEqual(result.code, 0, result.errors);
  return JSON.parse(result.output);
}
const plain = (groups) => groups.map((group) => ({ ...group, rules: group.rules.map(({ annotations, ...rule }) => rule) }));

// Of every release; what is their own has a test of its own.
const all = ['--set', 'prometheusRule.config.selector='];

test('the rules differ from alerts/ in their annotations and their selector alone', () => {
  const daemonset = ['-f', cases.find((file) => file.includes('daemonset'))];
  for (const objects of [render([...operator, ...all]), render([...daemonset, ...operator, ...all]), render(['--set', 'prometheusRule.enabled=true'])]) {
    assert.deepStrictEqual(plain(rulesOf(objects).groups), plain(original.groups));
    const names = (spec) => rules(spec).map((rule) => Object.keys(rule.annotations ?? {}).sort());
    assert.deepStrictEqual(names(rulesOf(objects)), names(original));
  }
});

const settings = {
  selector: 'namespace="apps",instance=~"a\\\\d+"',
  targetSelector: '',
  clusterLabels: ['cluster', 'region'],
  jobLabels: ['job'],
  instanceLabels: ['instance', 'node'],
  memory: '30m',
  availabilityTarget: 0.995,
  dashboards: { overview: 'o', healing: 'h', checks: 'c', internals: 'i' },
  grafanaUrl: "https://grafana.shop.example/it's/",
  healdUrl: 'https://{{ $labels.node }}.example/',
  alerts: {
    HealdCheckFailing: { for: '30m', severity: 'critical' },
    HealdDormant: { for: '1m' },
    HealdStormBrake: { for: '' },
    HealdBudgetNearlyUsed: { threshold: 0.95 },
    HealdRemedyIneffective: { window: '12h', threshold: 5 },
    HealdAbsent: { enabled: false },
    HealdProcessFlapping: { enabled: false },
    HealdProcessOrphaned: { enabled: false },
  },
};

test('the rules of a release see that release alone, by the labels that its ServiceMonitor gives it', () => {
  const same = (values, selector, config = {}) => {
    const spec = rulesOf(render(operator, { ...values, prometheusRule: { config } }));
    const wanted = [...mixin({ ...config, selector }, 'prometheusRules.groups'), ...mixin({ ...config, selector }, 'prometheusAlerts.groups')];
    assert.deepStrictEqual(plain(spec.groups), plain(wanted.filter((group) => group.rules.length > 0)));
    for (const rule of rules(spec)) {
      for (const [, matchers] of rule.expr.matchAll(/\b(?:heald_\w+|[a-z_]+:heald_\w+:\w+|up|ALERTS)\b(?:\{([^}]*)\})?/g)) assert.ok(matchers?.startsWith(selector), rule.expr);
    }
  };
  same({}, 'namespace="apps",instance="apps/shop-heald"');
  same({ kind: 'DaemonSet', store: { type: 'emptyDir' } }, 'namespace="apps",instance=~"shop-heald-[a-z0-9]+"');
  same({}, 'instance="apps/shop-heald"', { jobLabels: ['job'] });
});

test('in a crash loop one is told of logs, and not of a command in the pod', () => {
  for (const objects of [everything, render([...operator, '--set', 'kind=DaemonSet,store.type=emptyDir'])]) {
    const { description } = rules(rulesOf(objects)).find((rule) => rule.alert === 'HealdDown').annotations;
    assert.match(description, /`kubectl -n apps logs \S.* --previous --tail 50`/);
    assert.doesNotMatch(description, /exec/);
  }
});

test('what is set in the chart is set as in the mixin', () => {
  for (const config of [settings, { clusterLabels: [], selector: '' }]) {
    const spec = rulesOf(render(operator, { prometheusRule: { config } }));
    const wanted = [...mixin(config, 'prometheusRules.groups'), ...mixin(config, 'prometheusAlerts.groups')];
    const alerts = wanted.map((group) => group.rules.length).reduce((a, b) => a + b);
    assert.ok(alerts > 40, String(alerts));
    assert.deepStrictEqual(plain(spec.groups), plain(wanted.filter((group) => group.rules.length > 0)));
    withFile('rules.yml', yaml.stringify(spec), (file) => {
      const result = run('promtool', ['check', 'rules', file]);
      assert.strictEqual(result.code, 0, result.output + result.errors);
    });
    assert.doesNotMatch(JSON.stringify(spec), /<<|>>/);
  }
  const spec = rulesOf(render(operator, { prometheusRule: { config: settings } }));
  const failing = rules(spec).find((rule) => rule.alert === 'HealdCheckFailing');
  assert.strictEqual(failing.annotations.summary, '{{ $labels.check }} has been unhealthy for 30m or longer');
  assert.strictEqual(failing.annotations.admin_url, 'https://{{ $labels.node }}.example/');
  assert.match(failing.annotations.dashboard_url, /^https:\/\/grafana\.shop\.example\/it's\/d\/c\?/);
});

test('the routes are those of the mixin with the same settings', () => {
  for (const config of [{}, { clusterLabels: [] }, { clusterLabels: ['cluster', 'region'], instanceLabels: ['node'], alertmanager: { channel: "#it's" } }]) {
    const values = { alertmanager: { enabled: true }, slack: { existingSecret: 'there' }, prometheusRule: { config } };
    const own = {
      slackUrlFile: '/etc/alertmanager/secrets/there/url', templates: '/etc/alertmanager/config/heald.tmpl', channel: '#heald',
      criticalChannel: '#heald-critical', watchdogUrl: 'http://127.0.0.1:9096/heartbeat',
    };
    const { stringData } = only(render([], values), 'Secret', 'shop-heald-routes');
    const wanted = mixin({ ...config, alertmanager: { ...own, ...(config.alertmanager ? { channel: "#it''s" } : {}) } }, 'alertmanager');
    assert.deepStrictEqual(parse(stringData['alertmanager.yaml']), parse(wanted));
  }
});

test('a setting that is none is refused, and its like are named', () => {
  const refused = (config) => refusal({ prometheusRule: { enabled: true, config } });
  assert.match(refused({ selectors: '' }), /prometheusRule\.config\.selectors is no setting\. There are: .*selector, /);
  assert.match(refused({ alerts: { HealdDorment: {} } }), /there is no such alert\. There are: .*HealdDormant, /);
  assert.match(refused({ alerts: { HealdDormant: { after: '1m' } } }), /HealdDormant\.after is no setting\. There are: enabled, for, severity/);
  assert.match(refused({ clusterLabels: 'cluster' }), /prometheusRule\.config\.clusterLabels is a string, and has to be a slice/);
  assert.match(refused({ jobLabels: [] }), /prometheusRule\.config\.jobLabels is empty/);
});

test('Prometheus takes the rules', () => {
  for (const objects of [everything, render(['-f', cases.find((file) => file.includes('daemonset'))])]) {
    withFile('rules.yml', yaml.stringify(rulesOf(objects)), (file) => {
      const result = run('promtool', ['check', 'rules', file]);
      assert.strictEqual(result.code, 0, result.output + result.errors);
    });
  }
});

test('no example address is left where one was given', () => {
  const text = JSON.stringify(everything);
  for (const example of ['grafana.example.org', 'runbooks.example.org', 'heald.example.org']) {
    assert.ok(!text.includes(example), example);
  }
  const down = rules(rulesOf(everything)).find((rule) => rule.alert === 'HealdDown');
  assert.strictEqual(down.annotations.runbook_url, 'https://wiki.shop.example/heald/HealdDown.md');
  assert.match(down.annotations.dashboard_url, /^https:\/\/grafana\.shop\.example\/d\/heald-internals\?\{\{ range /);
  assert.strictEqual(down.annotations.admin_url, 'https://heald.shop.example/');
});

test('what an alert tells one to type works on Kubernetes: for a Deployment the workload, for a DaemonSet the pod', () => {
  const deployment = rules(rulesOf(everything));
  const daemonset = rules(rulesOf(render(['-f', cases.find((file) => file.includes('daemonset'))])));
  const dormant = (list) => list.find((rule) => rule.alert === 'HealdDormant').annotations.description;
  assert.match(dormant(deployment), /`kubectl -n apps exec deploy\/watcher-of-the-shop -- healdctl explain \{\{ \$governor \}\}`/);
  assert.match(dormant(daemonset), /`kubectl -n apps exec \{\{ \$labels.instance \}\} -- healdctl resume /);
  for (const { alert, annotations } of [...deployment, ...daemonset].filter((rule) => rule.alert)) {
    const text = Object.values(annotations ?? {}).join('\n');
    assert.doesNotMatch(text, /systemctl|journalctl|`healdctl|[Oo]n that host/, alert);
    for (const [, command] of text.matchAll(/`(kubectl[^`]*)`/g)) {
      assert.match(command, /^kubectl -n apps (exec \S.* -- healdctl|logs|get pods|rollout restart|scale|delete ds) ?/, alert);
    }
  }
});

test('Alertmanager takes the routes, with the address of Slack from the Secret', () => {
  const { stringData } = only(everything, 'Secret', 'watcher-of-the-shop-routes');
  const config = parse(stringData['alertmanager.yaml']);
  assert.strictEqual(config.global.slack_api_url_file, '/etc/alertmanager/secrets/watcher-of-the-shop-slack/url');
  const slack = only(everything, 'Secret', 'watcher-of-the-shop-slack');
  assert.strictEqual(Buffer.from(slack.data.url, 'base64').toString(), 'https://hooks.slack.example/services/T/B/x');
  assert.deepStrictEqual(config.templates, ['/etc/alertmanager/config/heald.tmpl']);
  assert.deepStrictEqual(config.receivers.flatMap((r) => r.slack_configs ?? []).map((c) => c.channel), ['#shop', '#shop-oncall']);
  assert.deepStrictEqual(config.receivers.flatMap((r) => r.webhook_configs ?? []).map((c) => c.url), ['https://deadmansswitch.example/x']);
  assert.strictEqual(stringData['heald.tmpl'].trim(), read('alerts/templates/heald.tmpl').trim());

  withFile('heald.tmpl', stringData['heald.tmpl'], (template, folder) => {
    const local = stringData['alertmanager.yaml'].replace('/etc/alertmanager/config', folder);
    fs.writeFileSync(path.join(folder, 'alertmanager.yml'), local);
    const result = run('amtool', ['check-config', path.join(folder, 'alertmanager.yml')]);
    assert.strictEqual(result.code, 0, result.output + result.errors);
    assert.match(result.output, /1 templates/);
  });
});

test('routes and inhibitions are those of alerts/', () => {
  const config = parse(only(everything, 'Secret', 'watcher-of-the-shop-routes').stringData['alertmanager.yaml']);
  const file = parse(read('alerts/alertmanager.yml'));
  assert.deepStrictEqual(config.route, file.route);
  assert.deepStrictEqual(config.inhibit_rules, file.inhibit_rules);
});

test('there is a ConfigMap for each dashboard, as Grafana reads it', () => {
  const files = fs.readdirSync(path.join(source, 'dashboards')).filter((name) => name.endsWith('.json'));
  assert.ok(files.length >= 4);
  for (const file of files) {
    const map = only(everything, 'ConfigMap', `watcher-of-the-shop-dashboard-${path.basename(file, '.json')}`);
    assert.strictEqual(map.metadata.labels.grafana_dashboard, '1');
    assert.strictEqual(map.metadata.annotations.grafana_folder, 'heald');
    const links = { grafana: 'https://grafana.shop.example', runbooks: 'https://wiki.shop.example/heald', heald: 'https://heald.shop.example' };
    let wanted = read(`dashboards/${file}`);
    for (const [name, address] of Object.entries(links)) wanted = wanted.replaceAll(`http://${name}.example.org`, address);
    assert.deepStrictEqual(JSON.parse(map.data[file]), JSON.parse(wanted), file);
  }
});
