// The fleet: where to begin. What is not well, by name, and everything else as totals.
local words = import 'words.libsonnet';

function(k)
  local lastDay = '[24h]';
  local recorded = 'Nothing to tell, or no rules are loaded';
  // A target of Prometheus that was a heald within the last day.
  local down = '(up{S} == 0) and on (H) last_over_time(heald_build_info{S}%s)' % lastDay;

  k.dashboard(
    'heald-overview',
    'All healds: what is not well and waits for a human, and what was healed. Each row of a table leads to the heald or governor that it is about.',
    ['team'],
    k.annotations('J', k.labels.job),
    [
      k.row('', [
        k.stat('Healds', 'Healds that answer Prometheus.', 'count(heald_build_info{S}) or vector(0)', { goTo: 'heald-internals' }),
        k.stat('Healds down', 'Healds that do not answer Prometheus and did within the last day. Nothing is healed there.', 'count(%s) or vector(0)' % down, {
          thresholds: k.zeroIsGood(),
          runbook: 'HealdDown',
        }),
        k.stat('Dormant governors', 'Governors, and targets of governors, that have stopped and wait for a human. `healdctl resume NAME --reason …` wakes one.', |||
          (count(%s) or vector(0)) + (sum(%s) or vector(0))
        ||| % [k.ofTeam('governor', 'heald_dormant{S} == 1'), k.ofTeam('governor', 'heald_governor_targets_dormant{S}')], {
          thresholds: k.zeroIsGood(),
          runbook: 'HealdDormant',
          goTo: 'heald-healing',
        }),
        k.stat('Unhealthy checks', 'Checks whose last results amount to unhealthy.', 'count(%s) or vector(0)' % k.ofTeam('check', 'heald_check_health{S,health="unhealthy"} == 1'), {
          thresholds: k.zeroIsGood('orange'),
          goTo: 'heald-checks',
        }),
        k.stat('Critical issues', 'Issues of severity critical in /api/status: what stands there needs a human.', 'sum(heald_issues{S,severity="critical"})', {
          thresholds: k.zeroIsGood(),
          runbook: 'README',
        }),
        k.stat('Attempts in progress', 'Attempts that run now, their verification included.', 'sum(heald_healing_attempts_unverified{S})', { goTo: 'heald-healing' }),
        k.stat('Attempts', 'Attempts that started within the time range.', 'round(sum(%s))' % k.ofTeam('remedy', 'increase(heald_healing_attempts_total{S}[$__range])'), { goTo: 'heald-healing' }),
        k.stat('Success ratio', 'Attempts within the time range after which the check was healthy again, of all attempts. Without an attempt it is 100 %.', |||
          sum(%s) / (sum(%s) > 0) or vector(1)
        ||| % [k.ofTeam('remedy', 'increase(heald_healing_successes_total{S}[$__range])'), k.ofTeam('remedy', 'increase(heald_healing_attempts_total{S}[$__range])')], {
          unit: 'percentunit',
          defaults: { decimals: 0, max: 1 },
          thresholds: k.shares(0.5, 0.8),
          runbook: 'HealdRemedyIneffective',
        }),
      ], 4),

      k.row('What is not well', [
        k.table(
          'Dormant',
          'Governors that have stopped, the longest first (100 at most), and what made them dormant: automatic (a limit or a budget), the circuit breaker, or a human (manual).',
          'bottomk(100, 1000 * (%s))' % k.withTeam('governor', |||
            max by (H, governor, triggered_by) ((heald_dormant_triggered_by{S} == 1) * on (H, governor) group_left heald_dormant_since_timestamp_seconds{S})
          |||),
          [k.since(), { field: 'governor', title: 'Governor', goTo: 'heald-healing' }, k.hostColumn] + k.placeColumns + [k.teamColumn, { field: 'triggered_by', title: 'By', width: 130 }],
          { none: 'No governor is dormant', runbook: 'HealdDormant' }
        ),
        k.table(
          'Unhealthy',
          'Checks that are unhealthy, and since when their last result has been what it is; the longest first, 100 at most.',
          'bottomk(100, 1000 * %s)' % k.withTeam('check', 'max by (H, check) ((heald_check_health{S,health="unhealthy"} == 1) * on (H, check) heald_check_status_since_timestamp_seconds{S})'),
          [k.since(), { field: 'check', title: 'Check', goTo: 'heald-checks' }, k.hostColumn] + k.placeColumns + [k.teamColumn],
          { none: 'Every check is healthy', runbook: 'HealdCheckFailing' }
        ),
        k.table(
          'Healds that are not healthy',
          'Healds whose state as a whole is not healthy, and those that are down; with their critical issues, most first (100 at most).',
          'topk(100, sum by (H) (heald_issues{S,severity="critical"}) + on (H) group_right 0 * (heald_status{S,status!="healthy"} == 1) or label_replace(%s, "status", "down", "", ""))' % down,
          [k.hostColumn] + k.placeColumns + [{ field: 'job', title: 'Job' }, {
            field: 'status',
            title: 'State',
            width: 110,
            more: [
              { id: 'custom.cellOptions', value: { type: 'color-text' } },
              { id: 'mappings', value: [{
                type: 'value',
                options: {
                  down: { text: 'down', color: 'red', index: 0 },
                  dormant: { text: 'dormant', color: 'red', index: 1 },
                  degraded: { text: 'degraded', color: 'orange', index: 2 },
                  disabled: { text: 'disabled', color: '#808080', index: 3 },
                },
              }] },
            ],
          }, { field: 'Value', title: 'Critical issues', unit: 'none', width: 120 }],
          { none: 'Every heald is healthy', runbook: 'README' }
        ),
        k.ranking(
          'Nearest to dormancy',
          'Consecutive failures of active governors, as a part of the number that makes them dormant. The ten nearest.',
          'topk(10, %s > 0)' % k.ofTeam('governor', 'heald_consecutive_failures{S} / heald_max_consecutive_failures{S} * (heald_dormant{S} == bool 0)'),
          '{{governor}} ' + k.labels.instance,
          {
            unit: 'percentunit',
            thresholds: k.steps([['green'], ['orange', 0.6], ['red', 1]]),
            defaults: { max: 1, noValue: 'No active governor has failures' },
            runbook: 'HealdApproachingDormancy',
          }
        ),
      ], 9),

      k.row('In the time range', [
        k.areas('Healds by state', 'The state of each heald as a whole, the same word as in /api/status; counted.', [
          { expr: 'sum by (status) (heald_status{S})', legend: '{{status}}' },
        ], { w: 8, colors: words.statusColors, runbook: 'README' }),
        k.lines('Dormant governors, by job', 'Governors that are dormant.', [
          { expr: 'sum by (J) (%s) or 0 * sum by (J) (heald_build_info{S})' % k.ofTeam('governor', 'heald_dormant{S} == 1'), legend: k.labels.job },
        ], { w: 8, interval: '5m', points: 100, color: 'red', custom: { axisSoftMax: 1 }, runbook: 'HealdDormant' }),
        k.lines('Checks that are not healthy', 'What the last results amount to; remedies act upon unhealthy, and upon warning where they say so.', [
          { expr: 'sum by (health) (%s) or label_replace(vector(0), "health", "unhealthy", "", "")' % k.ofTeam('check', 'heald_check_health{S,health!="healthy"} == 1'), legend: '{{health}}' },
        ], { w: 8, interval: '10m', points: 24, colors: words.healthColors }),
        k.lines('Dormant governors, by team', 'Governors that are dormant, by the team of what they heal; the ten teams with most.', [
          {
            expr: 'topk(10, sum by (%(team)s) (%(dormant)s)) or on () label_replace(vector(0), "%(team)s", "no team", "", "")' % {
              team: k.teamLabel,
              dormant: k.withTeam('governor', '(heald_dormant{S} == 1)'),
            },
            legend: k.labels.team,
          },
        ], { w: 8, interval: '10m', points: 100, color: 'red', custom: { axisSoftMax: 1 }, runbook: 'HealdDormant' }),
        k.bars('Healed and failed', 'Attempts that succeeded, and those that failed. Why they failed is on the dashboard of healing.', [
          { expr: k.perStepOf('remedy', 'heald_healing_successes_total{S}'), legend: 'healed' },
          { expr: k.perStepOf('remedy', 'heald_healing_failures_total{S}'), legend: 'failed' },
        ], { w: 8, colors: { healed: 'green', failed: 'orange' } }),
        k.bars('Denied, by guard', 'Attempts that did not start, by the first guard that said no. The words are those of the log and of /api/status.', [
          { expr: 'round(sum by (reason) (%s))' % k.perStep('heald_healing_suppressed_total{S}'), legend: '{{reason}}' },
        ], { w: 8, colors: words.guardColors, runbook: 'HealdDormant' }),
      ], 8),

      k.row('What healing saves', [
        k.stat('Pages saved', 'Incidents (times that a check was unhealthy) that a remedy has ended within the time range: each would have been somebody\'s page.', |||
          round(sum(increase(heald_incidents_total{S,ended_by="remedy"}[$__range])))
        |||, { w: 4, thresholds: k.steps([['green']]) }),
        k.stat('Ended without a human', 'Of the incidents that ended within the time range, those that a remedy or time itself has ended. Without an incident it is 100 %.', |||
          sum(increase(heald_incidents_total{S,ended_by!="human"}[$__range])) / (sum(increase(heald_incidents_total{S}[$__range])) > 0) or vector(1)
        |||, {
          unit: 'percentunit',
          defaults: { decimals: 0, max: 1 },
          thresholds: k.plain,
          w: 4,
        }),
        k.bars('What ended incidents', 'Times that a check was unhealthy, by what ended it: a remedy, time itself, or a human.', [
          { expr: 'round(sum by (ended_by) (%s)) or label_replace(vector(0), "ended_by", "remedy", "", "")' % k.perStep('heald_incidents_total{S}'), legend: 'by {{ended_by}}' },
        ], { w: 8, colors: { 'by remedy': 'green', 'by itself': 'blue', 'by human': 'orange' } }),
        k.lines('Time to heal', 'From unhealthy to healthy again, of what ended within the time range before: half of them, and nine of ten, took no longer.', [
          { expr: 'histogram_quantile(%s, sum by (le) (rate(heald_time_to_heal_seconds_bucket{S}[$__range]))) >= 0 or vector(0)' % pair[0], legend: pair[1] }
          for pair in [['0.5', 'half'], ['0.9', 'nine of ten']]
        ], { w: 8, unit: 's', interval: '10m', points: 50, colors: { half: 'blue', 'nine of ten': 'purple' } }),
      ], 8),

      // What rules record (alerts/heald.rules.yml): a month of 500 hosts cannot be asked for at each look.
      k.row('Over weeks', [
        k.ranking('Success ratio, over weeks', 'Attempts that helped, of all attempts of a day, a week and 30 days; the ten with the least. As the rules record it.',
                  'bottomk(10, %s)' % k.windowsOf('job:heald_healing_success:ratio', 'F'), k.labels.job + ', {{window}}', {
                    w: 5,
                    unit: 'percentunit',
                    thresholds: k.shares(0.5, 0.8),
                    defaults: { max: 1, decimals: 0, noValue: recorded },
                    runbook: 'HealdRemedyIneffective',
                  }),
        k.ranking('Ended without a human, over weeks', 'Incidents that a remedy or time itself has ended, of all incidents of a day, a week and 30 days; the ten with the least. As the rules record it.',
                  'bottomk(10, %s)' % k.windowsOf('job:heald_incidents_without_human:ratio', 'F'), k.labels.job + ', {{window}}', {
                    w: 5,
                    unit: 'percentunit',
                    thresholds: k.plain,
                    defaults: { max: 1, decimals: 0, noValue: recorded },
                  }),
        k.lines('Time to heal, by kind', 'Half of the incidents of the 7 days before took no longer, and nine of ten, by the kind of the check. As the rules record it.', [
          { expr: 'max by (kind) (job_kind:heald_time_to_heal_seconds:p50_7d{F})', legend: '{{kind}}, half' },
          { expr: 'max by (kind) (job_kind:heald_time_to_heal_seconds:p90_7d{F})', legend: '{{kind}}, nine of ten' },
        ], { w: 6, unit: 's', interval: '10m', points: 50, defaults: { noValue: recorded } }),
        k.ranking('Least available checks, 30 days', 'Part of the last 30 days in which a check was not unhealthy; the ten with the least. As the rules record it.',
                  'bottomk(10, max by (H, check) (%s))' % k.ofTeam('check', 'instance_check:heald_check_availability:ratio30d{S} < 1'),
                  '{{check}} ' + k.labels.instance, {
                    w: 8,
                    unit: 'percentunit',
                    thresholds: k.steps([['orange'], ['blue', 0.99]]),
                    defaults: { max: 1, decimals: 2, noValue: 'No check was unhealthy, or no rules are loaded' },
                    runbook: 'HealdCheckBurningBudget',
                  }),
      ], 8),

      k.row('Where to look first', [
        k.ranking('Longest unhealthy', 'How long checks were unhealthy within the time range. The ten that were longest.',
                  'topk(10, max by (H, check) (%s > 0))' % k.ofTeam('check', 'increase(heald_check_unhealthy_seconds_total{S}[$__range])'),
                  '{{check}} ' + k.labels.instance, {
                    w: 12,
                    unit: 's',
                    thresholds: k.steps([['blue'], ['orange', 3600]]),
                    defaults: { noValue: 'No check was unhealthy' },
                  }),
        k.ranking('Most flapping checks', 'How often the result of a check has changed within the time range. The ten that changed most.',
                  'topk(10, max by (H, check) (%s > 1))' % k.ofTeam('check', 'changes(heald_check_status_since_timestamp_seconds{S}[$__range])'),
                  '{{check}} ' + k.labels.instance, {
                    w: 12,
                    thresholds: k.steps([['blue'], ['orange', 10]]),
                    defaults: { noValue: 'No check has changed twice' },
                  }),
        k.ranking('Remedies that help least', 'Attempts of a remedy within the time range after which the check was healthy again, of all its attempts on all hosts. The ten worst; remedies without an attempt are not there.',
                  'bottomk(10, sum by (J, remedy) (%s) / (sum by (J, remedy) (%s) > 0))' % [
                    k.ofTeam('remedy', 'increase(heald_healing_successes_total{S}[$__range])'),
                    k.ofTeam('remedy', 'increase(heald_healing_attempts_total{S}[$__range])'),
                  ], '{{remedy}} ' + k.labels.job, {
                    w: 12,
                    unit: 'percentunit',
                    thresholds: k.shares(0.5, 0.8),
                    defaults: { max: 1, noValue: 'No remedy was tried' },
                    runbook: 'HealdRemedyIneffective',
                  }),
        k.ranking('Hosts with the most attempts', 'Attempts within the time range. The ten hosts with most.',
                  'topk(10, round(sum by (H) (%s)) > 0)' % k.ofTeam('remedy', 'increase(heald_healing_attempts_total{S}[$__range])'),
                  k.labels.instance, {
                    w: 12,
                    defaults: { noValue: 'Nothing was tried', links: [k.seriesLink('heald-host')] },
                  }),
      ], 8),

      k.row('What people did', [
        k.bars('Dormant, resumed, reset', 'How often governors became dormant, were resumed by a human, and how often a human reset their circuit breakers.', [
          { expr: k.perStepOf('governor', 'heald_dormant_entries_total{S}'), legend: 'dormant' },
          { expr: k.perStepOf('governor', 'heald_resumes_total{S}'), legend: 'resumed' },
          { expr: k.perStepOf('governor', 'heald_circuit_breaker_resets_total{S}'), legend: 'reset' },
        ], { w: 8, colors: { dormant: 'red', resumed: 'green', reset: 'blue' }, runbook: 'HealdDormant' }),
        k.bars('What people did', 'What humans did through heald: resumed, reset, paused, ran something by hand.', [
          { expr: 'round(sum by (action) (%s))' % k.perStep('heald_human_actions_total{S}'), legend: '{{action}}' },
        ], { w: 8, colors: words.actionColors, runbook: 'HealdDormant' }),
        k.table('Who acted', 'Where humans acted within the time range and what they did; the most first, 100 at most. By name and with their reasons: `healdctl history --kind human` on that host.',
                'topk(100, round(sum by (H, action) (increase(heald_human_actions_total{S}[$__range]))) > 0)',
                [{ field: 'action', title: 'Action', width: 110 }, k.hostColumn] + k.placeColumns + [{ field: 'Value', title: 'Times', unit: 'none', width: 70 }],
                { w: 8, none: 'No human acted' }),
      ], 8),

      k.row('What is switched off', [
        k.stat('Kill switches off', 'Features that are switched off: by the environment, the configuration or by hand.', 'count(heald_feature_enabled{S} == 0) or vector(0)', {
          w: 6,
          thresholds: k.zeroIsGood('orange'),
        }),
        k.stat('Observe mode', 'Healds that decide, count and log, and do nothing; and remedies of others that only observe.', |||
          sum(heald_observe_mode{S}) + (count(%s unless on (H) heald_observe_mode{S} == 1) or vector(0))
        ||| % k.ofTeam('remedy', 'heald_remedy_observe_mode{S}'), { w: 6, runbook: 'HealdObserveModeLong', thresholds: k.zeroIsGood('orange') }),
        k.stat('Storm brake', 'Healds on which too much is unhealthy at once, so that nothing starts.', 'sum(heald_storm_brake_active{S})', {
          w: 6,
          thresholds: k.zeroIsGood(),
          runbook: 'HealdStormBrake',
        }),
        k.stat('Paused remedies', 'Remedies that a human or a maintenance window has paused; a pause ends by itself.', 'count(%s) or vector(0)' % k.ofTeam('remedy', 'heald_remedy_paused{S} == 1'), {
          w: 6,
          thresholds: k.zeroIsGood('orange'),
          goTo: 'heald-healing',
        }),
      ], 4),
    ]
  )
