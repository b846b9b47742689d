// heald as a mixin, over the files of alerts/ and dashboards/ as they are, with your addresses in them:
//
//   local heald = (import 'heald/mixin.libsonnet') + { _config+:: { grafanaUrl: 'https://grafana.example.com' } };
//   { 'heald.rules.json': std.manifestJson(heald.prometheusAlerts) }
{
  _config:: {
    // The job of heald in Prometheus.
    job: 'heald',
    // Where the links in alerts and dashboards lead: Grafana, docs/runbooks, heald's control listener.
    grafanaUrl: 'http://grafana.example.org',
    runbookUrl: 'http://runbooks.example.org',
    healdUrl: 'http://heald.example.org',
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

  grafanaDashboards+:: {
    'heald-overview.json': std.parseJson(placed(importstr 'dashboards/heald-overview.json')),
    'heald-healing.json': std.parseJson(placed(importstr 'dashboards/heald-healing.json')),
    'heald-checks.json': std.parseJson(placed(importstr 'dashboards/heald-checks.json')),
    'heald-internals.json': std.parseJson(placed(importstr 'dashboards/heald-internals.json')),
  },
}
