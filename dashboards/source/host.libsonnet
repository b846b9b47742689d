// One heald: where to end.
local words = import 'words.libsonnet';

function(k)
  k.dashboard(
    'heald-host',
    'One heald: its state, its governors and checks in time, what it tried and what it denied, its switches.',
    ['one'],
    k.annotations('H, governor', k.labels.instance),
    [
      k.row('', [
        k.stat('Dormant governors', 'Governors, and targets of governors, that have stopped and wait for a human. `healdctl resume NAME --reason …` wakes one.', 'sum(heald_dormant{S}) + (sum(heald_governor_targets_dormant{S}) or vector(0))', {
          w: 4,
          thresholds: k.zeroIsGood(),
          runbook: 'HealdDormant',
          goTo: 'heald-healing',
        }),
        k.stat('Critical issues', 'Issues of severity critical in /api/status: what stands there needs a human.', 'sum(heald_issues{S,severity="critical"})', { w: 4, thresholds: k.zeroIsGood(), runbook: 'README' }),
        k.stat('Unhealthy checks', 'Checks whose last results amount to unhealthy.', 'sum(heald_check_health{S,health="unhealthy"})', { w: 4, thresholds: k.zeroIsGood('orange'), goTo: 'heald-checks' }),
        k.stat('Attempts in progress', 'Attempts that run now, their verification included.', 'sum(heald_healing_attempts_unverified{S})', { w: 4, goTo: 'heald-healing' }),
        k.stat('Attempts', 'Attempts that started within the time range.', 'round(sum(increase(heald_healing_attempts_total{S}[$__range])))', { w: 4, goTo: 'heald-healing' }),
        k.stat('Healed', 'Attempts within the time range after which the check was healthy again.', 'round(sum(increase(heald_healing_successes_total{S}[$__range])))', { w: 4, thresholds: k.steps([['green']]), goTo: 'heald-healing' }),
      ], 4),
      k.row('', [
        k.timeline('State', 'The state of this heald as a whole, the same word as in /api/status. Red (dormant) waits for a human.',
                   k.stateNumber('H', 'heald_status', 'S', 'status', [word[0] for word in words.statuses]), k.labels.instance, words.statuses, { points: 200, runbook: 'HealdDormant' }),
      ], 3),
      k.row('', [
        k.timeline('Governors', 'What each governor did (of more than twenty, those with the most failures). Active: heals. On trial: one attempt decides. Open: waits after failures. Dormant: has stopped, and waits for a human.',
                   k.greatest(20, 'H, governor', |||
                     max by (H, governor) (
                       (heald_circuit_breaker_state{S,state="half_open"} == 1) or 2 * (heald_circuit_breaker_state{S,state="open"} == 1)
                       or 3 * (heald_dormant_triggered_by{S,triggered_by!="manual"} == 1) or 4 * (heald_dormant_triggered_by{S,triggered_by="manual"} == 1)
                       or 0 * heald_dormant{S}
                     )
                   |||, '1000 * avg_over_time(heald_dormant{S}[$__range] @ end()) + max_over_time(heald_consecutive_failures{S}[$__range] @ end())'),
                   '{{governor}}', words.governors, { w: 12, runbook: 'HealdPermanentlyOpen' }),
        k.timeline('Checks', 'What the last results of each check amount to (of more than twenty, those that were not healthy longest).',
                   k.greatest(20, 'H, check', k.stateNumber('H, check', 'heald_check_health', 'S', 'health', [word[0] for word in words.healths]), 'sum by (H, check) (avg_over_time(heald_check_health{S,health!="healthy"}[$__range] @ end()))'),
                   '{{check}}', words.healths, { w: 12, runbook: 'HealdCheckFailing' }),
      ], 10),
      k.row('Healing', [
        k.bars('Healed and failed', 'Attempts that succeeded, and those that failed. Why they failed is on the dashboard of healing.', [
          { expr: 'sum(%s)' % k.exactly('heald_healing_successes_total{S}'), legend: 'healed' },
          { expr: 'sum(%s)' % k.exactly('heald_healing_failures_total{S}'), legend: 'failed' },
        ], { w: 8, colors: { healed: 'green', failed: 'orange' } }),
        k.bars('Denied, by guard', 'Attempts that did not start, by the first guard that said no. The words are those of the log and of /api/status.', [
          { expr: 'sum by (reason) (%s)' % k.exactly('heald_healing_suppressed_total{S}'), legend: '{{reason}}' },
        ], { w: 8, colors: words.guardColors, runbook: 'HealdDormant' }),
        k.bars('Events', 'Events that asked for healing, by where they came from.', [
          { expr: 'sum by (source) (%s)' % k.exactly('heald_events_total{S}'), legend: '{{source}}' },
        ], { w: 8, colors: { check: 'blue', alertmanager: 'purple', api: 'green', preventive: 'yellow' } }),
        k.ranking('Consecutive failures, of the limit', 'Consecutive failures of a governor, as a part of the number that makes it dormant. The ten nearest.',
                  'topk(10, heald_consecutive_failures{S} / heald_max_consecutive_failures{S})', '{{governor}}', {
                    unit: 'percentunit',
                    thresholds: k.steps([['green'], ['orange', 0.6], ['red', 1]]),
                    defaults: { max: 1 },
                    runbook: 'HealdApproachingDormancy',
                  }),
        k.ranking('Budgets, used', 'Attempts within each window, as a part of those that the budget allows; the ten that are used most. The attempt after the last makes the governor dormant.',
                  'topk(10, heald_budget_attempts{S} / heald_budget_limit{S})', '{{governor}} in {{window}}', {
                    unit: 'percentunit',
                    thresholds: k.steps([['green'], ['orange', 0.8], ['red', 1.001]]),
                    defaults: { max: 1 },
                    runbook: 'HealdBudgetNearlyUsed',
                  }),
      ]),
      k.row('Switches', [
        k.timeline('Kill switches', 'Whether each feature is on. Off is somebody\'s decision: by the environment, the configuration or by hand.', 'max by (H, feature) (heald_feature_enabled{S})', '{{feature}}', words.switches, { w: 12, runbook: 'HealdAutomationOff' }),
        k.stat('Only observed', 'Remedies that are decided upon and counted, and not run: all, in observe mode, or single ones.', 'count(heald_remedy_observe_mode{S}) or vector(0)', { thresholds: k.zeroIsGood('orange'), runbook: 'HealdObserveModeLong' }),
        k.stat('Storm brake', 'Whether too much is unhealthy at once, so that nothing starts.', 'max(heald_storm_brake_active{S})', { thresholds: k.zeroIsGood(), runbook: 'HealdStormBrake' }),
        k.stat('Paused remedies', 'Remedies that a human or a maintenance window has paused; a pause ends by itself.', 'sum(heald_remedy_paused{S})', { thresholds: k.zeroIsGood('orange') }),
        k.stat('Recommendations', 'Recommendations in /api/status, each with the command that helps.', 'sum(heald_recommendations{S})'),
      ], 6),
    ]
  )
