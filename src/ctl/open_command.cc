#include "ctl/open_command.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "ctl/names.h"

extern char** environ;

namespace heald::ctl {
namespace {

constexpr const char* kBrowser = "xdg-open";
constexpr std::chrono::seconds kUntilRead{5};  // by the browser

bool hasScreen() {
  const auto set = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
  };
  return set("DISPLAY") || set("WAYLAND_DISPLAY");
}

// Gone with it.
class RedirectFile {
 public:
  explicit RedirectFile(const std::string& address) {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    path_ = std::string(runtime != nullptr && *runtime != '\0' ? runtime : "/tmp") +
            "/healdctl-open-XXXXXX.html";
    constexpr int kSuffix = 5;
    const int file = ::mkstemps(path_.data(), kSuffix);  // mode 0600
    if (file < 0) return;
    const std::string page =
        "<!doctype html><meta charset=\"utf-8\"><title>heald</title>"
        "<meta http-equiv=\"refresh\" content=\"0;url=" +
        address + "\">\n";
    made_ = ::write(file, page.data(), page.size()) == static_cast<ssize_t>(page.size());
    ::close(file);
  }
  ~RedirectFile() { ::unlink(path_.c_str()); }
  RedirectFile(const RedirectFile&) = delete;
  RedirectFile& operator=(const RedirectFile&) = delete;

  bool made() const { return made_; }
  std::string& path() { return path_; }

 private:
  std::string path_;
  bool made_ = false;
};

bool browse(const std::string& address) {
  RedirectFile file(address);
  if (!file.made()) return false;
  std::string program = kBrowser;
  char* const argv[] = {program.data(), file.path().data(), nullptr};
  pid_t browser = 0;
  if (::posix_spawnp(&browser, kBrowser, nullptr, nullptr, argv, environ) != 0) return false;
  int status = 0;
  ::waitpid(browser, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return false;
  std::this_thread::sleep_for(kUntilRead);
  return true;
}

}  // namespace

std::string pageAddress(const std::string& url, const std::string& token,
                        const std::string& governor) {
  std::string address = url + (url.ends_with('/') ? "" : "/") + "#";
  const std::string to = governor.empty() ? "/" : "/governor/" + segment(governor);
  return token.empty() ? address + to : address + "token=" + segment(token) + "&to=" + segment(to);
}

ExitCode openPage(const Console& console, const OpenOptions& options) {
  if (!options.governor.empty()) {
    const std::string path = "/api/governors/" + segment(options.governor);
    const Answer answer = console.client.get(path);
    if (!answer.ok()) {
      return console.fail(withSuggestion(console, *answer.failure, "governor", options.governor));
    }
  }
  // A browser cannot speak to the socket that healdctl may have found.
  const bool browsable = console.client.url().starts_with("http");
  const std::string url = browsable ? console.client.url() : ClientOptions{}.url;
  const std::string address = pageAddress(url, console.client.tokenToHandOver(), options.governor);
  if (console.as_json || options.print) {
    const nlohmann::ordered_json value = {{"address", address}};
    console.out << (console.as_json ? value.dump() : address) << "\n";
    return ExitCode::kOk;
  }
  if (hasScreen() && browse(address)) {
    console.out << "opened " << pageAddress(url, "", options.governor) << "\n";
    return ExitCode::kOk;
  }
  return console.fail(ExitCode::kRefused,
                      "no browser can be opened here; `healdctl open --print` prints the address "
                      "with the token in it");
}

}  // namespace heald::ctl
