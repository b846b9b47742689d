#include "ctl/history_text.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "core/text.h"
#include "ctl/json_access.h"
#include "ctl/table.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;

Colour colourOfEvent(std::string_view event) {
  for (const std::string_view good : {"succeeded", "healthy", "CLOSED", "active", "available"}) {
    if (event == good) return Colour::kGood;
  }
  for (const std::string_view bad :
       {"failed", "dormant", "PERMANENT_OPEN", "unhealthy", "unavailable", "refused"}) {
    if (event == bad) return Colour::kBad;
  }
  return event == "OPEN" || event == "HALF_OPEN" || event == "warning" ? Colour::kWarn
                                                                       : Colour::kPlain;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

// "restart #3 @web-1", or the check, or the governor.
std::string subject(const ordered_json& entry) {
  std::string text = textOf(entry, "remedy");
  const auto attempt = numberOf(entry, "attempt");
  if (text.empty()) text = attempt > 0 ? textOf(entry, "governor") : textOf(entry, "check");
  if (text.empty()) text = textOf(entry, "governor");
  if (text.empty()) text = textOf(objectOf(entry, "details"), "flag");
  if (attempt > 0) text += " #" + std::to_string(attempt);
  const std::string target = textOf(entry, "target");
  if (!target.empty() && !text.ends_with("@" + target)) text += " @" + target;
  return text;
}

std::string number(const ordered_json& details, const char* key, const char* text) {
  return details.contains(key) ? text + std::to_string(numberOf(details, key)) : "";
}

// What of the details a person wants in the line.
std::string remarks(const ordered_json& entry) {
  const ordered_json& details = objectOf(entry, "details");
  if (!details.is_object()) return "";
  std::string text;
  const auto add = [&](const std::string& more) {
    if (!more.empty()) text += (text.empty() ? "" : ", ") + more;
  };
  add(textOf(details, "reason"));
  if (const auto took = durationOf(details, "duration")) add("took " + core::toText(*took));
  add(number(details, "consecutiveFailures", "consecutive failures: "));
  if (const auto until = textOf(details, "until"); !until.empty()) add("until " + until);
  if (const auto from = textOf(details, "from"); !from.empty()) add("from " + from);
  add(number(details, "leftOut", "changes left out: "));
  add(textOf(details, "version"));
  return text.empty() ? "" : " (" + text + ")";
}

std::string outputOf(const ordered_json& entry, bool colours) {
  const ordered_json& output = objectOf(entry, "output");
  if (!output.is_string()) return "";
  std::istringstream lines(output.get<std::string>());
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    text += "    " + painted(printable(line), Colour::kQuiet, colours) + "\n";
  }
  return text;
}

}  // namespace

std::string historyText(const ordered_json& entry, bool colours) {
  const std::string event = textOf(entry, "event");
  std::string line = padded(textOf(entry, "time"), 24) + "  " + padded(textOf(entry, "kind"), 8) +
                     "  " + painted(padded(event, 14), colourOfEvent(event), colours);
  const std::string about = subject(entry);
  const std::size_t bare = line.size();  // nothing is said yet but when and what
  if (!about.empty()) line += "  " + painted(about, Colour::kStrong, colours);
  if (const auto message = textOf(entry, "message"); !message.empty()) {
    line += (about.empty() ? "  " : ": ") + message;
  }
  line += remarks(entry);
  if (const auto actor = textOf(entry, "actor"); !actor.empty()) {
    line += (line.size() == bare ? "  by " : ", by ") + actor;
  }
  while (line.ends_with(' ')) line.pop_back();
  return line + "\n" + outputOf(entry, colours);
}

}  // namespace heald::ctl
