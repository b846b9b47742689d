#include "checks/systemd.h"

#include <algorithm>
#include <array>

#include "checks/check.h"
#include "io/systemd.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

constexpr std::array<std::string_view, 3> kLasting = {"active", "inactive", "failed"};

struct SystemdOptions {
  std::string unit;
  io::SystemdPlace place;
  std::vector<std::string> expect = {"active"};
};

void describe(config::Fields& f, SystemdOptions& o) {
  f.text("unit", o.unit, {.required = true, .check = io::unitProblem},
         "the unit; a name without a suffix is a service");
  f.boolean("user", o.place.user, "ask the systemd of heald's user, not the machine's");
  f.text("bus", o.place.bus, {.check = io::busProblem}, "address of another bus");
  f.texts("expect", o.expect, {}, "states that are healthy: active, inactive, failed");
  for (const std::string& state : o.expect) {
    if (std::find(kLasting.begin(), kLasting.end(), state) != kLasting.end()) continue;
    f.fail("expect", "\"" + state + "\" is not a lasting state (known: active, inactive, failed)");
  }
  if (o.place.user && f.has("bus")) f.fail("user", "says nothing beside bus (remove one of them)");
  if (!io::systemdSupported()) {
    f.fail("", "needs a heald that was built with libsystemd, which this one was not");
  }
  o.unit = io::unitName(o.unit);
}

bool changing(const io::UnitState& state) {
  if (state.sub == "auto-restart") return false;
  return state.active == "activating" || state.active == "deactivating";
}

CheckResult judgeState(const SystemdOptions& o, const io::UnitState& state) {
  const std::string lasting = state.active == "reloading" ? "active" : state.active;
  const std::string text = io::oneLine(o.unit + ": " + io::unitStateText(state));
  if (state.load == "not-found") return {CheckStatus::kCritical, text};
  if (std::find(o.expect.begin(), o.expect.end(), lasting) != o.expect.end()) {
    return {CheckStatus::kOk, text};
  }
  return {changing(state) ? CheckStatus::kUnknown : CheckStatus::kCritical, text};
}

CheckResult judge(const SystemdOptions& o, const io::UnitLook& look) {
  if (look.end == io::UnitEnd::kDone) return judgeState(o, look.state);
  return {CheckStatus::kUnknown, look.error};
}

class SystemdCheck : public Check {
 public:
  explicit SystemdCheck(SystemdOptions options) : options_(std::move(options)) {}

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    const bool accepted =
        services.workers.post([o = options_, timeout = run.timeout, cancel = run.cancel, done] {
          done(judge(o, io::lookAtUnit(o.place, o.unit, timeout, cancel)));
        });
    if (!accepted) done({CheckStatus::kUnknown, "too much work is waiting"});
  }

 private:
  const SystemdOptions options_;
};

}  // namespace

config::Kind systemdKind() {
  return {"systemd", "the state of a unit of systemd", [](config::Fields& f) {
            SystemdOptions options;
            describe(f, options);
            return std::make_shared<const SystemdCheck>(std::move(options));
          }};
}

}  // namespace heald::checks
