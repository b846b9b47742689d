#pragma once

#include <stdexcept>

namespace heald::store {

// Why something of the store failed, in one line. Inside this folder only: the functions of Store
// catch it and return the text.
struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A transaction failed when it was nearly done: it may be on disk.
struct InDoubt : Fault {
  using Fault::Fault;
};

}  // namespace heald::store
