#include "checks/certificate_term.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

#include "io/text.h"

namespace heald::checks {
namespace {

using Terms = std::vector<CertificateTerm>;

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Certificate = std::unique_ptr<X509, Free>;
using Bio = std::unique_ptr<BIO, Free>;

std::optional<std::chrono::sys_seconds> momentOf(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts)));
}

std::string subjectOf(const X509* certificate) {
  const Bio text(BIO_new(BIO_s_mem()));
  constexpr unsigned long kUtf8 = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, kUtf8);
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  const std::string subject = io::oneLine({data, static_cast<std::size_t>(size)}, 128);
  return subject.empty() ? "without a subject" : subject;
}

Certificate fromDer(std::string_view bytes) {
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  return Certificate(d2i_X509(nullptr, &data, static_cast<long>(bytes.size())));
}

Error unreadable(std::size_t number) {
  return {ErrorCode::kInvalid, "cannot be read at its certificate " + std::to_string(number)};
}

// Whether the blocks have come to an end, and not a broken one.
bool atEnd() {
  const auto error = ERR_peek_last_error();
  ERR_clear_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

Result<Terms> fromPem(std::string_view bytes) {
  const Bio source(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
  Terms terms;
  while (const Certificate next{PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr)}) {
    const auto term = termOf(*next);
    if (!term) return unreadable(terms.size() + 1);
    terms.push_back(*term);
  }
  if (!atEnd()) return unreadable(terms.size() + 1);
  if (terms.empty()) return Error{ErrorCode::kInvalid, "holds no certificate (PEM or DER)"};
  return terms;
}

}  // namespace

std::optional<CertificateTerm> termOf(const X509& certificate) {
  const auto begin = momentOf(X509_get0_notBefore(&certificate));
  const auto end = momentOf(X509_get0_notAfter(&certificate));
  if (!begin || !end) return std::nullopt;
  return CertificateTerm{subjectOf(&certificate), *begin, *end};
}

Result<Terms> readCertificates(std::string_view bytes) {
  ERR_clear_error();
  if (const Certificate single = fromDer(bytes)) {
    const auto term = termOf(*single);
    if (!term) return unreadable(1);
    return Terms{*term};
  }
  ERR_clear_error();
  return fromPem(bytes);
}

}  // namespace heald::checks
