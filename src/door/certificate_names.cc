#include "door/certificate_names.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <array>

namespace heald::door {
namespace {

std::string textOf(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string addressOf(const ASN1_OCTET_STRING* bytes) {
  const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(bytes) != 16) return "";
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size());
  return text.data();
}

std::string alternativeNameOf(const GENERAL_NAME& name) {
  switch (name.type) {
    case GEN_DNS:
      return "DNS:" + textOf(name.d.dNSName);
    case GEN_URI:
      return "URI:" + textOf(name.d.uniformResourceIdentifier);
    case GEN_EMAIL:
      return "email:" + textOf(name.d.rfc822Name);
    case GEN_IPADD:
      return "IP:" + addressOf(name.d.iPAddress);
    default:
      return "";
  }
}

}  // namespace

std::vector<std::string> alternativeNames(const X509* certificate) {
  std::vector<std::string> all;
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    std::string name = alternativeNameOf(*sk_GENERAL_NAME_value(names, i));
    if (!name.empty() && name.find('\0') == std::string::npos) all.push_back(std::move(name));
  }
  GENERAL_NAMES_free(names);
  return all;
}

}  // namespace heald::door
