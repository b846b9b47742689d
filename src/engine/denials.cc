#include "engine/denials.h"

#include <utility>

#include "core/text.h"

namespace heald::engine {

void tellDenial(Remedy& remedy, std::string_view word, std::string message,
                std::optional<core::BootTime> until, Step& step) {
  if (remedy.told_denial == word) {
    return;
  }
  remedy.told_denial = word;
  HistoryEntry entry{.kind = HistoryKind::kDenial,
                     .event = std::string(word),
                     .governor = remedy.spec.governor,
                     .remedy = remedy.spec.name,
                     .target = remedy.target,
                     .check = remedy.spec.check,
                     .message = std::move(message)};
  if (until) {
    entry.details = {{"until", core::toIso8601(step.now.wall + (*until - step.now.boot))}};
  }
  step.out.remarks.push_back(std::move(entry));
}

}  // namespace heald::engine
