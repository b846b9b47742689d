#include "config/reader.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <variant>

#include "config/document.h"
#include "config/fields_reader.h"
#include "config/value_reader.h"

namespace heald::config {
namespace {

Error unreadable(const std::string& why) {
  return {ErrorCode::kInvalid, "cannot be read: " + why + " (name a configuration file)"};
}

}  // namespace

std::vector<Problem> readFields(std::string_view text, const std::string& file,
                                const Lookup& environment,
                                const std::function<void(Fields&)>& read) {
  const std::variant<Node, SyntaxFault> document = parseDocument(text);
  if (const auto* fault = std::get_if<SyntaxFault>(&document)) {
    return {{file, fault->place, "", fault->message}};
  }
  const Node& root = std::get<Node>(document);
  ValueReader values(file, environment);
  FieldsReader fields(root, {root.place, ""}, values);
  read(fields);
  fields.finish();
  return sorted(values.problems());
}

Result<std::string> loadFile(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error) return unreadable(error.message());
  if (!std::filesystem::is_regular_file(status)) return unreadable("it is not a regular file");
  std::ifstream input(path, std::ios::binary);
  if (!input) return unreadable(std::generic_category().message(errno));
  std::string content(kMaxDocumentBytes + 1, '\0');
  input.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (input.bad()) return unreadable("input/output error");
  content.resize(static_cast<std::size_t>(input.gcount()));
  return content;
}

}  // namespace heald::config
