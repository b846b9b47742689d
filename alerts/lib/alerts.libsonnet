// The alerts. Severity: critical wants a human now, warning in working hours, info is worth knowing; none goes to no human.
function(config)
  local q = (import 'promql.libsonnet')(config);
  local of(name) = config.alerts[name];
  local text(name, field) = q.text(of(name)[field]);
  local either(first, second) = first + '\nor ' + second;

  local address(url) = std.rstripChars(url, '/');
  local page = if std.length(std.findSubstr('{{', config.healdUrl)) > 0 then config.healdUrl else address(config.healdUrl) + '/';
  local grafana = address(config.grafanaUrl);

  // Every label of the alert is a variable of the dashboard; Grafana leaves out those that it does not know.
  local dashboard(board) =
    '%s/d/%s?{{ range $name, $value := $labels }}var-{{ $name }}={{ urlquery $value }}&{{ end }}' % [grafana, config.dashboards[board]];

  // The governor as one word of a command for a shell, as core::quotedForShell has it: the name of a target's governor ends with
  // the target, which may be any text.
  local governorInCommand =
    @'{{ $governor := $labels.governor | reReplaceAll "''" "''\\''''" | reReplaceAll "(?s)^(-.*|.*[^-a-zA-Z0-9/._+@:,%].*)$" "''$1''" }}';
  local saysGovernor(text) = std.length(std.findSubstr('{{ $governor }}', text)) > 0;

  // `one` says whether it is about one heald, which has a page; of several, the overview is shown.
  local alert(name, expr, board, summary, description, impact, one=true) = {
    alert: name,
    expr: q.lines(expr),
    [if of(name)['for'] != '' then 'for']: of(name)['for'],
    labels: { severity: of(name).severity },
    annotations: {
      summary: summary,
      description: (if saysGovernor(description) then governorInCommand else '') + description,
      impact: impact,
      runbook_url: '%s/%s.md' % [address(config.runbookUrl), name],
      dashboard_url: dashboard(board),
      admin_url: if one then page else '%s/d/%s' % [grafana, config.dashboards.overview],
    },
  };
  local group(name, alerts) = {
    name: name,
    rules: [one for one in alerts if of(one.alert).enabled],
  };

  local unreachable = '%s == 0 and %s %s' % [q.max('up'), q.on(), q.healds];
  local notDormant = ' unless %s %s == 1' % [q.on('governor'), q.series('heald_dormant')];
  local stopped = 'No remedy under {{ $labels.governor }} starts any more, until a human resumes it. Checks go on.';
  local pausedEach(label) =
    local info = q.series('heald_remedy_info', label + '!=""');
    'max %s (%s) unless %s (%s unless %s %s == 1)' % [q.by(label), info, q.on(label), info, q.on('remedy'), q.series('heald_remedy_paused')];

  [
    group('heald-up', [
      alert(
        'HealdUnreachable',
        unreachable,
        'internals',
        'heald on {{ $labels.instance }} cannot be scraped at the moment',
        'This alert goes to nobody: it mutes all else about {{ $labels.instance }} from the first failed scrape on, as what cannot be seen is not known. If it lasts, HealdDown says so. What heald itself says: `healdctl status`',
        'What is known of {{ $labels.instance }} may be out of date.'
      ),
      alert(
        'HealdDown',
        unreachable,
        'internals',
        'heald on {{ $labels.instance }} cannot be scraped',
        'Nothing is healed on {{ $labels.instance }} as long as heald is away. On that host: `systemctl status heald`, then `journalctl -u heald -n 50`; whether its configuration is the reason: `healdctl check-config`.',
        'Nothing is checked and nothing is healed on {{ $labels.instance }}.'
      ),
      alert(
        'HealdAbsent',
        'absent(%s or %s or %s)' % [q.series('heald_build_info'), q.up, q.targets],
        'internals',
        'Prometheus knows no heald at all',
        'No target exposes heald_build_info: heald was never configured as a target, or service discovery has lost it. Look at the targets of Prometheus; on a host of heald: `systemctl status heald`, and once it runs `healdctl status`.',
        'Perhaps nothing is checked and nothing is healed; nobody can tell.',
        one=false
      ),
      alert(
        'HealdRestarting',
        'max %s (changes(%s[%s])) > %s and %s %s' % [
          q.by(),
          q.series('process_start_time_seconds'),
          text('HealdRestarting', 'window'),
          text('HealdRestarting', 'threshold'),
          q.on(),
          q.healds,
        ],
        'internals',
        'heald on {{ $labels.instance }} restarts again and again',
        'It has restarted {{ $value }} times within %s. Its state survives that (`healdctl status`), but somebody or something ends it: `journalctl -u heald -n 200` on {{ $labels.instance }}.' % text('HealdRestarting', 'window'),
        'Healing goes on between the restarts.'
      ),
      alert(
        'HealdWatchdog',
        'vector(1)',
        'internals',
        'The way from Prometheus to you works',
        'This alert always fires. Whoever expects it and does not get it knows that Prometheus, Alertmanager or the way between them is broken.',
        'Nothing is wrong.',
        one=false
      ),
    ]),

    group('heald-healing', [
      alert(
        'HealdDormant',
        either(
          '%s == 1' % q.max('heald_dormant_triggered_by', 'governor, triggered_by', 'triggered_by!="manual"'),
          q.held('HealdDormant', 'governor, triggered_by', 'firing|pending')
        ),
        'healing',
        'Healing has stopped: {{ $labels.governor }} is dormant',
        '{{ if eq $labels.triggered_by "circuit_breaker" }}An error that no retry can help, or too many failures for the circuit breaker, made {{ $labels.governor }} on {{ $labels.instance }} dormant.{{ else }}{{ $labels.governor }} on {{ $labels.instance }} has tried as often as it may, without success.{{ end }} What happened: `healdctl explain {{ $governor }}`. When the cause is fixed: `healdctl resume {{ $governor }} --reason "what was fixed"`',
        stopped
      ),
      alert(
        'HealdDormantByHand',
        either(
          '%s == 1' % q.max('heald_dormant_triggered_by', 'governor, triggered_by', 'triggered_by="manual"'),
          q.held('HealdDormantByHand', 'governor, triggered_by', 'firing|pending')
        ),
        'healing',
        '{{ $labels.governor }} has been dormant by hand for %s or longer' % of('HealdDormantByHand')['for'],
        'Somebody made {{ $labels.governor }} on {{ $labels.instance }} dormant, perhaps for a piece of work that is long over. Who and why: `healdctl explain {{ $governor }}`. To end it: `healdctl resume {{ $governor }} --reason "the work is done"`',
        stopped
      ),
      alert(
        'HealdTargetsDormant',
        either(
          '%s > 0' % q.max('heald_governor_targets_dormant', 'governor'),
          q.held('HealdTargetsDormant', 'governor', 'firing|pending')
        ),
        'healing',
        'Healing has stopped for targets of {{ $labels.governor }}',
        'Targets of {{ $labels.governor }} on {{ $labels.instance }} are dormant; its other targets are still healed. How many and which: `healdctl status`. When the cause is fixed: `healdctl resume \'{{ $labels.governor }}@TARGET\' --reason "what was fixed"`',
        'Nothing is tried any more for these targets of {{ $labels.governor }}, until a human resumes them.'
      ),
      alert(
        'HealdPermanentlyOpen',
        either(
          '%s == 1' % q.max('heald_circuit_breaker_state', 'governor', 'state="permanent_open"'),
          q.held('HealdPermanentlyOpen', 'governor', 'firing|pending')
        ),
        'healing',
        'The circuit breaker of {{ $labels.governor }} is permanently open',
        '{{ $labels.governor }} on {{ $labels.instance }} has met an error that no retry can help, or too many failures. What happened: `healdctl explain {{ $governor }}`. When the cause is fixed: `healdctl resume {{ $governor }} --reason "what was fixed"`; one attempt is then let through on trial.',
        stopped
      ),
      alert(
        'HealdApprovalWanted',
        '%s > 0' % q.max('heald_approvals_wanted', 'governor'),
        'healing',
        'An attempt of {{ $labels.governor }} waits for the approval of a human',
        '{{ $value }} attempts or permits of {{ $labels.governor }} on {{ $labels.instance }} start only when a human lets them. Which ones, why, and the command for each: `healdctl approve`, or the admin page. To approve one: `healdctl approve REMEDY --reason "why it may start"`',
        'What is wrong stays so until somebody approves the attempt, or it heals by itself.'
      ),
      alert(
        'HealdBreakerOpenLong',
        either(
          '%s == 1' % q.max('heald_circuit_breaker_state', 'governor', 'state=~"open|half_open"'),
          q.held('HealdBreakerOpenLong', 'governor')
        ),
        'healing',
        'The circuit breaker of {{ $labels.governor }} has not closed for %s' % of('HealdBreakerOpenLong')['for'],
        'Attempts under {{ $labels.governor }} on {{ $labels.instance }} keep failing; it waits longer after each and stops at the limit. What fails: `healdctl explain {{ $governor }}`. When the cause is fixed: `healdctl retry {{ $governor }} --reason "what was fixed"`',
        'Attempts under {{ $labels.governor }} start only now and then, one at a time.'
      ),
      alert(
        'HealdBreakerFlapping',
        |||
          %(opened)s >= %(atLeast)s
          and %(on)s %(closed)s >= %(closedAtLeast)s
        ||| % {
          opened: q.count('heald_circuit_breaker_transitions_total', text('HealdBreakerFlapping', 'window'), 'governor', 'to="open"'),
          closed: q.count('heald_circuit_breaker_transitions_total', text('HealdBreakerFlapping', 'window'), 'governor', 'to="closed"'),
          atLeast: text('HealdBreakerFlapping', 'opened'),
          closedAtLeast: text('HealdBreakerFlapping', 'closed'),
          on: q.on('governor'),
        },
        'healing',
        'The circuit breaker of {{ $labels.governor }} opens and closes again and again',
        'It has opened {{ $value }} times within %s on {{ $labels.instance }}: the remedy helps for a while only. See `healdctl explain {{ $governor }}`; to stop it while you look for the cause: `healdctl dormant {{ $governor }} --reason "it only helps for a while"`' % text('HealdBreakerFlapping', 'window'),
        'Healing goes on, until {{ $labels.governor }} has used its budget.'
      ),
      alert(
        'HealdApproachingDormancy',
        either(
          '%s / %s > %s%s' % [
            q.max('heald_consecutive_failures', 'governor'),
            q.max('heald_max_consecutive_failures', 'governor'),
            text('HealdApproachingDormancy', 'threshold'),
            notDormant,
          ],
          q.held('HealdApproachingDormancy', 'governor')
        ),
        'healing',
        '{{ $labels.governor }} is about to stop',
        'More than {{ %s | humanizePercentage }} of the consecutive failures that {{ $labels.governor }} on {{ $labels.instance }} may have are used up; at 100%% it goes dormant and waits for a human. What fails: `healdctl explain {{ $governor }}`' % text('HealdApproachingDormancy', 'threshold'),
        'Healing goes on for a few attempts more.'
      ),
      alert(
        'HealdBudgetNearlyUsed',
        either(
          '%s / %s >= %s%s' % [
            q.max('heald_budget_attempts', 'governor, window'),
            q.max('heald_budget_limit', 'governor, window'),
            text('HealdBudgetNearlyUsed', 'threshold'),
            notDormant,
          ],
          q.held('HealdBudgetNearlyUsed', 'governor, window')
        ),
        'healing',
        '{{ $labels.governor }} has nearly used its budget of attempts',
        '{{ %s | humanizePercentage }} or more of the attempts that {{ $labels.governor }} on {{ $labels.instance }} may make in {{ $labels.window }} are used up, successes included: something is healed and fails again. The attempt after the last makes it dormant. See `healdctl explain {{ $governor }}`' % text('HealdBudgetNearlyUsed', 'threshold'),
        'Healing goes on for a few attempts more.'
      ),
      alert(
        'HealdRemedyIneffective',
        |||
          %(failures)s >= %(threshold)s
          unless %(on)s %(successes)s >= 1
        ||| % {
          failures: q.count('heald_healing_failures_total', text('HealdRemedyIneffective', 'window'), 'remedy, governor'),
          successes: q.count('heald_healing_successes_total', text('HealdRemedyIneffective', 'window'), 'remedy, governor'),
          threshold: text('HealdRemedyIneffective', 'threshold'),
          on: q.on('remedy, governor'),
        },
        'healing',
        'The remedy {{ $labels.remedy }} does not help',
        'It has failed {{ $value }} times within %s on {{ $labels.instance }} and never succeeded. Its last result: `healdctl status`. To try it by hand, through its governor: `healdctl run remedy {{ $labels.remedy }}`' % text('HealdRemedyIneffective', 'window'),
        'Healing goes on until {{ $labels.governor }} reaches its limit, without effect so far.'
      ),
      alert(
        'HealdHealingMasksProblem',
        'round(%s) >= %s' % [
          q.series('instance_remedy:heald_healing_successes:increase7d'),
          text('HealdHealingMasksProblem', 'threshold'),
        ],
        'healing',
        '{{ $labels.remedy }} heals the same problem again and again',
        'It has succeeded {{ $value }} times within a week on {{ $labels.instance }}. What is healed that often has a cause that nobody has fixed, and users notice each of the failures. When and why: `healdctl history --remedy {{ $labels.remedy }}`',
        'Healing works, and hides the cause.'
      ),
      alert(
        'HealdStormBrake',
        either('%s == 1' % q.max('heald_storm_brake_active'), q.held('HealdStormBrake')),
        'checks',
        'Too much is unhealthy on {{ $labels.instance }} at once, so nothing is healed',
        'So many checks of {{ $labels.instance }} are unhealthy that the cause is a common one, which no remedy of a single service will fix. Look for it (network, disk, name service, a dependency): `healdctl status`. Healing goes on by itself when fewer are unhealthy.',
        'No remedy starts on {{ $labels.instance }} while this lasts. Checks go on.'
      ),
      alert(
        'HealdCheckNotHealed',
        either(
          'max %s (%s and %s %s == 1)' % [
            q.by('check'),
            q.series('heald_remedy_info', 'check!=""'),
            q.on('governor'),
            q.series('heald_dormant_triggered_by', 'triggered_by!="manual"'),
          ],
          q.held('HealdCheckNotHealed', 'check', 'firing|pending')
        ),
        'healing',
        '{{ $labels.check }} is not healed, as a governor of its remedies is dormant',
        'This alert goes to nobody: HealdDormant says what to do, and {{ $labels.check }} does not have to say it again. See `healdctl explain {{ $labels.check }}`.',
        'A remedy of {{ $labels.check }} does not start any more, until a human resumes its governor.'
      ),
    ]),

    group('heald-switches', [
      alert(
        'HealdAutomationOff',
        either(
          '%s == 0 unless %s %s == 0' % [
            q.max('heald_feature_enabled', 'feature'),
            q.on('feature'),
            q.series('heald_feature_configured'),
          ],
          q.held('HealdAutomationOff', 'feature', 'firing|pending')
        ),
        'overview',
        '{{ $labels.feature }} has been off on {{ $labels.instance }} for %s or longer' % of('HealdAutomationOff')['for'],
        'A kill switch is off, by hand or by the environment, and the configuration has it on (`healdctl flag` shows which). To switch it on again: `healdctl flag {{ $labels.feature }} on --reason "why"`',
        'What {{ $labels.feature }} switches is not done on {{ $labels.instance }}.'
      ),
      alert(
        'HealdObserveModeLong',
        either(
          '%s == 1' % q.max('heald_observe_mode'),
          '(%s unless %s %s == 1)' % [q.max('heald_remedy_observe_mode', 'remedy'), q.on(), q.series('heald_observe_mode')]
        ) + '\nor ' + q.held('HealdObserveModeLong', 'remedy', 'firing|pending'),
        'healing',
        '{{ with $labels.remedy }}{{ . }}{{ else }}heald{{ end }} on {{ $labels.instance }} has only observed for %s or longer' % of('HealdObserveModeLong')['for'],
        '{{ with $labels.remedy }}That remedy is decided upon and counted, and not run. What it would have done: `healdctl history --remedy {{ . }}`. If you agree with it: remove `mode: observe` from it{{ else }}It decides and counts, and runs no remedy. What it would have done: `healdctl status`. If you agree with it: `healing: {mode: enforce}`{{ end }} in its configuration, then `healdctl reload`',
        '{{ with $labels.remedy }}{{ . }} heals nothing{{ else }}Nothing is healed{{ end }} on {{ $labels.instance }}.'
      ),
      alert(
        'HealdPaused',
        either(pausedEach('check'), pausedEach('governor')) + '\nor ' + q.held('HealdPaused', 'check, governor', 'firing|pending'),
        'healing',
        'Maintenance: {{ if $labels.check }}every remedy of {{ $labels.check }}{{ else }}every remedy under {{ $labels.governor }}{{ end }} is paused',
        'By a human or by a window of the configuration. Until when, by whom and why: `healdctl status`. This alert goes to nobody: it mutes those about what is paused.',
        'What is paused is not healed meanwhile. Checks go on.'
      ),
      alert(
        'HealdPausedLong',
        either('%s == 1' % q.max('heald_remedy_paused', 'remedy'), q.held('HealdPausedLong', 'remedy', 'firing|pending')),
        'healing',
        '{{ $labels.remedy }} has been paused for %s or longer' % of('HealdPausedLong')['for'],
        'Its pause on {{ $labels.instance }} was perhaps forgotten. Until when, by whom and why: `healdctl status`. To end it: `healdctl unpause {{ $labels.remedy }}`',
        'What {{ $labels.remedy }} would heal is not healed. Checks go on.'
      ),
    ]),

    group('heald-detection', [
      alert(
        'HealdDetectionStalled',
        either(
          |||
            time() - %(last)s > %(intervals)s * %(interval)s
            and %(on)s %(enabled)s == 1
          ||| % {
            last: q.max('heald_detection_last_cycle_timestamp_seconds'),
            interval: q.max('heald_detection_interval_seconds'),
            intervals: text('HealdDetectionStalled', 'intervals'),
            on: q.on(),
            enabled: q.series('heald_feature_enabled', 'feature="auto_detection"'),
          },
          q.held('HealdDetectionStalled')
        ),
        'checks',
        'heald on {{ $labels.instance }} has stopped to run its checks',
        'No detection cycle has begun for %s intervals; what fails now is not noticed. See `healdctl status`; if it does not answer: `systemctl restart heald` on {{ $labels.instance }} (its state survives).' % text('HealdDetectionStalled', 'intervals'),
        'What fails on {{ $labels.instance }} from now on is neither noticed nor healed.'
      ),
      alert(
        'HealdCheckFailing',
        either(
          '%s == 1' % q.max('heald_check_health', 'check', 'health="unhealthy"'),
          q.held('HealdCheckFailing', 'check')
        ),
        'checks',
        '{{ $labels.check }} has been unhealthy for %s or longer' % of('HealdCheckFailing')['for'],
        'The check {{ $labels.check }} on {{ $labels.instance }} fails and is not healed: it has no remedy, or its remedy does not help. What it says: `healdctl run check {{ $labels.check }}`',
        '{{ $labels.check }} stays broken until somebody fixes it.'
      ),
      alert(
        'HealdCheckUnknown',
        either(
          '%s == 1 and %s %s > 0' % [
            q.max('heald_check_health', 'check', 'health="unknown"'),
            q.on('check'),
            q.series('heald_check_executions_total'),
          ],
          q.held('HealdCheckUnknown', 'check')
        ),
        'checks',
        '{{ $labels.check }} cannot tell whether it is healthy',
        'The check {{ $labels.check }} on {{ $labels.instance }} gives no answer, and unknown starts nothing: nobody would notice if it were down. What it says: `healdctl run check {{ $labels.check }}`',
        'Nothing starts for {{ $labels.check }} while its state is unknown.'
      ),
      alert(
        'HealdCheckBurningBudget',
        local burning(long, short, limit) = '%s > %s and %s %s > %s' % [
          q.max('instance_check:heald_check_error_budget:burnrate' + long, 'check'),
          text('HealdCheckBurningBudget', limit),
          q.on('check'),
          q.series('instance_check:heald_check_error_budget:burnrate' + short),
          text('HealdCheckBurningBudget', limit),
        ];
        either(burning('1h', '5m', 'fast'), burning('6h', '1h', 'slow')) + '\nor ' + q.held('HealdCheckBurningBudget', 'check'),
        'checks',
        '{{ $labels.check }} is unhealthy too often',
        'The check {{ $labels.check }} on {{ $labels.instance }} is unhealthy {{ $value | humanize }} times as much as a target of {{ %s | humanizePercentage }} allows, though perhaps never for long. When and why: `healdctl history --check {{ $labels.check }}`' % q.text(config.availabilityTarget),
        'Users notice it each time, also when it is healed.'
      ),
      alert(
        'HealdChecksMissed',
        '%s >= %s' % [
          q.count('heald_check_missed_runs_total', text('HealdChecksMissed', 'window'), 'check'),
          text('HealdChecksMissed', 'threshold'),
        ],
        'checks',
        '{{ $labels.check }} is slower than its interval',
        '{{ $value }} runs of the check {{ $labels.check }} on {{ $labels.instance }} were skipped within %s because the one before was not over. Give it a longer interval or a shorter timeout, then: `healdctl reload`' % text('HealdChecksMissed', 'window'),
        'What {{ $labels.check }} watches is noticed later than its interval says.'
      ),
      alert(
        'HealdEventsDropped',
        '%s >= %s' % [
          q.count('heald_events_dropped_total', text('HealdEventsDropped', 'window'), 'reason', 'reason=~"queue_full|expired"'),
          text('HealdEventsDropped', 'threshold'),
        ],
        'internals',
        'heald on {{ $labels.instance }} has lost events',
        '{{ $value }} events were dropped within %s ({{ $labels.reason }}): more arrives than can be handled. See `healdctl status`, and who sends that many alerts.' % text('HealdEventsDropped', 'window'),
        'Healing for the dropped events has not been started.'
      ),
    ]),

    group('heald-tasks', [
      alert(
        'HealdTaskStalled',
        either(
          |||
            time() - %(last)s > %(late)s
            and %(on)s %(uptime)s > %(late)s
            and %(on)s %(enabled)s == 1
            and %(on)s %(info)s
          ||| % {
            last: q.max('heald_background_task_last_run_timestamp_seconds', 'task'),
            late: '%s * %s' % [text('HealdTaskStalled', 'intervals'), q.max('heald_background_task_interval_seconds', 'task')],
            uptime: q.max('heald_background_task_uptime_seconds', 'task'),
            on: q.on('task'),
            enabled: q.series('heald_background_task_enabled'),
            info: q.series('heald_background_task_info', 'kind="interval"'),
          },
          q.held('HealdTaskStalled', 'task')
        ),
        'internals',
        'The background task {{ $labels.task }} does not run any more',
        'It should run on its interval on {{ $labels.instance }} and has missed %s of them. See `healdctl status`; then: `systemctl restart heald` on {{ $labels.instance }} (its state survives).' % text('HealdTaskStalled', 'intervals'),
        'What {{ $labels.task }} does is not done on {{ $labels.instance }}.'
      ),
      alert(
        'HealdTaskFailing',
        |||
          %(failures)s >= %(threshold)s
          and %(on)s %(failures)s > %(ratio)s * %(executions)s
        ||| % {
          failures: q.count('heald_background_task_failures_total', text('HealdTaskFailing', 'window'), 'task'),
          executions: q.count('heald_background_task_executions_total', text('HealdTaskFailing', 'window'), 'task'),
          threshold: text('HealdTaskFailing', 'threshold'),
          ratio: text('HealdTaskFailing', 'ratio'),
          on: q.on('task'),
        },
        'internals',
        'The background task {{ $labels.task }} keeps failing',
        '{{ $value }} of its runs within %s have failed on {{ $labels.instance }}, more than {{ %s | humanizePercentage }} of them. Its state: `healdctl status`. Why: `journalctl -u heald | grep {{ $labels.task }}`' % [text('HealdTaskFailing', 'window'), text('HealdTaskFailing', 'ratio')],
        'What {{ $labels.task }} does is done in part or not at all on {{ $labels.instance }}.'
      ),
      alert(
        'HealdTaskLimitReached',
        '%s >= 1' % q.count('heald_background_task_rejections_total', text('HealdTaskLimitReached', 'window'), '', 'reason="limit"'),
        'internals',
        'A background task of heald on {{ $labels.instance }} was refused',
        'All places for background tasks are taken; registrations refused within %s: {{ $value }}. Which tasks are there: `healdctl status`. Raise background_tasks.limit, then: `healdctl reload`' % text('HealdTaskLimitReached', 'window'),
        'The refused task does not run.'
      ),
    ]),

    group('heald-processes', [
      alert(
        'HealdProcessFlapping',
        '%s >= %s' % [
          q.count('heald_monitored_process_restarts_total', text('HealdProcessFlapping', 'window'), 'process'),
          text('HealdProcessFlapping', 'threshold'),
        ],
        'checks',
        '{{ $labels.process }} keeps dying and coming back',
        'The process {{ $labels.process }} on {{ $labels.instance }} was gone and there again {{ $value }} times within %s. What the check says: `healdctl run check {{ $labels.process }}`' % text('HealdProcessFlapping', 'window'),
        'Healing goes on.'
      ),
      alert(
        'HealdProcessOrphaned',
        either('%s > 0' % q.max('heald_monitored_process_orphans', 'process'), q.held('HealdProcessOrphaned', 'process')),
        'checks',
        '{{ $labels.process }} leaves orphans behind',
        'Processes of {{ $labels.process }} on {{ $labels.instance }} have lost the one that started them and go on. How many: `healdctl run check {{ $labels.process }}`. A remedy of kind signal with orphans: true ends them.',
        'Healing goes on.'
      ),
    ]),

    group('heald-itself', [
      alert(
        'HealdStoreFailing',
        either('%s == 0' % q.max('heald_store_up'), q.held('HealdStoreFailing')),
        'internals',
        'heald on {{ $labels.instance }} cannot write its store, so nothing is healed',
        'What cannot be recorded is not done. Look at disk space, permissions and locks of the store on {{ $labels.instance }}: `healdctl status` says what failed. heald notices by itself when it can write again.',
        'No remedy starts on {{ $labels.instance }} while this lasts. Checks go on.'
      ),
      alert(
        'HealdStoreOnReserve',
        either('%s == 1' % q.max('heald_store_on_reserve'), q.held('HealdStoreOnReserve')),
        'internals',
        'The disk of heald on {{ $labels.instance }} is full',
        'Its store lives on its reserve, which is enough for a hundred attempts or more, so that a remedy can still clean up. After %s none has. Make room on the disk of the store on {{ $labels.instance }}; `healdctl status` says which.' % of('HealdStoreOnReserve')['for'],
        'When the reserve is used up, no remedy starts on {{ $labels.instance }}.'
      ),
      alert(
        'HealdReloadFailed',
        either('%s == 0' % q.max('heald_config_last_reload_successful'), q.held('HealdReloadFailed')),
        'internals',
        'heald on {{ $labels.instance }} has refused its new configuration',
        'The configuration before it is still in force. Every mistake with its line: `healdctl check-config`. Then: `healdctl reload`',
        'Nothing of the new configuration is in force on {{ $labels.instance }}.'
      ),
      alert(
        'HealdNoLeader',
        'max %s (%s) == 0' % [q.byJob(), q.series('heald_leader')],
        'internals',
        'No replica of {{ $labels.job }}{{ with $labels.namespace }} in {{ . }}{{ end }} leads, so nothing is healed',
        'All that are seen stand by. Each of them says why: `healdctl status`. Most often etcd has no quorum.',
        'No remedy starts. Checks go on.',
        one=false
      ),
      alert(
        'HealdTwoLeaders',
        'sum %s (%s) > 1' % [q.byJob(), q.series('heald_leader')],
        'internals',
        'More than one replica of {{ $labels.job }}{{ with $labels.namespace }} in {{ . }}{{ end }} leads',
        '{{ $value }} of them think so. Two healds that are to be one have different values of `store.etcd.prefix`, or different clusters of etcd: `healdctl replicas` on each says whether they know of one another. With one prefix only one of them can start anything, whatever it thinks.',
        'With different prefixes each heals by itself: attempts are made twice.',
        one=false
      ),
      alert(
        'HealdConfigurationsDiffer',
        'count %s (count_values %s ("hash", %s)) > 1' % [
          q.byJob(),
          q.byJob(),
          q.series('heald_config_hash', of('HealdConfigurationsDiffer').matchers),
        ],
        'internals',
        'The healds of {{ $labels.job }}{{ with $labels.namespace }} in {{ . }}{{ end }} have different configurations',
        '{{ $value }} different ones have been in force for %s, so a roll-out has not reached them all. Which: the panel Configuration of the dashboard. On those that lag behind: `healdctl check-config`, then `healdctl reload`' % of('HealdConfigurationsDiffer')['for'],
        'Some of them check and heal by an old configuration.',
        one=false
      ),
    ]),

    group('heald-http', [
      alert(
        'HealdHttpErrors',
        |||
          sum %(by)s (rate(%(errors)s[5m]))
          / sum %(by)s (rate(%(all)s[5m])) > %(threshold)s
        ||| % {
          by: q.by('handler'),
          errors: q.series('heald_http_requests_total', 'code=~"5..",handler!~"/-/.*"'),
          all: q.series('heald_http_requests_total', 'handler!~"/-/.*"'),
          threshold: text('HealdHttpErrors', 'threshold'),
        },
        'internals',
        'heald on {{ $labels.instance }} answers {{ $labels.handler }} with errors',
        '{{ $value | humanizePercentage }} of the answers are 5xx. 503 is a store that cannot be written or a daemon that stops: `healdctl status`. Everything else is in `journalctl -u heald`.',
        'Commands and views by this call fail on {{ $labels.instance }}.'
      ),
      alert(
        'HealdWrongToken',
        '%s > %s' % [
          q.count('heald_http_auth_failures_total', text('HealdWrongToken', 'window'), '', 'reason="wrong"'),
          text('HealdWrongToken', 'threshold'),
        ],
        'internals',
        'heald on {{ $labels.instance }} is called with a wrong token',
        '{{ $value }} calls within %s had a token that is not that of heald. Somebody guesses, or a client has an old one: `healdctl history --kind access` and the log say from which address.' % text('HealdWrongToken', 'window'),
        'Nothing was changed by these calls. A client with an old token, as Alertmanager may be one, is not heard.'
      ),
      alert(
        'HealdAlertsRejected',
        '%s >= %s' % [
          q.count('heald_alerts_rejected_total', text('HealdAlertsRejected', 'window'), 'reason'),
          text('HealdAlertsRejected', 'threshold'),
        ],
        'internals',
        'heald on {{ $labels.instance }} rejects alerts of Alertmanager ({{ $labels.reason }})',
        '{{ $value }} within %s were not taken, and Alertmanager does not send them again: {{ if eq $labels.reason "unauthorized" }}the token is missing or wrong{{ else if eq $labels.reason "labels" }}a label is not what the remedy allows{{ else if eq $labels.reason "targets" }}the remedy has as many targets as it may have{{ else if eq $labels.reason "invalid" }}the body is not what Alertmanager sends{{ else }}there are too many at once{{ end }}. Which: `healdctl history --kind alert`, and the log of Alertmanager.' % text('HealdAlertsRejected', 'window'),
        'What these alerts ask for is not healed.'
      ),
    ]),
  ]
