// Everything that can be set about the rules, the routes and the messages: docs/monitoring.md explains it. The chart takes the
// same keys, below `prometheusRule.config`.
{
  _config+:: {
    // More matchers for every series of heald, as `namespace="apps"`: only those healds are looked at. The labels in it have to
    // be among those below.
    selector: '',
    // Targets that are healds by definition, even before a scrape of them has worked. All others are known by heald_build_info,
    // whatever their job is called. Empty: none.
    targetSelector: 'job="heald"',

    // What tells healds apart. They are in every `by`, `on`, grouping and inhibition; one that a series does not have does no
    // harm. External labels of Prometheus belong into clusterLabels.
    clusterLabels: ['cluster'],
    jobLabels: ['namespace', 'job'],
    instanceLabels: ['instance'],

    // For how long a heald that is no target any more is remembered, and with it what is wrong with it.
    memory: '1h',
    // How often the recording rules about healing and checks run; at most 2m, as Prometheus looks back 5m.
    recordingInterval: '2m',
    // The share of time in which a check should not be unhealthy. Burn rates are multiples of what is left.
    availabilityTarget: 0.99,

    // Where links lead: Grafana, docs/runbooks wherever you keep them, and the page of one heald. Templates of Prometheus are
    // allowed. The page is that of the metrics listener: at the instance or, when that is no address, at its port of that host.
    grafanaUrl: 'http://grafana.example.org',
    runbookUrl: 'http://runbooks.example.org',
    healdUrl: '{{ if match ":[0-9]+$" $labels.instance }}http://{{ $labels.instance }}/{{ else }}http://{{ $labels.instance }}:9469/{{ end }}',
    // The uids of the dashboards.
    dashboards: { overview: 'heald-overview', healing: 'heald-healing', checks: 'heald-checks', internals: 'heald-internals' },

    alertmanager: {
      slackUrlFile: '/etc/alertmanager/slack-url',
      templates: 'templates/*.tmpl',
      channel: '#heald',
      criticalChannel: '#heald-critical',
      watchdogUrl: 'http://127.0.0.1:9096/heartbeat',
    },

    // Of each alert: whether it is there, its severity (the routes know critical, warning, info and none), how long what it tells of
    // has to last ('': not at all), and its thresholds. `enabled` of one that inhibits others is better left alone.
    local alert(severity, lasting='', more={}) = { enabled: true, severity: severity, 'for': lasting } + more,
    alerts: {
      HealdUnreachable: alert('none'),
      HealdDown: alert('critical', '2m'),
      HealdAbsent: alert('critical', '5m'),
      HealdRestarting: alert('warning', '', { window: '30m', threshold: 2 }),
      HealdWatchdog: alert('none'),

      HealdDormant: alert('critical'),
      HealdDormantByHand: alert('info', '4h'),
      HealdTargetsDormant: alert('critical'),
      HealdPermanentlyOpen: alert('critical'),
      HealdApprovalWanted: alert('warning', '1m'),
      HealdBreakerOpenLong: alert('warning', '15m'),
      HealdBreakerFlapping: alert('warning', '', { window: '1h', opened: 4, closed: 2 }),
      HealdApproachingDormancy: alert('warning', '', { threshold: 0.6 }),
      HealdBudgetNearlyUsed: alert('warning', '', { threshold: 0.8 }),
      HealdRemedyIneffective: alert('warning', '', { window: '6h', threshold: 3 }),
      HealdHealingMasksProblem: alert('warning', '', { threshold: 10 }),
      HealdStormBrake: alert('critical', '1m'),
      HealdCheckNotHealed: alert('none'),

      HealdAutomationOff: alert('warning', '1h'),
      HealdObserveModeLong: alert('info', '2w'),
      HealdPaused: alert('none'),
      HealdPausedLong: alert('info', '2w'),

      HealdDetectionStalled: alert('critical', '5m', { intervals: 3 }),
      HealdCheckFailing: alert('warning', '15m'),
      HealdCheckUnknown: alert('warning', '15m'),
      HealdCheckBurningBudget: alert('warning', '', { fast: 14.4, slow: 6 }),
      HealdChecksMissed: alert('warning', '', { window: '30m', threshold: 5 }),
      HealdEventsDropped: alert('warning', '', { window: '15m', threshold: 1 }),

      HealdTaskStalled: alert('warning', '5m', { intervals: 3 }),
      HealdTaskFailing: alert('warning', '', { window: '1h', threshold: 2, ratio: 0.5 }),
      HealdTaskLimitReached: alert('warning', '', { window: '1h' }),

      HealdProcessFlapping: alert('warning', '', { window: '1h', threshold: 3 }),
      HealdProcessOrphaned: alert('warning', '15m'),

      HealdStoreFailing: alert('critical', '1m'),
      HealdStoreOnReserve: alert('critical', '2m'),
      HealdReloadFailed: alert('warning', '1m'),
      HealdNoLeader: alert('critical', '1m'),
      HealdTwoLeaders: alert('critical', '1m'),
      HealdConfigurationsDiffer: alert('warning', '15m', { matchers: 'namespace!=""' }),

      HealdHttpErrors: alert('warning', '10m', { threshold: 0.05 }),
      HealdWrongToken: alert('warning', '', { window: '1h', threshold: 5 }),
      HealdAlertsRejected: alert('warning', '', { window: '15m', threshold: 1 }),
    },
  },
}
