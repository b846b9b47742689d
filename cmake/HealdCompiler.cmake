# One place for the language level, the warnings and the sanitizers of every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(HEALD_CCACHE ccache)
if(HEALD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without this ccache keeps nothing that was compiled with a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${HEALD_CCACHE})
endif()

add_compile_options(-pthread)  # everywhere, for the precompiled header of the tests has to fit
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
                    -Wimplicit-fallthrough)
if(HEALD_WERROR)
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees uninitialised members in moved std::variants, overlapping copies in string assignments
  # and reads past small strings that are not there (GCC bugs 105562, 105651, 105329); the sanitizers
  # look after the real ones.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overread
                      -Wno-array-bounds -Wno-stringop-overflow)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-fstack-protector-strong -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS)
  add_link_options(-Wl,-z,relro,-z,now)
else()
  add_compile_options(-D_GLIBCXX_ASSERTIONS)
endif()

if(HEALD_SANITIZE)
  add_compile_options(-fsanitize=${HEALD_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HEALD_SANITIZE})
  if(HEALD_SANITIZE MATCHES "thread")
    # std::atomic_thread_fence inside libstdc++'s shared_ptr is not modelled; harmless here.
    add_compile_options(-Wno-tsan)
  endif()
endif()
