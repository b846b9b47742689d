#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "config/model.h"
#include "heald/daemon.h"
#include "heald/result.h"
#include "metrics/sources.h"

namespace heald::app {

// A configuration as it is on disk at this moment, with what the daemon's flags override.
struct Configuration {
  config::Config config;
  // What the log tells of it: keys that are deprecated, and what has changed its meaning.
  std::vector<std::string> warnings;
  std::uint64_t hash = 0;  // config::ReadResult::hash
};

// What a reading depended on, and what it found: the same as another's if nothing has changed in
// between. Also of one that failed.
struct Reading {
  std::vector<std::string> looked_at;  // files, and folders of patterns
  std::uint64_t hash = 0;
  std::string own;       // what the hash leaves out: the name and the url of a replica
  std::string mistakes;  // "" or the Error's message

  bool sameAs(const Reading& other) const {
    return hash == other.hash && own == other.own && mistakes == other.mistakes;
  }
};

// The Error has one line for each mistake: "file:line:col: path: what is wrong (what would be
// right)".
Result<Configuration> readConfiguration(const DaemonOptions& options, Reading& reading);

// What `wanted` changes that a running heald cannot: one line for each key, or "".
std::string whatNeedsARestart(const config::Config& in_force, const config::Config& wanted);

// What the metrics tell about reloads. Thread-safe.
class ReloadFigures {
 public:
  ReloadFigures(std::uint64_t hash, core::WallTime loaded_at);
  void succeeded(std::uint64_t hash, core::WallTime at);
  void failed();
  metrics::ConfigFigures read() const;

 private:
  mutable std::mutex mutex_;
  metrics::ConfigFigures figures_;
};

}  // namespace heald::app
