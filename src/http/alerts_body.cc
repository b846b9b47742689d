#include "http/alerts_body.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "http/json_body.h"
#include "http/timestamp.h"
#include "io/text.h"

namespace heald::http {
namespace {

using engine::Alert;

Error wrong(const std::string& place, const std::string& what) {
  return {ErrorCode::kInvalid, place + " " + what};
}

engine::Labels labelsOf(const nlohmann::json& object) {
  engine::Labels labels;
  std::size_t bytes = 0;
  for (const auto& [name, value] : object.items()) {
    if (labels.size() == kMaxLabels) break;
    if (!value.is_string() || name.empty() || name.size() > kMaxLabelName) continue;
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > kMaxLabelValue || bytes + name.size() + text.size() > kMaxLabelBytes)
      continue;
    bytes += name.size() + text.size();
    labels.emplace_back(name, text);
  }
  return labels;
}

// FNV-1a over the sorted labels, all of them: what tells alerts apart where nobody else does.
std::string fingerprintOf(const nlohmann::json& labels) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : labels.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  }
  char digits[17] = {};
  std::to_chars(digits, digits + 16, hash, 16);
  return digits;
}

const std::string* textAt(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? &found->get_ref<const std::string&>()
                                                     : nullptr;
}

Result<Alert> alertOf(const nlohmann::json& object, const std::string& place) {
  if (!object.is_object()) return wrong(place, "is not an object");
  const std::string* status = textAt(object, "status");
  if (!status || (*status != "firing" && *status != "resolved")) {
    return wrong(place + ".status", "must be \"firing\" or \"resolved\"");
  }
  const auto labels = object.find("labels");
  if (labels == object.end() || !labels->is_object()) {
    return wrong(place + ".labels", "must be an object of texts");
  }
  const std::string* starts_at = textAt(object, "startsAt");
  const auto time = starts_at ? parseTimestamp(*starts_at) : std::nullopt;
  if (!time) {
    return wrong(place + ".startsAt",
                 "must be a time of RFC 3339 (example: 2026-11-23T20:47:00.123Z)");
  }
  Alert alert;
  const std::string* fingerprint = textAt(object, "fingerprint");
  if (fingerprint && fingerprint->size() > kMaxLabelName) {
    return wrong(place + ".fingerprint", "is longer than 128 bytes");
  }
  alert.fingerprint = fingerprint && !fingerprint->empty() ? *fingerprint : fingerprintOf(*labels);
  alert.starts_at = *time;
  alert.firing = *status == "firing";
  alert.labels = labelsOf(*labels);
  return alert;
}

}  // namespace

Result<std::vector<Alert>> readAlerts(std::string_view body) {
  const auto object = parseJsonObject(io::toValidUtf8(body));
  if (!object) return object.error();
  if (const std::string* version = textAt(*object, "version"); !version || *version != "4") {
    return wrong("version", "must be \"4\": what Alertmanager's webhook_config sends");
  }
  const auto list = object->find("alerts");
  if (list == object->end() || !list->is_array()) return wrong("alerts", "must be a list");
  if (list->size() > kMaxAlerts) {
    return wrong("alerts", "has " + std::to_string(list->size()) + " entries; the limit is " +
                               std::to_string(kMaxAlerts) +
                               " (set max_alerts of the webhook_config)");
  }
  std::vector<Alert> alerts;
  for (const nlohmann::json& entry : *list) {
    auto alert = alertOf(entry, "alerts[" + std::to_string(alerts.size()) + "]");
    if (!alert) return alert.error();
    alerts.push_back(std::move(*alert));
  }
  return alerts;
}

}  // namespace heald::http
