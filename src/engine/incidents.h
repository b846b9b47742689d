#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/time.h"
#include "engine/incident.h"
#include "engine/journal.h"
#include "engine/ledger.h"

namespace heald::engine {

// The incidents that last, by remedy; at most one for each. Durable. What an attempt changes is a
// proposal until its commit, as everything of an attempt. That one is over was seen and is no
// decision: it is so at once, and is written with the next commit, after kWritten at the latest.
// Whatever starts meanwhile is a commit of its own and takes it along.
class Incidents : public Book {
 public:
  static constexpr core::Duration kWritten = std::chrono::seconds(1);

  const Incident* find(const std::string& remedy) const { return ledger_.find(remedy); }

  // Proposals. An incident that is not there begins.
  void started(const std::string& remedy, const Incident& begins, int step);
  void failed(const std::string& remedy, const Incident& begins);
  void succeeded(const std::string& remedy) { ledger_.propose(remedy, std::nullopt); }

  void over(const std::string& remedy, core::BootTime now);
  // Those that nobody takes any more are over.
  void keepOnly(const std::function<bool(const std::string& remedy, const Incident&)>& taken,
                core::BootTime now);
  void load(std::map<std::string, Incident> incidents);
  // The remedies whose incident has changed since this was asked last.
  std::set<std::string> takeTouched() { return std::exchange(touched_, {}); }

  bool proposed() const override { return ledger_.proposed(); }
  std::optional<core::BootTime> due() const override { return due_; }
  void write(Changes& changes) const override;
  void writeAll(Changes& changes) const override;  // those that last
  void keep(core::Now now) override;
  void undo(core::Now) override { ledger_.undo(); }

 private:
  Incident orElse(const std::string& remedy, const Incident& begins) const;

  std::set<std::string> touched_;
  Ledger<std::string, Incident> ledger_{[this](const std::string& remedy, const Incident*,
                                               const Incident*) { touched_.insert(remedy); }};
  std::optional<core::BootTime> due_;
};

}  // namespace heald::engine
