#pragma once

#include <string>

#include "engine/output.h"

namespace heald::engine {

// What the engine knows of its store, and what is told about it: one line when it fails, with the
// first cause, which stays until it is over; one line at the end.
class StoreHealth {
 public:
  bool up() const { return up_; }
  const std::string& error() const { return error_; }  // the first cause; "" while it is up
  const StoreRoom& room() const { return room_; }

  void fails(const std::string& error);
  void tellFailure(Output& out);  // once
  void answers(Output& out);
  // On a store that is down there is no line of its own: the end of that says it.
  void setRoom(const StoreRoom& room, Output& out);

 private:
  bool up_ = true;
  std::string error_;
  bool told_ = false;
  StoreRoom room_;
};

}  // namespace heald::engine
