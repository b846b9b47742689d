#include "outbox/dispatch.h"

#include <algorithm>
#include <utility>

namespace heald::outbox {
namespace {

Wanted wantedOf(const config::ReceiverOptions& receiver) {
  return {receiver.least, receiver.resolved};
}

}  // namespace

void Dispatch::configure(const config::NotificationOptions& options) {
  options_ = options;
  placed_ = false;
  const std::string instance = options.instance.empty() ? host_ : options.instance;
  if (!interpreter_ || instance != instance_) interpreter_.emplace(instance);
  instance_ = instance;
  const Timing timing{options.group_wait, options.group_interval};
  for (const config::ReceiverOptions& receiver : options.receivers) {
    const auto made = deliveries_.try_emplace(receiver.name, wantedOf(receiver), timing);
    if (!made.second) made.first->second.configure(wantedOf(receiver), timing);
  }
  std::erase_if(deliveries_, [&](const auto& delivery) { return !known(delivery.first); });
}

bool Dispatch::known(const std::string& receiver) const {
  const auto& all = options_.receivers;
  return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.name == receiver; });
}

std::vector<CursorMove> Dispatch::place(const Cursors& cursors, std::int64_t oldest,
                                        std::int64_t newest, core::Now now) {
  std::vector<CursorMove> moves;
  std::int64_t first = ever_placed_ ? position_ : newest;
  for (auto& [name, delivery] : deliveries_) {
    if (delivery.cursor()) continue;
    const auto found = cursors.find(name);
    if (found == cursors.end()) moves.push_back({name, newest});
    const std::int64_t at = found == cursors.end() ? newest : found->second;
    delivery.place(at > newest ? 0 : at);
    // Ids have no gaps: what is behind a cursor and is not there was dropped by age or size.
    const std::int64_t cursor = *delivery.cursor();
    if (cursor != 0 && oldest > cursor + 1) {
      const auto lost = static_cast<std::uint64_t>(oldest - cursor - 1);
      delivery.addLost(lost, historyForgotten(lost, now.wall, instance_), now);
    }
    first = std::min(first, cursor);
  }
  for (const auto& [name, cursor] : cursors) {
    if (!known(name)) moves.push_back({name, std::nullopt});
  }
  position_ = first;
  placed_ = ever_placed_ = true;
  return moves;
}

void Dispatch::learn(const std::vector<engine::HistoryRow>& rows) {
  for (const engine::HistoryRow& row : rows) {
    if (row.unreadable.empty()) interpreter_->read(row.entry);
  }
}

void Dispatch::take(const engine::HistoryPage& page, core::Now now) {
  if (page.newest < position_) {
    beginAgain();
    return;
  }
  for (const engine::HistoryRow& row : page.rows) {
    if (!row.unreadable.empty()) continue;
    const auto notice = interpreter_->read(row.entry);
    if (!notice) continue;
    // The beginning of a failure was told while it lasted.
    const bool told = notice->problem == "store" && told_store_ && !notice->over;
    if (notice->problem == "store" && notice->over) told_store_ = false;
    if (!told) add(*notice, row.id, now);
  }
  position_ = page.more ? page.end() : page.newest;
}

// The store was lost and begun anew, or its history was set aside: ids begin at 1 again.
void Dispatch::beginAgain() {
  position_ = 0;
  for (auto& [name, delivery] : deliveries_) delivery.place(0);
}

void Dispatch::add(const Notice& notice, std::int64_t id, core::Now now) {
  for (auto& [name, delivery] : deliveries_) delivery.add(notice, id, now);
}

void Dispatch::storeFails(const std::string& error, core::Now now) {
  const bool before = std::exchange(store_failing_, !error.empty());
  if (error.empty() || before) return;
  told_store_ = true;
  add(storeFailing(error, now.wall, instance_), 0, now);
}

std::vector<Outgoing> Dispatch::due(core::Now now) {
  std::vector<Outgoing> all;
  for (const config::ReceiverOptions& receiver : options_.receivers) {
    Delivery& delivery = deliveries_.at(receiver.name);
    if (!delivery.due(now)) continue;
    Message message = messageFor(receiver, now);
    delivery.take(position_, message);
    message.id = receiver.name + "-" + std::to_string(position_) + "-" +
                 std::to_string(message.items.front().notice.at.time_since_epoch().count());
    all.push_back({receiver, std::move(message)});
  }
  return all;
}

std::optional<core::BootTime> Dispatch::nextDue() const {
  std::optional<core::BootTime> next;
  for (const auto& [name, delivery] : deliveries_) {
    const auto due = delivery.nextDue();
    if (due && (!next || *due < *next)) next = due;
  }
  return next;
}

std::string Dispatch::ended(const std::string& receiver, const std::string& error, core::Now now,
                            core::Duration retry_after) {
  const auto found = deliveries_.find(receiver);
  if (found == deliveries_.end()) return error;
  std::string before = found->second.error();
  found->second.ended(error, now, retry_after);
  return before;
}

std::vector<CursorMove> Dispatch::moves(bool stopping) {
  std::vector<CursorMove> all;
  if (!placed_) return all;
  for (auto& [name, delivery] : deliveries_) {
    const auto target = delivery.cursorTarget(position_, stopping);
    if (!target) continue;
    delivery.moveBegan();
    all.push_back({name, *target});
  }
  return all;
}

void Dispatch::moved(const CursorMove& move, bool done) {
  const auto found = deliveries_.find(move.receiver);
  if (found != deliveries_.end() && move.to) found->second.moveEnded(*move.to, done);
}

std::vector<ReceiverView> Dispatch::views() const {
  std::vector<ReceiverView> views;
  for (const config::ReceiverOptions& receiver : options_.receivers) {
    const Delivery& delivery = deliveries_.at(receiver.name);
    views.push_back({.name = receiver.name,
                     .kind = receiver.part.kind,
                     .pending = delivery.pending(),
                     .sent = delivery.sent(),
                     .failed = delivery.failed(),
                     .lost = delivery.lost(),
                     .last_sent = delivery.lastSent(),
                     .failing_since = delivery.failingSince(),
                     .error = delivery.error()});
  }
  return views;
}

Message Dispatch::messageFor(const config::ReceiverOptions& receiver, core::Now now) const {
  Message message;
  message.receiver = receiver.name;
  message.instance = instance_;
  message.page_url = options_.page_url;
  message.runbook_url = options_.runbook_url;
  message.at = now.wall;
  return message;
}

}  // namespace heald::outbox
