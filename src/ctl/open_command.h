#pragma once

#include <string>

#include "ctl/console.h"

namespace heald::ctl {

struct OpenOptions {
  std::string governor;  // "": the first screen
  bool print = false;    // the address, with the token, and no browser
};

// Opens the admin page in the browser of whoever asks, with the token, so that it may act at once.
// The token is in the fragment, which no server sees, and on no command line: the browser is given
// a file that only this user can read, and that is removed a moment later.
ExitCode openPage(const Console& console, const OpenOptions& options);

// The address of the page: "http://127.0.0.1:3001/#token=…&to=/governor/web".
std::string pageAddress(const std::string& url, const std::string& token,
                        const std::string& governor);

}  // namespace heald::ctl
