#pragma once

#include <yaml-cpp/eventhandler.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "config/document.h"
#include "config/typos.h"

namespace heald::config {

// Builds a Node out of yaml-cpp's parser events. What is against our own rules (a limit, a second
// document, a tag, a key that is no text) is thrown as SyntaxFault, for parseDocument to catch.
class TreeBuilder : public YAML::EventHandler {
 public:
  // `lines` are those of what is parsed; `used` counts what is used of the limits. Both outlive the
  // builder.
  TreeBuilder(const Lines& lines, Weight& used) : lines_(lines), used_(used) {}

  Node& root() { return root_; }
  // Where the last event was: the best guess for a quote that was never closed.
  Place last() const { return last_; }
  // The list or mapping that is open.
  Place innermost() const { return open_.empty() ? last_ : open_.back().node.place; }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { end(); }

 private:
  struct Anchored {
    Node node;
    Weight weight;
  };
  // A list or mapping whose end has not been seen.
  struct Open {
    Node node;
    YAML::anchor_t anchor = 0;
    Weight before;
    bool wants_key = false;
  };

  void start(Node::Type type, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor);
  void end();
  void add(Node node, YAML::anchor_t anchor, const Weight& before);
  void place(Node node);
  void placeKey(Node& mapping, const Node& key);
  Place placeOfNull(const YAML::Mark& mark) const;
  Weight count(const Weight& more, Place where);

  const Lines& lines_;
  Weight& used_;
  Node root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  Place last_;
  bool started_ = false;
};

}  // namespace heald::config
