#pragma once

#include "door/channel.h"

namespace heald::door {

// Gives the TLS of new connections. The door's thread.
class TlsSource {
 public:
  virtual ~TlsSource() = default;
  // False: new connections are plain.
  virtual bool secures() const = 0;
  // Null: there is none (any more), or no memory for one.
  virtual SslPointer session() = 0;
};

}  // namespace heald::door
