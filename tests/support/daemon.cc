#include "support/daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <thread>

#include "support/argv.h"
#include "support/descendants.h"

namespace heald::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kLogFile = "heald.log";

// The daemons that run now: what belongs to another one is not left behind.
std::set<pid_t>& runningDaemons() {
  static std::set<pid_t> pids;
  return pids;
}

std::vector<Process> orphans() {
  std::set<pid_t> others;
  for (const pid_t pid : runningDaemons()) {
    others.insert(pid);
    for (const Process& process : descendantsOf(pid)) others.insert(process.pid);
  }
  std::vector<Process> all = descendantsOf(::getpid());
  std::erase_if(all, [&](const Process& process) { return others.contains(process.pid); });
  return all;
}

// Without the supervisors that wait for the next command, which a heald that runs keeps.
std::vector<Process> busyDescendantsOf(pid_t root) {
  std::vector<Process> all = descendantsOf(root);
  std::set<pid_t> parents;
  for (const Process& process : all) parents.insert(process.parent);
  std::erase_if(all, [&](const Process& process) {
    return process.command.starts_with("supervisor of ") && !parents.contains(process.pid);
  });
  return all;
}

// In the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void becomeHeald(int log, const std::vector<char*>& argv,
                              const std::vector<char*>& environment,
                              const std::optional<rlim_t>& file_size_limit) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_DFL);
  ::dup2(::open("/dev/null", O_RDONLY), 0);
  ::dup2(log, 1);
  ::dup2(log, 2);
  if (file_size_limit) {
    const rlimit limit{*file_size_limit, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ::execvpe(argv[0], argv.data(), environment.data());
  ::_exit(127);
}

}  // namespace

TestDaemon::TestDaemon(Launch launch) : launch_(std::move(launch)) {
  adoptOrphans();
  configure(launch_.config);
}

TestDaemon::~TestDaemon() {
  if (pid_ > 0) kill();
  const std::string left = leftovers(seconds(20));
  if (!left.empty()) {
    std::fprintf(stderr, "heald is gone and has left behind: %s\n", left.c_str());
    std::abort();
  }
}

void TestDaemon::configure(const std::string& config) {
  launch_.config = config;
  const bool has_store = config.starts_with("store:") || config.find("\nstore:") != config.npos;
  dir_.write("heald.yml", fill((has_store ? "" : "store: {path: '@DIR@/heald.db'}\n") + config));
}

std::string TestDaemon::fill(std::string text) const {
  const std::string mark = "@DIR@";
  for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos;) {
    text.replace(at, mark.size(), dir_.path());
  }
  return text;
}

std::vector<std::string> TestDaemon::commandLine() const {
  std::vector<std::string> words = {HEALD_BINARY_DIR "/heald"};
  const std::pair<std::string, std::string> usual[] = {{"--config.file", file("heald.yml")},
                                                       {"--web.control-address", "127.0.0.1:0"},
                                                       {"--web.metrics-address", "127.0.0.1:0"}};
  for (const auto& [flag, value] : usual) {
    const auto given = [&](const std::string& own) { return own.starts_with(flag); };
    if (std::none_of(launch_.flags.begin(), launch_.flags.end(), given)) {
      words.push_back(flag + "=" + value);
    }
  }
  for (const std::string& flag : launch_.flags) words.push_back(fill(flag));
  return words;
}

std::vector<std::string> TestDaemon::environment() const {
  std::vector<std::string> all = {"PATH=/usr/bin:/bin:/usr/sbin:/sbin"};
  for (const char* name : {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) all.push_back(std::string(name) + "=" + value);
  }
  for (const auto& [name, value] : launch_.environment) all.push_back(name + "=" + fill(value));
  return all;
}

void TestDaemon::spawn() {
  const int log = ::open(file(kLogFile).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  log_begin_ = std::filesystem::file_size(file(kLogFile));
  control_port_ = metrics_port_ = 0;
  const std::vector<std::string> command = commandLine();
  const std::vector<std::string> variables = environment();
  const std::vector<char*> argv = pointersTo(command);
  const std::vector<char*> envp = pointersTo(variables);
  pid_ = ::fork();
  if (pid_ == 0) becomeHeald(log, argv, envp, launch_.file_size_limit);
  runningDaemons().insert(pid_);
  ::close(log);
}

void TestDaemon::start() {
  spawn();
  waitUntilListening();
}

void TestDaemon::waitUntilListening() {
  await("both listeners", [this] {
    if (!running()) fail("heald ended instead of listening");
    metrics_port_ = portIn("metrics listener");
    control_port_ = portIn("control listener");
    return control_port_ != 0 && metrics_port_ != 0;
  });
}

// From: … msg="control listener" address=127.0.0.1:40001 …
std::uint16_t TestDaemon::portIn(const std::string& message) const {
  const std::string text = log();
  const auto line = text.find(message);
  const auto end = line == std::string::npos ? line : text.find('\n', line);
  if (end == std::string::npos) return 0;
  const std::string address = "127.0.0.1:";
  const auto at = text.find(address, line);
  return at < end ? static_cast<std::uint16_t>(std::stoi(text.substr(at + address.size()))) : 0;
}

bool TestDaemon::running() {
  siginfo_t info{};
  return pid_ > 0 &&
         ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0;
}

void TestDaemon::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

int TestDaemon::waitForExit(milliseconds limit) {
  if (!eventually([this] { return !running(); }, limit)) fail("heald does not end");
  int status = 0;
  ::waitpid(pid_, &status, 0);
  runningDaemons().erase(pid_);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int TestDaemon::stop() {
  signal(SIGTERM);
  return waitForExit();
}

void TestDaemon::kill() {
  signal(SIGKILL);
  waitForExit();
}

void TestDaemon::killAfter(std::chrono::microseconds delay) {
  std::this_thread::sleep_for(delay);
  kill();
}

std::string TestDaemon::leftovers(milliseconds limit) {
  std::vector<Process> left;
  eventually(
      [&] {
        reapOrphans(runningDaemons());
        left = pid_ > 0 ? busyDescendantsOf(pid_) : orphans();
        return left.empty();
      },
      limit);
  return toString(left);
}

std::string TestDaemon::log() const {
  return dir_.read(kLogFile, log_begin_);
}

std::string TestDaemon::token() const {
  std::string token = dir_.read("control.token");
  while (!token.empty() && token.back() == '\n') token.pop_back();
  return token;
}

RawResponse TestDaemon::send(const char* method, const std::string& path,
                             const std::string& body) const {
  return sendRaw(control_port_, std::string(method) + " " + path +
                                    " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
                                    token() +
                                    "\r\nContent-Type: application/json\r\nContent-Length: " +
                                    std::to_string(body.size()) + "\r\n\r\n" + body);
}

RawResponse TestDaemon::get(const std::string& path) const {
  return test::get(control_port_, path);
}
RawResponse TestDaemon::post(const std::string& path, const std::string& body) const {
  return send("POST", path, body);
}
RawResponse TestDaemon::put(const std::string& path, const std::string& body) const {
  return send("PUT", path, body);
}

nlohmann::json TestDaemon::json(const std::string& path) const {
  const RawResponse answer = get(path);
  if (answer.status != 200) {
    fail("GET " + path + " answered " + std::to_string(answer.status) + " " + answer.body);
  }
  nlohmann::json value = nlohmann::json::parse(answer.body, nullptr, false);
  if (value.is_discarded()) fail("GET " + path + " answered, cut off: " + answer.body);
  return value;
}

nlohmann::json TestDaemon::status() const {
  return json("/api/status");
}
nlohmann::json TestDaemon::governor(const std::string& name) const {
  return json("/api/governors/" + name);
}
nlohmann::json TestDaemon::check(const std::string& name) const {
  return json("/api/checks/" + name);
}
nlohmann::json TestDaemon::remedy(const std::string& name) const {
  return json("/api/remedies/" + name);
}

std::string TestDaemon::metrics() const {
  return test::get(metrics_port_, "/metrics").body;
}

std::optional<double> TestDaemon::metric(const std::string& series) const {
  const std::string text = "\n" + metrics();
  const std::string line = "\n" + series + " ";
  const auto at = text.find(line);
  if (at == std::string::npos) return std::nullopt;
  return std::strtod(text.c_str() + at + line.size(), nullptr);
}

void TestDaemon::fail(const std::string& what) const {
  throw DaemonFailure(what + "\nlog of heald:\n" + log());
}

}  // namespace heald::test
