#include "engine/alert_identity.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

// As the real Alertmanager 0.25 answered for these labels (tests/e2e/episodes_test.cc asks it).
TEST(AlertIdentity, AFingerprintIsTheOneOfAlertmanager) {
  EXPECT_EQ(fingerprintOf({}), "cbf29ce484222325");
  EXPECT_EQ(fingerprintOf({{"instance", "a:1"}, {"alertname", "Down"}}),
            fingerprintOf({{"alertname", "Down"}, {"instance", "a:1"}}))
      << "in whatever order";
  EXPECT_NE(fingerprintOf({{"a", "bc"}}), fingerprintOf({{"ab", "c"}}));
}

TEST(AlertIdentity, WithoutTheLabelsToIgnoreReplicasAreOne) {
  const Labels plain = {{"alertname", "Down"}, {"instance", "a:1"}};
  const auto of = [&](const std::string& replica) {
    Alert alert{"print-" + replica, {}, true, plain};
    if (!replica.empty()) alert.labels.emplace_back("replica", replica);
    return alert;
  };
  EXPECT_EQ(identityOf(of("a"), {}), "print-a");
  EXPECT_EQ(identityOf(of("a"), {"replica"}), identityOf(of("b"), {"replica"}));
  EXPECT_EQ(identityOf(of("a"), {"replica"}), fingerprintOf(plain))
      << "what Alertmanager says where the label was dropped";
  EXPECT_EQ(identityOf(of(""), {"replica"}), "print-") << "which is kept as it is";
}

}  // namespace
}  // namespace heald::engine
