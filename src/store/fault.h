#pragma once

#include <stdexcept>
#include <string>

#include "store/stats.h"

namespace heald::store {

// Why something of the store failed, in one line. Inside this folder only: the functions of Store
// catch it and return the text.
struct Fault : std::runtime_error {
  explicit Fault(const std::string& what, Cause its_cause = Cause::kOther)
      : std::runtime_error(what), cause(its_cause) {}
  Cause cause;
};

// A transaction failed when it was nearly done: it may be on disk.
struct InDoubt : Fault {
  using Fault::Fault;
};

}  // namespace heald::store
