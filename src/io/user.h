#pragma once

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "heald/result.h"

namespace heald::io {

// The user that a command runs as: all that makes a process hers.
struct RunAs {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // the supplementary ones
  std::string name;           // "www-data"; a number that has no name stays a number
  std::string home;           // "/" when she has no entry
};

// What is wrong with the name of a user or a group in a configuration, or "".
std::string userNameProblem(const std::string& user);
std::string groupNameProblem(const std::string& group);

// The number of a user, by name or number. kNotFound when there is no such user, kUnavailable when
// the name service cannot tell. Asks it, so it may block; as does runAs().
Result<uid_t> userNumber(const std::string& user);
// "www-data", or the number where it has no name.
std::string userName(uid_t user);

// A user with her groups, as a login would have them; with a `group` that instead of her own first
// one. An empty `user` is heald's own with that group alone; a number without an entry needs a
// group.
//
// Fails with kInvalid when heald cannot become that user: only root can become another.
Result<RunAs> runAs(const std::string& user, const std::string& group);

// The user that a configuration names for a command. Thread-safe.
class ConfiguredUser {
 public:
  // Neither is heald's own user, as she is.
  ConfiguredUser(std::string user, std::string group)
      : user_(std::move(user)), group_(std::move(group)) {}

  // As runAs(), looked up by the first call that succeeds; nullptr for heald's own. The user stays
  // who she was then, as long as the configuration is in force.
  Result<std::shared_ptr<const RunAs>> get() const;

 private:
  const std::string user_, group_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const RunAs> known_;
};

}  // namespace heald::io
