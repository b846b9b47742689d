#include "config/fields_reader.h"

#include <algorithm>
#include <set>

#include "config/wording.h"

namespace heald::config {
namespace {

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

FieldsReader::FieldsReader(const Node& mapping, Spot spot, ValueReader& values, bool partial)
    : mapping_(mapping), spot_(std::move(spot)), values_(values), partial_(partial) {
  values_.reportDuplicates(mapping_, spot_);
}

const Node* FieldsReader::take(std::string_view key, bool required) {
  if (!contains(known_, key)) known_.emplace_back(key);
  const Node::Entry* entry = mapping_.find(key);
  if (entry != nullptr) return &entry->value;
  if (required) missing(key, "has no " + quoted(key) + " (the key is required)", "");
  return nullptr;
}

Spot FieldsReader::spotOf(std::string_view key) const {
  const Node::Entry* entry = key.empty() ? nullptr : mapping_.find(key);
  if (entry != nullptr) return config::spotOf(spot_, *entry);
  return key.empty() ? spot_ : config::spotOf(spot_, {std::string(key), spot_.place, {}});
}

std::string FieldsReader::pathOf(std::string_view key) const {
  return spot_.path.empty() ? std::string(key) : spot_.path + "." + std::string(key);
}

void FieldsReader::text(std::string_view key, std::string& value, const TextRule& rule,
                        std::string_view /*help*/) {
  const Node* node = take(key, rule.required);
  if (node == nullptr) return;
  if (auto read = values_.text(*node, spotOf(key), rule)) value = std::move(*read);
}

void FieldsReader::text(std::string_view key, std::optional<std::string>& value,
                        const TextRule& rule, std::string_view /*help*/) {
  const Node* node = take(key, rule.required);
  if (node == nullptr) return;
  if (auto read = values_.text(*node, spotOf(key), rule)) value = std::move(*read);
}

void FieldsReader::boolean(std::string_view key, bool& value, std::string_view /*help*/) {
  const Node* node = take(key, false);
  if (node == nullptr) return;
  value = values_.boolean(*node, spotOf(key)).value_or(value);
}

void FieldsReader::integer(std::string_view key, int& value, const IntegerRule& rule,
                           std::string_view /*help*/) {
  const Node* node = take(key, rule.required);
  if (node == nullptr) return;
  value = values_.integer(*node, spotOf(key), rule).value_or(value);
}

void FieldsReader::integer(std::string_view key, std::optional<int>& value, const IntegerRule& rule,
                           std::string_view /*help*/) {
  const Node* node = take(key, rule.required);
  if (node == nullptr) return;
  if (const auto read = values_.integer(*node, spotOf(key), rule)) value = read;
}

void FieldsReader::duration(std::string_view key, core::Duration& value, const DurationRule& rule,
                            std::string_view /*help*/) {
  const Node* node = take(key, rule.required);
  if (node == nullptr) return;
  value = values_.duration(*node, spotOf(key), rule).value_or(value);
}

void FieldsReader::duration(std::string_view key, std::optional<core::Duration>& value,
                            const DurationRule& rule, std::string_view /*help*/) {
  const Node* node = take(key, rule.required);
  if (node == nullptr) return;
  if (const auto read = values_.duration(*node, spotOf(key), rule)) value = read;
}

bool FieldsReader::forItems(std::string_view key, const ListRule& rule,
                            const std::function<void(const Node&, const Spot&)>& read) {
  const Node* list = take(key, rule.required);
  const Spot spot = spotOf(key);
  if (list == nullptr || !values_.isList(*list, spot, rule)) return false;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const Node& item = list->items[i];
    read(item, config::spotOf(spot, item, i));
  }
  return true;
}

void FieldsReader::texts(std::string_view key, std::vector<std::string>& values,
                         const ListRule& rule, std::string_view /*help*/) {
  std::vector<std::string> all;
  const bool there = forItems(key, rule, [&](const Node& item, const Spot& spot) {
    if (auto read = values_.text(item, spot, {.empty_allowed = true})) {
      all.push_back(std::move(*read));
    }
  });
  if (there) values = std::move(all);
}

void FieldsReader::integers(std::string_view key, std::vector<int>& values, const ListRule& rule,
                            const IntegerRule& each, std::string_view /*help*/) {
  std::vector<int> all;
  const bool there = forItems(key, rule, [&](const Node& item, const Spot& spot) {
    if (const auto read = values_.integer(item, spot, each)) all.push_back(*read);
  });
  if (there) values = std::move(all);
}

void FieldsReader::oneOrMore(std::string_view key, std::vector<std::string>& values,
                             std::string_view help) {
  const Node::Entry* entry = mapping_.find(key);
  if (entry != nullptr && entry->value.type == Node::Type::kList) {
    texts(key, values, {}, help);
    return;
  }
  std::optional<std::string> one;
  text(key, one, {.form = "a text, or a list of texts"}, help);
  if (one) values = {std::move(*one)};
}

// What they are for has used them up.
void FieldsReader::items(std::string_view key, std::string_view /*help*/) {
  take(key, false);
}

bool FieldsReader::textMap(std::string_view key,
                           std::vector<std::pair<std::string, std::string>>& map,
                           std::string_view /*help*/) {
  const Node* node = take(key, false);
  const Spot spot = spotOf(key);
  if (node == nullptr) return true;
  if (!values_.isMapping(*node, spot)) return false;
  values_.reportDuplicates(*node, spot);
  map.clear();
  for (const Node::Entry& entry : node->entries) {
    auto read = values_.text(entry.value, config::spotOf(spot, entry), {.empty_allowed = true});
    if (read) map.emplace_back(entry.key, std::move(*read));
  }
  return map.size() == node->entries.size();
}

void FieldsReader::readMapping(const Node& node, const Spot& spot, bool partial,
                               const std::function<void(Fields&)>& read) {
  if (!values_.isMapping(node, spot)) return;
  FieldsReader reader(node, spot, values_, partial);
  read(reader);
  reader.finish();
}

bool FieldsReader::section(std::string_view key, bool required, std::string_view /*help*/,
                           const std::function<void(Fields&)>& read) {
  const Node* node = take(key, required);
  if (node == nullptr) return false;
  readMapping(*node, spotOf(key), partial_, read);
  return node->type == Node::Type::kMapping;
}

bool FieldsReader::sectionOr(std::string_view key, std::string_view word, bool& is_word,
                             std::string_view help, const std::function<void(Fields&)>& read) {
  const Node* node = take(key, false);
  is_word = node != nullptr && node->type == Node::Type::kText && node->text == word;
  return !is_word && section(key, false, help, read);
}

void FieldsReader::defaults(std::string_view key, std::string_view /*help*/,
                            const std::function<void(Fields&)>& read) {
  const Node* node = take(key, false);
  if (node != nullptr) readMapping(*node, spotOf(key), true, read);
}

void FieldsReader::sections(std::string_view key, const ListRule& rule, std::string_view /*help*/,
                            const std::function<void(Fields&)>& read) {
  forItems(key, rule,
           [&](const Node& item, const Spot& spot) { readMapping(item, spot, partial_, read); });
}

void FieldsReader::namedSections(std::string_view key, std::string_view /*help*/,
                                 const std::function<void(const std::string&, Fields&)>& read) {
  const Node* node = take(key, false);
  const Spot spot = spotOf(key);
  if (node == nullptr || !values_.isMapping(*node, spot)) return;
  values_.reportDuplicates(*node, spot);
  for (const Node::Entry& entry : node->entries) {
    readMapping(entry.value, config::spotOf(spot, entry), partial_,
                [&](Fields& fields) { read(entry.key, fields); });
  }
}

bool FieldsReader::has(std::string_view key) const {
  return mapping_.find(key) != nullptr;
}

void FieldsReader::fail(std::string_view key, const std::string& message) {
  if (!partial_) values_.report(spotOf(key), message);
}

void FieldsReader::failAt(std::string_view map, std::string_view entry,
                          const std::string& message) {
  const Node::Entry* there = mapping_.find(map);
  const Node::Entry* inner = there == nullptr ? nullptr : there->value.find(entry);
  if (partial_) return;
  values_.report(inner == nullptr ? spotOf(map) : config::spotOf(spotOf(map), *inner), message);
}

void FieldsReader::missing(std::string_view key, const std::string& message, std::string_view at) {
  if (!partial_) values_.reportUnless(pathOf(key), spotOf(at), message);
}

void FieldsReader::unknownName(std::string_view key, std::string_view list, const std::string& name,
                               const std::string& message) {
  if (!partial_) values_.reportUnless(std::string(list), spotOf(key), message, name);
}

Fields::Report FieldsReader::later(std::string_view key) {
  if (partial_) return [](const std::string&) {};
  return [&values = values_, spot = spotOf(key)](const std::string& message) {
    values.report(spot, message);
  };
}

Fields::NameReport FieldsReader::unknownNameLater(std::string_view key, std::string_view list) {
  if (partial_) return [](const std::string&, const std::string&) {};
  return [&values = values_, spot = spotOf(key), list = std::string(list)](
             const std::string& name, const std::string& message) {
    values.reportUnless(list, spot, message, name);
  };
}

std::string FieldsReader::place(std::string_view key) const {
  return values_.sources().textOf(spotOf(key).place);
}

void FieldsReader::exactlyOne(std::string_view noun, const std::vector<std::string>& keys) {
  noun_ = noun;
  choice_ = keys;
}

// Whether exactlyOne is not met for want of a key; a second one is a mistake at once.
bool FieldsReader::choiceMissing() {
  const Node::Entry* chosen = nullptr;
  for (const Node::Entry& entry : mapping_.entries) {
    if (!contains(choice_, entry.key) || mapping_.find(entry.key) != &entry) continue;
    if (chosen != nullptr) {
      values_.report(config::spotOf(spot_, entry), "is a second " + noun_ + ", beside " +
                                                       quoted(chosen->key) +
                                                       " (exactly one is possible)");
    }
    chosen = &entry;
  }
  return chosen == nullptr && !choice_.empty();
}

// Where the choice is missing, an unknown mapping is most likely meant to be it.
bool FieldsReader::meantAsChoice(const Node::Entry& entry) const {
  const std::string near = nearest(entry.key, known_);
  return entry.value.type == Node::Type::kMapping && (near.empty() || contains(choice_, near));
}

// Where an unknown key belongs, unless it is most likely a misspelling of a known one.
std::optional<KeyIndex::Belongs> FieldsReader::belongs(const std::string& key) const {
  if (values_.keys() == nullptr || !nearest(key, known_).empty()) return std::nullopt;
  return values_.keys()->find(spot_.path, key);
}

// The known key that it is the end of, as "labels" is of "metric_labels"; "" without.
std::string FieldsReader::endsKnown(const std::string& key) const {
  const auto ends = [&](const std::string& known) { return known.ends_with("_" + key); };
  const auto found = std::find_if(known_.begin(), known_.end(), ends);
  return found == known_.end() ? "" : *found;
}

void FieldsReader::finish() {
  bool missing = !partial_ && choiceMissing();
  std::set<std::string_view> seen;
  for (const Node::Entry& entry : mapping_.entries) {
    if (contains(known_, entry.key) || !seen.insert(entry.key).second) continue;
    const Spot spot = config::spotOf(spot_, entry);
    if (entry.key == "<<") {
      values_.report(spot,
                     "is a merge key, which is not known here (write the keys out; "
                     "check_defaults and remedy_defaults have what all leave out)");
      missing = false;  // it may be what is merged in
    } else if (missing && meantAsChoice(entry)) {
      values_.report(spot, "is not a " + noun_ + " " + suggestion(entry.key, choice_));
      missing = false;
    } else {
      const auto elsewhere = belongs(entry.key);
      if (elsewhere && contains(choice_, elsewhere->first_below)) missing = false;
      const std::string whole = endsKnown(entry.key);
      values_.suspect(pathOf(!whole.empty() ? whole
                             : elsewhere    ? elsewhere->first_below
                                            : nearest(entry.key, known_)));
      values_.report(spot,
                     "unknown key " + (!whole.empty() ? "(did you mean " + quoted(whole) + "?)"
                                       : elsewhere    ? "(it belongs " + elsewhere->text + ")"
                                                      : suggestion(entry.key, known_)));
    }
  }
  if (missing) values_.report(spot_, "has no " + noun_ + " (one of: " + joined(choice_) + ")");
}

}  // namespace heald::config
