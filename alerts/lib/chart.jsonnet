// What the chart fills in with its values, as Helm does not know jsonnet: rules and routes in which every setting is its name between
// << and >>, and the settings. `scripts/chart-files` puts them there; a test compares what comes out with the mixin.
local heald = import '../../mixin.libsonnet';
local blank(value, path) =
  if std.isObject(value) then { [key]: blank(value[key], if path == '' then key else path + '.' + key) for key in std.objectFields(value) }
  else if std.isArray(value) then ['<<%s>>' % path]
  else if std.isBoolean(value) then value
  else '<<%s>>' % path;
// Of the settings those that rules and routes have: dashboards have some of their own.
local settings = (import 'config.libsonnet')._config;
local blanks = heald { _config:: blank(settings, '') };
{
  'rules.json': std.manifestJsonEx({ groups: blanks.prometheusRules.groups + blanks.prometheusAlerts.groups }, '  ') + '\n',
  'settings.json': std.manifestJsonEx(settings, '  ') + '\n',
  'alertmanager.yml': blanks.alertmanager,
}
