#pragma once

namespace heald::core {

// CHECK(condition, "what holds"): a statement that the code around it relies on, in release builds
// too. Where it does not hold, nothing that is decided from there on can be trusted: the program
// says which one it was, and where, on stderr, and aborts. The next start recovers as after
// kill -9, so nothing is lost that was ever visible. Never for what comes from outside (a
// configuration, a request, a store): that is refused with an error.
//
// `condition` is evaluated once. `text` is a literal: one sentence without its full stop.
#define CHECK(condition, text)  \
  (static_cast<bool>(condition) \
       ? static_cast<void>(0)   \
       : ::heald::core::invariantBroken(text, #condition, __FILE__, __LINE__))

// "heald: broken invariant: TEXT (CONDITION) at FILE:LINE".
[[noreturn]] void invariantBroken(const char* text, const char* condition, const char* file,
                                  int line) noexcept;

}  // namespace heald::core
