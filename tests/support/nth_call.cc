// A library for LD_PRELOAD: the calls of NthCall, before those of the C library. Only in the
// program that was started with it, and in what that forks without executing.
#include "support/nth_call.h"

#include <dlfcn.h>
#include <sched.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdarg>
#include <cstdlib>

namespace {

using heald::test::Call;
using heald::test::NthCall;

NthCall* control = nullptr;

// Before anything of the program runs. Its children are not started with this library.
__attribute__((constructor)) void begin() {
  if (const char* path = std::getenv(NthCall::kVariable)) {
    control = heald::test::mapNthCall(path, false);
  }
  ::unsetenv("LD_PRELOAD");
}

bool fails(Call call) {
  if (control == nullptr || !control->fails(call)) return false;
  errno = control->error;
  return true;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

mode_t modeOf(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

// With the attribute, as glibc's headers do not say noexcept for all of these.
#define HEALD_CALL extern "C" __attribute__((visibility("default")))

#define HEALD_OPEN(NAME)                                                  \
  HEALD_CALL int NAME(const char* path, int flags, ...) {                 \
    static const auto real = next<int (*)(const char*, int, ...)>(#NAME); \
    va_list arguments;                                                    \
    va_start(arguments, flags);                                           \
    const mode_t mode = modeOf(flags, arguments);                         \
    va_end(arguments);                                                    \
    return fails(Call::kOpen) ? -1 : real(path, flags, mode);             \
  }
HEALD_OPEN(open)
HEALD_OPEN(open64)

#define HEALD_OPENAT(NAME)                                                     \
  HEALD_CALL int NAME(int folder, const char* path, int flags, ...) {          \
    static const auto real = next<int (*)(int, const char*, int, ...)>(#NAME); \
    va_list arguments;                                                         \
    va_start(arguments, flags);                                                \
    const mode_t mode = modeOf(flags, arguments);                              \
    va_end(arguments);                                                         \
    return fails(Call::kOpen) ? -1 : real(folder, path, flags, mode);          \
  }
HEALD_OPENAT(openat)
HEALD_OPENAT(openat64)

HEALD_CALL int pipe2(int ends[2], int flags) noexcept {
  static const auto real = next<int (*)(int*, int)>("pipe2");
  return fails(Call::kPipe) ? -1 : real(ends, flags);
}
HEALD_CALL pid_t fork() noexcept {
  static const auto real = next<pid_t (*)()>("fork");
  return fails(Call::kFork) ? -1 : real();
}
// What starts a command, in a supervisor.
HEALD_CALL int clone(int (*function)(void*), void* stack, int flags, void* argument, ...) noexcept {
  static const auto real = next<int (*)(int (*)(void*), void*, int, void*, ...)>("clone");
  return fails(Call::kSpawn) ? -1 : real(function, stack, flags, argument);
}
HEALD_CALL int accept(int socket, sockaddr* address, socklen_t* length) {
  static const auto real = next<int (*)(int, sockaddr*, socklen_t*)>("accept");
  return fails(Call::kAccept) ? -1 : real(socket, address, length);
}

HEALD_CALL ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  return fails(Call::kWrite) ? -1 : real(file, bytes, size, offset);
}
HEALD_CALL int fsync(int file) {
  static const auto real = next<int (*)(int)>("fsync");
  return fails(Call::kSync) ? -1 : real(file);
}
HEALD_CALL int fdatasync(int file) {
  static const auto real = next<int (*)(int)>("fdatasync");
  return fails(Call::kSync) ? -1 : real(file);
}

// glibc's own names for these: dlsym() itself allocates.
extern "C" void* __libc_malloc(size_t);
extern "C" void* __libc_calloc(size_t, size_t);
extern "C" void* __libc_realloc(void*, size_t);
HEALD_CALL void* malloc(size_t size) noexcept {
  return fails(Call::kMemory) ? nullptr : __libc_malloc(size);
}
HEALD_CALL void* calloc(size_t count, size_t size) noexcept {
  return fails(Call::kMemory) ? nullptr : __libc_calloc(count, size);
}
HEALD_CALL void* realloc(void* memory, size_t size) noexcept {
  return fails(Call::kMemory) ? nullptr : __libc_realloc(memory, size);
}
