#include "ctl/record_text.h"

#include <algorithm>

#include "config/scalars.h"
#include "core/text.h"
#include "ctl/table.h"

namespace heald::ctl {
namespace {

using Level = engine::Note::Level;
using simulation::Entry;
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

std::string aboutOf(const Entry& entry) {
  for (const char* key : {"remedy", "check", "governor", "flag"}) {
    for (const auto& [name, value] : entry.fields) {
      if (name == key) return value;
    }
  }
  return "";
}

// Fields that other columns say, or the line above.
bool told(const Entry& entry, const std::string& key, const std::string& value) {
  const bool of_attempt = entry.message.starts_with("attempt ");
  return value.empty() || value == aboutOf(entry) || key == "until" || key == "by" ||
         (of_attempt && (key == "governor" || key == "check" || key == "reason"));
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

}  // namespace

std::string timelineText(const Record& record, const std::string& title, bool colours) {
  Table table({"AT", "WHAT", "ABOUT", "DETAILS"});
  for (const Entry& entry : record.entries) {
    table.add({{config::durationText(entry.at)},
               {headOf(entry), colourOf(entry)},
               {aboutOf(entry)},
               {detailsOf(entry), Colour::kQuiet}});
  }
  const auto healed = std::count_if(record.attempts.begin(), record.attempts.end(),
                                    [](const auto& made) { return made.ok; });
  return painted(title, Colour::kStrong, colours) + "\n\n" +
         (table.empty() ? "  nothing happened\n" : table.text(colours)) + "\n" +
         counted(record.attempts.size(), "attempt", "attempts") + ", " + std::to_string(healed) +
         " healed, in " + core::toText(record.run_for) + " (" + std::to_string(record.check_runs) +
         " runs of checks)\n";
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
  return text + file + ": " + painted(sum, failed == 0 ? Colour::kGood : Colour::kBad, colours) +
         "\n";
}

}  // namespace heald::ctl
