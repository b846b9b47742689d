#include "api/history_json.h"

#include <nlohmann/json.hpp>

#include "api/actor.h"
#include "core/text.h"

namespace heald::api {
namespace {

using nlohmann::ordered_json;

ordered_json textOrNull(const std::string& text) {
  return text.empty() ? ordered_json() : ordered_json(text);
}

ordered_json detailsJson(const engine::HistoryEntry& entry) {
  ordered_json details = ordered_json::object();
  for (const auto& [key, value] : entry.details) {
    std::visit([&, &name = key](const auto& held) { details[name] = held; }, value);
  }
  return details;
}

ordered_json unreadableJson(const engine::HistoryRow& row) {
  return {{"id", row.id}, {"time", nullptr}, {"kind", "unreadable"}, {"message", row.unreadable}};
}

}  // namespace

ordered_json historyJson(const engine::HistoryRow& row, bool with_output) {
  if (!row.unreadable.empty()) return unreadableJson(row);
  const engine::HistoryEntry& entry = row.entry;
  ordered_json value;
  value["id"] = row.id;
  value["time"] = core::toIso8601(entry.at);
  value["kind"] = toString(entry.kind);
  value["event"] = entry.event;
  value["governor"] = textOrNull(entry.governor);
  value["remedy"] = textOrNull(entry.remedy);
  value["target"] = textOrNull(entry.target);
  value["check"] = textOrNull(entry.check);
  value["attempt"] = entry.attempt == 0 ? ordered_json() : ordered_json(entry.attempt);
  const ActorParts actor = partsOfActor(entry.actor);
  value["actor"] = textOrNull(entry.actor);
  value["provenActor"] = textOrNull(std::string(actor.proven));
  value["claimedActor"] = textOrNull(std::string(actor.claimed));
  value["message"] = textOrNull(entry.message);
  value["output"] = with_output ? textOrNull(entry.output) : ordered_json();
  value["details"] = detailsJson(entry);
  return value;
}

}  // namespace heald::api
