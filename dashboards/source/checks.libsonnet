// What detection sees.
local words = import 'words.libsonnet';

function(k)
  // One series for each check, and not one for each health.
  local notHealthy = k.ofTeam('check', '1 - avg_over_time(heald_check_health{S,C,health="healthy"}[$__range] @ end()) > 0', ' @ end()');
  // Of processes, of which there may be none.
  local process(metric) = k.greatest(10, 'H, process', '%s{S,P}' % metric, '%s{S,P} @ end()' % metric);
  local orNone(text) = '(%s) or on () label_replace(vector(0), "process", "no process is watched", "", "")' % text;
  local processes(title, description, metric, options={}) =
    k.lines(title, description + ' The ten processes with most.', [{ expr: orNone(process(metric)), legend: '{{process}} ' + k.labels.instance }], { w: 8 } + options);

  k.dashboard(
    'heald-checks',
    'What detection sees: which checks are not healthy and since when, which change all the time, whether they keep their time; and the processes that are watched.',
    ['check', 'team'],
    k.annotations('J, governor', k.labels.job),
    [
      k.row('', [
        k.table('Not healthy', 'Checks that are not healthy, and since when their last result has been what it is; the longest first, 100 at most.',
                'bottomk(100, 1000 * %s)' % k.withTeam('check', 'max by (H, check, health) ((heald_check_health{S,C,health!="healthy"} == 1) * on (H, check) group_left () (heald_check_status_since_timestamp_seconds{S,C} > 0))'),
                [k.since(), { field: 'check', title: 'Check' }, k.hostColumn] + k.placeColumns + [k.teamColumn, {
                  field: 'health',
                  title: 'Health',
                  width: 110,
                  more: [
                    { id: 'custom.cellOptions', value: { type: 'color-text' } },
                    { id: 'mappings', value: [{
                      type: 'value',
                      options: { [words.healths[i][0]]: { text: words.healths[i][0], color: words.healths[i][1], index: i } for i in [1, 2, 3] },
                    }] },
                  ],
                }],
                { none: 'Every check is healthy', runbook: 'HealdCheckFailing' }),
        k.ranking('Least available', 'Part of the time range in which a check was unhealthy; the ten worst.',
                  'topk(10, %s > 0)' % k.ofTeam('check', 'avg_over_time(heald_check_health{S,C,health="unhealthy"}[$__range])'), '{{check}} ' + k.labels.instance, {
                    w: 6,
                    unit: 'percentunit',
                    thresholds: k.steps([['blue'], ['orange', 0.05]]),
                    defaults: { max: 1, noValue: 'No check was unhealthy' },
                  }),
        k.ranking('Most changes', 'How often the result of a check has changed within the time range; the ten that changed most.',
                  'topk(10, %s > 0)' % k.ofTeam('check', 'changes(heald_check_status_since_timestamp_seconds{S,C}[$__range])'), '{{check}} ' + k.labels.instance, {
                    w: 6,
                    thresholds: k.steps([['blue'], ['orange', 10]]),
                    defaults: { noValue: 'No result has changed' },
                  }),
      ], 10),
      k.row('', [
        k.timeline('Health', 'When checks were not healthy: the twenty that were so longest. A gap is healthy. Unhealthy is what remedies act upon; unknown starts nothing.',
                   k.greatest(20, 'H, check', k.notFirst('H, check', 'heald_check_health', 'S,C', 'health', [word[0] for word in words.healths]), notHealthy),
                   '{{check}} ' + k.labels.instance, words.healths, { none: 'Every check was healthy', runbook: 'HealdCheckFailing' }),
      ], 12),
      k.row('Runs', [
        k.areas('Checks that are not healthy', 'What the last results amount to, counted. Unknown: the last run could not tell.', [
          { expr: 'sum by (health) (%s) or label_replace(vector(0), "health", "unhealthy", "", "")' % k.ofTeam('check', 'heald_check_health{S,C,health!="healthy"} == 1'), legend: '{{health}}' },
        ], { w: 8, interval: '10m', points: 24, colors: words.healthColors, runbook: 'HealdCheckUnknown' }),
        k.lines('Runs', 'Runs of checks per second, and those that ended critical or in a warning.', [
          { expr: 'sum(rate(heald_check_executions_total{S,C}[$__rate_interval]))', legend: 'runs' },
          { expr: 'sum(rate(heald_check_failures_total{S,C}[$__rate_interval]))', legend: 'critical' },
          { expr: 'sum(rate(heald_check_warnings_total{S,C}[$__rate_interval]))', legend: 'warning' },
        ], { w: 8, unit: 'cps', colors: { runs: 'blue', critical: 'orange', warning: 'yellow' } }),
        k.bars('Missed runs', 'Runs that were due and skipped because the one before was not over; the ten checks with most.', [
          {
            expr: k.greatest(10, 'J, check', 'round(sum by (J, check) (%s))' % k.perStep('heald_check_missed_runs_total{S,C}'), 'sum by (J, check) (heald_check_missed_runs_total{S,C} @ end())'),
            legend: '{{check}}',
          },
        ], { w: 8, color: 'orange', runbook: 'HealdChecksMissed' }),
        k.lines('Length of runs, by kind', 'How long runs took, by the kind of the check: 99 of 100. 0 while there was none.', [
          { expr: 'histogram_quantile(0.99, sum by (le, kind) (rate(heald_check_duration_seconds_bucket{S}[$__rate_interval]))) >= 0 or on () label_replace(vector(0), "kind", "no run yet", "", "")', legend: '{{kind}}' },
        ], { w: 8, unit: 's' }),
        k.lines('Length of the last run', 'How long the last run of a check took; the ten longest.', [
          { expr: k.greatestNow(10, 'H, check', 'heald_check_last_duration_seconds{S,C}'), legend: '{{check}} ' + k.labels.instance },
        ], { w: 8, unit: 's' }),
        k.ranking('Longest without a change', 'Time since the result of a check that is not healthy has changed; the ten longest.',
                  'topk(10, time() - (heald_check_status_since_timestamp_seconds{S,C} > 0) and on (H, check) heald_check_health{S,C,health="healthy"} == 0)', '{{check}} ' + k.labels.instance, {
                    w: 8,
                    unit: 's',
                    thresholds: k.steps([['orange']]),
                    defaults: { noValue: 'Every check is healthy' },
                  }),
        k.ranking('Availability, over weeks', 'Part of a day, a week and 30 days in which a check was not unhealthy; the four checks with the least in 30 days. As the rules record it.',
                  k.greatest(4, 'H, check', k.windowsOf('instance_check:heald_check_availability:ratio', 'S,C'),
                             '1 - max by (H, check) (%s)' % k.ofTeam('check', 'instance_check:heald_check_availability:ratio30d{S,C} < 1')),
                  '{{check}} ' + k.labels.instance + ', {{window}}', {
                    w: 6,
                    unit: 'percentunit',
                    thresholds: k.steps([['orange'], ['blue', 0.99]]),
                    defaults: { max: 1, decimals: 2, noValue: 'No check was unhealthy, or no rules are loaded' },
                    runbook: 'HealdCheckBurningBudget',
                  }),
        k.ranking('Error budget, burn rate', 'How many times as fast as its target of availability allows a check was unhealthy within the last hour, as the rules record it; the ten fastest. Above 1 the target is missed.',
                  'topk(10, max by (H, check) (%s))' % k.ofTeam('check', 'instance_check:heald_check_error_budget:burnrate1h{S,C} > 0'), '{{check}} ' + k.labels.instance, {
                    w: 6,
                    thresholds: k.steps([['blue'], ['orange', 1]]),
                    defaults: { decimals: 1, noValue: 'Nothing burns, or no rules are loaded' },
                    runbook: 'HealdCheckBurningBudget',
                  }),
        k.lines('Since the last detection cycle', 'Time since the last cycle began, the ten healds where it is longest; and the interval. Much more than the interval means that heald does not look any more.', [
          {
            expr: k.greatest(10, 'H', 'time() - (heald_detection_last_cycle_timestamp_seconds{S} > 0)', '0 - (heald_detection_last_cycle_timestamp_seconds{S} @ end() > 0)'),
            legend: k.labels.instance,
          },
          { expr: 'max(heald_detection_interval_seconds{S})', legend: 'interval' },
        ], { w: 6, unit: 's', colors: { interval: 'limit:#808080' }, runbook: 'HealdDetectionStalled' }),
        k.bars('Detection cycles', 'Cycles that have begun, on all healds of a job.', [
          { expr: 'round(sum by (J) (%s))' % k.perStep('heald_detection_cycles_total{S}'), legend: k.labels.job },
        ], { w: 6 }),
      ]),
      k.row('Processes', [
        k.table('Processes that are down', 'Watched processes of which no instance is alive; 100 at most.',
                'topk(100, (heald_monitored_process_up{S,P} == 0) + 1)',
                [{ field: 'process', title: 'Process' }, k.hostColumn] + k.placeColumns,
                { w: 8, none: 'No watched process is down' }),
        k.bars('Restarts', 'Times that all instances were gone and others came. The ten processes with most.', [
          {
            expr: orNone(k.greatest(10, 'J, process', 'round(sum by (J, process) (%s))' % k.perStep('heald_monitored_process_restarts_total{S,P}'), 'sum by (J, process) (heald_monitored_process_restarts_total{S,P} @ end())')),
            legend: '{{process}}',
          },
        ], { w: 8, color: 'orange', runbook: 'HealdProcessFlapping' }),
        processes('Orphans', 'Instances that have lost the process that started them.', 'heald_monitored_process_orphans', { runbook: 'HealdProcessOrphaned' }),
        processes('Instances', 'Instances that were alive.', 'heald_monitored_process_instances'),
        processes('Memory', 'Memory of all instances that is in RAM.', 'heald_monitored_process_resident_memory_bytes', { unit: 'bytes' }),
        k.lines('CPU', 'Cores that the instances use. The ten processes with most.', [
          {
            expr: orNone(k.greatest(10, 'H, process', 'rate(heald_monitored_process_cpu_seconds_total{S,P}[$__rate_interval])', 'rate(heald_monitored_process_cpu_seconds_total{S,P}[$__rate_interval] @ end())')),
            legend: '{{process}} ' + k.labels.instance,
          },
        ], { w: 8 }),
        k.ranking('Started last', 'Time since the oldest instance of a watched process started; the ten youngest.',
                  'bottomk(10, time() - (heald_monitored_process_start_time_seconds{S,P} > 0))', '{{process}} ' + k.labels.instance, {
                    w: 8,
                    unit: 's',
                    defaults: { noValue: 'No process is watched' },
                  }),
        k.lines('What checks measure', 'Performance data of plugins and what built-in checks looked at, of the last run: seconds, bytes, or ratios of 0 to 1; the twenty greatest. Choose a check above.', [
          { expr: k.greatestNow(20, 'H, check, label', 'heald_check_perfdata{S,C}'), legend: '{{check}} {{label}} ' + k.labels.instance },
        ], { w: 16, unit: 'short', defaults: { noValue: 'No check measures anything beside its status' } }),
      ]),
    ]
  )
