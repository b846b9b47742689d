#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <optional>
#include <string>

#include "heald/result.h"

namespace heald::io {

// Whom heald obeys. A file that heald obeys (its configuration, a secret, a request that it sends)
// may be changed by root and by heald's own user alone: whoever else may change it could have heald
// do anything that heald may.
//
// So it has to belong to root or to heald's user, and nobody else may write to it: not everybody,
// no user or group of an ACL, and no group but root's own and (for a heald that is not root) the
// one that is private to heald's user. What is on a file system that is mounted read-only, nobody
// writes.
//
// The problems below are texts with owner or mode, and the command that mends it; "" for none:
// "/etc/heald/heald.yml: belongs to deploy (mode 0644), and heald obeys files of root alone; run
// heald as deploy, or run: chown root: /etc/heald/heald.yml && chmod go-w /etc/heald/heald.yml"

// Of a file that is open.
std::string ownerProblem(int fd, const std::string& path);

// Of a file with the way to it: every folder and link up to the root counts as well, as whoever may
// change one of these can put another file in its place. In a folder with the sticky bit (/tmp)
// only owners can. "" also when there is no such file: whoever opens it is told so.
//
// With `also`, that user is trusted like heald's: for a program that runs as her.
std::string pathProblem(const std::string& path, std::optional<uid_t> also = std::nullopt);

// Who decides what is in a file: the one user whose word it is, and so whom it may be used against.
struct Authority {
  std::optional<uid_t> user;  // nothing: root or heald's own user, who may do everything
};
// Of an open file with the way to it: the owner of the file, or of a folder or link on the way.
// Fails with kUnavailable, and a text as above, when it is not one user's: when two own a part of
// it, or others may write to what is root's.
Result<Authority> authorityOf(int fd, const std::string& path);

}  // namespace heald::io
