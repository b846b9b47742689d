// Wrong values are refused before anything is installed, with a sentence that says what would be right.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { parse, refusal, template, whereThereIs } = require('./chart');

const refused = (name, values, message, args) =>
  test(`refused: ${name}`, () => {
    const said = refusal(values, args);
    assert.match(said, message);
  });

refused('an unknown key', { replicaCount: 2 }, /Additional property replicaCount is not allowed/);
for (const [where, values] of Object.entries({
  image: { image: { repo: 'x' } },
  store: { store: { sice: '1Gi' } },
  token: { token: { secret: 'x' } },
  configCheck: { configCheck: { enable: true } },
  networkPolicy: { networkPolicy: { from: [] } },
  'podSecurityContext.seccompProfile': { podSecurityContext: { seccompProfile: { typ: 'RuntimeDefault' } } },
  'securityContext.capabilities': { securityContext: { capabilities: { keep: ['ALL'] } } },
  resources: { resources: { request: {} } },
  'tolerations.0': { tolerations: [{ operators: 'Exists' }] },
  'rbac.rules.0': { rbac: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'], verb: ['x'] }] } },
  'env.0': { env: [{ name: 'A', values: 'b' }] },
})) {
  refused(`an unknown key in ${where}`, values, new RegExp(`${where}: Additional property \\w+ is not allowed`));
}

refused('another kind', { kind: 'StatefulSet' }, /kind: kind must be one of the following: "Deployment", "DaemonSet"/);
refused('a number as a text', { replicas: '1' }, /replicas: Invalid type. Expected: integer, given: string/);
refused('a text as a boolean', { networkPolicy: { enabled: 'yes' } }, /networkPolicy.enabled: Invalid type. Expected: boolean/);
refused('a port that is none', { service: { port: 70000 } }, /service.port: Must be less than or equal to 65535/);
refused('a size that is none', { store: { size: '1 GB' } }, /store.size: Does not match pattern/);
refused('a log level that is none', { log: { level: 'verbose' } }, /log.level must be one of the following/);
refused('an image with its tag in it', { image: { repository: 'heald:0.1' } }, /image.repository: Does not match pattern/);
refused('a digest that is none', { image: { digest: 'sha256:12' } }, /image.digest: Does not match pattern/);
refused('a link with a quote in it', { links: { grafana: "http://x/'" } }, /links.grafana: Does not match pattern/);
refused('a host path that climbs', { store: { hostPath: '/var/lib/../..' } }, /store.hostPath: Does not match pattern/);
refused('the root as host path', { store: { hostPath: '/' } }, /store.hostPath: Does not match pattern/);
refused('a toleration effect that is none', { tolerations: [{ effect: 'NoStart' }] }, /tolerations.0.effect must be one of/);
refused('an empty peer, which would be everybody', { networkPolicy: { metricsFrom: [{}] } }, /metricsFrom.0: Must have at least 1 properties/);

refused('two replicas', { replicas: 2 }, /replicas: 2 needs store.etcd in the configuration: the store \(SQLite\) has one owner.*kind: DaemonSet/);
const etcd = { store: { etcd: { endpoints: ['http://etcd:2379'] } } };
refused('two replicas with one volume', { replicas: 2, config: etcd }, /replicas: 2 needs store.type: emptyDir, and it is pvc: .* one volume cannot hold/);
refused('two replicas without etcd in a text', { replicas: 2, configFile: 'checks: []' }, /replicas: 2 needs store.etcd/);
refused('two replicas on the volume of a node', { replicas: 2, config: etcd, store: { type: 'hostPath' } }, /needs store.type: emptyDir, and it is hostPath/);
refused('replicas of a DaemonSet', { kind: 'DaemonSet', replicas: 0, store: { type: 'emptyDir' } }, /replicas is for kind: Deployment/);
refused('a DaemonSet with one claim', { kind: 'DaemonSet' }, /store.type: pvc: one claim cannot serve every node. Use store.type: hostPath .* or emptyDir/);
refused('a DaemonSet with a claim of yours', { kind: 'DaemonSet', store: { existingClaim: 'mine' } }, /one claim cannot serve every node/);
refused('a claim that is not used', { store: { type: 'emptyDir', existingClaim: 'mine' } }, /store.existingClaim needs store.type: pvc, and it is emptyDir/);
refused('two configurations', { config: { checks: [] }, existingConfigMap: 'mine' }, /several configurations: config, existingConfigMap/);
refused('a ConfigMap and a Secret with a configuration', { existingConfigMap: 'a', existingConfigSecret: 'b' }, /several configurations: existingConfigMap, existingConfigSecret/);
refused('a Secret for what is in a ConfigMap of yours', { existingConfigMap: 'a', configAsSecret: true }, /configAsSecret is for config and configFile/);
refused('arguments that the chart gives', { extraArgs: ['--web.control-address=0.0.0.0:3001'] }, /extraArgs: --web.control-address=\S+ is the chart's own/);
refused('arguments that are none', { extraArgs: ['serve'] }, /extraArgs.0: Does not match pattern/);
refused('a probe with a key that is none', { probes: { liveness: { period: 1 } } }, /probes.liveness: Additional property period is not allowed/);
refused('a policy where none is in force', { hostNetwork: true, networkPolicy: { metricsFrom: [{ podSelector: {} }] } }, /no network policy is in force/);
refused('a store for nobody', { store: { chown: true }, podSecurityContext: { runAsUser: null } }, /set both there, as numbers/);
refused('a configuration that is no YAML', { configFile: 'checks: [' }, /configFile is not YAML/);
const token = { name: 'ci', role: 'read', existingSecret: 'mine' };
const control = { control: { existingSecret: 'c' } };
refused('TLS of the control plane beside a configuration that it cannot be written into', { tls: control, configFile: 'checks: []' }, /name a web configuration as web.control.config_file/);
refused('TLS of the control plane in two places', { tls: control, config: { web: { control: {} } } }, /config.web.control are both there/);
refused('a control plane that nobody has a credential for', { tls: control, token: { create: false } }, /needs a credential/);
refused('peers of a control plane that nobody can reach', { networkPolicy: { controlFrom: [{ podSelector: {} }] } }, /needs tls.control.existingSecret/);
refused('a Secret whose name is none', { tls: { metrics: { existingSecret: 'A_b' } } }, /tls.metrics.existingSecret/);
refused('a role that is none', { tokens: [{ ...token, role: 'boss' }] }, /tokens.0.role must be one of the following/);
refused('a token without a Secret', { tokens: [{ name: 'ci', role: 'read' }] }, /existingSecret is required/);
refused('tokens beside a configuration that they cannot be written into', { tokens: [token], configFile: 'checks: []' }, /name them as web.tokens/);
refused('tokens in two places', { tokens: [token], config: { web: { tokens: [] } } }, /config.web.tokens are both there/);
refused('two tokens of one name', { tokens: [token, token] }, /tokens\[1\].name: "ci" is taken/);
refused('permits of nobody', { tokens: [{ ...token, role: 'permits' }] }, /governors belong to the role permits/);
refused('governors of a reader', { tokens: [{ ...token, governors: ['a'] }] }, /governors belong to the role permits/);
refused('two Slack addresses', { slack: { url: 'https://hooks.example/x', existingSecret: 'mine' } }, /slack.url and slack.existingSecret are both there/);
refused('routes that lead nowhere', { alertmanager: { enabled: true } }, /set slack.url or slack.existingSecret/);
for (const [key, rule] of Object.entries({
  apiGroups: { apiGroups: ['*'], resources: ['pods'], verbs: ['get'] },
  resources: { apiGroups: [''], resources: ['pods', '*'], verbs: ['get'] },
  verbs: { apiGroups: [''], resources: ['pods'], verbs: ['*'] },
})) {
  refused(`a Role for everything (${key})`, { rbac: { rules: [rule] } }, new RegExp(`rbac.rules\\[0\\].${key} holds "\\*"`));
}
refused(
  'a Role for the account of all pods',
  { rbac: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }, serviceAccount: { create: false } },
  /given to the account "default"/,
);
refused('root that must not be root', { podSecurityContext: { runAsUser: 0 } }, /runAsUser: 0 is root, and runAsNonRoot: true forbids it/);
refused('root by the container alone', { securityContext: { runAsUser: 0 } }, /runAsUser: 0 is root/);
refused('a name that a Service must not have', { fullnameOverride: '1st' }, /begins with a digit, which a Service must not: set fullnameOverride/);
refused('an access mode that the version has not', { store: { accessMode: 'ReadWriteOncePod' } }, /needs Kubernetes 1.22 or later, and this is v1.21/, ['--kube-version', '1.21.0']);
refused('an older Kubernetes', {}, /chart requires kubeVersion: >=1.20.0-0/, ['--kube-version', '1.19.16']);

test('taken: a Kubernetes with a vendor in its version', () => {
  for (const version of ['v1.20.15-gke.300', 'v1.33.1+k3s1', 'v1.36.0-eks-abc']) {
    const result = template(['--kube-version', version]);
    assert.strictEqual(result.code, 0, result.errors);
  }
});

test('taken: what an umbrella chart adds', () => {
  assert.strictEqual(template([], { global: { team: 'shop' } }).code, 0);
});

// A release that changed its kind and was rolled back left two healds behind, each with a store of its own.
const onClaim = { spec: { template: { spec: { volumes: [{ name: 'tmp', emptyDir: {} }, { name: 'store', persistentVolumeClaim: { claimName: 'shop-heald-store' } }] } } } };
const emptied = ['--set', 'kind=DaemonSet,store.type=emptyDir'];

test('refused: an upgrade that changes the kind, with the way to do it', () => {
  const said = whereThereIs({ Deployment: onClaim }, ['--is-upgrade', ...emptied]);
  assert.notStrictEqual(said.code, 0);
  assert.match(said.errors, /kind: DaemonSet is refused, as this release runs as a Deployment.*helm -n apps uninstall shop/);
  assert.match(whereThereIs({ DaemonSet: onClaim }, ['--is-upgrade']).errors, /kind: Deployment is refused, as this release runs as a DaemonSet/);
});

test('refused: an upgrade that leaves the claim with the state', () => {
  const said = whereThereIs({ Deployment: onClaim }, ['--is-upgrade', '--set', 'store.type=emptyDir']);
  assert.match(said.errors, /store.type: emptyDir is refused, as this release has its state on the claim shop-heald-store: .*uninstall/);
});

test('refused: an upgrade that leaves its own claim for one of yours', () => {
  const said = whereThereIs({ Deployment: onClaim }, ['--is-upgrade', '--set', 'store.existingClaim=mine']);
  assert.match(said.errors, /store.existingClaim: mine is refused, as this release has its state on its own claim shop-heald-store: .*uninstall/);
  const yours = JSON.parse(JSON.stringify(onClaim).replace('shop-heald-store', 'mine'));
  assert.strictEqual(whereThereIs({ Deployment: yours }, ['--is-upgrade', '--set', 'store.existingClaim=mine']).code, 0);
});

test('taken: an upgrade that changes neither, and an installation', () => {
  assert.strictEqual(whereThereIs({ Deployment: onClaim }, ['--is-upgrade']).code, 0);
  assert.strictEqual(whereThereIs({ DaemonSet: onClaim }, ['--is-upgrade', ...emptied]).code, 0);
  assert.strictEqual(whereThereIs({ Deployment: onClaim }, emptied).code, 0);
});

test('taken: a configuration whose first line is indented', () => {
  const result = template(['--show-only', 'templates/config.yaml'], { configFile: '  checks: []\n  remedies: []\n' });
  assert.strictEqual(result.code, 0, result.errors);
  assert.strictEqual(parse(result.output).data['heald.yml'], '  checks: []\n  remedies: []\n');
});
