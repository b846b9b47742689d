#pragma once

#include <string>
#include <vector>

#include "config/fields.h"
#include "io/http_access.h"

namespace heald::outbox {

// A file that is read for each message or export, by the key that names it.
struct ReadFile {
  std::string key;   // "basic_auth.password_file"
  std::string path;  // "": there is none
  bool secret = true;
};

// Those of a request.
std::vector<ReadFile> filesOf(const io::HttpRequest& request, const io::HttpAccess& access);

// What is wrong with them, as the user who asks sees them: one is not there, may not be read, or
// (of a secret) may be read by everybody.
std::vector<config::HostProblem> problemsOfFiles(const std::vector<ReadFile>& files);

}  // namespace heald::outbox
