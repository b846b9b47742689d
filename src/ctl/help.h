#pragma once

namespace heald::ctl {

// What --help says before and behind the list of commands.
inline constexpr const char* kDescription =
    "healdctl, the operator's tool of heald: what is the state, what is wrong, and what a human "
    "may do about it.";

inline constexpr const char* kFooter = R"(
Examples:
  healdctl status                                       what is the state, and what to do
  healdctl status 'web-*' --problems                    what is not well among these names
  healdctl status --check                               the state as an exit code
  healdctl status --json | jq .selfHealing.isDormant
  healdctl resume --reason "the API key is renewed"     the only dormant governor
  healdctl resume gateway --reason "disk replaced"
  healdctl dormant --all --reason "maintenance"
  healdctl retry gateway --reason "port 4080 is free"   ends backoff: one attempt, now
  healdctl reset gateway --force                        leaves PERMANENT_OPEN
  healdctl flag                                         the kill switches and their layers
  healdctl flag auto_healing off --reason "deploying"
  healdctl run check gateway                            waits for its result; so does --all
  healdctl history --since 2h --kind attempt,breaker    what has happened, and why
  healdctl watch                                        the status, kept up to date
  healdctl open gateway                                 the admin page, in your browser
  healdctl pause restart-gateway --for 2h --reason "moving the disk"
  healdctl explain gateway                              why it may act now, or may not
  healdctl exec --governor backup --deadline 30m -- /usr/local/bin/backup --full
  healdctl token create alertmanager --role alerts --write /etc/prometheus/heald.token --owner prometheus
  healdctl --context prod status                        a heald elsewhere: ~/.config/heald/config.yml
  healdctl check-config heald.yml
  healdctl bound heald.yml --max 10                     the most attempts before a human must act
  healdctl simulate heald.yml scenario.yml              what it would do, in virtual time
  healdctl backtest --history history.jsonl --config new.yml   what it would have done

Exit codes:
  0  ok                                 4  not authorised: no token, or not for this
  1  refused: the state is in the way   5  no such governor, check, remedy or flag
  2  wrong arguments                    6  a file cannot be read, or has mistakes
  3  heald cannot be reached            7  the output cannot be written
                                        8  check-config --strict: warnings
  status --check: 10 degraded, 11 dormant, 12 disabled; run check: 10 not all are ok
  exec: the command's own; 75 denied, 69 heald not reached (both: not run), 124 over its deadline

Environment: HEALD_URL, HEALD_CONTEXT, HEALD_TOKEN_FILE, NO_COLOR, TERM. A proxy is never used.)";

// Behind the help of one command.
inline constexpr const char* kShortFooter = R"(
Every command takes --url, --context, --token-file and --timeout. Examples and exit codes: healdctl help)";

}  // namespace heald::ctl
