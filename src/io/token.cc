#include "io/token.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <vector>

#include "io/acl.h"
#include "io/user.h"

namespace heald::io {

std::optional<std::string> randomToken() {
  std::array<unsigned char, 32> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return std::nullopt;
  }
  constexpr const char* kDigits = "0123456789abcdef";
  std::string token;
  for (const unsigned char byte : bytes) {
    token += kDigits[byte / 16];
    token += kDigits[byte % 16];
  }
  return token;
}

namespace {

constexpr std::size_t kMaxFile = 4096;  // bytes; a longer file is no token

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }
  bool open() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

Error failed(const std::string& path, std::string_view what) {
  return {ErrorCode::kUnavailable,
          "token file " + path + ": " + std::string(what) + ": " + std::strerror(errno)};
}

Error refused(const std::string& path, std::string_view why) {
  return {ErrorCode::kInvalid, "token file " + path + " " + std::string(why)};
}

std::string trimmed(const std::string& text) {
  constexpr const char* kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool isInGroup(gid_t group) {
  const int count = ::getgroups(0, nullptr);
  std::vector<gid_t> groups(count > 0 ? static_cast<std::size_t>(count) : 0);
  if (::getgroups(count, groups.data()) != count) return false;
  groups.push_back(::getegid());
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

// What root does to hand its file to a heald that is not root: reading, for heald or its group.
bool isHandOver(const struct stat& status, const Grant& grant) {
  if (::geteuid() == 0 || status.st_uid != 0 || grant.permissions != 4) return false;
  switch (grant.to) {
    case Grant::To::kUser:
      return grant.id == ::geteuid();
    case Grant::To::kGroup:
      return isInGroup(grant.id);
    case Grant::To::kEverybody:
      return false;
  }
  return false;
}

std::optional<Error> checkFile(const std::string& path, int fd, const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return refused(path, "is not a regular file");
  const auto grants = grantsOf(fd);
  if (!grants) return refused(path, "may be open to others: " + grants.error().message);
  for (const Grant& grant : *grants) {
    if (isHandOver(status, grant)) continue;
    return refused(path, "is open to others than its owner; run: chmod 600 " + path);
  }
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    const std::string owner = userName(::geteuid());
    return refused(path, "belongs to " + userName(status.st_uid) +
                             ", who could so command heald; run: chown " + owner + ": " + path +
                             " && chmod 600 " + path);
  }
  if (status.st_size > static_cast<off_t>(kMaxFile))
    return refused(path, "is too long for a token");
  return std::nullopt;
}

Result<std::string> readToken(const std::string& path, const File& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failed(path, "cannot look at it");
  if (auto problem = checkFile(path, file.get(), status)) return *problem;
  std::string text(kMaxFile, '\0');
  const ssize_t count = ::read(file.get(), text.data(), text.size());
  if (count < 0) return failed(path, "cannot read it");
  text.resize(static_cast<std::size_t>(count));
  std::string token = trimmed(text);
  if (token.size() >= kMinTokenLength) return token;
  return refused(path, token.empty() ? "is empty; remove it and heald makes a new one"
                                     : "holds fewer than 32 characters; remove it and heald makes "
                                       "a new one");
}

bool writeDurably(const File& file, const std::string& text) {
  return ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
         ::fsync(file.get()) == 0;
}

void syncFolderOf(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const File file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.open()) ::fsync(file.get());
}

Result<std::string> createToken(const std::string& path) {
  const auto token = randomToken();
  if (!token) return failed(path, "no random bytes");
  std::string temporary = path + ".XXXXXX";
  const File file(::mkostemp(temporary.data(), O_CLOEXEC));  // O_EXCL, mode 0600
  if (!file.open()) return failed(path, "cannot create " + temporary);
  // link(), unlike rename(), fails when another process made the file first.
  const bool linked =
      writeDurably(file, *token + "\n") && ::link(temporary.c_str(), path.c_str()) == 0;
  const int reason = errno;
  ::unlink(temporary.c_str());
  errno = reason;
  if (!linked) return failed(path, "cannot create it");
  syncFolderOf(path);
  return *token;
}

}  // namespace

Result<std::string> readTokenFile(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.open()) return failed(path, "cannot open it");
  return readToken(path, file);
}

Result<std::string> readOrCreateToken(const std::string& path) {
  if (::access(path.c_str(), F_OK) == 0 || errno != ENOENT) return readTokenFile(path);
  auto created = createToken(path);
  if (!created && ::access(path.c_str(), F_OK) == 0) return readTokenFile(path);
  return created;
}

}  // namespace heald::io
