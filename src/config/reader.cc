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

Error unreadable(const std::string& why, const FileKind& kind) {
  return {ErrorCode::kInvalid, "cannot be read: " + why + " (name a " + kind.noun + " file)"};
}

}  // namespace

std::vector<Problem> readFields(std::string_view text, const std::string& file,
                                const Lookup& environment, const std::function<void(Fields&)>& read,
                                const FileKind& kind) {
  const std::variant<Node, SyntaxFault> document = parseDocument(text, kind);
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

Result<std::string> loadFile(const std::string& path, const FileKind& kind) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error) return unreadable(error.message(), kind);
  if (!std::filesystem::is_regular_file(status))
    return unreadable("it is not a regular file", kind);
  std::ifstream input(path, std::ios::binary);
  if (!input) return unreadable(std::generic_category().message(errno), kind);
  std::string content(kMaxDocumentBytes + 1, '\0');
  input.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (input.bad()) return unreadable("input/output error", kind);
  content.resize(static_cast<std::size_t>(input.gcount()));
  return content;
}

}  // namespace heald::config
