#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "heald/result.h"
#include "http/router.h"

namespace heald::api {

// A call of the API as one row: the router, the strict reading of its body and openapi.json are all
// made from it, so that none of them can say something else.

enum class FieldType {
  kReason,    // a text for people: one line, not blank, at most kMaxReasonBytes
  kBoolean,   // true or false
  kDuration,  // a text such as "10m"
  kName,      // a text as it is, not empty
  kCount,     // a whole number, 1 to 1000
  kWord,      // one of `words`
  kError,     // a text of any lines; what is beyond core::kErrorTextLimit is dropped
  kRole,      // the word of a role
  kNames,     // a list of texts
  kSha256,    // a text as it is
};

struct BodyField {
  std::string name;
  FieldType type = FieldType::kReason;
  bool required = true;  // without it a boolean is false
  std::string help;
  std::vector<std::string> words{};  // of a kWord
};

struct QueryField {
  std::string name;
  std::string help;
};

struct Call {
  std::string method;
  std::string path;
  http::Needs needs;
  std::string summary;
  std::vector<BodyField> body{};
  std::vector<QueryField> query{};
  std::string content_type = "application/json";
  int success = 200;
  bool brief = false;  // as Route::brief
  http::Handler handler{};
  std::size_t body_limit = 0;  // bytes; 0: as every call
  bool streamed = false;       // the handler reads the body piece by piece
};

inline constexpr std::size_t kMaxReasonBytes = 1024;

// What a body said. Fields that the call does not have are never read.
struct Body {
  std::string reason;  // without control characters and blanks at its ends; never blank
  bool force = false;
  bool enabled = false;
  bool ok = false;
  bool unused = false;
  std::optional<core::Duration> duration;  // `for`, `deadline` or `expires`; above zero
  std::optional<core::Duration> grace;
  std::string name;
  std::string member;
  std::string target;
  std::optional<int> count;  // of a kCount
  std::string error;
  config::Role role = config::Role::kRead;
  std::vector<std::string> governors;
  std::string sha256;
  std::map<std::string, std::string, std::less<>> words;  // of each kWord that is there

  std::string_view word(std::string_view field) const;  // "" where it is not
};

// Reads a body by the fields of its call. Error{kInvalid}, with what would be right: a key that is
// not among them, a wrong type, a required one missing, a reason that is blank or too long.
Result<Body> readBody(const http::Request& request, const std::vector<BodyField>& fields);

http::Router routerOf(const std::vector<Call>& calls);

// OpenAPI 3.0, compact.
nlohmann::ordered_json openApi(const std::vector<Call>& calls, std::string_view version);

}  // namespace heald::api
