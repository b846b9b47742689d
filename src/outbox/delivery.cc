#include "outbox/delivery.h"

#include <algorithm>
#include <utility>
#include "outbox/receiver.h"

namespace heald::outbox {

void Delivery::add(const Notice& notice, std::int64_t id, core::Now now) {
  if (id != 0 && id <= seen_) return;
  seen_ = std::max(seen_, id);
  if (notice.severity < wanted_.least) return;
  // An end that nobody asked for, unless it is of something that would be told as lasting.
  const bool known = waiting_.has(notice.problem) || under_way_.has(notice.problem);
  if (notice.over && !wanted_.resolved && !known) return;
  waiting_.add(notice);
  began(now);
}

void Delivery::addLost(std::uint64_t entries, const Notice& notice, core::Now now) {
  lost_ += entries;
  add(notice, 0, now);
}

void Delivery::began(core::Now now) {
  if (!first_) first_ = now.boot;
}

std::optional<core::BootTime> Delivery::nextDue() const {
  if (sending_ || waiting_.empty() || !first_) return std::nullopt;
  return std::max(*first_ + timing_.group_wait, not_before_);
}

void Delivery::take(std::int64_t position, Message& message) {
  sending_ = true;
  covered_ = position;
  under_way_ = std::exchange(waiting_, {});
  first_.reset();
  under_way_.fill(message);
}

void Delivery::ended(const std::string& error, core::Now now, core::Duration retry_after) {
  sending_ = false;
  error_ = error;
  if (error.empty()) {
    ++sent_;
    under_way_.clear();
    told_ = std::max(told_, covered_);
    last_sent_ = now.wall;
    failing_since_.reset();
    retry_ = kFirstRetry;
    not_before_ = now.boot + timing_.group_interval;
    return;
  }
  ++failed_;
  if (!failing_since_) failing_since_ = now.wall;
  under_way_.add(std::exchange(waiting_, {}));
  waiting_ = std::exchange(under_way_, {});
  first_ = now.boot - timing_.group_wait;
  not_before_ = now.boot + std::max(retry_, std::min(retry_after, kLongestAsked));
  retry_ = std::min(2 * retry_, kLastRetry);
}

std::optional<std::int64_t> Delivery::cursorTarget(std::int64_t position, bool stopping) const {
  if (!cursor_ || moving_) return std::nullopt;
  const bool nothing_to_tell = !sending_ && waiting_.empty();
  const std::int64_t far_enough = stopping ? 1 : kIdleEntries;
  if (nothing_to_tell && position - *cursor_ >= far_enough) return position;
  return told_ > *cursor_ ? std::optional(told_) : std::nullopt;
}

void Delivery::place(std::int64_t cursor) {
  cursor_ = seen_ = told_ = covered_ = cursor;
}

void Delivery::moveEnded(std::int64_t to, bool done) {
  moving_ = false;
  if (done) cursor_ = to;
}

std::size_t Delivery::pending() const {
  return waiting_.size() + under_way_.size();
}

}  // namespace heald::outbox
