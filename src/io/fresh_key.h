#pragma once

#include <cstdio>
#include <random>
#include <string>

namespace heald::io {

// An Idempotency-Key that was never used: 128 random bits, in hexadecimal digits.
inline std::string freshKey() {
  std::random_device random;
  std::string key;
  for (int i = 0; i < 4; ++i) {
    char word[9];
    std::snprintf(word, sizeof word, "%08x", random());
    key += word;
  }
  return key;
}

}  // namespace heald::io
