// heald itself.
local words = import 'words.libsonnet';

function(k)
  // Of each heald one line; the ten with most.
  local healds(title, description, selector, options={}) =
    k.lines(title, description + ' The ten healds with most.', [{ expr: k.greatestNow(10, 'H', selector), legend: k.labels.instance }], { w: 6 } + options);
  local ago(title, description, expr, options={}) = k.ranking(title, description, expr, k.labels.instance, { w: 6, unit: 's' } + options);
  local alone = 'No heald has replicas';
  local last99(metric, selector) = [{
    expr: 'histogram_quantile(0.99, sum by (le) (rate(%s_bucket{%s}[$__rate_interval]))) >= 0 or on () vector(0)' % [metric, selector],
    legend: '99 of 100',
  }];

  k.dashboard(
    'heald-internals',
    'heald itself: versions and configurations, queue, log, background tasks, store, HTTP, process, replicas.',
    [],
    k.annotations('J', k.labels.job),
    [
      k.row('', [
        k.stat('Healds', 'Healds that Prometheus can scrape now.', 'count(heald_build_info{S} and on (H) up{S} == 1) or vector(0)', {
          w: 6,
          thresholds: k.steps([['red'], ['green', 1]]),
          runbook: 'HealdDown',
        }),
        k.stat('Stores that cannot be written', 'While a store cannot be written its heald starts nothing.', 'count(heald_store_up{S} == 0) or vector(0)', { w: 6, thresholds: k.zeroIsGood(), runbook: 'HealdStoreFailing' }),
        k.stat('Refused configurations', 'Healds whose last load of the configuration failed; the one before it is in force.', 'count(heald_config_last_reload_successful{S} == 0) or vector(0)', { w: 6, thresholds: k.zeroIsGood('orange'), runbook: 'HealdReloadFailed' }),
        k.stat('Different configurations', 'How many different configurations are in force.', 'count(count_values("hash", heald_config_hash{S}))', { w: 6, runbook: 'HealdConfigurationsDiffer' }),
      ], 4),
      k.row('', [
        k.table('Builds', 'What healds were built from, and how many of each; most first.', 'topk(100, count by (version, revision, compiler) (heald_build_info{S}))', [
          { field: 'Value', title: 'Healds', unit: 'none', width: 80 },
          { field: 'version', title: 'Version', width: 110 },
          { field: 'revision', title: 'Revision', width: 160 },
          { field: 'compiler', title: 'Compiler' },
        ]),
        k.table('Configurations', 'The configurations in force, as numbers (the same number is the same configuration), and how many healds have each; most first, 100 at most.', 'topk(100, count_values("hash", heald_config_hash{S}))', [
          { field: 'Value', title: 'Healds', unit: 'none', width: 80 },
          { field: 'hash', title: 'Configuration' },
        ]),
      ], 6),

      k.row('Load', [
        k.lines('Event queue', 'Events that wait for the engine, the ten healds with most; and the most that may.', [
          { expr: k.greatestNow(10, 'H', 'heald_event_queue_length{S}'), legend: k.labels.instance },
          { expr: 'min(heald_event_queue_capacity{S})', legend: 'capacity' },
        ], { w: 8, colors: { capacity: 'limit:#808080' } }),
        k.bars('Events', 'Events that asked for healing, by where they came from.', [
          { expr: 'round(sum by (source) (%s))' % k.perStep('heald_events_total{S}'), legend: '{{source}}' },
        ], { w: 8, colors: { check: 'blue', alertmanager: 'purple', api: 'green', preventive: 'yellow' } }),
        k.bars('Events dropped', 'Events that led to nothing, and labels of alerts that were not passed on because their names clash. duplicate and unmatched are ordinary; queue_full and expired are losses; a clash is a mistake of an alert\'s author, or an attack.', [
          { expr: 'round(sum by (reason) (%s))' % k.perStep('heald_events_dropped_total{S}'), legend: '{{reason}}' },
          { expr: 'round(sum(%s))' % k.perStep('heald_alert_labels_refused_total{S}'), legend: 'labels refused' },
          { expr: 'round(sum by (reason) (%s))' % k.perStep('heald_alerts_rejected_total{S}'), legend: 'rejected: {{reason}}' },
        ], { w: 8, colors: { queue_full: 'red', expired: 'orange', duplicate: '#808080', unmatched: 'blue', 'labels refused': 'purple' }, runbook: 'HealdEventsDropped' }),
        k.lines('Slots of healing', 'Actions that run as a part of healing.max_concurrent, and attempts whose effect is not known yet as a part of healing.max_unverified; the ten healds that are fullest.', [
          { expr: k.greatest(10, 'H', 'heald_healing_actions_running{S} / heald_healing_actions_running_limit{S}', 'heald_healing_actions_running{S} @ end() / heald_healing_actions_running_limit{S} @ end()'), legend: 'running ' + k.labels.instance },
          { expr: k.greatest(10, 'H', 'heald_healing_attempts_unverified{S} / heald_healing_attempts_unverified_limit{S}', 'heald_healing_attempts_unverified{S} @ end() / heald_healing_attempts_unverified_limit{S} @ end()'), legend: 'not verified ' + k.labels.instance },
        ], { w: 8, unit: 'percentunit', defaults: { max: 1 } }),
        k.bars('Log', 'Lines that were logged, by level.', [
          { expr: 'round(sum by (level) (%s))' % k.perStep('heald_log_messages_total{S}'), legend: '{{level}}' },
        ], { w: 8, colors: { debug: '#808080', info: 'blue', warn: 'yellow', 'error': 'orange' } }),
        k.ranking('Recommendations', 'Recommendations in /api/status, each with the command that helps; the ten healds with most.', 'topk(10, heald_recommendations{S} > 0)', k.labels.instance, {
          w: 8,
          defaults: { noValue: 'Nothing is recommended', links: [k.seriesLink('heald-host')] },
        }),
      ]),

      k.row('Background tasks', [
        k.ranking('Time since the last run, in intervals', 'How many of its intervals ago a task has run; more than 3 is a task that stands still. The ten longest.',
                  'topk(10, (time() - (heald_background_task_last_run_timestamp_seconds{S} > 0)) / heald_background_task_interval_seconds{S})', '{{task}} ' + k.labels.instance, {
                    w: 8,
                    thresholds: k.steps([['green'], ['orange', 3]]),
                    defaults: { noValue: 'No task has run yet', decimals: 1 },
                    runbook: 'HealdTaskStalled',
                  }),
        k.lines('Disabled tasks', 'Background tasks that do not run when they are due, counted by task.', [
          { expr: 'sum by (task) (heald_background_task_enabled{S} == bool 0)', legend: '{{task}}' },
        ], { w: 8 }),
        k.bars('Runs', 'Runs of background tasks, on all healds.', [
          { expr: 'round(sum by (task) (%s))' % k.perStep('heald_background_task_executions_total{S}'), legend: '{{task}}' },
        ], { w: 8 }),
        k.bars('Failed and missed runs', 'Runs that failed, and runs that were skipped because the one before was not over.', [
          { expr: 'round(sum by (task) (%s))' % k.perStep('heald_background_task_failures_total{S}'), legend: '{{task}} failed' },
          { expr: 'round(sum by (task) (%s))' % k.perStep('heald_background_task_overruns_total{S}'), legend: '{{task}} missed' },
        ], { w: 8, color: 'orange', runbook: 'HealdTaskFailing' }),
        k.lines('Length of the last run', 'How long the last run of a background task took; the ten longest.', [
          { expr: k.greatestNow(10, 'H, task', 'heald_background_task_last_duration_seconds{S}'), legend: '{{task}} ' + k.labels.instance },
        ], { w: 8, unit: 's' }),
        k.lines('Places', 'Background tasks that are registered as a part of the most there may be; the ten healds that are fullest.', [
          { expr: k.greatest(10, 'H', 'heald_background_tasks{S} / heald_background_tasks_limit{S}', 'heald_background_tasks{S} @ end() / heald_background_tasks_limit{S} @ end()'), legend: k.labels.instance },
        ], { w: 8, unit: 'percentunit', defaults: { max: 1 }, runbook: 'HealdTaskLimitReached' }),
        k.bars('Replaced and refused', 'Registrations that replaced a task, and those that were refused.', [
          { expr: 'round(sum(%s))' % k.perStep('heald_background_task_replacements_total{S}'), legend: 'replaced' },
          { expr: 'round(sum by (reason) (%s))' % k.perStep('heald_background_task_rejections_total{S}'), legend: 'refused: {{reason}}' },
        ], { w: 8, colors: { replaced: 'blue' } }),
        k.table('Tasks that are off', 'Background tasks that are not enabled, and since when they have been registered; the latest first, 100 at most.',
                'topk(100, 1000 * (heald_background_task_start_timestamp_seconds{S} and on (H, task) heald_background_task_enabled{S} == 0) * on (H, task) group_left (kind) heald_background_task_info{S})',
                [k.since('Registered'), { field: 'task', title: 'Task' }, { field: 'kind', title: 'Kind', width: 90 }, k.hostColumn] + k.placeColumns,
                { w: 8, none: 'Every background task is enabled' }),
        k.ranking('Registered last', 'For how long a background task has been registered; the ten latest.',
                  'bottomk(10, heald_background_task_uptime_seconds{S})', '{{task}} ' + k.labels.instance, { w: 8, unit: 's' }),
        k.lines('Enabled tasks', 'Background tasks that run when they are due, of all healds of a job.', [
          { expr: 'sum by (J) (heald_background_tasks_active{S})', legend: k.labels.job },
        ], { w: 8, color: 'green' }),
      ]),

      k.row('Store', [
        k.lines('Operations', 'Operations of the store per second, on all healds.', [
          { expr: 'sum by (operation) (rate(heald_store_operations_total{S}[$__rate_interval]))', legend: '{{operation}}' },
        ], { w: 6, unit: 'ops' }),
        k.bars('Failed operations', 'Operations of the store that failed.', [
          { expr: 'round(sum by (operation) (%s))' % k.perStep('heald_store_operation_failures_total{S}'), legend: '{{operation}}' },
        ], { w: 6, defaults: { color: { mode: 'fixed', fixedColor: 'red' } }, runbook: 'HealdStoreFailing' }),
        k.lines('Why stores fail', 'Healds whose store fails, by the first cause, until it is over.', [
          { expr: 'sum by (cause) (heald_store_failing{S})', legend: '{{cause}}' },
        ], { w: 6, defaults: { color: { mode: 'fixed', fixedColor: 'red' } }, runbook: 'HealdStoreFailing' }),
        k.lines('Length of commits', 'How long commits took: 99 of 100. 0 while there was none.', last99('heald_store_operation_duration_seconds', 'S,operation="commit"'), { w: 6, unit: 's', colors: { '99 of 100': 'purple' } }),
        healds('Size', 'Size of the store with its journal.', 'heald_store_size_bytes{S}', { unit: 'bytes' }),
        ago('Stores without a reserve', 'Healds that live on the reserve of their disk, or have none: disk space that the store holds for the hour when the disk is full. The ten smallest.', 'bottomk(10, heald_store_reserve_bytes{S} unless on (H) heald_store_on_reserve{S} == 1 or 0 * heald_store_on_reserve{S} == 1)', { unit: 'bytes', runbook: 'HealdStoreOnReserve', thresholds: k.steps([['red'], ['green', 1]]) }),
        k.bars('Reloads', 'Reloads that were tried, and those that failed.', [
          { expr: 'round(sum(%s))' % k.perStep('heald_config_reloads_total{S}'), legend: 'tried' },
          { expr: 'round(sum(%s))' % k.perStep('heald_config_reload_failures_total{S}'), legend: 'failed' },
        ], { w: 6, colors: { tried: 'blue', failed: 'orange' }, runbook: 'HealdReloadFailed' }),
        ago('Configuration in force for', 'Time since the configuration was last loaded successfully; the ten latest.', 'bottomk(10, time() - heald_config_last_reload_success_timestamp_seconds{S})'),
      ]),

      k.row('Replicas and notifications', [
        k.lines('Replicas', 'Of healds with several replicas: how many etcd knows of, and how many of them act; of each job.', [
          { expr: 'max by (J) (heald_replicas{S})', legend: 'replicas of ' + k.labels.job },
          { expr: 'sum by (J) (heald_leader{S})', legend: 'acting of ' + k.labels.job },
        ], { w: 6, runbook: 'HealdNoLeader', defaults: { noValue: alone } }),
        k.bars('Changes of who acts', 'How often another replica has begun to act, and requests about it that etcd did not answer well.', [
          { expr: 'round(sum(%s))' % k.perStep('heald_leader_transitions_total{S}'), legend: 'changes' },
          { expr: 'round(sum(%s))' % k.perStep('heald_etcd_failures_total{S}'), legend: 'failed requests' },
        ], { w: 6, colors: { changes: 'blue', 'failed requests': 'orange' }, defaults: { noValue: alone } }),
        k.bars('Notifications', 'Notifications of heald itself, by receiver and how that ended; and entries of the history that were forgotten before they were sent to a receiver.', [
          { expr: 'round(sum by (receiver, outcome) (%s))' % k.perStep('heald_notifications_total{S}'), legend: '{{receiver}}: {{outcome}}' },
          { expr: 'round(sum by (receiver) (%s))' % k.perStep('heald_notifications_lost_entries_total{S}'), legend: '{{receiver}}: lost' },
        ], { w: 6, defaults: { noValue: 'heald tells nobody itself' } }),
        k.lines('Not told yet', 'Problems that are not yet sent to a receiver of notifications; the ten with most.', [
          { expr: k.greatestNow(10, 'H, receiver', 'heald_notifications_pending{S}'), legend: '{{receiver}} ' + k.labels.instance },
        ], { w: 6, color: 'orange', defaults: { noValue: 'heald tells nobody itself' } }),
        k.bars('Traces', 'Spans that were sent to a collector, by how that ended, and exports that failed and are tried again.', [
          { expr: 'round(sum by (outcome) (%s))' % k.perStep('heald_telemetry_spans_total{S}'), legend: '{{outcome}}' },
          { expr: 'round(sum(%s))' % k.perStep('heald_telemetry_export_failures_total{S}'), legend: 'failed exports' },
        ], { w: 6, colors: { 'failed exports': 'orange' }, defaults: { noValue: 'No collector is configured' } }),
      ]),

      k.row('HTTP', [
        k.lines('Requests', 'Requests per second, by call; the ten calls with most.', [
          { expr: k.greatest(10, 'handler', 'sum by (handler) (rate(heald_http_requests_total{S}[$__rate_interval]))', 'sum by (handler) (heald_http_requests_total{S} @ end())'), legend: '{{handler}}' },
        ], { w: 6, unit: 'reqps' }),
        k.lines('Answers by code', 'Answers per second, by status code.', [
          { expr: 'sum by (code) (rate(heald_http_requests_total{S}[$__rate_interval]))', legend: '{{code}}' },
        ], { w: 6, unit: 'reqps', runbook: 'HealdHttpErrors' }),
        k.lines('Connections', 'Connections that are open, by listener, on all healds.', [
          { expr: 'sum by (listener) (heald_http_connections{S})', legend: '{{listener}}' },
        ], { w: 6 }),
        k.bars('Connections that met a limit', 'Connections that a limit closed or refused: too many of all or of one peer, no descriptors, no memory, or a client that was too slow.', [
          { expr: 'round(sum by (listener, limit) (%s))' % k.perStep('heald_http_connection_limits_total{S}'), legend: '{{listener}}: {{limit}}' },
        ], { w: 6, color: 'orange' }),
        k.lines('Time to answer', 'How long answers took: 99 of 100. 0 while there was none.', last99('heald_http_request_duration_seconds', 'S'), { w: 6, unit: 's', colors: { '99 of 100': 'purple' } }),
        k.bars('Wrong and missing tokens', 'Calls with a wrong token, whether or not they need one, and calls that need one and have none. Wrong ones are somebody who guesses, or a client with an old token. Beside them, changing calls whose caller had gone before they began, and those that were answered again under their key.', [
          { expr: 'round(sum by (reason) (%s))' % k.perStep('heald_http_auth_failures_total{S}'), legend: '{{reason}} token' },
          { expr: 'round(sum(%s))' % k.perStep('heald_http_abandoned_total{S}'), legend: 'dropped' },
          { expr: 'round(sum(%s))' % k.perStep('heald_http_repeated_total{S}'), legend: 'answered again' },
        ], { w: 6, colors: { 'wrong token': 'orange', dropped: 'yellow', 'answered again': '#808080' }, runbook: 'HealdWrongToken' }),
      ]),

      k.row('Process', [
        k.lines('CPU', 'Cores that heald uses, without its remedies. The ten healds with most.', [
          {
            expr: k.greatest(10, 'H', 'rate(process_cpu_seconds_total{S}[$__rate_interval]) and on (H) heald_build_info{S}', 'rate(process_cpu_seconds_total{S}[$__rate_interval] @ end()) and on (H) heald_build_info{S} @ end()'),
            legend: k.labels.instance,
          },
        ], { w: 6, defaults: { decimals: 3 } }),
        healds('Memory', 'Memory of heald in RAM.', 'process_resident_memory_bytes{S}', { unit: 'bytes' }),
        k.lines('File descriptors', 'Open file descriptors as a part of the limit. The ten healds with most.', [
          { expr: k.greatest(10, 'H', 'process_open_fds{S} / process_max_fds{S}', 'process_open_fds{S} @ end() / process_max_fds{S} @ end()'), legend: k.labels.instance },
        ], { w: 6, unit: 'percentunit', defaults: { decimals: 1 } }),
        healds('Threads', 'Threads of the process of heald.', 'process_threads{S}'),
        healds('Address space', 'Address space of heald.', 'process_virtual_memory_bytes{S}', { unit: 'bytes' }),
        ago('Started last', 'Time since heald started; the ten latest.', 'bottomk(10, time() - process_start_time_seconds{S} and on (H) heald_build_info{S})', { runbook: 'HealdRestarting' }),
        k.ranking('Kill switches moved last', 'Time since a human moved a kill switch at run time; the ten latest.',
                  'bottomk(10, time() - (heald_feature_last_change_timestamp_seconds{S} > 0))', '{{feature}} ' + k.labels.instance, {
                    w: 12,
                    unit: 's',
                    defaults: { noValue: 'Nobody has moved a kill switch' },
                  }),
      ]),
    ]
  )
