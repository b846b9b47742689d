#include "runtime/engine_loop.h"

#include <algorithm>
#include <future>
#include <utility>
#include <variant>

#include "engine/drive.h"

namespace heald::runtime {

using engine::Output;

EngineLoop::EngineLoop(engine::Setup setup, store::Store& store, Work& work, const Clock& clock,
                       io::Log& log)
    : setup_(std::move(setup)),
      store_(store),
      work_(work),
      clock_(clock),
      log_(log),
      boot_id_(readBootId()) {}

EngineLoop::~EngineLoop() {
  stop();
}

void EngineLoop::start() {
  openStore();
  publish();
  beat(core::Duration{});
  thread_ = std::thread([this] { run(); });
}

Result<engine::Reply> EngineLoop::call(engine::Event command, Work::TaskFunction function) {
  return ask({std::move(command), nullptr, std::move(function)});
}

void EngineLoop::call(engine::Event command, engine::Claim claim, Gone gone, Then then) {
  Message message{std::move(command), nullptr, nullptr};
  message.claim = std::move(claim);
  message.gone = std::move(gone);
  send(std::move(message), std::move(then));
}

Error EngineLoop::abandon() {
  ++abandoned_;
  return {ErrorCode::kConflict, "whoever asked has gone: nothing was changed"};
}

Result<engine::Reply> EngineLoop::reload(engine::Reload command, std::function<void()> applied) {
  return ask({std::move(command), nullptr, nullptr, std::move(applied)});
}

void EngineLoop::record(engine::HistoryEntry entry) {
  mailbox_.put({engine::Record{std::move(entry)}, nullptr, nullptr});
}

Result<engine::Reply> EngineLoop::ask(Message message) {
  // Shared: the engine's thread may still be at it when whoever waits goes on.
  auto answered = std::make_shared<std::promise<Result<engine::Reply>>>();
  auto future = answered->get_future();
  send(std::move(message),
       [answered](Result<engine::Reply> result) { answered->set_value(std::move(result)); });
  return future.get();
}

void EngineLoop::send(Message message, Then then) {
  const auto answer = std::make_shared<Answer>(std::move(then));
  message.answer = answer;
  // A message that is taken and never read answers by its end.
  if (closed_ || mailbox_.offer(std::move(message))) {
    return;
  }
  if (!closed_) {
    ++queue_full_;
    answer->give(Error{ErrorCode::kLimit, "too many requests wait for the engine; try again"});
  }
}

std::shared_ptr<const engine::Snapshot> EngineLoop::snapshot() const {
  const std::lock_guard lock(snapshot_mutex_);
  return snapshot_;
}

// By the clock of the sleep, which stands still while the machine is suspended.
void EngineLoop::beat(core::Duration due) {
  beat_ = (std::chrono::steady_clock::now().time_since_epoch() + due).count();
}

core::Duration EngineLoop::sinceBeat() const {
  return std::chrono::steady_clock::now().time_since_epoch() - core::Duration(beat_.load());
}

void EngineLoop::run() {
  const auto tells_something = [](const Message& message) { return !message.ask_store; };
  while (!quitting_) {
    const core::Duration sleep = patience();
    beat(sleep);
    auto messages = mailbox_.takeAll(sleep, checks_running_);
    const core::BootTime awake = clock_.now().boot;
    beat(core::Duration{});
    if (std::any_of(messages.begin(), messages.end(), tells_something)) noteMessage(awake);
    for (std::span<Message> rest(messages); !rest.empty();) {
      rest = rest.subspan(handleSome(rest));
    }
    const auto wakeup = engine_->nextWakeup();
    if (wakeup && *wakeup <= clock_.now().boot) {
      Message tick{engine::Tick{}, nullptr, nullptr};
      handle(tick);
    }
    probeIfDue();
    if (round_) {
      round_();
    }
    publishIfDue();
  }
  publish();
  waiting_.clear();
}

core::Duration EngineLoop::patience() const {
  const core::BootTime now = clock_.now().boot;
  core::BootTime until = quiet(now, kQuietAfter)
                             ? next_probe_
                             : std::min(now + core::Duration(kHeartbeat), next_probe_);
  if (const auto wakeup = engine_->nextWakeup()) {
    until = std::min(until, *wakeup);
  }
  if (dirty_) {
    until = std::min(until, published_ + core::Duration(kPublishAfter));
  }
  return until - now;
}

void EngineLoop::handle(Message& message) {
  if (message.quit) {
    quitting_ = true;
    return;
  }
  if (message.ask_store) {
    next_probe_ = clock_.now().boot;
    hurry_until_ = next_probe_ + kHurry;
    return;
  }
  if (message.beside) {
    commitBeside(message);
    return;
  }
  if (abandoned(message) || unanswerable(message)) {
    return;
  }
  if (checks_running_ > 0 && std::holds_alternative<engine::CheckFinished>(message.event)) {
    --checks_running_;
  }
  stopping_ = stopping_ || std::holds_alternative<engine::Stop>(message.event);
  const core::Now now = clock_.now();
  Output out = engine::drive(
      *engine_, message.event, now,
      [this](const engine::Changes& changes) { return commit(changes); }, message.claim);
  tellRoom(now, out);
  tell(message, out);
}

void EngineLoop::handleTogether(std::span<Message> messages) {
  std::vector<Message*> present;
  std::vector<engine::Asked> asked;
  for (Message& message : messages) {
    if (abandoned(message) || unanswerable(message)) continue;
    present.push_back(&message);
    asked.push_back({message.event, message.claim});
  }
  if (present.empty()) {
    return;
  }
  const core::Now now = clock_.now();
  auto outs = engine::driveTogether(
      *engine_, asked, now, [this](const engine::Changes& changes) { return commit(changes); });
  tellRoom(now, outs.front());
  for (std::size_t i = 0; i < present.size(); ++i) tell(*present[i], outs[i]);
}

std::size_t EngineLoop::handleSome(std::span<Message> messages) {
  std::size_t together = 0;
  for (std::size_t room = store_.mostTogether(); together < messages.size(); ++together) {
    const Message& next = messages[together];
    const std::size_t takes = next.claim.key.empty() ? 1 : 2;  // its answer is kept as well
    if (takes > room || !engine::mayShareACommit(next.event)) break;
    room -= takes;
  }
  if (together < 2) {
    handle(messages.front());
    return 1;
  }
  handleTogether(messages.first(together));
  return together;
}

bool EngineLoop::abandoned(Message& message) {
  const bool gone = message.gone && message.gone();
  if (gone) {
    replies_.push_back({std::move(message.answer), abandon()});
  }
  return gone;
}

// A no that is final would be believed: the caller takes a permit for one that is not there.
bool EngineLoop::unanswerable(Message& message) {
  const bool asks = leader_ && std::holds_alternative<engine::RequestPermit>(message.event);
  const bool reports = std::holds_alternative<engine::ReportPermit>(message.event);
  const bool so = !loaded_ && message.answer != nullptr && (asks || reports);
  if (so) {
    replies_.push_back({std::move(message.answer),
                        Error{ErrorCode::kUnavailable,
                              "heald has not read its state yet; ask again in a moment"}});
  }
  return so;
}

void EngineLoop::tell(Message& message, Output& out) {
  if (out.reply && out.reply->ok() && (*out.reply)->repeat == engine::Repeat::kSame) {
    ++repeated_;
  }
  dirty_ = true;
  if (message.applied && out.reply && out.reply->ok()) {
    message.applied();
  }
  perform(out);
  answer(message, out);
}

void EngineLoop::perform(Output& out) {
  for (const engine::Note& note : out.notes) {
    log(note);
  }
  for (const engine::Action& action : out.actions) {
    start(action);
  }
}

void EngineLoop::start(const engine::Action& action) {
  const auto post = [this](engine::Event event) {
    mailbox_.put({std::move(event), nullptr, nullptr});
  };
  if (const auto* check = std::get_if<engine::StartCheck>(&action)) {
    ++checks_running_;
    work_.startCheck(*check, [this](engine::Event event) {
      mailbox_.putInCompany({std::move(event), nullptr, nullptr});
    });
  } else if (const auto* attempt = std::get_if<engine::StartAction>(&action)) {
    publish();  // an attempt is visible from its first moment
    work_.startAction(*attempt, post);
  } else if (const auto* ask = std::get_if<engine::AskAlert>(&action)) {
    work_.askAlert(*ask, post);
  } else if (const auto* member = std::get_if<engine::AskFleet>(&action)) {
    work_.askFleet(*member, post);
  } else if (const auto* permit = std::get_if<engine::ReturnPermit>(&action)) {
    work_.returnPermit(*permit);
  } else if (const auto* run = std::get_if<engine::CancelCheck>(&action)) {
    work_.cancelCheck(run->run);
  } else if (const auto* gone = std::get_if<engine::CancelAction>(&action)) {
    work_.cancelAction(gone->run);
  } else if (const auto* task = std::get_if<engine::RunTask>(&action)) {
    const auto found = functions_.find(task->install);
    work_.runTask(*task, found == functions_.end() ? nullptr : found->second, post);
  } else if (const auto* ready = std::get_if<engine::TaskReady>(&action)) {
    taskReady(*ready);
  }
}

void EngineLoop::taskReady(const engine::TaskReady& ready) {
  const auto found = waiting_.find(ready.install);
  if (found == waiting_.end()) {
    return;
  }
  Result<engine::Reply> result = engine::Reply{"registered", ready.install, false};
  if (ready.superseded) {
    functions_.erase(ready.install);
    result = Error{ErrorCode::kConflict, "a later registration or a stop came in between"};
  }
  replies_.push_back({found->second, std::move(result)});
  waiting_.erase(found);
}

void EngineLoop::answer(Message& message, Output& out) {
  if (!message.answer) {
    return;
  }
  Result<engine::Reply> result = out.reply.value_or(engine::Reply{});
  if (result && message.function) {
    functions_[result->install] = std::move(message.function);
  }
  if (result && result->waits) {
    waiting_[result->install] = std::move(message.answer);
  } else {
    replies_.push_back({std::move(message.answer), std::move(result)});
  }
}

void EngineLoop::publish() {
  const core::Now now = clock_.now();
  auto made = std::make_shared<engine::Snapshot>(engine_->snapshot(now));
  if (leader_) made->standby = leader_();
  std::shared_ptr<const engine::Snapshot> fresh = std::move(made);
  {
    const std::lock_guard lock(snapshot_mutex_);
    snapshot_.swap(fresh);
  }
  published_ = now.boot;
  dirty_ = false;
}

void EngineLoop::publishIfDue() {
  const core::Duration age = clock_.now().boot - published_;
  if (!replies_.empty() || (dirty_ && age >= kPublishAfter) || age >= kHeartbeat) {
    publish();
  }
  for (Reply& reply : std::exchange(replies_, {})) {
    reply.answer->give(std::move(reply.result));
  }
  const std::lock_guard lock(idle_mutex_);
  idle_ = stopping_ && engine_->idle();
  if (idle_) {
    idle_changed_.notify_all();
  }
}

void EngineLoop::beginStop() {
  closed_ = true;
  {
    const std::lock_guard lock(idle_mutex_);
    idle_ = false;
  }
  mailbox_.put({engine::Stop{}, nullptr, nullptr});
}

bool EngineLoop::waitUntilIdle(core::Duration patience) {
  std::unique_lock lock(idle_mutex_);
  return idle_changed_.wait_for(lock, patience, [this] { return idle_; });
}

void EngineLoop::stop() {
  if (!thread_.joinable()) {
    return;
  }
  closed_ = true;
  Message quit;
  quit.quit = true;
  mailbox_.put(std::move(quit));
  thread_.join();
  mailbox_.close();  // breaks the promises of those who asked too late
}

void EngineLoop::log(const engine::Note& note) {
  std::vector<io::LogField> fields;
  for (const auto& [key, value] : note.fields) {
    fields.emplace_back(key, value);
  }
  log_.write(static_cast<io::LogLevel>(note.level), note.message,
             io::LogFields(fields.data(), fields.size()));
}

}  // namespace heald::runtime
