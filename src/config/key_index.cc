#include "config/key_index.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/schema_fields.h"

namespace heald::config {
namespace {

using Json = SchemaFields::Json;
using Segments = std::vector<std::string>;

constexpr std::size_t kMostShown = 4;

Segments segmentsOf(const std::string& path) {
  Segments segments;
  std::string word;
  const auto end = [&] {
    if (!word.empty()) segments.push_back(std::exchange(word, ""));
  };
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '.') {
      end();
    } else if (path[i] == '[') {
      end();
      segments.emplace_back("[]");
      i = std::min(path.find(']', i), path.size() - 1);
    } else {
      word += path[i];
    }
  }
  end();
  return segments;
}

std::string textOf(const Segments& segments) {
  std::string text;
  for (const std::string& segment : segments) {
    text += (text.empty() || segment == "[]" ? "" : ".") + (segment == "*" ? "NAME" : segment);
  }
  return text;
}

bool same(const std::string& described, const std::string& segment) {
  return described == "*" || described == segment;
}

std::size_t commonOf(const Segments& described, const Segments& there) {
  std::size_t common = 0;
  while (common < described.size() && common < there.size() &&
         same(described[common], there[common])) {
    ++common;
  }
  return common;
}

// What may stand under the defaults of checks and remedies is described with these themselves.
bool isDefaults(const Segments& mapping) {
  return !mapping.empty() && mapping.front().ends_with("_defaults") &&
         mapping.front() != "governor_defaults";
}

template <class Found>
void walk(const Json& schema, Segments path, const Found& found) {
  if (const auto items = schema.find("items"); items != schema.end()) {
    Segments each = path;
    each.emplace_back("[]");
    walk(*items, each, found);
  }
  const auto more = schema.find("additionalProperties");
  if (more != schema.end() && more->is_object()) {
    Segments named = path;
    named.emplace_back("*");
    walk(*more, named, found);
  }
  const auto properties = schema.find("properties");
  if (properties == schema.end()) return;
  const Json required = schema.value("required", Json::array());
  for (const auto& [key, value] : properties->items()) {
    found(path, key, std::find(required.begin(), required.end(), key) != required.end());
    Segments below = path;
    below.push_back(key);
    walk(value, below, found);
  }
}

}  // namespace

const std::vector<KeyIndex::Entry>& KeyIndex::entries() const {
  if (!entries_) {
    entries_.emplace();
    walk(SchemaFields::describe(read_), {},
         [&](const Segments& mapping, const std::string& key, bool required) {
           entries_->push_back({mapping, key, required});
         });
  }
  return *entries_;
}

std::optional<KeyIndex::Belongs> KeyIndex::find(const std::string& path,
                                                std::string_view key) const {
  const Segments there = segmentsOf(path);
  std::vector<const Entry*> found;
  std::size_t nearest = 0;
  for (const Entry& entry : entries()) {
    if (entry.key != key || entry.mapping == there || isDefaults(entry.mapping)) continue;
    const std::size_t common = commonOf(entry.mapping, there);
    if (common > nearest) found.clear();
    nearest = std::max(nearest, common);
    if (common == nearest) found.push_back(&entry);
  }
  if (found.empty()) return std::nullopt;
  const auto length = [](const Entry* entry) { return entry->mapping.size(); };
  const auto shortest = std::min_element(found.begin(), found.end(),
                                         [&](auto* a, auto* b) { return length(a) < length(b); });
  // Of those that share nothing with this mapping every one may be meant, else the nearest.
  if (nearest > 0) {
    const std::size_t least = length(*shortest);
    std::erase_if(found, [&](const Entry* entry) { return length(entry) > least; });
  }
  Belongs belongs;
  const std::size_t shown = std::min(found.size(), kMostShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string place =
        found[i]->mapping.empty() ? "at the top of the file" : "under " + textOf(found[i]->mapping);
    belongs.text += (i == 0 ? "" : i + 1 == found.size() ? " or " : ", ") + place;
  }
  if (found.size() > shown) belongs.text += ", …";
  const Segments& first = found.front()->mapping;
  if (nearest == there.size() && first.size() > there.size()) belongs.first_below = first[nearest];
  return belongs;
}

std::string KeyIndex::firstKey(const std::string& path) const {
  // What asks for a remedy, and is described first, is no default.
  if (path == "remedy_defaults") return "verify";
  const Segments there = segmentsOf(path);
  const Entry* first = nullptr;
  for (const Entry& entry : entries()) {
    const bool here =
        entry.mapping.size() == there.size() && commonOf(entry.mapping, there) == there.size();
    if (here && (first == nullptr || (entry.required && !first->required))) first = &entry;
  }
  return first == nullptr ? "" : first->key;
}

}  // namespace heald::config
