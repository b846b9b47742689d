#include "ctl/token.h"

#include <algorithm>

#include "io/file.h"
#include "io/text.h"

namespace heald::ctl {
namespace {

constexpr const char* kFile = "/control.token";

// systemd separates several state directories with colons.
void addStateDirectories(std::string list, std::vector<std::string>& places) {
  while (!list.empty()) {
    const auto end = std::min(list.find(':'), list.size());
    if (end > 0) places.push_back(list.substr(0, end) + kFile);
    list.erase(0, end + 1);
  }
}

std::vector<std::string> usualPlaces(const Lookup& environment, const std::string& own) {
  std::vector<std::string> places;
  addStateDirectories(environment("STATE_DIRECTORY").value_or(""), places);
  places.push_back(own + kFile);
  if (const auto base = environment("XDG_STATE_HOME").value_or(""); !base.empty()) {
    places.push_back(base + "/heald" + kFile);
  }
  if (const auto home = environment("HOME").value_or(""); !home.empty()) {
    places.push_back(home + "/.local/state/heald" + kFile);
  }
  return places;
}

bool readInto(Token& token, const std::string& path) {
  const auto content = io::readSmallFile(path, 4096);
  if (!content) {
    token.failures.push_back(content.error().message);
    return false;
  }
  token.value = io::trim(*content);
  token.file = path;
  const bool fits = token.value.find_first_of(" \t\r\n") == std::string::npos;
  if (token.value.empty() || !fits) {
    token.value.clear();
    token.failures.push_back(path + ": holds no token");
  }
  return !token.value.empty();
}

}  // namespace

std::string Token::whyNot() const {
  std::string text = "looked for the token, and found none:";
  for (const std::string& failure : failures) text += "\n  " + failure;
  return text;
}

Token findToken(const std::string& file, const Lookup& environment, const std::string& state) {
  Token token;
  const std::string chosen = file.empty() ? environment("HEALD_TOKEN_FILE").value_or("") : file;
  token.named = !chosen.empty();
  if (token.named) {
    readInto(token, chosen);
    return token;
  }
  for (const std::string& path : usualPlaces(environment, state)) {
    if (readInto(token, path)) break;
  }
  return token;
}

}  // namespace heald::ctl
