// heald as a mixin: alerts, recording rules, Alertmanager's configuration and dashboards, as you configure them.
//
//   local heald = (import 'heald/mixin.libsonnet') + {
//     _config+:: { grafanaUrl: 'https://grafana.example.com', alerts+: { HealdCheckFailing+: { 'for': '30m' } } },
//   };
//   { 'heald.rules.json': std.manifestJson({ groups: heald.prometheusRules.groups + heald.prometheusAlerts.groups }) }
//
// Alerts need the recording rules. What can be set, with its defaults: alerts/lib/config.libsonnet, dashboards/source/config.libsonnet.
(import 'alerts/lib/config.libsonnet') + (import 'dashboards/source/config.libsonnet') + {
  local config = $._config,
  local address(url) = std.rstripChars(url, '/'),

  prometheusAlerts+:: {
    groups+: (import 'alerts/lib/alerts.libsonnet')(config),
  },

  prometheusRules+:: {
    groups+: (import 'alerts/lib/recording.libsonnet')(config),
  },

  // alertmanager.yml as a text.
  alertmanager:: (import 'alerts/lib/alertmanager.libsonnet')(config),

  grafanaDashboards+:: (import 'dashboards/source/dashboards.libsonnet')(config {
    grafanaUrl: address(config.grafanaUrl),
    runbookUrl: address(config.runbookUrl),
    // A page that differs from heald to heald is no link of a dashboard.
    healdUrl: if std.length(std.findSubstr('{{', config.healdUrl)) > 0 then 'http://heald.example.org' else address(config.healdUrl),
  }),
}
