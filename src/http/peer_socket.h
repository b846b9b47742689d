#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace heald::http {

// The descriptor of the accepted TCP connection between this peer and this local port, or -1: there
// is none, as of a peer that has reset it. kCannotLook: nobody can tell.
// CivetWeb keeps it to itself, and without it nobody can tell how much may be read without
// waiting. Looks through /proc/self/fd (tens of microseconds). Borrowed: never close it.
inline constexpr int kCannotLook = -2;
int findPeerSocket(const std::string& remote_address, std::uint16_t remote_port,
                   std::uint16_t local_port);

// Bytes the kernel holds for reading now; 0 when there are none, and for -1.
std::size_t bytesWaiting(int socket);

// Whether the other side has ended the connection, or its half of it; false for negative ones.
bool peerHasClosed(int socket);

}  // namespace heald::http
