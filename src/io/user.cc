#include "io/user.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

#include "io/text.h"

namespace heald::io {
namespace {

constexpr std::size_t kEntryBytes =
    64 * 1024;  // of a user or a group; one with many members is long
constexpr int kMaxGroups = 65536;

// The highest number means "no user" to the system.
std::optional<std::uint32_t> asNumber(const std::string& text) {
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  const bool whole = read.ec == std::errc{} && read.ptr == end;
  return whole && number < std::numeric_limits<std::uint32_t>::max() ? std::optional(number)
                                                                     : std::nullopt;
}

Error unknown(const char* what, const std::string& name, int error) {
  if (error == 0 || error == ENOENT || error == ESRCH) {
    return {ErrorCode::kNotFound, oneLine(std::string("there is no ") + what + " " + name)};
  }
  return {ErrorCode::kUnavailable,
          oneLine(std::string(what) + " " + name + ": " + strerror(error))};
}

// An entry of the user database, with the memory that it points to.
struct UserEntry {
  explicit UserEntry(const std::string& name) : memory(kEntryBytes) {
    error = getpwnam_r(name.c_str(), &entry, memory.data(), memory.size(), &found);
  }
  explicit UserEntry(uid_t number) : memory(kEntryBytes) {
    error = getpwuid_r(number, &entry, memory.data(), memory.size(), &found);
  }
  UserEntry(const UserEntry&) = delete;
  UserEntry& operator=(const UserEntry&) = delete;

  std::vector<char> memory;
  passwd entry{};
  passwd* found = nullptr;
  int error = 0;
};

Result<gid_t> groupNumber(const std::string& name) {
  if (const auto number = asNumber(name)) return *number;
  std::vector<char> memory(kEntryBytes);
  ::group entry{};
  ::group* found = nullptr;
  const int error = getgrnam_r(name.c_str(), &entry, memory.data(), memory.size(), &found);
  if (found) return entry.gr_gid;
  return unknown("group", name, error);
}

std::vector<gid_t> groupsOf(const char* name, gid_t group) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  while (getgrouplist(name, group, groups.data(), &count) < 0 && count <= kMaxGroups) {
    groups.resize(static_cast<std::size_t>(count));
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

Result<RunAs> withEntry(const passwd& entry, std::optional<gid_t> group) {
  RunAs as;
  as.uid = entry.pw_uid;
  as.gid = group.value_or(entry.pw_gid);
  as.groups = groupsOf(entry.pw_name, as.gid);
  as.name = entry.pw_name;
  as.home = entry.pw_dir && entry.pw_dir[0] == '/' ? entry.pw_dir : "/";
  return as;
}

Result<RunAs> named(const std::string& user, std::optional<gid_t> group) {
  const auto number = asNumber(user);
  const UserEntry known = number ? UserEntry(*number) : UserEntry(user);
  if (known.found) return withEntry(known.entry, group);
  if (!number) return unknown("user", user, known.error);
  if (!group) {
    return Error{ErrorCode::kNotFound,
                 "user " + user +
                     " has no entry on this machine, so that its group is not known "
                     "(give it a group as well)"};
  }
  return RunAs{*number, *group, {*group}, user, "/"};
}

Result<RunAs> own(gid_t group) {
  const UserEntry entry(geteuid());
  RunAs as{geteuid(), group, {group}, userName(geteuid()), "/"};
  if (entry.found && entry.entry.pw_dir) as.home = entry.entry.pw_dir;
  return as;
}

std::string nameProblem(const std::string& name, const char* example) {
  const bool wrong = trim(name).empty() || name.starts_with('-') ||
                     name.find_first_of(" :/\t\n") != std::string::npos;
  return wrong ? example : "";
}

}  // namespace

std::string userNameProblem(const std::string& user) {
  return nameProblem(user, "is not the name of a user (examples: www-data, 1000)");
}

std::string groupNameProblem(const std::string& group) {
  return nameProblem(group, "is not the name of a group (examples: www-data, 1000)");
}

Result<uid_t> userNumber(const std::string& user) {
  if (const auto number = asNumber(user)) return *number;
  const UserEntry known(user);
  if (known.found) return known.entry.pw_uid;
  return unknown("user", user, known.error);
}

std::string userName(uid_t user) {
  const UserEntry known(user);
  return known.found ? known.entry.pw_name : std::to_string(user);
}

Result<RunAs> runAs(const std::string& user, const std::string& group) {
  std::optional<gid_t> chosen;
  if (!group.empty()) {
    const auto number = groupNumber(group);
    if (!number) return number.error();
    chosen = *number;
  }
  const auto as = user.empty() ? own(chosen.value_or(getegid())) : named(user, chosen);
  if (!as) return as;
  const bool itself = as->uid == geteuid() && as->gid == getegid();
  if (geteuid() != 0 && !itself) {
    return Error{ErrorCode::kInvalid,
                 "only root can become another user or group, and heald runs "
                 "as " +
                     userName(geteuid())};
  }
  return as;
}

Result<std::shared_ptr<const RunAs>> ConfiguredUser::get() const {
  const std::lock_guard lock(mutex_);
  if (known_ || (user_.empty() && group_.empty())) return known_;
  auto as = runAs(user_, group_);
  if (!as) return as.error();
  known_ = std::make_shared<const RunAs>(std::move(*as));
  return known_;
}

}  // namespace heald::io
