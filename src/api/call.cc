#include "api/call.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "config/scalars.h"
#include "core/error_matcher.h"
#include "io/json_object.h"
#include "io/text.h"

namespace heald::api {
namespace {

Error badBody(std::string message) {
  return {ErrorCode::kInvalid, std::move(message)};
}

std::string inQuotes(std::string_view key) {
  return "\"" + io::oneLine(key, 64) + "\"";
}

std::string namesOf(const std::vector<BodyField>& fields) {
  std::string names;
  for (const BodyField& field : fields) names += (names.empty() ? "" : ", ") + inQuotes(field.name);
  return names;
}

Error unknownKey(std::string_view key, const std::vector<BodyField>& fields) {
  if (fields.empty()) return badBody(inQuotes(key) + " is not known here: this call takes no body");
  return badBody(inQuotes(key) + " is not known here; this call takes " + namesOf(fields));
}

bool& booleanOf(Body& body, const std::string& name) {
  if (name == "force") return body.force;
  if (name == "enabled") return body.enabled;
  if (name == "ok") return body.ok;
  if (name == "unused") return body.unused;
  throw std::logic_error("a call describes the boolean \"" + name + "\", which Body does not have");
}

std::optional<Error> readReason(const BodyField& field, const nlohmann::json& value, Body& body) {
  if (!value.is_string()) return badBody(inQuotes(field.name) + " must be a text: " + field.help);
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() > kMaxReasonBytes) {
    return badBody(inQuotes(field.name) + " has " + std::to_string(text.size()) +
                   " bytes; the limit is " + std::to_string(kMaxReasonBytes));
  }
  body.reason = io::oneLine(text, kMaxReasonBytes);
  if (body.reason.empty()) return badBody(inQuotes(field.name) + " is blank: " + field.help);
  return std::nullopt;
}

std::optional<Error> readDuration(const BodyField& field, const nlohmann::json& value, Body& body) {
  const std::string wanted = inQuotes(field.name) + " must be a duration (examples: 10m, 2h): ";
  if (!value.is_string()) return badBody(wanted + field.help);
  const auto& text = value.get_ref<const std::string&>();
  const auto duration = config::parseDuration(text);
  if (!duration) {
    return badBody(inQuotes(field.name) + ": " + inQuotes(text) + " " + duration.error().message);
  }
  if (*duration <= core::Duration::zero()) return badBody(wanted + "more than nothing");
  (field.name == "grace" ? body.grace : body.duration) = *duration;
  return std::nullopt;
}

std::optional<Error> readText(const BodyField& field, const nlohmann::json& value,
                              std::string& text, std::size_t most) {
  if (!value.is_string()) return badBody(inQuotes(field.name) + " must be a text: " + field.help);
  text = value.get_ref<const std::string&>().substr(0, most);
  return std::nullopt;
}

std::optional<Error> readName(const BodyField& field, const nlohmann::json& value, Body& body) {
  std::string& name = field.name == "member"   ? body.member
                      : field.name == "target" ? body.target
                                               : body.name;
  if (auto problem = readText(field, value, name, kMaxReasonBytes)) return problem;
  if (name.empty()) return badBody(inQuotes(field.name) + " is empty: " + field.help);
  return std::nullopt;
}

std::optional<Error> readCount(const BodyField& field, const nlohmann::json& value, Body& body) {
  constexpr std::int64_t kMost = 1000;
  const bool whole = value.is_number_integer() && value.get<std::int64_t>() >= 1 &&
                     value.get<std::int64_t>() <= kMost;
  if (!whole) {
    return badBody(inQuotes(field.name) + " must be a whole number from 1 to 1000: " + field.help);
  }
  body.count = value.get<int>();
  return std::nullopt;
}

std::optional<Error> readRole(const BodyField& field, const nlohmann::json& value, Body& body) {
  std::string word;
  if (auto problem = readText(field, value, word, kMaxReasonBytes)) return problem;
  const auto role = config::roleNamed(word);
  if (!role) {
    return badBody(inQuotes(field.name) + ": " + inQuotes(word) +
                   " is no role (there are: " + config::roleNames() + ")");
  }
  body.role = *role;
  return std::nullopt;
}

std::optional<Error> readNames(const BodyField& field, const nlohmann::json& value, Body& body) {
  constexpr std::size_t kMostNames = 100;
  const bool texts = value.is_array() && std::all_of(value.begin(), value.end(),
                                                     [](const auto& v) { return v.is_string(); });
  if (!texts || value.size() > kMostNames) {
    return badBody(inQuotes(field.name) + " must be a list of at most 100 texts: " + field.help);
  }
  body.governors = value.get<std::vector<std::string>>();
  return std::nullopt;
}

std::optional<Error> readWord(const BodyField& field, const nlohmann::json& value, Body& body) {
  const auto& words = field.words;
  const bool known = value.is_string() &&
                     std::find(words.begin(), words.end(), value.get<std::string>()) != words.end();
  if (known) {
    body.words[field.name] = value.get<std::string>();
    return std::nullopt;
  }
  std::string choice;
  for (const std::string& word : words) choice += (choice.empty() ? "" : ", ") + inQuotes(word);
  return badBody(inQuotes(field.name) + " must be one of " + choice + ": " + field.help);
}

std::optional<Error> readField(const BodyField& field, const nlohmann::json& object, Body& body) {
  const auto found = object.find(field.name);
  if (found == object.end()) {
    if (!field.required) return std::nullopt;
    return badBody(inQuotes(field.name) + " is missing: " + field.help);
  }
  switch (field.type) {
    case FieldType::kReason:
      return readReason(field, *found, body);
    case FieldType::kDuration:
      return readDuration(field, *found, body);
    case FieldType::kName:
      return readName(field, *found, body);
    case FieldType::kCount:
      return readCount(field, *found, body);
    case FieldType::kWord:
      return readWord(field, *found, body);
    case FieldType::kError:
      return readText(field, *found, body.error, core::kErrorTextLimit);
    case FieldType::kRole:
      return readRole(field, *found, body);
    case FieldType::kNames:
      return readNames(field, *found, body);
    case FieldType::kSha256:
      return readText(field, *found, body.sha256, kMaxReasonBytes);
    case FieldType::kBoolean:
      break;
  }
  if (!found->is_boolean()) return badBody(inQuotes(field.name) + " must be true or false");
  booleanOf(body, field.name) = found->get<bool>();
  return std::nullopt;
}

}  // namespace

std::string_view Body::word(std::string_view field) const {
  const auto found = words.find(field);
  return found == words.end() ? std::string_view{} : found->second;
}

Result<Body> readBody(const http::Request& request, const std::vector<BodyField>& fields) {
  const auto object = io::parseJsonObject(request.body);
  if (!object) return object.error();
  for (const auto& [key, value] : object->items()) {
    const auto same = [&key = key](const BodyField& field) { return field.name == key; };
    if (std::none_of(fields.begin(), fields.end(), same)) return unknownKey(key, fields);
  }
  Body body;
  for (const BodyField& field : fields) {
    if (auto problem = readField(field, *object, body)) return *problem;
  }
  return body;
}

http::Router routerOf(const std::vector<Call>& calls) {
  http::Router router;
  for (const Call& call : calls) {
    router.add({call.method, call.path, call.needs, call.handler, call.body_limit, call.streamed,
                call.brief});
  }
  return router;
}

}  // namespace heald::api
