#include <nlohmann/json.hpp>

#include "core/text.h"
#include "http/json_body.h"
#include "http/tokens.h"
#include "io/timestamp.h"

namespace heald::http {
namespace {

using nlohmann::ordered_json;

constexpr int kVersionOfTokens = 1;

void putTime(ordered_json& value, const char* key, const std::optional<core::WallTime>& time) {
  if (time) value[key] = core::toIso8601(*time);
}

ordered_json tokenRecordJson(const TokenRecord& record) {
  ordered_json value;
  value["name"] = record.name;
  value["role"] = toString(record.grant.role);
  if (!record.grant.governors.empty()) value["governors"] = record.grant.governors;
  value["sha256"] = record.sha256;
  value["createdAt"] = core::toIso8601(record.created_at);
  value["createdBy"] = record.created_by;
  putTime(value, "expiresAt", record.expires_at);
  putTime(value, "revokedAt", record.revoked_at);
  if (!record.revoked_by.empty()) value["revokedBy"] = record.revoked_by;
  if (!record.previous_sha256.empty()) value["previousSha256"] = record.previous_sha256;
  putTime(value, "previousUntil", record.previous_until);
  return value;
}

std::string textIn(const nlohmann::json& value, const char* key) {
  const auto found = value.find(key);
  return found != value.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<core::WallTime> timeIn(const nlohmann::json& value, const char* key) {
  return io::parseTimestamp(textIn(value, key));
}

// Anything that is not as written here refuses the file: half a record could let somebody in.
std::optional<TokenRecord> tokenRecordOf(const nlohmann::json& value) {
  if (!value.is_object()) return std::nullopt;
  TokenRecord record;
  record.name = textIn(value, "name");
  const auto role = config::roleNamed(textIn(value, "role"));
  const auto created_at = timeIn(value, "createdAt");
  if (record.name.empty() || !role || !created_at) return std::nullopt;
  record.grant.role = *role;
  for (const auto& governor : value.value("governors", nlohmann::json::array())) {
    if (!governor.is_string()) return std::nullopt;
    record.grant.governors.push_back(governor.get<std::string>());
  }
  record.sha256 = textIn(value, "sha256");
  record.previous_sha256 = textIn(value, "previousSha256");
  record.created_at = *created_at;
  record.created_by = textIn(value, "createdBy");
  record.revoked_by = textIn(value, "revokedBy");
  record.expires_at = timeIn(value, "expiresAt");
  record.revoked_at = timeIn(value, "revokedAt");
  record.previous_until = timeIn(value, "previousUntil");
  const bool times = record.expires_at.has_value() == value.contains("expiresAt") &&
                     record.revoked_at.has_value() == value.contains("revokedAt") &&
                     record.previous_until.has_value() == value.contains("previousUntil");
  if (!times || record.sha256.size() != 64 || !grantFault(record.grant).empty()) {
    return std::nullopt;
  }
  return record;
}

}  // namespace

std::string encodeTokens(const std::vector<TokenRecord>& records) {
  ordered_json file;
  file["version"] = kVersionOfTokens;
  file["tokens"] = ordered_json::array();
  for (const TokenRecord& record : records) file["tokens"].push_back(tokenRecordJson(record));
  return file.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Result<std::vector<TokenRecord>> decodeTokens(std::string_view text) {
  const auto file = parseJsonObject(text);
  if (!file) return file.error();
  const auto version = file->find("version");
  if (version == file->end() || *version != kVersionOfTokens) {
    return Error{ErrorCode::kInvalid, "is not a file of tokens of this version of heald"};
  }
  const auto list = file->find("tokens");
  if (list == file->end() || !list->is_array()) {
    return Error{ErrorCode::kInvalid, "has no list of tokens"};
  }
  std::vector<TokenRecord> records;
  for (const auto& value : *list) {
    auto record = tokenRecordOf(value);
    if (!record) {
      return Error{ErrorCode::kInvalid,
                   "tokens[" + std::to_string(records.size()) + "] is damaged"};
    }
    records.push_back(std::move(*record));
  }
  return records;
}

}  // namespace heald::http
