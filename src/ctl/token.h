#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace heald::ctl {

using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

// The control token, or where it was looked for and why it is not from there.
struct Token {
  std::string value;                  // empty: none was found
  std::string file = {};              // where it is from
  bool named = false;                 // by a person, not found in a usual place
  std::vector<std::string> failures;  // one sentence a place

  // A line for each place.
  std::string whyNot() const;
};

// From `file` alone when it is not empty, else from HEALD_TOKEN_FILE alone, else from the first
// that is readable of: control.token in $STATE_DIRECTORY (each of them), `state` (heald's own),
// $XDG_STATE_HOME/heald and ~/.local/state/heald. Reads files, changes nothing.
Token findToken(const std::string& file, const Lookup& environment,
                const std::string& state = "/var/lib/heald");

}  // namespace heald::ctl
