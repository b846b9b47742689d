#include "io/acl.h"

#include <endian.h>
#include <linux/posix_acl_xattr.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace heald::io {
namespace {

constexpr std::size_t kMaxAcl = 64 * 1024;  // bytes; the kernel's limit for one attribute

// The kinds of entries; the kernel has no header for them.
constexpr unsigned kOwner = 0x01, kUser = 0x02, kOwningGroup = 0x04, kGroup = 0x08, kMask = 0x10,
                   kOthers = 0x20;

Error unknown(const char* what) {
  return {ErrorCode::kUnavailable, std::string("its access list ") + what};
}

void add(std::vector<Grant>& grants, Grant::To to, id_t id, unsigned permissions) {
  if (permissions != 0) grants.push_back({to, id, permissions});
}

std::vector<Grant> grantsOfMode(const struct stat& status) {
  std::vector<Grant> grants;
  add(grants, Grant::To::kGroup, status.st_gid, (status.st_mode & S_IRWXG) >> 3);
  add(grants, Grant::To::kEverybody, 0, status.st_mode & S_IRWXO);
  return grants;
}

using Entries = std::vector<posix_acl_xattr_entry>;

// As the kernel gives it: a version, then the entries, all in little endian.
Result<Entries> entriesOf(std::string_view bytes) {
  posix_acl_xattr_header header{};
  constexpr std::size_t kHead = sizeof header;
  constexpr std::size_t kEntry = sizeof(posix_acl_xattr_entry);
  if (bytes.size() < kHead || (bytes.size() - kHead) % kEntry != 0) return unknown("is damaged");
  std::memcpy(&header, bytes.data(), kHead);
  if (le32toh(header.a_version) != POSIX_ACL_XATTR_VERSION)
    return unknown("has an unknown version");
  Entries entries((bytes.size() - kHead) / kEntry);
  if (!entries.empty()) std::memcpy(entries.data(), bytes.data() + kHead, bytes.size() - kHead);
  return entries;
}

Result<std::vector<Grant>> grantsOfAcl(const Entries& entries, gid_t group) {
  unsigned mask = 7;  // without one, everything is granted as it stands
  for (const auto& entry : entries) {
    if (le16toh(entry.e_tag) == kMask) mask = le16toh(entry.e_perm);
  }
  std::vector<Grant> grants;
  for (const auto& entry : entries) {
    const id_t id = le32toh(entry.e_id);
    const unsigned permissions = le16toh(entry.e_perm);
    switch (le16toh(entry.e_tag)) {
      case kOwner:
      case kMask:
        break;
      case kUser:
        add(grants, Grant::To::kUser, id, permissions & mask);
        break;
      case kOwningGroup:
        add(grants, Grant::To::kGroup, group, permissions & mask);
        break;
      case kGroup:
        add(grants, Grant::To::kGroup, id, permissions & mask);
        break;
      case kOthers:
        add(grants, Grant::To::kEverybody, 0, permissions);
        break;
      default:
        return unknown("has an entry of an unknown kind");
    }
  }
  return grants;
}

}  // namespace

Result<std::vector<Grant>> grantsOf(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return unknown(std::strerror(errno));
  std::string bytes(kMaxAcl, '\0');
  const ssize_t size = ::fgetxattr(fd, "system.posix_acl_access", bytes.data(), bytes.size());
  if (size < 0 && (errno == ENODATA || errno == ENOTSUP)) return grantsOfMode(status);
  if (size < 0) return unknown(std::strerror(errno));
  const auto entries = entriesOf(std::string_view(bytes).substr(0, static_cast<std::size_t>(size)));
  if (!entries) return entries.error();
  return grantsOfAcl(*entries, status.st_gid);
}

}  // namespace heald::io
