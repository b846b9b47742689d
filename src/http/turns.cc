#include "http/turns.h"

#include <algorithm>

namespace heald::http {

void Turns::add(Exchange exchange, const std::string& peer, bool changes) {
  if (changes) return changing_.push_back(std::move(exchange));
  auto own = std::find_if(readers_.begin(), readers_.end(),
                          [&](const auto& reader) { return reader.first == peer; });
  if (own == readers_.end()) own = readers_.insert(readers_.end(), {peer, {}});
  own->second.push_back(std::move(exchange));
}

std::optional<Turns::Turn> Turns::begin() {
  if (!changing_.empty()) {
    Turn turn{std::move(changing_.front()), true};
    changing_.pop_front();
    return turn;
  }
  if (readers_.empty() || reading_ >= most_readers_) return std::nullopt;
  ++reading_;
  auto& [peer, waiting] = readers_.front();
  Turn turn{std::move(waiting.front()), false};
  waiting.pop_front();
  if (waiting.empty()) {
    readers_.pop_front();
  } else {
    readers_.splice(readers_.end(), readers_, readers_.begin());
  }
  return turn;
}

void Turns::end(bool changes) {
  if (!changes) --reading_;
}

}  // namespace heald::http
