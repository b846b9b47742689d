#include "outbox/message.h"

#include <algorithm>

#include "core/text.h"

namespace heald::outbox {
namespace {

using engine::Severity;
using Items = std::vector<const Item*>;

constexpr std::size_t kMostNamed = 20;  // of those that are affected

// "2026-11-23 20:47:00 UTC"
std::string timeText(core::WallTime time) {
  std::string text = core::toIso8601(time).substr(0, 19);
  text[10] = ' ';
  return text + " UTC";
}

std::string counted(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string nameOf(const Item& item, const Message& message) {
  return item.notice.governor.empty() ? message.instance : item.notice.governor;
}

Items chosen(const Message& message, bool over) {
  Items items;
  for (const Item& item : message.items) {
    if (item.notice.over == over) items.push_back(&item);
  }
  return items;
}

// Those of one alert, in the order of the message.
std::vector<Items> byAlert(const Items& items) {
  std::vector<Items> groups;
  for (const Item* item : items) {
    const auto same = [&](const Items& group) {
      return group.front()->notice.alert == item->notice.alert;
    };
    const auto found = std::find_if(groups.begin(), groups.end(), same);
    (found == groups.end() ? groups.emplace_back() : *found).push_back(item);
  }
  return groups;
}

std::string named(const Items& items, const Message& message) {
  std::string text;
  for (std::size_t i = 0; i < std::min(items.size(), kMostNamed); ++i) {
    text += (i == 0 ? "" : ", ") + nameOf(*items[i], message);
  }
  const std::size_t more = items.size() - std::min(items.size(), kMostNamed);
  return more == 0 ? text : text + " … and " + counted(more, "other");
}

core::WallTime began(const Item& item) {
  return item.since.value_or(item.notice.at);
}

void addDetails(const Item& item, std::vector<Paragraph>& out) {
  out.push_back({"", item.notice.description});
  if (!item.notice.reason.empty()) out.push_back({"Why:", item.notice.reason});
  out.push_back({"What that means:", item.notice.impact});
}

std::string howOften(const Item& item) {
  return item.times == 1 ? "" : " (" + counted(item.times, "time") + " since the last message)";
}

void addFiring(const Items& group, const Message& message, bool alone,
               std::vector<Paragraph>& out) {
  const Item& first = *group.front();
  if (!alone) out.push_back({first.notice.summary, ""});
  if (group.size() == 1) {
    addDetails(first, out);
    out.push_back(
        {first.notice.instant ? "At" : "Since", timeText(began(first)) + howOften(first)});
    return;
  }
  core::WallTime since = began(first);
  core::WallTime last = since;
  for (const Item* item : group) {
    since = std::min(since, began(*item));
    last = std::max(last, began(*item));
  }
  if (!alone) out.back().label = std::to_string(group.size()) + " × " + first.notice.alert;
  out.push_back({"Affected (" + std::to_string(group.size()) + "):", named(group, message)});
  out.push_back(
      {"Since", timeText(since) + (since == last ? "" : ", the last since " + timeText(last))});
  std::vector<Paragraph> example;
  addDetails(first, example);
  example.front().label = "For example:";
  out.insert(out.end(), example.begin(), example.end());
}

std::string lasted(const Item& item) {
  if (!item.since) return "";
  const auto length = std::chrono::floor<std::chrono::seconds>(
      std::max(core::Duration{}, item.notice.at - *item.since));
  return " It lasted from " + timeText(*item.since) + " to " + timeText(item.notice.at) + " (" +
         core::toText(length) + ").";
}

void addResolved(const Items& items, const Message& message, bool alone,
                 std::vector<Paragraph>& out) {
  if (items.empty()) return;
  const Item& first = *items.front();
  if (items.size() > 1) {
    out.push_back({"It is over (" + std::to_string(items.size()) + "):", named(items, message)});
    return;
  }
  const std::string end =
      lasted(first).empty() ? " It ended at " + timeText(first.notice.at) + "." : lasted(first);
  out.push_back({alone ? "" : first.notice.summary + ":", "It is over." + end + howOften(first)});
  if (!first.notice.reason.empty()) out.push_back({"By", first.notice.reason});
}

std::string severityWord(Severity severity) {
  switch (severity) {
    case Severity::kCritical:
      return "Critical: ";
    case Severity::kWarning:
      return "Warning: ";
    case Severity::kInfo:
      return "";
  }
  return "";
}

std::string headOf(const Message& message, const Items& items) {
  if (items.size() == 1) return items.front()->notice.summary;
  const auto groups = byAlert(items);
  if (groups.size() == 1) {
    return std::to_string(items.size()) + " × " + items.front()->notice.alert;
  }
  return counted(items.size(), "problem") + " on " + message.instance;
}

}  // namespace

bool Message::firing() const {
  return std::any_of(items.begin(), items.end(),
                     [](const Item& item) { return !item.notice.over; });
}

Severity Message::severity() const {
  Severity worst = Severity::kInfo;
  for (const Item& item : items) {
    if (!item.notice.over || !firing()) worst = std::max(worst, item.notice.severity);
  }
  return worst;
}

std::string titleOf(const Message& message) {
  if (message.test) return "Test: heald on " + message.instance + " can reach you";
  if (message.firing())
    return severityWord(message.severity()) + headOf(message, chosen(message, false));
  return "Resolved: " + headOf(message, chosen(message, true));
}

std::vector<Paragraph> paragraphsOf(const Message& message) {
  std::vector<Paragraph> out;
  if (message.test) {
    out.push_back({"",
                   "Somebody asked for this message with `healdctl notify test`. Nothing is "
                   "wrong, and nothing has to be done."});
    return out;
  }
  const Items firing = chosen(message, false);
  const Items resolved = chosen(message, true);
  const auto groups = byAlert(firing);
  for (const Items& group : groups) addFiring(group, message, groups.size() == 1, out);
  addResolved(resolved, message, firing.empty(), out);
  if (message.left_out > 0) {
    out.push_back(
        {"", "And " + counted(message.left_out, "other notice") +
                 ", more than one message keeps apart: `healdctl status`, `healdctl history`"});
  }
  return out;
}

std::string footerOf(const Message& message) {
  std::string text = "heald on " + message.instance;
  if (!message.items.empty()) text += " · " + message.items.front().notice.alert;
  return text;
}

std::string runbookOf(const Message& message) {
  if (message.runbook_url.empty() || message.items.empty()) return "";
  if (message.items.front().notice.alert == kHistoryForgotten) return "";
  const std::string& url = message.runbook_url;
  return url.substr(0, url.find_last_not_of('/') + 1) + "/" + message.items.front().notice.alert +
         ".md";
}

}  // namespace heald::outbox
