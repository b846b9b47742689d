// Words for PromQL: what every expression about heald is made of.
function(config) {
  assert std.length(config.jobLabels) > 0 : 'jobLabels is empty: at least one label has to tell jobs apart (example: ["job"])',
  assert std.length(config.instanceLabels) > 0 : 'instanceLabels is empty: at least one label has to tell healds apart (example: ["instance"])',
  local this = self,
  local joined(lists) = std.join(', ', std.flattenArrays(lists)),
  local plus(labels, more) = if more == '' then labels else labels + ', ' + more,

  // The labels of one heald, and of healds that belong together.
  id: joined([config.clusterLabels, config.jobLabels, config.instanceLabels]),
  job: joined([config.clusterLabels, config.jobLabels]),

  // An expression of several lines, without those that are empty.
  lines(expr): std.join('\n', [line for line in std.split(expr, '\n') if line != '']),

  // A number or a duration as it is written in PromQL.
  text(value): if std.isNumber(value) then '%g' % value else value,

  // series('heald_dormant', 'a="b"') is heald_dormant{a="b"}, with the selector.
  series(name, matchers=''):
    local all = std.join(',', [m for m in [config.selector, matchers] if m != '']);
    if all == '' then name else '%s{%s}' % [name, all],

  // by('governor') is `by (cluster, namespace, job, instance, governor)`.
  by(more=''): 'by (%s)' % plus(this.id, more),
  on(more=''): 'on (%s)' % plus(this.id, more),
  byJob(more=''): 'by (%s)' % plus(this.job, more),

  // One sample for each heald and whatever `more` names, however else its target is labelled.
  max(name, more='', matchers=''): 'max %s (%s)' % [this.by(more), this.series(name, matchers)],
  // How many events there were.
  count(name, window, more='', matchers=''):
    'round(sum %s (increase(%s[%s])))' % [this.by(more), this.series(name, matchers), window],

  // 0 while a heald that was seen cannot be scraped, 1 while it can. It may be an evaluation late, so what is urgent asks `up` itself.
  up: this.series('instance:heald_up:last'),
  // Whatever is a heald now, or was one.
  healds: '(%s or last_over_time(%s[%s]) or %s)' % [this.series('heald_build_info'), this.up, config.memory, this.targets],
  // The targets that are healds by definition. Nothing has no job.
  targets: this.series('up', if config.targetSelector == '' then 'job=""' else config.targetSelector),

  // What is wrong with a heald goes on while that heald is not seen: ALERTS says that it was wrong, and nothing says that it is over.
  // It ends when the heald is seen without it, or has been no target any more for longer than it is remembered.
  // `states` says whether one that only waits (`for`) goes on waiting too: right for what heald itself keeps, whether it runs or not.
  held(alert, more='', states='firing'):
    'max %s (%s) unless %s %s and %s last_over_time(%s[%s])' % [
      this.by(more),
      this.series('ALERTS', 'alertname="%s",alertstate%s' % [alert, if states == 'firing' then '="firing"' else '=~"firing|pending"']),
      this.on(),
      this.series('heald_build_info'),
      this.on(),
      this.up,
      config.memory,
    ],
}
