#include "engine/remedy_names.h"

namespace heald::engine {

std::vector<std::string> remediesNamed(const Setup& setup, const std::string& name) {
  std::vector<std::string> members;
  for (const RemedySpec& remedy : setup.remedies) {
    if (remedy.name == name) return {name};
    if (!name.empty() && remedy.name.starts_with(name + "@")) members.push_back(remedy.name);
  }
  return members;
}

}  // namespace heald::engine
