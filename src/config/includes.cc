#include "config/includes.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "config/wording.h"

namespace heald::config {
namespace {

const std::vector<std::string> kAllowed = {"checks", "governors", "remedies"};

std::string folderOf(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

bool isPattern(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

void moveToFile(Node& node, int file) {
  node.place.file = file;
  for (Node& item : node.items) moveToFile(item, file);
  for (Node::Entry& entry : node.entries) {
    entry.place.file = file;
    moveToFile(entry.value, file);
  }
}

// Paths are those of the file that a part stands in, wherever it is put.
void keepPaths(const std::string& key, Node& value) {
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    value.items[i].path = key + "[" + std::to_string(i) + "]";
  }
  for (Node::Entry& entry : value.entries) entry.value.path = key + "." + shortened(entry.key);
}

template <class Part>
void append(std::vector<Part>& to, std::vector<Part>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

void Includes::addTo(Node& root, std::size_t bytes) {
  const Node::Entry* include = root.find("include");
  if (include == nullptr) return;
  bytes_ = bytes;
  const Spot spot = spotOf(Spot{root.place, ""}, *include);
  std::vector<std::pair<Spot, std::string>> patterns;
  const auto take = [&](const Node& node, const Spot& at) {
    const char* form = at.path == "include" ? "a text, or a list of texts" : "a text";
    if (auto text = values_.text(node, at, {.form = form}))
      patterns.emplace_back(at, std::move(*text));
  };
  const Node& value = include->value;
  if (value.type == Node::Type::kList) {
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      take(value.items[i], spotOf(spot, value.items[i], i));
    }
  } else {
    take(value, spot);
  }
  for (const auto& [at, pattern] : patterns) addPattern(root, at, pattern);
}

void Includes::addPattern(Node& root, const Spot& spot, const std::string& pattern) {
  if (!files_.load) {
    values_.report(spot, "needs a configuration that is a file (this one is not)");
    return;
  }
  if (pattern.find("://") != std::string::npos) {
    values_.report(spot, quoted(pattern) + " is a URL (only files can be included)");
    return;
  }
  if (pattern.starts_with('~')) {
    values_.report(spot, quoted(pattern) + " begins with ~, which is not expanded (write it out)");
    return;
  }
  const std::string main = sources_.files().front();
  const std::string path = pattern.starts_with('/') ? pattern : folderOf(main) + pattern;
  if (!isPattern(pattern)) {
    addFile(root, spot, pattern, path);
    return;
  }
  const std::string folder = folderOf(path);
  if (isPattern(folderOf(pattern))) {
    values_.report(spot, quoted(pattern) +
                             " has a * ? or [ in a folder (only the name of the file may; example: "
                             "conf.d/*.yml)");
    return;
  }
  const auto names = files_.list(folder.empty() ? "." : folder, path.substr(folder.size()));
  if (!names) {
    values_.report(spot, quoted(pattern) + " cannot be listed: " + names.error().message +
                             " (make the folder, or correct the pattern; example: conf.d/*.yml)");
    return;
  }
  for (const std::string& name : *names) addFile(root, spot, pattern, folder + name);
}

void Includes::addFile(Node& root, const Spot& spot, const std::string& pattern,
                       const std::string& path) {
  if (files_.same(path, sources_.files().front())) {
    values_.report(spot, quoted(pattern) +
                             " is, or matches, this file itself (keep what is included in a folder "
                             "of its own; example: conf.d/*.yml)");
    return;
  }
  if (!seen_.insert(path).second) return;
  if (sources_.files().size() > kMostIncluded) {
    values_.report(spot, "are too many files (at most " + std::to_string(kMostIncluded) + ")");
    return;
  }
  const Result<std::string> text = files_.load(path);
  if (!text) {
    values_.report(spot, "\"" + printable(path) + "\" " + text.error().message);
    return;
  }
  const int file = sources_.addFile(printable(path));
  const Spot whole{{0, 0, file}, ""};
  bytes_ += text->size();
  if (bytes_ > kMaxDocumentBytes) {
    values_.report(whole, "makes the configuration larger than 16 MiB, with all that it includes");
    return;
  }
  if (onText) onText(*text);
  std::variant<Node, SyntaxFault> parsed = parseDocument(*text, kIncludedFile, used_);
  if (auto* fault = std::get_if<SyntaxFault>(&parsed)) {
    fault->place.file = file;
    values_.report({fault->place, ""}, fault->message);
    return;
  }
  merge(root, std::get<Node>(parsed), file);
}

void Includes::merge(Node& root, Node& included, int file) {
  moveToFile(included, file);
  values_.reportDuplicates(included, {included.place, ""});
  std::set<std::string> keys;
  for (Node::Entry& entry : included.entries) {
    if (keys.insert(entry.key).second) mergeEntry(root, entry);
  }
}

void Includes::mergeEntry(Node& root, Node::Entry& entry) {
  const Spot spot = spotOf(Spot{}, entry);
  if (std::find(kAllowed.begin(), kAllowed.end(), entry.key) == kAllowed.end()) {
    const std::string near = nearest(entry.key, kAllowed);
    values_.report(spot, "cannot stand in an included file " +
                             (near.empty() ? "(it may have " + joined(kAllowed) +
                                                 "; everything else belongs into the main file)"
                                           : "(did you mean " + quoted(near) + "?)"));
    return;
  }
  const bool list = entry.key != "governors";
  if (list ? !values_.isList(entry.value, spot, {.empty_allowed = true})
           : !values_.isMapping(entry.value, spot)) {
    return;
  }
  keepPaths(entry.key, entry.value);
  const auto own = std::find_if(root.entries.begin(), root.entries.end(),
                                [&](const Node::Entry& other) { return other.key == entry.key; });
  if (own == root.entries.end()) {
    root.entries.push_back(std::move(entry));
  } else if (own->value.type == entry.value.type) {
    append(own->value.items, entry.value.items);
    append(own->value.entries, entry.value.entries);
  }
}

}  // namespace heald::config
