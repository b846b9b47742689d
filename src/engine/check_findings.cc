#include "engine/check_findings.h"

#include <set>
#include <utility>

namespace heald::engine {

int CheckFindings::hear(const CheckFinished& event, bool stopping, Step& step) {
  const Detection::Finding finding = detection_.finish(event, step.now, step.out.actions);
  const int check = finding.check;
  if (check < 0) {
    return check;
  }
  if (finding.was != finding.is) {
    note(check, event, step);
  }
  if (finding.told && !stopping) {  // a stop cancels what runs
    noteUnknown(finding, event, step);
    tell(*finding.told, check, event, step);
  }
  if (finding.was != finding.is) {
    count(check, step);
    healing_.checks().healthChanged(check, finding.was, step);
  }
  healing_.checks().finished(check, event.run, step);
  if (finding.raises && !stopping) {
    healing_.checks().raise(check, EventSource::kCheck, step);
  }
  healing_.checks().considerSustainedHealth(check, step);
  return check;
}

void CheckFindings::note(int check, const CheckFinished& event, Step& step) {
  const Health health = detection_.checks().health(check);
  const char* text = health == Health::kHealthy   ? "check is healthy"
                     : health == Health::kWarning ? "check is in warning"
                                                  : "check is unhealthy";
  step.out.notes.push_back({health == Health::kHealthy ? Note::Level::kInfo : Note::Level::kWarn,
                            text,
                            {{"check", detection_.checks().spec(check).name},
                             {"status", std::string(toString(event.status))},
                             {"message", event.message}}});
}

// In the log once, whatever the number of its runs: why nothing is known, and that this is over.
// Where the health is another than before, that has a line already.
void CheckFindings::noteUnknown(const Detection::Finding& finding, const CheckFinished& event,
                                Step& step) {
  const std::string& name = detection_.checks().spec(finding.check).name;
  if (finding.told->to == Health::kUnknown) {
    step.out.notes.push_back(
        {Note::Level::kWarn, "check result unknown", {{"check", name}, {"reason", event.message}}});
  } else if (finding.told->from == Health::kUnknown && finding.was == finding.is) {
    step.out.notes.push_back(
        {Note::Level::kInfo,
         "check result known again",
         {{"check", name}, {"health", std::string(toString(finding.told->to))}}});
  }
}

void CheckFindings::tell(const HealthRecord::Change& change, int check, const CheckFinished& event,
                         Step& step) {
  HistoryEntry entry{.kind = HistoryKind::kCheck,
                     .event = std::string(toString(change.to)),
                     .check = detection_.checks().spec(check).name,
                     .message = event.message,
                     .details = {{"was", std::string(toString(change.from))},
                                 {"status", std::string(toString(event.status))}}};
  if (change.left_out > 0) {
    entry.details.emplace_back("leftOut", change.left_out);
  }
  step.out.remarks.push_back(std::move(entry));
}

void CheckFindings::count(int check, Step& step) {
  const CheckSpec& spec = detection_.checks().spec(check);
  const Health is = detection_.checks().health(check);
  const UnhealthyTime* time = tally_.find(spec.name);
  if (is == Health::kUnhealthy) {
    tally_.began(spec.name, step.now.boot);
  } else if (is != Health::kUnknown && time != nullptr && time->since) {
    tally_.ended(spec.name, spec.kind, healing_.checks().whatEnds(check, *time->since),
                 step.now.boot);
  }
  if (const UnhealthyTime* after = tally_.find(spec.name)) {
    detection_.checks().setUnhealthyTime(check, *after);
  }
}

void CheckFindings::touched(const std::string& remedy, core::BootTime now) {
  if (remedy.empty()) {
    tally_.touchedAll(now);
  } else if (const int index = healing_.roster().indexOf(remedy); index >= 0) {
    tally_.touched(healing_.roster()[index].spec.check, now);
  }
}

void CheckFindings::dropTallies(const Setup& is, const Setup& next, core::BootTime now) {
  std::set<std::string> stays;
  for (const CheckSpec& check : next.checks) stays.insert(check.name);
  for (const CheckSpec& check : is.checks) {
    if (!stays.contains(check.name)) tally_.dropped(check.name, now);
  }
}

void CheckFindings::showTallies() {
  for (std::size_t i = 0; i < detection_.checks().size(); ++i) {
    const CheckSpec& spec = detection_.checks().spec(static_cast<int>(i));
    tally_.knows(spec.kind);
    if (const UnhealthyTime* time = tally_.find(spec.name)) {
      detection_.checks().setUnhealthyTime(static_cast<int>(i), *time);
    }
  }
}

std::string CheckFindings::checkNames() const {
  std::string names;
  for (std::size_t i = 0; i < detection_.checks().size() && i < 20; ++i) {
    names += (i == 0 ? "" : ", ") + detection_.checks().spec(static_cast<int>(i)).name;
  }
  return names;
}

void CheckFindings::runNow(const RunCheckNow& command, Step& step) {
  const int check = detection_.checks().indexOf(command.check);
  if (check < 0) {
    step.out.reply = Error{ErrorCode::kNotFound,
                           "no check \"" + command.check + "\" (there are: " + checkNames() + ")"};
    return;
  }
  detection_.requestByHuman(check, step.out.actions);
  step.out.remarks.push_back({.kind = HistoryKind::kHuman,
                              .event = "run_check",
                              .check = command.check,
                              .actor = command.by});
  step.out.reply = Reply{"check \"" + command.check + "\" is run now"};
}

void CheckFindings::tallyLoaded(core::BootTime now) {
  for (std::size_t i = 0; i < detection_.checks().size(); ++i) {  // the store may come back late
    const int check = static_cast<int>(i);
    if (detection_.checks().health(check) == Health::kUnhealthy) {
      tally_.began(detection_.checks().spec(check).name, now);
    }
  }
  showTallies();
}

}  // namespace heald::engine
