#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/what_if.h"
#include "config/model.h"
#include "core/time.h"
#include "engine/answers.h"
#include "engine/event.h"
#include "engine/output.h"
#include "engine/snapshot.h"
#include "etcd/election.h"
#include "heald/result.h"
#include "metrics/page.h"
#include "outbox/outbox.h"

namespace heald::http {
class Tokens;
}

namespace heald::api {

class ChangeSignal;

// Who asks for a change: under which key, and whether they still wait.
struct Asker {
  engine::Claim claim = {};
  std::function<bool()> gone = nullptr;
};

// How /metrics is written: Prometheus' text 0.0.4, OpenMetrics 1.0, or Prometheus' delimited
// protobuf.
enum class MetricsFormat : std::uint8_t { kText, kOpenMetrics, kProtobuf };

// What the routes stand on: reads use the published snapshot, writes go to the engine's mailbox.
// Every function may be called from any thread and throws nothing.
struct Backend {
  std::function<std::shared_ptr<const engine::Snapshot>()> snapshot;
  std::function<core::Now()> now;
  // `then` is called once: at once, or on the engine's thread, and so has to be quick.
  using Then = std::function<void(Result<engine::Reply>)>;
  std::function<void(engine::Event, Asker, Then then)> call;
  // Reads the configuration again; `by` is who asked. An Error means that nothing has changed.
  std::function<Result<void>(const std::string& by, const Asker&)> reload;
  std::function<metrics::Page(MetricsFormat)> metrics;
  std::string version;
  std::string control_url;  // for the links of the metrics listener's landing page; may be ""
  // A page of the history, from disk: on the caller's thread, without the engine.
  std::function<Result<engine::HistoryPage>(const engine::HistoryQuery&)> history;
  ChangeSignal* history_changed =
      nullptr;                     // notified when there is more of it; outlives the listeners
  http::Tokens* tokens = nullptr;  // outlives the listeners; null: there are no named ones
  std::string token_file = {};     // of the control token
  // Writes into log and history what happened outside the engine.
  std::function<void(engine::HistoryEntry)> tell = nullptr;
  // The configuration in force.
  std::function<std::shared_ptr<const config::Config>()> config = nullptr;
  // Plays the production engine from the present state, on the caller's thread and beside the
  // engine. kNotFound: no such governor; kLimit: another one is being answered.
  std::function<Result<Foreseen>(const WhatIf&)> simulate = nullptr;
  // Who is told what has happened, and a message for a test to one of them or, with "", to all.
  // kNotFound: there is no such receiver.
  std::function<std::vector<outbox::ReceiverView>()> receivers = nullptr;
  std::function<void(const std::string& receiver, outbox::Outbox::Tested done)> test_receiver =
      nullptr;
  // Of several replicas; null where there is one heald.
  std::function<etcd::Standing()> standing = nullptr;
  std::function<void()> step_down = nullptr;
};

}  // namespace heald::api
