#include "checks/alertmanager_answer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/alert_identity.h"
#include "io/text.h"
#include "io/timestamp.h"
#include "io/uri.h"

namespace heald::checks {
namespace {

using nlohmann::json;

Error unreadable(const std::string& why) {
  return {ErrorCode::kUnavailable, io::oneLine(why)};
}

// Names beyond these need quotes, which Alertmanager understands since 0.27 only. A matcher that is
// left out finds more alerts, and never fewer.
bool isClassic(std::string_view name) {
  const auto is_letter = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

// name="value", as in a selector of Prometheus.
std::string matcher(const std::string& name, const std::string& value) {
  std::string text = name + "=\"";
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
    } else {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
  }
  return text + "\"";
}

bool isIgnored(const std::string& label, const engine::AskAlert& ask) {
  const auto& ignored = ask.ignore_labels;
  return std::find(ignored.begin(), ignored.end(), label) != ignored.end();
}

std::string textAt(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool isIt(const json& entry, const engine::AskAlert& ask) {
  engine::Alert alert;
  alert.fingerprint = textAt(entry, "fingerprint");
  if (alert.fingerprint == ask.fingerprint) return true;
  const auto labels = entry.find("labels");
  if (labels == entry.end() || !labels->is_object()) return false;
  for (const auto& [name, value] : labels->items()) {
    if (value.is_string()) alert.labels.emplace_back(name, value.get<std::string>());
  }
  return engine::identityOf(alert, ask.ignore_labels) == ask.key.identity;
}

}  // namespace

std::string alertQuery(const engine::AskAlert& ask) {
  std::string query = "/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true";
  for (const auto& [name, value] : ask.labels) {
    if (!isClassic(name) || isIgnored(name, ask)) continue;
    query += "&filter=";
    query += io::percentEncode(matcher(name, value));
  }
  return query;
}

Result<bool> holdsAlert(std::string_view body, const engine::AskAlert& ask) {
  const json answer = json::parse(body, nullptr, false);
  if (!answer.is_array()) return unreadable("its answer is no list of alerts");
  for (const json& entry : answer) {
    if (!entry.is_object()) return unreadable("its answer has an entry that is no alert");
    if (isIt(entry, ask)) return true;
  }
  return false;
}

Result<core::WallTime> runsSince(std::string_view body) {
  const json answer = json::parse(body, nullptr, false);
  const auto since = io::parseTimestamp(textAt(answer, "uptime"));
  if (!since) return unreadable("its status does not say since when it runs");
  return *since;
}

bool wouldKnow(core::WallTime runs_since, const engine::AskAlert& ask, core::WallTime now) {
  return runs_since <= ask.starts_at || now - runs_since >= kToldAgainWithin;
}

}  // namespace heald::checks
