#include "config/document.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <utility>

#include "config/tree_builder.h"
#include "config/typos.h"
#include "config/utf8.h"

namespace heald::config {
namespace {

Place placeAt(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<int>(lines) + 1, static_cast<int>(offset - line_start) + 1};
}

// The parser's words, made into what a person can do about it.
// `first` is the character that it is about.
std::string explain(const std::string& words, std::string_view first) {
  if (words == "illegal map value") {
    return "a colon stands where no key can be (check the indentation; quote a text that holds "
           "\": \")";
  }
  if (words == "illegal block entry") {
    return "a list item stands where none can be (begin it on its own line)";
  }
  if (words == "end of map not found" || words == "end of sequence not found") {
    return "this does not belong to what is above it (check the indentation)";
  }
  if (words == "illegal flow end") {
    return "this ] or } closes nothing that is open (remove it, or make it fit what it closes)";
  }
  if (words.starts_with("unknown escape character")) {  // with a part of that character
    return "a backslash in double quotes begins no escape here (double it, or use single quotes)";
  }
  if (words == "unknown token") {
    return "a text cannot begin with " + (first.empty() ? "this" : std::string(first)) +
           " (put it in quotes)";
  }
  if (words == "the referenced anchor is not defined") {
    return "an alias has no anchor before it (quote a text that begins with *)";
  }
  return "is not YAML: " + words + " (check this line and the one before)";
}

SyntaxFault faultOf(const YAML::Exception& error, const Lines& lines, const TreeBuilder& tree) {
  const Place place{error.mark.line + 1, error.mark.column + 1};
  if (place.line < 1) return {tree.last(), explain(error.msg, "")};
  if (auto typo = typoAround(lines, place.line)) return *typo;
  if (auto quote = quoteLeftOpen(lines, tree.last(), place)) return *quote;
  if (auto braces =
          bracesOutsideQuotes(lines, std::min(tree.last().line, place.line), place.line)) {
    return *braces;
  }
  for (const Place open : {tree.innermost(), Place{place.line, 1}}) {
    if (auto reference = referenceInFlow(lines, open)) return *reference;
  }
  if (strayComma(lines, place)) return {place, "a comma stands where none can be (remove it)"};
  if (error.msg == "illegal document indicator in scalar" || error.msg == "illegal EOF in scalar") {
    return {tree.last(), "a quote is opened after this and never closed (close it)"};
  }
  if (error.msg == "end of map flow not found") {
    return {
        tree.innermost(),
        "this { is not closed (add }, close a quote in it, or quote a text with { } or \": \")"};
  }
  if (error.msg == "end of sequence flow not found") {
    return {
        tree.innermost(),
        "this [ is not closed (add ], close a quote in it, or quote a text with [ ] or \": \")"};
  }
  const std::string_view line = lines.at(place.line);
  const auto column = static_cast<std::size_t>(place.column - 1);
  return {place, explain(error.msg, line.substr(std::min(column, line.size()), 1))};
}

SyntaxFault notMapping(const Node& root, const Lines& lines, const FileKind& kind) {
  if (root.type == Node::Type::kNothing) {
    return {{1, 1},
            std::string("the file is empty (the smallest useful one has ") + kind.smallest + ")"};
  }
  if (auto typo = typoAround(lines, root.place.line)) return *typo;
  return {root.place,
          std::string("the file is not a mapping of keys (example: ") + kind.example + ")"};
}

std::variant<Node, SyntaxFault> build(std::string_view text, const Lines& lines, Weight& used) {
  TreeBuilder builder(lines, used);
  // yaml-cpp takes the end of the file for the end of a quote; a document's end it does not.
  std::istringstream input(std::string(text) + "\n...\n");
  try {
    YAML::Parser parser(input);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const SyntaxFault& fault) {
    return fault;
  } catch (const YAML::Exception& error) {
    return faultOf(error, lines, builder);
  } catch (const std::exception& error) {
    return SyntaxFault{builder.last(), std::string("is not readable: ") + error.what()};
  }
  return std::move(builder.root());
}

}  // namespace

const Node::Entry* Node::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

Weight& Weight::operator+=(const Weight& more) {
  nodes += more.nodes;
  bytes += more.bytes;
  return *this;
}

Weight weightOf(const Node& node) {
  Weight weight{1, node.text.size()};
  for (const Node& item : node.items) weight += weightOf(item);
  for (const Node::Entry& entry : node.entries) {
    weight += {1, entry.key.size()};
    weight += weightOf(entry.value);
  }
  return weight;
}

const Node* Node::valueOf(std::string_view key) const {
  const Entry* entry = find(key);
  return entry == nullptr ? nullptr : &entry->value;
}

Node* Node::valueOf(std::string_view key) {
  return const_cast<Node*>(std::as_const(*this).valueOf(key));
}

std::variant<Node, SyntaxFault> parseDocument(std::string_view text, const FileKind& kind,
                                              Weight& used) {
  if (text.size() > kMaxDocumentBytes) {
    return SyntaxFault{{}, std::string("is larger than 16 MiB (a ") + kind.noun + " is a few KiB)"};
  }
  if (const auto fault = findFault(text)) {
    return SyntaxFault{placeAt(text, fault->offset), fault->message};
  }
  const Lines lines(text);
  if (auto fault = oddSpace(lines)) return *fault;
  std::variant<Node, SyntaxFault> parsed = build(text, lines, used);
  Node* root = std::get_if<Node>(&parsed);
  if (root != nullptr && root->type == Node::Type::kNothing && kind.empty_allowed) {
    root->type = Node::Type::kMapping;
  }
  if (root != nullptr && root->type != Node::Type::kMapping) return notMapping(*root, lines, kind);
  return parsed;
}

}  // namespace heald::config
