// Governors and remedies: why an attempt starts or does not.
local words = import 'words.libsonnet';

function(k)
  local quantiles(metric) = [
    { expr: 'histogram_quantile(%s, sum by (le) (rate(%s_bucket{S}[$__rate_interval]))) >= 0 or on () vector(0)' % [pair[0], metric], legend: pair[1] }
    for pair in [['0.5', 'half'], ['0.9', 'nine of ten']]
  ];
  // Of the ten remedies with the largest count.
  local byRemedy(counter) = k.greatest(
    10, 'J, remedy', 'round(sum by (J, remedy) (%s))' % k.perStep(counter), 'sum by (J, remedy) (%s)' % k.ofTeam('remedy', counter + ' @ end()', ' @ end()')
  );
  // Those that were dormant longest, then those with the most failures.
  local worst(text) = k.greatest(
    20,
    'H, governor',
    text,
    k.ofTeam('governor', '1000 * avg_over_time(heald_dormant{S,G}[$__range] @ end()) + max_over_time(heald_consecutive_failures{S,G}[$__range] @ end())', ' @ end()')
  );

  k.dashboard(
    'heald-healing',
    'Why attempts start or do not: governors, circuit breakers, budgets, attempts and their ends, what people did.',
    ['governor', 'remedy', 'team'],
    k.annotations('J, governor', k.labels.job),
    [
      k.row('', [
        k.table(
          'Waiting to try again',
          'Active governors whose backoff or circuit breaker lets nothing start yet, and when they let the next attempt start; the latest first, 100 at most.',
          'topk(100, 1000 * max by (H, governor, state) ((heald_circuit_breaker_state{S,G,state!="permanent_open"} == 1) * on (H, governor) group_left (%s) %s))' % [
            k.teamLabel,
            k.withTeam('governor', '(heald_next_attempt_timestamp_seconds{S,G} > time()) < +Inf'),
          ],
          [k.since('Next attempt'), { field: 'governor', title: 'Governor' }, k.hostColumn] + k.placeColumns + [{ field: 'state', title: 'Breaker', width: 110 }],
          { none: 'Nothing waits' }
        ),
        k.table(
          'Paused',
          'Remedies that a human or a maintenance window has paused, and when the pause ends by itself; the latest first, 100 at most.',
          'topk(100, 1000 * %s)' % k.withTeam('remedy', 'heald_remedy_paused_until_timestamp_seconds{S,R}'),
          [k.since('Ends'), { field: 'remedy', title: 'Remedy' }, k.hostColumn] + k.placeColumns + [k.teamColumn],
          { none: 'Nothing is paused', runbook: 'HealdPaused' }
        ),
      ], 8),
      k.row('', [
        k.timeline(
          'Governors',
          'When governors did not just heal: the twenty that were dormant longest or have failed most. A gap is active. On trial: one attempt decides. Open: waits after failures. Dormant: has stopped, and waits for a human.',
          worst(|||
            max by (H, governor) (
              (heald_circuit_breaker_state{S,G,state="half_open"} == 1) or 2 * (heald_circuit_breaker_state{S,G,state="open"} == 1)
              or 3 * (heald_dormant{S,G} == 1) or 4 * (heald_dormant_triggered_by{S,G,triggered_by="manual"} == 1)
            )
          |||),
          '{{governor}} ' + k.labels.instance,
          words.governors,
          { none: 'Every governor was active, and no breaker was open', runbook: 'HealdDormant' }
        ),
      ], 12),

      k.row('Attempts', [
        k.bars('Attempts, by remedy', 'Attempts that started; the ten remedies with most.', [
          {
            expr: byRemedy('heald_healing_attempts_total{S,G,R}'),
            legend: '{{remedy}} ' + k.labels.job,
          },
        ], { w: 8 }),
        k.bars('Healed, by remedy', 'Attempts after which the check was healthy again within the verify window; the ten remedies with most.', [
          {
            expr: byRemedy('heald_healing_successes_total{S,G,R}'),
            legend: '{{remedy}} ' + k.labels.job,
          },
        ], { w: 8, color: 'green' }),
        k.bars('Failed, by reason', 'Of all remedies. error: the action failed. timeout: it took too long. verification: it ended well and did not help. permanent: no retry can help. interrupted: heald ended meanwhile.', [
          { expr: 'round(sum by (reason) (%s))' % k.perStep('heald_healing_failure_reasons_total{S}'), legend: '{{reason}}' },
        ], { w: 8, colors: words.failureColors, runbook: 'HealdRemedyIneffective' }),
        k.lines('Wanted and tried', 'How often something wanted a remedy (each unhealthy result of its check does), and how often it was tried; or would have been, in observe mode.', [
          { expr: k.perStepOf('remedy', 'heald_healing_detected_total{S,R}'), legend: 'wanted' },
          { expr: k.perStepOf('remedy', 'heald_healing_attempts_total{S,G,R}'), legend: 'tried' },
          { expr: k.perStepOf('remedy', 'heald_healing_would_attempt_total{S,R}'), legend: 'would have been (observe)' },
        ], { w: 8, interval: '10m', points: 100, colors: { wanted: 'blue', tried: 'green', 'would have been (observe)': '#808080' } }),
        k.lines('Length of attempts, by kind', 'How long attempts took, verification included, by the kind of the remedy: nine of ten. 0 while there was none.', [
          { expr: 'histogram_quantile(0.9, sum by (le, kind) (rate(heald_healing_duration_seconds_bucket{S}[$__rate_interval]))) >= 0 or on () label_replace(vector(0), "kind", "no attempt", "", "")', legend: '{{kind}}' },
        ], { w: 8, unit: 's' }),
        k.lines('From event to attempt', 'How long events waited for the start of their attempt, half of them and nine of ten. 0 while there was none.', quantiles('heald_event_wait_seconds'), {
          w: 8,
          unit: 's',
          colors: { half: 'blue', 'nine of ten': 'purple' },
        }),
      ]),

      k.row('Guards', [
        k.bars('Denied, by guard', 'Attempts of all governors that did not start, by the first guard that said no. The words are those of the log and of /api/status.', [
          { expr: 'round(sum by (reason) (%s))' % k.perStep('heald_healing_suppressed_total{S}'), legend: '{{reason}}' },
        ], { w: 8, colors: words.guardColors, runbook: 'HealdDormant' }),
        k.lines('Consecutive failures', 'Failures since the last verified success, sustained recovery or resume, the ten governors with most; and the limit at which a governor goes dormant (the lowest).', [
          { expr: k.greatest(10, 'H, governor', 'heald_consecutive_failures{S,G}', k.ofTeam('governor', 'heald_consecutive_failures{S,G} @ end()', ' @ end()')), legend: '{{governor}} ' + k.labels.instance },
          { expr: 'min(heald_max_consecutive_failures{S,G})', legend: 'limit' },
        ], { w: 8, colors: { limit: 'limit:red' }, runbook: 'HealdApproachingDormancy' }),
        k.lines('Backoff', 'The wait that the present failure count imposes; the base while there are no failures, which nobody waits. The ten longest.', [
          { expr: k.greatest(10, 'H, governor', 'heald_backoff_delay_seconds{S,G}', k.ofTeam('governor', 'heald_backoff_delay_seconds{S,G} @ end()', ' @ end()')), legend: '{{governor}} ' + k.labels.instance },
        ], { w: 8, unit: 's' }),
        k.ranking('Budgets, used', 'Attempts within each window, as a part of those that the budget allows; the ten that are used most. The attempt after the last makes the governor dormant.',
                  'topk(10, %s)' % k.ofTeam('governor', 'heald_budget_attempts{S,G} / heald_budget_limit{S,G}'), '{{governor}} in {{window}} ' + k.labels.instance, {
                    w: 8,
                    unit: 'percentunit',
                    thresholds: k.steps([['green'], ['orange', 0.8], ['red', 1.001]]),
                    defaults: { max: 1 },
                    runbook: 'HealdBudgetNearlyUsed',
                  }),
        k.bars('Circuit breakers that opened', 'How often circuit breakers of all teams opened, and how often for good.', [
          { expr: 'round(sum by (to) (%s))' % k.perStep('heald_circuit_breaker_transitions_total{S,G,to=~"open|permanent_open"}'), legend: 'to {{to}}' },
        ], { w: 8, colors: { 'to open': 'orange', 'to permanent_open': 'red' }, runbook: 'HealdBreakerFlapping' }),
        k.table('Breakers that have counted failures', 'The breaker\'s own count: some failures open it, more of them open it for good; beside its state. The most first, 100 at most.',
                'topk(100, max by (H, governor, state) ((heald_circuit_breaker_state{S,G} == 1) * on (H, governor) group_left () %s))' % k.ofTeam('governor', 'heald_circuit_breaker_failures{S,G} > 0'),
                [{ field: 'Value', title: 'Failures', unit: 'none', width: 90 }, { field: 'governor', title: 'Governor' }, k.hostColumn] + k.placeColumns + [{ field: 'state', title: 'Breaker', width: 110 }],
                { w: 8, none: 'No breaker has counted a failure', runbook: 'HealdBreakerOpenLong' }),
        k.ranking('Most attempts before a human must act', 'The bound that follows from the parameters of a governor, whatever happens; the ten highest.',
                  'topk(10, %s)' % k.ofTeam('governor', 'heald_attempt_bound{S,G}'), '{{governor}} ' + k.labels.instance, { w: 8 }),
        k.bars('Dormant and resumed', 'How often governors became dormant, and how often a human resumed them or reset their circuit breakers.', [
          { expr: k.perStepOf('governor', 'heald_dormant_entries_total{S,G}'), legend: 'dormant' },
          { expr: k.perStepOf('governor', 'heald_resumes_total{S,G}'), legend: 'resumed' },
          { expr: k.perStepOf('governor', 'heald_circuit_breaker_resets_total{S,G}'), legend: 'reset' },
        ], { w: 8, colors: { dormant: 'red', resumed: 'green', reset: 'blue' }, runbook: 'HealdDormant' }),
      ]),

      k.row('Alerts, permits, prevention', [
        k.lines('Targets', 'Targets that governors of remedies for alerts keep apart, and those of them that are dormant. Of the alerts, those that fire, and the targets of which a guard or a pause holds the next attempt back.', [
          { expr: 'sum(heald_governor_targets{S,G}) or vector(0)', legend: 'targets' },
          { expr: 'sum(heald_governor_targets_dormant{S,G}) or vector(0)', legend: 'dormant' },
          { expr: 'sum(heald_alerts_firing{S,R}) or vector(0)', legend: 'alerts that fire' },
          { expr: 'sum(heald_alert_targets_held_back{S,R}) or vector(0)', legend: 'held back' },
        ], { w: 6, colors: { targets: 'blue', dormant: 'red' }, runbook: 'HealdTargetsDormant' }),
        k.bars('Permits', 'Requests of automation that is not heald\'s own, by how they ended; and what remedies were answered that ask another heald.', [
          { expr: 'sum by (outcome) (%s) or on () label_replace(vector(0), "outcome", "none was asked for", "", "")' % k.perStep('heald_permits_total{S,G}'), legend: '{{outcome}}' },
          { expr: 'sum(heald_permits_outstanding{S,G}) or vector(0)', legend: 'outstanding' },
          { expr: 'sum(heald_approvals_wanted{S,G}) or vector(0)', legend: 'waiting for approval' },
          { expr: 'sum by (answer) (%s) or on () label_replace(vector(0), "answer", "nobody was asked", "", "")' % k.perStep('heald_remedy_permits_total{S,R}'), legend: 'asked of another heald: {{answer}}' },
        ], { w: 6, colors: { ok: 'green', failed: 'orange', expired: 'yellow', denied: 'blue', outstanding: 'purple', paused: '#808080', observe_mode: '#A0A0A0' } }),
        k.lines('Fleets', 'Members of fleets that are under way, the most that may be, and those that have failed or not come back: with as many as the limit the governor goes dormant for all.', [
          { expr: 'sum by (governor) (heald_permits_outstanding{S,G} and on (cluster, namespace, job, instance, governor) heald_fleet_members{S,G})', legend: '{{governor}} under way' },
          { expr: 'sum by (governor) (heald_fleet_at_once{S,G})', legend: '{{governor}} at once' },
          { expr: 'sum by (governor) (heald_fleet_members_lost{S,G})', legend: '{{governor}} lost' },
          { expr: 'sum by (governor) (heald_fleet_members_lost_limit{S,G})', legend: '{{governor}} limit of lost' },
        ], { w: 6, defaults: { noValue: 'no fleet is configured' } }),
        k.bars('Preventive healing', 'Runs of the preventive task, and those that failed.', [
          { expr: 'round(sum(%s))' % k.perStep('heald_preventive_runs_total{S}'), legend: 'runs' },
          { expr: 'round(sum(%s))' % k.perStep('heald_preventive_run_failures_total{S}'), legend: 'failed' },
        ], { w: 6, colors: { runs: 'green', failed: 'orange' } }),
      ]),
    ]
  )
