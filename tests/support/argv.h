#pragma once

#include <string>
#include <vector>

namespace heald::test {

// The words as execve takes them; they have to outlive the pointers.
inline std::vector<char*> pointersTo(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace heald::test
