#include "support/user_systemd.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "support/command.h"
#include "support/eventually.h"

namespace heald::test {
namespace {

constexpr const char* kSystemd = "/lib/systemd/systemd";
constexpr const char* kBusSocket = "[Socket]\nListenStream=%t/bus\n";
constexpr const char* kBusService = R"([Unit]
Requires=dbus.socket
[Service]
Type=notify
NotifyAccess=main
ExecStart=/usr/bin/dbus-daemon --session --address=systemd: --nofork --nopidfile
)";

// systemd does not serve a user as process 1 of its namespace, so the shell stays.
constexpr const char* kScript =
    "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && "
    "/lib/systemd/systemd --user --unit=heald-test.target --log-target=console; exit $?";

std::optional<pid_t> firstChildOf(pid_t pid) {
  const std::string task = "/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid);
  std::ifstream children(task + "/children");
  pid_t child = 0;
  return children >> child ? std::optional(child) : std::nullopt;
}

}  // namespace

UserSystemd::UserSystemd(const std::vector<std::pair<std::string, std::string>>& units,
                         const std::string& started)
    : units_(units) {
  std::filesystem::create_directories(dir_.file("config/systemd/user"));
  std::filesystem::create_directories(dir_.file("run"));
  std::filesystem::permissions(dir_.file("run"), std::filesystem::perms::owner_all);
  const std::string folder = "config/systemd/user/";
  dir_.write(folder + "dbus.socket", kBusSocket);
  dir_.write(folder + "dbus.service", kBusService);
  dir_.write(folder + "heald-test.target",
             "[Unit]\nDefaultDependencies=no\nWants=dbus.service " + started + "\n");
  for (const auto& [name, text] : units) dir_.write(folder + name, text);
  child_.emplace(std::vector<std::string>{"unshare", "-m", "-p", "-C", "--fork", "--kill-child",
                                          "--mount-proc", "sh", "-c", kScript},
                 dir_.file("log"),
                 std::vector<std::pair<std::string, std::string>>{
                     {"XDG_RUNTIME_DIR", dir_.file("run")},
                     {"XDG_CONFIG_HOME", dir_.file("config")},
                     {"HOME", dir_.file("run")},
                     {"DBUS_SESSION_BUS_ADDRESS", "unix:path=" + dir_.file("run/bus")}});
}

// A systemd that is killed leaves its control groups behind.
UserSystemd::~UserSystemd() {
  kill();
  std::error_code ignored;
  for (const auto& hierarchy : std::filesystem::directory_iterator("/sys/fs/cgroup", ignored)) {
    for (const auto& [name, text] : units_) {
      const std::string group = hierarchy.path().string() + "/app.slice/" + name;
      const std::string only = "/sys/fs/cgroup/app.slice/" + name;  // without a hierarchy each
      const auto gone = [](const std::string& path) {
        return ::rmdir(path.c_str()) == 0 || errno != EBUSY;
      };
      eventually([&] { return gone(group) && gone(only); }, std::chrono::seconds(5));
    }
  }
}

std::string UserSystemd::problem() {
  if (::geteuid() != 0) return "needs root, for namespaces";
  for (const char* program : {kSystemd, "/usr/bin/dbus-daemon", "/usr/bin/busctl"}) {
    if (!std::filesystem::exists(program)) return std::string(program) + " is not installed";
  }
  const bool answers = eventually(
      [&] { return !child_->running() || !property("dbus.service", "LoadState").empty(); },
      std::chrono::seconds(60));
  if (answers && child_->running()) return "";
  return "no systemd --user in namespaces of its own: " + child_->output();
}

std::string UserSystemd::property(const std::string& unit, const std::string& name) const {
  std::string path = "/org/freedesktop/systemd1/unit/";
  for (const char c : unit) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c));
    char code[4];
    std::snprintf(code, sizeof code, "_%02x", static_cast<unsigned>(c));
    path += plain ? std::string(1, c) : code;
  }
  const CommandResult said =
      runCommand({"busctl", "--timeout=10", "--address=" + bus(), "get-property",
                  "org.freedesktop.systemd1", path, "org.freedesktop.systemd1.Unit", name});
  const auto begin = said.output.find('"');
  const auto end = said.output.rfind('"');
  if (said.code != 0 || begin == end) return "";
  return said.output.substr(begin + 1, end - begin - 1);
}

// unshare, its shell, systemd
pid_t UserSystemd::manager() const {
  const auto shell = firstChildOf(child_->pid());
  return shell ? firstChildOf(*shell).value_or(0) : 0;
}

bool UserSystemd::inside(const std::function<bool()>& look) const {
  const std::string processes = "/proc/" + std::to_string(manager()) + "/ns/pid";
  const auto ended_well = [](pid_t pid) {
    int status = 0;
    return ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  };
  const pid_t outer = ::fork();
  if (outer != 0) return ended_well(outer);
  if (::setns(::open(processes.c_str(), O_RDONLY | O_CLOEXEC), CLONE_NEWPID) != 0) ::_exit(2);
  const pid_t inner = ::fork();  // the namespace is for children alone
  if (inner == 0) ::_exit(look() ? 0 : 1);
  ::_exit(ended_well(inner) ? 0 : 1);
}

void UserSystemd::freeze() const {
  if (const pid_t pid = manager()) ::kill(pid, SIGSTOP);
}

void UserSystemd::thaw() const {
  if (const pid_t pid = manager()) ::kill(pid, SIGCONT);
}

}  // namespace heald::test
