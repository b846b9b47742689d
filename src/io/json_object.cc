#include "io/json_object.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "io/text.h"

namespace heald::io {
namespace {

struct Text {
  std::string_view body;
  std::string_view name;
};

Error at(const Text& text, std::size_t offset, std::string_view message) {
  const std::string_view body = text.body;
  const std::string_view before = body.substr(0, std::min(offset, body.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto line_start = before.rfind('\n');  // npos + 1 is 0: the first line starts there
  const auto column = 1 + before.size() - (line_start + 1);
  return {ErrorCode::kInvalid, std::string(text.name) + " is not valid: line " +
                                   std::to_string(line) + ", column " + std::to_string(column) +
                                   ": " + std::string(message)};
}

// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error …" without what
// the caller says itself.
std::string reason(const std::string& what) {
  const auto column = what.find("column ");
  const auto colon = what.find(": ", column == std::string::npos ? 0 : column);
  return colon == std::string::npos ? what : what.substr(colon + 2);
}

}  // namespace

// Counted before parsing, because the parser's callback knows no position.
std::size_t tooDeepAt(std::string_view json) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxJsonDepth) return i;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return std::string_view::npos;
}

Result<nlohmann::json> parseJsonObject(std::string_view body, std::string_view what) {
  const Text text{body, what};
  if (body.empty()) return nlohmann::json::object();
  if (const auto deep = tooDeepAt(body); deep != std::string_view::npos) {
    return at(text, deep, "nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
  }
  try {
    auto value = nlohmann::json::parse(body);
    if (!value.is_object()) return at(text, 0, "expected an object");
    return value;
  } catch (const nlohmann::json::parse_error& failure) {
    // It shows what it last read, however long, up to the middle of a character.
    return at(text, failure.byte > 0 ? failure.byte - 1 : 0, oneLine(reason(failure.what())));
  } catch (const nlohmann::json::exception& failure) {  // a number out of range
    return at(text, 0, oneLine(failure.what()));
  }
}

}  // namespace heald::io
