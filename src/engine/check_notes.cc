// What the engine says of the results of checks, in the log and in the history.
#include "engine/engine_impl.h"

namespace heald::engine {

void Engine::Impl::noteHealth(int check, const CheckFinished& event, Step& step) {
  const Health health = detection_.health(check);
  const char* text = health == Health::kHealthy   ? "check is healthy"
                     : health == Health::kWarning ? "check is in warning"
                                                  : "check is unhealthy";
  step.out.notes.push_back({health == Health::kHealthy ? Note::Level::kInfo : Note::Level::kWarn,
                            text,
                            {{"check", detection_.spec(check).name},
                             {"status", std::string(toString(event.status))},
                             {"message", event.message}}});
}

// In the log once, whatever the number of its runs: why nothing is known, and that this is over.
// Where the health is another than before, that has a line already.
void Engine::Impl::noteUnknown(const Detection::Finding& finding, const CheckFinished& event,
                               Step& step) {
  const std::string& name = detection_.spec(finding.check).name;
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

void Engine::Impl::tellHealth(const HealthRecord::Change& change, int check,
                              const CheckFinished& event, Step& step) {
  HistoryEntry entry{.kind = HistoryKind::kCheck,
                     .event = std::string(toString(change.to)),
                     .check = detection_.spec(check).name,
                     .message = event.message,
                     .details = {{"was", std::string(toString(change.from))},
                                 {"status", std::string(toString(event.status))}}};
  if (change.left_out > 0) {
    entry.details.emplace_back("leftOut", change.left_out);
  }
  step.out.remarks.push_back(std::move(entry));
}

}  // namespace heald::engine
