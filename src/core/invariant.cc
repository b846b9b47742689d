#include "core/invariant.h"

#include <cstdio>
#include <cstdlib>

namespace heald::core {

// The one place of this room that writes something: after it there is no program.
void invariantBroken(const char* text, const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "heald: broken invariant: %s (%s) at %s:%d\n", text, condition, file, line);
  std::abort();
}

}  // namespace heald::core
