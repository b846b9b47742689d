#include "checks/file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "checks/check.h"
#include "checks/look.h"
#include "config/scalars.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

struct FileOptions {
  std::string path;
  bool exists = true;
  std::optional<core::Duration> max_age, min_age;
  std::optional<std::string> min_size, max_size;  // as written: messages show them so
};

std::uint64_t bytesOf(const std::string& size) {
  const auto bytes = config::parseSize(size);
  return bytes ? *bytes : 0;
}

std::string sizeProblem(const std::string& size) {
  const auto bytes = config::parseSize(size);
  return bytes ? "" : bytes.error().message;
}

std::string pathProblem(const std::string& path) {
  return path.starts_with('/') ? "" : "is not an absolute path (example: /var/backups/db.dump)";
}

void describe(config::Fields& f, FileOptions& o) {
  f.text("path", o.path, {.required = true, .check = pathProblem}, "the file, or folder");
  f.boolean("exists", o.exists, "whether it must be there; false: it must not");
  f.duration("max_age", o.max_age, {}, "older is critical");
  f.duration("min_age", o.min_age, {}, "younger is critical");
  f.text("min_size", o.min_size, {.check = sizeProblem},
         "fewer bytes are critical (example: 1KiB)");
  f.text("max_size", o.max_size, {.check = sizeProblem}, "more bytes are critical (example: 2GiB)");
  if (o.max_age && o.min_age && *o.max_age < *o.min_age) {
    f.fail("max_age", config::durationText(*o.max_age) + " is below min_age, which is " +
                          config::durationText(*o.min_age) + " (max_age is at least min_age)");
  }
  if (o.max_size && o.min_size && bytesOf(*o.max_size) < bytesOf(*o.min_size)) {
    f.fail("max_size", *o.max_size + " is below min_size, which is " + *o.min_size +
                           " (max_size is at least min_size)");
  }
  for (const char* key : {"max_age", "min_age", "min_size", "max_size"}) {
    if (!o.exists && f.has(key)) {
      f.fail(key, "says nothing of a file that must not be there (remove it, or exists: false)");
    }
  }
}

core::Duration ageOf(const struct stat& status) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto modified = std::chrono::seconds(status.st_mtim.tv_sec) +
                        std::chrono::nanoseconds(status.st_mtim.tv_nsec);
  return std::max(core::Duration::zero(), core::Duration(now) - modified);
}

// "1 byte", "4096 bytes".
std::string byteCount(std::uint64_t bytes) {
  return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

// Whole seconds of an age: nobody wants to read more.
std::string ageText(core::Duration age) {
  return config::durationText(std::chrono::floor<std::chrono::seconds>(age));
}

CheckResult judge(const FileOptions& o, const struct stat& status) {
  const core::Duration age = ageOf(status);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  std::string complaint;
  const auto complain = [&](const std::string& what) {
    complaint += (complaint.empty() ? "; " : ", ") + what;
  };
  if (age > o.max_age.value_or(age))
    complain("at most " + config::durationText(*o.max_age) + " wanted");
  if (age < o.min_age.value_or(age))
    complain("at least " + config::durationText(*o.min_age) + " wanted");
  if ((o.min_size || o.max_size) && !S_ISREG(status.st_mode)) {
    complain("not a regular file, so that its size says nothing");
  } else {
    if (o.min_size && size < bytesOf(*o.min_size)) complain("at least " + *o.min_size + " wanted");
    if (o.max_size && size > bytesOf(*o.max_size)) complain("at most " + *o.max_size + " wanted");
  }
  return {complaint.empty() ? CheckStatus::kOk : CheckStatus::kCritical,
          io::oneLine(o.path + ": " + ageText(age) + " old, " + byteCount(size) + complaint)};
}

CheckResult lookAt(const FileOptions& o) {
  struct stat status {};
  const int error = stat(o.path.c_str(), &status) == 0 ? 0 : errno;
  if (error == ENOENT || error == ENOTDIR) {
    return {o.exists ? CheckStatus::kCritical : CheckStatus::kOk,
            io::oneLine(o.path + " is not there")};
  }
  if (error) return {CheckStatus::kUnknown, io::oneLine(o.path + ": " + std::strerror(error))};
  if (!o.exists) {
    return {CheckStatus::kCritical, io::oneLine(o.path + " is there, and must not be")};
  }
  return judge(o, status);
}

class FileCheck : public Check {
 public:
  explicit FileCheck(FileOptions options) : options_(std::move(options)) {}

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    startLook(services, look_, run, std::move(done),
              [options = options_] { return lookAt(options); });
  }

 private:
  const FileOptions options_;
  const io::Looks::Place look_;
};

}  // namespace

config::Kind fileKind() {
  return {"file", "a file: whether it is there, its age and its size", [](config::Fields& f) {
            FileOptions options;
            describe(f, options);
            return std::make_shared<const FileCheck>(std::move(options));
          }};
}

}  // namespace heald::checks
