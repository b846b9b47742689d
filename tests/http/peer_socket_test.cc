#include "http/peer_socket.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "support/http_test_client.h"

namespace heald::http {
namespace {

std::uint16_t localPort(int socket) {
  sockaddr_in name{};
  socklen_t size = sizeof name;
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size), 0);
  return ntohs(name.sin_port);
}

TEST(PeerSocket, IsTheAcceptedEndAndNotTheClientsOwn) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::listen(listener, 1), 0);  // unbound: the kernel picks the port
  test::RawConnection client(localPort(listener));
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  const int accepted = ::accept(listener, reinterpret_cast<sockaddr*>(&peer), &size);
  const auto find = [&](const char* address, int port) {
    return findPeerSocket(address, static_cast<std::uint16_t>(port), localPort(listener));
  };
  EXPECT_EQ(find("127.0.0.1", ntohs(peer.sin_port)), accepted);
  EXPECT_EQ(find("127.0.0.1", 1), -1);
  EXPECT_EQ(find("::1", ntohs(peer.sin_port)), -1);

  EXPECT_EQ(bytesWaiting(accepted), 0u);
  client.send("12345");
  char byte = 0;
  EXPECT_EQ(::recv(accepted, &byte, 1, 0), 1);  // waits for them to arrive
  EXPECT_EQ(bytesWaiting(accepted), 4u);
  EXPECT_EQ(bytesWaiting(-1), 0u);
  ::close(accepted);
  ::close(listener);
}

}  // namespace
}  // namespace heald::http
