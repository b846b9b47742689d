// The plain files of alerts/, with every setting as it is by default: `scripts/alert-files`.
local heald = import '../../mixin.libsonnet';
{
  'heald.rules.yml': |||
    # Made by scripts/alert-files from alerts/lib: change it there, or set it (docs/monitoring.md).
    #
    # Rules about heald, for Prometheus: `rule_files: [heald.rules.yml]`. They find heald by what it exposes, whatever its job is
    # called. The first groups record what the alerts and dashboards ask for; a page for each alert is in docs/runbooks, and a case
    # that fires and one that does not in heald.rules_test.yml.
    #
    # Severity: critical wants a human now, warning in working hours, info is worth knowing; none goes to no human.
  ||| + (import 'yaml.libsonnet').groups(heald.prometheusRules.groups + heald.prometheusAlerts.groups),
  'alertmanager.yml': heald.alertmanager,
}
