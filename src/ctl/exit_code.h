#pragma once

namespace heald::ctl {

// What healdctl tells scripts; in --help and docs/healdctl.md. The last three only with
// `status --check`, and kDegraded also with `run check`.
enum class ExitCode {
  kOk = 0,
  kRefused = 1,        // the daemon said no: the present state is in the way, or it cannot now
  kUsage = 2,          // wrong arguments: no such command, a value that is none
  kUnreachable = 3,    // no answer, or what answered is not heald
  kNotAuthorised = 4,  // no token, or the wrong one
  kNotFound = 5,       // no such governor, check, remedy or flag
  kBadFile = 6,        // a file cannot be read, or has mistakes: configuration, scenario, history
  kNoOutput = 7,       // the output could not be written: a full disk, a reader that has gone
  kWarnings = 8,       // check-config --strict: no mistake, but warnings
  kDegraded = 10,
  kDormant = 11,
  kDisabled = 12,
};

}  // namespace heald::ctl
