#include "io/system_error.h"

#include <cctype>
#include <cerrno>
#include <cstring>

namespace heald::io {

std::string systemError(int error) {
  std::string text = std::strerror(error);
  text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

bool isOurShortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace heald::io
