#include "config/utf8.h"

#include "core/plain_text.h"

namespace heald::config {
namespace {

unsigned byteAt(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

bool isControl(unsigned byte) {
  return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F;
}

}  // namespace

std::optional<TextFault> findFault(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    return TextFault{0, "begins with a byte order mark (save it as UTF-8 without one)"};
  }
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = core::characterLength(text.substr(i));
    if (length == 0) return TextFault{i, "is not UTF-8 (save it as UTF-8)"};
    if (isControl(byteAt(text, i))) {
      return TextFault{i, "holds a control character (remove it)"};
    }
    i += length;
  }
  return std::nullopt;
}

}  // namespace heald::config
