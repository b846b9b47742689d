#include "engine/episodes.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

core::Now after(core::Duration uptime) {
  return {core::BootTime(uptime), core::WallTime(uptime)};
}

const EpisodeKey kKey{"restart", "print", {}};

Alert someAlert() {
  return {"print", {}, true, {{"alertname", "Down"}}};
}

bool takesNone(const EpisodeKey&, const Episode&) {
  return false;
}

// It came back as one that was heard of when the machine booted: old, after a day.
TEST(Episodes, OneThatIsDroppedAndComesBackIsAsOldAsItWas) {
  Episodes episodes;
  ASSERT_EQ(episodes.hear(kKey, "", someAlert(), after(hours(30))), Episodes::Heard::kNew);
  episodes.keep();
  episodes.keepOnly(takesNone, after(hours(31)).boot);
  EXPECT_EQ(episodes.size(), 0u);
  episodes.undo(after(hours(31)).boot);
  EXPECT_EQ(episodes.forgetOld(after(hours(54))), 0u);
  EXPECT_TRUE(episodes.firing(kKey));
  EXPECT_EQ(episodes.forgetOld(after(hours(54) + minutes(2))), 1u);
}

}  // namespace
}  // namespace heald::engine
