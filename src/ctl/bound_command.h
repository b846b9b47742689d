#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "ctl/exit_code.h"
#include "ctl/token.h"

namespace heald::ctl {

struct BoundOptions {
  std::string file;
  // The most attempts that any governor may have; with targets, any one of them.
  std::optional<int> max;
  bool as_json = false;
  bool progress = false;  // tell on `err` what is explored
};

// `healdctl bound`: for each governor of a configuration the most attempts before a human must act
// and the least time that they take, from proof/bound.h. kRefused when the file has problems, when
// a governor has more than `max`, or when a statement of docs/governor.md does not hold. Needs no
// daemon; takes up to some seconds for each policy that differs.
ExitCode showBounds(const BoundOptions& options, const Lookup& environment, std::ostream& out,
                    std::ostream& err);

}  // namespace heald::ctl
