#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "api/call.h"

namespace heald::api {
namespace {

using nlohmann::ordered_json;

ordered_json fieldSchema(const BodyField& field) {
  if (field.type == FieldType::kBoolean) {
    return {{"type", "boolean"}, {"description", field.help}};
  }
  if (field.type == FieldType::kDuration) {
    return {{"type", "string"}, {"example", "10m"}, {"description", field.help}};
  }
  if (field.type == FieldType::kCount) {
    return {{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}, {"description", field.help}};
  }
  if (field.type == FieldType::kRole) {
    return {{"type", "string"}, {"enum", config::allRoleNames()}, {"description", field.help}};
  }
  if (field.type == FieldType::kNames) {
    return {{"type", "array"}, {"items", {{"type", "string"}}}, {"description", field.help}};
  }
  if (field.type == FieldType::kSha256) {
    return {{"type", "string"}, {"pattern", "^[0-9a-f]{64}$"}, {"description", field.help}};
  }
  if (field.type == FieldType::kWord) {
    return {{"type", "string"}, {"enum", field.words}, {"description", field.help}};
  }
  if (field.type == FieldType::kName || field.type == FieldType::kError) {
    return {{"type", "string"}, {"description", field.help}};
  }
  return {{"type", "string"},
          {"minLength", 1},
          {"maxLength", kMaxReasonBytes},
          {"description", field.help}};
}

ordered_json bodySchema(const std::vector<BodyField>& fields) {
  ordered_json required = ordered_json::array();
  ordered_json properties = ordered_json::object();
  for (const BodyField& field : fields) {
    properties[field.name] = fieldSchema(field);
    if (field.required) required.push_back(field.name);
  }
  ordered_json schema = {
      {"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = required;
  return schema;
}

ordered_json requestBody(const std::vector<BodyField>& fields) {
  const bool required = std::any_of(fields.begin(), fields.end(),
                                    [](const BodyField& field) { return field.required; });
  ordered_json body;
  body["required"] = required;
  body["content"]["application/json"]["schema"] = bodySchema(fields);
  return body;
}

ordered_json parametersOf(const Call& call) {
  const std::string& path = call.path;
  ordered_json parameters = ordered_json::array();
  for (auto open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1)) {
    parameters.push_back({{"name", path.substr(open + 1, path.find('}', open) - open - 1)},
                          {"in", "path"},
                          {"required", true},
                          {"schema", {{"type", "string"}}}});
  }
  for (const QueryField& field : call.query) {
    parameters.push_back({{"name", field.name},
                          {"in", "query"},
                          {"description", field.help},
                          {"schema", {{"type", "string"}}}});
  }
  return parameters;
}

ordered_json responses(const Call& call) {
  ordered_json success;
  success["description"] = call.success == 202   ? "Accepted; it runs now"
                           : call.success == 201 ? "Given"
                                                 : "Done";
  success["content"][call.content_type] = ordered_json::object();
  ordered_json failure;
  failure["description"] = "Why not";
  failure["content"]["application/json"]["schema"]["$ref"] = "#/components/schemas/Error";
  return {{std::to_string(call.success), success}, {"default", failure}};
}

std::string needText(http::Access access) {
  if (access == http::Access::kOpen) return "Needs no credential.";
  return "Needs the role " + http::rolesFor(access) +
         (access == http::Access::kRead ? "; none where the listener is on loopback." : ".");
}

ordered_json securityOf(http::Access access) {
  ordered_json token;
  token["token"] = ordered_json::array();
  ordered_json ways = ordered_json::array();
  if (access == http::Access::kRead) ways.push_back(ordered_json::object());
  ways.push_back(std::move(token));
  return ways;
}

ordered_json operation(const Call& call) {
  ordered_json value;
  value["summary"] = call.summary;
  value["x-heald-role"] = toString(call.needs);
  value["description"] = needText(call.needs);
  if (auto parameters = parametersOf(call); !parameters.empty()) {
    value["parameters"] = std::move(parameters);
  }
  if (call.needs != http::Access::kOpen) value["security"] = securityOf(call.needs);
  if (!call.body.empty()) value["requestBody"] = requestBody(call.body);
  value["responses"] = responses(call);
  return value;
}

ordered_json components() {
  ordered_json value;
  value["securitySchemes"]["token"] = {{"type", "http"}, {"scheme", "bearer"}};
  value["schemas"]["Error"] = ordered_json::parse(R"({
    "type": "object", "required": ["error"], "properties": {
      "error": {"type": "object", "required": ["code", "message"], "properties": {
        "code": {"type": "string"}, "message": {"type": "string"}}}}})");
  return value;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

ordered_json openApi(const std::vector<Call>& calls, std::string_view version) {
  ordered_json value;
  value["openapi"] = "3.0.3";
  value["info"] = {{"title", "heald control plane"}, {"version", version}};
  for (const Call& call : calls) value["paths"][call.path][lower(call.method)] = operation(call);
  value["components"] = components();
  return value;
}

}  // namespace heald::api
