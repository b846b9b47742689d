#include "ctl/exec.h"

#include <time.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "config/scalars.h"
#include "core/text.h"
#include "ctl/json_access.h"
#include "io/fresh_key.h"
#include "io/text.h"
#include "process/foreground.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr core::Duration kPollEvery = seconds(1);        // for the end of another attempt
constexpr core::Duration kReportPatience = seconds(30);  // heald may be about to be restarted

core::Duration bootNow() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::string printedJson(const ordered_json& body) {
  return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// What heald has answered to the request for a permit.
struct Asked {
  std::string permit;        // its id; "" when there is none
  core::Duration at{};       // on the boot clock, before it was asked
  bool denied = false;       // by a guard or by what stands before it
  bool down = false;         // no answer, or one of a heald that cannot decide now
  bool unknown = false;      // no answer, and yet a permit may have been given
  std::string message;       // why there is none
  std::string guard, until;  // of a denial
  core::Duration retry{};    // worth asking again after this; 0: it is not
};

// In flight, concurrent and half-open end with another attempt; the rest of what ends by itself has
// a time.
core::Duration retryAfter(const ordered_json& answer, const std::string& guard) {
  if (const auto wait = durationOf(answer, "retry_after_seconds", seconds(1))) {
    return std::max<core::Duration>(*wait, milliseconds(100));
  }
  const bool ends = guard == "in_flight" || guard == "max_concurrent" ||
                    guard == "max_unverified" || guard == "half_open";
  return ends ? kPollEvery : core::Duration{};
}

// Under the same key a permit is given once.
Asked ask(const Console& console, const ExecOptions& options, const std::string& key) {
  Asked asked;
  asked.at = bootNow();
  ordered_json body = {{"governor", options.governor},
                       {"deadline", config::durationText(options.deadline)},
                       {"reason", "healdctl exec: " + options.command.front()}};
  if (!options.member.empty()) body["member"] = options.member;
  const Answer answer = console.client.send("POST", "/api/permits", printedJson(body), key);
  const auto value = ordered_json::parse(answer.body, nullptr, false);
  if (answer.ok()) {
    asked.permit = textOf(value, "id");
    const std::string state = textOf(value, "state");
    if (asked.permit.empty()) {
      asked.message = "what answers at " + console.client.url() + " is not heald";
    } else if (!state.empty() && state != "outstanding") {
      // Its answer was lost, and somebody else has reported it before this one came.
      asked.message = "permit " + asked.permit + " may not be used any more: " + state;
      asked.permit.clear();
    }
    return asked;
  }
  asked.message = answer.failure->message;
  asked.unknown = answer.unknown;
  asked.down = answer.failure->code == ExitCode::kUnreachable || answer.status / 100 == 5;
  if (asked.unknown) asked.message.resize(asked.message.find('\n'));  // "ask again": exec has
  const std::string code = textOf(objectOf(value, "error"), "code");
  asked.denied =
      code == "denied" || code == "paused" || code == "observe_mode" || code == "not_a_member";
  if (asked.denied) {
    asked.guard = code == "denied" ? textOf(value, "guard") : code;
    asked.until = textOf(value, "until");
    asked.retry = retryAfter(value, asked.guard);
  }
  return asked;
}

int sayWhyNot(const Console& console, const ExecOptions& options, const Asked& asked) {
  if (asked.unknown) {
    console.err
        << "healdctl: " << asked.message << "\n"
        << "healdctl: the command is not run; a permit that was given all the same counts as "
           "failed in "
        << core::toText(options.deadline) << "\n";
  } else {
    console.err << "healdctl: the command was not run: " << asked.message << "\n";
  }
  if (asked.down) {
    console.err << "healdctl: to run it all the same while heald is down: --if-unreachable run\n";
  }
  if (!asked.denied) return kExecNotAsked;
  console.err << "healdctl: guard: " << asked.guard
              << (asked.until.empty() ? "" : ", until: " + asked.until) << "\n";
  return kExecDenied;
}

// The permit counts from a moment after `asked.at`, so nothing of the command runs beyond it.
process::ForegroundResult run(const ExecOptions& options, const Asked& asked) {
  process::ForegroundSpec spec;
  spec.command = options.command;
  spec.environment = {{"HEALD_GOVERNOR", options.governor}, {"HEALD_PERMIT", asked.permit}};
  spec.kill_after = std::min<core::Duration>(options.deadline / 10, seconds(10));
  spec.timeout = options.deadline - spec.kill_after - (bootNow() - asked.at);
  if (spec.timeout <= core::Duration::zero()) {
    return {process::ProcessEnd::kCancelled, 0,
            "the permit was given, but its deadline was over before the command could start: it "
            "counts as failed",
            ""};
  }
  process::ForegroundResult result = process::runForeground(spec);
  if (result.end == process::ProcessEnd::kTimeout) {
    result.reason = "ended, as its deadline of " + core::toText(options.deadline) + " was over";
  }
  return result;
}

int exitCodeOf(const process::ForegroundResult& result) {
  switch (result.end) {
    case process::ProcessEnd::kExited:
      return result.code;
    case process::ProcessEnd::kSignaled:
      return 128 + result.code;
    case process::ProcessEnd::kTimeout:
    case process::ProcessEnd::kCancelled:
      return kExecDeadline;
    case process::ProcessEnd::kNotStarted:
      return result.code == ENOENT ? kExecNotFound : kExecNotRunnable;
  }
  return kExecNotRunnable;
}

// Until heald has heard it. What it is not told has failed at the deadline.
void report(const Console& console, const Asked& asked, const process::ForegroundResult& result) {
  const bool ok = result.end == process::ProcessEnd::kExited && result.code == 0;
  ordered_json body = {{"ok", ok}};
  if (!ok) body["error"] = result.reason + "\n" + io::toValidUtf8(result.tail);
  const std::string path = "/api/permits/" + segment(asked.permit) + "/result";
  const core::Duration give_up_at = bootNow() + kReportPatience;
  for (core::Duration wait = milliseconds(100);;
       wait = std::min<core::Duration>(wait * 2, seconds(2))) {
    const Answer answer = console.client.send("POST", path, printedJson(body), io::freshKey());
    if (answer.ok()) return;
    // 503 while it starts, stops, or has no store; nobody there while it is restarted.
    const bool passing = answer.failure->code == ExitCode::kUnreachable || answer.status / 100 == 5;
    if (!passing || bootNow() >= give_up_at || process::awaitSignal(wait) != 0) {
      console.err << "healdctl: the end of the command was not reported to heald: "
                  << answer.failure->message << "\n";
      return;
    }
  }
}

}  // namespace

int exec(const Console& console, const ExecOptions& options) {
  const core::Duration give_up_at = bootNow() + options.wait;
  std::string key = io::freshKey();
  Asked asked = ask(console, options, key);
  while (asked.permit.empty()) {
    const core::Duration left = give_up_at - bootNow();
    if (asked.down && options.run_unreachable) break;
    if (!asked.denied || asked.retry <= asked.retry.zero() || left < asked.retry) {
      return sayWhyNot(console, options, asked);
    }
    if (const int number = process::awaitSignal(asked.retry)) return 128 + number;
    key = io::freshKey();
    asked = ask(console, options, key);
  }
  const bool permitted = !asked.permit.empty();
  if (!permitted) {
    console.err << "healdctl: the command is run without a permit (--if-unreachable run): "
                << asked.message << "\n";
    asked.at = bootNow();
  }
  const process::ForegroundResult result = run(options, asked);
  if (result.end != process::ProcessEnd::kExited)
    console.err << "healdctl: " << result.reason << "\n";
  // A permit that was given and not heard of would count as failed.
  if (asked.unknown) asked = ask(console, options, key);
  if (!asked.permit.empty()) report(console, asked, result);
  return exitCodeOf(result);
}

}  // namespace heald::ctl
