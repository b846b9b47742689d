#pragma once

#include <string>

#include "ctl/token.h"
#include "heald/result.h"

namespace heald::ctl {

// How one heald is reached. Empty: not said.
struct Context {
  std::string url;
  std::string ca_file;    // of those who may have signed heald's certificate
  std::string cert_file;  // healdctl's own, and its key
  std::string key_file;
  std::string token_file;
};

// $XDG_CONFIG_HOME/heald/config.yml, or ~/.config/heald/config.yml; "" where neither is set.
std::string contextsFile(const Lookup& environment);

// One of those in the file:
//
//   current: prod
//   contexts:
//     prod:
//       url: https://heald.example.org:3001
//       ca_file: ca.pem
//       token_file: ~/.config/heald/prod.token
//
// Paths are beside the file, or begin with ~/. With an empty name the current one, and none at all
// where the file or `current` is not there. An Error{kInvalid} names the place of a mistake, and
// for a name that is not there those that are.
Result<Context> findContext(const std::string& name, const std::string& file,
                            const Lookup& environment);

}  // namespace heald::ctl
