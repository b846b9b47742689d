#pragma once

#include <string>

namespace heald::io {

// What an errno says, for inside a sentence: "connection refused".
std::string systemError(int error);

// Whether it says that heald or its machine has run out of something, which says nothing about the
// other side.
bool isOurShortage(int error);

}  // namespace heald::io
