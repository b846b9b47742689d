#include <nlohmann/json.hpp>
#include <sstream>

#include "ctl/man_pages.h"

namespace heald::ctl {
namespace {

using Json = nlohmann::ordered_json;

// These complete the entries of a list of which every key is described.
bool completesAnother(const std::string& key) {
  return key == "check_defaults" || key == "remedy_defaults";
}

// The one of several forms that says most: not a reference, not a list of what is a text as well.
const Json& plainForm(const Json& schema) {
  return schema.contains("anyOf") ? schema["anyOf"][0] : schema;
}

std::string valueText(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string typeOf(const Json& schema) {
  const Json& form = plainForm(schema);
  if (form.contains("enum")) {
    std::string words;
    for (const Json& word : form["enum"]) words += (words.empty() ? "" : "|") + valueText(word);
    return words;
  }
  const std::string type =
      form.contains("type") && form["type"].is_string() ? form["type"].get<std::string>() : "text";
  if (type == "integer") {
    return "integer from " + form["minimum"].dump() + " to " + form["maximum"].dump();
  }
  if (type == "string") return form.contains("pattern") ? "duration" : "text";
  if (type == "array") return "list";
  if (type == "object") return "mapping";
  return type;
}

bool demands(const Json& schema, const std::string& key) {
  if (!schema.contains("required")) return false;
  for (const Json& name : schema["required"]) {
    if (name == key) return true;
  }
  return false;
}

void writeKeys(std::ostream& out, const Json& schema, const std::string& path);

void writeKey(std::ostream& out, const Json& above, const std::string& key, const Json& schema,
              const std::string& path) {
  out << ".TP\n\\fB" << roffText(path + key) << "\\fR (" << roffText(typeOf(schema));
  if (demands(above, key)) out << ", required";
  const Json& form = plainForm(schema);
  const Json& holder = schema.contains("default") ? schema : form;
  if (holder.contains("default") && !valueText(holder["default"]).empty()) {
    out << ", default " << roffText(valueText(holder["default"]));
  }
  out << ")\n" << roffText(schema.value("description", "")) << "\n";
  if (completesAnother(key)) return;
  if (form.contains("properties")) {
    writeKeys(out, form, path + key + ".");
  } else if (form.contains("items") && form["items"].contains("properties")) {
    writeKeys(out, form["items"], path + key + "[].");
  } else if (form.contains("additionalProperties") && form["additionalProperties"].is_object() &&
             form["additionalProperties"].contains("properties")) {
    writeKeys(out, form["additionalProperties"], path + key + "{}.");
  }
}

void writeKeys(std::ostream& out, const Json& schema, const std::string& path) {
  for (const auto& [key, property] : schema["properties"].items()) {
    if (path.empty()) out << ".SS " << roffText(key) << "\n";
    writeKey(out, schema, key, property, path);
  }
}

}  // namespace

std::string manKeyList(std::string_view json_schema) {
  std::ostringstream out;
  writeKeys(out, Json::parse(json_schema), "");
  return out.str();
}

}  // namespace heald::ctl
