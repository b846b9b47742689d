#pragma once

namespace heald::ctl {

// What healdctl tells scripts; in --help and docs/healdctl.md. The last three only with
// `status --check`, and kDegraded also with `run check`.
enum class ExitCode {
  kOk = 0,
  kRefused = 1,        // the daemon said no: the present state is in the way, or it cannot now
  kUsage = 2,          // wrong arguments; also a configuration that names what does not fit
  kUnreachable = 3,    // no answer, or what answered is not heald
  kNotAuthorised = 4,  // no token, or the wrong one
  kNotFound = 5,       // no such governor, check, remedy or flag
  kDegraded = 10,
  kDormant = 11,
  kDisabled = 12,
};

}  // namespace heald::ctl
