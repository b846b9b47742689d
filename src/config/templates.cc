#include "config/templates.h"

#include <algorithm>
#include <utility>

#include "config/placeholders.h"
#include "config/wording.h"

namespace heald::config {
namespace {

void setContext(Node& node, int context) {
  node.place.context = context;
  for (Node& item : node.items) setContext(item, context);
  for (Node::Entry& entry : node.entries) {
    entry.place.context = context;
    setContext(entry.value, context);
  }
}

std::vector<std::string> keysOf(const Node& mapping) {
  std::vector<std::string> keys;
  for (const Node::Entry& entry : mapping.entries) keys.push_back(entry.key);
  return keys;
}

std::string nounOf(const Node& value) {
  return value.type == Node::Type::kList ? "list" : "mapping";
}

// "{{ .port }}" and "{{port | quote}}" look for `keys` in a way that heald does not know.
std::string meantKey(const Placeholder& placeholder, const std::vector<std::string>& keys) {
  std::string_view word = placeholder.inside;
  while (!word.empty() && (word.front() == '.' || word.front() == '$')) word.remove_prefix(1);
  for (const std::string_view prefix : {"item.", "each.value.", "each."}) {
    if (word.starts_with(prefix)) word.remove_prefix(prefix.size());
  }
  const auto end = std::find_if_not(word.begin(), word.end(),
                                    [](char c) { return isPlaceholderName(std::string("_") + c); });
  const std::string name(word.begin(), end);
  return std::find(keys.begin(), keys.end(), name) == keys.end() ? "" : name;
}

}  // namespace

struct Templates::Item {
  const Node& values;
  std::vector<std::string> keys;
  const std::vector<std::string>& labels;  // that the remedy declares, for alerts
  int context;
};

void Templates::writeOut(const std::string& key, Node& list,
                         const std::vector<std::string>& default_labels) {
  default_labels_ = default_labels;
  if (list.type != Node::Type::kList) return;
  std::vector<Node> out;
  out.reserve(list.items.size());
  for (std::size_t i = 0; i < list.items.size() && !used_.tooLarge(); ++i) {
    Node& pattern = list.items[i];
    if (pattern.path.empty()) pattern.path = key + "[" + std::to_string(i) + "]";
    if (pattern.find("for_each") == nullptr) {
      out.push_back(std::move(pattern));
    } else {
      writeOutOne(pattern, spotOf(Spot{list.place, key}, pattern, i), out);
    }
  }
  list.items = std::move(out);
}

bool Templates::judgeItem(const Node& item, const Spot& spot) {
  if (!values_.isType(item, spot, Node::Type::kMapping, "a mapping, as in {name: shop}")) {
    return false;
  }
  values_.reportDuplicates(item, spot);
  bool sound = true;
  const auto complain = [&](const Node::Entry& entry, const std::string& message) {
    values_.report(spotOf(spot, entry), message);
    sound = false;
  };
  for (const Node::Entry& entry : item.entries) {
    if (!isPlaceholderName(entry.key)) {
      complain(entry, "cannot stand in {{…}} (letters, digits and _; example: base_url)");
    } else if (entry.value.type == Node::Type::kNothing) {
      complain(entry, "has no value (give it one, or remove the key; \"\" is an empty text)");
    } else if (const auto names = namesIn(entry.value.text); !names.empty()) {
      complain(entry,
               "holds " + braced(names[0]) + ", and an item is no template (write the value out)");
    }
  }
  return sound;
}

bool Templates::judgeItems(const Node& items, const Spot& spot) {
  constexpr char kForm[] = "a list of mappings, as in [{name: shop}, {name: blog}]";
  if (!values_.isType(items, spot, Node::Type::kList, kForm)) return false;
  if (items.items.empty()) {
    values_.report(spot,
                   "has no item, so that nothing would be made of it (give it one, or remove "
                   "the whole template)");
    return false;
  }
  bool sound = true;
  for (std::size_t i = 0; i < items.items.size(); ++i) {
    sound = judgeItem(items.items[i], spotOf(spot, items.items[i], i)) && sound;
  }
  return sound;
}

std::string Templates::contextOf(const Node& item, std::size_t index) const {
  std::string text =
      "item " + std::to_string(index + 1) + " of its for_each, " + sources_.textOf(item.place);
  if (item.entries.empty() || item.entries[0].value.type != Node::Type::kText) return text;
  return text + " (" + shortened(item.entries[0].key) + ": " +
         shortened(item.entries[0].value.text) + ")";
}

void Templates::note(const Node& items, const Spot& spot) {
  const Place list = items.items.front().place;
  if (!filled_well_) misused_.insert(list);
  for (std::size_t i = 0; i < items.items.size(); ++i) {
    const Spot at = spotOf(spot, items.items[i], i);
    for (const Node::Entry& entry : items.items[i].entries) {
      listed_.try_emplace({list, entry.key}, spotOf(at, entry));
    }
  }
}

void Templates::writeOutOne(const Node& pattern, const Spot& spot, std::vector<Node>& out) {
  const Node::Entry& for_each = *pattern.find("for_each");
  const Spot at = spotOf(spot, for_each);
  if (!judgeItems(for_each.value, at)) return;
  filled_well_ = true;
  Node each = pattern;
  for (Node::Entry& entry : each.entries) {
    if (entry.key == "for_each") entry.value = {};
  }
  const Weight weight = weightOf(each);
  std::vector<std::string> labels = default_labels_;
  if (const Node::Entry* own = pattern.find("labels")) {
    for (std::string& label : keysOf(own->value)) labels.push_back(std::move(label));
  }
  for (std::size_t i = 0; i < for_each.value.items.size(); ++i) {
    const Node& values = for_each.value.items[i];
    used_ += weight;
    if (used_.tooLarge()) break;
    const Item item{values, keysOf(values), labels, sources_.addContext(contextOf(values, i))};
    Node written = each;
    setContext(written, item.context);
    fill(written, {written.place, spot.path}, item);
    out.push_back(std::move(written));
  }
  note(for_each.value, at);
  if (used_.tooLarge()) {
    values_.report(at, "makes the file too large, written out (at most " +
                           std::to_string(kMaxNodes) + " values)");
  }
}

void Templates::complain(const Spot& spot, const std::string& message) {
  values_.report(spot, message);
  filled_well_ = false;
}

void Templates::fill(Node& node, const Spot& spot, const Item& item) {
  if (used_.tooLarge()) return;
  switch (node.type) {
    case Node::Type::kNothing:
      return;
    case Node::Type::kText:
      fillText(node, spot, item);
      return;
    case Node::Type::kList:
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        fill(node.items[i], spotOf(spot, node.items[i], i), item);
      }
      return;
    case Node::Type::kMapping:
      fillEntries(node, spot, item);
      return;
  }
}

void Templates::fillEntries(Node& node, const Spot& spot, const Item& item) {
  std::erase_if(node.entries, [&](const Node::Entry& entry) {
    const auto names = namesIn(entry.key);
    if (names.empty()) return false;
    complain(spotOf(spot, entry), "has " + braced(names[0]) + " in a key (only values are filled)");
    return true;
  });
  for (Node::Entry& entry : node.entries) fill(entry.value, spotOf(spot, entry), item);
}

const Node* Templates::valueOf(const std::string& name, const Item& item, std::string& wrong) {
  const bool label = std::find(item.labels.begin(), item.labels.end(), name) != item.labels.end();
  const Node::Entry* entry = item.values.find(name);
  if (entry == nullptr && (label || isOfTheAttempt(name))) return nullptr;
  if (label) {
    wrong = braced(name) + " is a key of the item and a label of the alert (rename the key)";
  } else if (entry == nullptr) {
    wrong = braced(name) + " is no key of the item " + suggestion(name, item.keys);
  } else {
    Place place = entry->place;
    place.context = 0;
    used_keys_.insert(place);
    return &entry->value;
  }
  return nullptr;
}

void Templates::fillText(Node& node, const Spot& spot, const Item& item) {
  std::string wrong = openPlaceholderIn(node.text);
  if (!wrong.empty())
    wrong = quoted(wrong) + " is not closed (write it with two braces at each end)";
  std::string filled;
  std::size_t at = 0;
  for (const Placeholder& placeholder : placeholdersIn(node.text)) {
    const std::string whole =
        node.text.substr(placeholder.begin, placeholder.end - placeholder.begin);
    if (!placeholder.name) {
      const std::string meant = meantKey(placeholder, item.keys);
      if (!meant.empty()) wrong = quoted(whole) + " is not replaced (write " + braced(meant) + ")";
      continue;
    }
    const std::string name(placeholder.inside);
    const Node* value = valueOf(name, item, wrong);
    if (value == nullptr) continue;
    if (whole.size() == node.text.size()) {
      replace(node, *value, item.context);
      return;
    }
    if (value->type != Node::Type::kText) {
      wrong = braced(name) + " is a " + nounOf(*value) +
              ", which cannot stand inside a text (make " + braced(name) + " the whole value)";
      continue;
    }
    filled.append(node.text, at, placeholder.begin - at).append(value->text);
    at = placeholder.end;
    if (used_.bytes + filled.size() > kMaxTextBytes) {
      used_.bytes += filled.size();
      return;
    }
  }
  if (!wrong.empty()) {
    complain(spot, wrong);
    node.faulty = true;
  } else if (at > 0) {
    node.text = filled + node.text.substr(at);
    node.quoted = false;
    used_.bytes += node.text.size();
  }
}

void Templates::replace(Node& node, const Node& value, int context) {
  Node copy = value;
  setContext(copy, context);
  copy.place = node.place;
  copy.path = node.path;
  node = std::move(copy);
  used_ += weightOf(node);
}

void Templates::reportUnused() {
  for (const auto& [list, spot] : listed_) {
    // A key that is misspelt in a template is not unused besides.
    if (used_keys_.contains(spot.place) || misused_.contains(list.first)) continue;
    values_.report(spot, "is in no template (use it as " + braced(list.second) + ", or remove it)");
  }
}

}  // namespace heald::config
