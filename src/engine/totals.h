#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/escalation.h"
#include "engine/governors.h"
#include "engine/journal.h"
#include "engine/output.h"
#include "engine/roster.h"

namespace heald::engine {

// The totals of remedies, with the attempts that begin and end: durable. What an attempt counts is
// a proposal until its commit.
class Totals : public Book {
 public:
  Totals(Roster& roster, const Governors& governors, const Escalation& escalation)
      : roster_(roster), governors_(governors), escalation_(escalation) {}

  struct Proposed {
    enum class Kind { kAdmission, kResult };
    Kind kind;
    int remedy;
    RemedyTotals before;
  };
  // Proposals: an attempt is admitted; it has ended.
  void admitted(const Remedy& remedy);
  void ended(const Remedy& remedy);
  // After keep(): what is on disk now. After undo(): whose attempt does not start.
  std::vector<Proposed> takeKept() { return std::exchange(kept_, {}); }
  std::vector<int> takeUndone() { return std::exchange(undone_, {}); }

  // What the store held, also of a remedy that is not configured.
  void load(const std::string& remedy, const RemedyTotals& totals);
  // Another configuration: of one that it does not have; of those that it has again.
  void park(const std::string& remedy, const RemedyTotals& totals);
  void unpark();
  // Over all remedies, by reason.
  const std::array<std::uint64_t, kFailureReasonCount>& failures() const;
  void shareNothing() const { failures_.reset(); }  // they are summed anew

  bool proposed() const override { return !proposed_.empty(); }
  void write(Changes& changes) const override;
  void writeAll(Changes& changes) const override;
  void tell(std::vector<HistoryEntry>& entries, core::Now now) const override;
  void keep(core::Now now) override;
  void undo(core::Now now) override;

 private:
  void tellStart(const Remedy& remedy, HistoryEntry& entry) const;
  void tellEnd(const Remedy& remedy, core::Now now, HistoryEntry& entry) const;

  Roster& roster_;
  const Governors& governors_;
  const Escalation& escalation_;
  std::vector<Proposed> proposed_;
  std::vector<Proposed> kept_;
  std::vector<int> undone_;
  std::map<std::string, RemedyTotals> parked_;  // of remedies that are not configured
  mutable std::optional<std::array<std::uint64_t, kFailureReasonCount>> failures_;
};

}  // namespace heald::engine
