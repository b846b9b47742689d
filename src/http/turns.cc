#include "http/turns.h"

#include <algorithm>

namespace heald::http {

bool Turns::add(Exchange exchange, const std::string& peer, Weight weight) {
  if (weight != Weight::kReads) {
    const bool together = weight == Weight::kBrief && !changing_.empty() &&
                          changing_.back().weight == Weight::kBrief &&
                          changing_.back().exchanges.size() < kTogether;
    if (!together) changing_.push_back({{}, weight});
    changing_.back().exchanges.push_back(std::move(exchange));
    return !together;
  }
  auto own = std::find_if(readers_.begin(), readers_.end(),
                          [&](const auto& reader) { return reader.first == peer; });
  if (own == readers_.end()) own = readers_.insert(readers_.end(), {peer, {}});
  own->second.push_back(std::move(exchange));
  return true;
}

std::optional<Turns::Turn> Turns::begin() {
  if (!changing_.empty()) {
    Turn turn = std::move(changing_.front());
    changing_.pop_front();
    return turn;
  }
  if (readers_.empty() || reading_ >= most_readers_) return std::nullopt;
  ++reading_;
  auto& [peer, waiting] = readers_.front();
  Turn turn{{std::move(waiting.front())}, Weight::kReads};
  waiting.pop_front();
  if (waiting.empty()) {
    readers_.pop_front();
  } else {
    readers_.splice(readers_.end(), readers_, readers_.begin());
  }
  return turn;
}

void Turns::end(Weight weight) {
  if (weight == Weight::kReads) --reading_;
}

}  // namespace heald::http
