#include "engine/store_health.h"

#include <utility>

namespace heald::engine {
namespace {

struct Telling {
  Note::Level level;
  const char* message;
  const char* event;
};

Telling tellingOf(StoreRoom::State before, StoreRoom::State now) {
  switch (now) {
    case StoreRoom::State::kOnReserve:
      return {Note::Level::kWarn, "the disk of the store is full: heald lives on its reserve",
              "on_reserve"};
    case StoreRoom::State::kNoReserve:
      return {Note::Level::kWarn, "the store has no reserve: a full disk will stop healing",
              "no_reserve"};
    case StoreRoom::State::kPlenty:
      break;
  }
  return {Note::Level::kInfo,
          before == StoreRoom::State::kOnReserve ? "the disk of the store has room again"
                                                 : "the store has its reserve",
          "reserve_kept"};
}

}  // namespace

// What fails while it is down is a consequence, and the first cause is what has to be mended.
void StoreHealth::fails(const std::string& error) {
  if (std::exchange(up_, false) || !told_) {
    error_ = error;
  }
}

void StoreHealth::tellFailure(Output& out) {
  if (std::exchange(told_, true)) {
    return;
  }
  out.notes.push_back({Note::Level::kError,
                       "the store is unavailable: nothing starts until it answers again",
                       {{"reason", error_}}});
  out.remarks.push_back({.kind = HistoryKind::kStore, .event = "unavailable", .message = error_});
}

void StoreHealth::answers(Output& out) {
  up_ = true;
  told_ = false;
  error_.clear();
  out.notes.push_back({Note::Level::kInfo, "the store is available again", {}});
  out.remarks.push_back({.kind = HistoryKind::kStore, .event = "available"});
}

void StoreHealth::setRoom(const StoreRoom& room, Output& out) {
  const StoreRoom::State before = std::exchange(room_, room).state;
  if (room.state == before) {
    return;
  }
  const Telling telling = tellingOf(before, room.state);
  if (up_) {
    out.notes.push_back({telling.level, telling.message, {}});
    if (!room.reason.empty()) {
      out.notes.back().fields.emplace_back("reason", room.reason);
    }
  }
  out.remarks.push_back(
      {.kind = HistoryKind::kStore, .event = telling.event, .message = room.reason});
}

}  // namespace heald::engine
