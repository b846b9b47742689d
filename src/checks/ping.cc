#include "checks/ping.h"

#include <numeric>

#include "checks/levels.h"
#include "checks/look.h"
#include "io/echo.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

struct PingOptions {
  io::EchoPlan plan;
  Levels loss{Levels::Unit::kNumber, Levels::Bad::kAbove, true, {}, "99%"};
  Levels round_trip{Levels::Unit::kDuration, Levels::Bad::kAbove, false, {}, {}};
};

std::string hostProblem(const std::string& host) {
  return !host.empty() && host.find_first_of(" /@\"'") == host.npos && io::oneLine(host) == host
             ? ""
             : "is not a host (examples: 192.0.2.1, 2001:db8::1, gateway.example.org)";
}

void describe(config::Fields& f, PingOptions& o) {
  f.text("host", o.plan.host, {.required = true, .check = hostProblem}, "a name or an address");
  f.integer("packets", o.plan.packets, {.min = 1, .max = 20}, "how many are sent, 200 ms apart");
  describeLevels(f, "loss", o.loss, "packets that may be lost, or percent of all");
  describeLevels(f, "round_trip", o.round_trip, "the mean time until a packet is back");
}

std::string millisecondsText(double seconds) {
  return numberText(seconds * 1000) + " ms";
}

CheckResult judge(const PingOptions& o, const io::EchoResult& result) {
  const double sent = o.plan.packets;
  const double lost = sent - static_cast<double>(result.round_trips.size());
  Verdict verdict;
  verdict.add(numberText(lost) + " of " + numberText(sent) + " packets lost", o.loss, lost, sent);
  verdict.measured("loss_ratio", lost / sent);
  if (!result.round_trips.empty()) {
    const auto sum = std::accumulate(result.round_trips.begin(), result.round_trips.end(),
                                     core::Duration::zero());
    const double mean =
        std::chrono::duration<double>(sum).count() / static_cast<double>(result.round_trips.size());
    verdict.add("round trip " + millisecondsText(mean), o.round_trip, mean);
    verdict.measured("round_trip_seconds", mean);
  }
  const bool named = result.address != o.plan.host;
  return verdict.result(o.plan.host + (named ? " (" + result.address + ")" : ""));
}

CheckResult pinged(const PingOptions& o) {
  const auto result = io::echo(o.plan);
  if (result) return judge(o, *result);
  const bool unresolved = result.error().code == ErrorCode::kNotFound;
  return {unresolved ? CheckStatus::kCritical : CheckStatus::kUnknown,
          io::oneLine(result.error().message),
          {}};
}

class PingCheck : public Check {
 public:
  explicit PingCheck(PingOptions options) : options_(std::move(options)) {}

  core::AnswersTo findings() const override {
    return {.warning = options_.loss.warning || options_.round_trip.warning, .critical = true};
  }

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    PingOptions options = options_;
    // The judgement, and not the timeout, ends a run whose packets do not come back: what was lost
    // is the message.
    options.plan.timeout = run.timeout * 9 / 10;
    startLook(services, look_, run, std::move(done),
              [options = std::move(options)] { return pinged(options); });
  }

 private:
  const PingOptions options_;
  const io::Looks::Place look_;
};

}  // namespace

config::Kind pingKind() {
  return {"ping", "an ICMP echo to a host", [](config::Fields& f) {
            PingOptions options;
            describe(f, options);
            return std::make_shared<const PingCheck>(std::move(options));
          }};
}

}  // namespace heald::checks
