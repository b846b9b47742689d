#include "api/approvals_json.h"

#include <nlohmann/json.hpp>

#include "core/text.h"

namespace heald::api {

using nlohmann::ordered_json;

namespace {

// `remedy` or, of a permit, null; and the other way `step`.
ordered_json keyJson(const engine::ApprovalKey& key, const std::string& governor) {
  const bool permit = key.ofPermit();
  return {{"governor", governor},
          {"remedy", permit ? ordered_json() : ordered_json(key.name)},
          {"step", permit ? ordered_json() : ordered_json(key.step)},
          {"permit", permit},
          {"target", key.target}};
}

}  // namespace

ordered_json approvalsJson(const engine::Snapshot& snapshot, core::Now now) {
  ordered_json list = ordered_json::array();
  for (const auto& [key, approval] : snapshot.approvals) {
    if (approval.until <= now.boot) continue;
    ordered_json one = keyJson(key, approval.governor);
    one["until"] = core::toIso8601(engine::wallOf(snapshot, approval.until));
    one["since"] = core::toIso8601(approval.since);
    one["reason"] = approval.reason;
    one["by"] = approval.by;
    list.push_back(std::move(one));
  }
  return list;
}

ordered_json approvalsWantedJson(const engine::Snapshot& snapshot) {
  ordered_json list = ordered_json::array();
  for (const engine::ApprovalWanted& wanted : snapshot.approvals_wanted) {
    ordered_json one = keyJson(wanted.key, wanted.governor);
    one["since"] = core::toIso8601(wanted.since);
    one["reason"] = wanted.reason;
    one["by"] = wanted.by;
    one["command"] = approveCommand(wanted.key);
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace heald::api
