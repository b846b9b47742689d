#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/model.h"
#include "http/tokens.h"
#include "io/every.h"
#include "io/watched_files.h"

namespace heald::http {

// The tokens that the configuration names, each in a file of the operator's. The files are looked
// at every second, and read anew when they have changed. One that cannot be read lets nobody in.
class TokenFiles {
 public:
  static constexpr std::chrono::seconds kInterval{1};

  // What has been read anew, with "" or why it is not taken; at first only what is not taken. On a
  // thread of its own from then on.
  using Told = std::function<void(const std::string& name, const std::string& problem)>;

  // `tokens` and what `told` uses outlive it.
  TokenFiles(const std::vector<config::TokenOption>& options, Tokens& tokens, Told told);

  // Looks whether a file has changed, as happens every second. For tests: any thread, not two.
  void refresh();

 private:
  struct One {
    config::TokenOption option;
    io::WatchedFiles watched;
  };
  std::string read(One& one);

  Tokens& tokens_;
  const Told told_;
  std::vector<One> all_;
  std::optional<io::Every> watcher_;  // last: it ends before what it uses
};

}  // namespace heald::http
