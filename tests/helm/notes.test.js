// What Helm says after an installation: what to type next, and what to beware of.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { cases, notes, operator } = require('./chart');

const of = (name, args = []) => notes(['-f', cases.find((file) => file.includes(`/${name}-`)), ...args]);

test('they say what to type, for a Deployment', () => {
  const text = notes();
  for (const command of [
    'kubectl -n apps rollout status deploy/shop-heald',
    'helm -n apps test shop',
    'kubectl -n apps exec deploy/shop-heald -- healdctl status',
    'kubectl -n apps port-forward deploy/shop-heald 3001',
    'kubectl -n apps exec deploy/shop-heald -- cat /var/lib/heald/control.token',
    'http://shop-heald.apps.svc:9469/metrics',
  ]) {
    assert.ok(text.includes(command), `${command} is not in:\n${text}`);
  }
  const secret = `kubectl -n apps get secret shop-heald-token -o go-template='{{index .data "token" | base64decode}}'`;
  assert.ok(notes(['--set', 'token.create=true']).includes(secret));
  assert.match(text, /It watches nothing yet/);
  assert.doesNotMatch(text, /WARNING|POD|Alertmanager/);
});

test('they say which pod is on which node, for a DaemonSet, and that its state is lost with a pod', () => {
  const text = of('daemonset');
  assert.match(text, /rollout status ds\/shop-heald/);
  assert.match(text, /get pods -o wide -l app.kubernetes.io\/instance=shop,app.kubernetes.io\/component=daemon/);
  assert.match(text, /exec POD -- healdctl status/);
  assert.match(text, /`helm --wait` does not wait for the last pod of a DaemonSet/);
  assert.match(of('host'), /no network policy is in force: whoever reaches the node reaches the port 9469/);
  assert.match(text, /WARNING: store.type is emptyDir/);
  assert.doesNotMatch(of('host'), /WARNING/);
});

test('they say what is missing: a ServiceMonitor, addresses, a configuration', () => {
  assert.match(notes(), /There is no ServiceMonitor/);
  assert.doesNotMatch(notes(operator), /There is no ServiceMonitor/);
  assert.match(notes(), /policy lets nobody scrape it yet/);
  assert.doesNotMatch(of('everything'), /lets nobody scrape/);
  assert.match(notes(operator), /links of the alerts lead to example.org/);
  assert.doesNotMatch(of('everything'), /example.org|watches nothing/);
  assert.match(of('existing'), /A change of my-heald reaches the pod/);
  assert.match(of('least'), /replicas is 0/);
  assert.doesNotMatch(of('least'), /get secret/);
});

test('they say how Alertmanager gets its routes', () => {
  assert.match(of('everything'), /configSecret: watcher-of-the-shop-routes\n  secrets: \[watcher-of-the-shop-slack\]/);
  assert.match(of('existing'), /secrets: \[my-slack\]/);
});
