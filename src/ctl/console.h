#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <ostream>
#include <string>

#include "ctl/client.h"

namespace heald::ctl {

// One run of healdctl against one daemon: asks, prints, and remembers nothing.
struct Console {
  Client& client;
  std::ostream& out;
  std::ostream& err;
  bool colours = false;
  bool as_json = false;

  // Prints why not to `err`, with as_json also to `out`, and returns the exit code.
  ExitCode fail(const Failure& failure) const;
  ExitCode fail(ExitCode code, const std::string& message) const { return fail({code, message}); }

  // The JSON object of a read. Nothing after it has said why, in `code`.
  std::optional<nlohmann::ordered_json> read(const std::string& path, ExitCode& code) const;
};

// What a command wants: a name, or all, or neither.
struct Target {
  std::string name;
  bool all = false;
};

// One attempt of a remedy, or one permit of a governor.
struct ToApprove {
  std::string name;
  bool permit = false;
  std::string target;
  int step = 0;  // 0: none was named
  std::string length;
};

ExitCode showFlags(const Console& console);
ExitCode resume(const Console& console, const Target& target, const std::string& reason);
ExitCode enterDormant(const Console& console, const Target& target, const std::string& reason);
ExitCode reset(const Console& console, const std::string& name, bool force);
ExitCode retry(const Console& console, const std::string& name, const std::string& reason);
ExitCode setFlag(const Console& console, const std::string& name, bool enabled,
                 const std::string& reason);
ExitCode reloadConfiguration(const Console& console);
ExitCode runCheck(const Console& console, const std::string& name);
ExitCode runRemedy(const Console& console, const std::string& name);
// `length` is a duration as a text: "2h".
ExitCode approve(const Console& console, const ToApprove& what, const std::string& reason);
ExitCode unapprove(const Console& console, const ToApprove& what);
ExitCode pause(const Console& console, const Target& target, const std::string& length,
               const std::string& reason);
ExitCode unpause(const Console& console, const Target& target);

}  // namespace heald::ctl
