#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/problem.h"

namespace heald::config {

// A value of a YAML document. Unlike yaml-cpp's own tree it keeps duplicate keys, tells quoted from
// plain text, and knows the place of everything, aliases included.
struct Node {
  enum class Type { kNothing, kText, kList, kMapping };
  struct Entry;

  Type type = Type::kNothing;
  Place place;  // of an alias: where the alias stands
  // Its path, where that is not the one of the mapping or list that it stands in: of what comes
  // from another file, from a template or from defaults.
  std::string path;
  bool quoted = false;
  bool faulty = false;  // what is wrong with it is said already
  std::string text;
  std::vector<Node> items;
  std::vector<Entry> entries;  // in file order, duplicates included

  // The first entry with this key, or nullptr.
  const Entry* find(std::string_view key) const;
  // Its value, or nullptr.
  const Node* valueOf(std::string_view key) const;
  Node* valueOf(std::string_view key);
};

struct Node::Entry {
  std::string key;
  Place place;  // of the key
  Node value;
};

// A document's limits; what an alias stands for is counted each time it is used.
// Room for 10,000 checks with a remedy each, twice over.
inline constexpr std::size_t kMaxDocumentBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMaxNodes = 1'000'000;
inline constexpr std::size_t kMaxTextBytes = kMaxDocumentBytes;
inline constexpr std::size_t kMaxDepth = 32;

// How much is used of them.
struct Weight {
  std::size_t nodes = 0;
  std::size_t bytes = 0;

  Weight& operator+=(const Weight& more);
  bool tooLarge() const { return nodes > kMaxNodes || bytes > kMaxTextBytes; }
};
// Of a value with all that it holds.
Weight weightOf(const Node& node);

struct SyntaxFault {
  Place place;
  std::string message;
};

// What a file is meant to be, for the messages about one that is nothing of the kind.
struct FileKind {
  const char* noun;      // "configuration"
  const char* smallest;  // what the smallest useful one has
  const char* example;   // of a key with its value
  bool empty_allowed = false;
};
inline constexpr FileKind kConfigurationFile{"configuration", "one check and one remedy",
                                             "checks: [...]"};
// A file that another one includes.
inline constexpr FileKind kIncludedFile{"configuration", "one check", "checks: [...]", true};

// The mapping at the top of the one document that `text` holds, or the first thing that is wrong.
// `used` is what other documents have taken of the limits before, and what all have afterwards.
std::variant<Node, SyntaxFault> parseDocument(std::string_view text, const FileKind& kind,
                                              Weight& used);

}  // namespace heald::config
