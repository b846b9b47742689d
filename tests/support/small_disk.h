#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <thread>
#include <vector>

namespace heald::test {

// A tmpfs that only this process and its children see. `mounted()` is false where nobody may mount.
class SmallDisk {
 public:
  SmallDisk(std::string folder, std::string options)
      : folder_(std::move(folder)), options_(std::move(options)) {
    mounted_ = ::unshare(CLONE_NEWNS) == 0 &&
               ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               ::mount("none", folder_.c_str(), "tmpfs", 0, options_.c_str()) == 0;
  }
  ~SmallDisk() {
    stopFlood();
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  bool remount(unsigned long flags) const {
    return ::mount("none", folder_.c_str(), "tmpfs", MS_REMOUNT | flags, options_.c_str()) == 0;
  }
  std::string operator/(const std::string& name) const { return folder_ + "/" + name; }

  // To the last byte.
  void fill() const {
    const int file = openBallast();
    while (writeBlock(file)) {
    }
    ::close(file);
  }
  // The same, and whatever becomes free is taken at once, until stopFlood().
  void flood() {
    fill();
    flooding_ = true;
    flooder_ = std::thread([this] {
      const int file = openBallast();
      while (flooding_) (void)writeBlock(file);
      ::close(file);
    });
  }
  void stopFlood() {
    flooding_ = false;
    if (flooder_.joinable()) flooder_.join();
  }
  // Takes so many bytes of what fill() has written away.
  void free(off_t bytes) const {
    const int file = openBallast();
    const off_t size = ::lseek(file, 0, SEEK_END);
    (void)!::ftruncate(file, size > bytes ? size - bytes : 0);
    ::close(file);
  }
  void empty() const { ::unlink((*this / "ballast").c_str()); }
  // Until no file can be made any more.
  void useUpInodes() const {
    for (int i = 0;; ++i) {
      const std::string name = *this / ("file" + std::to_string(i));
      const int file = ::open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
      if (file >= 0)
        ::close(file);
      else if (errno != EEXIST)
        return;
    }
  }
  void freeInodes() const {
    for (int i = 0; ::unlink((*this / ("file" + std::to_string(i))).c_str()) == 0; ++i) {
    }
  }

 private:
  int openBallast() const {
    return ::open((*this / "ballast").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  }
  static bool writeBlock(int file) {
    static const std::vector<char> block(4096, 'x');
    return ::write(file, block.data(), block.size()) > 0;
  }

  std::string folder_;
  std::string options_;
  bool mounted_ = false;
  std::atomic<bool> flooding_{false};
  std::thread flooder_;
};

}  // namespace heald::test
