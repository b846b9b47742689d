#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/document.h"
#include "config/environment.h"
#include "config/fields.h"
#include "config/problem.h"

namespace heald::config {

// Where a value stands: the place of its key (of a list item, its own) and its path.
struct Spot {
  Place place;
  std::string path;
};

// Makes values out of nodes by their rules. What is wrong is collected with its place, and the
// answer is then nothing. The one place that expands ${NAME}.
class ValueReader {
 public:
  ValueReader(std::string file, Lookup environment)
      : file_(std::move(file)), environment_(std::move(environment)) {}

  std::optional<std::string> text(const Node& node, const Spot& spot, const TextRule& rule);
  std::optional<bool> boolean(const Node& node, const Spot& spot);
  std::optional<int> integer(const Node& node, const Spot& spot, const IntegerRule& rule);
  std::optional<core::Duration> duration(const Node& node, const Spot& spot,
                                         const DurationRule& rule);
  // Whether it is a list that the rule allows, a mapping.
  bool isList(const Node& node, const Spot& spot, const ListRule& rule);
  bool isMapping(const Node& node, const Spot& spot);

  void report(const Spot& spot, std::string message);
  const std::vector<Problem>& problems() const { return problems_; }
  const std::string& file() const { return file_; }

 private:
  struct Scalar {
    std::string text;
    std::string shown;  // for messages: never what the environment put in
    bool typed;         // may be a number or a boolean: plain, or from the environment
  };
  std::optional<Scalar> scalar(const Node& node, const Spot& spot, const char* expected);
  bool isType(const Node& node, const Spot& spot, Node::Type type, const char* expected);
  bool checkTyped(const Scalar& scalar, const Spot& spot, const char* noun);

  std::string file_;
  Lookup environment_;
  std::vector<Problem> problems_;
};

}  // namespace heald::config
