#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heald::ctl {

enum class KeyKind {
  kText,  // a character: `text`; control characters too, but for those below
  kEscape,
  kEnter,
  kBackspace,
  kTab,
  kBackTab,
  kUp,
  kDown,
  kLeft,
  kRight,
  kPageUp,
  kPageDown,
  kHome,
  kEnd,
  kUnknown,  // a sequence of another key
};

struct Key {
  KeyKind kind = KeyKind::kUnknown;
  std::string text = {};
};

// Takes what a terminal sends apart into keys, however it is cut into pieces.
class KeyParser {
 public:
  void feed(std::string_view bytes) { rest_ += bytes; }
  // The next key. Nothing when there is none, or when it may not have come wholly; `that_is_all`
  // says that nothing has followed for a while: then Escape is Escape.
  std::optional<Key> next(bool that_is_all = false);
  bool unfinished() const { return !rest_.empty(); }

 private:
  Key taken(std::size_t bytes, KeyKind kind);

  std::string rest_;
};

}  // namespace heald::ctl
