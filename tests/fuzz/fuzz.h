#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/plain_text.h"

// A target is one file with this function; it is called with any bytes, again and again. libFuzzer
// calls it (scripts/soak fuzz), and so does replay.cc, with every file of the target's corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace heald::fuzz {

inline std::string_view textOf(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// What has to hold for every input. Says what does not, and ends the process as a crash does.
inline void require(bool holds, std::string_view what, std::string_view shown = {}) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n%.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(shown.size()), shown.data());
  std::abort();
}

// A line for people: valid UTF-8 without control characters.
inline void requireLine(std::string_view line, std::string_view what) {
  require(core::isUtf8(line), std::string(what) + " is UTF-8", line);
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    require(byte >= 0x20 && byte != 0x7f, std::string(what) + " is one line", line);
  }
}

// Takes pieces off the front of an input.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(textOf(data, size)) {}

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  std::size_t number() { return static_cast<std::size_t>(byte()) << 8 | byte(); }
  std::string_view bytes(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  // Up to the next line feed, without it and a carriage return before it.
  std::string_view line() {
    const std::size_t end = rest_.find('\n');
    std::string_view taken = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (taken.ends_with('\r')) taken.remove_suffix(1);
    return taken;
  }
  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace heald::fuzz
