// The recording rules. What is told of days is made of hours, as those who look at 500 hosts for a month do not want to wait.
function(config)
  local q = (import 'promql.libsonnet')(config);
  local windows = ['1d', '7d', '30d'];
  local rule(record, expr) = { record: record, expr: q.lines(expr) };
  local jobSum(name, window, more='', matchers='') =
    'sum %s (increase(%s[%s]))' % [q.byJob(more), q.series(name, matchers), window];
  // The hours of a window, added up.
  local hours(record, window, matchers='') = 'sum_over_time(%s[%s:1h])' % [q.series(record, matchers), window];

  [
    {
      name: 'heald-targets',
      rules: [
        // A target that has exposed heald_build_info is a heald, as long as it is a target, and whatever its job is called.
        rule('instance:heald_up:last', |||
          %(up)s and %(on)s (%(info)s or last_over_time(%(last)s[%(memory)s]))
          or max %(by)s (%(info)s)
        ||| % {
          up: q.max('up'),
          on: q.on(),
          by: q.by(),
          info: q.series('heald_build_info'),
          last: q.up,
          memory: config.memory,
        }),
      ],
    },
    {
      name: 'heald-statistics-of-healing',
      interval: config.recordingInterval,
      rules: [
        rule('instance_remedy:heald_healing_successes:increase1h',
             'sum %s (increase(%s[1h]))' % [q.by('remedy, governor'), q.series('heald_healing_successes_total')]),
        rule('instance_remedy:heald_healing_successes:increase7d', hours('instance_remedy:heald_healing_successes:increase1h', '7d')),
        rule('job:heald_healing_attempts:increase1h', jobSum('heald_healing_attempts_total', '1h')),
        rule('job:heald_healing_successes:increase1h', jobSum('heald_healing_successes_total', '1h')),
      ] + [
        rule('job:heald_healing_success:ratio' + window, '%s / (%s > 0)' % [
          hours('job:heald_healing_successes:increase1h', window),
          hours('job:heald_healing_attempts:increase1h', window),
        ])
        for window in windows
      ] + [
        // What ended them, and how many of all were healed or went away without a human.
        rule('job:heald_incidents:increase1h', jobSum('heald_incidents_total', '1h', 'ended_by')),
      ] + [
        rule('job:heald_incidents_without_human:ratio' + window, 'sum %s (%s) / (sum %s (%s) > 0)' % [
          q.byJob(),
          hours('job:heald_incidents:increase1h', window, 'ended_by!="human"'),
          q.byJob(),
          hours('job:heald_incidents:increase1h', window),
        ])
        for window in windows
      ] + [
        rule('job_kind:heald_time_to_heal_seconds_bucket:increase1h', jobSum('heald_time_to_heal_seconds_bucket', '1h', 'kind, le')),
      ] + [
        rule('job_kind:heald_time_to_heal_seconds:p%d_7d' % percent, 'histogram_quantile(%s, %s)' % [
          q.text(percent / 100),
          hours('job_kind:heald_time_to_heal_seconds_bucket:increase1h', '7d'),
        ])
        for percent in [50, 90]
      ],
    },
    {
      name: 'heald-statistics-of-checks',
      interval: config.recordingInterval,
      local unhealthy = 'instance_check:heald_check_unhealthy:ratio_rate1h',
      local ratio(window) = 'clamp_max(max %s (rate(%s[%s])), 1)' % [
        q.by('check'),
        q.series('heald_check_unhealthy_seconds_total'),
        window,
      ],
      local mean(window, step) = 'avg_over_time(%s[%s:%s])' % [q.series(unhealthy), window, step],
      local burn(window, share) = rule('instance_check:heald_check_error_budget:burnrate' + window,
                                       '%s / (1 - %s)' % [share, q.text(config.availabilityTarget)]),
      rules: [rule(unhealthy, ratio('1h'))] + [
        // Of the hours in which heald was there to see; of a young check, the last one.
        rule('instance_check:heald_check_availability:ratio' + window, '(1 - %s) or (1 - %s)' % [mean(window, '1h'), q.series(unhealthy)])
        for window in windows
      ] + [
        burn('5m', ratio('5m')),
        burn('1h', q.series(unhealthy)),
        burn('6h', mean('6h', '30m')),
      ],
    },
  ]
