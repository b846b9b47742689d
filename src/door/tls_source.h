#pragma once

#include "door/channel.h"

namespace heald::door {

// Gives the TLS of new connections. Any thread.
class TlsSource {
 public:
  virtual ~TlsSource() = default;
  // Null: this connection is plain.
  virtual SslPointer session() = 0;
};

}  // namespace heald::door
