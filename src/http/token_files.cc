#include "http/token_files.h"

#include <utility>

#include "io/token.h"

namespace heald::http {

TokenFiles::TokenFiles(const std::vector<config::TokenOption>& options, Tokens& tokens, Told told)
    : tokens_(tokens), told_(std::move(told)) {
  for (const config::TokenOption& option : options) {
    One& one = all_.emplace_back(One{option, {}});
    if (const std::string problem = read(one); !problem.empty()) told_(option.name, problem);
  }
  if (!all_.empty()) watcher_.emplace(kInterval, [this] { refresh(); });
}

void TokenFiles::refresh() {
  for (One& one : all_) {
    if (one.watched.changed()) told_(one.option.name, read(one));
  }
}

// "" or why it is not taken.
std::string TokenFiles::read(One& one) {
  one.watched.clear();
  one.watched.add(one.option.file);
  const auto token = io::readTokenFile(one.option.file);
  tokens_.configure(one.option.name, one.option.grant,
                    token ? std::optional<std::string_view>(*token) : std::nullopt,
                    one.option.file);
  return token ? "" : token.error().message;
}

}  // namespace heald::http
