// The dashboards by file, for the _config of the mixin.
function(config)
  local k = (import 'kit.libsonnet')(config {
    dashboardTitles: {
      'heald-overview': 'heald / Fleet',
      'heald-host': 'heald / One host',
      'heald-healing': 'heald / Healing and breakers',
      'heald-checks': 'heald / Checks and processes',
      'heald-internals': 'heald / Internals',
    },
  });
  {
    [dashboard.uid + '.json']: dashboard
    for dashboard in [
      (import 'overview.libsonnet')(k),
      (import 'host.libsonnet')(k),
      (import 'healing.libsonnet')(k),
      (import 'checks.libsonnet')(k),
      (import 'internals.libsonnet')(k),
    ]
  }
