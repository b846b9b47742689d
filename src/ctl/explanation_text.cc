#include "ctl/explanation_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "ctl/json_access.h"
#include "ctl/table.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;

std::string wait(const ordered_json& thing, const char* key, const ordered_json& explanation) {
  const auto then = timeOf(thing, key);
  const auto now = timeOf(explanation, "time");
  if (!then || !now || *then <= *now) return "";
  return core::toText(*then - *now);
}

// Of how many of its targets something holds the next attempt back.
std::size_t targetsHeldBack(const ordered_json& e) {
  const auto& alerts = listOf(e, "alerts");
  return static_cast<std::size_t>(
      std::count_if(alerts.begin(), alerts.end(), [&](const ordered_json& alert) {
        return textOf(alert, "governor") != textOf(e, "governor") &&
               !textOf(alert, "heldBackBy").empty();
      }));
}

std::string verdict(const ordered_json& e, bool colours) {
  const std::string name = "Governor " + textOf(e, "governor");
  if (const std::size_t held = targetsHeldBack(e); held > 0 && flagOf(e, "allowed")) {
    return name + " " + painted("holds attempts back", Colour::kBad, colours) + " of " +
           std::to_string(held) + (held == 1 ? " target" : " targets") +
           " (below); for any other one an attempt may start now.\n";
  }
  if (flagOf(e, "allowed")) {
    return name + " " + painted("lets an attempt start now", Colour::kGood, colours) + ".\n";
  }
  std::string text = name + " " + painted("holds attempts back", Colour::kBad, colours) + ": " +
                     textOf(e, "guard") + ".\n";
  const std::string next = textOf(e, "nextAttemptAt");
  if (next.empty()) return text + "No time alone ends that.\n";
  return text + "The next attempt may start at " + next + ", in " + wait(e, "nextAttemptAt", e) +
         ".\n";
}

Table guards(const ordered_json& e) {
  Table table({"GUARD", "VERDICT", "IS", "PASSES WHEN", "UNTIL"});
  for (const ordered_json& guard : listOf(e, "guards")) {
    const bool passes = flagOf(guard, "passes");
    const std::string left = wait(guard, "until", e);
    table.add({{textOf(guard, "guard"), Colour::kStrong},
               {passes ? "pass" : "fail", passes ? Colour::kGood : Colour::kBad},
               {textOf(guard, "value")},
               {textOf(guard, "threshold")},
               {left.empty() ? "" : textOf(guard, "until")}});
  }
  return table;
}

std::string obstacles(const ordered_json& list) {
  std::string text;
  for (const ordered_json& obstacle : list) {
    text += "    " + textOf(obstacle, "word") + ": " + textOf(obstacle, "message") + "\n";
    const std::string command = textOf(obstacle, "command");
    if (!command.empty()) text += "      " + command + "\n";
  }
  return text;
}

std::string before(const ordered_json& e) {
  std::string text;
  const std::string common = obstacles(listOf(e, "before"));
  if (!common.empty()) text += "  everything\n" + common;
  for (const ordered_json& remedy : listOf(e, "remedies")) {
    const std::string own = obstacles(listOf(remedy, "before"));
    text += "  remedy " + textOf(remedy, "name") + (own.empty() ? ": nothing\n" : "\n" + own);
  }
  return text.empty() ? "" : "\nWhat stands before the governor\n" + text;
}

std::string fleet(const ordered_json& e) {
  const ordered_json& fleet = objectOf(e, "fleet");
  if (fleet.empty()) return "";
  const auto number = [&](const char* key) { return std::to_string(numberOf(fleet, key)); };
  std::string text =
      "\nThe fleet\n  " + number("underWay") + " of at most " + number("atOnce") +
      " members are under way" +
      (numberOf(fleet, "verifying") > 0 ? ", " + number("verifying") + " of them verified now"
                                        : "") +
      "; " + number("members") + " are declared\n  " + number("lost") +
      " have failed or not come back; with " + number("lostLimit") + " of them it goes dormant";
  std::string names;
  for (const ordered_json& member : listOf(fleet, "lostMembers")) {
    if (member.is_string())
      names += (names.empty() ? ": " : ", ") + printable(member.get<std::string>());
  }
  return text + names + "\n";
}

std::string alerts(const ordered_json& e) {
  std::string text;
  for (const ordered_json& alert : listOf(e, "alerts")) {
    text += "  " + textOf(alert, "message") + "\n";
  }
  return text.empty() ? "" : "\nAlerts, the worst first\n" + text;
}

std::string lastResults(const ordered_json& e) {
  std::string text;
  for (const ordered_json& remedy : listOf(e, "remedies")) {
    const std::string result = textOf(remedy, "lastResult");
    if (!result.empty()) text += "  remedy " + textOf(remedy, "name") + ": " + result + "\n";
  }
  return text.empty() ? "" : "\nLast results\n" + text;
}

}  // namespace

std::string explanationText(const ordered_json& explanation, bool colours, std::size_t width) {
  const bool held = !listOf(explanation, "before").empty();
  return verdict(explanation, colours) +
         (held ? "Nothing starts as long as what stands before it holds.\n" : "") + "\n" +
         guards(explanation).text(colours, width) + before(explanation) + fleet(explanation) +
         alerts(explanation) + lastResults(explanation) + hiddenOutputHint(explanation);
}

}  // namespace heald::ctl
