#include "outbox/digest.h"

#include <algorithm>

namespace heald::outbox {

void Digest::add(const Notice& notice) {
  const auto found = items_.find(notice.problem);
  if (found == items_.end()) {
    const bool begins = !notice.over;
    put(notice.problem, {notice, begins ? notice.at : notice.since, 1});
    return;
  }
  Item& item = found->second;
  const bool again = !notice.over && (item.notice.over || notice.instant);
  if (again) ++item.times;
  // The whole time is told: from when it first began to the last that is known of it.
  item.notice = notice;
}

void Digest::add(const Digest& later) {
  left_out_ += later.left_out_;
  for (const std::string& problem : later.order_) {
    const Item& item = later.items_.at(problem);
    const auto found = items_.find(problem);
    if (found == items_.end()) {
      put(problem, item);
      continue;
    }
    const bool goes_on = !found->second.notice.over && !item.notice.instant;
    found->second.times += item.times - (goes_on ? 1 : 0);
    found->second.notice = item.notice;
  }
}

void Digest::put(const std::string& problem, Item item) {
  if (items_.size() >= kMostItems) {
    ++left_out_;
    return;
  }
  items_.emplace(problem, std::move(item));
  order_.push_back(problem);
}

void Digest::fill(Message& message) const {
  for (const std::string& problem : order_) {
    const Item& item = items_.at(problem);
    const bool follows = item.notice.alert == "HealdPermanentlyOpen" &&
                         items_.contains("dormant/" + item.notice.governor);
    if (!follows) message.items.push_back(item);
  }
  std::stable_sort(message.items.begin(), message.items.end(), [](const Item& a, const Item& b) {
    if (a.notice.over != b.notice.over) return !a.notice.over;
    return a.notice.severity > b.notice.severity;
  });
  message.left_out = left_out_;
}

}  // namespace heald::outbox
