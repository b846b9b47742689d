#include "etcd/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace heald::etcd {

std::string encoded(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::string decoded(const std::string& text) {
  std::string bytes(text.size() / 4 * 3 + 1, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (length < 0) throw std::invalid_argument("not base64");
  // EVP_DecodeBlock takes the padding for zeros.
  const auto padding = std::min<std::size_t>(
      2, static_cast<std::size_t>(std::count(
             text.rbegin(),
             text.rbegin() + std::min<std::ptrdiff_t>(2, static_cast<std::ptrdiff_t>(text.size())),
             '=')));
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

}  // namespace heald::etcd
