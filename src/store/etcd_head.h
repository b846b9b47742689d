#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "etcd/client.h"

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

// The last head that this machine has seen: a file of its own, written with each commit and without
// waiting for the disk: a power cut may take the last seconds of it, or leave it empty.
struct SeenHead {
  std::uint64_t cluster = 0;  // etcd's id
  std::string prefix;
  Head head;
};

// Nothing: there is no such file, or it is empty. Throws Fault for one that cannot be read.
std::optional<SeenHead> readSeenHead(const std::string& path);
void writeSeenHead(const std::string& path, const SeenHead& seen);
// Throws Fault, with what a human can do, when `found` is older than what was seen, or elsewhere.
void requireNotOlder(const std::string& path, const SeenHead& found);

// Keeps the file as the head is.
class HeadMemory {
 public:
  // "" as path: nothing is kept.
  HeadMemory(std::string path, std::string prefix)
      : path_(std::move(path)), prefix_(std::move(prefix)) {}
  // Why it cannot be written; "" when it is, and where that was said before.
  std::string keep(std::uint64_t cluster, const Head& head);

 private:
  std::string path_;
  std::string prefix_;
  std::optional<Head> kept_;
  bool said_ = false;
};

// As another replica has left the head under `prefix`, found by its key; nothing where there is
// none, or no path. Throws like requireNotOlder, and then remembers nothing.
void rememberFound(const std::string& path, const std::string& prefix, const etcd::Range& found);

// Throws where etcd does what it is asked though a comparison with the head does not hold. A
// misspelt compare is none for its gateway, and every transaction is done: a fence that is not
// there.
void requireComparing(etcd::Keys& keys, const std::string& head_key);

}  // namespace heald::store
