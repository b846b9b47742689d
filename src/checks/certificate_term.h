#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heald/result.h"

struct x509_st;  // of OpenSSL

namespace heald::checks {

// From when to when a certificate is valid.
struct CertificateTerm {
  std::string subject;  // "CN=db.example.org"; one line of valid UTF-8
  std::chrono::sys_seconds begin;
  std::chrono::sys_seconds end;

  friend bool operator==(const CertificateTerm&, const CertificateTerm&) = default;
};

// Nothing when its dates are none.
std::optional<CertificateTerm> termOf(const x509_st& certificate);

// The certificates of a file, at least one: PEM, where keys and other blocks are passed over, or
// one in DER. The error continues a sentence: "holds no certificate". Pure; takes any bytes.
Result<std::vector<CertificateTerm>> readCertificates(std::string_view bytes);

}  // namespace heald::checks
