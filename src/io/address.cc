#include "io/address.h"

#include <curl/curl.h>
#include <strings.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "io/text.h"

namespace heald::io {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};

std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return "";
  const std::unique_ptr<char, FreeText> owner(text);
  return text;
}

bool isControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool isToken(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return alnum || kMarks.find(c) != std::string_view::npos;
}

}  // namespace

std::string urlProblem(const std::string& url) {
  const std::unique_ptr<CURLU, FreeUrl> parsed(curl_url());
  const CURLUcode code =
      curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME);
  const std::string scheme = part(parsed.get(), CURLUPART_SCHEME);
  if (code != CURLUE_OK || part(parsed.get(), CURLUPART_HOST).empty()) {
    return "is not a URL (example: http://127.0.0.1:8080/healthz)";
  }
  if (scheme != "http" && scheme != "https") return "must begin with http:// or https://";
  const bool secret = !part(parsed.get(), CURLUPART_USER).empty() ||
                      !part(parsed.get(), CURLUPART_PASSWORD).empty();
  return secret
             ? "holds a user or password; secrets come from a file (basic_auth, bearer_token_file)"
             : "";
}

std::optional<HostPort> parseHostPort(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon), digits = text.substr(colon + 1);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || (host.find(':') != std::string_view::npos) != bracketed) return std::nullopt;
  if (host.find_first_of(" \t/@[]?#%\\") != std::string_view::npos) return std::nullopt;
  int port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  if (!whole || port < 1 || port > 65535) return std::nullopt;
  return HostPort{std::string(host), port};
}

std::string serverNameProblem(const std::string& name) {
  const bool fits = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return isToken(c) && std::string_view("!#$%&'*+^`|~").find(c) == std::string_view::npos;
  });
  return fits ? "" : "is not the name of a server (example: db.example.org)";
}

bool headerIs(const std::string& name, const std::string& header) {
  return strcasecmp(name.c_str(), header.c_str()) == 0;
}

std::string headerProblem(const std::string& name, const std::string& value) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), isToken)) {
    return "is not a header name (example: Accept)";
  }
  if (std::any_of(value.begin(), value.end(), isControl)) return "has a control character";
  return "";
}

std::string headerValue(std::string_view text) {
  return oneLine(text, std::string::npos);
}

}  // namespace heald::io
