#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heald::io {

// Pure helpers for request targets. "Not decodable" is: a broken %-sequence, a control byte (NUL
// included) or bytes that are not UTF-8, encoded or not.

std::optional<std::string> percentDecode(std::string_view text);
// All but ASCII letters, digits and `plain` as %XX. Without `plain` what is left as it is are the
// unreserved characters of RFC 3986 (2.3): fit for every part of a target.
std::string percentEncode(std::string_view text, std::string_view plain = "-._~");

// "/api/checks/a%2Fb" -> {"api", "checks", "a/b"}: split first, decoded after, so that an encoded
// slash never makes a segment. Empty segments stay: "/api/" is {"api", ""}. Nothing when the path
// does not begin with a slash or is not decodable.
std::optional<std::vector<std::string>> splitPath(std::string_view path);

// "a=1&b=x+y" -> decoded pairs; '+' is a space; the last of a name counts.
std::optional<std::map<std::string, std::string, std::less<>>> parseQuery(std::string_view text);

}  // namespace heald::io
