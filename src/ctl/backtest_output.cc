#include "ctl/backtest_output.h"

#include <nlohmann/json.hpp>

#include "core/plain_text.h"
#include "core/text.h"
#include "ctl/json_access.h"
#include "ctl/table.h"

namespace heald::ctl {
namespace {

using Json = nlohmann::ordered_json;
using simulation::Backtest;
using simulation::GovernorCompared;
using simulation::IncidentCompared;
using simulation::Tally;

constexpr const char* kNone = "-";

std::string text(const std::optional<core::WallTime>& at, const char* otherwise) {
  return at ? core::toIso8601(*at) : otherwise;
}

// More than then is worth a look, fewer is what one hopes for.
Cell changed(std::size_t then, const std::optional<std::size_t>& now) {
  if (!now) return {kNone, Colour::kQuiet};
  return {std::to_string(*now), *now > then   ? Colour::kWarn
                                : *now < then ? Colour::kGood
                                              : Colour::kPlain};
}

std::string governorTable(const Backtest& result, bool colours) {
  Table table(
      {"GOVERNOR", "ATTEMPTS THEN", "NOW", "DORMANT THEN", "NOW", "FIRST THEN", "FIRST NOW"});
  for (const GovernorCompared& one : result.governors) {
    const auto& now = one.now;
    table.add({{printable(one.governor)},
               {std::to_string(one.then.attempts)},
               changed(one.then.attempts, now ? std::optional(now->attempts) : std::nullopt),
               {std::to_string(one.then.dormant)},
               {now ? std::to_string(now->dormant) : kNone},
               {text(one.then.first_dormant, kNone)},
               {now ? text(now->first_dormant, kNone) : kNone}});
  }
  return table.empty() ? "  no governors\n" : table.text(colours);
}

std::string incidentTable(const Backtest& result, bool colours) {
  Table table({"INCIDENT", "FROM", "UNTIL", "ATTEMPTS THEN", "NOW"});
  for (const IncidentCompared& one : result.incidents) {
    table.add({{printable(one.check)},
               {core::toIso8601(one.from)},
               {text(one.until, "the end")},
               {std::to_string(one.then)},
               changed(one.then, one.now)});
  }
  return table.empty() ? "  no incidents\n" : table.text(colours);
}

std::string list(const std::string& title, const std::vector<std::string>& items, bool colours) {
  std::string all = "\n" + painted(title, Colour::kStrong, colours) + "\n";
  for (const std::string& item : items) all += "  - " + printable(item) + "\n";
  return items.empty() ? "" : all;
}

Json timeJson(const std::optional<core::WallTime>& at) {
  return at ? Json(core::toIso8601(*at)) : Json();
}

template <class Then, class Now>
Json pair(const Then& then, const Now& now) {
  return {{"then", then}, {"now", now}};
}

Json json(const GovernorCompared& one) {
  const auto now = [&](auto member) { return one.now ? Json((*one.now).*member) : Json(); };
  return {{"governor", one.governor},
          {"attempts", pair(one.then.attempts, now(&Tally::attempts))},
          {"dormant", pair(one.then.dormant, now(&Tally::dormant))},
          {"firstDormant", pair(timeJson(one.then.first_dormant),
                                one.now ? timeJson(one.now->first_dormant) : Json())}};
}

Json json(const IncidentCompared& one) {
  return {{"check", one.check},
          {"from", core::toIso8601(one.from)},
          {"until", timeJson(one.until)},
          {"attempts", pair(one.then, one.now ? Json(*one.now) : Json())}};
}

template <class Item>
Json jsonList(const std::vector<Item>& items) {
  Json all = Json::array();
  for (const Item& item : items) all.push_back(json(item));
  return all;
}

}  // namespace

std::string backtestText(const Backtest& result, const std::string& config,
                         const std::string& history, bool colours) {
  const std::string title = config + " on " + history + ": " + std::to_string(result.entries) +
                            (result.entries == 1 ? " entry" : " entries") + " from " +
                            core::toIso8601(result.from) + " to " + core::toIso8601(result.until);
  return painted(title, Colour::kStrong, colours) + "\n\n" + governorTable(result, colours) + "\n" +
         incidentTable(result, colours) +
         list("What is taken for granted", simulation::backtestAssumptions(), colours) +
         list("What is left open here", result.remarks, colours);
}

std::string backtestJson(const Backtest& result, const std::string& config,
                         const std::string& history) {
  const Json all = {{"config", config},
                    {"history", history},
                    {"entries", result.entries},
                    {"from", core::toIso8601(result.from)},
                    {"until", core::toIso8601(result.until)},
                    {"governors", jsonList(result.governors)},
                    {"incidents", jsonList(result.incidents)},
                    {"assumptions", simulation::backtestAssumptions()},
                    {"remarks", result.remarks}};
  return core::escapedLines(all.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace heald::ctl
