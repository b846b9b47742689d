// Alertmanager's configuration as a text, as its comments are for those who read it.
function(config)
  local names(lists) = std.join(', ', std.flattenArrays(lists));
  local here = config.clusterLabels;
  local together = here + config.jobLabels;
  local one = together + config.instanceLabels;
  |||
    # Made by scripts/alert-files from alerts/lib: change it there.
    #
    # Alertmanager for the alerts of heald: to Slack, by severity. `amtool check-config alertmanager.yml`
    #
    # To set: the file with Slack's incoming webhook address (a secret, so it is a file), the channels, and the address that
    # expects the watchdog's heartbeat (a dead man's switch: it calls you when the heartbeat stays away).
    global:
      slack_api_url_file: %(slackUrlFile)s

    templates: ['%(templates)s']

    # What happens to a fleet is one message: the same alert of all healds of a cluster, together. Slack takes one message a
    # second, and Alertmanager does not send again what Slack refused.
    route:
      receiver: slack
      group_by: [%(group)s]
      group_wait: 1m                          # what begins within it is in the first message
      group_interval: 5m                      # what comes or ends later is in the next
      repeat_interval: 12h
      routes:
        - matchers: [alertname = HealdWatchdog]
          receiver: dead-mans-switch
          group_wait: 0s
          group_interval: 1m
          repeat_interval: 5m
        - matchers: [severity = none]         # only there to mute others, see inhibit_rules
          receiver: nobody
        - matchers: [severity = critical]
          receiver: slack-critical
          repeat_interval: 4h
        - matchers: [severity = info]
          receiver: slack
          repeat_interval: 3d

    # What follows from something that is known already need not be sent as well.
    inhibit_rules:
      # A heald that cannot be scraped says nothing true about anything else, from the first failed scrape on.
      - source_matchers: [alertname =~ "HealdUnreachable|HealdDown"]
        target_matchers: [alertname =~ "Heald.+", alertname !~ "HealdUnreachable|HealdDown|HealdWatchdog"]
        equal: [%(one)s]
      - source_matchers: [alertname = HealdAbsent]
        target_matchers: [alertname =~ "Heald.+", alertname !~ "HealdAbsent|HealdWatchdog"]
        equal: [%(here)s]
      # Who has stopped is no longer about to stop.
      - source_matchers: [alertname =~ "HealdDormant|HealdDormantByHand"]
        target_matchers:
          - alertname =~ "HealdPermanentlyOpen|HealdApproachingDormancy|HealdBreakerOpenLong|HealdBreakerFlapping|HealdBudgetNearlyUsed|HealdRemedyIneffective"
        equal: [%(one)s, governor]
      - source_matchers: [alertname = HealdPermanentlyOpen]
        target_matchers: [alertname =~ "HealdBreakerOpenLong|HealdApproachingDormancy"]
        equal: [%(one)s, governor]
      # That healing of a check has stopped says that it stays broken.
      - source_matchers: [alertname = HealdCheckNotHealed]
        target_matchers: [alertname =~ "HealdCheckFailing|HealdCheckUnknown|HealdCheckBurningBudget"]
        equal: [%(one)s, check]
      # A check that fails for long says that it fails often.
      - source_matchers: [alertname = HealdCheckFailing]
        target_matchers: [alertname = HealdCheckBurningBudget]
        equal: [%(one)s, check]
      # What is paused for maintenance does not page. Of a check or a governor all of whose remedies are paused.
      - source_matchers: [alertname = HealdPaused, check != ""]
        target_matchers: [alertname =~ "HealdCheckFailing|HealdCheckUnknown|HealdCheckBurningBudget"]
        equal: [%(one)s, check]
      - source_matchers: [alertname = HealdPaused, governor != ""]
        target_matchers:
          - alertname =~ "HealdDormant|HealdDormantByHand|HealdPermanentlyOpen|HealdApproachingDormancy|HealdBreakerOpenLong|HealdBreakerFlapping|HealdBudgetNearlyUsed|HealdRemedyIneffective"
        equal: [%(one)s, governor]
      # One common cause, not many single ones.
      - source_matchers: [alertname = HealdStormBrake]
        target_matchers: [alertname =~ "HealdCheckFailing|HealdCheckUnknown|HealdCheckBurningBudget"]
        equal: [%(one)s]
      - source_matchers: [alertname = HealdStoreFailing]
        target_matchers: [alertname =~ "HealdStoreOnReserve|HealdHttpErrors"]
        equal: [%(one)s]
      - source_matchers: [alertname = HealdReloadFailed]
        target_matchers: [alertname = HealdConfigurationsDiffer]
        equal: [%(together)s]
      - source_matchers: [alertname = HealdWrongToken]
        target_matchers: [alertname = HealdAlertsRejected, reason = unauthorized]
        equal: [%(one)s]

    receivers:
      - name: slack
        slack_configs:
          - &message
            channel: '%(channel)s'
            send_resolved: true
            title: '{{ template "heald.slack.title" . }}'
            title_link: '{{ template "heald.slack.dashboard" . }}'
            fallback: '{{ template "heald.slack.title" . }}'
            color: '{{ template "heald.slack.color" . }}'
            text: '{{ template "heald.slack.text" . }}'
            footer: '{{ template "heald.slack.footer" . }}'
            mrkdwn_in: [text]
            actions:
              - {type: button, text: Runbook, url: '{{ template "heald.slack.runbook" . }}'}
              - {type: button, text: Dashboard, url: '{{ template "heald.slack.dashboard" . }}'}
              - {type: button, text: '{{ template "heald.slack.page.text" . }}', url: '{{ template "heald.slack.page" . }}'}
              - {type: button, text: Silence, url: '{{ template "heald.slack.silence" . }}'}

      - name: slack-critical
        slack_configs:
          - <<: *message
            channel: '%(criticalChannel)s'

      - name: nobody

      - name: dead-mans-switch
        webhook_configs:
          - url: %(watchdogUrl)s
            send_resolved: false
  ||| % config.alertmanager {
    group: names([['alertname'], here]),
    here: names([here]),
    together: names([together]),
    one: names([one]),
  }
