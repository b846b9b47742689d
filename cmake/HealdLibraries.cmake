# The libraries that libheald is linked with: Debian's packages. Their traps are named where they bite. Read by the build, and
# installed for the programs that link libheald, which then have the same targets.
find_package(Threads REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)  # no version: the package ships no version file
find_package(civetweb 1.15 CONFIG REQUIRED)
find_package(yaml-cpp 0.7 CONFIG REQUIRED)
if(NOT TARGET yaml-cpp::yaml-cpp)  # named without a namespace before 0.8
  add_library(yaml-cpp::yaml-cpp INTERFACE IMPORTED)
  target_link_libraries(yaml-cpp::yaml-cpp INTERFACE yaml-cpp)
endif()
find_package(spdlog REQUIRED)
find_package(CURL 7.80 REQUIRED)
find_package(SQLite3 3.37 REQUIRED)  # STRICT tables
find_package(ZLIB REQUIRED)
find_package(OpenSSL 3 REQUIRED)

find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET libcares)
pkg_check_modules(ABSL_TIME REQUIRED IMPORTED_TARGET absl_time)
pkg_check_modules(LIBSYSTEMD IMPORTED_TARGET libsystemd)  # optional: sd_notify is left out without
