#include <nlohmann/json.hpp>
#include <set>

#include "core/text.h"
#include "http/tokens.h"
#include "io/digest.h"
#include "io/json_object.h"
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

// One record of the file. Anything that is not as written above refuses the file, with its place:
// half a record could let somebody in.
class RecordReader {
 public:
  RecordReader(const nlohmann::json& value, std::string place)
      : value_(value), place_(std::move(place)) {}

  Result<TokenRecord> read() {
    if (!value_.is_object()) return Error{ErrorCode::kInvalid, place_ + " is not an object"};
    TokenRecord record;
    record.name = text("name", true);
    record.grant = grant();
    record.sha256 = hash("sha256", true);
    record.created_at = time("createdAt", true).value_or(core::WallTime{});
    record.created_by = text("createdBy", true);
    record.expires_at = time("expiresAt");
    record.revoked_at = time("revokedAt");
    record.revoked_by = text("revokedBy");
    record.previous_sha256 = hash("previousSha256");
    record.previous_until = time("previousUntil");
    judge(record);
    if (problem_) return *problem_;
    return record;
  }

 private:
  // Only the first one is kept.
  void fail(const std::string& key, const std::string& why) {
    if (!problem_) problem_ = Error{ErrorCode::kInvalid, place_ + "." + key + " " + why};
  }
  const nlohmann::json* at(const char* key, bool required) {
    const auto found = value_.find(key);
    if (found == value_.end()) {
      if (required) fail(key, "is missing");
      return nullptr;
    }
    ++known_;
    return &*found;
  }
  std::string text(const char* key, bool required = false) {
    const auto* value = at(key, required);
    if (value == nullptr) return "";
    if (value->is_string()) return value->get<std::string>();
    fail(key, "is not a text");
    return "";
  }
  std::optional<core::WallTime> time(const char* key, bool required = false) {
    const auto* value = at(key, required);
    if (value == nullptr) return std::nullopt;
    auto time = value->is_string() ? io::parseTimestamp(value->get_ref<const std::string&>())
                                   : std::nullopt;
    if (!time) fail(key, "is not a time");
    return time;
  }
  std::string hash(const char* key, bool required = false) {
    std::string hash = text(key, required);
    if (value_.contains(key) && !io::isSha256(hash)) fail(key, "is not a SHA-256");
    return hash;
  }
  Grant grant() {
    Grant grant;
    const auto role = config::roleNamed(text("role", true));
    if (!role) fail("role", "is not one of " + config::roleNames());
    grant.role = role.value_or(Role::kRead);
    const auto* governors = at("governors", false);
    if (governors == nullptr) return grant;
    if (!governors->is_array()) fail("governors", "is not a list");
    for (const auto& governor : *governors) {
      governor.is_string() ? grant.governors.push_back(governor.get<std::string>())
                           : fail("governors", "has a name that is not a text");
    }
    return grant;
  }
  void judge(const TokenRecord& record) {
    if (!isTokenName(record.name)) fail("name", "is not a name for a token");
    if (const auto fault = grantFault(record.grant); !fault.empty())
      fail("role", "and governors: " + fault);
    if (record.previous_sha256.empty() == record.previous_until.has_value()) {
      fail("previousSha256", "and previousUntil belong together");
    }
    if (known_ == value_.size()) return;
    if (!problem_) problem_ = Error{ErrorCode::kInvalid, place_ + " has an unknown key"};
  }

  const nlohmann::json& value_;
  const std::string place_;
  std::size_t known_ = 0;  // keys that are there and read
  std::optional<Error> problem_;
};

// Two of one name, or two ways in with one secret: which of them counts would be chance.
std::string twiceIn(const std::vector<TokenRecord>& records) {
  std::set<std::string> seen;
  for (const TokenRecord& record : records) {
    if (!seen.insert(record.name).second) return "name \"" + record.name + "\"";
    if (!seen.insert(record.sha256).second) return "sha256 of \"" + record.name + "\"";
    if (!record.previous_sha256.empty() && !seen.insert(record.previous_sha256).second) {
      return "previousSha256 of \"" + record.name + "\"";
    }
  }
  return "";
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
  const auto file = io::parseJsonObject(text, "the file");
  if (!file) return file.error();
  const auto version = file->find("version");
  if (version == file->end() || *version != kVersionOfTokens) {
    return Error{ErrorCode::kInvalid, "is not a file of tokens of this version of heald"};
  }
  const auto list = file->find("tokens");
  if (list == file->end() || !list->is_array() || file->size() != 2) {
    return Error{ErrorCode::kInvalid, "does not have a list of tokens and nothing else"};
  }
  std::vector<TokenRecord> records;
  for (const auto& value : *list) {
    auto record = RecordReader(value, "tokens[" + std::to_string(records.size()) + "]").read();
    if (!record) return record.error();
    records.push_back(std::move(*record));
  }
  if (const std::string twice = twiceIn(records); !twice.empty()) {
    return Error{ErrorCode::kInvalid, "the " + twice + " is there twice"};
  }
  return records;
}

}  // namespace heald::http
