#include "ctl/event_parser.h"

#include <utility>

namespace heald::ctl {

void EventParser::feed(std::string_view bytes) {
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    rest_ += bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (rest_.ends_with('\r')) rest_.pop_back();
    line(std::exchange(rest_, {}));
  }
  rest_ += bytes.substr(0, kLongest - std::min(kLongest, rest_.size()));
}

void EventParser::line(std::string_view text) {
  if (text.empty()) {
    if (!data_.empty()) event_(id_, data_);
    data_.clear();
    return;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view field = text.substr(0, colon);
  std::string_view value = text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "id") id_ = value;
  if (field == "data" && data_.size() + value.size() <= kLongest) {
    data_ += (data_.empty() ? "" : "\n") + std::string(value);
  }
}

}  // namespace heald::ctl
