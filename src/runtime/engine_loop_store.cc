// What the loop does with its store.
#include <algorithm>
#include <utility>

#include "engine/drive.h"
#include "runtime/engine_loop.h"

namespace heald::runtime {

using engine::Output;

namespace {

// Of a store that was never read, of a replica that may act since a moment: everybody waits for it.
constexpr std::chrono::milliseconds kRetryTakeover(200);

}  // namespace

void EngineLoop::openStore() {
  const core::Now now = clock_.now();
  auto opened = store_.open(stamp(now));
  loaded_ = opened.ok();
  if (!loaded_) {
    if (!leader_) {  // else it may stand by, and the store says what is wrong beside
      log_.write(io::LogLevel::kError,
                 "the store cannot be read: every governor is dormant and nothing starts",
                 {{"reason", opened.error().message}});
    }
    engine_ = std::make_unique<engine::Engine>(std::move(setup_), std::nullopt, now);
    Output out;
    engine_->storeProbed(opened.error().message, now, out);
  } else {
    const engine::Saved saved = opened->value_or(engine::Saved{});
    engine_ = std::make_unique<engine::Engine>(std::move(setup_), saved, now);
    Output out;
    tellRoom(now, out);
    perform(out);
  }
  next_probe_ = now.boot + (loaded_ ? core::Duration(kProbeStore) : core::Duration(kRetryStore));
}

void EngineLoop::moveCursor(std::string name, std::optional<std::int64_t> position, Moved done) {
  auto changes = std::make_shared<engine::Changes>();
  changes->cursors.emplace_back(std::move(name), position);
  Message message{engine::Tick{}, nullptr, nullptr};
  message.beside = std::move(changes);
  message.moved = std::move(done);
  mailbox_.put(std::move(message));
}

std::string EngineLoop::commit(const engine::Changes& changes) {
  std::string error = store_.commit(changes, stamp(clock_.now()));
  if (!error.empty()) {
    next_probe_ = std::min(next_probe_, clock_.now().boot + core::Duration(kRetryStore));
  } else if (!changes.history.empty() && history_longer_) {
    history_longer_();
  }
  return error;
}

void EngineLoop::commitBeside(const Message& message) {
  const std::string error = commit(*message.beside);
  if (message.moved) {
    message.moved(error);
  }
}

// Who leads may change without a word to the engine.
bool EngineLoop::quiet(core::BootTime now, core::Duration since) const {
  return !leader_ && now - last_message_ >= since;
}

// What was well half a minute ago is looked at again, now that it matters.
void EngineLoop::noteMessage(core::BootTime now) {
  last_message_ = now;
  next_probe_ = std::min(next_probe_, now + core::Duration(kProbeStore));
}

void EngineLoop::probeIfDue() {
  const core::Now now = clock_.now();
  if (now.boot < next_probe_) {
    return;
  }
  Output out;
  const std::string error = restoreStore(now);
  tellRoom(now, out);
  engine_->storeProbed(error, now, out);
  const bool well = error.empty() && room_ != engine::StoreRoom::State::kOnReserve;
  const bool hurry = !loaded_ && now.boot < hurry_until_ && leader_ && leader_().empty();
  next_probe_ = now.boot + (hurry                          ? kRetryTakeover
                            : !well                        ? kRetryStore
                            : quiet(now.boot, kProbeStore) ? kProbeQuiet
                                                           : kProbeStore);
  engine::settleAll(*engine_, now, out,
                    [this](const engine::Changes& changes) { return commit(changes); });
  dirty_ = true;
  perform(out);
}

// Probes; where that fails, tries what brings a store back: opening it for the first time, or
// writing everything into it anew. "" or the reason why it is still away.
std::string EngineLoop::restoreStore(const core::Now& now) {
  if (!loaded_) {
    auto opened = store_.open(stamp(now));
    loaded_ = opened.ok();
    if (!loaded_) {
      return opened.error().message;
    }
    engine_->restore(opened->value_or(engine::Saved{}), now);
    return "";
  }
  const std::string error = store_.probe(stamp(now));
  const bool back = error.empty() || store_.reopen(engine_->everything(now), stamp(now)).empty();
  return back ? "" : error;
}

void EngineLoop::tellRoom(const core::Now& now, Output& out) {
  const engine::StoreRoom room = store_.room();
  if (room.state == room_) {
    return;
  }
  room_ = room.state;
  if (room.state == engine::StoreRoom::State::kOnReserve) {
    next_probe_ = std::min(next_probe_, now.boot + core::Duration(kRetryStore));
  }
  engine_->storeRoom(room, now, out);
  engine::settleAll(*engine_, now, out,
                    [this](const engine::Changes& changes) { return commit(changes); });
}

}  // namespace heald::runtime
