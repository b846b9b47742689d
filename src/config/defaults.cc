#include "config/defaults.h"

#include <algorithm>
#include <map>
#include <utility>

namespace heald::config {
namespace {

bool isMapping(const Node* node) {
  return node != nullptr && node->type == Node::Type::kMapping;
}

void remove(Node& mapping, std::string_view key) {
  std::erase_if(mapping.entries, [&](const Node::Entry& entry) { return entry.key == key; });
}

void giveContext(Node& node, int context) {
  if (node.place.context == 0) node.place.context = context;
  for (Node& item : node.items) giveContext(item, context);
  for (Node::Entry& entry : node.entries) {
    if (entry.place.context == 0) entry.place.context = context;
    giveContext(entry.value, context);
  }
}

void inheritPaths(Node& mapping, const std::string& path) {
  for (Node::Entry& entry : mapping.entries) {
    entry.value.path = spotOf(Spot{{}, path}, entry).path;
    inheritPaths(entry.value, entry.value.path);
  }
}

}  // namespace

const char* Defaults::notADefault(Of of, const std::string& key) {
  if (key == "name") return "tells one from the others, so it cannot be a default (remove it)";
  if (key == "for_each") return "belongs to one template, so it cannot be a default (remove it)";
  if (of == Of::kChecks) return nullptr;
  if (key == "steps") {
    return "cannot be a default (write them to each remedy; options of a kind reach steps too)";
  }
  if (key == "preventive")
    return "would run every remedy unasked, so it cannot be a default (write it to "
           "each that is meant)";
  return nullptr;
}

Defaults::Defaults(Of of, const Node* section, std::vector<std::string> kinds, Sources& sources,
                   ValueReader& values)
    : of_(of), kinds_(std::move(kinds)), sources_(sources) {
  if (!isMapping(section)) return;
  defaults_ = *section;
  const std::string path = of == Of::kChecks ? "check_defaults" : "remedy_defaults";
  const Spot spot{section->place, path};
  std::erase_if(defaults_.entries, [&](const Node::Entry& entry) {
    const char* why = notADefault(of_, entry.key);
    if (why != nullptr) values.report(spotOf(spot, entry), why);
    return why != nullptr;
  });
  if (Node* when = of == Of::kRemedies ? defaults_.valueOf("when") : nullptr; isMapping(when)) {
    const Spot at{when->place, path + ".when"};
    std::erase_if(when->entries, [&](const Node::Entry& entry) {
      const bool asks = entry.key == "check" || entry.key == "alert";
      if (asks)
        values.report(spotOf(at, entry),
                      "asks for one remedy, so it cannot be a default (remove it)");
      return asks;
    });
  }
  inheritPaths(defaults_, path);
}

bool Defaults::isKind(const std::string& key) const {
  return std::find(kinds_.begin(), kinds_.end(), key) != kinds_.end();
}

bool Defaults::suits(const Node::Entry& entry, const Node& item) const {
  if (isKind(entry.key)) return false;
  if (of_ == Of::kChecks) return true;
  const Node* when = item.valueOf("when");
  const bool by_alert = isMapping(when) && when->valueOf("alert") != nullptr;
  if (entry.key == "when") return false;
  if (entry.key == "verify") {
    return entry.value.type == Node::Type::kMapping ? when != nullptr : by_alert;
  }
  if (entry.key == "target" || entry.key == "labels") return by_alert;
  if (entry.key == "targets" || entry.key == "max_targets") {
    return by_alert &&
           (item.valueOf("target") != nullptr || defaults_.valueOf("target") != nullptr);
  }
  return true;
}

void Defaults::put(Node& item, const Node::Entry& entry, std::string_view without, int context,
                   Weight& used) {
  Node::Entry copy = entry;
  remove(copy.value, without);
  if (copy.place.context == 0) copy.place.context = context;
  giveContext(copy.value, context);
  used += weightOf(copy.value);
  item.entries.push_back(std::move(copy));
}

void Defaults::merge(Node& item, const Node& defaults, std::string_view without, int context,
                     Weight& used) {
  std::map<std::string, std::size_t, std::less<>> own;
  for (std::size_t i = 0; i < item.entries.size(); ++i) own.emplace(item.entries[i].key, i);
  for (const Node::Entry& entry : defaults.entries) {
    if (used.tooLarge()) return;
    if (entry.key == without) continue;
    const auto [there, added] = own.emplace(entry.key, item.entries.size());
    if (added) {
      put(item, entry, "", context, used);
      continue;
    }
    Node& value = item.entries[there->second].value;
    if (isMapping(&value) && isMapping(&entry.value)) merge(value, entry.value, "", context, used);
  }
}

void Defaults::completeSteps(Node& item, int context, Weight& used) const {
  Node* steps = item.valueOf("steps");
  if (steps == nullptr) return;
  for (Node& step : steps->items) {
    for (const Node::Entry& entry : defaults_.entries) {
      Node* own = isKind(entry.key) ? step.valueOf(entry.key) : nullptr;
      if (isMapping(own) && isMapping(&entry.value)) merge(*own, entry.value, "", context, used);
    }
  }
}

void Defaults::complete(Node& item, const Spot& spot, Weight& used) const {
  if (defaults_.entries.empty() || item.type != Node::Type::kMapping) return;
  const int context =
      item.place.context != 0
          ? item.place.context
          : sources_.addContext("used by " + spot.path + ", " + sources_.textOf(spot.place));
  const Node* when = of_ == Of::kRemedies ? item.valueOf("when") : nullptr;
  const bool by_alert = isMapping(when) && when->valueOf("alert") != nullptr;
  for (const Node::Entry& entry : defaults_.entries) {
    std::string_view without;
    if (of_ == Of::kRemedies && entry.key == "when") without = by_alert ? "on" : "retry";
    if (of_ == Of::kRemedies && entry.key == "verify" && by_alert) without = "after";
    Node* own = item.valueOf(entry.key);
    if (own == nullptr) {
      if (suits(entry, item)) put(item, entry, without, context, used);
    } else if (isMapping(own) && isMapping(&entry.value)) {
      merge(*own, entry.value, without, context, used);
    }
    if (used.tooLarge()) return;
  }
  if (of_ == Of::kRemedies) completeSteps(item, context, used);
}

}  // namespace heald::config
