#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace heald::ctl {

// Takes server-sent events apart, however they are cut into pieces: comments, and fields that
// nobody here needs, are left out. Of `data` at most kLongest bytes are kept.
class EventParser {
 public:
  static constexpr std::size_t kLongest = 1024 * 1024;
  using Event = std::function<void(const std::string& id, const std::string& data)>;

  explicit EventParser(Event event) : event_(std::move(event)) {}

  void feed(std::string_view bytes);

 private:
  void line(std::string_view text);

  Event event_;
  std::string rest_;  // of a line
  std::string id_;
  std::string data_;
};

}  // namespace heald::ctl
