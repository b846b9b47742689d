#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace heald::store {

// What each commit writes and compares. As JSON.
struct Head {
  std::uint64_t term = 0;    // one more with each replica that takes over
  std::uint64_t number = 0;  // one more with each commit, of all terms
  std::string replica;       // who wrote it
  // So many parts under PREFIX/staged/STAGE/ count, and may not all be rows yet. 0: none.
  std::uint64_t parts = 0;
  std::string stage;

  friend bool operator==(const Head&, const Head&) = default;
};

std::string encode(const Head& head);
Head decodeHead(const std::string& text);  // throws Fault

// The last head that this machine has seen: a file of its own, written without waiting for the
// disk, as what it notices is hours old and not seconds.
struct SeenHead {
  std::uint64_t cluster = 0;  // etcd's id
  std::string prefix;
  Head head;
};

// Nothing: there is no such file. Throws Fault for one that cannot be read.
std::optional<SeenHead> readSeenHead(const std::string& path);
void writeSeenHead(const std::string& path, const SeenHead& seen);
// Throws Fault, with what a human can do, when `found` is older than what was seen, or elsewhere.
void requireNotOlder(const std::string& path, const SeenHead& found);

}  // namespace heald::store
