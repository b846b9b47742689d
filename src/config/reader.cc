#include "config/reader.h"

#include <variant>

#include "config/document.h"
#include "config/fields_reader.h"
#include "config/value_reader.h"

namespace heald::config {

std::vector<Problem> readFields(std::string_view text, const std::string& file,
                                const Lookup& environment, const std::function<void(Fields&)>& read,
                                const FileKind& kind) {
  Weight used;
  const std::variant<Node, SyntaxFault> document = parseDocument(text, kind, used);
  if (const auto* fault = std::get_if<SyntaxFault>(&document)) {
    return {{file, fault->place, "", fault->message}};
  }
  const Node& root = std::get<Node>(document);
  const Sources sources(file);
  ValueReader values(sources, environment);
  FieldsReader fields(root, {root.place, ""}, values);
  read(fields);
  fields.finish();
  return sorted(values.problems());
}

}  // namespace heald::config
