#include "io/trusted_file.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "io/text.h"
#include "io/user.h"

namespace heald::io {
namespace {

constexpr int kMaxLinks = 40;  // the kernel's own limit
constexpr const char* kAcl = "system.posix_acl_access";

// A file, folder or link, as it was found.
struct Item {
  std::string path;
  struct stat status {};
  bool has_acl = false;
  bool read_only = false;
  bool is_way = false;  // a folder or link that leads to the file
};

std::string groupName(gid_t group) {
  std::array<char, 16 * 1024> memory;
  ::group entry{};
  ::group* found = nullptr;
  getgrgid_r(group, &entry, memory.data(), memory.size(), &found);
  return found ? found->gr_name : std::to_string(group);
}

bool isTrusted(uid_t owner, std::optional<uid_t> also) {
  return owner == 0 || owner == geteuid() || owner == also;
}

// Of a user alone, by the custom of giving each a group of that name.
bool isPrivate(gid_t group, uid_t user) {
  return groupName(group) == userName(user);
}

bool isTrustedGroup(gid_t group) {
  return group == 0 || (geteuid() != 0 && group == getegid() && isPrivate(group, geteuid()));
}

std::string modeText(mode_t mode) {
  std::string digits(4, '0');
  for (int i = 3; i >= 0; --i, mode >>= 3) digits[static_cast<std::size_t>(i)] += mode & 7;
  return digits;
}

// Who may write to it besides its owner: "everybody", "group staff", or "".
std::string otherWriters(const Item& item) {
  const mode_t mode = item.status.st_mode;
  const bool sticky = S_ISDIR(mode) && (mode & S_ISVTX) != 0;
  if (item.read_only || sticky || S_ISLNK(mode)) return "";
  if ((mode & S_IWOTH) != 0) return "everybody";
  if ((mode & S_IWGRP) == 0) return "";
  if (item.has_acl) return "those of its access list";
  return isTrustedGroup(item.status.st_gid) ? "" : "group " + groupName(item.status.st_gid);
}

std::string trustedNames() {
  return geteuid() == 0 ? "root" : "root and " + userName(geteuid());
}

std::string problemOf(const Item& item, const std::string& file, std::optional<uid_t> also) {
  const bool foreign = !isTrusted(item.status.st_uid, also);
  const std::string writers = otherWriters(item);
  if (!foreign && writers.empty()) return "";
  const char* what = S_ISLNK(item.status.st_mode) ? "the link " : "the folder ";
  const std::string subject = item.is_way ? ": " + (what + item.path) : std::string(":");
  const std::string mode = " (mode " + modeText(item.status.st_mode) + ")";
  const std::string place = core::quotedForShell(item.path);
  const std::string owner = geteuid() == 0 ? "root" : userName(geteuid());
  std::string text = file + subject;
  std::string mend, instead;
  if (foreign) {
    const std::string name = userName(item.status.st_uid);
    text += " belongs to " + name + mode;
    if (geteuid() == 0) instead = "run heald as " + name + ", or ";
    mend =
        std::string("chown ") + (S_ISLNK(item.status.st_mode) ? "-h " : "") + owner + ": " + place;
  } else {
    text += " may be written by " + writers + mode;
  }
  if (!S_ISLNK(item.status.st_mode)) mend += (mend.empty() ? "" : " && ") + ("chmod go-w " + place);
  return oneLine(
      text + ", and heald obeys files of " + trustedNames() + " alone; " + instead + "run: " + mend,
      4096);
}

Result<Item> itemOf(int fd, const std::string& path) {
  Item item{.path = path};
  if (fstat(fd, &item.status) != 0) {
    return Error{ErrorCode::kUnavailable, path + ": cannot look at it"};
  }
  struct statvfs system {};
  item.read_only = fstatvfs(fd, &system) == 0 && (system.f_flag & ST_RDONLY) != 0;
  item.has_acl = fgetxattr(fd, kAcl, nullptr, 0) > 0;
  return item;
}

std::optional<Item> itemOnTheWay(const std::string& path) {
  Item item{.path = path, .is_way = true};
  if (lstat(path.c_str(), &item.status) != 0) return std::nullopt;
  struct statvfs system {};
  item.read_only = statvfs(path.c_str(), &system) == 0 && (system.f_flag & ST_RDONLY) != 0;
  item.has_acl = lgetxattr(path.c_str(), kAcl, nullptr, 0) > 0;
  return item;
}

std::string absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  char* here = getcwd(nullptr, 0);
  const std::string folder = here ? here : "";
  free(here);
  return folder + "/" + path;
}

std::string targetOf(const std::string& link) {
  std::array<char, PATH_MAX> target;
  const ssize_t size = readlink(link.c_str(), target.data(), target.size());
  return {target.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

// Puts the words of a path in front of those that are still to go.
void push(std::vector<std::string>& words, const std::string& path) {
  std::size_t end = path.size();
  while (end > 0) {
    const std::size_t slash = path.rfind('/', end - 1);
    const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
    if (end > begin) words.push_back(path.substr(begin, end - begin));
    end = slash == std::string::npos ? 0 : slash;
  }
}

// Every folder and link that leads to a file, as the system would go, and at last the file itself
// (which is no part of the way). Ends early where there is nothing.
std::vector<Item> wayTo(const std::string& path) {
  std::vector<Item> way;
  std::vector<std::string> words;  // still to go, the next one last
  push(words, absolute(path));
  std::string at;  // "" is the root
  int links = 0;
  if (const auto root = itemOnTheWay("/")) way.push_back(*root);
  while (!words.empty()) {
    const std::string word = std::move(words.back());
    words.pop_back();
    if (word == ".") continue;
    if (word == "..") {
      at.resize(at.empty() ? 0 : at.rfind('/'));
      continue;
    }
    auto item = itemOnTheWay(at + "/" + word);
    if (!item) return way;
    const bool link = S_ISLNK(item->status.st_mode);
    item->is_way = link || S_ISDIR(item->status.st_mode);
    way.push_back(*item);
    if (!link) {
      at += "/" + word;
      continue;
    }
    if (++links > kMaxLinks) return way;
    const std::string target = targetOf(item->path);
    if (target.starts_with('/')) at.clear();
    push(words, target);
  }
  return way;
}

}  // namespace

std::string ownerProblem(int fd, const std::string& path) {
  const auto item = itemOf(fd, path);
  return item ? problemOf(*item, path, std::nullopt) : item.error().message;
}

std::string pathProblem(const std::string& path, std::optional<uid_t> also) {
  for (const Item& item : wayTo(path)) {
    const std::string problem = problemOf(item, path, also);
    if (!problem.empty()) return problem;
  }
  return "";
}

// Whoever puts a file, a folder or a link there owns it. So where others may write as well, what
// they put there is theirs; only what is root's may be nobody else's work.
Result<Authority> authorityOf(int fd, const std::string& path) {
  const auto file = itemOf(fd, path);
  if (!file) return file.error();
  std::vector<Item> items = wayTo(path);
  std::erase_if(items, [](const Item& item) { return !item.is_way; });
  items.push_back(*file);
  Authority authority;
  for (const Item& item : items) {
    const uid_t owner = item.status.st_uid;
    if (isTrusted(owner, authority.user)) continue;
    if (authority.user) {
      return Error{ErrorCode::kUnavailable,
                   oneLine(path + ": " + userName(owner) + " and " + userName(*authority.user) +
                           " both decide what is there (it has to be the file of one of them, in "
                           "her own folder or root's)")};
    }
    authority.user = owner;
  }
  if (authority.user) return authority;
  for (const Item& item : items) {
    const std::string problem = problemOf(item, path, std::nullopt);
    if (!problem.empty()) return Error{ErrorCode::kUnavailable, problem};
  }
  return authority;
}

}  // namespace heald::io
