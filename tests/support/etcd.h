#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "support/child.h"
#include "support/command.h"
#include "support/eventually.h"
#include "support/temp_dir.h"

namespace heald::test {

// A port that nothing listens on at this moment. etcd has to be told its ports.
inline int freePort() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(probe);
  return ntohs(address.sin_port);
}

// The real etcd (Debian package etcd-server) on 127.0.0.1, of one or more members, with folders of
// its own.
class Etcd {
 public:
  explicit Etcd(int members = 1) {
    for (int i = 0; i < members; ++i) members_.push_back({freePort(), freePort(), nullptr});
    for (std::size_t i = 0; i < members_.size(); ++i) start(i);
  }

  // Waits until it takes writes; false when it does not.
  bool ready() const {
    return eventually(
        [this] {
          return runCommand({"curl", "-sf", "-m", "2", "-d", R"({"key":"cmVhZHk=","value":"eQ=="})",
                             urls().front() + "/v3/kv/put"})
                     .code == 0;
        },
        std::chrono::seconds(30));
  }
  std::vector<std::string> urls() const {
    std::vector<std::string> urls;
    for (const Member& member : members_) urls.push_back(url(member.client));
    return urls;
  }
  std::uint16_t port(std::size_t i = 0) const {
    return static_cast<std::uint16_t>(members_.at(i).client);
  }
  void kill(std::size_t i = 0) { members_.at(i).child.reset(); }
  void pause(std::size_t i = 0) { ::kill(members_.at(i).child->pid(), SIGSTOP); }
  void goOn(std::size_t i = 0) { ::kill(members_.at(i).child->pid(), SIGCONT); }
  // On the same ports, with what it has stored.
  void start(std::size_t i = 0) {
    std::string cluster;
    for (std::size_t k = 0; k < members_.size(); ++k) {
      cluster += (k == 0 ? "" : ",") + nameOf(k) + "=" + url(members_[k].peer);
    }
    Member& member = members_.at(i);
    member.child = std::make_unique<Child>(std::vector<std::string>{"etcd",
                                                                    "--name",
                                                                    nameOf(i),
                                                                    "--data-dir",
                                                                    dir_.file(nameOf(i)),
                                                                    "--listen-client-urls",
                                                                    url(member.client),
                                                                    "--advertise-client-urls",
                                                                    url(member.client),
                                                                    "--listen-peer-urls",
                                                                    url(member.peer),
                                                                    "--initial-advertise-peer-urls",
                                                                    url(member.peer),
                                                                    "--initial-cluster",
                                                                    cluster,
                                                                    "--heartbeat-interval",
                                                                    "50",
                                                                    "--election-timeout",
                                                                    "500",
                                                                    "--log-level",
                                                                    "error"},
                                           dir_.file(nameOf(i) + ".log"));
  }
  std::string log(std::size_t i = 0) const { return dir_.read(nameOf(i) + ".log"); }

 private:
  struct Member {
    int client;
    int peer;
    std::unique_ptr<Child> child;
  };
  static std::string url(int port) { return "http://127.0.0.1:" + std::to_string(port); }
  static std::string nameOf(std::size_t i) { return "member" + std::to_string(i); }

  TempDir dir_;
  std::vector<Member> members_;
};

}  // namespace heald::test
