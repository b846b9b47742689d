#pragma once

#include <optional>
#include <string>

#include "heald/result.h"

namespace heald::io {

inline constexpr std::size_t kMinTokenLength = 32;  // characters

// The control token of `path`; the file is made when it is not there: 64 hexadecimal digits from
// 32 random bytes, mode 0600, written whole or not at all, never over a file that came meanwhile.
//
// Refuses (Error{kInvalid}, with what to do) a file that others may read or write, one that belongs
// to anybody but root and heald's own user, one that is no regular file, empty, or shorter than
// kMinTokenLength; Error{kUnavailable} when it cannot be read or made. Blanks at the ends do not
// belong to the token. No message ever contains it.
//
// "Others" is everybody but the owner, with one exception: root may hand a heald that is not root a
// file that is root's own, and that heald's user may read by an ACL, as systemd does with
// LoadCredential=; or a group of heald (mode 0440 or 0640, or an ACL), as Kubernetes does with
// Secrets in a pod that has an fsGroup. Root vouches for who is in that group. An ACL that grants
// anything else is refused as a mode that does.
Result<std::string> readOrCreateToken(const std::string& path);
// The same of a file that has to be there.
Result<std::string> readTokenFile(const std::string& path);

// 64 hexadecimal digits from 32 random bytes of the kernel; nothing when it has none.
std::optional<std::string> randomToken();

}  // namespace heald::io
