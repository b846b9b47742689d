// What the manifests say, where being valid is not enough.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { cases, heald, none, only, operator, parse, render, template, workload } = require('./chart');

const caseOf = (name) => ['-f', cases.find((file) => file.includes(`/${name}-`))];
const pod = (objects) => workload(objects).spec.template.spec;
const volume = (objects, name) => pod(objects).volumes.find((v) => v.name === name);
const mount = (objects, name) => heald(objects).volumeMounts.find((m) => m.name === name);
const configOf = (objects) => only(objects, 'ConfigMap', 'shop-heald-config').data['heald.yml'];
const checksum = (objects) => workload(objects).spec.template.metadata.annotations['checksum/config'];

test('a Deployment has one pod, and the old one is gone before the new one begins', () => {
  const { spec } = only(render(), 'Deployment');
  assert.strictEqual(spec.replicas, 1);
  assert.deepStrictEqual(spec.strategy, { type: 'Recreate' });
});

test('replicas are ready when they act or stand by, so that one of them can be drained or replaced at any time', () => {
  const objects = render([...caseOf('replicas'), ...operator]);
  const { spec } = only(objects, 'Deployment');
  assert.strictEqual(spec.replicas, 2);
  assert.deepStrictEqual(spec.strategy, { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
  assert.strictEqual(heald(objects).readinessProbe.httpGet.path, '/-/ready?standby=ok');
  assert.strictEqual(only(objects, 'PodDisruptionBudget').spec.maxUnavailable, 1);
  none(objects, 'PersistentVolumeClaim');
  none(objects, 'Role');
  const term = pod(objects).affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm;
  assert.deepStrictEqual(term.labelSelector.matchLabels, spec.selector.matchLabels);
  assert.deepStrictEqual(heald(objects).env.find((one) => one.name === 'POD_IP').valueFrom, { fieldRef: { fieldPath: 'status.podIP' } });
  const labels = only(objects, 'ServiceMonitor').spec.endpoints[0].relabelings;
  assert.deepStrictEqual(labels.find((l) => l.targetLabel === 'instance').sourceLabels, ['__meta_kubernetes_pod_name']);
  const mine = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [] } };
  assert.deepStrictEqual(pod(render(caseOf('replicas'), { affinity: mine })).affinity, mine);
});

test('a DaemonSet has neither replicas nor a claim nor a disruption budget', () => {
  const objects = render(caseOf('daemonset'));
  const { spec } = only(objects, 'DaemonSet');
  assert.strictEqual(spec.replicas, undefined);
  assert.deepStrictEqual(volume(objects, 'store').emptyDir, { sizeLimit: '1Gi' });
  for (const kind of ['Deployment', 'PersistentVolumeClaim', 'PodDisruptionBudget']) none(objects, kind);
});

test('the probes ask the listener that Prometheus asks, which is open to the node', () => {
  const container = heald(render());
  const ports = { metrics: 9469 };
  for (const [probe, path] of [['startupProbe', '/-/healthy'], ['livenessProbe', '/-/healthy'], ['readinessProbe', '/-/ready']]) {
    assert.deepStrictEqual(container[probe].httpGet, { path, port: 'metrics' }, probe);
  }
  assert.deepStrictEqual(container.ports.map((port) => [port.name, port.containerPort]), Object.entries(ports));
  assert.ok(container.args.includes('--web.metrics-address=0.0.0.0:9469'));
  assert.ok(container.args.includes('--web.control-address=127.0.0.1:3001'));
});

test('with a Secret for the metrics listener probes, ServiceMonitor and helm test are over HTTPS', () => {
  const objects = render(operator, { tls: { metrics: { existingSecret: 'm' } } });
  const container = heald(objects);
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) assert.strictEqual(container[probe].httpGet.scheme, 'HTTPS', probe);
  assert.ok(container.args.includes('--web.config.file=/etc/heald-web/metrics.yml'));
  assert.ok(container.args.includes('--web.control-address=127.0.0.1:3001'), 'the other listener stays where it was');
  assert.deepStrictEqual(volume(objects, 'tls-metrics').secret.items.map((item) => item.key), ['tls.crt', 'tls.key']);
  assert.strictEqual(volume(objects, 'tls-metrics').secret.defaultMode, 0o440);
  const [endpoint] = only(objects, 'ServiceMonitor').spec.endpoints;
  assert.strictEqual(endpoint.scheme, 'https');
  assert.deepStrictEqual(endpoint.tlsConfig, { serverName: 'shop-heald.apps.svc', ca: { secret: { name: 'm', key: 'ca.crt' } } });
  const asks = parse(only(objects, 'ConfigMap', 'shop-heald-web').data['test.yml']);
  for (const { http } of asks.checks) assert.ok(http.url.startsWith('https://'));
  assert.deepStrictEqual(asks.check_defaults.http.tls_config, { server_name: 'shop-heald.apps.svc', ca_file: '/run/secrets/heald-tls-metrics/ca.crt' });
  // The system's CAs, and another name.
  const other = render(operator, { tls: { metrics: { existingSecret: 'm', caKey: '', serverName: 'x.example' } } });
  assert.deepStrictEqual(only(other, 'ServiceMonitor').spec.endpoints[0].tlsConfig, { serverName: 'x.example' });
  assert.deepStrictEqual(parse(only(other, 'ConfigMap', 'shop-heald-web').data['test.yml']).check_defaults.http.tls_config, { server_name: 'x.example' });
  // Without it nothing of this is there.
  assert.strictEqual(only(render(operator), 'ServiceMonitor').spec.endpoints[0].scheme, undefined);
  assert.ok(!render().some((o) => o.kind === 'ConfigMap' && o.metadata.name === 'shop-heald-web'));
});

test('with a Secret for the control plane other pods reach it, over TLS, and whom the policy names alone', () => {
  const values = { token: { create: true }, tls: { control: { existingSecret: 'c' } } };
  const objects = render([], values);
  const container = heald(objects);
  assert.ok(container.args.includes('--web.control-address=0.0.0.0:3001'));
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) assert.strictEqual(container[probe].httpGet.scheme, undefined, probe);
  assert.deepStrictEqual(container.ports.map((port) => port.name), ['metrics', 'control']);
  assert.deepStrictEqual(only(objects, 'Service').spec.ports.map((port) => [port.name, port.port, port.targetPort]), [['metrics', 9469, 'metrics'], ['control', 3001, 'control']]);
  assert.deepStrictEqual(parse(configOf(objects)).web, {
    control: { config_file: '/etc/heald-web/control.yml' },
    allowed_hosts: ['shop-heald', 'shop-heald.apps', 'shop-heald.apps.svc', 'shop-heald.apps.svc.cluster.local'],
  });
  const web = parse(only(objects, 'ConfigMap', 'shop-heald-web').data['control.yml']).tls_server_config;
  assert.deepStrictEqual(web, { cert_file: '/run/secrets/heald-tls-control/tls.crt', key_file: '/run/secrets/heald-tls-control/tls.key' });
  // healdctl in the pod goes by the socket.
  assert.strictEqual(container.env.find(({ name }) => name === 'RUNTIME_DIRECTORY').value, mount(objects, 'run').mountPath);
  // Closed by default: the port is named only together with whom it is for.
  const portsOf = (rendered) => only(rendered, 'NetworkPolicy').spec.ingress.map((rule) => rule.ports[0].port);
  assert.deepStrictEqual(portsOf(objects), [9469]);
  assert.deepStrictEqual(portsOf(render([], { ...values, networkPolicy: { controlFrom: [{ podSelector: {} }] } })), [9469, 3001]);
  assert.deepStrictEqual(portsOf(render()), [9469]);
  // Client certificates beside tokens.
  const both = render(caseOf('tls'));
  const asks = parse(both.find((o) => o.kind === 'ConfigMap' && o.data['control.yml']).data['control.yml']).tls_server_config;
  assert.strictEqual(asks.client_auth_type, 'VerifyClientCertIfGiven');
  assert.strictEqual(asks.client_ca_file, '/run/secrets/heald-tls-control/ca.crt');
  const { web: given } = parse(both.find((o) => o.kind === 'ConfigMap' && o.data['heald.yml']).data['heald.yml']);
  assert.deepStrictEqual(given.client_roles, [{ san: 'oncall.shop.example', role: 'operate' }]);
  assert.ok(given.allowed_hosts.includes('heald.shop.example') && given.tokens.length === 1);
});

test('the configuration is written as it was given, without Helm looking at it', () => {
  const text = '# mine\nremedies: [] # {{instance}} {{ .Values.x }} ${NAME}\n';
  assert.strictEqual(configOf(render([], { configFile: text })), text);
  const config = { checks: [{ name: 'a', exec: { command: ['{{ x }}', 'yes', '0755', '1e3', 'a: b'] } }], healing: { max_concurrent: 1000000 } };
  assert.deepStrictEqual(parse(configOf(render([], { config }))), config);
  assert.match(configOf(render([], { config })), /max_concurrent: 1000000\n/);
  assert.strictEqual(configOf(render()), '{}\n');
});

test('a changed configuration rolls the pods, and nothing else does', () => {
  const before = checksum(render([], { configFile: 'checks: []\n' }));
  assert.strictEqual(checksum(render([], { configFile: 'checks: []\n', service: { port: 80 } })), before);
  assert.notStrictEqual(checksum(render([], { configFile: 'checks: [] \n' })), before);
  assert.notStrictEqual(checksum(render([], { config: { healing: { mode: 'observe' } } })), checksum(render()));
});

test('what is rendered is the same each time: nothing changes by itself under Argo CD', () => {
  for (const args of [[], operator, ...cases.map((file) => ['-f', file])]) {
    const [first, second] = [template(args), template(args)];
    assert.strictEqual(first.code, 0, first.errors);
    assert.strictEqual(first.output, second.output, args.join(' '));
  }
});

test('heald notices a changed configuration by itself', () => {
  for (const objects of [render(), render(caseOf('existing'))]) assert.ok(heald(objects).args.includes('--config.watch'));
});

test('a configuration with secrets is in a Secret, also for the job before an upgrade, and readable for heald alone', () => {
  const objects = render([], { configFile: 'checks: []\n', configAsSecret: true });
  assert.deepStrictEqual(objects.filter((o) => o.kind === 'ConfigMap' && o.data['heald.yml']), []);
  for (const name of ['shop-heald-config', 'shop-heald-check']) {
    assert.strictEqual(Buffer.from(only(objects, 'Secret', name).data['heald.yml'], 'base64').toString(), 'checks: []\n');
  }
  const { secret } = volume(objects, 'config');
  assert.strictEqual(secret.secretName, 'shop-heald-config');
  assert.strictEqual(secret.defaultMode, 0o440);
  const [job] = only(objects, 'Job').spec.template.spec.volumes;
  assert.deepStrictEqual(job.secret, { secretName: 'shop-heald-check', defaultMode: 0o440 });
  const yours = render([], { existingConfigSecret: 'mine' });
  assert.strictEqual(volume(yours, 'config').secret.secretName, 'mine');
  none(yours, 'Job');
  assert.ok(!yours.some((o) => o.data?.['heald.yml']));
});

test('labels of yours are on every object and every pod, and in no selector', () => {
  const objects = render([...operator, '--set', 'commonLabels.team=shop,podLabels.team=pod,commonLabels.app\\.kubernetes\\.io/name=other']);
  for (const object of objects) {
    assert.strictEqual(object.metadata.labels.team, 'shop', `${object.kind} ${object.metadata.name}`);
    assert.strictEqual(object.metadata.labels['app.kubernetes.io/name'], 'heald');
  }
  assert.strictEqual(workload(objects).spec.template.metadata.labels.team, 'pod');
  assert.strictEqual(workload(render([], { commonLabels: { team: 'shop' } })).spec.template.metadata.labels.team, 'shop');
  assert.strictEqual(workload(objects).spec.selector.matchLabels.team, undefined);
});

test('knobs of the pod reach it', () => {
  const spread = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' };
  const objects = render([], {
    runtimeClassName: 'gvisor', dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.1'] }, topologySpreadConstraints: [spread],
    probes: { liveness: { periodSeconds: 30 } }, extraArgs: ['--log.other=1'], service: { type: 'NodePort' },
  });
  const spec = pod(objects);
  assert.strictEqual(spec.runtimeClassName, 'gvisor');
  assert.strictEqual(only(objects, 'Job').spec.template.spec.runtimeClassName, 'gvisor');
  assert.strictEqual(spec.dnsPolicy, 'None');
  assert.deepStrictEqual(spec.dnsConfig, { nameservers: ['192.0.2.1'] });
  assert.deepStrictEqual(spec.topologySpreadConstraints, [{ ...spread, labelSelector: workload(objects).spec.selector }]);
  const { periodSeconds, timeoutSeconds } = heald(objects).livenessProbe;
  assert.deepStrictEqual([periodSeconds, timeoutSeconds], [30, 5]);
  assert.strictEqual(heald(objects).args.at(-1), '--log.other=1');
  assert.strictEqual(only(objects, 'Service').spec.type, 'NodePort');
  assert.strictEqual(pod(render()).dnsPolicy, undefined);
  assert.strictEqual(pod(render(caseOf('host'))).dnsPolicy, 'ClusterFirstWithHostNet');
});

test('objects of yours are part of the release, texts among them as templates', () => {
  const own = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mine' }, data: { text: '{{instance}}' } };
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "heald.fullname" . }}-mine\n';
  const objects = render([], { extraManifests: [own, text] });
  assert.deepStrictEqual(only(objects, 'ConfigMap', 'mine'), own);
  only(objects, 'ConfigMap', 'shop-heald-mine');
});

test('a volume that ignores fsGroup is given to the user of heald, by a container that can do nothing else', () => {
  const values = { store: { type: 'hostPath', chown: true } };
  const [chown] = pod(render([], values)).initContainers;
  assert.deepStrictEqual(chown.command, ['/bin/chown', '-R', '10001:10001', '/var/lib/heald']);
  assert.deepStrictEqual(chown.volumeMounts, [{ name: 'store', mountPath: '/var/lib/heald' }]);
  assert.strictEqual(chown.securityContext.runAsNonRoot, false, 'the pod says otherwise');
  assert.strictEqual(volume(render([], values), 'store').hostPath.type, 'DirectoryOrCreate');
  const root = { ...values, podSecurityContext: { runAsUser: 0, runAsNonRoot: false } };
  assert.strictEqual(pod(render([], root)).initContainers, undefined, 'root needs nobody for it');
});

test('in the network of the node there is no policy that would be none', () => none(render(caseOf('host')), 'NetworkPolicy'));

test('a node without the worker of the host case is well', () => {
  const { checks } = parse(configOf(render(caseOf('host'))));
  assert.strictEqual(checks.find(({ name }) => name === 'workers').process.min, 0);
});

test('a ConfigMap of yours is mounted, and none is made', () => {
  const objects = render(caseOf('existing'));
  assert.strictEqual(volume(objects, 'config').configMap.name, 'my-heald');
  assert.ok(!objects.some((o) => o.kind === 'ConfigMap' && o.data['heald.yml']));
});

test('the token is 64 random characters, another one for each release', () => {
  const made = { token: { create: true } };
  const tokens = [render([], made), render([], made)].map((objects) => Buffer.from(only(objects, 'Secret').data.token, 'base64').toString());
  for (const token of tokens) assert.match(token, /^[A-Za-z0-9]{64}$/);
  assert.notStrictEqual(tokens[0], tokens[1]);
});

test('the token reaches heald and healdctl as a file that root and the group may read', () => {
  const objects = render([], { token: { create: true } });
  const container = heald(objects);
  assert.strictEqual(volume(objects, 'token').secret.defaultMode, 0o440);
  assert.strictEqual(pod(objects).securityContext.fsGroup, pod(objects).securityContext.runAsGroup);
  const file = `${mount(objects, 'token').mountPath}/token`;
  assert.ok(container.args.includes(`--web.token-file=${file}`));
  assert.strictEqual(container.env.find((e) => e.name === 'HEALD_TOKEN_FILE').value, file);
});

test('a Secret of yours is mounted under its own key, and none is made', () => {
  const objects = render(caseOf('existing'));
  assert.deepStrictEqual(volume(objects, 'token').secret.items, [{ key: 'control', path: 'token' }]);
  assert.strictEqual(volume(objects, 'token').secret.secretName, 'my-token');
  assert.deepStrictEqual(objects.filter((o) => o.kind === 'Secret').map((o) => o.metadata.name), ['shop-heald-routes']);
});

test('without a Secret heald makes its own token, in the store', () => {
  const objects = render(caseOf('text'));
  none(objects, 'Secret');
  assert.strictEqual(volume(objects, 'token'), undefined);
  assert.ok(!heald(objects).args.some((arg) => arg.includes('token')));
  assert.ok(!heald(objects).env.some((e) => e.name === 'HEALD_TOKEN_FILE'));
});

test('a heald that is root owns its token alone, and makes its folder on the node', () => {
  const objects = render([...caseOf('host'), '--set', 'token.create=true']);
  assert.strictEqual(volume(objects, 'token').secret.defaultMode, 0o400);
  assert.strictEqual(pod(objects).securityContext.fsGroup, undefined);
  assert.deepStrictEqual(volume(objects, 'store').hostPath, { path: '/var/lib/heald', type: 'DirectoryOrCreate' });
  const other = render([], { kind: 'DaemonSet', store: { type: 'hostPath' } });
  assert.strictEqual(volume(other, 'store').hostPath.type, 'Directory');
});

test('the claim outlives the release, unless it is not to', () => {
  const claim = only(render(), 'PersistentVolumeClaim');
  assert.strictEqual(claim.metadata.annotations['helm.sh/resource-policy'], 'keep');
  assert.strictEqual(claim.spec.storageClassName, undefined);
  const other = only(render(caseOf('everything')), 'PersistentVolumeClaim');
  assert.deepStrictEqual(other.metadata.annotations, { 'example.org/backup': 'yes' });
  assert.strictEqual(other.spec.storageClassName, 'fast');
});

test('the store is where heald looks for it, and nothing else can be written but /tmp', () => {
  const objects = render();
  assert.strictEqual(heald(objects).env.find((e) => e.name === 'STATE_DIRECTORY').value, mount(objects, 'store').mountPath);
  const writable = heald(objects).volumeMounts.filter((m) => !m.readOnly).map((m) => m.mountPath);
  assert.deepStrictEqual(writable, ['/var/lib/heald', '/tmp']);
});

test('no token of the Kubernetes API is in the pod, and no Role, until remedies need it', () => {
  const objects = render();
  assert.strictEqual(pod(objects).automountServiceAccountToken, false);
  assert.strictEqual(only(objects, 'ServiceAccount').automountServiceAccountToken, false);
  none(objects, 'Role');
  none(objects, 'RoleBinding');
});

test('what remedies may do is what was given, in this namespace, to this account', () => {
  const objects = render(caseOf('gateway'));
  assert.strictEqual(pod(objects).automountServiceAccountToken, true);
  const role = only(objects, 'Role');
  assert.deepStrictEqual(role.rules, [{ apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['gateway'], verbs: ['patch'] }]);
  const binding = only(objects, 'RoleBinding');
  assert.strictEqual(binding.roleRef.name, role.metadata.name);
  assert.deepStrictEqual(binding.subjects, [{ kind: 'ServiceAccount', name: pod(objects).serviceAccountName, namespace: 'apps' }]);
  for (const kind of ['ClusterRole', 'ClusterRoleBinding']) none(objects, kind);
});

test('the network policy is closed: the metrics port for those who are named, and no other port', () => {
  const byDefault = only(render(), 'NetworkPolicy').spec;
  assert.deepStrictEqual(byDefault.policyTypes, ['Ingress']);
  assert.strictEqual(byDefault.ingress.length, 1);
  assert.deepStrictEqual(byDefault.ingress[0].ports, [{ port: 9469, protocol: 'TCP' }]);
  assert.deepStrictEqual(byDefault.ingress[0].from.map((peer) => peer.podSelector.matchLabels['app.kubernetes.io/component']), ['test']);
  const closed = only(render(caseOf('everything')), 'NetworkPolicy').spec;
  assert.deepStrictEqual(closed.policyTypes, ['Ingress', 'Egress']);
  assert.strictEqual(closed.ingress[0].from.length, 2, 'the given peer, and helm test');
  assert.deepStrictEqual(closed.egress[0].ports.map(({ port, protocol }) => `${port}/${protocol}`), ['53/UDP', '53/TCP']);
  assert.strictEqual(closed.egress[1].ports[0].port, 8080);
});

test('tokens are mounted from their Secrets, readable for heald alone, and named in the configuration', () => {
  const objects = render(caseOf('gateway'));
  const { projected } = volume(objects, 'tokens');
  assert.strictEqual(projected.defaultMode, 0o440);
  assert.deepStrictEqual(projected.sources, [
    { secret: { name: 'heald-oncall', items: [{ key: 'token', path: 'oncall' }] } },
    { secret: { name: 'heald-backup', items: [{ key: 'value', path: 'backup' }] } },
  ]);
  const { mountPath, readOnly } = mount(objects, 'tokens');
  assert.strictEqual(readOnly, true);
  assert.deepStrictEqual(parse(configOf(objects)).web.tokens, [
    { name: 'oncall', role: 'operate', file: `${mountPath}/oncall` },
    { name: 'backup', role: 'permits', governors: ['backup'], file: `${mountPath}/backup` },
  ]);
  assert.strictEqual(volume(render(), 'tokens'), undefined);
  const root = { podSecurityContext: { runAsUser: 0, runAsNonRoot: false } };
  assert.strictEqual(volume(render(caseOf('gateway'), root), 'tokens').projected.defaultMode, 0o400);
});

test('the peer of helm test is the pod of helm test', () => {
  const objects = render(caseOf('everything'));
  const peer = only(objects, 'NetworkPolicy').spec.ingress[0].from[1].podSelector.matchLabels;
  const { labels } = only(objects, 'Pod').metadata;
  for (const [key, value] of Object.entries(peer)) assert.strictEqual(labels[key], value);
});

test('the disruption budget never holds up a drain', () => {
  const { spec } = only(render(), 'PodDisruptionBudget');
  assert.strictEqual(spec.maxUnavailable, 1);
  assert.strictEqual(spec.minAvailable, undefined);
});

test('Prometheus finds the Service by its labels and its port, as the job that the rules ask for', () => {
  for (const name of ['gateway', 'daemonset', 'everything']) {
    const objects = render([...caseOf(name), ...operator]);
    const service = only(objects, 'Service');
    const { spec } = only(objects, 'ServiceMonitor');
    for (const [key, value] of Object.entries(spec.selector.matchLabels)) assert.strictEqual(service.metadata.labels[key], value);
    assert.deepStrictEqual(spec.endpoints.map((e) => e.port), service.spec.ports.map((p) => p.name));
    assert.deepStrictEqual(spec.namespaceSelector.matchNames, [service.metadata.namespace]);
    assert.deepStrictEqual(spec.endpoints[0].relabelings[0], { targetLabel: 'job', replacement: 'heald' });
  }
});

test('of the operator only those objects are made that the cluster knows', () => {
  const cluster = (...kinds) => ['v1', 'v1/Pod', 'monitoring.coreos.com/v1', ...kinds].flatMap((api) => ['--api-versions', api]);
  const kind = (name) => `monitoring.coreos.com/v1/${name}`;
  const made = (args, values) => render(args, values).filter((o) => o.apiVersion === 'monitoring.coreos.com/v1').map((o) => o.kind);
  assert.deepStrictEqual(made(cluster(kind('ServiceMonitor'))), ['ServiceMonitor']);
  assert.deepStrictEqual(made(cluster(kind('PrometheusRule'))), ['PrometheusRule']);
  assert.deepStrictEqual(made(cluster()), []);
  assert.deepStrictEqual(made(cluster(), { serviceMonitor: { enabled: true } }), ['ServiceMonitor']);
  assert.deepStrictEqual(made(cluster(kind('ServiceMonitor')), { serviceMonitor: { enabled: false } }), []);
});

test('labels of yours cannot take the pod away from its selector', () => {
  const objects = render([], { podLabels: { 'app.kubernetes.io/component': 'x', team: 'shop' } });
  const { labels } = workload(objects).spec.template.metadata;
  assert.strictEqual(labels['app.kubernetes.io/component'], 'daemon');
  assert.strictEqual(labels.team, 'shop');
});

test('before an installation and an upgrade the configuration is read with the variables that heald will have', () => {
  const objects = render(caseOf('gateway'));
  const job = only(objects, 'Job');
  assert.strictEqual(job.metadata.annotations['helm.sh/hook'], 'pre-install,pre-upgrade');
  const map = only(objects, 'ConfigMap', job.spec.template.spec.volumes[0].configMap.name);
  assert.ok(Number(map.metadata.annotations['helm.sh/hook-weight']) < 0, 'the map is there before the job');
  assert.strictEqual(map.data['heald.yml'], configOf(objects));
  const names = (container) => container.env.map((one) => one.name);
  assert.deepStrictEqual(names(job.spec.template.spec.containers[0]), ['POD_IP', 'POD_NAMESPACE']);
  for (const name of ['POD_IP', 'POD_NAMESPACE']) assert.ok(names(heald(objects)).includes(name), name);
  none(render(['--set', 'configCheck.enabled=false']), 'Job');
});

