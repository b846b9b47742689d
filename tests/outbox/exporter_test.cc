#include "outbox/exporter.h"

#include <atomic>
#include <mutex>

#include "support.h"
#include "support/eventually.h"
#include "support/tiny_server.h"

namespace heald::outbox {
namespace {

// A collector that answers as it is told; the history, the cursor and the clock are the test's.
class Exporting : public testing::Test {
 protected:
  ~Exporting() override { exporter_.stop(); }

  // A run of a remedy that no incident asks for: two spans, when it has ended.
  void aRunEnds() {
    engine::HistoryEntry entry{
        .kind = engine::HistoryKind::kAttempt,
        .event = "started",
        .at = at(0).wall,
        .governor = "main",
        .remedy = "restart",
        .attempt = ++attempts_,
        .details = {{"incident", "attempt/main/" + std::to_string(attempts_)}}};
    const std::lock_guard lock(mutex_);
    history_.add(entry);
    entry.event = "succeeded";
    history_.add(entry);
  }
  void pass(double later) {
    {
      const std::lock_guard lock(mutex_);
      now_ += later;
    }
    exporter_.historyGrew();
  }
  std::shared_ptr<const Collector> collector() const {
    Collector::Options options;
    options.request.url = server_.url("");
    return std::make_shared<const Collector>(std::move(options));
  }
  std::optional<std::int64_t> cursor() const {
    const std::lock_guard lock(mutex_);
    return cursor_;
  }
  ExporterNeeds needs() {
    return {services_,
            log_,
            {"web-1", "1.2.3"},
            [this] {
              const std::lock_guard lock(mutex_);
              return at(now_);
            },
            [this](const engine::HistoryQuery& query) -> Result<engine::HistoryPage> {
              const std::lock_guard lock(mutex_);
              return history_.page(query);
            },
            [this]() -> Result<std::optional<std::int64_t>> { return cursor(); },
            [this](std::optional<std::int64_t> position) {
              const std::lock_guard lock(mutex_);
              cursor_ = position;
            }};
  }

  mutable std::mutex mutex_;
  Histories history_;
  std::optional<std::int64_t> cursor_;
  double now_ = 0;
  std::uint64_t attempts_ = 0;
  std::atomic<int> status_ = 200;
  std::atomic<int> requests_ = 0;
  test::TinyServer server_{[this](const std::string&) {
    ++requests_;
    return test::TinyServer::reply(status_, "{}", status_ == 429 ? "Retry-After: 120\r\n" : "");
  }};
  io::HttpClient http_;
  io::WorkerPool workers_{1};
  io::Looks looks_;
  io::Services services_{workers_, http_, looks_};
  io::Log log_{io::LogFormat::kLogfmt, static_cast<io::LogLevel>(4)};
  Exporter exporter_{needs()};
};

TEST_F(Exporting, WhatEndsIsExportedAndTheCursorFollows) {
  exporter_.use(collector());
  aRunEnds();
  pass(10);
  EXPECT_TRUE(test::eventually([&] { return exporter_.figures().exported == 2; }));
  EXPECT_TRUE(test::eventually([&] { return cursor() == 2; }));
  EXPECT_THAT(server_.lastRequest(), testing::StartsWith("POST /v1/traces "));
}

TEST_F(Exporting, WhatACollectorCannotTakeNowIsSentLater) {
  status_ = 503;
  exporter_.use(collector());
  aRunEnds();
  pass(10);
  ASSERT_TRUE(test::eventually([&] { return exporter_.figures().failed == 1; }));
  EXPECT_EQ(cursor(), 0);
  status_ = 200;
  pass(10);
  EXPECT_TRUE(test::eventually([&] { return exporter_.figures().exported == 2; }));
  EXPECT_TRUE(test::eventually([&] { return cursor() == 2; }));
}

TEST_F(Exporting, ACollectorThatNamesATimeIsLeftAloneForThatLong) {
  status_ = 429;
  exporter_.use(collector());
  aRunEnds();
  pass(10);
  ASSERT_TRUE(test::eventually([&] { return exporter_.figures().failed == 1; }));
  status_ = 200;
  const int asked = requests_;
  pass(119);
  aRunEnds();
  EXPECT_EQ(requests_, asked);
  pass(2);
  EXPECT_TRUE(test::eventually([&] { return exporter_.figures().exported == 4; }));
}

TEST_F(Exporting, WhatACollectorCallsWrongIsDropped) {
  status_ = 400;
  exporter_.use(collector());
  aRunEnds();
  pass(10);
  EXPECT_TRUE(test::eventually([&] { return exporter_.figures().dropped == 2; }));
  EXPECT_TRUE(test::eventually([&] { return cursor() == 2; }));
}

TEST_F(Exporting, WithoutACollectorACursorIsForgotten) {
  cursor_ = 7;
  exporter_.use(nullptr);
  EXPECT_EQ(cursor(), std::nullopt);
  EXPECT_FALSE(exporter_.exporting());
}

}  // namespace
}  // namespace heald::outbox
