#include "remedies/systemd.h"

#include "config/scalars.h"
#include "io/systemd.h"
#include "io/text.h"
#include "remedies/remedy.h"

namespace heald::remedies {
namespace {

void describe(config::Fields& f, io::UnitOrder& o) {
  f.text("unit", o.unit, {.required = true, .check = io::unitProblem},
         "the unit; a name without a suffix is a service");
  f.text("action", o.action, {.one_of = {"restart", "start", "stop", "reload"}}, "what is done");
  f.boolean("user", o.place.user, "ask the systemd of heald's user, not the machine's");
  f.text("bus", o.place.bus, {.check = io::busProblem}, "address of another bus");
  f.duration("timeout", o.timeout, {}, "how long all of it may take");
  f.duration("settle", o.settle, {.zero_allowed = true},
             "from the end of the job to the look that decides");
  if (o.settle >= o.timeout) {
    f.fail("settle", config::durationText(o.settle) + " leaves no time before timeout, which is " +
                         config::durationText(o.timeout) + " (make timeout longer)");
  }
  if (o.place.user && f.has("bus")) f.fail("user", "says nothing beside bus (remove one of them)");
  if (!io::systemdSupported()) {
    f.fail("", "needs a heald that was built with libsystemd, which this one was not");
  }
  o.unit = io::unitName(o.unit);
}

bool asWanted(const std::string& action, const io::UnitState& state) {
  const bool up = state.active == "active" || state.active == "reloading";
  const bool down = state.active == "inactive" || state.active == "failed";
  if (action == "stop") return down;
  const bool ended_well =
      state.type == "oneshot" && state.active == "inactive" && state.result == "success";
  return up || (ended_well && action != "reload");
}

ActionResult judgeDone(const io::UnitOrder& o, const io::UnitReport& report) {
  const std::string state = o.unit + " is " + io::unitStateText(report.settled);
  const std::string then = o.settle > core::Duration::zero()
                               ? " " + io::shortDuration(o.settle) + " after its " + o.action
                               : " after its " + o.action;
  if (!asWanted(o.action, report.settled)) {
    return {ActionOutcome::kFailed, io::oneLine(state + then), ""};
  }
  if (o.action != "stop" && report.at_once.invocation != report.settled.invocation) {
    return {ActionOutcome::kFailed,
            io::oneLine(o.unit + " has been started once more within " +
                        io::shortDuration(o.settle) + " after its " + o.action),
            ""};
  }
  return {ActionOutcome::kOk, io::oneLine(state + then), ""};
}

ActionResult judge(const io::UnitOrder& o, const io::UnitReport& report) {
  switch (report.end) {
    case io::UnitEnd::kDone:
      if (report.job == "done") return judgeDone(o, report);
      return {ActionOutcome::kFailed,
              io::oneLine("the " + o.action + " job of " + o.unit + " ended as " + report.job), ""};
    case io::UnitEnd::kTimeout:
      return {ActionOutcome::kTimeout, report.error, ""};
    case io::UnitEnd::kCancelled:
      return {ActionOutcome::kCancelled, report.error, ""};
    case io::UnitEnd::kRefused:
    case io::UnitEnd::kUnavailable:
      return {ActionOutcome::kFailed, report.error, ""};
  }
  return {};
}

class SystemdRemedy : public Remedy {
 public:
  explicit SystemdRemedy(io::UnitOrder order) : order_(std::move(order)) {}

  core::Duration timeout() const override { return order_.timeout; }

  void start(io::Services& services, const ActionRun& run, Done done) const override {
    const bool accepted = services.workers.post([order = order_, cancel = run.cancel, done] {
      done(judge(order, io::runUnitJob(order, cancel)));
    });
    if (!accepted) done({ActionOutcome::kFailed, "too much work is waiting", ""});
  }

 private:
  const io::UnitOrder order_;
};

}  // namespace

config::Kind systemdKind() {
  return {"systemd", "a job of systemd for a unit", [](config::Fields& f) {
            io::UnitOrder order;
            describe(f, order);
            return std::make_shared<const SystemdRemedy>(std::move(order));
          }};
}

}  // namespace heald::remedies
