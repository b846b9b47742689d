#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "config/document.h"
#include "config/environment.h"
#include "config/fields.h"
#include "config/key_index.h"
#include "config/problem.h"
#include "config/sources.h"

namespace heald::config {

// Where a value stands: the place of its key (of a list item, its own) and its path.
struct Spot {
  Place place;
  std::string path;
};

// Where the entry of a mapping stands, and the item of a list.
Spot spotOf(const Spot& mapping, const Node::Entry& entry);
Spot spotOf(const Spot& list, const Node& item, std::size_t index);

// Makes values out of nodes by their rules. What is wrong is collected with its place, and the
// answer is then nothing. The one place that expands ${NAME}.
class ValueReader {
 public:
  // `sources` tells what the places mean, and lives longer.
  ValueReader(const Sources& sources, Lookup environment)
      : sources_(sources), environment_(std::move(environment)) {}

  std::optional<std::string> text(const Node& node, const Spot& spot, const TextRule& rule);
  std::optional<bool> boolean(const Node& node, const Spot& spot);
  std::optional<int> integer(const Node& node, const Spot& spot, const IntegerRule& rule);
  std::optional<core::Duration> duration(const Node& node, const Spot& spot,
                                         const DurationRule& rule);
  // Whether it is a list that the rule allows, a mapping.
  bool isList(const Node& node, const Spot& spot, const ListRule& rule);
  bool isMapping(const Node& node, const Spot& spot);
  // Whether it is of this type; `expected` is what the message says that it has to be.
  bool isType(const Node& node, const Spot& spot, Node::Type type, const char* expected);

  // What is said already, of the same place, is not said again: the items of a template share its
  // mistakes. The message then tells how many they are.
  // With an `id` it is a warning.
  void report(const Spot& spot, const std::string& message, const std::string& id = "");
  // As report, for what follows from something that is not there, at `path`: a key
  // ("remedies[0].when"), or a name in a list ("checks"). It is left out where that is there and
  // could not be read.
  // Of a list whose other names can be read, `name` tells which one could be meant.
  void reportUnless(const std::string& path, const Spot& spot, const std::string& message,
                    const std::string& name = "");
  // An unknown key is most likely meant to be the one at `path`.
  void suspect(const std::string& path) { suspected_.insert(path); }
  // Keys that stand twice.
  void reportDuplicates(const Node& mapping, const Spot& spot);
  bool clean() const { return mistakes_ == 0; }
  std::vector<Problem> problems() const { return all(false); }
  std::vector<Problem> warnings() const { return all(true); }
  // Tells where misplaced keys belong, and lives longer; nullptr: none does.
  void consult(const KeyIndex& keys) { keys_ = &keys; }
  const KeyIndex* keys() const { return keys_; }
  const Sources& sources() const { return sources_; }

 private:
  struct Scalar {
    std::string text;
    std::string shown;  // for messages: never what the environment put in
    bool typed;         // may be a number or a boolean: plain, or from the environment
  };
  std::optional<Scalar> scalar(const Node& node, const Spot& spot, const char* expected);
  std::vector<Problem> all(bool warnings) const;
  bool unreadable(const std::string& path, const std::string& name) const;
  bool checkTyped(const Scalar& scalar, const Spot& spot, const char* noun);

  struct Reported {
    Spot spot;
    std::string message;
    std::string id;
    std::size_t more = 0;  // items with the same mistake
    int last_context = 0;
    std::string unless = {};  // not said when this could not be read,
    std::string name = {};    // and, where it is a list, may have this name
  };

  const Sources& sources_;
  Lookup environment_;
  const KeyIndex* keys_ = nullptr;
  std::vector<Reported> reported_;
  std::set<std::string> suspected_;
  std::map<std::string, std::string> rejected_;  // texts that no rule allowed, by path
  std::size_t mistakes_ = 0;
  std::map<std::tuple<Place, std::string, std::string>, std::size_t> places_;  // in reported_
};

}  // namespace heald::config
