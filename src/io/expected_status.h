#pragma once

#include <string>
#include <vector>

namespace heald::io {

// Which HTTP statuses are wanted: those of the list, or any 2xx when it is empty.
struct ExpectedStatus {
  std::vector<int> list;

  bool allows(int status) const;
  // "status 503 (expected 200 or 204)"
  std::string complaint(int status) const;
};

}  // namespace heald::io
