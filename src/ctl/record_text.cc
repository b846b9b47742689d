#include "ctl/record_text.h"

#include <algorithm>

#include "config/scalars.h"
#include "core/plain_text.h"
#include "core/text.h"
#include "ctl/table.h"

namespace heald::ctl {
namespace {

using Level = engine::Note::Level;
using simulation::Entry;
using simulation::fieldOf;
using simulation::Record;
using simulation::Verdict;

Colour colourOf(const Entry& entry) {
  switch (entry.level) {
    case Level::kError:
      return Colour::kBad;
    case Level::kWarn:
      return Colour::kWarn;
    case Level::kDebug:
      return Colour::kQuiet;
    case Level::kInfo:
      return entry.message == "attempt succeeded" || entry.message == "check is healthy"
                 ? Colour::kGood
                 : Colour::kPlain;
  }
  return Colour::kPlain;
}

// With the target of its governor, where there is one: "restart@db1".
std::string aboutOf(const Entry& entry) {
  const std::string governor = fieldOf(entry.fields, "governor");
  const auto target = std::min(governor.find('@'), governor.size());
  if (const auto remedy = fieldOf(entry.fields, "remedy"); !remedy.empty()) {
    return remedy + governor.substr(target);
  }
  for (const char* key : {"check", "governor", "flag"}) {
    if (auto value = fieldOf(entry.fields, key); !value.empty()) return value;
  }
  return "";
}

// Fields that other columns say, or the line above.
bool told(const Entry& entry, const std::string& key, const std::string& value) {
  const bool of_attempt = entry.message.starts_with("attempt ");
  return value.empty() || value == aboutOf(entry) || key == "until" || key == "by" ||
         key == "remedy" || (of_attempt && (key == "check" || key == "reason"));
}

// "entered dormant mode: no automatic healing until …": the column holds what is before the colon.
std::string headOf(const Entry& entry) {
  return entry.message.substr(0, entry.message.find(": "));
}

std::string detailsOf(const Entry& entry) {
  const std::string head = headOf(entry);
  std::string text = head == entry.message ? "" : entry.message.substr(head.size() + 2);
  for (const auto& [key, value] : entry.fields) {
    if (!told(entry, key, value)) text += (text.empty() ? "" : "  ") + key + "=" + value;
  }
  return text;
}

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

// "3 attempts, 1 healed, 2 permits, 2 ok"
std::string attemptsText(const Record& record) {
  const auto count = [&](bool permit, bool ok) {
    return static_cast<std::size_t>(std::count_if(
        record.attempts.begin(), record.attempts.end(),
        [&](const auto& made) { return made.remedy.empty() == permit && (made.ok || !ok); }));
  };
  std::string text = counted(count(false, false), "attempt", "attempts") + ", " +
                     std::to_string(count(false, true)) + " healed";
  if (count(true, false) > 0) {
    text += ", " + counted(count(true, false), "permit", "permits") + ", " +
            std::to_string(count(true, true)) + " ok";
  }
  return text;
}

std::string fleetText(const simulation::FleetPlayed& fleet) {
  std::string text = fleet.governor + ": a fleet of " +
                     counted(fleet.members, "member", "members") + ", " +
                     std::to_string(fleet.at_once) + " at once; ";
  if (fleet.asked == 0) {
    text += "none of them asks in this scenario (permits:), so it shows nothing of them";
  } else {
    std::string refused;
    int denied = 0;
    for (const auto& [word, count] : fleet.refused) {
      denied += count;
      refused += (refused.empty() ? " (" : ", ") + word + " " + std::to_string(count);
    }
    text += "asked " + std::to_string(fleet.asked) + ", given " + std::to_string(fleet.given) +
            ", refused " + std::to_string(denied) + (denied > 0 ? refused + ")" : "") + "; ";
    std::string dormant;
    for (const core::Duration at : fleet.dormant) {
      dormant += (dormant.empty() ? "dormant at " : ", ") + config::durationText(at);
    }
    text += (dormant.empty() ? "never dormant" : dormant) + ", " + std::to_string(fleet.lost) +
            " lost at the end";
  }
  return text + "; before a human must act at most " + std::to_string(fleet.most_lost) +
         " are lost, and " + std::to_string(fleet.most_attempts) +
         " attempts of all members are made without a success in between\n";
}

std::string fleetsText(const Record& record) {
  std::string text;
  for (const simulation::FleetPlayed& fleet : record.fleets) text += fleetText(fleet);
  for (const std::string& remedy : record.ask_fleets) {
    text += remedy + ": asks another heald for a permit, which always says yes here\n";
  }
  return text;
}

}  // namespace

std::string timelineText(const Record& record, const std::string& title, bool colours) {
  Table table({"AT", "WHAT", "ABOUT", "DETAILS"});
  for (const Entry& entry : record.entries) {
    table.add({{config::durationText(entry.at)},
               {headOf(entry), colourOf(entry)},
               {aboutOf(entry)},
               {detailsOf(entry), Colour::kQuiet}});
  }
  return painted(title, Colour::kStrong, colours) + "\n\n" +
         (table.empty() ? "  nothing happened\n" : table.text(colours)) + "\n" +
         attemptsText(record) + ", in " + core::toText(record.run_for) + " (" +
         std::to_string(record.check_runs) + " runs of checks)\n" + fleetsText(record);
}

std::string verdictsText(const Record& record, const std::string& file, bool colours) {
  std::string text;
  std::size_t failed = 0;
  for (const Verdict& verdict : record.verdicts) {
    if (verdict.ok) continue;
    ++failed;
    text += verdict.place + ": " + verdict.what + "\n    expected " + verdict.expected +
            "\n    got      " + verdict.got + "\n";
  }
  const std::size_t all = record.verdicts.size();
  const std::string sum =
      failed == 0 ? "ok: " + (all == 0 ? "nothing was expected"
                                       : counted(all, "expectation holds", "expectations hold"))
                  : "FAILED: " + std::to_string(failed) + " of " +
                        counted(all, "expectation", "expectations");
  return core::escapedLines(text + file) + ": " +
         painted(sum, failed == 0 ? Colour::kGood : Colour::kBad, colours) + "\n";
}

}  // namespace heald::ctl
