#pragma once

#include <string>
#include <vector>

#include "ctl/client.h"
#include "ctl/exit_code.h"

namespace heald::ctl {

// What a command that was given --json prints to stdout when it fails, in one line; the sentence
// goes to stderr as well:
//   {"error":{"code":"not_found","message":"no check \"gatewai\" …"},"exitCode":5}
// `code` is the API's word where heald has refused (its other keys, such as `guard`, stay beside
// `error`), else refused, usage, unreachable, not_authorised, not_found or bad_file.
std::string errorJson(const Failure& failure);

// With `error.problems`, one for each mistake with its place. kBadFile unless `code` says more.
std::string errorJson(const std::string& message, const std::vector<std::string>& problems,
                      ExitCode code = ExitCode::kBadFile);

}  // namespace heald::ctl
