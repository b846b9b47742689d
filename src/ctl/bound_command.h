#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "ctl/exit_code.h"
#include "ctl/token.h"

namespace heald::ctl {

struct BoundOptions {
  std::string file;
  std::optional<int> max;  // the most attempts that any governor may have
  bool as_json = false;
};

// `healdctl bound`: for each governor of a configuration the most attempts before a human must act
// and the least time that they take, from proof/bound.h. kRefused when the file has problems, when
// a governor has more than `max`, or when a statement of docs/governor.md does not hold. Needs no
// daemon; takes up to some seconds for each policy that differs.
ExitCode showBounds(const BoundOptions& options, const Lookup& environment, std::ostream& out,
                    std::ostream& err);

}  // namespace heald::ctl
