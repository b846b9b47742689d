#include "checks/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>

#include "checks/levels.h"
#include "checks/look.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

struct DiskOptions {
  std::string path;
  Levels free{Levels::Unit::kBytes, Levels::Bad::kBelow, true, {}, "5%"};
  Levels inodes{Levels::Unit::kNumber, Levels::Bad::kBelow, true, {}, "5%"};
  bool mounted = false;
  bool writable = false;
};

std::string diskPathProblem(const std::string& path) {
  return path.starts_with('/') ? "" : "is not an absolute path (example: /var)";
}

void describe(config::Fields& f, DiskOptions& o) {
  f.text("path", o.path, {.required = true, .check = diskPathProblem},
         "a path on the file system, usually where it is mounted");
  describeLevels(f, "free", o.free, "free bytes, or percent of all");
  describeLevels(f, "inodes", o.inodes, "free inodes, or percent of all");
  f.boolean("mounted", o.mounted, "whether a file system has to be mounted at the path itself");
  f.boolean("writable", o.writable, "whether a file system that is mounted read-only is critical");
}

// What is wrong with where the path is, or "".
std::string mountProblem(const std::string& path) {
  struct statx status {};
  if (statx(AT_FDCWD, path.c_str(), 0, STATX_BASIC_STATS, &status) != 0)
    return std::strerror(errno);
  return status.stx_attributes & STATX_ATTR_MOUNT_ROOT ? "" : "nothing is mounted there";
}

void judgeSpace(const DiskOptions& o, const struct statvfs& fs, Verdict& verdict) {
  // As df: what root alone may use counts neither as free nor as part of the whole.
  const double block = static_cast<double>(fs.f_frsize ? fs.f_frsize : fs.f_bsize);
  const double free = static_cast<double>(fs.f_bavail) * block;
  const double whole = static_cast<double>(fs.f_blocks - fs.f_bfree + fs.f_bavail) * block;
  const std::string share = whole > 0 ? " (" + percentText(free / whole) + ")" : "";
  verdict.add(bytesText(free) + share + " free", o.free, free, whole);
  verdict.measured("free_bytes", free);
  if (whole > 0) verdict.measured("free_ratio", free / whole);
}

void judgeInodes(const DiskOptions& o, const struct statvfs& fs, Verdict& verdict) {
  if (fs.f_files == 0) return;
  const auto free = static_cast<double>(fs.f_favail);
  const auto whole = static_cast<double>(fs.f_files - fs.f_ffree + fs.f_favail);
  verdict.add(numberText(free) + " inodes free", o.inodes, free, whole);
  verdict.measured("free_inodes", free);
  if (whole > 0) verdict.measured("free_inodes_ratio", free / whole);
}

CheckResult lookAt(const DiskOptions& o) {
  struct statvfs fs {};
  if (statvfs(o.path.c_str(), &fs) != 0) {
    const bool gone = errno == ENOENT || errno == ENOTDIR || errno == EIO || errno == ESTALE;
    return {gone ? CheckStatus::kCritical : CheckStatus::kUnknown,
            io::oneLine(o.path + ": " + std::strerror(errno))};
  }
  Verdict verdict;
  const std::string mount = o.mounted ? mountProblem(o.path) : "";
  if (!mount.empty()) verdict.critical(mount);
  if (o.writable && (fs.f_flag & ST_RDONLY)) verdict.critical("mounted read-only");
  judgeSpace(o, fs, verdict);
  judgeInodes(o, fs, verdict);
  return verdict.result(o.path);
}

class DiskCheck : public Check {
 public:
  explicit DiskCheck(DiskOptions options) : options_(std::move(options)) {}

  core::AnswersTo findings() const override {
    return {.warning = options_.free.warning || options_.inodes.warning, .critical = true};
  }

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    startLook(services, look_, run, std::move(done),
              [options = options_] { return lookAt(options); });
  }

 private:
  const DiskOptions options_;
  const io::Looks::Place look_;
};

}  // namespace

config::Kind diskKind() {
  return {"disk", "a file system: its free bytes and inodes", [](config::Fields& f) {
            DiskOptions options;
            describe(f, options);
            return std::make_shared<const DiskCheck>(std::move(options));
          }};
}

}  // namespace heald::checks
