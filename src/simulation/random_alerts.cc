#include "simulation/random_alerts.h"

namespace heald::simulation {

using std::chrono::seconds;

// One that begins, ends, or goes on.
engine::Alert& RandomAlerts::next(core::WallTime now, Random& random) {
  const int number = random.below(20);
  const std::string id = "f" + std::to_string(number);
  engine::Alert& one = alerts_[id];
  if (one.fingerprint.empty() || (!one.firing && random.oneIn(2))) {
    one = {id,
           now,
           true,
           {{"alertname", "A" + std::to_string(number % 2)},
            {"instance", "i" + std::to_string(number % 4)},
            {"id", id}}};
  } else if (one.firing && random.oneIn(3)) {
    one.firing = false;
    one.ends_at = now;
  }
  return one;
}

engine::AlertsReceived RandomAlerts::tell(core::WallTime now, Random& random) {
  constexpr std::size_t kRemembered = 12;
  engine::AlertsReceived sent{{}, "o"};
  for (int i = random.between(1, random.oneIn(10) ? 12 : 2); i > 0; --i) {
    engine::Alert told = next(now, random);
    if (random.oneIn(4)) told.starts_at += seconds(random.between(-40, 40));
    if (random.oneIn(6)) told.ends_at.reset();
    told_.push_back(told);
    sent.alerts.push_back(random.oneIn(4) ? random.of(told_) : told);
  }
  if (told_.size() > kRemembered) told_.erase(told_.begin(), told_.end() - kRemembered);
  return sent;
}

engine::AlertAsked RandomAlerts::answer(const engine::AskAlert& ask, Random& random) const {
  const auto known = alerts_.find(ask.fingerprint);
  const bool fires = known != alerts_.end() && known->second.firing;
  const auto answer = random.oneIn(4) ? engine::AlertAnswer::kUnknown
                      : fires         ? engine::AlertAnswer::kFires
                                      : engine::AlertAnswer::kGone;
  return {ask.run, answer, "it is a random world"};
}

}  // namespace heald::simulation
