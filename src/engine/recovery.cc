#include "engine/recovery.h"

#include <algorithm>

namespace heald::engine {

void Recovery::begin(core::Now now, const Owned& others) {
  for (std::size_t g = 0; g < governors_.list().size(); ++g) {
    for (const core::Ticket& ticket : governors_[static_cast<int>(g)].state().in_flight) {
      if (others(governors_.list()[static_cast<int>(g)].name, ticket.id)) {
        continue;
      }
      const auto mine = [&](int r) {
        return roster_[r].spec.name == ticket.remedy && roster_[r].attempt.number == 0;
      };
      const auto& under = roster_.ofGovernor(static_cast<int>(g));
      const auto found = std::find_if(under.begin(), under.end(), mine);
      if (found == under.end()) {
        lost_.push_back({static_cast<int>(g), ticket.id});
        continue;
      }
      Remedy& remedy = roster_.at(*found);
      remedy.attempt.number = ticket.id;
      remedy.episode = episodes_.ofAttempt(groupOf(remedy), ticket.id);
      remedy.attempt.recovering = true;
      remedy.attempt.text = "heald ended while it ran";
      remedy.attempt.error = remedy.attempt.text;
      turns_.happens(remedy, AttemptEvent::kInterrupted);
      turns_.wakeAt(*found, now.boot);
    }
  }
}

void Recovery::forgetSettled() {
  const auto settled = [&](const Lost& lost) {
    const auto& tickets = governors_[lost.governor].state().in_flight;
    return std::none_of(tickets.begin(), tickets.end(),
                        [&](const core::Ticket& t) { return t.id == lost.attempt; });
  };
  std::erase_if(lost_, settled);
}

void Recovery::goOn(Step& step) {
  forgetSettled();
  for (const Lost& lost : lost_) {
    governors_.propose(lost.governor, [&](core::Governor& governor) {
      return governor.result(lost.attempt, false, "interrupted", step.now);
    });
  }
}

}  // namespace heald::engine
