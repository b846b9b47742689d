// Rules, routes and inhibitions as YAML that people like to read.
{
  local this = self,
  scalar(value): if std.isString(value) then "'%s'" % std.strReplace(value, "'", "''") else std.toString(value),
  // Of names that need no quotes.
  map(object): '{%s}' % std.join(', ', ['%s: %s' % [key, object[key]] for key in std.objectFields(object)]),
  // A text of several lines keeps them.
  text(value, indent):
    local lines = std.split(value, '\n');
    if std.length(lines) > 1 then std.join('\n', ['|-'] + [indent + line for line in lines]) else this.scalar(value),

  // A group of rules, with its keys in the order in which people expect them.
  rule(rule):
    local kind = if std.objectHas(rule, 'alert') then 'alert' else 'record';
    std.join('\n', [
      '      - %s: %s' % [kind, rule[kind]],
      '        expr: ' + this.text(rule.expr, '          '),
    ] + [
      '        %s: %s' % [key, rule[key]]
      for key in ['for', 'keep_firing_for']
      if std.objectHas(rule, key)
    ] + (if std.objectHas(rule, 'labels') then ['        labels: ' + this.map(rule.labels)] else [])
      + (if std.objectHas(rule, 'annotations') then ['        annotations:'] + [
           '          %s: %s' % [key, this.text(rule.annotations[key], '            ')]
           for key in ['summary', 'description', 'impact', 'runbook_url', 'dashboard_url', 'admin_url']
         ] else [])),
  groups(groups):
    std.join('\n', ['groups:'] + std.flattenArrays([
      ['  - name: ' + group.name]
      + (if std.objectHas(group, 'interval') then ['    interval: ' + group.interval] else [])
      + ['    rules:'] + [this.rule(rule) for rule in group.rules]
      for group in groups
    ])) + '\n',
}
