#pragma once

namespace heald::test {

// Of a large enumeration, one in so many where a sanitizer watches: everything takes ten times as
// long there, and it looks for other faults.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr unsigned kThinned = 5;
#else
inline constexpr unsigned kThinned = 1;
#endif

}  // namespace heald::test
