#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "api/backend.h"
#include "http/pipeline.h"

namespace heald::api {

// The moment of every test: 100,000 s after boot, 2026-11-23T20:47:00Z.
inline core::Now testNow() {
  using namespace std::chrono;
  return {core::BootTime(seconds(100'000)), core::WallTime(seconds(1'795'466'820))};
}

// The state of the design's sample answer.
inline engine::Snapshot sampleSnapshot() {
  using namespace std::chrono;
  engine::Snapshot s;
  s.taken = testNow();
  s.cycles = 12;
  s.max_concurrent = 3;
  engine::GovernorView governor;
  governor.name = "self-healing-main";
  governor.state.totals = {42, 38, 4};
  governor.backoff = seconds(5);
  governor.next_attempt_at = core::BootTime{};
  governor.remedies = {"renew-key"};
  s.governors.push_back(governor);
  for (const char* id :
       {"auto-detection-monitoring", "self-healing-preventive", "process-monitoring"}) {
    engine::TaskView task;
    task.id = id;
    task.period = minutes(5);
    task.executions = 12;
    task.uptime = milliseconds(3'600'900);
    s.tasks.push_back(task);
  }
  return s;
}

inline engine::CheckView check(std::string name, engine::Health health, std::string message) {
  engine::CheckView view;
  view.name = std::move(name);
  view.kind = "http";
  view.interval = std::chrono::seconds(30);
  view.health = health;
  view.status =
      health == engine::Health::kUnhealthy ? core::CheckStatus::kCritical : core::CheckStatus::kOk;
  view.message = std::move(message);
  view.executions = 7;
  view.measurements = {{"time", 0.25}};
  view.last_duration = std::chrono::microseconds(12'900);
  view.last_run = testNow().wall - std::chrono::seconds(4);
  return view;
}

// A second governor that is dormant, a third whose breaker is open for 30 s, and what belongs to
// them.
inline engine::Snapshot troubledSnapshot() {
  using namespace std::chrono;
  engine::Snapshot s = sampleSnapshot();
  engine::GovernorView dormant;
  dormant.name = "gateway";
  dormant.state.dormancy = core::DormancyRecord{"Exceeded max failures",
                                                testNow().wall - hours(1),
                                                core::TriggeredBy::kAutomatic,
                                                {"the key works again"}};
  dormant.state.breaker.state = core::BreakerState::kPermanentOpen;
  dormant.state.breaker.failures = dormant.state.consecutive_failures = 10;
  dormant.state.breaker.last_failure_at = testNow().wall - milliseconds(90'500);
  dormant.state.totals = {10, 0, 10};
  dormant.backoff = minutes(10);
  engine::GovernorView open;
  open.name = "queue";
  open.state.breaker.openUntil(testNow().boot + seconds(30));
  open.state.breaker.failures = open.state.consecutive_failures = 3;
  open.backoff = seconds(20);
  open.next_attempt_at = testNow().boot + seconds(30);
  engine::SharedList<engine::GovernorView> governors = {dormant, open};
  for (const engine::GovernorView& governor : s.governors) governors.push_back(governor);
  s.governors = governors;
  s.checks = {check("api", engine::Health::kUnhealthy, "status 503"),
              check("disk", engine::Health::kHealthy, "40% used")};
  engine::RemedyView remedy;
  remedy.name = "renew-key";
  remedy.check = "api";
  remedy.governor = "self-healing-main";
  remedy.last_denied_by = core::Guard::kBackoff;
  remedy.phase = engine::Phase::kWaiting;
  remedy.next_attempt_at = testNow().boot + seconds(12);
  remedy.totals.attempts = 4;
  remedy.totals.failures = {1, 2, 0, 0, 1};
  remedy.detected = 31;
  remedy.allowed = 4;
  s.remedies.push_back(remedy);
  engine::RemedyView paused;
  paused.name = "drain-queue";
  paused.check = "disk";
  paused.governor = "queue";
  paused.pause = engine::Pause{testNow().boot + minutes(90), testNow().wall - minutes(30),
                               "moving the disk", "alice@host"};
  s.remedies.push_back(paused);
  s.attempts_in_progress = s.actions_running = 1;
  return s;
}

// The engine's place is taken by a list of what it was asked and one answer. Where the client is
// another process, nothing orders a server's threads before the test's reading: settle() does.
struct FakeEngine {
  std::shared_ptr<const engine::Snapshot> snapshot =
      std::make_shared<const engine::Snapshot>(sampleSnapshot());
  core::Now now = testNow();
  Result<engine::Reply> reply = engine::Reply{"done"};
  std::vector<engine::Event> events;
  std::vector<Asker> askers;  // of the events
  Result<void> reload_answer;
  std::vector<std::string> reloaded_by;
  std::shared_ptr<const config::Config> config = std::make_shared<const config::Config>();
  std::vector<WhatIf> what_ifs;
  Result<Foreseen> foreseen = Foreseen{};

  void settle() { const std::lock_guard lock(mutex); }
  static inline std::mutex mutex;

  void show(engine::Snapshot s) {
    snapshot = std::make_shared<const engine::Snapshot>(std::move(s));
  }

  Backend backend() {
    return {[this] { return snapshot; },
            [this] { return now; },
            [this](engine::Event event, Asker asker, const Backend::Then& then) {
              {
                const std::lock_guard lock(mutex);
                askers.push_back(std::move(asker));
                events.push_back(std::move(event));
              }
              then(reply);
            },
            [this](const std::string& by, const Asker&) {
              reloaded_by.push_back(by);
              return reload_answer;
            },
            [](MetricsFormat format) {
              return metrics::wholePage(
                  format == MetricsFormat::kProtobuf
                      ? std::string("protobuf")
                      : std::string("heald_up 1\n") +
                            (format == MetricsFormat::kOpenMetrics ? "# EOF\n" : ""));
            },
            "1.2.3",
            "http://localhost:3001/",
            [](const engine::HistoryQuery&) { return engine::HistoryPage{}; },
            nullptr,
            nullptr,
            "",
            nullptr,
            [this] { return config; },
            [this](const WhatIf& question) -> Result<Foreseen> {
              what_ifs.push_back(question);
              return foreseen;
            }};
  }

  // The last event, which has to be an E.
  template <class E>
  const E& asked() const {
    return std::get<E>(events.back());
  }
};

// A request through guard and router, without sockets.
inline http::Response ask(const http::Router& router, const std::string& method,
                          const std::string& target, const std::string& body = {},
                          const http::Headers& headers = {}) {
  const http::Pipeline pipeline(router, http::GuardPolicy{.token = "the token"}, {});
  http::Request request;
  request.method = method;
  request.path = target.substr(0, target.find('?'));
  // "path?name=value", of one plain pair.
  if (const auto mark = target.find('?'); mark != std::string::npos) {
    const auto equals = target.find('=', mark);
    request.query[target.substr(mark + 1, equals - mark - 1)] = target.substr(equals + 1);
  }
  request.caller.address = "127.0.0.1";
  request.headers = headers;
  request.headers.add("Host", "localhost");
  request.headers.add("Authorization", "Bearer the token");
  http::Response response =
      pipeline.answer(request, [&](http::Request& r, bool) -> std::optional<http::Response> {
        r.body = body;
        return std::nullopt;
      });
  if (response.shared != nullptr) response.body = *std::exchange(response.shared, nullptr);
  if (const auto pieces = std::exchange(response.pieces, nullptr)) {
    for (const auto& piece : *pieces) response.body += *piece;
  }
  return response;
}

}  // namespace heald::api
