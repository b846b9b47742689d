#include "config/schema.h"

#include "config/scalars.h"
#include "config/schema_fields.h"

namespace heald::config {
namespace {

using Json = SchemaFields::Json;

// ${NAME} of the environment, or {{key}} of a template.
constexpr char kReference[] =
    "\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}|\\{\\{ *[A-Za-z_][A-Za-z0-9_]* *\\}\\}";
constexpr char kDuration[] =
    "^([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h|d))+$|\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}|"
    "\\{\\{ *[A-Za-z_][A-Za-z0-9_]* *\\}\\}";

// A plain value, or a text with a ${NAME} that becomes one.
Json orReference(Json schema) {
  Json reference = {{"type", "string"}, {"pattern", kReference}};
  return {{"anyOf", Json::array({std::move(schema), std::move(reference)})}};
}

// A text may be written as a number or a boolean: the reader takes it as it stands.
Json textSchema(const TextRule& rule) {
  Json schema = {{"type", Json::array({"string", "number", "boolean"})}};
  if (!rule.empty_allowed) schema["minLength"] = 1;
  if (rule.one_of.empty()) return schema;
  return orReference({{"enum", rule.one_of}});
}

Json integerSchema(const IntegerRule& rule) {
  return orReference({{"type", "integer"}, {"minimum", rule.min}, {"maximum", rule.max}});
}

Json durationSchema(const DurationRule& rule) {
  Json schema = {{"type", "string"}, {"pattern", kDuration}};
  if (!rule.zero_allowed) return schema;
  return {{"anyOf", Json::array({std::move(schema), Json{{"const", 0}}})}};
}

Json listSchema(const ListRule& rule, Json items) {
  Json schema = {{"type", "array"}, {"items", std::move(items)}};
  if (!rule.empty_allowed) schema["minItems"] = 1;
  return schema;
}

// A list of plain values may be an item's in a template.
Json plainListSchema(const ListRule& rule, Json items) {
  return orReference(listSchema(rule, std::move(items)));
}

// Lists, each with the key of the defaults that complete its entries.
constexpr const char* kCompleted[][2] = {{"checks", "check_defaults"},
                                         {"remedies", "remedy_defaults"}};

constexpr char kDemanded[] = "demanded";  // of a kind, its `required`

// Takes out what kinds demand, as a schema that demands it; null when none does.
Json takeDemands(Json& schema) {
  Json demands;
  if (const auto found = schema.find(kDemanded); found != schema.end()) {
    demands["required"] = *found;
    schema.erase(kDemanded);
  }
  if (schema.contains("items")) {
    if (Json of_items = takeDemands(schema["items"]); !of_items.is_null()) {
      demands["items"] = std::move(of_items);
    }
  }
  if (!schema.contains("properties")) return demands;
  for (auto& [key, property] : schema["properties"].items()) {
    if (Json of_property = takeDemands(property); !of_property.is_null()) {
      demands["properties"][key] = std::move(of_property);
    }
  }
  return demands;
}

// What defaults may leave out: everything, and the choice of a kind.
void demandNothing(Json& schema) {
  schema.erase("required");
  schema.erase(kDemanded);
  schema.erase("oneOf");
  if (!schema.contains("properties")) return;
  for (auto& [key, property] : schema["properties"].items()) demandNothing(property);
}

}  // namespace

Json SchemaFields::describe(const std::function<void(Fields&)>& read) {
  SchemaFields fields;
  read(fields);
  // What a kind requires, the defaults may give: schemaOf demands it where there are none.
  for (const Json& choice : fields.one_of_) {
    Json& kind = fields.properties_[choice["required"][0].get<std::string>()];
    if (!kind.contains("required")) continue;
    kind[kDemanded] = std::move(kind["required"]);
    kind.erase("required");
  }
  Json schema = {{"type", "object"}, {"additionalProperties", false}};
  schema["properties"] = std::move(fields.properties_);
  if (!fields.required_.empty()) schema["required"] = std::move(fields.required_);
  if (!fields.one_of_.empty()) schema["oneOf"] = std::move(fields.one_of_);
  return schema;
}

void SchemaFields::add(std::string_view key, bool required, std::string_view help, Json schema) {
  const std::string name(key);
  if (!help.empty()) schema["description"] = std::string(help);
  properties_[name] = std::move(schema);
  if (required) required_.push_back(name);
}

void SchemaFields::text(std::string_view key, std::string& value, const TextRule& rule,
                        std::string_view help) {
  Json schema = textSchema(rule);
  if (!value.empty()) schema["default"] = value;
  add(key, rule.required, help, std::move(schema));
}

void SchemaFields::text(std::string_view key, std::optional<std::string>& value,
                        const TextRule& rule, std::string_view help) {
  std::string present = value.value_or("");
  text(key, present, rule, help);
}

void SchemaFields::boolean(std::string_view key, bool& value, std::string_view help) {
  Json schema = orReference({{"type", "boolean"}});
  schema["default"] = value;
  add(key, false, help, std::move(schema));
}

void SchemaFields::integer(std::string_view key, int& value, const IntegerRule& rule,
                           std::string_view help) {
  Json schema = integerSchema(rule);
  if (!rule.required) schema["default"] = value;
  add(key, rule.required, help, std::move(schema));
}

void SchemaFields::integer(std::string_view key, std::optional<int>& value, const IntegerRule& rule,
                           std::string_view help) {
  Json schema = integerSchema(rule);
  if (value) schema["default"] = *value;
  add(key, rule.required, help, std::move(schema));
}

void SchemaFields::duration(std::string_view key, core::Duration& value, const DurationRule& rule,
                            std::string_view help) {
  Json schema = durationSchema(rule);
  if (!rule.required) schema["default"] = durationText(value);
  add(key, rule.required, help, std::move(schema));
}

void SchemaFields::duration(std::string_view key, std::optional<core::Duration>& value,
                            const DurationRule& rule, std::string_view help) {
  Json schema = durationSchema(rule);
  if (value) schema["default"] = durationText(*value);
  add(key, rule.required, help, std::move(schema));
}

void SchemaFields::texts(std::string_view key, std::vector<std::string>& values,
                         const ListRule& rule, std::string_view help) {
  Json schema = plainListSchema(rule, textSchema({.empty_allowed = true}));
  if (!rule.required && (rule.empty_allowed || !values.empty())) schema["default"] = values;
  add(key, rule.required, help, std::move(schema));
}

void SchemaFields::integers(std::string_view key, std::vector<int>& values, const ListRule& rule,
                            const IntegerRule& each, std::string_view help) {
  Json schema = plainListSchema(rule, integerSchema(each));
  if (!rule.required && (rule.empty_allowed || !values.empty())) schema["default"] = values;
  add(key, rule.required, help, std::move(schema));
}

void SchemaFields::oneOrMore(std::string_view key, std::vector<std::string>& /*values*/,
                             std::string_view help) {
  Json text = textSchema({});
  Json list = listSchema({}, text);
  add(key, false, help, {{"anyOf", Json::array({std::move(text), std::move(list)})}});
}

void SchemaFields::items(std::string_view key, std::string_view help) {
  Json item = {{"type", "object"},
               {"propertyNames", {{"pattern", "^[A-Za-z_][A-Za-z0-9_]*$"}}},
               {"additionalProperties", {{"not", {{"type", "null"}}}}}};
  add(key, false, help, listSchema({}, std::move(item)));
}

bool SchemaFields::textMap(std::string_view key,
                           std::vector<std::pair<std::string, std::string>>& map,
                           std::string_view help) {
  Json schema = {{"type", "object"}, {"additionalProperties", textSchema({.empty_allowed = true})}};
  if (!map.empty()) schema["default"] = Json(Json::object_t(map.begin(), map.end()));
  add(key, false, help, std::move(schema));
  return true;
}

bool SchemaFields::section(std::string_view key, bool required, std::string_view help,
                           const std::function<void(Fields&)>& read) {
  add(key, required, help, describe(read));
  return false;
}

bool SchemaFields::sectionOr(std::string_view key, std::string_view word, bool& /*is_word*/,
                             std::string_view help, const std::function<void(Fields&)>& read) {
  Json schema = describe(read);
  schema["type"] = Json::array({"object", "string"});
  schema["pattern"] = "^" + std::string(word) + "$";  // of a string; the rest is of an object
  add(key, false, help, std::move(schema));
  return false;
}

void SchemaFields::defaults(std::string_view key, std::string_view help,
                            const std::function<void(Fields&)>& read) {
  Json schema = describe(read);
  demandNothing(schema);
  add(key, false, help, std::move(schema));
}

void SchemaFields::sections(std::string_view key, const ListRule& rule, std::string_view help,
                            const std::function<void(Fields&)>& read) {
  add(key, rule.required, help, listSchema(rule, describe(read)));
}

void SchemaFields::namedSections(std::string_view key, std::string_view help,
                                 const std::function<void(const std::string&, Fields&)>& read) {
  Json each = describe([&](Fields& fields) { read("NAME", fields); });
  add(key, false, help, {{"type", "object"}, {"additionalProperties", std::move(each)}});
}

Fields::Report SchemaFields::later(std::string_view /*key*/) {
  return [](const std::string&) {};
}

Fields::NameReport SchemaFields::unknownNameLater(std::string_view /*key*/,
                                                  std::string_view /*list*/) {
  return [](const std::string&, const std::string&) {};
}

void SchemaFields::exactlyOne(std::string_view /*noun*/, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) one_of_.push_back({{"required", Json::array({key})}});
}

std::string schemaOf(const std::string& title, const std::function<void(Fields&)>& read) {
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
  schema.update(SchemaFields::describe(read));
  const Json demands = takeDemands(schema);
  for (const auto& [list, defaults] : kCompleted) {
    if (!demands.contains("properties") || !demands["properties"].contains(list)) continue;
    schema["allOf"].push_back({{"if", {{"not", {{"required", Json::array({defaults})}}}}},
                               {"then", {{"properties", {{list, demands["properties"][list]}}}}}});
  }
  return schema.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace heald::config
