#include "config/tree_builder.h"

#include <yaml-cpp/mark.h>

#include <utility>

#include "config/placeholders.h"
#include "config/wording.h"

namespace heald::config {
namespace {

Place placeOf(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

Node makeNode(Node::Type type, const YAML::Mark& mark) {
  Node node;
  node.type = type;
  node.place = placeOf(mark);
  return node;
}

// "{{port}}" where the mapping at `inner` is the key of another one, which begins just before it;
// else "".
std::string bracesAt(const Lines& lines, Place inner) {
  const std::string_view line = lines.at(inner.line);
  const auto at = static_cast<std::size_t>(inner.column - 1);
  if (at < 1 || at >= line.size() || line.substr(at - 1, 2) != "{{") return "";
  const auto end = line.find("}}", at);
  if (end == std::string_view::npos) return "{{name}}";
  const std::string_view braces = line.substr(at - 1, end + 2 - (at - 1));
  const std::string label = alertTemplateIn(braces).label;
  return label.empty() ? shortened(braces) : braced(label);
}

void refuseTag(const YAML::Mark& mark, const std::string& tag) {
  if (tag.empty() || tag == "?" || tag == "!") return;
  throw SyntaxFault{placeOf(mark), "tags are not allowed (remove the word that begins with !)"};
}

}  // namespace

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
  if (started_) {
    throw SyntaxFault{placeOf(mark),
                      "a second document begins (a file holds one: check the indentation of this "
                      "line, and for ---)"};
  }
  started_ = true;
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  Node node = makeNode(Node::Type::kNothing, mark);
  node.place = placeOfNull(mark);
  const Weight before = count({1, 0}, node.place);
  add(std::move(node), anchor, before);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  refuseTag(mark, tag);
  const Weight before = count({1, value.size()}, placeOf(mark));
  Node node = makeNode(Node::Type::kText, mark);
  node.quoted = tag == "!";
  node.text = value;
  add(std::move(node), anchor, before);
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    throw SyntaxFault{placeOf(mark), "an alias stands inside its own anchor (write it out)"};
  }
  const Weight before = count(found->second.weight, placeOf(mark));
  Node copy = found->second.node;
  copy.place = placeOf(mark);
  add(std::move(copy), 0, before);
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value /*style*/) {
  start(Node::Type::kList, mark, tag, anchor);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value /*style*/) {
  start(Node::Type::kMapping, mark, tag, anchor);
}

void TreeBuilder::start(Node::Type type, const YAML::Mark& mark, const std::string& tag,
                        YAML::anchor_t anchor) {
  refuseTag(mark, tag);
  const Weight before = count({1, 0}, placeOf(mark));
  if (open_.size() >= kMaxDepth) {
    throw SyntaxFault{placeOf(mark),
                      "is nested too deeply (at most " + std::to_string(kMaxDepth) + " levels)"};
  }
  open_.push_back({makeNode(type, mark), anchor, before, type == Node::Type::kMapping});
}

void TreeBuilder::end() {
  Open done = std::move(open_.back());
  open_.pop_back();
  add(std::move(done.node), done.anchor, done.before);
}

void TreeBuilder::add(Node node, YAML::anchor_t anchor, const Weight& before) {
  if (anchor != 0) {
    anchors_[anchor] = {node, {used_.nodes - before.nodes, used_.bytes - before.bytes}};
  }
  place(std::move(node));
}

void TreeBuilder::place(Node node) {
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& parent = open_.back();
  if (parent.node.type == Node::Type::kList) {
    parent.node.items.push_back(std::move(node));
    return;
  }
  if (parent.wants_key) {
    placeKey(parent.node, node);
  } else {
    parent.node.entries.back().value = std::move(node);
  }
  parent.wants_key = !parent.wants_key;
}

void TreeBuilder::placeKey(Node& mapping, const Node& key) {
  if (key.type != Node::Type::kText) {
    // YAML takes {{port}} for a mapping whose key is a mapping.
    const std::string braces = bracesAt(lines_, key.place);
    if (!braces.empty()) {
      throw SyntaxFault{
          mapping.place,
          "a text cannot begin with {{ unless it is in quotes (write \"" + braces + "\")"};
    }
    throw SyntaxFault{key.place, "a key is not a word (write word: value)"};
  }
  mapping.entries.push_back({key.text, key.place, {}});
}

// Of a value that is written out (~, null) where it stands, of an empty one where its - does.
Place TreeBuilder::placeOfNull(const YAML::Mark& mark) const {
  const Place next = placeOf(mark);
  const bool item = !open_.empty() && open_.back().node.type == Node::Type::kList;
  const std::string_view line = lines_.at(next.line);
  const std::string_view before = line.substr(0, static_cast<std::size_t>(mark.column));
  const bool first = before.find_first_not_of(" \t") == std::string_view::npos;
  return item && first ? placeOfEmptyItem(lines_, next) : next;
}

// What is used before `more`; the anchored copies count too, so nobody can multiply for nothing.
Weight TreeBuilder::count(const Weight& more, Place where) {
  const Weight before = used_;
  last_ = where;
  used_ += more;
  if (used_.tooLarge()) {
    throw SyntaxFault{where, "the file grows too large here, its aliases written out (at most " +
                                 std::to_string(kMaxNodes) + " values)"};
  }
  return before;
}

}  // namespace heald::config
