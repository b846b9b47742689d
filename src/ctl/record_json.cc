#include "ctl/record_json.h"

#include <nlohmann/json.hpp>

#include "core/plain_text.h"
#include "ctl/exit_code.h"

namespace heald::ctl {
namespace {

using Json = nlohmann::ordered_json;

double seconds(core::Duration at) {
  return std::chrono::duration<double>(at).count();
}

Json optionalSeconds(const std::optional<core::Duration>& at) {
  return at ? Json(seconds(*at)) : Json(nullptr);
}

const char* levelOf(const simulation::Entry& entry) {
  switch (entry.level) {
    case engine::Note::Level::kDebug:
      return "debug";
    case engine::Note::Level::kInfo:
      return "info";
    case engine::Note::Level::kWarn:
      return "warn";
    case engine::Note::Level::kError:
      return "error";
  }
  return "info";
}

Json json(const simulation::Entry& entry) {
  Json fields = Json::object();
  for (const auto& [key, value] : entry.fields) fields[key] = value;
  return {{"at", seconds(entry.at)},
          {"level", levelOf(entry)},
          {"message", entry.message},
          {"fields", fields}};
}

Json json(const simulation::AttemptMade& made) {
  const bool permit = made.remedy.empty();
  return {{"remedy", permit ? Json(nullptr) : Json(made.remedy)},
          {"governor", made.governor},
          {"attempt", made.attempt},
          {"step", permit ? Json(nullptr) : Json(made.step)},
          {"started", seconds(made.started)},
          {"ended", optionalSeconds(made.ended)},
          {"ok", made.ok}};
}

Json json(const simulation::GovernorPoint& point) {
  return {{"at", seconds(point.at)},
          {"governor", point.governor},
          {"dormant", point.dormant},
          {"breaker", toString(point.breaker)},
          {"consecutiveFailures", point.consecutive_failures},
          {"waitsUntil", optionalSeconds(point.waits_until)}};
}

Json json(const simulation::Verdict& verdict) {
  return {{"place", verdict.place}, {"what", verdict.what}, {"expected", verdict.expected},
          {"got", verdict.got},     {"ok", verdict.ok},     {"at", seconds(verdict.at)}};
}

Json json(const simulation::FleetPlayed& fleet) {
  Json refused = Json::object();
  for (const auto& [word, count] : fleet.refused) refused[word] = count;
  Json dormant = Json::array();
  for (const core::Duration at : fleet.dormant) dormant.push_back(seconds(at));
  return {{"governor", fleet.governor},  {"members", fleet.members},
          {"atOnce", fleet.at_once},     {"asked", fleet.asked},
          {"given", fleet.given},        {"refused", refused},
          {"dormantAt", dormant},        {"lost", fleet.lost},
          {"mostLost", fleet.most_lost}, {"mostAttempts", fleet.most_attempts}};
}

Json json(const NamedRecord& named);

template <class Item>
Json list(const std::vector<Item>& items) {
  Json all = Json::array();
  for (const Item& item : items) all.push_back(json(item));
  return all;
}

Json json(const NamedRecord& named) {
  const simulation::Record& record = named.record;
  if (!named.problems.empty()) {
    return {{"file", named.file}, {"ok", false}, {"problems", named.problems}};
  }
  return {{"file", named.file},
          {"title", named.title},
          {"ok", record.ok()},
          {"runForSeconds", seconds(record.run_for)},
          {"checkRuns", record.check_runs},
          {"timeline", list(record.entries)},
          {"attempts", list(record.attempts)},
          {"governors", list(record.governors)},
          {"fleets", list(record.fleets)},
          {"expectations", list(record.verdicts)},
          {"problems", Json::array()}};
}

}  // namespace

std::string jsonText(const std::vector<NamedRecord>& records, bool ok,
                     const std::vector<std::string>& problems) {
  Json all = {{"ok", ok}, {"scenarios", list(records)}, {"problems", problems}};
  if (!problems.empty()) {
    all["error"] = {{"code", "bad_file"}, {"message", problems.front()}};
    all["exitCode"] = static_cast<int>(ExitCode::kBadFile);
  }
  return core::escapedLines(all.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace heald::ctl
