// heald as a mixin: the files of alerts/ as they are, and the dashboards from their source, with your addresses in them:
//
//   local heald = (import 'heald/mixin.libsonnet') + { _config+:: { grafanaUrl: 'https://grafana.example.com' } };
//   { 'heald.rules.json': std.manifestJson(heald.prometheusAlerts) }
(import 'dashboards/source/config.libsonnet') + {
  _config+:: {
    // The job of heald in Prometheus.
    job: 'heald',
    // Where the links in alerts and dashboards lead: Grafana, docs/runbooks, heald's control listener.
    grafanaUrl: 'http://grafana.example.org',
    runbookUrl: 'http://runbooks.example.org',
    healdUrl: 'http://heald.example.org',
    // More matchers for every series in the dashboards, as `namespace="apps"`.
    selector: '',
    // What tells healds apart: labels of their targets, and external labels of Prometheus. One that a series does not have does no harm.
    clusterLabels: ['cluster'],
    jobLabels: ['namespace', 'job'],
    instanceLabels: ['instance'],
  },

  local config = $._config,
  local replace(text, pairs) = std.foldl(function(t, pair) std.strReplace(t, pair[0], pair[1]), pairs, text),
  local placed(text) = replace(text, [
    ['job="heald"', 'job="%s"' % config.job],
    ['http://grafana.example.org', config.grafanaUrl],
    ['http://runbooks.example.org', config.runbookUrl],
    ['http://heald.example.org', config.healdUrl],
  ]),

  prometheusAlerts+:: {
    groups+: std.parseYaml(placed(importstr 'alerts/heald.rules.yml')).groups,
  },

  prometheusRules+:: { groups+: [] },

  grafanaDashboards+:: (import 'dashboards/source/dashboards.libsonnet')(config),
}
