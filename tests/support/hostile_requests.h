#pragma once

#include <random>
#include <string>
#include <vector>

// What a hostile client sends, for tests that play it: tests/e2e/hostile_requests_test.cc.
namespace heald::test {

using Random = std::mt19937_64;

inline std::size_t below(Random& random, std::size_t limit) {
  return static_cast<std::size_t>(random() % limit);
}

// "GET /x" as a request's first line with its host, and further lines; without the end of the head.
std::string headOf(const std::string& line, const std::string& more = "");
// The same with a body and its length.
std::string bodied(const std::string& line, const std::string& more, const std::string& body);

// A request whose answer is known.
struct Kind {
  bool metrics;  // for which listener
  std::string bytes;
  std::vector<int> statuses;  // one of them
  bool closes;                // and then the connection ends
};

// Some of everything, for a heald with a governor "job". Both arguments are header lines: of a
// token that may do everything, and of one for reading.
std::vector<Kind> allKinds(const std::string& admin, const std::string& reads);

// `bytes` with up to six changes; pieces of `seeds` may come into it.
std::string mutated(Random& random, std::string bytes, const std::vector<std::string>& seeds);

// Header lines that say where a body ends, of which two readers could believe different things.
const std::vector<std::string>& unclearFramings();

}  // namespace heald::test
